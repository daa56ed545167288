"""Escalating: trouble is put into somebody's hands, goes up a step where nobody acts in time, and is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orgtp.actions.escalate_edits import Book, last_trouble, told_lately
from orgtp.model.change import Change
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import Escalation, Happened, Kind, Stage, Weight
from orgtp.model.escalation_policy import (
    first_with,
    is_answered,
    is_here,
    overdue,
    owner_of,
    settled_by,
    silenced,
    step_up,
    taken_by,
)
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.text import counted, listed, one_line

_WHAT = {
    Kind.SOURCE: "The source of {metric} is broken",
    Kind.STALE: "{metric} has no value, and one is due",
}
_MOST_WORDS = 2000
_BACK = "a value is there again"
# What ends the wait at the top, so that the next one is told again.
_MOVES = (Happened.OPENED, Happened.UP, Happened.HANDED, Happened.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that broke or a value that is stale, of which metric, and why: what a run found."""

    kind: Kind
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
    severity: Weight = Weight.NORMAL
    kind: Kind = Kind.ISSUE


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
    if new.to and not is_here(org, org.seat(new.to).id):
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
    found: Sequence[Trouble],
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
        if held.kind is not Kind.ISSUE and (held.seat, held.metric) in well and not _is_blank(org, held):
            book.settle(held, _BACK)
    return book.change("nothing new")


def tick(org: Org, now: datetime, late: Sequence[Trouble] | None = None, by: str = "") -> Change:
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
    number = sum(overdue(org, now, one) for one in org.escalations.values())
    if not number:
        return "nothing is overdue"
    if org.work_time.holds(now):
        return f"{counted(number, 'escalation')} overdue, and nobody is above"
    begins = org.work_time.after(now, timedelta()).astimezone(org.zone)
    return f"{counted(number, 'escalation')} overdue; work begins again on {begins:%a %Y-%m-%d at %H:%M}"


def acknowledge(org: Org, now: datetime, id_: str, note: str = "", by: str = "") -> Change:
    """Take an escalation on: it stays with whoever does for as long as the policy gives to resolve it.

    Who says so once more only adds a note: the time that was given is not given again. Raises `UnknownEscalation`,
    `BadInput`, and `Refused` for one that is settled or a seat that may not.
    """
    one = _open_one(org, id_)
    if not by:
        raise BadInput(what=f"nobody knows who takes it on. Say so: orgtp escalate ack {one.id} --by SEAT")
    if org.seat(by).id not in taken_by(org, one):
        why = f"{by} may not take {one.id} on: a person does, or whose it is."
        raise Refused(why=f"{why} {_may(org, taken_by(org, one))}")
    _refuse_long(note=note)
    book = Book(org, now, by)
    again = one.state is Stage.ACKNOWLEDGED and by == one.with_
    if again and not one_line(note):
        return book.change(f"{one.id} is acknowledged already")
    due = one.due if again else book.due(org.policy.escalation.resolve, one)
    after = replace(one, with_=by, state=Stage.ACKNOWLEDGED, due=due)
    book.put(after, Happened.ACKNOWLEDGED, to=by if by != one.with_ else "", note=note)
    return book.change("")


def resolve(org: Org, now: datetime, id_: str, note: str, by: str = "") -> Change:
    """Settle an escalation. Raises `UnknownEscalation`, `BadInput` without a note, and `Refused`."""
    one = _open_one(org, id_)
    if by and org.seat(by).id not in settled_by(org, one):
        raise Refused(why=f"{by} may not settle {one.id}. {_may(org, settled_by(org, one))}")
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
        if seat == one.with_ or (seat == one.seat and not is_answered(org, one)):
            book.hand(one, owner_of(org, seat), f"{seat} is retired")
    return book.change("")


def _open_one(org: Org, id_: str) -> Escalation:
    """An escalation that is not settled."""
    one = org.escalation(id_)
    if one.is_over:
        raise Refused(why=f"{one.id} is resolved already. See: orgtp escalate show {one.id}")
    return one


def _may(org: Org, fit: Iterable[str]) -> str:
    return f"May: {listed(held for held in fit if is_here(org, held))}."


def _put(book: Book, new: NewEscalation) -> None:
    """Open it, or add to the one of the same trouble that is open."""
    there = book.same(new.seat, new.metric, new.kind, new.what)
    if there is None:
        to = new.to or first_with(book.org, new.seat, new.metric, new.kind, new.severity)
        book.begin(new.seat, new.metric, new.kind, new.severity, one_line(new.what), one_line(new.why), to)
        return
    # That a broken source has no value is known already.
    known = there.kind is Kind.SOURCE and new.kind is Kind.STALE
    if not known and not told_lately(book.now, there, new.kind, one_line(new.why)):
        book.put(there, Happened.AGAIN, note=new.why)
    _weigh(book, book.held[there.id], new)


def _weigh(book: Book, one: Escalation, new: NewEscalation) -> None:
    """What is said again may be more severe, and then goes where that goes; or somebody is named who should act."""
    order = list(Weight)
    worse = order.index(new.severity) > order.index(one.severity)
    if new.kind is not Kind.ISSUE or not (worse or new.to):
        return
    severity = new.severity if worse else one.severity
    to = new.to or first_with(book.org, one.seat, one.metric, one.kind, severity)
    if worse and to == one.with_:
        book.put(replace(one, severity=severity), Happened.AGAIN, note=f"it is {severity} now")
    else:
        book.hand(replace(one, severity=severity), to, f"it is {severity} now" if worse else new.why)


def _find(book: Book, found: Sequence[Trouble]) -> None:
    org = book.org
    for one in found:
        seat = org.seats.get(one.seat)
        if seat is None or not seat.is_active or one.metric not in seat.metrics:
            continue
        if silenced(org, book.now, one.seat, one.metric) is None:
            what = _WHAT.get(one.kind, "Trouble with {metric}").format(metric=one.metric)
            _put(book, NewEscalation(one.seat, what, one.why, metric=one.metric, kind=one.kind))


def _settle_over(book: Book, late: Collection[tuple[str, str]] | None) -> None:
    """Settle what a run found and what is over: the metric has its value again, is not late any more, or is gone."""
    for one in book.open():
        seat = book.org.seats.get(one.seat)
        if one.kind is Kind.ISSUE or seat is None or not seat.is_active:
            continue
        if one.metric not in seat.metrics:
            book.settle(one, f"{one.seat} has no metric {one.metric} any more")
        elif (one.seat, one.metric) not in (late or ()) and _is_over(book.org, one, looked=late is not None):
            book.settle(one, "nothing is late any more" if _is_blank(book.org, one) else _BACK)


def _is_over(org: Org, one: Escalation, *, looked: bool) -> bool:
    """Whether what is not late is over, too: since a source broke, it or somebody has to have said something."""
    if one.kind is Kind.STALE:
        return looked
    last = last_trouble(one)
    said = (score for score in org.in_force(one.seat, one.metric).values() if score.value is not None)
    return any(last is None or score.at > last for score in said) and not _is_blank(org, one)


def _is_blank(org: Org, one: Escalation) -> bool:
    """Whether the newest period of its metric that anything was recorded for is a blank."""
    dated = [
        (period.start, score)
        for text, score in org.in_force(one.seat, one.metric).items()
        if (period := parse_period(text))
    ]
    return bool(dated) and max(dated, key=lambda pair: pair[0])[1].value is None


def _hand_over(book: Book, one: Escalation) -> None:
    """Give what is with a seat that is not active to its owner, and what is about one, where it is not with those."""
    org, seat = book.org, book.org.seats.get(one.seat)
    if one.with_ in org.seats and not is_here(org, one.with_):
        book.hand(one, owner_of(org, one.with_), f"{one.with_} is {org.seats[one.with_].status}")
    elif seat and not seat.is_active and not is_answered(org, one):
        book.hand(one, owner_of(org, one.seat), f"{one.seat} is {seat.status}")


def _move_up(book: Book, one: Escalation) -> None:
    """Move what is overdue a step up; at the top, note once that it stays."""
    if not (overdue(book.org, book.now, one) and book.org.work_time.holds(book.now)):
        return
    to, waited = step_up(book.org, one), _waited(one)
    if to:
        due = book.due(book.org.policy.escalation.within, one)
        book.put(replace(one, with_=to, state=Stage.OPEN, due=due), Happened.UP, to=to, note=waited)
    elif _last_move(one) is not Happened.TOP:
        book.put(one, Happened.TOP, note=f"{waited}; nobody is above {one.with_}, so it stays")


def _waited(one: Escalation) -> str:
    """What did not happen in time."""
    did = "resolve" if one.state is Stage.ACKNOWLEDGED else "acknowledge"
    return f"{one.with_} did not {did} it in time"


def _last_move(one: Escalation) -> Happened | None:
    moves = [event.what for event in one.events if event.what in {*_MOVES, Happened.TOP}]
    return moves[-1] if moves else None
