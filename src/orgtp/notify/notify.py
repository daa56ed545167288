"""Builds notifications about escalations and sends them.

The change is recorded first. A notification that cannot be sent is reported, but does not affect the record.
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

_TEXTS = {
    EventType.OPENED: "It is assigned to you.",
    EventType.UP: "It moved up to you: {note}.",
    EventType.HANDED: "It was reassigned to you: {note}.",
    EventType.TOP: "It is overdue and stays with you: nobody is above you.",
}
_LONGEST = 300


class NoApprise(OrgtpError):
    """The library that sends notifications is not installed."""

    text = "sending notifications needs apprise. Install it: pip install 'orgtp[notify]'"


@dataclass(frozen=True, slots=True)
class Notification:
    """A short text for the seat `to`."""

    to: str
    title: str
    text: str


def build_notifications(org: Org, done: RecordedChange) -> list[Notification]:
    """One notification for each seat that an escalation of the change is now assigned to."""
    by_seat: dict[str, list[Notification]] = {}
    for one, event in done.change.events:
        if event.what in _TEXTS:
            by_seat.setdefault(one.with_, []).append(_build_notification(org, one, event))
    return [_merge_notifications(org, some) for _, some in sorted(by_seat.items())]


def _merge_notifications(org: Org, some: list[Notification]) -> Notification:
    """Merge the notifications of one seat into one."""
    first, several = some[0], len(some) > 1
    title = f"{org.name}: {len(some)} escalations are assigned to you" if several else first.title
    return Notification(
        first.to, _shorten_line(title), "\n\n".join(f"{one.title}\n{one.text}" if several else one.text for one in some)
    )


def _build_notification(org: Org, one: Escalation, event: EscalationEvent) -> Notification:
    seat = org.name_at(one.seat, event.at) if event.at else one.seat
    due = (
        f" Due {one.due.astimezone(org.zone):%a %Y-%m-%d %H:%M}." if one.due and event.what is not EventType.TOP else ""
    )
    why = f" {_shorten_line(one.why)}" if one.why else ""
    assigned = _TEXTS[event.what].format(note=_shorten_line(event.note))
    text = f"{_shorten_line(one.what)}.{why}\n{assigned}{due}\norgtp escalate ack {one.id}"
    return Notification(one.with_, _shorten_line(f"{org.name}: {seat} needs you"), text)


def _shorten_line(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def send_notifications(news: Iterable[Notification], named: Path | None = None) -> list[str]:
    """Send to the addresses in this machine's file. Returns a message, without addresses, for each failure."""
    waiting = list(news)
    try:
        path = notify_path(named) if waiting else None
        addresses = read_notify_file(path) if path else {}
    except OrgtpError as error:
        return [f"no notification was sent: {error}"]
    return [why for one in waiting for why in _notify_seat(one, addresses)]


def _notify_seat(one: Notification, addresses: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Notify one seat, and yield a message for each failure."""
    known = addresses.get(one.to) or addresses.get(DEFAULT) or ()
    if addresses and not known:
        yield f"{one.to} was not notified: the file has no address for it, and no default"
    for number, text in enumerate(known, 1):
        try:
            why = _send_notification(resolve_address(text), one)
        except OrgtpError as error:
            why = str(error)
        if why:
            yield f"{one.to} was not notified at address {number} of {len(known)}: {why}"


def _send_notification(url: str, one: Notification) -> str:
    """Send to one address. Returns the reason if it failed, else "". Raises `NoApprise`."""
    try:
        import apprise
    except ImportError as error:
        raise NoApprise from error
    # Its log messages contain addresses.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    out = apprise.Apprise()
    try:
        if not out.add(url):
            return "apprise does not support this address"
        sent = bool(out.notify(one.text, title=one.title, body_format=apprise.NotifyFormat.TEXT))
    except Exception:  # noqa: BLE001  (a service may raise anything, which must not affect the record)
        sent = False
    return "" if sent else "it was not accepted"
