"""Escalating: trouble is put into somebody's hands, goes up a step where nobody acts in time, and is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Create, Data, Edit, Set
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import (
    Escalation,
    EscalationEvent,
    EscalationKind,
    EscalationSeverity,
    EscalationStatus,
    EventType,
    escalation_path,
    slugify_text,
)
from orgtp.model.escalation_policy import (
    find_first_assignee,
    find_next_assignee,
    find_responsible_seat,
    is_active_seat,
    is_overdue,
    is_with_responsible,
    list_allowed_acknowledgers,
    list_allowed_resolvers,
    silenced_until,
)
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.score import format_timestamp
from orgtp.model.text import count_noun, join_with_and, one_line, remove_digits

_WEEK = timedelta(days=7)
_TROUBLE = (EventType.OPENED, EventType.AGAIN)
# What happened, as a line says it, and as a subject that counts says it.
_SAID = {
    EventType.OPENED: ("open {id}, with {to}", "opened"),
    EventType.AGAIN: ("again {id}", "again"),
    EventType.UP: ("{id} up to {to}", "up a step"),
    EventType.TOP: ("{id} stays at the top with {with_}", "at the top"),
    EventType.HANDED: ("{id} to {to}", "handed over"),
    EventType.ACKNOWLEDGED: ("{id} acknowledged", "acknowledged"),
    EventType.RESOLVED: ("{id} resolved", "resolved"),
}


class Book:
    """The escalations of an org at `now`, and what the seat `by` does with them."""

    def __init__(self, org: Org, now: datetime, by: str) -> None:
        self.org, self.now, self.by = org, now.replace(microsecond=0), by
        self.held = dict(org.escalations)
        self.done: list[tuple[EventType, str, str]] = []

    def open(self) -> list[Escalation]:
        """Those that are not settled, by id."""
        return [one for _, one in sorted(self.held.items()) if not one.is_resolved]

    def same(self, seat: str, metric: str, kind: EscalationKind, what: str) -> Escalation | None:
        """The open one of the same trouble: with a metric, or what somebody says in the same words."""
        alike = (one for one in self.open() if (one.seat, one.metric) == (seat, metric))
        if kind is EscalationKind.ISSUE:
            return next((one for one in alike if one.kind is kind and one.what == one_line(what)), None)
        return next((one for one in alike if one.kind is not EscalationKind.ISSUE), None)

    def due(self, span: timedelta, one: Escalation | None = None) -> datetime:
        """When `span` of working time from now on is over, or from the last thing that happened to `one`, if later."""
        return self.org.work_time.add_working_time(self._at(one) if one else self.now, span)

    def _at(self, one: Escalation) -> datetime:
        """When it happens: a clock that is behind makes nothing older than what happened before."""
        return max(self.now, *(event.at for event in one.events if event.at), self.now)

    def begin(
        self, seat: str, metric: str, kind: EscalationKind, severity: EscalationSeverity, what: str, why: str, to: str
    ) -> None:
        """Open a new one."""
        new = Escalation(
            id=self._new_id(seat, metric or slugify_text(what)),
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
        self.put(new, EventType.OPENED, to=to)

    def hand(self, one: Escalation, to: str, why: str) -> None:
        """Give one into other hands, if somebody is there who has it not already."""
        if to != one.with_ and is_active_seat(self.org, to):
            due = self.due(self.org.policy.escalation.acknowledge, one)
            self.put(replace(one, with_=to, state=EscalationStatus.OPEN, due=due), EventType.HANDED, to=to, note=why)

    def settle(self, one: Escalation, note: str) -> None:
        """It is over."""
        self.put(replace(one, state=EscalationStatus.RESOLVED), EventType.RESOLVED, note=note)

    def put(self, one: Escalation, what: EventType, *, to: str = "", note: str = "") -> None:
        """Write down what became of one, and what happened."""
        event = EscalationEvent(self._at(one), what, self.by, to, one_line(note))
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
        edits, events = tuple(self._edits()), tuple(self._list_events())
        return Change("escalate", what, seats, edits, by=self.by, body=body, events=events)

    def _list_events(self) -> Iterator[tuple[Escalation, EscalationEvent]]:
        """What happened to each escalation, in the order of their files."""
        for one in sorted(self.held.values(), key=lambda one: one.path):
            before = self.org.escalations.get(one.id)
            yield from ((one, event) for event in one.events[len(before.events) if before else 0 :])

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
        return next(id_ for id_ in names if id_ not in self.held and not self.org.is_unreadable(escalation_path(id_)))


def content(one: Escalation) -> dict[str, Data]:
    """An escalation as its file has it."""
    told: dict[str, Data] = {
        "what": one.what,
        "why": one.why,
        "opened_at": format_timestamp(one.opened_at) if one.opened_at else "",
        "by": one.by,
        "seat": one.seat,
        "metric": one.metric,
        "kind": str(one.kind),
        "severity": str(one.severity),
        "with": one.with_,
        "due": format_timestamp(one.due) if one.due else "",
        "state": str(one.state),
    }
    known: dict[str, Data] = {key: value for key, value in told.items() if value}
    return {**known, "events": [_event(event) for event in one.events]}


def _event(event: EscalationEvent) -> dict[str, Data]:
    told = {"at": format_timestamp(event.at) if event.at else "", "what": str(event.what)}
    told |= {"by": event.by, "to": event.to, "note": event.note}
    return {key: text for key, text in told.items() if text}


def last_trouble(one: Escalation) -> datetime | None:
    """When its trouble was told last, by a run; None of what somebody opened by hand."""
    found = [event.at for event in one.events if event.what in _TROUBLE and event.at]
    return max(found, default=None) if one.kind is not EscalationKind.ISSUE else None


def told_lately(now: datetime, one: Escalation, kind: EscalationKind, why: str) -> bool:
    """Whether the same was told within a week: of a late value that it is late, of all else the reason, numbers aside.

    A value that does not come is missing anew with every period; each line of that would say nothing.
    """
    lately = [event for event in one.events if event.what in _TROUBLE and event.at and now - event.at < _WEEK]
    told = [remove_digits(event.note if event.what is EventType.AGAIN else one.why) for event in lately]
    return bool(told) and (kind is EscalationKind.STALE or remove_digits(why) in told)


_WHAT = {
    EscalationKind.SOURCE: "The source of {metric} is broken",
    EscalationKind.STALE: "{metric} has no value, and one is due",
}
_MOST_WORDS = 2000
_BACK = "a value is there again"
# What ends the wait at the top, so that the next one is told again.
_MOVES = (EventType.OPENED, EventType.UP, EventType.HANDED, EventType.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class FoundTrouble:
    """A source that broke or a value that is stale, of which metric, and why: what a run found."""

    kind: EscalationKind
    seat: str
    metric: str
    why: str


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """An escalation as somebody opens it. `to` "" is whom the routing tree or the seat's owner makes it."""

    seat: str
    what: str
    why: str = ""
    to: str = ""
    metric: str = ""
    severity: EscalationSeverity = EscalationSeverity.NORMAL
    kind: EscalationKind = EscalationKind.ISSUE


def open_(org: Org, now: datetime, new: NewEscalation, by: str = "") -> Change:
    """Open an escalation; where the same is open already, add to that one.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput`, and `Refused` where the seat cannot take it.
    """
    if not one_line(new.what):
        raise BadInput(what='say what the trouble is: orgtp escalate open SEAT "what"')
    if org.seat(new.seat).is_retired:
        raise Refused(why=f"{new.seat} is retired. Open it about whoever took over: orgtp seat show {new.seat}")
    if new.metric:
        org.metric(new.seat, new.metric)
    if new.to and not is_active_seat(org, org.seat(new.to).id):
        raise Refused(why=f"{new.to} is {org.seats[new.to].status}, so nobody is there to take it. Name another seat.")
    _refuse_long(what=new.what, why=new.why)
    book = Book(org, now, by)
    _put(book, new)
    return book.change(f"{new.seat}: said already")


def _refuse_long(**texts: str) -> None:
    """A file has room for the reasons of years, not for a text of any length."""
    for name, text in texts.items():
        if len(text) > _MOST_WORDS:
            raise BadInput(what=f"the {name} has {len(text)} characters. Say it in {_MOST_WORDS}")


def trouble(
    org: Org,
    now: datetime,
    found: Sequence[FoundTrouble],
    good: Collection[tuple[str, str]] = (),
    by: str = "",
) -> Change:
    """Open an escalation for what was `found`, or add to the open one; settle those of the metrics that are `good`.

    The same trouble is that of a seat and metric; the same reason within a week adds nothing. What is silenced, and
    what is about a seat that is not active or a metric that it has not, is passed over. A metric whose newest period
    is a blank all the same is not good. Without anything to do, the change has no edits.
    """
    book = Book(org, now, by)
    _find(book, found)
    well = {*good} - {(one.seat, one.metric) for one in found}
    for held in book.open():
        if held.kind is not EscalationKind.ISSUE and (held.seat, held.metric) in well and not _is_blank(org, held):
            book.settle(held, _BACK)
    return book.change("nothing new")


def tick(org: Org, now: datetime, late: Sequence[FoundTrouble] | None = None, by: str = "") -> Change:
    """Do all that is due: open what is `late`, settle what is over, move what is overdue up a step.

    `late` is every value that is stale, or None where nobody looked. What is about a seat that is not active, or with
    one, goes to its owner. Up it goes in working hours only, one step at a time; at the top it stays, and that is noted
    once. A second tick at the same moment has nothing to do. Raises `Refused` for a seat that may not.
    """
    _may_tick(org, by)
    book = Book(org, now, by)
    _find(book, late or ())
    _settle_over(book, None if late is None else {(one.seat, one.metric) for one in late})
    for one in book.open():
        _hand_over(book, one)
    for one in book.open():
        _move_up(book, one)
    return book.change(_waiting(org, now))


def _may_tick(org: Org, by: str) -> None:
    if by and not (org.seat(by).is_active and (org.seats[by].is_human or by in org.policy.scorekeepers)):
        raise Refused(why=f"{by} may not tick: a person does, or a seat of policy.scorekeepers")


def _waiting(org: Org, now: datetime) -> str:
    """Why nothing happens."""
    number = sum(is_overdue(org, now, one) for one in org.escalations.values())
    if not number:
        return "nothing is overdue"
    if org.work_time.is_working_at(now):
        return f"{count_noun(number, 'escalation')} overdue, and nobody is above"
    begins = org.work_time.add_working_time(now, timedelta()).astimezone(org.zone)
    return f"{count_noun(number, 'escalation')} overdue; work begins again on {begins:%a %Y-%m-%d at %H:%M}"


def acknowledge(org: Org, now: datetime, id_: str, note: str = "", by: str = "") -> Change:
    """Take an escalation on: it stays with whoever does for as long as the policy gives to resolve it.

    Who says so once more only adds a note: the time that was given is not given again. Raises `UnknownEscalation`,
    `BadInput`, and `Refused` for one that is settled or a seat that may not.
    """
    one = _open_one(org, id_)
    if not by:
        raise BadInput(what=f"nobody knows who takes it on. Say so: orgtp escalate ack {one.id} --by SEAT")
    if org.seat(by).id not in list_allowed_acknowledgers(org, one):
        why = f"{by} may not take {one.id} on: a person does, or whose it is."
        raise Refused(why=f"{why} {_may(org, list_allowed_acknowledgers(org, one))}")
    _refuse_long(note=note)
    book = Book(org, now, by)
    again = one.state is EscalationStatus.ACKNOWLEDGED and by == one.with_
    if again and not one_line(note):
        return book.change(f"{one.id} is acknowledged already")
    due = one.due if again else book.due(org.policy.escalation.resolve, one)
    after = replace(one, with_=by, state=EscalationStatus.ACKNOWLEDGED, due=due)
    book.put(after, EventType.ACKNOWLEDGED, to=by if by != one.with_ else "", note=note)
    return book.change("")


def resolve(org: Org, now: datetime, id_: str, note: str, by: str = "") -> Change:
    """Settle an escalation. Raises `UnknownEscalation`, `BadInput` without a note, and `Refused`."""
    one = _open_one(org, id_)
    if by and org.seat(by).id not in list_allowed_resolvers(org, one):
        raise Refused(why=f"{by} may not settle {one.id}. {_may(org, list_allowed_resolvers(org, one))}")
    if not one_line(note):
        raise BadInput(what="say how it was settled: --note TEXT")
    _refuse_long(note=note)
    book = Book(org, now, by)
    book.settle(one, note)
    return book.change("")


def left_behind(org: Org, now: datetime, seat: str, by: str = "") -> Change:
    """What is open about `seat` or with it goes to its owner, for the seat is about to be retired."""
    book = Book(org, now, by)
    for one in book.open():
        if seat == one.with_ or (seat == one.seat and not is_with_responsible(org, one)):
            book.hand(one, find_responsible_seat(org, seat), f"{seat} is retired")
    return book.change("")


def _open_one(org: Org, id_: str) -> Escalation:
    """An escalation that is not settled."""
    one = org.escalation(id_)
    if one.is_resolved:
        raise Refused(why=f"{one.id} is resolved already. See: orgtp escalate show {one.id}")
    return one


def _may(org: Org, fit: Iterable[str]) -> str:
    return f"May: {join_with_and(held for held in fit if is_active_seat(org, held))}."


def _put(book: Book, new: NewEscalation) -> None:
    """Open it, or add to the one of the same trouble that is open."""
    there = book.same(new.seat, new.metric, new.kind, new.what)
    if there is None:
        to = new.to or find_first_assignee(book.org, new.seat, new.metric, new.kind, new.severity)
        book.begin(new.seat, new.metric, new.kind, new.severity, one_line(new.what), one_line(new.why), to)
        return
    # That a broken source has no value is known already.
    known = there.kind is EscalationKind.SOURCE and new.kind is EscalationKind.STALE
    if not known and not told_lately(book.now, there, new.kind, one_line(new.why)):
        book.put(there, EventType.AGAIN, note=new.why)
    _weigh(book, book.held[there.id], new)


def _weigh(book: Book, one: Escalation, new: NewEscalation) -> None:
    """What is said again may be more severe, and then goes where that goes; or somebody is named who should act."""
    order = list(EscalationSeverity)
    worse = order.index(new.severity) > order.index(one.severity)
    if new.kind is not EscalationKind.ISSUE or not (worse or new.to):
        return
    severity = new.severity if worse else one.severity
    to = new.to or find_first_assignee(book.org, one.seat, one.metric, one.kind, severity)
    if worse and to == one.with_:
        book.put(replace(one, severity=severity), EventType.AGAIN, note=f"it is {severity} now")
    else:
        book.hand(replace(one, severity=severity), to, f"it is {severity} now" if worse else new.why)


def _find(book: Book, found: Sequence[FoundTrouble]) -> None:
    org = book.org
    for one in found:
        seat = org.seats.get(one.seat)
        if seat is None or not seat.is_active or one.metric not in seat.metrics:
            continue
        if silenced_until(org, book.now, one.seat, one.metric) is None:
            what = _WHAT.get(one.kind, "Trouble with {metric}").format(metric=one.metric)
            _put(book, NewEscalation(one.seat, what, one.why, metric=one.metric, kind=one.kind))


def _settle_over(book: Book, late: Collection[tuple[str, str]] | None) -> None:
    """Settle what a run found and what is over: the metric has its value again, is not late any more, or is gone."""
    for one in book.open():
        seat = book.org.seats.get(one.seat)
        if one.kind is EscalationKind.ISSUE or seat is None or not seat.is_active:
            continue
        if one.metric not in seat.metrics:
            book.settle(one, f"{one.seat} has no metric {one.metric} any more")
        elif (one.seat, one.metric) not in (late or ()) and _is_over(book.org, one, looked=late is not None):
            book.settle(one, "nothing is late any more" if _is_blank(book.org, one) else _BACK)


def _is_over(org: Org, one: Escalation, *, looked: bool) -> bool:
    """Whether what is not late is over, too: since a source broke, it or somebody has to have said something."""
    if one.kind is EscalationKind.STALE:
        return looked
    last = last_trouble(one)
    said = (score for score in org.scores_in_force(one.seat, one.metric).values() if score.value is not None)
    return any(last is None or score.at > last for score in said) and not _is_blank(org, one)


def _is_blank(org: Org, one: Escalation) -> bool:
    """Whether the newest period of its metric that anything was recorded for is a blank."""
    dated = [
        (period.start, score)
        for text, score in org.scores_in_force(one.seat, one.metric).items()
        if (period := parse_period(text))
    ]
    return bool(dated) and max(dated, key=lambda pair: pair[0])[1].value is None


def _hand_over(book: Book, one: Escalation) -> None:
    """Give what is with a seat that is not active to its owner, and what is about one, where it is not with those."""
    org, seat = book.org, book.org.seats.get(one.seat)
    if one.with_ in org.seats and not is_active_seat(org, one.with_):
        book.hand(one, find_responsible_seat(org, one.with_), f"{one.with_} is {org.seats[one.with_].status}")
    elif seat and not seat.is_active and not is_with_responsible(org, one):
        book.hand(one, find_responsible_seat(org, one.seat), f"{one.seat} is {seat.status}")


def _move_up(book: Book, one: Escalation) -> None:
    """Move what is overdue a step up; at the top, note once that it stays."""
    if not (is_overdue(book.org, book.now, one) and book.org.work_time.is_working_at(book.now)):
        return
    to, waited = find_next_assignee(book.org, one), _waited(one)
    if to:
        due = book.due(book.org.policy.escalation.within, one)
        book.put(replace(one, with_=to, state=EscalationStatus.OPEN, due=due), EventType.UP, to=to, note=waited)
    elif _last_move(one) is not EventType.TOP:
        book.put(one, EventType.TOP, note=f"{waited}; nobody is above {one.with_}, so it stays")


def _waited(one: Escalation) -> str:
    """What did not happen in time."""
    did = "resolve" if one.state is EscalationStatus.ACKNOWLEDGED else "acknowledge"
    return f"{one.with_} did not {did} it in time"


def _last_move(one: Escalation) -> EventType | None:
    moves = [event.what for event in one.events if event.what in {*_MOVES, EventType.TOP}]
    return moves[-1] if moves else None
