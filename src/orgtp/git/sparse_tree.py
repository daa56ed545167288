"""The files of a work tree with a sparse checkout: what it leaves out is read from git, and is not missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orgtp.files.tree import SCORES, FileInfo, FolderTree, StoredTree
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SparseTree:
    """The files of a folder, and those that the sparse checkout leaves out: path to object id in the index."""

    folder: FolderTree
    repo: Repo
    left_out: Mapping[str, str]

    def without_scores(self) -> SparseTree:
        """The same tree without the files in `scores`."""
        rest = {path: oid for path, oid in self.left_out.items() if not path.startswith(f"{SCORES}/")}
        return replace(self, folder=self.folder.without_scores(), left_out=rest)

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        found = self.folder.entries()
        there = {entry.path for entry in found}
        found += [FileInfo(path, 0) for path in self.left_out if path not in there]
        return sorted(found, key=lambda entry: entry.path)

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that exist, in the order given."""
        wanted = list(paths)
        there = {entry.path: entry for entry in self.folder.find(wanted)}
        there |= {path: FileInfo(path, 0) for path in wanted if path in self.left_out and path not in there}
        return [there[path] for path in wanted if path in there]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """(name, is a folder) for each entry; empty if it does not exist, None if it cannot be opened as a folder."""
        there = self.folder.list_folder(folder)
        if there is None:
            return None
        inside = (path[len(folder) + 1 :] for path in self.left_out if path.startswith(f"{folder}/"))
        more = {rest.partition("/")[0]: "/" in rest for rest in inside}
        return [*there, *((name, more[name]) for name in more.keys() - {name for name, _ in there})]

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        """Those of `folders` that exist and cannot be opened as a folder."""
        return self.folder.find_closed(folders)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of the files `paths` that exist and can be read."""
        wanted = list(paths)
        found = self.folder.read(wanted)
        ids = {path: self.left_out[path] for path in wanted if path not in found and path in self.left_out}
        blobs = self._read_blobs(set(ids.values()))
        return found | {path: blobs[oid] for path, oid in ids.items() if oid in blobs}

    def _read_blobs(self, oids: set[str]) -> dict[str, bytes]:
        """Those of the blobs that can be read. A partial clone may lack some."""
        try:
            return self.repo.read_blobs(oids)
        except (GitFailed, ObjectTooLarge):
            if len(oids) <= 1:
                return {}
        return {oid: raw for oid in oids for raw in self._read_blobs({oid}).values()}


def open_work_tree(repo: Repo) -> StoredTree:
    """The files of a work tree."""
    folder, left_out = FolderTree(repo.path), repo.list_left_out_files()
    return SparseTree(folder, repo, left_out) if left_out else folder
