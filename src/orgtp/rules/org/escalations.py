"""Rules on escalations: the routing tree, the escalation files and the silenced metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orgtp.model.candidates import format_choice, list_likely_owners
from orgtp.model.escalation import Route, is_path_about
from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.seat import seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def routing_not_human(org: Org) -> Iterator[Finding]:
    """A route ends with a seat that is not an active person.

    Escalations go where the routing tree says. An agent cannot answer for why nobody acted, and nobody is available at
    a seat that is paused, vacant or retired.

    Bad:

        routing:
          - {kind: source, to: radar}       # radar is an agent

    Good:

        routing:
          - {kind: source, to: bogdan}

    Fix: name an active person, or remove `to`: the escalation then goes to the owner of the seat.
    """
    for keys, branch, _ in _walk_routes(org.routing):
        seat = org.seats.get(branch.to)
        if seat and not (seat.is_human and seat.is_active):
            what = str(seat.status) if seat.is_human else "a group" if seat.is_group else "an agent"
            likely = format_choice(list_likely_owners(org, seat))
            hint = f"Name an active person{f', such as {likely},' if likely else ''} or remove to."
            message = f"this route ends with {seat.id}, which is {what}"
            yield Finding(org.marks.value_place(*keys, "to"), message, hint)


def routing_unknown_seat(org: Org) -> Iterator[Finding]:
    """A route names a seat or a metric that the org does not have.

    Escalations that should take this route take another one, and nobody notices until it matters.

    Bad:

        routing:
          - {seat: dsh, to: bogdan}

    Good:

        routing:
          - {seat: dash, to: bogdan}

    Fix: use an id from `seats/`, or remove the route.
    """
    metrics = {metric for seat in org.seats.values() for metric in seat.metrics}
    incomplete = any(path.startswith("seats") for path in org.unreadable)
    for keys, branch, _ in _walk_routes(org.routing):
        for key, id_ in (("seat", branch.seat), ("to", branch.to)):
            if id_ and id_ not in org.seats and not org.is_unreadable(seat_path(id_)):
                hint = did_you_mean(id_, org.seats) or "orgtp seat list shows all seats."
                yield Finding(org.marks.value_place(*keys, key), f'{key} "{id_}" is not a seat', hint)
        known = org.seats[branch.seat].metrics if branch.seat in org.seats else metrics
        if branch.metric and branch.metric not in known and not incomplete:
            whose = f"{branch.seat} has no" if branch.seat in org.seats else "no seat has a"
            hint = did_you_mean(branch.metric, known) or "orgtp seat show SEAT lists the metrics of a seat."
            yield Finding(org.marks.value_place(*keys, "metric"), f'{whose} metric "{branch.metric}"', hint)


def routing_unreachable(org: Org) -> Iterator[Finding]:
    """No escalation can ever take a route.

    The first matching route decides. So a route is never used if an earlier one matches everything that it matches, if
    its parent route excludes what it asks for, or if it is about a retired seat.

    Bad:

        routing:
          - {seat: dash, to: bogdan}
          - {seat: dash, severity: high, to: david}

    Good:

        routing:
          - {seat: dash, severity: high, to: david}
          - {seat: dash, to: bogdan}

    Fix: put the more specific route first, or remove it.
    """
    for keys, branch, why in _walk_routes(org.routing):
        seat = org.seats.get(branch.seat)
        reason = why or (f"{branch.seat} is retired" if seat and seat.is_retired else "")
        if reason:
            hint = "Put the more specific route first, or remove it."
            yield Finding(org.marks.value_place(*keys), f"no escalation can take this route: {reason}", hint)


def escalation_unknown_seat(org: Org) -> Iterator[Finding]:
    """An escalation is about, or assigned to, a seat that the org does not have.

    Nobody handles it: it cannot move up the chart, and no view of a seat shows it.

    Bad:

        seat: dsh
        with: bogdan

    Good:

        seat: dash
        with: bogdan

    Fix: use an id from `seats/`.
    """
    for one in org.escalations.values():
        for key, id_ in (("seat", one.seat), ("with", one.with_)):
            if id_ and id_ not in org.seats and not org.is_unreadable(seat_path(id_)):
                hint = did_you_mean(id_, org.seats) or "orgtp seat list shows all seats."
                yield Finding(one.marks.value_place(key), f'{key} "{id_}" is not a seat', hint)


def escalation_file_name(org: Org) -> Iterator[Finding]:
    """An escalation's file is not named after the seat that it is about.

    `orgtp log` and the audit find the history of a seat by file names.

    Bad:

        # escalations/2026-11-20-radar-ad-account.yaml
        seat: dash

    Good:

        # escalations/2026-11-20-dash-ad-account.yaml
        seat: dash

    Fix: rename the file to DATE-SEAT-WHAT.yaml, or correct `seat`.
    """
    for one in org.escalations.values():
        if one.seat and not is_path_about(one.path, one.seat):
            hint = f"Rename the file to {one.id[:10]}-{one.seat}-WHAT.yaml, or correct seat."
            message = f"{one.path} is about {one.seat}, but is not named after it"
            yield Finding(one.marks.value_place("seat"), message, hint)


def escalation_unknown_metric(org: Org) -> Iterator[Finding]:
    """An open escalation names a metric that the seat does not have.

    No new value can resolve it, and no route for the metric matches it. If a run opened it and the metric was removed
    later, `orgtp escalate tick` resolves it.

    Bad:

        # escalations/2026-11-20-dash-anomalies.yaml, and dash has no such metric
        seat: dash
        metric: anomalies

    Good:

        seat: dash
        metric: anomalies-before-open

    Fix: correct the id of the metric, remove the line, or resolve it: `orgtp escalate resolve ID --note TEXT`.
    """
    for one in org.escalations.values():
        seat = org.seats.get(one.seat)
        if one.metric and not one.is_resolved and seat and one.metric not in seat.metrics:
            hint = did_you_mean(one.metric, seat.metrics) or f'Resolve it: orgtp escalate resolve {one.id} --note "…"'
            yield Finding(one.marks.value_place("metric"), f'{one.seat} has no metric "{one.metric}"', hint)


def escalation_not_as_told(org: Org) -> Iterator[Finding]:
    """The state or assignee of an escalation contradicts its events.

    `events` is the record; `state` and `with` follow from it. If only `state` or `with` is changed, nobody knows who
    resolved or reassigned the escalation, or when.

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

    Fix: append the missing event to `events`; or restore the file, and use `orgtp escalate ack` or
    `orgtp escalate resolve`.
    """
    for one in org.escalations.values():
        state, with_ = one.replayed_state
        for key, written, expected in (("state", one.state, state), ("with", one.with_, with_)):
            if one.events and expected and written and written != expected:
                hint = f"Write {key}: {expected}, or append the missing event to events."
                yield Finding(one.marks.value_place(key), f"{key} is {written}, but its events say {expected}", hint)


def silence_unknown_metric(org: Org) -> Iterator[Finding]:
    """A silenced metric is not a metric of the seat.

    Either the id is misspelled and the intended metric is not silenced, or the metric no longer exists.

    Bad:

        # escalations/silenced/dash.yaml
        anomalies: {until: 2026-12-01, reason: The ad API moves.}

    Good:

        # escalations/silenced/dash.yaml
        anomalies-before-open: {until: 2026-12-01, reason: The ad API moves.}

    Fix: correct the id of the metric, or remove the line.
    """
    for seat, silences in org.silences.items():
        known: Mapping[str, object] = org.seats[seat].metrics if seat in org.seats else {}
        for metric in silences.metrics:
            if metric not in known and not org.is_unreadable(seat_path(seat)):
                hint = did_you_mean(metric, known) or "Remove it, or write the id of a metric of this seat."
                yield Finding(silences.marks.key_place(metric), f'{seat} has no metric "{metric}"', hint)


def _walk_routes(
    branches: Sequence[Route], keys: Keys = ("routing",), above: Mapping[str, str] | None = None
) -> Iterator[tuple[Keys, Route, str]]:
    """Every route with its place, and the reason why no escalation can take it ("" if one can)."""
    for number, branch in enumerate(branches):
        place = (*keys, str(number))
        wants = {**(above or {}), **branch.conditions}
        yield place, branch, _why_unreachable(branch, branches[:number], above or {})
        yield from _walk_routes(branch.routes, (*place, "routes"), wants)


def _why_unreachable(branch: Route, before: Sequence[Route], above: Mapping[str, str]) -> str:
    """Why no escalation can take a route; "" if one can."""
    for name, word in branch.conditions.items():
        if above.get(name, word) != word:
            return f"its parent route takes only {name} {above[name]}"
    wants = {**above, **branch.conditions}.items()
    taken = next((first for first in before if first.conditions.items() <= wants), None)
    return f"an earlier route ({taken.text}) matches all of it" if taken else ""
