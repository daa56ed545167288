"""What an audit remembers in the git dir: how far it has looked, and what later commits must be held against.

It belongs to this clone alone and saves time; it proves nothing to others, and `--full` does without.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from orgtp.audit.model import Noted, Violation
from orgtp.git.lock import folder, write_own
from orgtp.git.repo import Repo

# Another way of looking makes what was seen before count for nothing.
VERSION = 5


@dataclass
class Memory:
    """What was seen up to `head`: the number of commits, what was found, which seats' files went in which commits.

    `ids` are the files of all records by id, in the first `kept` bytes of a file of their
    own, whose hash is `seal`. `policy` is what the signatures' judge wants to know again.
    """

    head: str = ""
    commits: int = 0
    violations: list[Violation] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    gone: dict[str, list[str]] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    seal: str = ""


def recall(repo: Repo, branch: str) -> Memory:
    """What was remembered of a branch; nothing where it cannot be read, or was written by another version."""
    try:
        seal, _, raw = _place(repo, branch, "json").read_bytes().partition(b"\n")
        if seal != sealed(raw):
            return Memory()
        found = json.loads(raw)
        if found.pop("version") != VERSION:
            return Memory()
        found["violations"] = [Violation(**one) for one in found["violations"]]
        found["notes"] = [Noted(**one) for one in found["notes"]]
        return Memory(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def recall_ids(repo: Repo, branch: str, memory: Memory) -> None:
    """Read the ids that belong to a memory into it. Raises `ValueError` and `OSError` where they are not all there."""
    raw = _place(repo, branch, "ids").read_bytes()[: memory.kept] if memory.kept else b""
    if sealed(raw).decode() != memory.seal:
        raise ValueError(memory.kept)
    for line in raw.splitlines():
        path, *ids = json.loads(line)
        memory.ids.update(dict.fromkeys(ids, path))


def remember(repo: Repo, branch: str, memory: Memory, fresh: Iterable[tuple[str, str]]) -> None:
    """Remember, with `fresh`, the new ids and their files. The ids come first, so that none is missing."""
    place = _place(repo, branch, "ids")
    place.parent.mkdir(parents=True, exist_ok=True)
    before = place.read_bytes()[: memory.kept] if memory.kept else b""
    raw = before + "".join(_lines(fresh)).encode()
    if len(raw) != memory.kept:
        write_own(place, raw)
    memory.kept, memory.seal = len(raw), sealed(raw).decode()
    rest = {key: value for key, value in _plain(memory).items() if key != "ids"}
    write_own(_place(repo, branch, "json"), _sealed_whole({"version": VERSION, **rest}))


def sealed(raw: bytes) -> bytes:
    """What tells a file that was damaged, or written by hand, from one of ours."""
    return sha256(raw).hexdigest().encode()


def _sealed_whole(data: Mapping[str, Any]) -> bytes:
    raw = json.dumps(data).encode()
    return sealed(raw) + b"\n" + raw


def _plain(memory: Memory) -> Mapping[str, Any]:
    found = [asdict(one) for one in memory.violations]
    return {**vars(memory), "violations": found, "notes": [asdict(one) for one in memory.notes]}


def _lines(fresh: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each file: its path and the ids that are in it."""
    by_path: dict[str, list[str]] = {}
    for id_, path in fresh:
        by_path.setdefault(path, []).append(id_)
    return (f"{json.dumps([path, *ids])}\n" for path, ids in by_path.items())


def _place(repo: Repo, branch: str, kind: str) -> Path:
    """The file of a branch, whose name may hold anything that a ref may."""
    return folder(repo) / "audit" / f"{sha256(branch.encode()).hexdigest()[:12]}.{kind}"
