"""What the drawing of the chart says about each seat: a sign for each metric, and whether it needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.views.chart import Chart, ChartSeat, MetricNow
from orgtp.views.chart_layout.draw_types import LayoutSeat
from orgtp.views.health.types import HealthView, SeatHealth


class Sign(StrEnum):
    """How a metric is drawn. The value is the name of the sign in the sprite and in classes."""

    OFF = "off"
    LATE = "late"
    UNKNOWN = "un"
    MISSING = "mi"
    PENDING = "pe"
    ON = "on"

    @property
    def word(self) -> str:
        """What it means, in a word or two."""
        return _WORDS[self]


_WORDS = {
    Sign.OFF: "off target",
    Sign.LATE: "late",
    Sign.UNKNOWN: "unknown",
    Sign.MISSING: "missing",
    Sign.PENDING: "not due",
    Sign.ON: "on target",
}
_SIGNS = {
    CellState.ON: Sign.ON,
    CellState.OFF: Sign.OFF,
    CellState.UNAVAILABLE: Sign.UNKNOWN,
    CellState.MISSING: Sign.MISSING,
    CellState.PENDING: Sign.PENDING,
}


@dataclass(frozen=True, slots=True)
class ChartBox:
    """A seat as it is drawn. `above` is the seat above it on this chart, or "", and `owner` a name or "nobody".

    `is_indirect` tells that it does not report to the seat above it itself, because its own superior is left out.
    `dotted` are the seats to which it has a dotted line, and `signs` has one sign for each metric.
    """

    seat: str
    name: str
    role: str
    owner: str
    kind: str
    status: str
    above: str
    is_indirect: bool
    dotted: tuple[str, ...]
    signs: tuple[Sign, ...]
    is_late: bool
    is_drifting: bool

    @property
    def is_group(self) -> bool:
        """Whether it is a group of seats, drawn as a frame around its members."""
        return self.kind == "group"

    @property
    def is_off(self) -> bool:
        """Whether one of its metrics is off target."""
        return Sign.OFF in self.signs

    @property
    def needs_person(self) -> bool:
        """Whether a person should look at it: a metric is off target, a value is late, or it is drifting."""
        return self.is_off or self.is_late or self.is_drifting


def list_chart_boxes(chart: Chart, health: HealthView | None = None) -> tuple[ChartBox, ...]:
    """The seats of a chart as they are drawn, in its order. Without their health, none is drifting."""
    known: Mapping[str, SeatHealth] = {one.seat: one.health for one in health.seats} if health else {}
    return tuple(_make_box(chart, seat, known.get(seat.seat)) for seat in chart.seats)


def _make_box(chart: Chart, seat: ChartSeat, health: SeatHealth | None) -> ChartBox:
    above, is_retired = chart.above.get(seat.seat, ""), seat.status == "retired"
    # The numbers of a retired seat are history.
    signs = () if is_retired else tuple(sign for one in seat.metrics if (sign := _find_sign(one)))
    held = f" ({seat.holder})" if seat.holder and seat.holder != seat.name else ""
    return ChartBox(
        seat=seat.seat,
        name=f"{seat.name}{held}",
        role=seat.role,
        owner=seat.human_owner or seat.owner or "nobody",
        kind=seat.kind,
        status=seat.status,
        above=above,
        is_indirect=bool(above) and seat.reports_to != above,
        dotted=seat.also_reports_to,
        signs=signs,
        is_late=Sign.LATE in signs,
        is_drifting=health is SeatHealth.DRIFTING and not is_retired,
    )


def _find_sign(metric: MetricNow) -> Sign | None:
    """The sign of a metric; None if it does not exist yet and nothing is owed."""
    return Sign.LATE if metric.stale_since is not None else _SIGNS.get(metric.state)


def to_layout_seat(box: ChartBox, label: int = 0, head: int = 0) -> LayoutSeat:
    """What the layout needs to know of a seat; `label` and `head` are widths in the head of the frame of a group."""
    return LayoutSeat(box.seat, box.above, is_group=box.is_group, dotted=box.dotted, label=label, head=head)
