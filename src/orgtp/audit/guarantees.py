"""What an intact audit guarantees. Each is enforced (a violation would be found) or advisory (a convention)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orgtp.audit.model import Audit, SignatureCounts, Verdict
from orgtp.model.text import count_noun


class Label(StrEnum):
    """Whether the audit would find a violation (enforced), or the guarantee is only a convention (advisory)."""

    ENFORCED = "enforced"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One guarantee. `by` is what enforces it: git `objects`, `signatures`, or earlier evidence (`kept`)."""

    id: str
    what: str
    label: Label
    by: str = ""

    @property
    def enforced_by(self) -> str:
        """What enforces the guarantee, for people; "" if it is advisory."""
        names = {"objects": "git objects", "kept": "earlier evidence"}
        return names.get(self.by, self.by) if self.label is Label.ENFORCED else ""


# Each guarantee with the rules that a violation of it breaks.
_OBJECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "values-only-added",
        "every recorded value is still there, unchanged and in order",
        ("score-rewritten", "score-file-deleted", "score-file-mode", "merge-lost-lines", "merge-added-lines"),
    ),
    (
        "values-fit",
        "every value fitted its metric and had a unique id when it was recorded",
        ("score-malformed", "score-id-taken", "score-misfit"),
    ),
    (
        "retirements-stand",
        "no retirement record was changed or removed, and its results were those of the scores",
        ("retirement-changed", "retirement-results-wrong"),
    ),
    ("escalations-told", "events of escalations were only added", ("escalation-rewritten",)),
    ("records-kept", "other records, such as to-dos, only grew", ("record-changed",)),
    (
        "seats-stay",
        "seats that were ever in force were removed only by retirement, and no id of them was reused",
        ("seat-deleted", "id-reused", "not-a-file", "org-removed", "tree-malformed", "explanation-changed"),
    ),
    (
        "trailers-agree",
        "the trailers of every commit agree with its changes",
        ("trailer-mismatch", "trailer-forged", "trailer-hidden", "content-mismatch"),
    ),
    (
        "dates-agree",
        "no commit is dated two hours before its parents or in the future; within that, the author chooses its date",
        ("date-back", "date-future"),
    ),
)
_SIGNING = (
    "signature-missing",
    "signature-bad",
    "signer-unknown",
    "signer-not-allowed",
    "record-forged",
    "trailer-forged",
    "key-returned",
    "policy-rolled-back",
    "signatures-dropped",
)


def list_guarantees(found: Audit) -> list[Guarantee]:
    """List the guarantees of an intact history; none for any other verdict. Explained violations are exceptions."""
    if found.verdict is not Verdict.INTACT:
        return []
    rows = [
        Guarantee(id_, what + _format_exceptions(found, rules), Label.ENFORCED, "objects")
        for id_, what, rules in _OBJECTS
    ]
    authors = _make_authors_guarantee(found.signatures)
    authors = replace(authors, what=authors.what + _format_exceptions(found, _SIGNING)) if authors.by else authors
    return [*rows, authors, _make_rewrite_guarantee(found.confirmed_evidence)]


def _format_exceptions(found: Audit, rules: Collection[str]) -> str:
    """Format how many explained violations a guarantee does not cover; "" for none."""
    count = sum(one.violation.rule in rules for one in found.explained)
    return f", except for {count_noun(count, 'explained violation')}" if count else ""


def _make_authors_guarantee(signed: SignatureCounts | None) -> Guarantee:
    if signed is None:
        return Guarantee(
            "authors-allowed",
            "the author of a change is whoever the commit names; commits are not signed",
            Label.ADVISORY,
        )
    if signed.since:
        what = f"since {signed.since[:10]}, every change was signed by someone whom the policy allows to make it"
        return Guarantee("authors-allowed", what, Label.ENFORCED, "signatures")
    total = count_noun(signed.signed + signed.unsigned, "commit")
    what = f"of {total} since signing began, {signed.signed} have an allowed signer; the other authors are unproven"
    return Guarantee("authors-allowed", what, Label.ADVISORY, "signatures")


def _make_rewrite_guarantee(evidence: Sequence[str]) -> Guarantee:
    if evidence:
        what = f"no history seen earlier by this clone or in a checkpoint was rewritten: {', '.join(evidence)}"
        return Guarantee("not-rewritten", what, Label.ENFORCED, "kept")
    what = "no history was rewritten; to prove this, store a checkpoint elsewhere: orgtp audit checkpoint"
    return Guarantee("not-rewritten", what, Label.ADVISORY)
