"""The book in which an action writes what becomes of escalations, before all of it is one change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from orgtp.model.change import Change, Create, Data, Edit, Set
from orgtp.model.escalation import Escalation, Event, Happened, Kind, Stage, Weight, escalation_path, slug
from orgtp.model.escalation_policy import is_here
from orgtp.model.org import Org
from orgtp.model.score import stamp
from orgtp.model.text import one_line, without_numbers

_WEEK = timedelta(days=7)
_TROUBLE = (Happened.OPENED, Happened.AGAIN)
# What happened, as a line says it, and as a subject that counts says it.
_SAID = {
    Happened.OPENED: ("open {id}, with {to}", "opened"),
    Happened.AGAIN: ("again {id}", "again"),
    Happened.UP: ("{id} up to {to}", "up a step"),
    Happened.TOP: ("{id} stays at the top with {with_}", "at the top"),
    Happened.HANDED: ("{id} to {to}", "handed over"),
    Happened.ACKNOWLEDGED: ("{id} acknowledged", "acknowledged"),
    Happened.RESOLVED: ("{id} resolved", "resolved"),
}


class Book:
    """The escalations of an org at `now`, and what the seat `by` does with them."""

    def __init__(self, org: Org, now: datetime, by: str) -> None:
        self.org, self.now, self.by = org, now.replace(microsecond=0), by
        self.held = dict(org.escalations)
        self.done: list[tuple[Happened, str, str]] = []

    def open(self) -> list[Escalation]:
        """Those that are not settled, by id."""
        return [one for _, one in sorted(self.held.items()) if not one.is_over]

    def same(self, seat: str, metric: str, kind: Kind, what: str) -> Escalation | None:
        """The open one of the same trouble: with a metric, or what somebody says in the same words."""
        alike = (one for one in self.open() if (one.seat, one.metric) == (seat, metric))
        if kind is Kind.ISSUE:
            return next((one for one in alike if one.kind is kind and one.what == one_line(what)), None)
        return next((one for one in alike if one.kind is not Kind.ISSUE), None)

    def due(self, span: timedelta, one: Escalation | None = None) -> datetime:
        """When `span` of working time from now on is over, or from the last thing that happened to `one`, if later."""
        return self.org.work_time.after(self._at(one) if one else self.now, span)

    def _at(self, one: Escalation) -> datetime:
        """When it happens: a clock that is behind makes nothing older than what happened before."""
        return max(self.now, *(event.at for event in one.events if event.at), self.now)

    def begin(self, seat: str, metric: str, kind: Kind, severity: Weight, what: str, why: str, to: str) -> None:
        """Open a new one."""
        new = Escalation(
            id=self._new_id(seat, metric or slug(what)),
            what=what,
            seat=seat,
            with_=to,
            opened_at=self.now,
            due=self.due(self.org.policy.escalation.acknowledge),
            why=why,
            by=self.by,
            metric=metric,
            kind=kind,
            severity=severity,
        )
        self.put(new, Happened.OPENED, to=to)

    def hand(self, one: Escalation, to: str, why: str) -> None:
        """Give one into other hands, if somebody is there who has it not already."""
        if to != one.with_ and is_here(self.org, to):
            due = self.due(self.org.policy.escalation.acknowledge, one)
            self.put(replace(one, with_=to, state=Stage.OPEN, due=due), Happened.HANDED, to=to, note=why)

    def settle(self, one: Escalation, note: str) -> None:
        """It is over."""
        self.put(replace(one, state=Stage.RESOLVED), Happened.RESOLVED, note=note)

    def put(self, one: Escalation, what: Happened, *, to: str = "", note: str = "") -> None:
        """Write down what became of one, and what happened."""
        event = Event(self._at(one), what, self.by, to, one_line(note))
        self.held[one.id] = replace(one, events=(*one.events, event))
        line = _SAID[what][0].format(id=one.id, to=to, with_=one.with_)
        self.done.append((what, one.seat, f"{line}: {event.note}" if event.note else line))

    def change(self, nothing: str) -> Change:
        """All of it as one change; `nothing` says why there is nothing to do, where that is so."""
        seats = tuple(sorted({seat for _, seat, _ in self.done}))
        lines = [line for *_, line in self.done]
        several = len(lines) > 1
        what = ", ".join(self._counted()) if several else lines[0] if lines else nothing
        body = "\n".join(lines) if several else ""
        return Change("escalate", what, seats, tuple(self._edits()), by=self.by, body=body)

    def _counted(self) -> Iterator[str]:
        for what, (_, said) in _SAID.items():
            number = sum(done is what for done, *_ in self.done)
            if number:
                yield f"{number} {said}"

    def _edits(self) -> Iterator[Edit]:
        for id_, one in self.held.items():
            before = self.org.escalations.get(id_)
            if before is None:
                yield Create(one.path, content(one))
            elif before != one:
                old, new = content(before), content(one)
                yield from (Set(one.path, (key,), value) for key, value in new.items() if old.get(key) != value)

    def _new_id(self, seat: str, name: str) -> str:
        base = f"{self.now.astimezone(self.org.zone):%Y-%m-%d}-{seat}-{name}"
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(self.held) + 2))
        return next(id_ for id_ in names if id_ not in self.held and not self.org.hidden(escalation_path(id_)))


def content(one: Escalation) -> dict[str, Data]:
    """An escalation as its file has it."""
    told: dict[str, Data] = {
        "what": one.what,
        "why": one.why,
        "opened_at": stamp(one.opened_at) if one.opened_at else "",
        "by": one.by,
        "seat": one.seat,
        "metric": one.metric,
        "kind": str(one.kind),
        "severity": str(one.severity),
        "with": one.with_,
        "due": stamp(one.due) if one.due else "",
        "state": str(one.state),
    }
    known: dict[str, Data] = {key: value for key, value in told.items() if value}
    return {**known, "events": [_event(event) for event in one.events]}


def _event(event: Event) -> dict[str, Data]:
    told = {"at": stamp(event.at) if event.at else "", "what": str(event.what)}
    told |= {"by": event.by, "to": event.to, "note": event.note}
    return {key: text for key, text in told.items() if text}


def last_trouble(one: Escalation) -> datetime | None:
    """When its trouble was told last, by a run; None of what somebody opened by hand."""
    found = [event.at for event in one.events if event.what in _TROUBLE and event.at]
    return max(found, default=None) if one.kind is not Kind.ISSUE else None


def told_lately(now: datetime, one: Escalation, kind: Kind, why: str) -> bool:
    """Whether the same was told within a week: of a late value that it is late, of all else the reason, numbers aside.

    A value that does not come is missing anew with every period; each line of that would say nothing.
    """
    lately = [event for event in one.events if event.what in _TROUBLE and event.at and now - event.at < _WEEK]
    told = [without_numbers(event.note if event.what is Happened.AGAIN else one.why) for event in lately]
    return bool(told) and (kind is Kind.STALE or without_numbers(why) in told)
