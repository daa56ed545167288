"""Escalating: trouble is put into somebody's hands, goes up a step where nobody acts in time, and is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from orgtp.actions.escalate_book import Book, last_trouble, told_today
from orgtp.model.change import Change, Create, Data, Edit, Set
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import Escalation, Happened, Kind, Stage, Weight, silences_path
from orgtp.model.ladder import first_with, is_here, next_up, overdue, owner_of, settled_by, silenced
from orgtp.model.org import Org
from orgtp.model.words import listed, one_line

_WHAT = {
    Kind.SOURCE: "The source of {metric} is broken",
    Kind.STALE: "{metric} has no value, and one is due",
}
# Who silences for longer has given up on the number: then the metric is what should go.
_LONGEST = timedelta(days=366)
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
    book = Book(org, now, by)
    _put(book, new)
    return book.change(f"{new.seat}: said already")


def trouble(
    org: Org,
    now: datetime,
    found: Sequence[Trouble],
    good: Collection[tuple[str, str]] = (),
    by: str = "",
) -> Change:
    """Open an escalation for what was `found`, or add to the open one; settle those of the metrics that are `good`.

    The same trouble is that of a seat, metric and kind; the same reason on the same day adds nothing. What is silenced,
    and what is about a seat that is not active or a metric that it has not, is passed over. Without anything to do, the
    change has no edits.
    """
    book = Book(org, now, by)
    _find(book, found, good)
    return book.change("nothing new")


def tick(org: Org, now: datetime, troubles: Sequence[Trouble] = (), by: str = "") -> Change:
    """Do all that is due: open what `troubles` says, settle what has its value again, move what is overdue up a step.

    What is about a seat that is not active, or with one, goes to its owner. Up it goes in working hours only, one step
    at a time; at the top it stays, and that is noted once. A second tick at the same moment has nothing to do.
    """
    book = Book(org, now, by)
    _find(book, troubles, _recovered(org))
    for one in book.open():
        _hand_over(book, one)
    for one in book.open():
        _move_up(book, one)
    return book.change("nothing is overdue")


def acknowledge(org: Org, now: datetime, id_: str, note: str = "", by: str = "") -> Change:
    """Take an escalation on: it stays with whoever does for as long as the policy gives to resolve it.

    Raises `UnknownEscalation`, and `Refused` for one that is settled or a seat that may not.
    """
    one = _settleable(org, id_, by)
    book = Book(org, now, by)
    person = by in org.seats and org.seats[by].is_human and is_here(org, by)
    with_ = by if person else one.with_
    if one.state is Stage.ACKNOWLEDGED and with_ == one.with_ and not one_line(note):
        return book.change(f"{id_} is acknowledged already")
    after = replace(one, with_=with_, state=Stage.ACKNOWLEDGED, due=book.due(org.policy.escalation.resolve))
    book.put(after, Happened.ACKNOWLEDGED, to=with_ if with_ != one.with_ else "", note=note)
    return book.change("")


def resolve(org: Org, now: datetime, id_: str, note: str, by: str = "") -> Change:
    """Settle an escalation. Raises `UnknownEscalation`, `BadInput` without a note, and `Refused`."""
    one = _settleable(org, id_, by)
    if not one_line(note):
        raise BadInput(what="say how it was settled: --note TEXT")
    book = Book(org, now, by)
    book.put(replace(one, state=Stage.RESOLVED), Happened.RESOLVED, note=note)
    return book.change("")


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A metric of which no trouble is to be told, to the end of the day `until`, and why."""

    seat: str
    metric: str
    until: date
    reason: str


def silence(org: Org, now: datetime, new: NewSilence, by: str = "") -> Change:
    """Tell of no trouble with a metric for a while. It ends by itself.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for a day that will not do, and `Refused` for a seat that may not.
    """
    org.metric(new.seat, new.metric)
    today = now.astimezone(org.zone).date()
    if not today <= new.until <= today + _LONGEST:
        last = today + _LONGEST
        raise BadInput(what=f"--until {new.until} is not a day from today on, within a year: {today} to {last}")
    if not one_line(new.reason):
        raise BadInput(what="say why nobody should be told: --reason TEXT")
    _may_silence(org, new.seat, by)
    told = {"until": new.until.isoformat(), "by": by, "reason": one_line(new.reason)}
    content: dict[str, Data] = {key: text for key, text in told.items() if text}
    path, said = silences_path(new.seat), f"silence {new.metric} until {new.until}"
    known = new.seat in org.silences
    edit: Edit = Set(path, (new.metric,), content) if known else Create(path, {new.metric: content})
    return Change("escalate", said, (new.seat,), (edit,), by=by, body=new.reason)


def _may_silence(org: Org, seat: str, by: str) -> None:
    """Refuse a seat that would silence itself: only a person who answers for it, or stands above, may."""
    owner = org.seats[seat].owner
    above = [owner, *(held.id for held in (*org.above(owner), *org.above(seat)))]
    fit = [held for held in dict.fromkeys(above) if is_here(org, held) and org.seats[held].is_human]
    if by and org.seat(by).id not in fit:
        may = f"May: {listed(fit)}." if fit else "Nobody here may."
        raise Refused(why=f"{by} may not silence a metric of {seat}: a person who answers for it does. {may}")


def left_behind(org: Org, now: datetime, seat: str, by: str = "") -> Change:
    """What is open about `seat` or with it goes to its owner, for the seat is about to be retired."""
    book = Book(org, now, by)
    for one in book.open():
        if seat == one.with_ or (seat == one.seat and one.with_ != owner_of(org, seat)):
            book.hand(one, owner_of(org, seat), f"{seat} is retired")
    return book.change("")


def _settleable(org: Org, id_: str, by: str) -> Escalation:
    """An escalation that is not settled, and that `by` may settle."""
    one = org.escalation(id_)
    if one.is_over:
        raise Refused(why=f"{id_} is resolved already. See: orgtp escalate show {id_}")
    fit = settled_by(org, one)
    if by and org.seat(by).id not in fit:
        raise Refused(why=f"{by} may not settle {id_}. May: {listed(held for held in fit if is_here(org, held))}.")
    return one


def _put(book: Book, new: NewEscalation) -> None:
    """Open it, or add to the one of the same trouble that is open."""
    there = book.same(new.seat, new.metric, new.kind, new.what)
    if there is None:
        to = new.to or first_with(book.org, new.seat, new.metric, new.kind, new.severity)
        book.begin(new.seat, new.metric, new.kind, new.severity, one_line(new.what), one_line(new.why), to)
    elif not told_today(book.org, book.now, there, one_line(new.why)):
        book.put(there, Happened.AGAIN, note=new.why)


def _find(book: Book, found: Sequence[Trouble], good: Collection[tuple[str, str]]) -> None:
    org = book.org
    for one in found:
        seat = org.seats.get(one.seat)
        if seat is None or not seat.is_active or one.metric not in seat.metrics:
            continue
        if silenced(org, book.now, one.seat, one.metric) is None:
            what = _WHAT.get(one.kind, "Trouble with {metric}").format(metric=one.metric)
            _put(book, NewEscalation(one.seat, what, one.why, metric=one.metric, kind=one.kind))
    bad = {(one.seat, one.metric, one.kind) for one in found}
    for held in book.open():
        is_good = held.kind is not Kind.ISSUE and (held.seat, held.metric) in good
        if is_good and (held.seat, held.metric, held.kind) not in bad:
            book.put(replace(held, state=Stage.RESOLVED), Happened.RESOLVED, note="a value is there again")


def _recovered(org: Org) -> set[tuple[str, str]]:
    """The metrics that have a value which was recorded after the last trouble with them."""
    return set(_with_value(org))


def _with_value(org: Org) -> Iterator[tuple[str, str]]:
    for one in org.escalations.values():
        last = last_trouble(one)
        values = org.in_force(one.seat, one.metric).values() if last and not one.is_over else ()
        if last and any(score.value is not None and score.at > last for score in values):
            yield one.seat, one.metric


def _hand_over(book: Book, one: Escalation) -> None:
    """Give what is with a seat that is not active to its owner, and once what is about one."""
    org, seat = book.org, book.org.seats.get(one.seat)
    if one.with_ in org.seats and not is_here(org, one.with_):
        book.hand(one, owner_of(org, one.with_), f"{one.with_} is {org.seats[one.with_].status}")
    elif seat and not seat.is_active and all(event.what is not Happened.HANDED for event in one.events):
        book.hand(one, owner_of(org, one.seat), f"{one.seat} is {seat.status}")


def _move_up(book: Book, one: Escalation) -> None:
    """Move what is overdue a step up; at the top, note once that it stays."""
    if not (overdue(book.org, book.now, one) and book.org.work_time.holds(book.now)):
        return
    to, waited = next_up(book.org, one.with_), _waited(one)
    if to:
        due = book.due(book.org.policy.escalation.within)
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
