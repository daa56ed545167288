"""Whether the files on disk are those that are committed: attributes can make git write other bytes than it keeps.

Who judges a pull request by its checkout would judge what the attributes made of it. Git is not asked what differs, for
then it would run the filters that a repository names; it is asked for its index, and the bytes are compared here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from orgtp.files.tree import FOLDERS, SINGLE
from orgtp.git.repo import Repo, compute_object_id
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place, Problem
from orgtp.rules.pull_request.base import NOT_AS_COMMITTED

_MODULE = "160000"
# git-ls-files(1), `--debug`: meant for people, and stable since 2010.
_ENTRY = re.compile(
    rb"(?P<mode>[0-7]+) (?P<id>[0-9a-f]+) 0\t(?P<path>[^\0]+)\0  ctime: [^\n]*\n"
    rb"  mtime: (?P<seconds>[0-9]+):(?P<nano>[0-9]+)\n[^\n]*\n[^\n]*\n  size: (?P<size>[0-9]+)\t[^\n]*\n"
)


@dataclass(frozen=True, slots=True)
class _IndexStat:
    """What the index knows of a path: the object, and the state of the file when git last saw the two agree."""

    id: str
    size: int
    seconds: int
    nano: int

    def matches_file(self, path: Path) -> bool:
        """Whether git takes the file for unchanged."""
        try:
            state = path.lstat()
        except OSError:
            return False
        nano = state.st_mtime_ns % 1_000_000_000
        return (self.size, self.seconds) == (state.st_size, state.st_mtime_ns // 1_000_000_000) and self.nano in {
            0,
            nano,
        }


def find_converted_files(repo: Repo, head: str, files: Mapping[str, bytes]) -> list[Problem]:
    """Files that git takes for unchanged and that hold other bytes than the commit `head`, and modules left empty."""
    kept = repo.list_files(head, *SINGLE, *FOLDERS)
    modules = [Problem("not-a-file", Place(path), *_LEFT) for path, row in kept.items() if row[0] == _MODULE]
    suspect = {path for path, raw in files.items() if path in kept and _has_other_content(raw, kept[path][1])}
    index = _read_index_stats(repo) if suspect else {}
    found = [path for path in sorted(suspect) if path in index and index[path].id == kept[path][1]]
    converted = [path for path in found if index[path].matches_file(repo.path / path)]
    return [*modules, *(Problem(NOT_AS_COMMITTED.id, Place(path), *_CONVERTED) for path in converted)]


_LEFT = ("a submodule, not a file", "Put the file itself there.")
_CONVERTED = (
    "what is on disk here is not what is committed: an attribute makes git convert it",
    "See .gitattributes: git check-attr -a FILE. What is committed is judged by: orgtp validate --at HEAD",
)


def _has_other_content(raw: bytes, oid: str) -> bool:
    """Whether a file holds something else than the object; other line ends are no difference."""
    return compute_object_id(raw, oid) != oid and compute_object_id(raw.replace(b"\r\n", b"\n"), oid) != oid


def _read_index_stats(repo: Repo) -> dict[str, _IndexStat]:
    out = repo.run("ls-files", "-s", "-z", "--debug", "--", *SINGLE, *FOLDERS)
    return {
        os.fsdecode(row["path"]): _IndexStat(
            row["id"].decode(), *(int(row[key]) for key in ("size", "seconds", "nano"))
        )
        for row in _ENTRY.finditer(out)
    }
