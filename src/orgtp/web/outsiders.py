"""What every page states, for a site that outsiders may see: nothing that is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from orgtp.api import Violation
from orgtp.views.redaction.parts import PART_TEXTS, Part
from orgtp.web.history_faults import ASK_KEEPER
from orgtp.web.pages.page import RecordVerdict, SiteFacts, gather_facts
from orgtp.web.record_pages import RECORD_PATH, CommitPages

if TYPE_CHECKING:
    from orgtp.api import ExplainedViolation, OrgHandle

_REVIEWS = ("review", "review/", "meeting")
_BRIEFS = ("brief", "brief/")
# The kinds of page that do not exist without a part, by their paths.
HIDDEN_PAGES: Mapping[Part, tuple[str, ...]] = {
    Part.VALUES: ("scorecard", *_REVIEWS, *_BRIEFS),
    Part.PEOPLE: (),
    Part.NOTES: (),
    Part.RECORD: (RECORD_PATH, f"{RECORD_PATH}/"),
    Part.REVIEWS: _REVIEWS,
    Part.TODOS: ("todos",),
    Part.ESCALATIONS: ("escalations",),
    Part.BRIEFINGS: _BRIEFS,
}


def redact_facts(facts: SiteFacts, org: OrgHandle, parts: Collection[Part]) -> SiteFacts:
    """The facts for the pages of `org`, which is without the parts. Nothing leads to the forge, which has all."""
    has_record = Part.RECORD not in parts
    has_months = facts.commit_pages is not None and facts.commit_pages.has_months
    return replace(
        gather_facts(org),
        commit=facts.commit,
        has_uncommitted_changes=facts.has_uncommitted_changes,
        commit_pages=CommitPages(org, has_months) if has_record and facts.commit_pages else None,
        verdict=_redact_verdict(facts.verdict) if has_record and facts.verdict else None,
        why_unchecked=facts.why_unchecked if has_record else "",
        history_fault=ASK_KEEPER if facts.history_fault else "",
        left_out=tuple(PART_TEXTS[part] for part in Part if part in parts),
        hidden=frozenset(path for part in parts for path in HIDDEN_PAGES[part]),
    )


def _redact_verdict(verdict: RecordVerdict) -> RecordVerdict:
    """The same verdict, with the rules that commits broke, and without what anybody wrote."""
    found = verdict.audit
    redacted = replace(
        found,
        violations=[_redact_violation(one) for one in found.violations],
        explained=[_redact_explained(one) for one in found.explained],
        gaps=[replace(gap, what="A part of the history could not be checked", remedy="") for gap in found.gaps],
        notes=(),
        confirmed_evidence=(),
    )
    return replace(verdict, audit=redacted)


def _redact_violation(violation: Violation) -> Violation:
    return Violation(violation.rule, f"a commit broke the rule {violation.rule}", violation.commit)


def _redact_explained(one: ExplainedViolation) -> ExplainedViolation:
    said = replace(one.explanation, path="", reason="", decided_by="", by="")
    return replace(one, violation=_redact_violation(one.violation), explanation=said)
