"""The order of commits, and how far back the history of a clone reaches.

A forged commit-graph can make git report another history, so it is ignored. (`git.process` disables grafts and replace
refs for every command.)
"""

from __future__ import annotations

from collections.abc import Sequence

from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo

_NO_GRAPH = ("-c", "core.commitGraph=false")


def find_common_ancestors(repo: Repo, one: str, other: str) -> list[str]:
    """The best common ancestors of two commits; empty if their histories are unrelated.

    Raises `GitFailed` if a commit cannot be read.
    """
    code, out, err = repo.attempt(*_NO_GRAPH, "merge-base", "--all", one, other)
    if code > 1:
        raise GitFailed(command="merge-base", words=err.decode(errors="replace").strip())
    return out.decode().split()


def count_commits(repo: Repo, tip: str) -> int:
    """The number of commits in the history of `tip`, itself included."""
    return int(repo.run(*_NO_GRAPH, "rev-list", "--count", tip, "--"))


def list_commits_after(repo: Repo, old: Sequence[str], tips: Sequence[str]) -> set[str]:
    """The commits in the history of `tips` that are not in the history of `old`."""
    words = ("rev-list", *tips, *(f"^{commit}" for commit in old), "--")
    return set(repo.run(*_NO_GRAPH, *words).decode().split())


def find_commits_by_prefix(repo: Repo, short: str, tip: str) -> list[str]:
    """The commits in the history of `tip` whose ids begin with `short`; branches and tags of that name do not count."""
    ids = repo.run("rev-parse", f"--disambiguate={short}").decode().split()
    found = (item for id_ in ids if (item := repo.read(id_)) and item.type == "commit")
    return [item.id for item in found if repo.has_ancestor(item.id, tip)]


def find_shallow_ends(repo: Repo, tip: str) -> list[str]:
    """The commits in the history of `tip` at which a shallow clone ends: their parents are missing here."""
    return [end for end in sorted(read_shallow_commits(repo)) if repo.has_ancestor(end, tip)]


def read_shallow_commits(repo: Repo) -> frozenset[str]:
    """The commits whose parents a shallow clone does not have (gitformat-shallow). Raises `GitFailed`."""
    path = repo.common_dir / "shallow"
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        raise GitFailed(command="rev-parse", words=f"{path} cannot be read: {error}") from error


def is_shallow_clone(repo: Repo) -> bool:
    """Whether the clone is shallow: only the newest part of the history is here."""
    return (repo.common_dir / "shallow").exists()


def is_partial_clone(repo: Repo) -> bool:
    """Whether this is a partial clone, which fetches objects on demand (git-clone(1), `--filter`)."""
    return any(key.startswith("remote.") and key.endswith(".promisor") for _, key, _ in repo.settings)
