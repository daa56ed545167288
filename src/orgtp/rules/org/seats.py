"""Rules on the fields of a seat: its metrics, when it should be retired, and when it is reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from orgtp.model.due import is_over
from orgtp.model.org import Org
from orgtp.model.problem import Keys, Severity
from orgtp.model.seat import Rollup, Seat
from orgtp.model.text import fold_spelling, one_line
from orgtp.rules.rule import Finding


def no_metric(org: Org, now: datetime | None = None) -> Iterator[Finding]:
    """An active seat has no metric, or only metrics that have ended.

    A seat exists for an outcome. Without a number, nobody can tell a seat that achieves it from one that only runs. A
    seat passes if it owns another seat that has a metric. You can add a seat first and its metrics later: no orgtp
    command fails because of this rule. If all of its metrics have ended, that is a warning.

    Bad:

        seat: dash
        status: active
        owner: bogdan

    Good:

        seat: dash
        status: active
        owner: bogdan
        metrics:
          anomalies-before-open:
            name: Anomalies flagged before market open
            outcome: No client loses a day of spend to a fault nobody saw
            target: ">= 95%"
            cadence: weekly

    Fix: say which outcome the seat is for, and set a target:
    `orgtp metric add dash ID --name … --outcome … --target '>= 95%' --cadence weekly`.
    """
    leads, unsure = _owners_of_measured(org), _some_seat_is_unreadable(org)
    for seat in _seats_without_metric(org, now):
        # A seat file that cannot be read may be of a seat that this person owns.
        if seat.id not in leads and not (unsure and seat.is_human):
            ended = " any more: all have ended" if seat.metrics else ""
            # A metric may end or move before the next one is known.
            severity = Severity.WARNING if ended else None
            message = f"{seat.id} has no metric{ended}"
            yield Finding(seat.marks.key_place("metrics"), message, _metric_hint(seat), severity=severity)


def email_shared(org: Org) -> Iterator[Finding]:
    """Two workers whose seats are not retired have the same address.

    An address says which seat made a commit, and which seat a command acts as. If several have it, nobody can tell:
    commits by that address show the name of their author, and a command that records, decides or approves asks for
    `--by SEAT`. Two seats with the same name, or with holders of the same name, are those of one
    worker, who may have one address for both.

    Bad:

        email: team@example.com     (in seats/ada.yaml and in seats/scout.yaml)

    Good:

        email: ada@example.com      (in seats/ada.yaml)
        email: scout@example.com    (in seats/scout.yaml)

    Fix: leave the address with the seat whose it is. A seat can have several addresses, as a list.
    """
    first: dict[str, tuple[Seat, str]] = {}
    for seat in (seat for _, seat in sorted(org.seats.items()) if not seat.is_retired):
        for keys, email, person in _list_addresses(seat):
            other, name = first.setdefault(email.lower(), (seat, person))
            if fold_spelling(name) != fold_spelling(person):
                hint = f"Leave it with one of them; until then, name the seat that acts: --by {seat.id}"
                both = (seat.id, other.id) if other is not seat else (f"{person} of {seat.id}", name)
                yield Finding(seat.marks.value_place(*keys), f"{both[0]} and {both[1]} share the address {email}", hint)


def _list_addresses(seat: Seat) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The addresses of a seat and of its holders: the keys in its file, the address, and the name of the worker.

    The address of the seat itself is that of the position, which each of its holders may have as well.
    """
    people = {email.lower(): one.name for one in seat.holders for email in one.emails}
    for keys, email in _with_keys(("email",), seat.emails):
        yield keys, email, people.get(email.lower(), seat.name)
    for one in seat.holders:
        for keys, email in _with_keys(("holders", one.since.isoformat(), "email"), one.emails):
            yield keys, email, one.name


def _with_keys(keys: Keys, emails: Sequence[str]) -> Iterator[tuple[Keys, str]]:
    """Each address with its keys. The place of one that is no list is that of the text, the nearest parent."""
    for number, email in enumerate(emails):
        yield (*keys, str(number)), email


def no_metric_of_its_own(org: Org, now: datetime | None = None) -> Iterator[Finding]:
    """An active seat has no metric of its own; only seats that it owns have one.

    The owner of other seats is measured through them, which is enough to start with. A metric of its own shows what the
    seat itself contributes.

    Bad:

        seat: bogdan            # owns dash, which has metrics
        kind: human
        status: active

    Good:

        seat: bogdan
        kind: human
        status: active
        metrics:
          launches-on-date:
            name: Campaigns live on the agreed date
            outcome: Clients can plan their own business around a launch
            target: ">= 90%"
            cadence: weekly

    Fix: add a metric for the outcome that the seat itself is responsible for:
    `orgtp metric add bogdan ID --name … --outcome … --target '>= 95%' --cadence weekly`.
    """
    leads = _owners_of_measured(org)
    for seat in _seats_without_metric(org, now):
        if seat.id in leads:
            message = f"{seat.id} has no metric of its own; only seats that it owns have one"
            yield Finding(seat.marks.key_place("metrics"), message, _metric_hint(seat))


def per_missing(org: Org) -> Iterator[Finding]:
    """A sum does not say whether its target is per day, week or month.

    "10 calls" is a different target for a day than for a week. Until `per` is set, the values of a week are added up
    and compared with the target.

    Bad:

        target: ">= 10"
        cadence: weekdays
        rollup: sum

    Good:

        target: ">= 10"
        cadence: weekdays
        per: week
        rollup: sum

    Fix: set `per`, for example `orgtp metric set scout calls per=week`. For 10 calls on each day, use `per: day`.
    """
    pairs = ((seat, metric) for seat in org.seats.values() if not seat.is_retired for metric in seat.metrics.values())
    for seat, metric in pairs:
        if metric.rollup is Rollup.SUM and metric.per is None and metric.is_rolled_up:
            message = f"{metric.id} adds up {metric.cadence} values, but does not say per day, week or month"
            hint = f"Until it does, a week is judged. Set it: orgtp metric set {seat.id} {metric.id} per=week"
            yield Finding(seat.marks.value_place("metrics", metric.id, "rollup"), message, hint)


def retire_when_missing(org: Org) -> Iterator[Finding]:
    """An agent seat does not say when it should be retired.

    Agents are cheap to start, and nobody stops them. It is easier to decide at the start what would end the seat; later
    there is always a reason to keep it a little longer.

    Bad:

        seat: dash
        kind: agent

    Good:

        seat: dash
        kind: agent
        retire_when: Four weekly misses in a row, or the ad platforms report this themselves.

    Fix: write what would make the seat unnecessary: `orgtp seat set dash "retire_when=Four weekly misses in a row"`.
    """
    for seat in org.seats.values():
        if not (
            seat.is_human or seat.is_group or seat.is_retired or seat.retire_when or ("retire_when",) in seat.marks.keys
        ):
            hint = f'Say what would make it unnecessary: orgtp seat set {seat.id} "retire_when=…"'
            yield Finding(seat.marks.value_place(), f"{seat.id} has no retire_when", hint)


def seat_same_name(org: Org) -> Iterator[Finding]:
    """Two seats have the same name and role.

    The chart shows two equal rows, and whoever reads that a value of one is late takes it for the other. Often the same
    agent was added twice. Capitals and blanks make no difference. A person who holds two seats has a role in each.

    Bad:

        # seats/lens1.yaml and seats/lens2.yaml
        name: Lithe Lens
        role: Viewer

    Good:

        # seats/lens2.yaml
        name: Lithe Lens
        role: Viewer of archives

    Fix: say in the name or the role what differs: `orgtp seat set lens2 "role=Viewer of archives"`; or retire one of
    them: `orgtp retire lens2 --to lens1`.
    """
    first: dict[tuple[str, str], Seat] = {}
    for seat in org.seats.values():
        if not seat.is_retired and seat.name and seat.role:
            other = first.setdefault((fold_spelling(seat.name), fold_spelling(seat.role)), seat)
            if other is not seat:
                message = (
                    f'{seat.id} has the name and role of {other.id}: "{one_line(seat.name)}", {one_line(seat.role)}'
                )
                rename = f'Say what differs: orgtp seat set {seat.id} "role=…"'
                hint = f"{rename}; or retire one of them: orgtp retire {seat.id} --to {other.id}"
                yield Finding(seat.marks.value_place("name"), message, hint)


def review_by_past(org: Org, now: datetime) -> Iterator[Finding]:
    """The review date of a seat has passed.

    Somebody promised to check whether the seat is still worth having. When that day is over in the org's time zone,
    either nobody checked, or nobody set the date of the next review. A paused seat is not reviewed.

    Bad:

        review_by: 2025-01-15

    Good:

        review_by: 2027-01-15

    Fix: review the seat, then set the next date (`orgtp seat set dash review_by=2027-01-15`), or retire it.
    """
    today = now.astimezone(org.zone).date()
    for seat in org.seats.values():
        if seat.review_by and seat.review_by < today and seat.is_reviewed:
            hint = f"Review {seat.id}, then set the next date: orgtp seat set {seat.id} review_by=DATE"
            message = f"the review of {seat.id} was due by {seat.review_by}"
            yield Finding(seat.marks.value_place("review_by"), message, hint)


def _seats_without_metric(org: Org, now: datetime | None) -> Iterator[Seat]:
    """The active seats whose metrics have all ended, except groups and those with metrics that cannot be read."""
    for seat in org.seats.values():
        if not seat.is_active or seat.is_group:
            continue
        ended = all(now and is_over(org, metric, now) for metric in seat.metrics.values())
        # To look at the marks, the file is parsed again, so this comes last, and only if something could not be read.
        has_unread = "metrics" in seat.unread and any(_is_unread_metric(seat, keys) for keys in seat.marks.keys)
        if ended and not has_unread:
            yield seat


def _is_unread_metric(seat: Seat, keys: tuple[str, ...]) -> bool:
    return len(keys) > 1 and keys[0] == "metrics" and keys[1] not in seat.metrics


def _owners_of_measured(org: Org) -> set[str]:
    """The ids of the seats that own another seat that has a metric and is not retired."""
    return {seat.owner for seat in org.seats.values() if seat.metrics and seat.owner != seat.id and not seat.is_retired}


def _some_seat_is_unreadable(org: Org) -> bool:
    return any(path.startswith("seats/") for path in org.unreadable)


def _metric_hint(seat: Seat) -> str:
    return f'Add a metric: orgtp metric add {seat.id} ID --name … --outcome … --target ">= 95%" --cadence weekly'
