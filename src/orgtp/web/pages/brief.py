"""The page of the briefing: what the whole org has to know today, and whom to choose for theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgtp.api import OrgHandle
from orgtp.model.org import Org
from orgtp.model.records.review import find_last_week
from orgtp.model.seat import SeatStatus
from orgtp.model.target import format_target
from orgtp.render.briefing.blocks import describe_old, format_flag, name_day_before
from orgtp.render.wording.figures import format_full_figure
from orgtp.views.briefing.recipients import list_briefed_seats
from orgtp.views.briefing.types import Briefing
from orgtp.web.pages.numbers import find_first_fields
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.seat_names import SeatName, find_seat_name

# What each kind of need is called, and its sign.
_NEED_WORDS = {"escalation": "Escalation", "todo": "To-do", "value": "Record a value today", "review": "Review"}


def build_brief_page(request: PageRequest) -> Page:
    """What everybody has to know today, as `orgtp brief` says it."""
    org = request.org
    more = {"mine": find_own_briefing(request), "recipients": name_briefed_seats(org)}
    return Page("brief", "Brief", {**describe_briefing(request, org.briefings.build()), **more})


def describe_briefing(request: PageRequest, view: Briefing) -> Mapping[str, Any]:
    """What a template needs to show a briefing. `fields` are those in which the reader enters a metric."""
    org, zone = request.org, request.org.head.zone
    return {
        "view": view,
        "zone": zone,
        "valid_until": view.valid_until.astimezone(zone),
        "old": describe_old(view.collect, zone) if view.collect and view.collect.is_old else "",
        "before": name_day_before(view),
        "need_words": _NEED_WORDS,
        "fields": find_first_fields(request),
        "flags": None if view.flags is None else [(one, format_flag(one)) for one in view.flags],
        "off": None
        if view.off is None
        else [(one, format_full_figure(one.value, one.measure), format_target(one.target)) for one in view.off],
        "briefed": frozenset(list_briefed_seats(org.org)),
        "week": find_last_week(org.now, zone).text,
    }


def name_briefed_seats(org: OrgHandle) -> list[SeatName]:
    """The seats whose briefings have a page, in the order of the chart."""
    return [find_seat_name(org.org, one) for one in list_briefed_seats(org.org)]


def find_own_briefing(request: PageRequest) -> str:
    """The seat of the person who looks, if it gets a briefing; "" otherwise."""
    seat = request.reader.seat
    return seat if can_be_briefed(request.org.org, seat) else ""


def can_be_briefed(org: Org, seat: str) -> bool:
    """Whether a seat can get a briefing: it is active."""
    return seat in org.seats and org.seats[seat].status is SeatStatus.ACTIVE
