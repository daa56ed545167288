"""Rules about explained violations."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def explainer_not_human(org: Org) -> Iterator[Finding]:
    """A violation is explained by a seat that does not exist, or that is not human.

    What the audit finds stays in the history. That it is settled is a person's decision, by name.

    Bad:

        {"at":"2026-11-20T13:00:02Z","commit":"4b82…","rule":"seat-deleted","reason":"A mistake.","decided_by":"tally"}

    Good:

        {"at":"2026-11-20T13:00:02Z","commit":"4b82…","rule":"seat-deleted","reason":"A mistake.","decided_by":"david"}

    Fix: correct the line before it is committed, or explain the violation with `orgtp audit explain`.
    """
    people = [seat.id for seat in org.seats.values() if seat.is_human]
    for one in org.explanations:
        seat = org.seats.get(one.decided_by)
        if seat is None or not seat.is_human:
            what = "is not a seat" if seat is None else "is not a human seat"
            hint = did_you_mean(one.decided_by, people) or "Name the person who decided it."
            yield Finding(one.place, f'decided_by "{one.decided_by}" {what}', hint)
