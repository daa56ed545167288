"""Rules on to-dos."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.records.todo import TodoState
from orgtp.model.seat import seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def todo_unknown_seat(org: Org) -> Iterator[Finding]:
    """The owner of a to-do is a seat that the org does not have.

    Nobody does it: no view of a seat shows it, and no agent finds it in its context.

    Bad:

        owner: dsh

    Good:

        owner: dash

    Fix: use an id from `seats/`.
    """
    for one in org.todos.values():
        if one.owner and one.owner not in org.seats and not org.is_unreadable(seat_path(one.owner)):
            hint = did_you_mean(one.owner, org.seats) or "orgtp seat list shows all seats."
            yield Finding(one.marks.value_place("owner"), f'owner "{one.owner}" is not a seat', hint)


def todo_without_worker(org: Org) -> Iterator[Finding]:
    """An open to-do is owned by a retired seat, or by a group.

    A retired seat does nothing any more, and a group does nothing itself. `orgtp retire` hands open to-dos over; one
    that was added by hand, or that another branch brought, is left.

    Bad:

        owner: jeff             # jeff is retired
        state: open

    Good:

        owner: dash
        state: open

    Fix: give it to another seat: `orgtp todo move ID --to SEAT`.
    """
    for one in org.todos.values():
        seat = org.seats.get(one.owner)
        if seat and not one.is_closed and (seat.is_retired or seat.is_group):
            what = "is retired" if seat.is_retired else "is a group"
            hint = f"Give it to another seat: orgtp todo move {one.id} --to SEAT"
            yield Finding(one.marks.value_place("owner"), f"{one.owner} {what}, so nobody does this", hint)


def todo_not_as_told(org: Org) -> Iterator[Finding]:
    """The state, owner or date of a to-do contradicts its events.

    `events` is the record; `state`, `owner` and `due` follow from it. If only `state` is changed, nobody knows who did
    it, or when.

    Bad:

        owner: bot
        state: done
        events:
          - {at: "2026-11-30T13:00:02Z", by: ada, action: added, to: bot, due: "2026-12-04"}

    Good:

        owner: bot
        state: done
        events:
          - {at: "2026-11-30T13:00:02Z", by: ada, action: added, to: bot, due: "2026-12-04"}
          - {at: "2026-12-02T09:00:00Z", by: bot, action: done}

    Fix: append the missing event to `events`; or restore the file, and use `orgtp todo done`, `move` and so on.
    """
    for one in org.todos.values():
        state, owner, due = one.replayed
        for key, written, expected in (("state", one.state, state), ("owner", one.owner, owner), ("due", one.due, due)):
            if one.events and expected and written and written != expected:
                hint = f"Write {key}: {expected}, or append the missing event to events."
                yield Finding(one.marks.value_place(key), f"{key} is {written}, but its events say {expected}", hint)


def todo_event_wrong(org: Org) -> Iterator[Finding]:
    """The events of a to-do do not begin with `added`, or go on after it was closed.

    What is done, failed or dropped stays closed; only an undo takes that back. Two branches that both work on a to-do
    can bring such an event.

    Bad:

        events:
          - {at: "2026-11-30T13:00:02Z", by: bot, action: started}

    Good:

        events:
          - {at: "2026-11-30T13:00:02Z", by: ada, action: added, to: bot, due: "2026-12-04"}
          - {at: "2026-12-01T09:00:00Z", by: bot, action: started}

    Fix: nothing, if both happened. To take back that it was closed: `orgtp undo COMMIT`.
    """
    for one in org.todos.values():
        if one.events and one.events[0].action != "added":
            place = one.marks.value_place("events", "0", "action")
            yield Finding(place, f"{one.id} begins with {one.events[0].action}", "Put the event added first.")
        closed = TodoState.OPEN
        for number, event in enumerate(one.events):
            place = one.marks.value_place("events", str(number), "action")
            if closed.is_closed and event.state is None:
                hint = "Nothing to fix if both happened: it stays closed."
                yield Finding(place, f"{one.id} was already {closed} when it was {event.action}", hint)
            closed = event.state or (_CLOSED_BY.get(event.action.value, closed))


_CLOSED_BY = {state.value: state for state in TodoState if state.is_closed}


def todo_source_unknown(org: Org) -> Iterator[Finding]:
    """A to-do says that it comes from a record that the org does not have.

    `from` is free text. If it names a record (`review WEEK`, `escalation ID` or `todo ID`), people expect to find it.

    Bad:

        from: escalation 2026-11-20-dash-add-account

    Good:

        from: escalation 2026-11-20-dash-ad-account

    Fix: name the record by its file, or say in other words where it comes from.
    """
    for one in org.todos.values():
        kind, _, id_ = one.from_.partition(" ")
        known = {"review": org.reviews, "escalation": org.escalations, "todo": org.todos}.get(kind)
        is_name = bool(id_) and " " not in id_ and id_[0].isdigit()
        if kind == "review" and not any(week > id_ for week in org.reviews):
            continue  # It may not be over yet.
        if known is not None and is_name and id_ not in known and not org.is_unreadable(f"{kind}s/{id_}.yaml"):
            hint = did_you_mean(id_, known) or f"Name a record in {kind}s/, or say it in other words."
            yield Finding(one.marks.value_place("from"), f"there is no {kind} {id_}", hint)
