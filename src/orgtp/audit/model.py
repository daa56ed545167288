"""The types of an audit: commits and their changes, violations, gaps, notes and the verdict. See docs/audit.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from orgtp.model.explanation import Explanation


@dataclass(frozen=True, slots=True)
class History:
    """A history in numbers: its commits, merges, signatures, and first and last date.

    Signatures are only counted, not checked. `places` maps each requested commit to its number, counted from 1,
    parents before children.
    """

    commits: int
    merges: int
    signed: int
    first: datetime
    last: datetime
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unsigned(self) -> int:
        """The number of commits without a signature."""
        return self.commits - self.signed


class Verdict(StrEnum):
    """The verdict. `violated` outweighs `cannot be proven`: a proven violation does not need the full history."""

    INTACT = "intact"
    VIOLATED = "violated"
    UNPROVEN = "cannot be proven"


# An audit makes half a million of these. Frozen dataclasses take three times as long to create.
@dataclass(slots=True)
class TreeChange:
    """The change of one path between a commit and a parent: modes as git writes them and object ids, None if absent.

    Modes: `100644` and `100755` are files, `120000` a symbolic link, `160000` a submodule. Folders do not appear.
    """

    path: str
    old_mode: str | None
    new_mode: str | None
    old: str | None
    new: str | None


@dataclass(slots=True)
class CommitObject:
    """A commit object; `raw` is its full content.

    `who` is the author as git writes it, `Name <address>`; `at` the committer's date in seconds since 1970.
    """

    id: str
    parents: tuple[str, ...]
    who: str
    at: int
    message: str
    raw: bytes


@dataclass(slots=True)
class CommitChanges:
    """The changes of one commit: against each parent (a first commit: against nothing), path to `TreeChange`."""

    commit: CommitObject
    against: tuple[Mapping[str, TreeChange], ...]

    @property
    def is_merge(self) -> bool:
        """Whether the commit has several parents."""
        return len(self.against) > 1

    @property
    def own_changes(self) -> Mapping[str, TreeChange]:
        """The changes of the commit itself: paths that differ from every parent, against the first parent."""
        if len(self.against) == 1:
            return self.against[0]
        first, *others = self.against
        return {path: entry for path, entry in first.items() if all(path in other for other in others)}

    def violation(self, rule: str, message: str, **facts: Any) -> Violation:
        """Make a violation of this commit; `facts` are further fields of `Violation`."""
        return Violation(rule, message, self.commit.id, self.commit.who, **facts)


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation: the rule, the commit and its author, the place, and what was there before and after.

    `line` counts from 1, and is 0 if the violation is not about a line. `before` and `after` are lines, values or None.
    """

    rule: str
    message: str
    commit: str = ""
    author: str = ""
    path: str = ""
    line: int = 0
    before: str | None = None
    after: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedViolation:
    """A violation that an approver explained, with the explanation and the commit that added it."""

    violation: Violation
    explanation: Explanation
    explained_in: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A reason why the audit cannot reach a verdict, and the remedy."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AuditNote:
    """Information for people that does not change the verdict."""

    what: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class SignatureCounts:
    """The signed and unsigned commits after a policy began at `began`. From `since` on, signatures are required."""

    began: str
    signed: int
    unsigned: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit of the history of `head`: `commits` in total, of which `checked` in this run.

    `violations` has those that nobody explained. `signatures` is None if there never was a signing policy.
    `confirmed_evidence` lists earlier evidence that agrees with this history: what this clone saw before, and
    checkpoints.
    """

    head: str
    commits: int
    checked: int
    violations: Sequence[Violation] = ()
    gaps: Sequence[Gap] = ()
    notes: Sequence[AuditNote] = ()
    signatures: SignatureCounts | None = None
    confirmed_evidence: Sequence[str] = ()
    explained: Sequence[ExplainedViolation] = ()

    @property
    def verdict_text(self) -> str:
        """The verdict in words: `intact, 2 explained` if every violation was explained."""
        is_explained = self.explained and self.verdict is Verdict.INTACT
        return f"{self.verdict}, {len(self.explained)} explained" if is_explained else str(self.verdict)

    @property
    def verdict(self) -> Verdict:
        """Which of the three verdicts applies."""
        if self.violations:
            return Verdict.VIOLATED
        return Verdict.UNPROVEN if self.gaps else Verdict.INTACT
