"""Check the trees of a history for entries that git never writes.

If no row of a diff adds or removes an entry or changes its mode, the new tree has the same names as the old one, in the
same order. So only the trees in which something was added, removed or changed its mode are read, as raw objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from orgtp.git.errors import GitFailed
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo, compute_object_id
from orgtp.git.tree import TREE, list_tree_entries, open_tree
from orgtp.git.tree_check import TreeFault, find_tree_faults, is_read_folder


class TreeShapes:
    """Checks trees, each once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: set[tuple[str, str]] = set()
        self._whole: set[tuple[str, str]] = set()
        self._verdicts: dict[tuple[str, str], bool] = {}

    def find_faults(self, commit: str, paths: Iterable[str]) -> Iterator[TreeFault]:
        """Find the faults of the top folder of a commit, and of the folders above `paths` that orgtp reads.

        Raises `GitFailed` if a tree is missing, or does not have the content that its id stands for.
        """
        wanted = {folder for path in paths for folder in _list_folders(path) if is_read_folder(folder)}
        return self._walk_trees(commit, lambda folder, _: folder in wanted)

    def find_all_faults(self, commit: str) -> Iterator[TreeFault]:
        """Find the faults of all folders of a commit that orgtp reads, without those that an earlier call read.

        Raises what `find_faults` raises.
        """
        return self._walk_trees(commit, self._is_new_folder)

    def is_sound(self, commit: str) -> bool:
        """Whether no folder of a commit that orgtp reads has a fault. Raises what `find_faults` raises."""
        return self._is_sound("", open_tree(self._repo, commit, checked=False).root)

    def _is_sound(self, folder: str, oid: str) -> bool:
        if (folder, oid) not in self._verdicts:
            raw = self._read_verified(ObjectStore(self._repo), {oid})[oid]
            faults = [*find_tree_faults(raw, folder, len(oid) // 2)]
            entries = [] if faults else list(list_tree_entries(raw, len(oid) // 2))
            below = [(f"{folder}/{name}".lstrip("/"), node.id) for name, node in entries if node.mode == TREE]
            is_sound = not faults and all(self._is_sound(*one) for one in below if is_read_folder(one[0]))
            self._verdicts[folder, oid] = is_sound
        return self._verdicts[folder, oid]

    def _is_new_folder(self, folder: str, oid: str) -> bool:
        """Whether orgtp reads a folder and `find_all_faults` has not met it with this content."""
        if (folder, oid) in self._whole or not is_read_folder(folder):
            return False
        self._whole.add((folder, oid))
        return True

    def _walk_trees(self, commit: str, wanted: Callable[[str, str], bool]) -> Iterator[TreeFault]:
        objects = ObjectStore(self._repo)
        ahead = [("", open_tree(self._repo, commit, checked=False).root)]
        while ahead:
            raws = self._read_verified(objects, {oid for _, oid in ahead})
            following: list[tuple[str, str]] = []
            for folder, oid in ahead:
                faults, below = self._check_tree(folder, oid, raws[oid])
                yield from faults
                following += [(path, child) for path, child in below if wanted(path, child)]
            ahead = following

    def _check_tree(self, folder: str, oid: str, raw: bytes) -> tuple[list[TreeFault], list[tuple[str, str]]]:
        """Check one tree. Returns its faults, and its folders: path and id."""
        faults = [] if (folder, oid) in self._known else list(find_tree_faults(raw, folder, len(oid) // 2))
        entries = [] if any(fault.path == folder for fault in faults) else list(list_tree_entries(raw, len(oid) // 2))
        self._known.add((folder, oid))
        below = (f"{folder}/{name}" if folder else name for name, _ in entries)
        return faults, [(path, node.id) for path, (_, node) in zip(below, entries, strict=True) if node.mode == TREE]

    def _read_verified(self, objects: ObjectStore, oids: set[str]) -> dict[str, bytes]:
        found = {}
        for oid, raw in objects.read_trees(oids).items():
            if compute_object_id(raw, oid, "tree") != oid:
                words = f"the tree {oid} does not have the content that its id stands for"
                raise GitFailed(command="cat-file", words=words)
            found[oid] = raw
        return found


def _list_folders(path: str) -> Iterator[str]:
    """The folders above a path, from the top down."""
    yield ""
    yield from list(accumulate(path.split("/"), "{}/{}".format))[:-1]
