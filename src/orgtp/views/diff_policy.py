"""What changed in org.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from orgtp.model.org import WORDS, Org
from orgtp.model.value import Kind, Unit
from orgtp.views.diff_shapes import Made


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A key of org.yaml and what it was and is; null where it is not set."""

    key: str
    before: str | None
    after: str | None
    made: Made | None = None


def policy_changes(before: Org, after: Org) -> Iterator[PolicyChanged]:
    """Every key of org.yaml that differs, in the order of the file. Of a file that cannot be read, nothing is known."""
    if before.hidden("org.yaml") or after.hidden("org.yaml"):
        return
    old, new = policy_facts(before), policy_facts(after)
    for key in new or old:
        was, is_ = old.get(key) or None, new.get(key) or None
        if was != is_:
            yield PolicyChanged(key, was, is_)


def policy_facts(org: Org) -> dict[str, str]:
    """What org.yaml says; of an org that is not there yet, nothing."""
    if not org.id:
        return {}
    policy = org.policy
    grace = Unit(Kind.DURATION).stored(Decimal(int(policy.grace.total_seconds())))
    return {
        "org": org.id,
        "name": org.name,
        "timezone": str(org.zone),
        "holidays": ", ".join(str(day) for day in sorted(org.holidays)),
        "branch": org.branch,
        "policy.grace": grace,
        "policy.scorekeepers": ", ".join(policy.scorekeepers),
        "policy.push": "yes" if policy.push else "no",
        "policy.retirement.approvers": ", ".join(policy.approvers),
        "policy.require_signatures_since": policy.signed_since,
        "policy.forges": ", ".join(policy.forges),
        **{f"policy.words.{sort}": ", ".join(policy.words.get(sort, ())) for sort in WORDS},
    }
