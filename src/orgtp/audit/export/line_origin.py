"""Which commit brought each correction and each retirement record of an org."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from orgtp.audit.commits import Log, Unreadable
from orgtp.audit.export.report import corrected_by
from orgtp.files.load import Loaded
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo, object_id
from orgtp.model.problem import Place
from orgtp.model.seat import retirement_path

# Beyond so many paths, their folders are named to git instead; so many bytes of versions are read in turn.
_MANY = 1000
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, with the newline: where it begins and ends in the file as it stands now."""

    path: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Version:
    """A file as a commit left it, and how large it was before: 0 where it was not there."""

    commit: str
    oid: str
    size: int
    old: str | None
    old_size: int


@dataclass(slots=True)
class _Versions:
    """Every version of a file, oldest first, and how large each is."""

    all: list[_Version] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def likely(self, end: int) -> _Version | None:
        """The first version that is long enough, in a file that only ever grew."""
        at = bisect_left(self.sizes, end)
        return self.all[at] if at < len(self.all) else None


def line_of(path: str, raw: bytes, number: int) -> Line:
    """The line `number`, counted from 1, of a file's content."""
    begin = 0
    for _ in range(number - 1):
        begin = raw.index(b"\n", begin) + 1
    return Line(path, begin, raw.find(b"\n", begin) + 1 or len(raw))


def origins(repo: Repo, tip: str, lines: Collection[Line], files: dict[str, bytes]) -> dict[Line, str]:
    """The commit that brought each line of the `files` at `tip`; a line is left out where that cannot be told."""
    try:
        versions = _versions(repo, tip, {line.path for line in lines})
        found = {line: _brought(repo, line, files[line.path], versions.get(line.path, _Versions())) for line in lines}
    except (GitFailed, Unreadable):
        # A damaged history is told by the audit; here it only means that nobody knows.
        return {}
    return {line: commit for line, commit in found.items() if commit}


def _versions(repo: Repo, tip: str, paths: set[str]) -> dict[str, _Versions]:
    if not paths:
        return {}
    named = sorted(paths) if len(paths) <= _MANY else sorted({path.partition("/")[0] for path in paths})
    rows = [
        (one.id, entry.path, entry.old, str(entry.new))
        for one in Log(repo, tip, paths=named).stories()
        for entry in one.changes.get("", {}).values()
        if entry.path in paths and entry.new
    ]
    sizes = _sizes(repo, {oid for _, _, old, new in rows for oid in (old, new) if oid})
    found: dict[str, _Versions] = {}
    for commit, path, old, new in rows:
        held = found.setdefault(path, _Versions())
        held.all.append(_Version(commit, new, sizes[new], old, sizes[old] if old else 0))
        held.sizes.append(sizes[new])
    return found


def _sizes(repo: Repo, oids: Iterable[str]) -> dict[str, int]:
    asked = list(oids)
    out = repo.run("cat-file", "--batch-check=%(objectsize)", stdin="".join(f"{oid}\n" for oid in asked).encode())
    return {oid: int(size) if size.isdigit() else 0 for oid, size in zip(asked, out.split(b"\n"), strict=False)}


def _brought(repo: Repo, line: Line, whole: bytes, versions: _Versions) -> str:
    likely = versions.likely(line.end)
    if likely and likely.old_size <= line.begin and _begins(whole, likely):
        return likely.commit
    if sum(versions.sizes) > _MOST_BYTES:
        return ""
    raw = whole[line.begin : line.end]
    return next((one.commit for one in versions.all if _has(repo, one.oid, raw) and not _has(repo, one.old, raw)), "")


def _begins(whole: bytes, version: _Version) -> bool:
    """Whether the file, as it stands now, begins as this version and as the one before it."""
    ends = ((version.oid, version.size), (version.old, version.old_size))
    return all(oid is None or object_id(whole[:size], oid) == oid for oid, size in ends)


def _has(repo: Repo, oid: str | None, raw: bytes) -> bool:
    return oid is not None and b"\n" + raw in b"\n" + repo.blobs([oid])[oid]


def brought(repo: Repo, tip: str, loaded: Loaded) -> Callable[[Place], str | None]:
    """A function that says which commit brought the correction or the record at a place; None where nobody knows."""
    lines = dict(_lines(loaded))
    found = origins(repo, tip, set(lines.values()), loaded.files)
    known = {place: found[line] for place, line in lines.items() if line in found}
    return lambda place: known.get(Place(place.path, place.line))


def _lines(loaded: Loaded) -> Iterator[tuple[Place, Line]]:
    for _, score in corrected_by(loaded.org):
        path, line = score.place.path, score.place.line
        yield Place(path, line), line_of(path, loaded.files[path], line)
    for seat in loaded.org.retirements:
        path = retirement_path(seat)
        yield Place(path), Line(path, 0, len(loaded.files[path]))
