"""For each key of each file of an org: what `validate --base` does when a pull request changes it.

The rule is: a change that hides a miss, or hides who answers for it, is at least a notice. A test fails if a key of a
schema has no decision here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Keys

# The place of an id that the org chooses, and of the user's own keys.
ANY, OWN = "*", "x-*"


@dataclass(frozen=True, slots=True)
class KeyDecision:
    """What happens when a key changes: `rule` reports it, or nothing does, and `why` says why not.

    `default` is what an absent key means, so that writing it down changes nothing. The order of a list counts only if
    it is `ordered`.
    """

    rule: str = ""
    why: str = ""
    default: str = ""
    ordered: bool = True

    def has_same_meaning(self, before: str | None, after: str | None) -> bool:
        """Whether two texts of the key mean the same; None is an absent key."""
        texts = [self.default if text is None else text for text in (before, after)]
        parts = [text if self.ordered else sorted(text.split(", ")) for text in texts]
        return parts[0] == parts[1] and (bool(self.default) or (before is None) == (after is None))


def _report(rule: str, *, default: str = "", ordered: bool = True) -> KeyDecision:
    return KeyDecision(rule, default=default, ordered=ordered)


def _ignore(why: str) -> KeyDecision:
    return KeyDecision(why=why)


Decisions = Mapping[str, KeyDecision]
_OWN = _ignore("It belongs to the org; orgtp gives it no meaning.")

SEAT: Decisions = {
    "seat": _report("id-not-file-name"),
    "name": _report("seat-changed"),
    "role": _report("seat-changed"),
    "kind": _report("kind-changed"),
    "status": _report("seat-moved"),
    "pauses.*.until": _report("seat-changed"),
    "pauses.*.reason": _report("seat-changed"),
    "pauses.*.x-*": _OWN,
    "owner": _report("owner-changed"),
    "reports_to": _report("seat-moved"),
    "also_reports_to": _report("seat-moved", ordered=False),
    "mission": _report("seat-changed"),
    "since": _report("seat-changed"),
    "email": _report("address-changed", ordered=False),
    "holders.*.name": _report("address-changed"),
    "holders.*.email": _report("address-changed"),
    "holders.*": _report("address-changed"),
    "holders.*.x-*": _OWN,
    "inputs.*": _report("seat-changed"),
    "inputs.*.from": _report("seat-changed"),
    "inputs.*.is": _report("seat-changed"),
    "inputs.*.x-*": _OWN,
    "inputs.x-*": _OWN,
    "retire_when": _report("seat-changed"),
    "review_by": _report("seat-changed"),
    "delegate.to": _report("seat-changed"),
    "delegate.until": _report("seat-changed"),
    "delegate.x-*": _OWN,
    "aliases": _report("seat-changed", ordered=False),
    "runs_from": _report("seat-changed"),
    "capabilities.*": _report("capability-changed"),
    "metrics.*.name": _report("metric-changed"),
    "metrics.*.outcome": _report("outcome-changed"),
    "metrics.*.target": _report("target-changed"),
    "metrics.*.target.*": _report("target-changed"),
    "metrics.*.cadence": _report("metric-changed"),
    "metrics.*.per": _report("metric-changed"),
    "metrics.*.due": _report("metric-changed"),
    "metrics.*.rollup": _report("metric-changed", default="last"),
    "metrics.*.allow_misses": _report("metric-changed", default="0"),
    "metrics.*.source": _report("metric-changed"),
    "metrics.*.ends": _report("metric-changed"),
    "metrics.*.continues": _report("metric-changed"),
    "metrics.*.rebase.*": _report("metric-changed"),
    "metrics.*.leads_to": _report("metric-changed"),
    "metrics.*.waive.*": _report("waiver-added"),
    "metrics.*.x-*": _OWN,
    "x-*": _OWN,
}

ORG: Decisions = {
    "org": _report("policy-changed"),
    "orgtp": _report("policy-changed"),
    "name": _ignore("It is a title, and decides nothing."),
    "note": _ignore("It labels the web pages, and decides nothing."),
    "timezone": _report("policy-changed"),
    "holidays": _report("policy-changed", ordered=False),
    "branch": _report("policy-changed", default="main"),
    "policy.grace": _report("policy-changed", default="1h"),
    "policy.due.daily": _report("policy-changed"),
    "policy.due.weekdays": _report("policy-changed"),
    "policy.due.weekly": _report("policy-changed"),
    "policy.due.monthly": _report("policy-changed"),
    "policy.due.quarterly": _report("policy-changed"),
    "policy.due.x-*": _OWN,
    "policy.scorekeepers": _report("policy-changed", ordered=False),
    "policy.push": _report("policy-changed", default="false"),
    "policy.retirement.approvers": _report("policy-changed", ordered=False),
    "policy.retirement.x-*": _OWN,
    "policy.escalation.acknowledge": _report("policy-changed", default="4h"),
    "policy.escalation.within": _report("policy-changed", default="4h"),
    "policy.escalation.resolve": _report("policy-changed", default="40h"),
    "policy.escalation.hours": _report("policy-changed", default="09:00..17:00"),
    "policy.escalation.x-*": _OWN,
    "policy.discover.to": _report("policy-changed"),
    "policy.discover.x-*": _OWN,
    "policy.require_signatures_since": _report("policy-changed"),
    "policy.forges": _report("policy-changed", ordered=False),
    "policy.words.runtime": _report("policy-changed", ordered=False),
    "policy.words.activity": _report("policy-changed", ordered=False),
    "policy.words.outcome": _report("policy-changed", ordered=False),
    "policy.words.x-*": _OWN,
    "policy.x-*": _OWN,
    "routing": _report("policy-changed"),
    "x-*": _OWN,
}

# A committed record never changes. A new one is reported as a whole, by `seat-retired`.
_RECORD = _report("retirement-record-touched")
RETIREMENT: Decisions = {
    "seat": _RECORD,
    "name": _RECORD,
    "role": _RECORD,
    "kind": _RECORD,
    "owner": _RECORD,
    "reports_to": _RECORD,
    "since": _RECORD,
    "mission": _RECORD,
    "retired_on": _RECORD,
    "reason": _RECORD,
    "decided_by": _RECORD,
    "review.worked": _RECORD,
    "review.failed": _RECORD,
    "review.lesson": _RECORD,
    "review.rehire": _RECORD,
    "review.x-*": _RECORD,
    "capabilities.*": _RECORD,
    "metrics.*.to": _RECORD,
    "metrics.*.ended": _RECORD,
    "metrics.*.x-*": _RECORD,
    "reports.*": _RECORD,
    "owned.*": _RECORD,
    "results.*.last": _RECORD,
    "results.*.period": _RECORD,
    "results.*.on_target": _RECORD,
    "results.*.known": _RECORD,
    "results.*.x-*": _RECORD,
    "x-*": _RECORD,
}

# An event of an escalation stays as it is; a new one that ends or reassigns the escalation is reported.
_EVENT = _report("escalation-record-touched")
ESCALATION: Decisions = {
    "what": _EVENT,
    "opened_at": _EVENT,
    "by": _EVENT,
    "seat": _EVENT,
    "metric": _EVENT,
    "kind": _EVENT,
    "agents": _EVENT,
    "events": _report("escalation-changed"),
    "state": _report("escalation-changed"),
    "with": _report("escalation-changed"),
    "why": _report("escalation-changed"),
    "severity": _report("escalation-changed"),
    "due": _report("escalation-changed"),
    "x-*": _OWN,
}

# An event of a to-do stays as it is. A new one says who changed the rest, and when.
_TOLD = _ignore(
    "A new event says who changed it and when, and `diff` shows it. Without one, record-touched reports it."
)
TODO: Decisions = {
    "todo": _report("id-not-file-name"),
    "what": _report("record-touched"),
    "from": _report("record-touched"),
    "events": _report("record-touched"),
    "state": _TOLD,
    "owner": _TOLD,
    "due": _TOLD,
    "x-*": _OWN,
}

# A review that was held never changes, and a delivery stands.
_FIXED = _report("record-touched")
REVIEW: Decisions = {
    **dict.fromkeys(("week", "began", "ended", "led_by", "present", "rows", "rating", "skipped"), _FIXED),
    "x-*": _FIXED,
}
BRIEFING: Decisions = dict.fromkeys(("id", "at", "to", "day", "commit", "by", "note"), _FIXED)

SILENCED: Decisions = {
    "*.until": _report("silence-changed"),
    "*.by": _report("silence-changed"),
    "*.reason": _report("silence-changed"),
    "*.x-*": _OWN,
    "x-*": _OWN,
}

# A recorded row never changes. A new row may replace the value of a period.
_ROW = _report("score-row-changed")
SCORE: Decisions = {
    "id": _ROW,
    "at": _ROW,
    "metric": _ROW,
    "period": _ROW,
    "value": _report("value-corrected"),
    "void": _report("value-corrected"),
    "n": _ROW,
    "by": _ROW,
    "note": _ROW,
}

_LINE = _report("explanation-touched")
EXPLAINED: Decisions = {
    "at": _LINE,
    "commit": _LINE,
    "rule": _LINE,
    "path": _LINE,
    "reason": _LINE,
    "decided_by": _LINE,
    "by": _LINE,
}

# The schema of each file that has one, by its name. `sources` is a file of a machine, and not part of an org.
KEY_DECISIONS: Mapping[str, Decisions] = {
    "org": ORG,
    "seat": SEAT,
    "retirement": RETIREMENT,
    "escalation": ESCALATION,
    "todo": TODO,
    "review": REVIEW,
    "briefing": BRIEFING,
    "silenced": SILENCED,
    "score": SCORE,
    "explained": EXPLAINED,
}

# The other files of an org, each as a whole.
FILE_DECISIONS: Decisions = {
    "policy/allowed_signers": _report("signers-changed"),
    "policy/forges.asc": _report("signers-changed"),
    "audit/explained.jsonl": _report("explanation-touched"),
    ".gitattributes": _report("attributes-changed"),
    ".mailmap": _report("mailmap-changed"),
    "README.md": _ignore("It is text for people; orgtp does not read it."),
}


@lru_cache(maxsize=4096)
def find_decision(schema: str, keys: Keys) -> KeyDecision | None:
    """The decision for a key of a file; None if the file may not have it."""
    for pattern, decision in KEY_DECISIONS[schema].items():
        parts = pattern.split(".")
        if len(parts) == len(keys) and all(map(_matches_part, parts, keys)):
            return decision
    # Below a key of the user's own, everything is the user's own.
    return find_decision(schema, keys[:-1]) if len(keys) > 1 else None


def _matches_part(part: str, key: str) -> bool:
    return part == key or (key.startswith("x-") if part == OWN else part == ANY and not key.startswith("x-"))
