"""Rules about delegates: who takes over the escalations and messages of a person who is away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.model.candidates import list_likely_owners
from orgtp.model.org import Org
from orgtp.model.seat import Delegate, Seat
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def delegate_wrong(org: Org) -> Iterator[Finding]:
    """The delegate of a seat is unknown, no active person, or the seat itself.

    While a person is away, escalations and messages go to their delegate. A delegate that is not there, or an agent,
    cannot act on them, so they would go on to somebody who is away. Only a person has a delegate: an agent has its
    owner.

    Bad:

        seat: karen
        kind: human
        delegate: {to: dash, until: 2026-12-31}      # an agent

    Good:

        delegate: {to: anna, until: 2026-12-31}

    Fix: name an active person: `orgtp seat delegate karen --to anna --until 2026-12-31`, or end it with
    `orgtp seat delegate karen --end`.
    """
    for seat in org.seats.values():
        if seat.delegate is None or seat.is_retired:
            continue
        place, named = seat.marks.value_place("delegate", "to"), seat.delegate.to
        hint = _suggest_delegate(org, seat, seat.delegate, "Name an active person")
        found = org.seats.get(named)
        if not seat.is_human:
            end = f"Remove it: orgtp seat delegate {seat.id} --end"
            yield Finding(seat.marks.key_place("delegate"), f"{seat.id} is no person, and has an owner instead", end)
        elif found is None:
            if not org.is_unreadable(f"seats/{named}.yaml"):
                near = did_you_mean(named, org.seats) or hint
                yield Finding(place, f'the delegate "{named}" is not a seat', near)
        elif named == seat.id:
            yield Finding(place, f"{seat.id} is its own delegate", hint)
        elif not found.may_decide:
            what = f"is {found.status}" if found.is_human else "is not a person"
            yield Finding(place, f'the delegate "{named}" {what}', hint)


def delegate_away(org: Org, now: datetime) -> Iterator[Finding]:
    """A delegate is away too, and has a delegate of their own.

    What goes to the first one then goes on to the next. If they form a circle, it stays with the first person, who is
    away.

    Bad:

        # seats/karen.yaml
        delegate: {to: anna, until: 2026-12-31}
        # seats/anna.yaml
        delegate: {to: karen, until: 2026-12-24}

    Good:

        # seats/karen.yaml
        delegate: {to: ben, until: 2026-12-31}

    Fix: name somebody who is there: `orgtp seat delegate karen --to ben --until 2026-12-31`.
    """
    today = now.astimezone(org.zone).date()
    for seat in org.seats.values():
        away = seat.delegate if seat.delegate and seat.delegate.until >= today else None
        other = org.seats.get(away.to) if away else None
        if away and other and other.id != seat.id and other.delegate and other.delegate.until >= today:
            message = f"the delegate {other.id} is away as well, until {other.delegate.until}"
            hint = _suggest_delegate(org, seat, away, "Name somebody who is there")
            yield Finding(seat.marks.value_place("delegate", "to"), message, hint)


def _suggest_delegate(org: Org, seat: Seat, delegate: Delegate, what: str) -> str:
    """The command that names a person without a delegate of their own; if there is none, the one that ends it."""
    there = [one for one in list_likely_owners(org, seat) if org.seats[one].delegate is None]
    if not there:
        return f"Remove it: orgtp seat delegate {seat.id} --end"
    return f"{what}: orgtp seat delegate {seat.id} --to {there[0]} --until {delegate.until}"


def delegate_past(org: Org, now: datetime) -> Iterator[Finding]:
    """The last day of a delegation is over.

    It has no effect any more. The line can be removed.

    Bad:

        delegate: {to: anna, until: 2026-08-14}      # it is November

    Good:

        (no delegate)

    Fix: remove it: `orgtp seat delegate karen --end`.
    """
    today = now.astimezone(org.zone).date()
    for seat in org.seats.values():
        if seat.delegate and seat.delegate.until < today and not seat.is_retired:
            message = f"the delegation of {seat.id} to {seat.delegate.to} ended on {seat.delegate.until}"
            hint = f"Remove it: orgtp seat delegate {seat.id} --end"
            yield Finding(seat.marks.key_place("delegate"), message, hint)
