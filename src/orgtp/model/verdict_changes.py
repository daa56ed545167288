"""How a change of a metric's terms alters the verdicts on past cells: a target, `per`, `since`, `ends` and so on.

Both sides are judged with the values of the later org, so that a recorded value alone changes no verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.due import find_due
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Period, period_containing, period_containing_local
from orgtp.model.seat import Seat
from orgtp.model.text import count_noun, join_with_and


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many past cells of a metric are on target, and how many are on or off target."""

    on_target: int
    known: int


@dataclass(frozen=True, slots=True)
class VerdictTurn:
    """How many past cells turn from one state into another."""

    before: CellState
    after: CellState
    cells: int


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A metric whose past cells are judged differently.

    `turned` lists the cells by their states before and after. It is empty if the cells have another size than before,
    so that they cannot be compared one by one.
    """

    seat: str
    name: str
    metric: str
    metric_name: str
    before: VerdictCount
    after: VerdictCount
    turned: tuple[VerdictTurn, ...]

    @property
    def summary(self) -> str:
        """`4 of 12 past periods on target become 0 of 12: 4 turn from on to off`."""
        counts = (
            f"{self.before.on_target} of {count_noun(self.before.known, 'past period')} on target become "
            f"{self.after.on_target} of {self.after.known}"
        )
        turns = [
            f"{turn.cells} {'turns' if turn.cells == 1 else 'turn'} from {turn.before} to {turn.after}"
            for turn in self.turned
        ]
        return f"{counts}: {join_with_and(turns)}" if turns else counts


def compare_verdicts(before: Org, after: Org, now: datetime) -> Iterator[VerdictChange]:
    """Compare the past cells of each metric that both orgs have, in the order of the seats of `after`."""
    before = replace(before, scores=after.scores)
    for seat in after.seats.values():
        old = before.seats.get(seat.id)
        for metric in seat.metrics if old else ():
            if old and metric in old.metrics and (change := _compare_metric((before, old), (after, seat), metric, now)):
                yield change


def _compare_metric(old: tuple[Org, Seat], new: tuple[Org, Seat], metric: str, now: datetime) -> VerdictChange | None:
    was, row = (MetricRow(org, seat, seat.metrics[metric], now) for org, seat in (old, new))
    terms = _list_terms(was) != _list_terms(row)
    days = was.org.holidays ^ row.org.holidays if Cadence.WEEKDAYS in {was.metric.cadence, row.metric.cadence} else ()
    if not (terms or days or was.org.zone != row.org.zone):
        return None
    turned: tuple[VerdictTurn, ...] = ()
    if was.metric.cell_grain is row.metric.cell_grain:
        turned = _list_turns(was, row, _list_past_cells(was, row) if terms else _list_cells_near(row, days))
        if not turned:
            return None
    counts = [_count_verdicts(one) for one in (was, row)]
    if not turned and counts[0] == counts[1]:
        return None
    return VerdictChange(row.seat.id, row.seat.name, metric, row.metric.name, counts[0], counts[1], turned)


def _list_terms(row: MetricRow) -> tuple[object, ...]:
    """What the verdicts on a metric depend on, besides its values, the holidays and the time zone."""
    metric = row.metric
    targets = tuple((begin, target.text) for begin, target in metric.targets.dated)
    judged = (metric.cadence, metric.cell_grain, metric.rollup, metric.allow_misses, find_due(row.org, metric))
    lasts = (metric.ends, row.changeover, _list_terms(row.past) if row.past else None)
    vacant = [(one.since, bool(one.name)) for one in row.seat.holders]
    return (targets, judged, row.seat.since, row.seat.has_blanks, row.seat.pauses, vacant, lasts)


def _list_past_cells(was: MetricRow, row: MetricRow) -> Iterator[Period]:
    """All cells from the first that either side has until the current one."""
    grain = row.metric.cell_grain
    begins = [begin.widen(grain) for one in (was, row) if (begin := _find_beginning(one))]
    current = period_containing(row.now, grain, row.org.zone)
    period = min(begins, default=current)
    while period < current:
        yield period
        period = period.next()


def _find_beginning(row: MetricRow) -> Period | None:
    """The first period that a metric has or declares; None if there is none, or if it is in the future."""
    first = min(row.recorded_cells(), default=None)
    declared, past = row.declared_beginning(), _find_beginning(row.past) if row.past else None
    return min((one for one in (first, declared, past) if one), key=lambda one: one.start, default=None)


def _list_cells_near(row: MetricRow, days: frozenset[date] | tuple[()]) -> Iterator[Period]:
    """The cells that hold one of the days, and the last ones, whose values another time zone makes due later."""
    grain = row.metric.cell_grain
    current = period_containing(row.now, grain, row.org.zone)
    near = {period_containing_local(datetime.combine(day, datetime.min.time()), grain) for day in days}
    period = current
    for _ in range(_LAST_CELLS):
        period = period.previous()
        near.add(period)
    yield from sorted(period for period in near if period < current)


def _list_turns(was: MetricRow, row: MetricRow, periods: Iterator[Period]) -> tuple[VerdictTurn, ...]:
    pairs = Counter((was.row_cell(period).state, row.row_cell(period).state) for period in periods)
    order = list(CellState)
    found = [VerdictTurn(*states, cells) for states, cells in pairs.items() if states[0] is not states[1]]
    return tuple(sorted(found, key=lambda turn: (order.index(turn.before), order.index(turn.after))))


def _count_verdicts(row: MetricRow) -> VerdictCount:
    current = period_containing(row.now, row.metric.cell_grain, row.org.zone)
    states: Sequence[CellState] = [row.judged_cell(cell).state for cell in row.recorded_cells() if cell < current]
    return VerdictCount(sum(state is CellState.ON for state in states), sum(state.is_known for state in states))


_LAST_CELLS = 8
