"""The page of one recipient's briefing."""

from __future__ import annotations

from orgtp.web.pages.brief import can_be_briefed, describe_briefing, name_briefed_seats
from orgtp.web.pages.page import Page, PageMissing, PageRequest


def build_briefing_page(request: PageRequest) -> Page:
    """What one seat has to know today, as `orgtp brief --for` says it. Raises `PageMissing` for no active seat."""
    org, seat = request.org, request.subject
    if not can_be_briefed(org.org, seat):
        raise PageMissing(path=f"brief/{seat}.html")
    view = org.briefings.build(for_=seat)
    name = view.for_name or seat
    content = {"seat": seat, "name": name, "recipients": name_briefed_seats(org), "mine": ""}
    return Page("briefing", f"Briefing for {name}", {**describe_briefing(request, view), **content})
