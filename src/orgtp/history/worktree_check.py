"""Find files that a git attribute converted on checkout, so that their bytes are not those that are committed.

A check of a pull request's checkout would otherwise check the converted files. `git diff` would run filters that the
repository configures, so this module reads only the index and compares the bytes itself.
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
    """The index entry of a path: its object id, and the file's state when git last found them equal."""

    id: str
    size: int
    seconds: int
    nano: int

    def matches_file(self, path: Path) -> bool:
        """Whether git considers the file unchanged."""
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
    """Problems of files that git considers unchanged although their bytes differ from `head`, and of submodules."""
    committed = repo.list_files(head, *SINGLE, *FOLDERS)
    modules = [Problem("not-a-file", Place(path), *_LEFT) for path, row in committed.items() if row[0] == _MODULE]
    suspect = {path for path, raw in files.items() if path in committed and _has_other_content(raw, committed[path][1])}
    index = _read_index_stats(repo) if suspect else {}
    found = [path for path in sorted(suspect) if path in index and index[path].id == committed[path][1]]
    converted = [path for path in found if index[path].matches_file(repo.path / path)]
    return [*modules, *(Problem(NOT_AS_COMMITTED.id, Place(path), *_CONVERTED) for path in converted)]


_LEFT = ("a submodule, not a file", "Replace it with a regular file.")
_CONVERTED = (
    "the file on disk differs from what is committed, because a git attribute converts it",
    "See .gitattributes: git check-attr -a FILE. To validate what is committed: orgtp validate --at HEAD",
)


def _has_other_content(raw: bytes, oid: str) -> bool:
    """Whether a file differs from the object in more than its line endings."""
    return compute_object_id(raw, oid) != oid and compute_object_id(raw.replace(b"\r\n", b"\n"), oid) != oid


def _read_index_stats(repo: Repo) -> dict[str, _IndexStat]:
    out = repo.run("ls-files", "-s", "-z", "--debug", "--", *SINGLE, *FOLDERS)
    return {
        os.fsdecode(row["path"]): _IndexStat(
            row["id"].decode(), *(int(row[key]) for key in ("size", "seconds", "nano"))
        )
        for row in _ENTRY.finditer(out)
    }
