"""Trouble ends with a person: where escalations go, and whom those that are there are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orgtp.model.escalation import Route, is_path_about
from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.seat import seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding

_PEOPLE = 8


def routing_not_human(org: Org) -> Iterator[Finding]:
    """A route ends with a seat that is not an active person.

    Whatever breaks at night goes where the routing tree says. An agent cannot be asked why nobody acted, and at a seat
    that is paused, vacant or retired nobody is there to be asked at all.

    Bad:

        routing:
          - {kind: source, to: radar}       # radar is an agent

    Good:

        routing:
          - {kind: source, to: bogdan}

    Fix: name a person who is here, or take `to` out: then it goes to the owner of the seat.
    """
    people = [seat.id for seat in org.seats.values() if seat.is_human and seat.is_active]
    hint = f"Name a person who is here ({', '.join(people[:_PEOPLE])}), or take it out."
    for keys, branch, _ in _branches(org.routing):
        seat = org.seats.get(branch.to)
        if seat and not (seat.is_human and seat.is_active):
            what = "an agent" if not seat.is_human else str(seat.status)
            message = f"this route ends with {seat.id}, which is {what}"
            yield Finding(org.marks.value_place(*keys, "to"), message, hint)


def routing_unknown_seat(org: Org) -> Iterator[Finding]:
    """A route names a seat or a metric that the org has not.

    What should have gone that way goes another one, and nobody notices before it matters.

    Bad:

        routing:
          - {seat: dsh, to: bogdan}

    Good:

        routing:
          - {seat: dash, to: bogdan}

    Fix: write the id as it stands in `seats/`, or take the route out.
    """
    metrics = {metric for seat in org.seats.values() for metric in seat.metrics}
    blind = any(path.startswith("seats") for path in org.unreadable)
    for keys, branch, _ in _branches(org.routing):
        for key, id_ in (("seat", branch.seat), ("to", branch.to)):
            if id_ and id_ not in org.seats and not org.is_unreadable(seat_path(id_)):
                hint = did_you_mean(id_, org.seats) or "orgtp seat list shows them all."
                yield Finding(org.marks.value_place(*keys, key), f'{key} "{id_}" is not a seat', hint)
        known = org.seats[branch.seat].metrics if branch.seat in org.seats else metrics
        if branch.metric and branch.metric not in known and not blind:
            whose = f"{branch.seat} has no" if branch.seat in org.seats else "no seat has a"
            hint = did_you_mean(branch.metric, known) or "What a seat is measured on: orgtp seat show SEAT"
            yield Finding(org.marks.value_place(*keys, "metric"), f'{whose} metric "{branch.metric}"', hint)


def routing_unreachable(org: Org) -> Iterator[Finding]:
    """Nothing ever goes along a route.

    The first route that fits decides. So one below another that takes all of the same is never asked, and neither is
    one that wants what the route above it rules out, or what is about a retired seat.

    Bad:

        routing:
          - {seat: dash, to: bogdan}
          - {seat: dash, severity: high, to: david}

    Good:

        routing:
          - {seat: dash, severity: high, to: david}
          - {seat: dash, to: bogdan}

    Fix: put the finer route first, or take it out.
    """
    for keys, branch, why in _branches(org.routing):
        held = org.seats.get(branch.seat)
        told = why or (f"{branch.seat} is retired" if held and held.is_retired else "")
        if told:
            hint = "Put the finer route first, or take it out."
            yield Finding(org.marks.value_place(*keys), f"nothing ever goes along this route: {told}", hint)


def escalation_unknown_seat(org: Org) -> Iterator[Finding]:
    """An escalation is about a seat that the org has not, or with one.

    It is in nobody's hands then: no step up leads from there, and no view of a seat shows it.

    Bad:

        seat: dsh
        with: bogdan

    Good:

        seat: dash
        with: bogdan

    Fix: write the id as it stands in `seats/`.
    """
    for one in org.escalations.values():
        for key, id_ in (("seat", one.seat), ("with", one.with_)):
            if id_ and id_ not in org.seats and not org.is_unreadable(seat_path(id_)):
                hint = did_you_mean(id_, org.seats) or "orgtp seat list shows them all."
                yield Finding(one.marks.value_place(key), f'{key} "{id_}" is not a seat', hint)


def escalation_file_name(org: Org) -> Iterator[Finding]:
    """An escalation's file is not named for the seat that it is about.

    The history is told by the names of files: `orgtp log` and the audit look there for the seat.

    Bad:

        # escalations/2026-11-20-radar-ad-account.yaml
        seat: dash

    Good:

        # escalations/2026-11-20-dash-ad-account.yaml
        seat: dash

    Fix: rename the file to DATE-SEAT-WHAT.yaml, or write the seat that it is about.
    """
    for one in org.escalations.values():
        if one.seat and not is_path_about(one.path, one.seat):
            hint = f"Rename the file to {one.id[:10]}-{one.seat}-WHAT.yaml, or write the seat that it is about."
            yield Finding(
                one.marks.value_place("seat"), f"{one.path} is about {one.seat}, and its name says otherwise", hint
            )


def escalation_unknown_metric(org: Org) -> Iterator[Finding]:
    """What is open about a metric names one that the seat has not.

    No value settles it then, and no route that asks for the metric takes it. `orgtp escalate tick` settles what a run
    opened about a metric that is gone since.

    Bad:

        # escalations/2026-11-20-dash-anomalies.yaml, and dash has no such metric
        seat: dash
        metric: anomalies

    Good:

        seat: dash
        metric: anomalies-before-open

    Fix: write the id of the metric, take the line out, or settle it: `orgtp escalate resolve ID --note TEXT`.
    """
    for one in org.escalations.values():
        seat = org.seats.get(one.seat)
        if one.metric and not one.is_resolved and seat and one.metric not in seat.metrics:
            hint = did_you_mean(one.metric, seat.metrics) or f'Settle it: orgtp escalate resolve {one.id} --note "…"'
            yield Finding(one.marks.value_place("metric"), f'{one.seat} has no metric "{one.metric}"', hint)


def escalation_not_as_told(org: Org) -> Iterator[Finding]:
    """An escalation is in another state, or with another seat, than what happened to it says.

    `events` is the record; `state` and `with` are what follows from it. Where only they are changed, nobody knows who
    settled it, when, or how it came into those hands.

    Bad:

        with: ada
        state: resolved
        events:
          - {at: "2026-11-20T13:00:02Z", what: opened, by: bot, to: ada}

    Good:

        with: ada
        state: resolved
        events:
          - {at: "2026-11-20T13:00:02Z", what: opened, by: bot, to: ada}
          - {at: "2026-11-20T15:00:00Z", what: resolved, by: ada, note: Archived.}

    Fix: add what happened at the end of `events`; or leave the file as it was, and use `orgtp escalate ack` or
    `orgtp escalate resolve`.
    """
    for one in org.escalations.values():
        state, with_ = one.replayed_state
        for key, there, told in (("state", one.state, state), ("with", one.with_, with_)):
            if one.events and told and there and there != told:
                hint = f"Write {key}: {told}, or add what happened at the end of events."
                yield Finding(one.marks.value_place(key), f"{key} is {there}, and its events say {told}", hint)


def silence_unknown_metric(org: Org) -> Iterator[Finding]:
    """What is silenced is no metric of the seat.

    The metric that was meant is not silenced, or it is gone and so is the reason.

    Bad:

        # escalations/silenced/dash.yaml
        anomalies: {until: 2026-12-01, reason: The ad API moves.}

    Good:

        # escalations/silenced/dash.yaml
        anomalies-before-open: {until: 2026-12-01, reason: The ad API moves.}

    Fix: write the id of the metric, or take the line out.
    """
    for seat, held in org.silences.items():
        known: Mapping[str, object] = org.seats[seat].metrics if seat in org.seats else {}
        for metric in held.metrics:
            if metric not in known and not org.is_unreadable(seat_path(seat)):
                hint = did_you_mean(metric, known) or "Take it out, or write the id of a metric of this seat."
                yield Finding(held.marks.key_place(metric), f'{seat} has no metric "{metric}"', hint)


def _branches(
    branches: Sequence[Route], keys: Keys = ("routing",), above: Mapping[str, str] | None = None
) -> Iterator[tuple[Keys, Route, str]]:
    """Every branch with its place, and why nothing goes that way; "" where something may."""
    for number, branch in enumerate(branches):
        place = (*keys, str(number))
        wants = {**(above or {}), **branch.conditions}
        yield place, branch, _lost(branch, branches[:number], above or {})
        yield from _branches(branch.routes, (*place, "routes"), wants)


def _lost(branch: Route, before: Sequence[Route], above: Mapping[str, str]) -> str:
    """Why nothing goes along a branch."""
    for name, word in branch.conditions.items():
        if above.get(name, word) != word:
            return f"the route above it takes only {name} {above[name]}"
    wants = {**above, **branch.conditions}.items()
    taken = next((first for first in before if first.conditions.items() <= wants), None)
    return f"the route before it that takes {taken.told} takes all of it" if taken else ""
