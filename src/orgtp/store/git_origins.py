"""Which commit brought a line: a file that only grows has it from the first version on that is long enough.

So only sizes are looked at, and the version that comes out is read to be sure. Where files were merged, the first one
that has the line may be a shorter one: then the versions are read in turn, as long as they are not many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from orgtp.store.git import GitFailed, Repo
from orgtp.store.git_history import Unreadable, told

# Beyond so many paths, their folders are named to git instead; so many bytes of versions are read in turn.
_MANY = 1000
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its bytes with the newline, and where it ends in the file as it stands now."""

    path: str
    raw: bytes
    end: int


@dataclass(frozen=True, slots=True)
class _Version:
    """A file as a commit left it."""

    commit: str
    oid: str
    old: str | None
    size: int


def line_of(path: str, raw: bytes, number: int) -> Line:
    """The line `number`, counted from 1, of a file's content."""
    begin = 0
    for _ in range(number - 1):
        begin = raw.index(b"\n", begin) + 1
    end = raw.find(b"\n", begin) + 1 or len(raw)
    return Line(path, raw[begin:end], end)


def origins(repo: Repo, tip: str, lines: Collection[Line]) -> dict[Line, str]:
    """The commit that brought each line; a line is left out where that cannot be told."""
    try:
        versions = _versions(repo, tip, {line.path for line in lines})
        found = {line: _brought(repo, line, versions.get(line.path, [])) for line in lines}
    except (GitFailed, Unreadable):
        # A damaged history is told by the audit; here it only means that nobody knows.
        return {}
    return {line: commit for line, commit in found.items() if commit}


def _versions(repo: Repo, tip: str, paths: set[str]) -> dict[str, list[_Version]]:
    """Every version of the files, oldest first."""
    if not paths:
        return {}
    named = sorted(paths) if len(paths) <= _MANY else sorted({path.partition("/")[0] for path in paths})
    rows = [
        (one.id, entry)
        for one in told(repo, tip, paths=named)
        for entry in one.changes.get("", {}).values()
        if entry.path in paths and entry.new
    ]
    sizes = _sizes(repo, [str(entry.new) for _, entry in rows])
    found: dict[str, list[_Version]] = {}
    for (commit, entry), size in zip(rows, sizes, strict=True):
        found.setdefault(entry.path, []).append(_Version(commit, str(entry.new), entry.old, size))
    return found


def _sizes(repo: Repo, oids: Iterable[str]) -> list[int]:
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    said = repo.run("cat-file", "--batch-check=%(objectsize)", stdin=asked).split(b"\n")[:-1]
    return [int(size) if size.isdigit() else 0 for size in said]


def _brought(repo: Repo, line: Line, versions: list[_Version]) -> str:
    likely = next((version for version in versions if version.size >= line.end), None)
    if likely and _brings(repo, likely, line):
        return likely.commit
    if sum(version.size for version in versions) > _MOST_BYTES:
        return ""
    return next((version.commit for version in versions if _brings(repo, version, line)), "")


def _brings(repo: Repo, version: _Version, line: Line) -> bool:
    """Whether this version has the line, and the one before it had not."""
    return _has(repo, version.oid, line) and not _has(repo, version.old, line)


def _has(repo: Repo, oid: str | None, line: Line) -> bool:
    return oid is not None and b"\n" + line.raw in b"\n" + repo.blobs([oid])[oid]
