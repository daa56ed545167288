"""Find the commit that added each correction and each retirement record of an org."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from orgtp.audit.commits import CommitLog, UnreadableCommit
from orgtp.audit.export.report import find_corrections
from orgtp.files.load import LoadedOrg
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo, compute_object_id
from orgtp.model.problem import Place
from orgtp.model.seat import retirement_path

# Above this number of paths, git gets their folders instead. If the versions of a file have more bytes than this in
# total, they are not searched line by line.
_MAX_PATHS = 1000
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line in the current version of a file: the offsets of its start and its end, including the newline."""

    path: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _FileVersion:
    """A version of a file, with its size and the size before (0 if the file was new)."""

    commit: str
    oid: str
    size: int
    old: str | None
    old_size: int


@dataclass(slots=True)
class _FileVersions:
    """Every version of a file, oldest first, and their sizes."""

    all: list[_FileVersion] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def find_likely(self, end: int) -> _FileVersion | None:
        """Find the first version that is long enough to contain the offset `end`, if the file only grew."""
        at = bisect_left(self.sizes, end)
        return self.all[at] if at < len(self.all) else None


def locate_line(path: str, raw: bytes, number: int) -> FileLine:
    """Locate the line `number` of a file, counted from 1."""
    begin = 0
    for _ in range(number - 1):
        begin = raw.index(b"\n", begin) + 1
    return FileLine(path, begin, raw.find(b"\n", begin) + 1 or len(raw))


def find_line_origins(
    repo: Repo, tip: str, lines: Collection[FileLine], files: dict[str, bytes]
) -> dict[FileLine, str]:
    """Find the commit that added each line of the `files` at `tip`. Lines of unknown origin are left out."""
    try:
        versions = _read_versions(repo, tip, {line.path for line in lines})
        found = {
            line: _find_commit(repo, line, files[line.path], versions.get(line.path, _FileVersions())) for line in lines
        }
    except (GitFailed, UnreadableCommit):
        # The audit reports a damaged history. Here it only means that the origins are unknown.
        return {}
    return {line: commit for line, commit in found.items() if commit}


def _read_versions(repo: Repo, tip: str, paths: set[str]) -> dict[str, _FileVersions]:
    if not paths:
        return {}
    named = sorted(paths) if len(paths) <= _MAX_PATHS else sorted({path.partition("/")[0] for path in paths})
    rows = [
        (one.id, entry.path, entry.old, str(entry.new))
        for one in CommitLog(repo, tip, paths=named).read_records()
        for entry in one.changes.get("", {}).values()
        if entry.path in paths and entry.new
    ]
    sizes = repo.read_sizes({oid for _, _, old, new in rows for oid in (old, new) if oid})
    found: dict[str, _FileVersions] = {}
    for commit, path, old, new in rows:
        history = found.setdefault(path, _FileVersions())
        history.all.append(_FileVersion(commit, new, sizes[new], old, sizes[old] if old else 0))
        history.sizes.append(sizes[new])
    return found


def _find_commit(repo: Repo, line: FileLine, whole: bytes, versions: _FileVersions) -> str:
    likely = versions.find_likely(line.end)
    if likely and likely.old_size <= line.begin and _is_prefix(whole, likely):
        return likely.commit
    if sum(versions.sizes) > _MOST_BYTES:
        return ""
    raw = whole[line.begin : line.end]
    return next(
        (one.commit for one in versions.all if _has_line(repo, one.oid, raw) and not _has_line(repo, one.old, raw)), ""
    )


def _is_prefix(whole: bytes, version: _FileVersion) -> bool:
    """Whether this version and the one before it are prefixes of the current file."""
    ends = ((version.oid, version.size), (version.old, version.old_size))
    return all(oid is None or compute_object_id(whole[:size], oid) == oid for oid, size in ends)


def _has_line(repo: Repo, oid: str | None, raw: bytes) -> bool:
    return oid is not None and b"\n" + raw in b"\n" + repo.read_blobs([oid])[oid]


def find_origins(repo: Repo, tip: str, loaded: LoadedOrg) -> Callable[[Place], str | None]:
    """Return a function from the place of a correction or record to the commit that added it; None if unknown."""
    lines = dict(_list_lines(loaded))
    found = find_line_origins(repo, tip, set(lines.values()), loaded.files)
    known = {place: found[line] for place, line in lines.items() if line in found}
    return lambda place: known.get(Place(place.path, place.line))


def _list_lines(loaded: LoadedOrg) -> Iterator[tuple[Place, FileLine]]:
    for _, score in find_corrections(loaded.org):
        path, line = score.place.path, score.place.line
        yield Place(path, line), locate_line(path, loaded.files[path], line)
    for seat in loaded.org.retirements:
        path = retirement_path(seat)
        yield Place(path), FileLine(path, 0, len(loaded.files[path]))
