"""Compare org.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orgtp.model.org import WORD_TOPICS, Org
from orgtp.model.period import Cadence
from orgtp.model.text import one_line
from orgtp.model.value import Unit, ValueKind
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A key of org.yaml with its old and new value; null if it is not set."""

    key: str
    before: str | None
    after: str | None
    made: Made | None = None


def policy_changes(before: Org, after: Org) -> Iterator[PolicyChanged]:
    """Every key of org.yaml that differs, in the order of the file. Nothing if either file cannot be read."""
    if before.is_unreadable("org.yaml") or after.is_unreadable("org.yaml"):
        return
    old, new = policy_facts(before), policy_facts(after)
    for key in dict.fromkeys([*(new or old), *old]):
        was, is_ = old.get(key) or None, new.get(key) or None
        if was != is_:
            yield PolicyChanged(key, was, is_)


def policy_facts(org: Org) -> dict[str, str]:
    """The values of org.yaml by key; empty if there is no org yet."""
    if not org.id:
        return {}
    policy = org.policy
    ladder = policy.escalation
    return {
        "org": org.id,
        "name": org.name,
        "note": org.note,
        "timezone": str(org.zone),
        "holidays": ", ".join(describe_holiday(org, day) for day in sorted(org.holidays)),
        "branch": org.branch,
        "policy.grace": _format_span(policy.grace),
        **{f"policy.due.{cadence}": policy.due.get(cadence, "") for cadence in Cadence},
        "policy.scorekeepers": ", ".join(policy.scorekeepers),
        "policy.push": "yes" if policy.push else "no",
        "policy.retirement.approvers": ", ".join(policy.approvers),
        "policy.escalation.acknowledge": _format_span(ladder.acknowledge),
        "policy.escalation.within": _format_span(ladder.within),
        "policy.escalation.resolve": _format_span(ladder.resolve),
        "policy.escalation.hours": ladder.hours,
        "policy.discover.to": policy.discover_to,
        "policy.require_signatures_since": policy.signed_since,
        "policy.forges": ", ".join(policy.forges),
        **{f"policy.words.{sort}": ", ".join(policy.words.get(sort, ())) for sort in WORD_TOPICS},
        "routing": "; ".join(branch.text for branch in org.routing),
        **org.own,
    }


def describe_holiday(org: Org, day: date) -> str:
    """A holiday with its name, if it has one: `2026-12-24 (Christmas Eve)`."""
    name = org.holiday_names.get(day)
    return f"{day} ({one_line(name)})" if name else str(day)


def _format_span(span: timedelta) -> str:
    return Unit(ValueKind.DURATION).format_stored(Decimal(int(span.total_seconds())))
