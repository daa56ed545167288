"""Telling people of escalations: what there is to tell of a change, and the addresses that it goes to.

The record is made before anybody is told. What cannot be told changes nothing in it, and is reported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import Escalation, EscalationEvent, EventType
from orgtp.model.org import Org
from orgtp.model.text import one_line
from orgtp.notify.config import DEFAULT, notify_path, read_notify_file, resolve_address

if TYPE_CHECKING:
    from orgtp.ledger.batch import RecordedChange

_SAID = {
    EventType.OPENED: "It is with you.",
    EventType.UP: "It came up to you: {note}.",
    EventType.HANDED: "It is with you now: {note}.",
    EventType.TOP: "It is overdue and stays with you: nobody is above.",
}
_LONGEST = 300


class NoApprise(OrgtpError):
    """The library that reaches people is not installed."""

    text = "nobody can be told without apprise. Install it: pip install 'orgtp[notify]'"


@dataclass(frozen=True, slots=True)
class Notification:
    """A short text for the seat `to`."""

    to: str
    title: str
    text: str


def build_notifications(org: Org, done: RecordedChange) -> list[Notification]:
    """What a recorded change has to tell to those whose hands something is in now: one text for each of them."""
    held: dict[str, list[Notification]] = {}
    for one, event in done.change.events:
        if event.what in _SAID:
            held.setdefault(one.with_, []).append(_build_notification(org, one, event))
    return [_merge_notifications(org, told) for _, told in sorted(held.items())]


def _merge_notifications(org: Org, told: list[Notification]) -> Notification:
    """Whoever is told of many things at once reads one message."""
    first, several = told[0], len(told) > 1
    title = f"{org.name}: {len(told)} things are with you now" if several else first.title
    return Notification(
        first.to, _shorten_line(title), "\n\n".join(f"{one.title}\n{one.text}" if several else one.text for one in told)
    )


def _build_notification(org: Org, one: Escalation, event: EscalationEvent) -> Notification:
    seat = org.seats[one.seat].name if one.seat in org.seats else one.seat
    due = (
        f" Due {one.due.astimezone(org.zone):%a %Y-%m-%d %H:%M}." if one.due and event.what is not EventType.TOP else ""
    )
    why = f" {_shorten_line(one.why)}" if one.why else ""
    said = _SAID[event.what].format(note=_shorten_line(event.note))
    text = f"{_shorten_line(one.what)}.{why}\n{said}{due}\norgtp escalate ack {one.id}"
    return Notification(one.with_, _shorten_line(f"{org.name}: {seat} needs you"), text)


def _shorten_line(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def send_notifications(news: Iterable[Notification], named: Path | None = None) -> list[str]:
    """Tell everybody whom this machine's file has addresses of; what could not be told, in words, with no address."""
    told = list(news)
    try:
        path = notify_path(named) if told else None
        book = read_notify_file(path) if path else {}
    except OrgtpError as error:
        return [f"nobody was told: {error}"]
    return [why for one in told for why in _notify_seat(one, book)]


def _notify_seat(one: Notification, book: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What went wrong when telling one."""
    known = book.get(one.to) or book.get(DEFAULT) or ()
    if book and not known:
        yield f"not told to {one.to}: the file has no address of it, and no default"
    for number, text in enumerate(known, 1):
        try:
            why = _send_notification(resolve_address(text), one)
        except OrgtpError as error:
            why = str(error)
        if why:
            yield f"not told to {one.to}, address {number} of {len(known)}: {why}"


def _send_notification(url: str, one: Notification) -> str:
    """Why an address did not take it; "" where it did. Raises `NoApprise`."""
    try:
        import apprise
    except ImportError as error:
        raise NoApprise from error
    # It would write addresses to standard error.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    out = apprise.Apprise()
    try:
        if not out.add(url):
            return "that is no address that apprise knows"
        taken = bool(out.notify(one.text, title=one.title, body_format=apprise.NotifyFormat.TEXT))
    except Exception:  # noqa: BLE001  (a hundred services; whatever one of them does, the record stands)
        taken = False
    return "" if taken else "it was not taken"
