"""The seats of the chart page as rows, which the list shows and the script reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from orgtp.model.cell import CellState
from orgtp.model.seat import MetricKey
from orgtp.views.chart import Chart, ChartSeat

# One letter for each metric: how its mark is drawn. A late value has the clock, whatever its state.
MARKS = {
    CellState.ON: "o",
    CellState.OFF: "x",
    CellState.UNAVAILABLE: "u",
    CellState.MISSING: "m",
    CellState.PENDING: "p",
    CellState.NONE: "p",
}
LATE = "l"
# The sign of each letter in the sprite, and its words.
SIGNS = {
    "o": ("on", "on target"),
    "x": ("off", "off target"),
    "u": ("un", "unknown"),
    "m": ("mi", "missing"),
    "l": ("late", "late"),
    "p": ("pe", "not due yet"),
}
KINDS = {"human": "person", "agent": "agent", "group": "group"}


@dataclass(frozen=True, slots=True)
class MarkCount:
    """How many metrics have a mark: the sign of the sprite, and words such as `3 off target`."""

    sign: str
    number: int
    word: str


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A seat in the list.

    `marks` has a letter for each metric. `notes` say why the seat needs a person, as sign and words. `place` and
    `siblings` count it among those below the same seat. `closes` is the number of lists that end after it.
    """

    seat: ChartSeat
    above: str
    level: int
    place: int
    siblings: int
    has_below: bool
    marks: str
    is_late: bool
    is_drifting: bool
    notes: tuple[tuple[str, str], ...]
    closes: int
    kind: str

    @property
    def needs_person(self) -> bool:
        """Whether a metric is off target, late or drifting."""
        return "x" in self.marks or self.is_late or self.is_drifting

    @property
    def owner(self) -> str:
        """The name of the one who answers for the seat."""
        return self.seat.human_owner or self.seat.owner or ""

    @property
    def flags(self) -> str:
        """`l` for late, `d` for drifting."""
        return f"{'l' if self.is_late else ''}{'d' if self.is_drifting else ''}"

    @property
    def mark_words(self) -> str:
        """`2 on target, 1 late`, for those who cannot see the marks."""
        return ", ".join(f"{one.number} {one.word}" for one in count_marks(self.marks))

    @property
    def signs(self) -> list[str]:
        """The sign of each mark."""
        return [SIGNS[mark][0] for mark in self.marks]


def mark_metric(state: CellState, *, is_late: bool) -> str:
    """The letter of a metric."""
    return LATE if is_late and state is not CellState.OFF else MARKS[state]


def count_marks(marks: str) -> list[MarkCount]:
    """How often each mark is there."""
    counts = Counter(marks)
    return [MarkCount(sign, counts[mark], word) for mark, (sign, word) in SIGNS.items() if counts[mark]]


def build_rows(chart: Chart, drifting: Mapping[MetricKey, str], zone: tzinfo) -> list[ChartRow]:
    """A row for each seat of the chart, in its order. `drifting` has the metrics that drift, and since when."""
    below = Counter(chart.above[seat.seat] for seat in chart.seats)
    places: Counter[str] = Counter()
    levels = [_find_level(chart, seat) for seat in chart.seats]
    rows = []
    for seat, level in zip(chart.seats, levels, strict=True):
        above = chart.above[seat.seat]
        places[above] += 1
        marks = "".join(mark_metric(metric.state, is_late=metric.stale_since is not None) for metric in seat.metrics)
        begun = [since for metric in seat.metrics if (since := drifting.get(MetricKey(seat.seat, metric.metric)))]
        late = [metric.stale_since for metric in seat.metrics if metric.stale_since]
        rows.append(
            ChartRow(
                seat=seat,
                above=above,
                level=level,
                place=places[above],
                siblings=below[above],
                has_below=below[seat.seat] > 0,
                marks=marks,
                is_late=bool(late),
                is_drifting=bool(begun),
                notes=tuple(_list_notes(marks, late, begun, zone, seat.status)),
                closes=0,
                kind=KINDS[seat.kind],
            )
        )
    return rows


def _find_level(chart: Chart, seat: ChartSeat) -> int:
    """The level of a seat, 1 at the top; seats of a chart without a root begin there."""
    return seat.depth + 1


def _list_notes(
    marks: str, late: Sequence[datetime], drifting: Sequence[str], zone: tzinfo, status: str
) -> Iterator[tuple[str, str]]:
    if late:
        yield "late", f"late since {format_short_day(min(late).astimezone(zone).date())}"
    if drifting:
        first = min(drifting)
        yield "drift", f"drifting since {first.partition('-')[2] if '-W' in first else first}"
    if "x" in marks:
        yield "off", "off target"
    if status != "active":
        yield "", status


def format_short_day(day: date) -> str:
    """`9 Nov`."""
    return f"{day.day} {day:%b}"


def list_folded_rows(rows: Iterable[ChartRow], folded: frozenset[str]) -> list[ChartRow]:
    """Those rows that are not below a folded seat; the rest is drawn as it is opened."""
    hidden: set[str] = set()
    shown = []
    for row in rows:
        if row.above in hidden or row.above in folded:
            hidden.add(row.seat.seat)
        else:
            shown.append(row)
    return shown


def close_lists(rows: Sequence[ChartRow]) -> list[ChartRow]:
    """The rows, each with the number of lists that end after it."""
    after = [*(row.level for row in rows[1:]), 1]
    return [replace(row, closes=max(0, row.level - next_)) for row, next_ in zip(rows, after, strict=True)]
