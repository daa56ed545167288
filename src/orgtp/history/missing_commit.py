"""How to get a commit that a clone does not have: a command that works when it is typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from orgtp.git.ancestry import is_shallow_clone
from orgtp.git.repo import Repo

UNSHALLOW = "Fetch the full history: git fetch --unshallow"
# What follows the name in `HEAD~1`, `main^2`, `main@{1}` and `main:org.yaml` (gitrevisions(7)).
_SUFFIX = re.compile(r"[~^@:].*", re.DOTALL)
_WHOLE_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION = re.compile(r"v?[0-9]+(?:[.-][A-Za-z0-9]+)*")
_SHORT_ID = re.compile("[0-9a-f]{4,63}")
# A name that git-check-ref-format(1) allows, in characters that no shell changes.
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9_./+-]*(?<![./])")
_LONGEST = 100
_LIST = "Use a commit, branch or tag of this clone; git show-ref lists them"


def suggest_fetch(repo: Repo, rev: str) -> str:
    """What to type if the clone has no commit `rev`: a likelier name, or the command that fetches it."""
    name = _SUFFIX.sub("", rev)
    if name != rev and (name in {"", "HEAD"} or repo.resolve_commit(name)):
        log = f"The history does not reach so far; git log --oneline {shlex.quote(name or 'HEAD')} lists its commits"
        return UNSHALLOW if is_shallow_clone(repo) else log
    remotes = repo.run("remote").decode(errors="replace").split()
    place = _RefName.parse(name, remotes)
    # A clone may lack a branch, so only a name with one slip counts as mistyped.
    near = next((known for known in place.list_siblings(repo) if _is_one_slip(place.branch, known)), "")
    if near:
        return f'Did you mean "{near}"? {_LIST}'
    return _format_fetch(repo, name, place) or _LIST


def _is_one_slip(word: str, known: str) -> bool:
    """Whether one letter is missing, added or wrong, or two adjacent ones are swapped."""
    same = (one == other for one, other in zip(word, known, strict=False))
    head = sum(takewhile(bool, same))
    left, right = word[head:], known[head:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right or left == right[1:] or left[1:] == right[1:]


def _format_fetch(repo: Repo, name: str, place: _RefName) -> str:
    """The command that fetches a commit or branch; "" if there is no remote, or git could not use the name."""
    if len(name) > _LONGEST or not _BRANCH.fullmatch(place.branch) or not _BRANCH.fullmatch(place.remote):
        return ""
    shallow = is_shallow_clone(repo)
    if _SHORT_ID.fullmatch(name) and not _WHOLE_ID.fullmatch(name):
        return UNSHALLOW if shallow else f"{_LIST}. Or fetch what is new: git fetch {place.remote}"
    tag = f"refs/tags/{name}"
    named = f"+{tag}:{tag}" if _VERSION.fullmatch(name) else f"+refs/heads/{place.branch}:{place.ref}"
    what = name if _WHOLE_ID.fullmatch(name) else named
    return f"{_LIST}. Or fetch it: git fetch {'--unshallow ' if shallow else ''}{place.remote} {what}"


class _RefName(NamedTuple):
    """A branch that somebody named: the remote to fetch it from, its name there, and the ref that it has here."""

    remote: str
    branch: str
    ref: str

    @classmethod
    def parse(cls, name: str, remotes: Sequence[str]) -> _RefName:
        """`origin/main` is the branch main as it was on origin; `main` is a branch here."""
        short = name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
        owner, _, below = short.partition("/")
        if owner in remotes and below:
            return cls(owner, below, f"refs/remotes/{owner}/{below}")
        return cls("origin" if "origin" in remotes else next(iter(remotes), ""), short, f"refs/heads/{short}")

    def list_siblings(self, repo: Repo) -> list[str]:
        """The names of the branches and tags beside it: of the same remote, or here."""
        above = self.ref.removesuffix(self.branch)
        refs = (above, "refs/tags/") if above == "refs/heads/" else (above,)
        rows = repo.run("for-each-ref", "--format=%(refname)", *refs).decode(errors="replace").split()
        return [row.removeprefix(above).removeprefix("refs/tags/") for row in rows]
