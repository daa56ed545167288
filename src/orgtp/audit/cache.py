"""The audit cache in the git dir: how far the last audit got, and the state that later commits are checked against.

The cache belongs to this clone and only saves time. It proves nothing to others, and `--full` ignores it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from orgtp.audit.model import AuditNote, Violation
from orgtp.files.explanation import parse_explanation
from orgtp.git.lock import make_private_dir, private_git_dir, write_new_file
from orgtp.git.repo import Repo
from orgtp.model.explanation import Explanation

# A change of the checks or of this format invalidates earlier caches.
VERSION = 6


@dataclass
class AuditCache:
    """The state of an audit up to `head`: commits, findings, and the commits in which seat files were deleted (`gone`).

    `ids` maps each record id to its file. They are the first `kept` bytes of a separate file, with the hash
    `seal`. `policy` is the state of the signature audit. `explained` has the explanations that count: the commit that
    added each, its line number and its line.
    """

    head: str = ""
    commits: int = 0
    violations: list[Violation] = field(default_factory=list)
    notes: list[AuditNote] = field(default_factory=list)
    gone: dict[str, list[str]] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    seal: str = ""
    explained: list[list[Any]] = field(default_factory=list)

    def read_explanations(self) -> list[tuple[Explanation, str]]:
        """Read the explanations that count, each with the commit that added it."""
        found = ((parse_explanation(line.encode(), number)[0], commit) for commit, number, line in self.explained)
        return [(one, commit) for one, commit in found if one]


def format_cached_explanations(found: Iterable[tuple[Explanation, str]]) -> list[list[Any]]:
    """Format explanations for the cache."""
    return [[commit, one.place.line, one.line] for one, commit in found]


def read_cache(repo: Repo, branch: str) -> AuditCache:
    """Read the cache of a branch; an empty one if it cannot be read or another version wrote it."""
    try:
        seal, _, raw = _cache_path(repo, branch, "json").read_bytes().partition(b"\n")
        if seal != hash_cache(raw):
            return AuditCache()
        found = json.loads(raw)
        if found.pop("version") != VERSION:
            return AuditCache()
        found["violations"] = [Violation(**one) for one in found["violations"]]
        found["notes"] = [AuditNote(**one) for one in found["notes"]]
        return AuditCache(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return AuditCache()


def read_cached_ids(repo: Repo, branch: str, cache: AuditCache) -> None:
    """Add the ids that belong to a cache. Raises `ValueError` or `OSError` if they are incomplete."""
    raw = _cache_path(repo, branch, "ids").read_bytes()[: cache.kept] if cache.kept else b""
    if hash_cache(raw).decode() != cache.seal:
        raise ValueError(cache.kept)
    for line in raw.splitlines():
        path, *ids = json.loads(line)
        cache.ids.update(dict.fromkeys(ids, path))


def write_cache(repo: Repo, branch: str, cache: AuditCache, fresh: Iterable[tuple[str, str]]) -> None:
    """Write the cache, with the new ids and their files in `fresh`. Writes the ids first, so none is missing."""
    path = _cache_path(repo, branch, "ids")
    make_private_dir(repo, "audit")
    before = path.read_bytes()[: cache.kept] if cache.kept else b""
    raw = before + "".join(_format_id_lines(fresh)).encode()
    if len(raw) != cache.kept:
        write_new_file(path, raw)
    cache.kept, cache.seal = len(raw), hash_cache(raw).decode()
    lists = {"violations": [asdict(one) for one in cache.violations], "notes": [asdict(one) for one in cache.notes]}
    data = {"version": VERSION, **vars(cache), **lists}
    del data["ids"]
    raw = json.dumps(data).encode()
    write_new_file(_cache_path(repo, branch, "json"), hash_cache(raw) + b"\n" + raw)


def hash_cache(raw: bytes) -> bytes:
    """Hash a cache file, to detect one that is damaged or was edited by hand."""
    return sha256(raw).hexdigest().encode()


def _format_id_lines(fresh: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Format one line per file: its path and the ids in it."""
    by_path: dict[str, list[str]] = {}
    for id_, path in fresh:
        by_path.setdefault(path, []).append(id_)
    return (f"{json.dumps([path, *ids])}\n" for path, ids in by_path.items())


def _cache_path(repo: Repo, branch: str, kind: str) -> Path:
    """Return the cache file of a branch. The branch name is hashed, because it may contain any character of a ref."""
    return private_git_dir(repo) / "audit" / f"{sha256(branch.encode()).hexdigest()[:12]}.{kind}"
