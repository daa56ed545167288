"""What a seat says of itself: what it is measured on, when it should go, and when it is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.rules.rule import Finding


def no_metric(org: Org) -> Iterator[Finding]:
    """Nothing is measured on an active seat.

    A seat is there for an outcome. Where no number says whether it comes about, nobody can tell a seat that works from
    one that only runs. It is enough that a seat which this one answers for has a metric. A seat may be added first and
    measured next: no command of orgtp is refused for this.

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

    Fix: say which outcome the seat is for, and how much of it is enough:
    `orgtp seat set dash metrics.ID.name=… metrics.ID.outcome=… metrics.ID.target=… metrics.ID.cadence=weekly`.
    """
    leads, unsure = _leads(org), _some_seat_is_hidden(org)
    for seat in _unmeasured(org):
        # A seat that cannot be read may be one that this person answers for.
        if seat.id not in leads and not (unsure and seat.is_human):
            yield Finding(seat.marks.key_place("metrics"), f"nothing is measured on {seat.id}", _measure(seat))


def no_metric_of_its_own(org: Org) -> Iterator[Finding]:
    """An active seat has no metric, though seats that it answers for have some.

    Who answers for others is measured through them, and that is enough to go on. A number of its own says what the seat
    itself adds.

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

    Fix: give the seat the outcome that it is itself there for:
    `orgtp seat set bogdan metrics.ID.name=… metrics.ID.outcome=… metrics.ID.target=… metrics.ID.cadence=weekly`.
    """
    leads = _leads(org)
    for seat in _unmeasured(org):
        if seat.id in leads:
            message = f"{seat.id} has no metric of its own; only seats that it answers for have one"
            yield Finding(seat.marks.key_place("metrics"), message, _measure(seat))


def retire_when_missing(org: Org) -> Iterator[Finding]:
    """An agent seat does not say when it should go.

    Agents are cheap to start and nobody stops them. Who writes down at the beginning what would end the seat decides it
    in cold blood; later there is always a reason to keep it a little longer.

    Bad:

        seat: dash
        kind: agent

    Good:

        seat: dash
        kind: agent
        retire_when: Four weekly misses in a row, or the ad platforms report this themselves.

    Fix: write what would make the seat superfluous: `orgtp seat set dash "retire_when=Four weekly misses in a row"`.
    """
    for seat in org.seats.values():
        if not (seat.is_human or seat.is_retired or seat.retire_when or ("retire_when",) in seat.marks.keys):
            hint = f'Write what would end it: orgtp seat set {seat.id} "retire_when=…"'
            yield Finding(seat.marks.value_place(), f"{seat.id} does not say when it should go", hint)


def review_by_past(org: Org, now: datetime) -> Iterator[Finding]:
    """The day by which a seat was to be reviewed has passed.

    Somebody promised to look whether the seat still earns its place. Once the day is over in the org's time zone,
    either nobody looked or nobody wrote down when to look next.

    Bad:

        review_by: 2025-01-15

    Good:

        review_by: 2027-01-15

    Fix: review the seat, then set the next day (`orgtp seat set dash review_by=2027-01-15`), or retire it.
    """
    today = now.astimezone(org.zone).date()
    for seat in org.seats.values():
        if seat.review_by and seat.review_by < today and not seat.is_retired:
            hint = f"Review {seat.id}, then set the next day: orgtp seat set {seat.id} review_by=DATE"
            yield Finding(
                seat.marks.value_place("review_by"), f"the review of {seat.id} was due by {seat.review_by}", hint
            )


def _unmeasured(org: Org) -> Iterator[Seat]:
    """Active seats without a metric; one whose metrics are there and cannot be read is not among them."""
    for seat in org.seats.values():
        if seat.is_active and not seat.metrics and not any(_is_metric(keys) for keys in seat.marks.keys):
            yield seat


def _is_metric(keys: tuple[str, ...]) -> bool:
    return len(keys) > 1 and keys[0] == "metrics"


def _leads(org: Org) -> set[str]:
    """The seats that answer for another one, not retired, that is measured."""
    return {seat.owner for seat in org.seats.values() if seat.metrics and seat.owner != seat.id and not seat.is_retired}


def _some_seat_is_hidden(org: Org) -> bool:
    return any(path.startswith("seats/") for path in org.unreadable)


def _measure(seat: Seat) -> str:
    parts = ("name=…", "outcome=…", 'target=">= 95%"', "cadence=weekly")
    return f"Say what it is for: orgtp seat set {seat.id} {' '.join(f'metrics.ID.{part}' for part in parts)}"
