"""What comes before what, by the commits themselves.

A graft, a replace ref or a commit-graph that somebody wrote by hand would have git tell another history, so none of
them is looked at. How far a clone reaches is said here, too: what it does not have, it cannot tell.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo

_TRUE = ("-c", "core.commitGraph=false")
_NO_GRAFTS = {"GIT_GRAFT_FILE": os.devnull}


def is_before(repo: Repo, old: str, new: str) -> bool:
    """Whether `old` is `new`, or one of the commits that it goes back to. Raises `GitFailed` where one is not here."""
    if old == new:
        return True
    code, _, err = repo.attempt(*_TRUE, "merge-base", "--is-ancestor", old, new, env=_NO_GRAFTS)
    if code > 1:
        raise GitFailed(command="merge-base", words=err.decode(errors="replace").strip())
    return code == 0


def bases(repo: Repo, one: str, other: str) -> list[str]:
    """The best common ancestors of two commits; none where their histories have nothing in common."""
    code, out, _ = repo.attempt(*_TRUE, "merge-base", "--all", one, other, env=_NO_GRAFTS)
    return out.decode().split() if code == 0 else []


def count(repo: Repo, tip: str) -> int:
    """How many commits `tip` goes back to, itself among them."""
    return int(repo.run(*_TRUE, "rev-list", "--count", tip, "--", env=_NO_GRAFTS))


def after(repo: Repo, old: Sequence[str], tips: Sequence[str]) -> set[str]:
    """The commits of `tips` that none of `old` goes back to."""
    words = ("rev-list", *tips, *(f"^{commit}" for commit in old), "--")
    return set(repo.run(*_TRUE, *words, env=_NO_GRAFTS).decode().split())


def commits_named(repo: Repo, short: str, tip: str) -> list[str]:
    """The commits of `tip` whose ids begin so. A branch or tag that is called so is none of them."""
    ids = repo.line("rev-parse", f"--disambiguate={short}").split()
    found = (item for id_ in ids if (item := repo.read(id_)) and item.type == "commit")
    return [item.id for item in found if is_before(repo, item.id, tip)]


def ends(repo: Repo, tip: str) -> list[str]:
    """The commits of `tip` whose parents a shallow clone was told not to have.

    What is behind such an end cannot be seen. A commit that goes back to it is not behind it.
    """
    return [end for end in sorted(shallow_commits(repo)) if is_before(repo, end, tip)]


def shallow_commits(repo: Repo) -> frozenset[str]:
    """The commits whose parents this clone was told not to have (gitformat-shallow)."""
    try:
        return frozenset((repo.common_dir / "shallow").read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return frozenset()


def is_shallow(repo: Repo) -> bool:
    """Whether only the newest part of the history is here."""
    return (repo.common_dir / "shallow").exists()


def edge(repo: Repo) -> frozenset[str]:
    """The commits before which the history is cut off here (gitrepository-layout(5)): nobody sees what they changed."""
    try:
        return frozenset((repo.common_dir / "shallow").read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def is_partial(repo: Repo) -> bool:
    """Whether objects were left out on purpose, to be fetched when they are needed (git-clone(1), `--filter`)."""
    return any(key.startswith("remote.") and key.endswith(".promisor") for _, key, _ in repo.settings)
