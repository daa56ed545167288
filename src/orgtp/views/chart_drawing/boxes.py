"""What the drawing of the chart says about each seat: a sign for each metric, and whether it needs a person."""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.lazy_dataclass import dataclass
from orgtp.views.chart import Chart, ChartSeat
from orgtp.views.chart_drawing.draw_types import LayoutSeat
from orgtp.views.days.types import SeatOnDay
from orgtp.views.health.types import HealthView, SeatHealth
from orgtp.views.signs import Sign, find_sign


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
    drifting = {one.seat for one in health.seats if one.health is SeatHealth.DRIFTING} if health else set()
    return tuple(_box_of_chart(chart, seat, is_drifting=seat.seat in drifting) for seat in chart.seats)


def _box_of_chart(chart: Chart, seat: ChartSeat, *, is_drifting: bool) -> ChartBox:
    signs = [find_sign(one.state, is_late=one.stale_since is not None) for one in seat.metrics]
    return _make_box(seat, chart.above.get(seat.seat, ""), signs, is_drifting=is_drifting)


def make_day_box(seat: SeatOnDay) -> ChartBox:
    """A seat as the chart of a day draws it."""
    signs = [find_sign(one.state, is_late=one.is_late) for one in seat.metrics]
    return _make_box(seat, seat.above, signs, is_drifting=any(one.is_drifting for one in seat.metrics))


def _make_box(seat: ChartSeat | SeatOnDay, above: str, signs: Iterable[Sign | None], *, is_drifting: bool) -> ChartBox:
    """The box of a seat. A metric without a sign does not exist yet, and owes nothing."""
    is_retired = seat.status == "retired"
    # The numbers of a retired seat are history.
    shown = () if is_retired else tuple(sign for sign in signs if sign)
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
        signs=shown,
        is_late=Sign.LATE in shown,
        is_drifting=is_drifting and not is_retired,
    )


def to_layout_seat(box: ChartBox, label: int = 0, head: int = 0) -> LayoutSeat:
    """What the layout needs to know of a seat; `label` and `head` are widths in the head of the frame of a group."""
    return LayoutSeat(box.seat, box.above, is_group=box.is_group, dotted=box.dotted, label=label, head=head)
