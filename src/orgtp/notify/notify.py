"""Builds notifications about escalations, and sends them and other messages.

A change is recorded before anybody is notified of it. A notification that cannot be sent is reported, but does not
affect the record.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.model.due import due_at
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import Escalation, EscalationEvent, EscalationKind, EventType
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period
from orgtp.model.seat import Metric
from orgtp.model.text import count_noun, make_name_key, one_line
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
    """A short text for the seat `to`. `form` is `text`, `markdown` or `html`."""

    to: str
    title: str
    text: str
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message: how many of the addresses accepted it, and a sentence for each that did not."""

    accepted: int
    failures: tuple[str, ...]


def build_notifications(org: Org, done: RecordedChange) -> list[Notification]:
    """One notification for each seat that the change assigns escalations to. It lists all of them, by name."""
    by_seat: dict[str, list[_Item]] = {}
    for one, event in done.change.events:
        if event.what in _TEXTS:
            by_seat.setdefault(one.with_, []).append(_Item(org, one, event))
    return [_build_notification(org, to, some) for to, some in sorted(by_seat.items())]


def _build_notification(org: Org, to: str, items: list[_Item]) -> Notification:
    """The notification for one seat. Of several problems, each begins with the seat that it is about."""
    if len(items) == 1:
        (item,) = items
        title = f"{org.name}: {item.seat_name} needs you"
        text = f"{item.problem}\n{item.assigned}\norgtp escalate ack {item.one.id}"
        return Notification(to, _shorten_line(title), text)
    late = all(item.one.kind is EscalationKind.STALE for item in items)
    title = f"{org.name}: {len(items)} {'values are late' if late else 'escalations are assigned to you'}"
    ordered = sorted(items, key=lambda item: (make_name_key(item.seat_name), item.one.id))
    parts = [f"{item.problem_of_seat}\n{item.assigned}" for item in ordered]
    return Notification(to, _shorten_line(title), "\n\n".join([*parts, f"orgtp escalate list --seat {to}"]))


@dataclass(frozen=True, slots=True)
class _Item:
    """One escalation of a notification, in the words of the people who read it: names instead of ids."""

    org: Org
    one: Escalation
    event: EscalationEvent

    @property
    def seat_name(self) -> str:
        return _find_name(self.org, self.one.seat, self.event)

    @property
    def problem(self) -> str:
        """What is wrong: the text of an issue, or the metric with the period and how late its value is."""
        one = self.one
        if one.kind is EscalationKind.ISSUE or not one.metric:
            why = f" {_shorten_line(one.why)}" if one.why else ""
            return f"{_shorten_line(one.what)}.{why}"
        seat = self.org.seats.get(one.seat)
        metric = seat.metrics.get(one.metric) if seat else None
        about = f"{self.seat_name}, {one_line(metric.name) if metric else one.metric}"
        if one.kind is EscalationKind.SOURCE:
            return f"{about}: its source is broken. {_shorten_line(one.why)}".rstrip()
        text, _, why = one.why.partition(": ")
        period = parse_period(text)
        if not period:
            return f"{about}: a value is late. {_shorten_line(one.why)}".rstrip()
        late = self._describe_lateness(metric, period) if metric else ""
        return f"{about}: {_shorten_line(why) or 'no value came'} for {period.text}.{late}"

    @property
    def problem_of_seat(self) -> str:
        """The same, with the name of the seat before it."""
        return self.problem if self.problem.startswith(f"{self.seat_name}, ") else f"{self.seat_name}: {self.problem}"

    def _describe_lateness(self, metric: Metric, period: Period) -> str:
        due = due_at(self.org, metric, period)
        ago = _format_span(self.event.at - due) if self.event.at and self.event.at > due else ""
        return f" It was due {due.astimezone(self.org.zone):%a %Y-%m-%d %H:%M}{f', {ago} ago' if ago else ''}."

    @property
    def assigned(self) -> str:
        """How the seat got it, and until when it has time."""
        one, what = self.one, self.event.what
        due = f" Due {one.due.astimezone(self.org.zone):%a %Y-%m-%d %H:%M}." if one.due else ""
        note = _shorten_line(_name_first_seat(self.org, self.event))
        if what is EventType.OPENED and note:
            return f"It is assigned to you {note}.{due}"
        return f"{_TEXTS[what].format(note=note)}{'' if what is EventType.TOP else due}"


def _find_name(org: Org, seat: str, event: EscalationEvent) -> str:
    """The name of a seat when the event happened."""
    if seat not in org.seats:
        return seat
    if event.at is None:
        return one_line(org.seats[seat].name)
    others = (one.id for one in org.seats.values() if not one.is_retired)
    return one_line(org.label_seats([seat, *others], event.at)[seat])


def _name_first_seat(org: Org, event: EscalationEvent) -> str:
    """The note of an event with the name of the seat that it begins with: `Bogdan did not acknowledge it in time`."""
    first, blank, rest = event.note.partition(" ")
    named = f"{_find_name(org, first, event)}{blank}{rest}" if first in org.seats else event.note
    # A delegate is told for whom, see `describe_absence`.
    return re.sub(
        r"\bfor ([a-z][a-z0-9-]*), until ([0-9-]{10})$",
        lambda match: f"for {_find_name(org, match[1], event)}, until {match[2]}",
        named,
    )


def _format_span(span: timedelta) -> str:
    """`2 days`, `1 hour` or `30 minutes`: the largest unit, rounded down."""
    minutes = int(span.total_seconds()) // 60
    if minutes >= _DAY:
        return count_noun(minutes // _DAY, "day")
    return count_noun(minutes // _HOUR, "hour") if minutes >= _HOUR else count_noun(minutes, "minute")


_HOUR, _DAY = 60, 24 * 60


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


def send_message(one: Notification, addresses: Mapping[str, tuple[str, ...]]) -> Sent:
    """Send a message to every address of its seat, else to the default ones. No failure contains an address."""
    known = addresses.get(one.to) or addresses.get(DEFAULT) or ()
    failures = []
    for number, text in enumerate(known, 1):
        try:
            why = _send_notification(resolve_address(text), one)
        except OrgtpError as error:
            why = str(error)
        if why:
            failures.append(f"{one.to} was not notified at address {number} of {len(known)}: {why}")
    return Sent(len(known) - len(failures), tuple(failures))


def _notify_seat(one: Notification, addresses: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Notify one seat, and yield a message for each failure."""
    if addresses and not (addresses.get(one.to) or addresses.get(DEFAULT)):
        yield f"{one.to} was not notified: the file has no address for it, and no default"
    yield from send_message(one, addresses).failures


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
        sent = bool(out.notify(one.text, title=one.title, body_format=apprise.NotifyFormat(one.form)))
    except Exception:  # noqa: BLE001  (a service may raise anything, which must not affect the record)
        sent = False
    return "" if sent else "it was not accepted"
