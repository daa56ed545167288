"""What an audit stands behind, each with a label: enforced by what cannot be argued with, or advisory, a convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from orgtp.audit.model import Audit, Signed, Verdict
from orgtp.model.text import counted


class Label(StrEnum):
    """Whether a break would be found (enforced) or only should not happen (advisory)."""

    ENFORCED = "enforced"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One thing that holds. `by`: what enforces it, `objects` of git, `signatures`, or what was `kept` of the past."""

    id: str
    what: str
    label: Label
    by: str = ""


_OBJECTS = (
    ("values-only-added", "every value ever recorded is there, unchanged and in its order"),
    ("values-fit", "every value fit its metric, and had an id of its own, when it was recorded"),
    ("retirements-stand", "no retirement record was changed or removed"),
    ("escalations-told", "what happened to an escalation was only ever added to"),
    ("seats-stay", "no seat went but by retirement, and no id was used again"),
    ("trailers-agree", "no commit says of itself what it did not do"),
    (
        "dates-agree",
        "no commit is dated two hours before its parents, or after now; within that, dates are the author's word",
    ),
)


def guarantees(found: Audit) -> list[Guarantee]:
    """What holds of an intact history; of another one, nothing is promised."""
    if found.verdict is not Verdict.INTACT:
        return []
    rows = [Guarantee(id_, what, Label.ENFORCED, "objects") for id_, what in _OBJECTS]
    return [*rows, _authors(found.signatures), _whole(found.kept)]


def _authors(signed: Signed | None) -> Guarantee:
    if signed is None:
        return Guarantee(
            "authors-allowed", "who made a change is what the commit says; nothing is signed", Label.ADVISORY
        )
    if signed.since:
        what = f"since {signed.since[:10]}, each change was signed by somebody whom the policy let make it"
        return Guarantee("authors-allowed", what, Label.ENFORCED, "signatures")
    total = counted(signed.signed + signed.unsigned, "commit")
    what = f"of {total} since a policy began, {signed.signed} signed by somebody who may; the others as they say"
    return Guarantee("authors-allowed", what, Label.ADVISORY, "signatures")


def _whole(kept: Sequence[str]) -> Guarantee:
    if kept:
        what = f"nothing was rewritten that stood in what is kept of the past: {', '.join(kept)}"
        return Guarantee("not-rewritten", what, Label.ENFORCED, "kept")
    what = "that nothing was rewritten; to prove it, keep a checkpoint elsewhere: orgtp audit checkpoint"
    return Guarantee("not-rewritten", what, Label.ADVISORY)
