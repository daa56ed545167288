"""A tree in memory that keeps what was asked of it: which files a view reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from orgtp.api.org import OrgHandle
from orgtp.files.org import read_org_head
from orgtp.files.tree import FileInfo
from orgtp.history.locate import OrgSnapshot


@dataclass
class RecordingTree:
    """The files of an org. `read_paths` are those that somebody read, in order."""

    files: Mapping[str, bytes]
    with_scores: bool = True
    read_paths: list[str] = field(default_factory=list)

    def without_scores(self) -> RecordingTree:
        return replace(self, with_scores=False)

    def entries(self) -> list[FileInfo]:
        return self.find(path for path in sorted(self.files) if self.with_scores or not path.startswith("scores/"))

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        return [FileInfo(path, len(self.files[path])) for path in paths if path in self.files]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        below = (path.removeprefix(f"{folder}/") for path in self.files if path.startswith(f"{folder}/"))
        return [*dict.fromkeys((rest.partition("/")[0], "/" in rest) for rest in below)]

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        return [folder for folder in folders if folder in self.files]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        found = {path: self.files[path] for path in paths if path in self.files}
        self.read_paths += found
        return found

    @property
    def read_scores(self) -> list[str]:
        return sorted(path for path in self.read_paths if path.startswith("scores/"))


def opened(files: Mapping[str, str], now: datetime) -> tuple[OrgHandle, RecordingTree]:
    """The org of these files as of `now`, and the tree that it is read from."""
    tree = RecordingTree({path: text.encode() for path, text in sorted(files.items())})
    head = read_org_head(tree.files["org.yaml"])[0]
    return OrgHandle(OrgSnapshot(Path("org"), None, tree, head, now)), tree
