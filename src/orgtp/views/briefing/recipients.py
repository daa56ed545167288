"""Who is expected to get a briefing, by those who had the one before."""

from __future__ import annotations

from datetime import date, datetime

from orgtp.model.escalation_policy import find_stand_in
from orgtp.model.org import Org
from orgtp.views.chart_order import list_places

# More briefings than this are not written as pages: the command shows those of the others.
MOST_BRIEFED = 60


def list_briefed_seats(org: Org) -> list[str]:
    """The seats whose briefings have a page: those that have had one, and the people who own a seat.

    The first ones in the order of the chart, if there are many.
    """
    asked = {one.to for one in org.deliveries} | {seat.owner for seat in org.seats.values() if seat.is_active}
    wanted = {seat for seat in asked if seat in org.seats and org.seats[seat].is_active}
    places = [place.seat.id for place in list_places(org)]
    return [seat for seat in places if seat in wanted][:MOST_BRIEFED]


def list_earlier_recipients(org: Org, day: date, now: datetime) -> list[str]:
    """The seats that had the newest briefing before a day, and that are active and not away at `now`."""
    before = [one for one in org.deliveries if one.day < day]
    newest = max((one.day for one in before), default=None)
    seats = sorted({one.to for one in before if one.day == newest and one.to in org.seats})
    return [seat for seat in seats if org.seats[seat].is_active and find_stand_in(org, seat, now) == seat]
