"""Escalations: assign a problem to a seat, move it up the chart when nobody acts in time, and resolve it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orgtp.actions.acting_seat import require_acting_seat
from orgtp.actions.todo_overdue import find_overdue_todos, find_settled_escalations
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile, Edit, SetKey
from orgtp.model.due import is_over
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
    describe_absence,
    find_first_assignee,
    find_next_assignee,
    find_responsible_seat,
    find_stand_in,
    is_active_seat,
    is_overdue,
    is_with_responsible,
    list_allowed_acknowledgers,
    silenced_until,
)
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.records.escalation_merge import escalation_data, list_allowed_resolvers
from orgtp.model.score import Score
from orgtp.model.seat import MetricKey, Seat, seat_path
from orgtp.model.text import count_noun, join_with_and, one_line, remove_digits

_WEEK = timedelta(days=7)
_TROUBLE_EVENTS = (EventType.OPENED, EventType.AGAIN)
# Each event as a line of its own, and as it is called when a subject counts events.
_EVENT_TEXTS = {
    EventType.OPENED: ("open {id}, with {to}", "opened"),
    EventType.AGAIN: ("again {id}", "again"),
    EventType.UP: ("{id} up to {to}", "up a step"),
    EventType.TOP: ("{id} stays at the top with {with_}", "at the top"),
    EventType.HANDED: ("{id} to {to}", "handed over"),
    EventType.ACKNOWLEDGED: ("{id} acknowledged", "acknowledged"),
    EventType.RESOLVED: ("{id} resolved", "resolved"),
}


class EscalationEdits:
    """Collects what the seat `by` does at `now` with the escalations of `org`, and turns it into one change.

    Raises `UnknownActor` if `by` is "" and has to be known.
    """

    def __init__(self, org: Org, now: datetime, by: str) -> None:
        require_acting_seat(org, by)
        self.org, self.now, self.by = org, now.replace(microsecond=0), by
        self.escalations = dict(org.escalations)
        self.events: list[tuple[EventType, str, str]] = []

    def list_open(self) -> list[Escalation]:
        """Return the escalations that are not resolved, ordered by id."""
        return [one for _, one in sorted(self.escalations.items()) if not one.is_resolved]

    def find_same(self, seat: str, metric: str, kind: EscalationKind, what: str) -> Escalation | None:
        """Find the open escalation of the same problem.

        An issue is the same if it has the same text; any other problem, if it is about the same metric, or about one
        that the metric continues.
        """
        if kind is not EscalationKind.ISSUE:
            row = self.org.row_of(seat, metric)
            about = (one for one in self.list_open() if one.kind is not EscalationKind.ISSUE)
            return next((one for one in about if self.org.row_of(one.seat, one.metric) == row), None)
        alike = (one for one in self.list_open() if (one.seat, one.metric) == (seat, metric))
        return next((one for one in alike if one.kind is kind and one.what == one_line(what)), None)

    def due_after(self, span: timedelta, one: Escalation | None = None) -> datetime:
        """Add `span` of working time to now, or to the last event of `one` if that is later."""
        return self.org.work_time.add_working_time(self._event_time(one) if one else self.now, span)

    def _event_time(self, one: Escalation) -> datetime:
        """Return the time of a new event. If the clock is behind, it is that of the newest event so far."""
        return max(self.now, *(event.at for event in one.events if event.at), self.now)

    def add_escalation(self, new: NewEscalation, to: str) -> None:
        """Open `new` and assign it to `to`."""
        what = one_line(new.what)
        to, absence = self.find_recipient(to)
        opened = Escalation(
            id=self._choose_id(new.seat, new.metric or slugify_text(what)),
            what=what,
            seat=new.seat,
            with_=to,
            opened_at=self.now,
            due=self.due_after(self.org.policy.escalation.acknowledge),
            why=one_line(new.why),
            by=self.by,
            metric=new.metric,
            kind=new.kind,
            severity=new.severity,
            agents=new.agents,
        )
        self.append_event(opened, EventType.OPENED, to=to, note=absence)

    def find_recipient(self, to: str) -> tuple[str, str]:
        """Return who gets what is for `to`, and `for karen, until 2026-12-31` if that is a delegate."""
        stand_in = find_stand_in(self.org, to, self.now)
        return stand_in, describe_absence(self.org, to) if stand_in != to else ""

    def hand_over(self, one: Escalation, to: str, why: str) -> None:
        """Assign `one` to `to` or their delegate, unless that seat has it already or is not active."""
        to, absence = self.find_recipient(to)
        why = ", ".join(part for part in (why, absence) if part)
        if to != one.with_ and is_active_seat(self.org, to):
            due = self.due_after(self.org.policy.escalation.acknowledge, one)
            after = replace(one, with_=to, state=EscalationStatus.OPEN, due=due)
            self.append_event(after, EventType.HANDED, to=to, note=why)

    def resolve(self, one: Escalation, note: str) -> None:
        """Mark `one` as resolved."""
        self.append_event(replace(one, state=EscalationStatus.RESOLVED), EventType.RESOLVED, note=note)

    def append_event(self, one: Escalation, what: EventType, *, to: str = "", note: str = "") -> None:
        """Store `one`, which is in its new state, with the event appended."""
        event = EscalationEvent(self._event_time(one), what, self.by, to, one_line(note))
        self.escalations[one.id] = replace(one, events=(*one.events, event))
        line = _EVENT_TEXTS[what][0].format(id=one.id, to=to, with_=one.with_)
        self.events.append((what, one.seat, f"{line}: {event.note}" if event.note else line))

    def to_change(self, nothing: str) -> Change:
        """Return all edits as one change. `nothing` is its text if there are none, and says why."""
        seats = tuple(sorted({seat for _, seat, _ in self.events}))
        lines = [line for *_, line in self.events]
        several = len(lines) > 1
        what = ", ".join(self._count_events()) if several else lines[0] if lines else nothing
        body = "\n".join(lines) if several else ""
        edits, events = tuple(self._list_edits()), tuple(self._list_events())
        return Change("escalate", what, seats, edits, by=self.by, body=body, events=events)

    def _list_events(self) -> Iterator[tuple[Escalation, EscalationEvent]]:
        """Yield each new event with its escalation, ordered by the escalation's file."""
        for one in sorted(self.escalations.values(), key=lambda one: one.path):
            before = self.org.escalations.get(one.id)
            yield from ((one, event) for event in one.events[len(before.events) if before else 0 :])

    def _count_events(self) -> Iterator[str]:
        for what, (_, name) in _EVENT_TEXTS.items():
            number = sum(event is what for event, *_ in self.events)
            if number:
                yield f"{number} {name}"

    def _list_edits(self) -> Iterator[Edit]:
        for id_, one in self.escalations.items():
            before = self.org.escalations.get(id_)
            if before is None:
                yield CreateFile(one.path, escalation_data(one))
            elif before != one:
                old, new = escalation_data(before), escalation_data(one)
                yield from (SetKey(one.path, (key,), value) for key, value in new.items() if old.get(key) != value)

    def _choose_id(self, seat: str, name: str) -> str:
        """Return the first id of the date, seat and name that is free; a number is added to later ones."""
        base = f"{self.now.astimezone(self.org.zone):%Y-%m-%d}-{seat}-{name}"
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(self.escalations) + 2))
        return next(
            id_ for id_ in names if id_ not in self.escalations and not self.org.is_unreadable(escalation_path(id_))
        )


def last_trouble_at(one: Escalation) -> datetime | None:
    """Return when a run last reported the problem, or None if a seat opened the escalation by hand."""
    found = [event.at for event in one.events if event.what in _TROUBLE_EVENTS and event.at]
    return max(found, default=None) if one.kind is not EscalationKind.ISSUE else None


def is_recently_recorded(now: datetime, one: Escalation, kind: EscalationKind, why: str) -> bool:
    """Return whether the same problem was recorded within a week.

    For a late value, any earlier report counts, because a value that does not come is missing again in each period.
    For anything else, the reason has to be the same, apart from its numbers.
    """
    recent = [event for event in one.events if event.what in _TROUBLE_EVENTS and event.at and now - event.at < _WEEK]
    reasons = [remove_digits(event.note if event.what is EventType.AGAIN else one.why) for event in recent]
    return bool(reasons) and (kind is EscalationKind.STALE or remove_digits(why) in reasons)


_FOUND_TEXTS = {
    EscalationKind.SOURCE: "The source of {metric} is broken",
    EscalationKind.STALE: "{metric} has no value, and one is due",
}
_MAX_TEXT = 2000
_VALUE_IS_BACK = "a value is recorded again"
# After one of these events, the next wait at the top of the chart is recorded again.
_STEPS = (EventType.OPENED, EventType.UP, EventType.HANDED, EventType.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class FoundTrouble:
    """A problem that a run found: a source that failed or a value that is late, its metric, and the reason."""

    kind: EscalationKind
    seat: str
    metric: str
    why: str


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """An escalation to open. If `to` is "", the org's routing rules or else the seat's owner decide who gets it.

    `agents` are the ids of the agents that it reports; see `orgtp.actions.found_agents`.
    """

    seat: str
    what: str
    why: str = ""
    to: str = ""
    metric: str = ""
    severity: EscalationSeverity = EscalationSeverity.NORMAL
    kind: EscalationKind = EscalationKind.ISSUE
    agents: tuple[str, ...] = ()


def open_escalation(org: Org, now: datetime, new: NewEscalation, by: str = "") -> Change:
    """Open an escalation, or add to the open one of the same problem.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for the text, and `Refused` if a seat is retired or not active.
    """
    if not one_line(new.what):
        raise BadInput(what='the description is empty. Type: orgtp escalate open SEAT "WHAT IS WRONG"')
    if org.seat(new.seat).is_retired:
        raise Refused(
            why=f"{new.seat} is retired. Open the escalation for its heir instead: orgtp seat show {new.seat}"
        )
    if new.metric:
        org.metric(new.seat, new.metric)
    if new.to and not is_active_seat(org, org.seat(new.to).id):
        raise Refused(
            why=f"{new.to} is {org.seats[new.to].status}, so it cannot take an escalation. Name an active seat."
        )
    _refuse_long_text(what=new.what, why=new.why)
    edits = EscalationEdits(org, now, by)
    _open_or_add(edits, new)
    return edits.to_change(f"{new.seat}: already open, with the same reason")


def _refuse_long_text(**texts: str) -> None:
    """Refuse a text that would fill the escalation's file, which has to hold years of events."""
    for name, text in texts.items():
        if len(text) > _MAX_TEXT:
            raise BadInput(what=f"the {name} has {len(text)} characters. Shorten it to {_MAX_TEXT}.")


def record_trouble(
    org: Org,
    now: datetime,
    found: Sequence[FoundTrouble],
    good: Collection[tuple[str, str]] = (),
    by: str = "",
) -> Change:
    """Open an escalation for each problem in `found`, or add to the open one; resolve those of `good` metrics.

    A metric has at most one open escalation. The same reason within a week adds nothing. Silenced metrics, seats that
    are not active and metrics that do not exist are skipped. The escalation of a good metric stays open if the value
    of its newest period is unavailable. If there is nothing to do, the change has no edits.
    """
    edits = EscalationEdits(org, now, by)
    _record_found(edits, found)
    recovered = {org.row_of(*key) for key in good} - {org.row_of(one.seat, one.metric) for one in found}
    for one in edits.list_open():
        has_recovered = one.kind is not EscalationKind.ISSUE and org.row_of(one.seat, one.metric) in recovered
        if has_recovered and not _is_newest_unavailable(org, one):
            edits.resolve(one, _VALUE_IS_BACK)
    return edits.to_change("nothing new")


def run_escalation_tick(org: Org, now: datetime, late: Sequence[FoundTrouble] | None = None, by: str = "") -> Change:
    """Do everything that is due: open escalations for `late` values, resolve what has ended, move up what is overdue.

    A to-do that was overdue at two reviews is escalated, too, and its escalation is resolved when it no longer is.

    `late` lists every stale value; None means that this was not checked. An escalation about an inactive seat, or
    assigned to one, goes to that seat's owner. Overdue ones move up one step at a time, in working hours only. At the
    top they stay, which is recorded once. A second tick at the same time has nothing to do.

    Raises `Refused` for a seat that may not run the tick.
    """
    if by and not (org.seat(by).is_active and (org.seats[by].is_human or by in org.policy.scorekeepers)):
        raise Refused(why=f"{by} may not run the tick. An active human seat or a seat in policy.scorekeepers may.")
    edits = EscalationEdits(org, now, by)
    _record_found(edits, late or ())
    for overdue in find_overdue_todos(org, now):
        new = NewEscalation(overdue.todo.owner, overdue.what, overdue.why)
        if not edits.find_same(new.seat, new.metric, new.kind, new.what):
            _open_or_add(edits, new)
    for settled, why in find_settled_escalations(org, now):
        edits.resolve(settled, why)
    _resolve_ended(edits, None if late is None else {org.row_of(one.seat, one.metric) for one in late})
    for one in edits.list_open():
        _hand_to_responsible(edits, one)
    for one in edits.list_open():
        _move_up_if_overdue(edits, one)
    return edits.to_change(_describe_waiting(org, now))


def _describe_waiting(org: Org, now: datetime) -> str:
    """Say why a tick has nothing to do."""
    number = sum(is_overdue(org, now, one) for one in org.escalations.values())
    if not number:
        return "nothing is overdue"
    if org.work_time.is_working_at(now):
        return f"{count_noun(number, 'escalation')} overdue, and nobody is above"
    begins = org.work_time.add_working_time(now, timedelta()).astimezone(org.zone)
    return f"{count_noun(number, 'escalation')} overdue; working hours begin again on {begins:%a %Y-%m-%d at %H:%M}"


def acknowledge_escalation(org: Org, now: datetime, id_: str, note: str = "", by: str = "") -> Change:
    """Acknowledge an escalation: assign it to `by`, who then has the time that the policy allows to resolve it.

    Acknowledging again adds a note and does not extend the deadline. Raises `UnknownEscalation`, `BadInput`, and
    `Refused` if it is resolved or the seat may not acknowledge it.
    """
    one = _get_open_escalation(org, id_)
    if not by:
        raise BadInput(what=f"orgtp does not know who you are. Name your seat: orgtp escalate ack {one.id} --by SEAT")
    if org.seat(by).id not in list_allowed_acknowledgers(org, one):
        raise Refused(
            why=f"{by} may not acknowledge {one.id}. {_list_who_may(org, list_allowed_acknowledgers(org, one))}"
        )
    _refuse_long_text(note=note)
    edits = EscalationEdits(org, now, by)
    again = one.state is EscalationStatus.ACKNOWLEDGED and by == one.with_
    if again and not one_line(note):
        return edits.to_change(f"{one.id} is already acknowledged")
    due = one.due if again else edits.due_after(org.policy.escalation.resolve, one)
    after = replace(one, with_=by, state=EscalationStatus.ACKNOWLEDGED, due=due)
    edits.append_event(after, EventType.ACKNOWLEDGED, to=by if by != one.with_ else "", note=note)
    return edits.to_change("")


def resolve_escalation(org: Org, now: datetime, id_: str, note: str, by: str = "") -> Change:
    """Resolve an escalation.

    Raises `UnknownEscalation`, `BadInput` without a note, and `Refused` if it is resolved or `by` may not resolve it.
    """
    one = _get_open_escalation(org, id_)
    if by and org.seat(by).id not in list_allowed_resolvers(org, one):
        raise Refused(why=f"{by} may not resolve {one.id}. {_list_who_may(org, list_allowed_resolvers(org, one))}")
    if not one_line(note):
        raise BadInput(what="say how it was resolved: --note TEXT")
    _refuse_long_text(note=note)
    edits = EscalationEdits(org, now, by)
    edits.resolve(one, note)
    return edits.to_change("")


def hand_over_retired(org: Org, now: datetime, seat: str, by: str = "") -> Change:
    """Hand the open escalations about `seat`, and those assigned to it, to its owner, because it is being retired."""
    return hand_over_escalations(org, now, [seat], by, "{seat} is retired")


def hand_over_escalations(org: Org, now: datetime, seats: Collection[str], by: str, why: str) -> Change:
    """Hand the open escalations about the seats, and those assigned to them, to whoever is responsible for the seat.

    `why` is the note of each, with `{seat}` for the seat. Without such an escalation, nobody has to be known to act.
    """
    found = [one for _, one in sorted(org.escalations.items()) if not one.is_resolved]
    concerned = [one for one in found if one.with_ in seats or one.seat in seats]
    if not concerned:
        return Change("escalate", "", ())
    edits = EscalationEdits(org, now, by)
    for one in concerned:
        seat = one.with_ if one.with_ in seats else one.seat
        if one.with_ in seats or not is_with_responsible(org, one):
            edits.hand_over(one, find_responsible_seat(org, seat), why.format(seat=seat))
    return edits.to_change("")


def _get_open_escalation(org: Org, id_: str) -> Escalation:
    """Return an escalation that is not resolved. Raises `UnknownEscalation` and `Refused`."""
    one = org.escalation(id_)
    if one.is_resolved:
        raise Refused(why=f"{one.id} is already resolved. See: orgtp escalate show {one.id}")
    return one


def _list_who_may(org: Org, allowed: Iterable[str]) -> str:
    names = join_with_and(seat for seat in allowed if is_active_seat(org, seat))
    return f"Allowed: {names}." if names else "Nobody active may. Hand it to somebody who is: orgtp escalate tick"


def _open_or_add(edits: EscalationEdits, new: NewEscalation) -> None:
    """Open an escalation, or add to the open one of the same problem."""
    existing = edits.find_same(new.seat, new.metric, new.kind, new.what)
    if existing is None:
        to = new.to or find_first_assignee(edits.org, new.seat, new.metric, new.kind, new.severity)
        edits.add_escalation(new, to)
        return
    # A broken source is the reason for the late value, so the lateness is not news.
    known = existing.kind is EscalationKind.SOURCE and new.kind is EscalationKind.STALE
    if not known and not is_recently_recorded(edits.now, existing, new.kind, one_line(new.why)):
        edits.append_event(existing, EventType.AGAIN, note=new.why)
    _raise_severity(edits, edits.escalations[existing.id], new)


def _raise_severity(edits: EscalationEdits, one: Escalation, new: NewEscalation) -> None:
    """Raise the severity of an issue that is reported again, and reassign it by that or to the seat that is named."""
    order = list(EscalationSeverity)
    worse = order.index(new.severity) > order.index(one.severity)
    if new.kind is not EscalationKind.ISSUE or not (worse or new.to):
        return
    severity = new.severity if worse else one.severity
    to = new.to or find_first_assignee(edits.org, one.seat, one.metric, one.kind, severity)
    if worse and to == one.with_:
        edits.append_event(replace(one, severity=severity), EventType.AGAIN, note=f"it is {severity} now")
    else:
        edits.hand_over(replace(one, severity=severity), to, f"it is {severity} now" if worse else new.why)


def _record_found(edits: EscalationEdits, found: Sequence[FoundTrouble]) -> None:
    org = edits.org
    for one in found:
        seat = org.seats.get(one.seat)
        if seat is None or not seat.is_active or one.metric not in seat.metrics:
            continue
        if is_over(org, seat.metrics[one.metric], edits.now):
            continue
        if one.kind is EscalationKind.STALE and one.seat in org.seats_with_unread_scores:
            # The value may be among those that could not be read.
            continue
        if silenced_until(org, edits.now, one.seat, one.metric) is None:
            what = _FOUND_TEXTS.get(one.kind, "Problem with {metric}").format(metric=one.metric)
            _open_or_add(edits, NewEscalation(one.seat, what, one.why, metric=one.metric, kind=one.kind))


def _resolve_ended(edits: EscalationEdits, late: Collection[tuple[str, str]] | None) -> None:
    """Resolve what runs opened and what has ended: the value arrived, is no longer late, or the metric is gone.

    If another metric continues the one of an escalation, the problem goes on until one of the two has a value.
    """
    for one in edits.list_open():
        row = edits.org.row_of(one.seat, one.metric)
        seat = edits.org.seats.get(row.seat)
        if one.kind is EscalationKind.ISSUE or seat is None or not seat.is_active:
            continue
        if _is_metric_unread(edits.org, seat, row.metric):
            continue
        if row.metric not in seat.metrics:
            edits.resolve(one, f"{row.seat} no longer has the metric {row.metric}")
        elif is_over(edits.org, metric := seat.metrics[row.metric], edits.now):
            edits.resolve(one, f"{row.metric} ended after {metric.get_text('ends')}")
        elif row not in (late or ()) and _has_ended(edits.org, one, checked=late is not None):
            edits.resolve(one, "no value is late" if _is_newest_unavailable(edits.org, one) else _VALUE_IS_BACK)


def _is_metric_unread(org: Org, seat: Seat, metric: str) -> bool:
    """Whether the metric or its values could not be read, so that nobody knows whether its problem has ended."""
    is_declared = ("metrics", metric) in seat.marks.keys
    return seat.id in org.seats_with_unread_scores or (is_declared and metric not in seat.metrics)


def _has_ended(org: Org, one: Escalation, *, checked: bool) -> bool:
    """Return whether a problem that is not late has ended. After a source failed, a newer value has to be recorded."""
    if one.kind is EscalationKind.STALE:
        return checked
    last = last_trouble_at(one)
    known = (score for score in _list_scores_in_row(org, one) if score.value is not None)
    return any(last is None or score.at > last for score in known) and not _is_newest_unavailable(org, one)


def _list_scores_in_row(org: Org, one: Escalation) -> Iterator[Score]:
    """The values that count of the metric of an escalation, and of those that continue it, one after another."""
    key: MetricKey | None = MetricKey(one.seat, one.metric)
    while key is not None:
        yield from org.scores_in_force(*key).values()
        key = org.continuing_in_row(*key)


def _is_newest_unavailable(org: Org, one: Escalation) -> bool:
    """Return whether the value of its metric is unavailable in the newest period that has a record."""
    dated = [(period, score) for score in _list_scores_in_row(org, one) if (period := parse_period(score.period))]
    return bool(dated) and max(dated, key=lambda pair: (pair[0].next().start, pair[0]))[1].value is None


def _hand_to_responsible(edits: EscalationEdits, one: Escalation) -> None:
    """Hand an escalation that is assigned to an inactive seat, or about one, to whoever is responsible for the seat."""
    org, seat = edits.org, edits.org.seats.get(one.seat)
    if one.state is EscalationStatus.OPEN and find_stand_in(org, one.with_, edits.now) != one.with_:
        edits.hand_over(one, one.with_, f"{one.with_} is away")
    elif one.with_ in org.seats and not is_active_seat(org, one.with_):
        edits.hand_over(one, find_responsible_seat(org, one.with_), f"{one.with_} is {org.seats[one.with_].status}")
    elif seat and not seat.is_active and not is_with_responsible(org, one):
        edits.hand_over(one, find_responsible_seat(org, one.seat), f"{one.seat} is {seat.status}")


def _move_up_if_overdue(edits: EscalationEdits, one: Escalation) -> None:
    """Move an overdue escalation one step up the chart. At the top, record once that it stays."""
    if not (is_overdue(edits.org, edits.now, one) and edits.org.work_time.is_working_at(edits.now)):
        return
    if not _is_way_up_readable(edits.org, one.with_):
        # Whose turn it is cannot be known. The next tick that can read the seat moves it.
        return
    to, missed = find_next_assignee(edits.org, one, edits.now), _describe_missed_step(one)
    if to:
        to, absence = edits.find_recipient(to)
        missed = f"{missed}, {absence}" if absence else missed
        due = edits.due_after(edits.org.policy.escalation.within, one)
        edits.append_event(
            replace(one, with_=to, state=EscalationStatus.OPEN, due=due), EventType.UP, to=to, note=missed
        )
    elif _last_step(one) is not EventType.TOP:
        edits.append_event(one, EventType.TOP, note=f"{missed}; nobody is above {one.with_}, so it stays")


def _is_way_up_readable(org: Org, seat: str) -> bool:
    """Whether the seat, those above it, and their owners can all be read."""
    way = [seat, *(one.id for one in org.chain_above(seat))]
    named = {*way, *(end for id_ in way if (one := org.seats.get(id_)) for end in (one.owner, one.reports_to) if end)}
    return not any(org.is_unreadable(seat_path(id_)) for id_ in named)


def _describe_missed_step(one: Escalation) -> str:
    """Say what did not happen in time."""
    did = "resolve" if one.state is EscalationStatus.ACKNOWLEDGED else "acknowledge"
    return f"{one.with_} did not {did} it in time"


def _last_step(one: Escalation) -> EventType | None:
    moves = [event.what for event in one.events if event.what in {*_STEPS, EventType.TOP}]
    return moves[-1] if moves else None
