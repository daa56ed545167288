"""Git's trees: the files of a commit, whole or in part, and new trees made of old ones and a few changed files."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache, cached_property

from orgtp.files.tree import FOLDERS, SCORES, SINGLE, FileInfo, twins
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.objects import Objects
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass

_PLAIN = ("100644", "100755")
TREE = "40000"
PLAIN = "100644"
MODULE = "160000"
# So many paths are named to git, or looked up one by one.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Node:
    """One entry of a tree: its mode (octal, as git writes it) and the id of its object."""

    mode: str
    id: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a file: no folder, link or submodule."""
        return self.mode in _PLAIN


@dataclass(frozen=True)
class GitTree:
    """The org's files as one commit has them, read from git objects."""

    repo: Repo
    rev: str
    with_scores: bool = True

    def without_scores(self) -> GitTree:
        """The same without the files in `scores`; what is no folder there stays, as a file."""
        return GitTree(self.repo, self.rev, with_scores=False)

    @cached_property
    def listing(self) -> dict[str, tuple[str, str, int]]:
        """Path to (mode, object id, size)."""
        folders = [folder for folder in FOLDERS if folder != SCORES or self.with_scores]
        return self.repo.listing(self.rev, *SINGLE, *folders)

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        rows = sorted(self.listing.items())
        found = [FileInfo(path, size, mode in _PLAIN) for path, (mode, _, size) in rows]
        scores = None if self.with_scores else self._walk.node(SCORES)
        found += [FileInfo(SCORES, 0, scores.is_plain)] if scores and scores.mode != TREE else []
        return sorted([*found, *twins(self._walk.folder(""))], key=lambda entry: entry.path)

    @cached_property
    def _walk(self) -> Walk:
        return walk_of(self.repo, self.rev)

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that are there, in the order given."""
        wanted = list(paths)
        if len(wanted) > _MOST_NAMED:
            return [FileInfo(path, 0, node.is_plain) for path, node in self._nodes(wanted).items()]
        rows = self.repo.listing(self.rev, *wanted) if wanted else {}
        return [FileInfo(path, rows[path][2], rows[path][0] in _PLAIN) for path in wanted if path in rows]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """The names in a folder, and which are folders themselves; None where what is there is no folder."""
        node = self._walk.node(folder)
        if node is not None and node.mode != TREE:
            return None
        return [(name, below.mode == TREE) for name, below in self._walk.folder(folder).items()]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of `paths` that are files; one that is far too large is left out."""
        ids = {path: node.id for path, node in self._nodes(paths).items() if node.is_plain}
        try:
            blobs = self.repo.blobs(ids.values())
        except ObjectTooLarge:
            blobs = dict(found for oid in set(ids.values()) for found in self._blob(oid))
        return {path: blobs[oid] for path, oid in ids.items() if oid in blobs}

    def _blob(self, oid: str) -> Iterator[tuple[str, bytes]]:
        try:
            yield from self.repo.blobs([oid]).items()
        except ObjectTooLarge:
            return

    def _nodes(self, paths: Iterable[str]) -> dict[str, Node]:
        """The entries at `paths`. Of many in one folder, the folder is read once instead of searched for each."""
        wanted = list(paths)
        if "listing" in vars(self) and all(path in self.listing for path in wanted):
            return {path: Node(self.listing[path][0], self.listing[path][1]) for path in wanted}
        if len(wanted) <= _MOST_NAMED:
            return {path: node for path in wanted if (node := self._walk.node(path))}
        folders = {folder: self._walk.folder(folder) for folder in {path.rpartition("/")[0] for path in wanted}}
        found = ((path, folders[path.rpartition("/")[0]].get(path.rpartition("/")[2])) for path in wanted)
        return {path: node for path, node in found if node}


@dataclass
class Walk:
    """A tree looked up path by path: what it costs depends on what is asked, not on how much there is.

    `root` is the id of the tree. One that is not written yet knows the written one that it was made of, `base`, and the
    paths that are `touched` since.
    """

    objects: Objects
    root: str
    base: Walk | None = field(default=None, repr=False)
    touched: frozenset[str] = frozenset()
    _nodes: dict[str, Node | None] = field(default_factory=dict, repr=False)

    def node(self, path: str) -> Node | None:
        """The entry at `path`, if there is one."""
        if path not in self._nodes:
            folder, _, name = path.rpartition("/")
            raw = self._raw(folder)
            place = _place(raw, os.fsencode(name), self._width)
            self._nodes[path] = next(_entries(raw[place], self._width))[1] if place else None
        return self._nodes[path]

    def folder(self, path: str) -> dict[str, Node]:
        """The entries of the folder `path` by name; empty where there is none."""
        return dict(_entries(self._raw(path), self._width))

    def _raw(self, path: str) -> bytes:
        """The tree object of the folder `path`; nothing where there is none."""
        node = self.node(path) if path else Node(TREE, self.root)
        return (self.objects.tree(node.id) or b"") if node and node.mode == TREE else b""

    @property
    def _width(self) -> int:
        return len(self.root) // 2

    def files(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of `paths` that are files."""
        nodes = {path: node for path in paths if (node := self.node(path)) and node.is_plain}
        blobs = self.objects.blobs(node.id for node in nodes.values())
        return {path: blobs[node.id] for path, node in nodes.items()}

    def put(self, files: Mapping[str, bytes]) -> dict[str, Node]:
        """New content for `files` as entries; a file keeps the mode it had."""
        return {path: self._entry(path, raw) for path, raw in files.items()}

    def _entry(self, path: str, raw: bytes) -> Node:
        old = self.node(path)
        return Node(old.mode if old and old.is_plain else PLAIN, self.objects.add("blob", raw, self.root))

    def with_nodes(self, nodes: Mapping[str, Node | None]) -> Walk:
        """The tree with `nodes` in place; None takes one out."""
        root = self._without("", nodes) or self.objects.add("tree", b"", self.root)
        return Walk(self.objects, root, self.base or self, self.touched | nodes.keys())

    def _without(self, path: str, nodes: Mapping[str, Node | None]) -> str:
        """The id of the new tree for the folder `path`; "" where nothing is left in it."""
        entries: dict[str, Node | None] = {}
        below: dict[str, dict[str, Node | None]] = {}
        for name, node in nodes.items():
            head, slash, rest = name.partition("/")
            if slash:
                below.setdefault(head, {})[rest] = node
            else:
                entries[head] = node
        for head, inner in below.items():
            oid = self._without(f"{path}/{head}".lstrip("/"), inner)
            # A folder that is empty then may have made room for a file of its name.
            entries[head] = Node(TREE, oid) if oid else entries.get(head)
        raw, old = _changed(self._raw(path), entries, self._width), self.node(path) if path else Node(TREE, self.root)
        return self.objects.add("tree", raw, self.root, old.id if old and old.mode == TREE else "") if raw else ""


def walk_of(repo: Repo, commit: str | None) -> Walk:
    """The tree of a commit; of none, the empty one."""
    found = repo.read(f"{commit}^{{tree}}") if commit else None
    return Walk(Objects(repo), found.id if found else repo.empty_tree)


def _entries(raw: bytes, width: int) -> Iterator[tuple[str, Node]]:
    """The entries of a tree object, whose ids are `width` bytes long (git-mktree(1), "tree object")."""
    at = 0
    while at < len(raw):
        end = raw.index(b"\0", at)
        mode, _, name = raw[at:end].partition(b" ")
        at = end + 1 + width
        yield os.fsdecode(name), Node(mode.decode(), raw[end + 1 : at].hex())


def _place(raw: bytes, name: bytes, width: int) -> slice | None:
    """Where the entry `name` stands in a tree object; what only looks like it, in a longer name or an id, does not."""
    key = b" " + name + b"\0"
    spot = raw.find(key)
    while spot >= 0:
        before = _whole_entries(width).match(raw, 0, spot)
        begin = before.end() if before else 0
        if raw.index(b" ", begin) == spot:
            return slice(begin, spot + len(key) + width)
        spot = raw.find(key, spot + 1)
    return None


@cache
def _whole_entries(width: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?s:[0-7]++ [^\0]++\0.{%d})*+" % width)


def _changed(raw: bytes, entries: Mapping[str, Node | None], width: int) -> bytes:
    """A tree object with `entries` in place, None for one that goes. Where all stay in order, the rest is not read."""
    changed = raw
    for name, node in entries.items():
        key = os.fsencode(name)
        place = _place(changed, key, width)
        if place is None or node is None or not changed.startswith(f"{node.mode} ".encode(), place.start):
            kept = {**dict(_entries(raw, width)), **entries}
            return _tree({name: node for name, node in kept.items() if node})
        changed = changed[: place.stop - width] + bytes.fromhex(node.id) + changed[place.stop :]
    return changed


def _tree(entries: Mapping[str, Node]) -> bytes:
    """A tree object; git sorts a folder as if its name ended with a slash."""
    rows = sorted((os.fsencode(name) + (b"/" if node.mode == TREE else b""), node) for name, node in entries.items())
    return b"".join(
        node.mode.encode() + b" " + key.removesuffix(b"/") + b"\0" + bytes.fromhex(node.id) for key, node in rows
    )


def files_at(repo: Repo, rev: str, *paths: str) -> dict[str, str]:
    """Path to object id of every file of a commit below `paths`; unlike `Repo.listing`, no file itself is asked for."""
    rows = repo.run("ls-tree", "-r", "-z", "--full-tree", rev, "--", *paths).split(b"\0")[:-1]
    return {os.fsdecode(path): meta.split(b" ")[2].decode() for meta, _, path in (row.partition(b"\t") for row in rows)}


def twice_at(repo: Repo, rev: str, *paths: str) -> list[str]:
    """The paths that a commit has more than once, which no tree should (git-fsck(1), `duplicateEntries`)."""
    rows = Counter(repo.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", rev, "--", *paths).split(b"\0"))
    return sorted(os.fsdecode(path) for path, number in rows.items() if number > 1)


def changed_nodes(repo: Repo, old: str | None, new: str) -> dict[str, tuple[Node | None, Node | None]]:
    """What differs between two commits or trees: path to the entry before and after."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-commit-id", "-O/dev/null")
    parts = repo.run(*words, "--end-of-options", old or repo.empty_tree, new, "--").split(b"\0")
    found = {}
    for meta, path in zip(parts[::2], parts[1::2], strict=False):
        mode, after, oid, new_oid, _ = meta.decode().lstrip(":").split()
        found[os.fsdecode(path)] = (_node(mode, oid), _node(after, new_oid))
    return found


def _node(mode: str, oid: str) -> Node | None:
    return Node(mode.lstrip("0"), oid) if mode.strip("0") else None
