"""The page of a seat, current or retired."""

from __future__ import annotations

from orgtp.web.pages.page import Page, PageRequest


def build_seat_page(request: PageRequest) -> Page:
    """Everything about one seat. Raises `UnknownSeat`."""
    seat = request.org.seat(request.subject)
    return Page("seat", seat.place.name or seat.place.seat, {"seat": seat})
