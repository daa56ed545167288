"""The short page of a seat, for one file that has the pages of many seats: its facts, and its metrics as of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgtp.model.inventory.imported import is_mission_unreviewed
from orgtp.model.target import format_target
from orgtp.render.wording.figures import format_full_figure
from orgtp.views.chart import ChartSeat
from orgtp.views.signs import describe_state, name_sign
from orgtp.web.pages.page import Page
from orgtp.web.pages.scorecard import MOST_ROWS

if TYPE_CHECKING:
    from orgtp.api import OrgHandle


@dataclass(frozen=True, slots=True)
class ShortMetric:
    """A metric of a short page: what it is, its target, its newest value, and its state by sign and word."""

    id: str
    name: str
    target: str
    latest: str
    sign: str
    word: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShortSeats:
    """Every seat by its id, retired ones too, as the chart has them.

    `has_rows`: every metric has a row on the page of the scorecard.
    """

    seats: Mapping[str, ChartSeat]
    has_rows: bool


def list_short_seats(org: OrgHandle) -> ShortSeats:
    """The seats of an org that has too many for a full page of each in one file."""
    seats = {seat.seat: seat for seat in org.chart(retired=True).seats}
    return ShortSeats(seats, sum(len(seat.metrics) for seat in seats.values()) <= MOST_ROWS)


def build_short_seat_page(org: OrgHandle, short: ShortSeats, id_: str) -> Page:
    """The short page of a seat."""
    seat = short.seats[id_]
    metrics = [
        ShortMetric(
            one.metric,
            one.name or one.metric,
            format_target(one.target),
            format_full_figure(one.latest, one.measure) if one.latest is not None else "",
            name_sign(one.state),
            describe_state(one.state, one.latest),
            one.stale_since is not None,
        )
        for one in seat.metrics
    ]
    mission, unreviewed = org.org.seats[seat.seat].mission, is_mission_unreviewed(org.org.seats[seat.seat])
    above = org.org.seats.get(seat.reports_to or "")
    content = {"seat": seat, "metrics": metrics, "mission": mission, "above": above.name if above else ""}
    content |= {"has_rows": short.has_rows, "unreviewed": unreviewed}
    return Page("short_seat", seat.name or seat.seat, content)
