"""Who is expected to get a briefing, by those who had the one before."""

from __future__ import annotations

from datetime import date, datetime

from orgtp.model.escalation_policy import find_stand_in
from orgtp.model.org import Org


def list_earlier_recipients(org: Org, day: date, now: datetime) -> list[str]:
    """The seats that had the newest briefing before a day, and that are active and not away at `now`."""
    before = [one for one in org.deliveries if one.day < day]
    newest = max((one.day for one in before), default=None)
    seats = sorted({one.to for one in before if one.day == newest and one.to in org.seats})
    return [seat for seat in seats if org.seats[seat].is_active and find_stand_in(org, seat, now) == seat]
