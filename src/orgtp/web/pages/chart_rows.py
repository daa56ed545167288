"""The seats of the chart page as rows, which the list shows and the script reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from orgtp.model.cell import CellState
from orgtp.model.seat import MetricKey
from orgtp.render.wording.dates import format_short_day
from orgtp.render.wording.periods import name_earliest
from orgtp.views.chart import Chart
from orgtp.views.chart_drawing.boxes import ChartBox, list_chart_boxes
from orgtp.views.signs import find_sign
from orgtp.web.pages.chart_facts import LETTERS, NO_MARK, SeatFacts, encode_box

# A row of the list has a sign for each of so many metrics; of more, it has their number.
MOST_ROW_SIGNS = 9
# The sign of each letter in the sprite, and its words.
SIGNS = {letter: (sign.value, sign.word) for sign, letter in LETTERS.items()}


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
    `siblings` count it among those below the same seat. `closes` is the number of lists that end after it. `path`
    is the name of the seat above, for a branch that is printed on a page of its own.
    """

    box: ChartBox
    capabilities: tuple[str, ...]
    level: int
    place: int
    siblings: int
    has_below: bool
    marks: str
    notes: tuple[tuple[str, str], ...]
    closes: int
    path: str = ""

    @property
    def facts(self) -> SeatFacts:
        """The row as the script knows it."""
        return encode_box(self.box, self.marks, self.capabilities)

    @property
    def mark_words(self) -> str:
        """`2 on target, 1 late`, for those who cannot see the marks."""
        return ", ".join(f"{one.number} {one.word}" for one in count_marks(self.marks))

    @property
    def sums(self) -> list[MarkCount]:
        """How often each mark is there, what needs a person first; empty if there are few enough to show each."""
        order = [SIGNS[mark][0] for mark in "xlumpo"]
        counts = count_marks(self.marks) if len(self.signs) > MOST_ROW_SIGNS else []
        return sorted(counts, key=lambda one: order.index(one.sign))

    @property
    def signs(self) -> list[str]:
        """The sign of each mark."""
        return [SIGNS[mark][0] for mark in self.marks if mark in SIGNS]


def mark_metric(state: CellState, *, is_late: bool) -> str:
    """The letter of a metric."""
    sign = find_sign(state, is_late=is_late)
    return LETTERS[sign] if sign else NO_MARK


def count_marks(marks: str) -> list[MarkCount]:
    """How often each mark is there."""
    counts = Counter(marks)
    return [MarkCount(sign, counts[mark], word) for mark, (sign, word) in SIGNS.items() if counts[mark]]


def build_rows(chart: Chart, drifting: Mapping[MetricKey, str], zone: tzinfo) -> list[ChartRow]:
    """A row for each seat of the chart, in its order. `drifting` has the metrics that drift, and since when."""
    below = Counter(chart.above[seat.seat] for seat in chart.seats)
    places: Counter[str] = Counter()
    names = {seat.seat: seat.name for seat in chart.seats if seat.depth == 0}
    rows = []
    for seat, box in zip(chart.seats, list_chart_boxes(chart), strict=True):
        places[box.above] += 1
        begun = [since for metric in seat.metrics if (since := drifting.get(MetricKey(seat.seat, metric.metric)))]
        late = [metric.stale_since for metric in seat.metrics if metric.stale_since]
        rows.append(
            ChartRow(
                box=replace(box, is_drifting=bool(begun)),
                capabilities=tuple(seat.capabilities),
                level=seat.depth + 1,
                place=places[box.above],
                siblings=below[box.above],
                has_below=below[seat.seat] > 0,
                marks="".join(mark_metric(one.state, is_late=one.stale_since is not None) for one in seat.metrics),
                notes=tuple(_list_notes(box, late, begun, zone)),
                closes=0,
                path=names.get(box.above, "") if seat.depth == 1 and below[seat.seat] else "",
            )
        )
    return rows


def _list_notes(
    box: ChartBox, late: Sequence[datetime], drifting: Sequence[str], zone: tzinfo
) -> Iterator[tuple[str, str]]:
    if late:
        yield "late", f"late since {format_short_day(min(late).astimezone(zone))}"
    if drifting:
        yield "drift", f"drifting since {name_earliest(drifting)}"
    if box.is_off:
        yield "off", "off target"
    if box.status != "active":
        yield "", box.status


def list_folded_rows(rows: Iterable[ChartRow], folded: frozenset[str]) -> list[ChartRow]:
    """Those rows that are not below a folded seat; the rest is drawn as it is opened."""
    hidden: set[str] = set()
    shown = []
    for row in rows:
        if row.box.above in hidden or row.box.above in folded:
            hidden.add(row.box.seat)
        else:
            shown.append(row)
    return shown


def close_lists(rows: Sequence[ChartRow]) -> list[ChartRow]:
    """The rows, each with the number of lists that end after it."""
    after = [*(row.level for row in rows[1:]), 1]
    return [replace(row, closes=max(0, row.level - next_)) for row, next_ in zip(rows, after, strict=True)]
