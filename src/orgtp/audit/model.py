"""The audit: what a walk of the history finds, and the verdict that it comes to. See docs/audit.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class History:
    """How long a history is: its commits, its first and last date, how many of them carry a signature.

    A signature is only said to be there; whether it is good, and whose, is for the audit. `places` has the number of
    each commit that was asked for, counted from the first, parents before their children.
    """

    commits: int
    merges: int
    signed: int
    first: datetime
    last: datetime
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unsigned(self) -> int:
        """How many commits carry no signature."""
        return self.commits - self.signed


class Verdict(StrEnum):
    """What can be said of the record. Violated outweighs what cannot be proven: a proof of harm needs no whole."""

    INTACT = "intact"
    VIOLATED = "violated"
    UNPROVEN = "cannot be proven"


# A walk makes half a million of these; to freeze them would make each three times as dear.
@dataclass(slots=True)
class Entry:
    """One path in a commit against one of its parents: modes as git writes them and object ids, None for nothing there.

    Modes: `100644` and `100755` are files, `120000` a symbolic link, `160000` a submodule; folders do not appear.
    """

    path: str
    old_mode: str | None
    new_mode: str | None
    old: str | None
    new: str | None


@dataclass(slots=True)
class Stamped:
    """A commit as its object says it, `raw` the whole of it.

    `who` is the author as git writes it, `Name <address>`; `at` the committer's date in seconds since 1970.
    """

    id: str
    parents: tuple[str, ...]
    who: str
    at: int
    message: str
    raw: bytes


@dataclass(slots=True)
class Deed:
    """What one commit did: against each parent (a first commit: against nothing), path to `Entry`."""

    commit: Stamped
    against: tuple[Mapping[str, Entry], ...]

    @property
    def is_merge(self) -> bool:
        """Whether it has several parents."""
        return len(self.against) > 1

    @property
    def own(self) -> Mapping[str, Entry]:
        """What the commit itself did: the paths that are as in none of its parents, against the first of them."""
        if len(self.against) == 1:
            return self.against[0]
        first, *others = self.against
        return {path: entry for path, entry in first.items() if all(path in other for other in others)}

    def wrong(self, rule: str, message: str, **facts: Any) -> Violation:
        """A violation by this commit; `facts` are those that `Violation` has beside."""
        return Violation(rule, message, self.commit.id, self.commit.who, **facts)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that may not be in the history: which rule, in which commit, whose, where, what was there and is now.

    `line` counts from 1; 0 where no line is meant. `before` and `after` are lines, or values, or None.
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
class Gap:
    """Something that keeps the history from being judged, and what to fetch."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that a person should know and that changes no verdict."""

    what: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """How many commits were signed, or not, once a policy began at `began`; `since`: from where they must be."""

    began: str
    signed: int
    unsigned: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit came to: the history of `head`, `commits` in all, of which `checked` in this run.

    `signatures` is none where no policy ever said who may sign. `kept` names what is kept of the past and was found
    again in this history: what this clone saw, a checkpoint.
    """

    head: str
    commits: int
    checked: int
    violations: Sequence[Violation] = ()
    gaps: Sequence[Gap] = ()
    notes: Sequence[Noted] = ()
    signatures: Signed | None = None
    kept: Sequence[str] = ()

    @property
    def verdict(self) -> Verdict:
        """The one of the three."""
        if self.violations:
            return Verdict.VIOLATED
        return Verdict.UNPROVEN if self.gaps else Verdict.INTACT
