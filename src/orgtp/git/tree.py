"""Git trees: read the files of a commit, all or some, and write a new tree from an old one and a few changes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache, cached_property

from orgtp.files.tree import FOLDERS, SCORES, SINGLE, FileInfo, find_case_twins
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo
from orgtp.git.tree_check import refuse_malformed_tree
from orgtp.lazy_dataclass import dataclass

TREE = "40000"
PLAIN, EXECUTABLE, LINK = "100644", "100755", "120000"
MODULE = "160000"
_PLAIN = (PLAIN, EXECUTABLE)
# Up to this many paths are passed to git, or looked up one by one.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a tree: its mode (octal, as git writes it) and its object id."""

    mode: str
    id: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a file, not a folder, link or submodule."""
        return self.mode in _PLAIN


@dataclass(frozen=True)
class GitTree:
    """The org's files at one commit, read from git objects.

    `kept` has the object id and content of files that other trees had. One that is the same is not read again.
    Every method raises `MalformedTree` if a tree that it reads has entries that git never writes.
    """

    repo: Repo
    rev: str
    with_scores: bool = True
    kept: dict[str, tuple[str, bytes]] | None = field(default=None, repr=False, compare=False)

    def without_scores(self) -> GitTree:
        """The tree without the files below `scores`. If `scores` is not a folder, it stays as a file."""
        return GitTree(self.repo, self.rev, with_scores=False)

    @cached_property
    def listing(self) -> dict[str, tuple[str, str, int]]:
        """Path to (mode, object id, size)."""
        folders = [folder for folder in FOLDERS if folder != SCORES or self.with_scores]
        return self._add_sizes(self._editor.list_files(*SINGLE, *folders))

    def _add_sizes(self, nodes: Mapping[str, TreeEntry]) -> dict[str, tuple[str, str, int]]:
        sizes = self.repo.read_sizes(node.id for node in nodes.values() if node.mode != MODULE)
        return {path: (node.mode, node.id, sizes.get(node.id, 0)) for path, node in nodes.items()}

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        rows = sorted(self.listing.items())
        found = [FileInfo(path, size, mode in _PLAIN) for path, (mode, _, size) in rows]
        scores = None if self.with_scores else self._editor.find_entry(SCORES)
        found += [FileInfo(SCORES, 0, scores.is_plain)] if scores and scores.mode != TREE else []
        return sorted([*found, *find_case_twins(self._editor.list_entries(""))], key=lambda entry: entry.path)

    @cached_property
    def _editor(self) -> TreeEditor:
        return open_tree(self.repo, self.rev)

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of `paths` that exist, in the order given."""
        wanted = list(paths)
        if len(wanted) > _MOST_NAMED:
            return [FileInfo(path, 0, node.is_plain) for path, node in self._find_entries(wanted).items()]
        nodes = {path: node for path, node in self._find_entries(wanted).items() if node.mode != TREE}
        rows = self._add_sizes(nodes) if nodes else {}
        return [FileInfo(path, rows[path][2], rows[path][0] in _PLAIN) for path in wanted if path in rows]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """(name, is a folder) for each entry of a folder; None if the path is not a folder."""
        node = self._editor.find_entry(folder)
        if node is not None and node.mode != TREE:
            return None
        return [(name, below.mode == TREE) for name, below in self._editor.list_entries(folder).items()]

    def read_ahead(self, folder: str, names: Iterable[str]) -> None:
        """Read the folders with these names in `folder` at once: one by one, each takes a call of git."""
        self._editor.read_ahead(folder, names)

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        """Those of `folders` that exist and are not folders."""
        return [name for name in folders if (node := self._editor.find_entry(name)) and node.mode != TREE]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of `paths` that are files. Objects above the size limit are left out."""
        ids = {path: node.id for path, node in self._find_entries(paths).items() if node.is_plain}
        if self.kept is None:
            return self._read_blobs(ids)
        same = {path: self.kept[path][1] for path, oid in ids.items() if self.kept.get(path, ("",))[0] == oid}
        fresh = self._read_blobs({path: oid for path, oid in ids.items() if path not in same})
        self.kept.update({path: (ids[path], raw) for path, raw in fresh.items()})
        return same | fresh

    def _read_blobs(self, ids: Mapping[str, str]) -> dict[str, bytes]:
        """Path to content for each path with an object id."""
        try:
            blobs = self.repo.read_blobs(ids.values())
        except ObjectTooLarge:
            blobs = dict(found for oid in set(ids.values()) for found in self._read_small_blob(oid))
        return {path: blobs[oid] for path, oid in ids.items() if oid in blobs}

    def _read_small_blob(self, oid: str) -> Iterator[tuple[str, bytes]]:
        try:
            yield from self.repo.read_blobs([oid]).items()
        except ObjectTooLarge:
            return

    def _find_entries(self, paths: Iterable[str]) -> dict[str, TreeEntry]:
        """Path to entry for those of `paths` that exist. For many paths in a folder, the folder is read once."""
        wanted = list(paths)
        if "listing" in vars(self) and all(path in self.listing for path in wanted):
            return {path: TreeEntry(self.listing[path][0], self.listing[path][1]) for path in wanted}
        if len(wanted) <= _MOST_NAMED:
            return {path: node for path in wanted if (node := self._editor.find_entry(path))}
        folders = {folder: self._editor.list_entries(folder) for folder in {path.rpartition("/")[0] for path in wanted}}
        found = ((path, folders[path.rpartition("/")[0]].get(path.rpartition("/")[2])) for path in wanted)
        return {path: node for path, node in found if node}


# So many names are searched in a folder, each in time that grows with the folder; for more, it is parsed once.
_MOST_SEARCHED = 16


@dataclass
class TreeEditor:
    """Looks up and edits a tree path by path. The cost depends on the paths, not on the size of the tree.

    `root` is the id of the tree. An edited tree knows the stored tree that it began from (`base`) and the paths that
    changed since (`touched`). Every method raises `MalformedTree` if a tree that it reads has entries that git never
    writes, unless it was opened with `checked=False`: the audit reads such trees, and reports them itself.
    """

    objects: ObjectStore
    root: str
    base: TreeEditor | None = field(default=None, repr=False)
    touched: frozenset[str] = frozenset()
    checked: bool = True
    _nodes: dict[str, TreeEntry | None] = field(default_factory=dict, repr=False)
    _asked: dict[str, int] = field(default_factory=dict, repr=False)
    _listed: dict[str, dict[str, TreeEntry]] = field(default_factory=dict, repr=False)

    def find_entry(self, path: str) -> TreeEntry | None:
        """The entry at `path`, if it exists."""
        if path not in self._nodes:
            folder, _, name = path.rpartition("/")
            self._nodes[path] = self._find_in_folder(folder, name)
        return self._nodes[path]

    def _find_in_folder(self, folder: str, name: str) -> TreeEntry | None:
        """The entry of a name in a folder. The folder is searched for the first names, and parsed for more of them."""
        asked = self._asked[folder] = self._asked.get(folder, 0) + 1
        # A folder that was not checked may have a name twice, and the search finds the first one.
        if asked > _MOST_SEARCHED and self.checked:
            if folder not in self._listed:
                self._listed[folder] = self.list_entries(folder)
            return self._listed[folder].get(name)
        raw = self._read_folder(folder)
        span = _find_entry_span(raw, os.fsencode(name), self._id_width)
        return next(list_tree_entries(raw[span], self._id_width))[1] if span else None

    def list_entries(self, path: str) -> dict[str, TreeEntry]:
        """The entries of the folder `path` by name; empty if there is no such folder."""
        return dict(list_tree_entries(self._read_folder(path), self._id_width))

    def read_ahead(self, path: str, names: Iterable[str]) -> None:
        """Read the folders with these names in the folder `path`, so that they are at hand."""
        entries = self.list_entries(path)
        nodes = {f"{path}/{name}": entries.get(name) for name in names}
        self._nodes |= nodes
        self.objects.read_trees(node.id for node in nodes.values() if node and node.mode == TREE)

    def _read_folder(self, path: str) -> bytes:
        """The tree object of the folder `path`; empty if there is no such folder.

        Raises `GitFailed` if the folder exists and its object is missing: an edit would lose all that is in it.
        """
        node = self.find_entry(path) if path else TreeEntry(TREE, self.root)
        raw = self.objects.read_tree(node.id) if node and node.mode == TREE else b""
        if node and raw and self.checked:
            self._refuse_malformed(path, node.id, raw)
        return raw

    def _refuse_malformed(self, path: str, oid: str, raw: bytes) -> None:
        """Check a tree object that was not checked before. Raises `MalformedTree`."""
        if (path, oid) not in self.objects.sound:
            refuse_malformed_tree(raw, path, self._id_width)
            self.objects.sound.add((path, oid))

    def list_files(self, *paths: str) -> dict[str, TreeEntry]:
        """Path to entry of every file at `paths` or below them, in any order. Raises `GitFailed` if a tree is missing.

        Links and submodules count as files.
        """
        ahead = {path: node for path in paths if (node := self.find_entry(path))}
        found: dict[str, TreeEntry] = {}
        while ahead:
            found |= {path: node for path, node in ahead.items() if node.mode != TREE}
            folders = {path: node.id for path, node in ahead.items() if node.mode == TREE}
            raws = self.objects.read_trees(folders.values())
            ahead = {}
            for path, oid in folders.items():
                if self.checked:
                    self._refuse_malformed(path, oid, raws[oid])
                ahead |= {f"{path}/{name}": node for name, node in list_tree_entries(raws[oid], self._id_width)}
        return found

    @property
    def _id_width(self) -> int:
        return len(self.root) // 2

    def read_files(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of `paths` that are files."""
        nodes = {path: node for path in paths if (node := self.find_entry(path)) and node.is_plain}
        blobs = self.objects.read_blobs(node.id for node in nodes.values())
        return {path: blobs[node.id] for path, node in nodes.items()}

    def add_blobs(self, files: Mapping[str, bytes]) -> dict[str, TreeEntry]:
        """Add the content of `files` as blobs, and return their entries. An existing file keeps its mode."""
        return {path: self._store_blob(path, raw) for path, raw in files.items()}

    def _store_blob(self, path: str, raw: bytes) -> TreeEntry:
        old = self.find_entry(path)
        return TreeEntry(old.mode if old and old.is_plain else PLAIN, self.objects.add_object("blob", raw, self.root))

    def replace_entries(self, nodes: Mapping[str, TreeEntry | None]) -> TreeEditor:
        """A new tree with the entries `nodes` replaced; None removes one."""
        root = self._write_folder("", nodes) or self.objects.add_object("tree", b"", self.root)
        return TreeEditor(self.objects, root, self.base or self, self.touched | nodes.keys(), self.checked)

    def _write_folder(self, path: str, nodes: Mapping[str, TreeEntry | None]) -> str:
        """Add the new tree of the folder `path`, and return its id; "" if the folder becomes empty."""
        entries: dict[str, TreeEntry | None] = {}
        below: dict[str, dict[str, TreeEntry | None]] = {}
        for name, node in nodes.items():
            head, slash, rest = name.partition("/")
            if slash:
                below.setdefault(head, {})[rest] = node
            else:
                entries[head] = node
        for head, inner in below.items():
            oid = self._write_folder(f"{path}/{head}".lstrip("/"), inner)
            # A folder that becomes empty may make room for a file of the same name.
            entries[head] = TreeEntry(TREE, oid) if oid else entries.get(head)
        raw, old = (
            _edit_tree_object(self._read_folder(path), entries, self._id_width),
            self.find_entry(path) if path else TreeEntry(TREE, self.root),
        )
        if not raw:
            return ""
        oid = self.objects.add_object("tree", raw, self.root, old.id if old and old.mode == TREE else "")
        self.objects.sound.add((path, oid))
        return oid


def open_tree(repo: Repo, commit: str | None, *, checked: bool = True) -> TreeEditor:
    """The tree of a commit or tree; the empty tree if `commit` is None. See `TreeEditor` for `checked`.

    Raises `GitFailed` if it cannot be read.
    """
    root = repo.require(f"{commit}^{{tree}}").id if commit else repo.empty_tree
    return TreeEditor(ObjectStore(repo), root, checked=checked)


def find_blob_id(repo: Repo, commit: str, path: str) -> str:
    """The object id of a file at a commit; "" if there is none, or a folder or submodule. Raises `GitFailed`."""
    return find_blob_ids(repo, commit, [path])[path]


def find_blob_ids(repo: Repo, commit: str, paths: Iterable[str]) -> dict[str, str]:
    """Each of the paths with its object id at a commit, as `find_blob_id` says. Each folder is read once."""
    tree = open_tree(repo, commit)
    nodes = {path: tree.find_entry(path) for path in paths}
    return {path: node.id if node and node.mode not in {TREE, MODULE} else "" for path, node in nodes.items()}


def refuse_malformed_commit(repo: Repo, commit: str) -> None:
    """Check the top folder of a commit and all folders that orgtp reads, including names that differ only by case.

    Raises `MalformedTree`, and `GitFailed` if a tree is missing.
    """
    editor = open_tree(repo, commit)
    editor.list_entries("")
    for path in SINGLE:
        editor.find_entry(path)
    editor.list_files(*FOLDERS)


def list_tree_entries(raw: bytes, width: int) -> Iterator[tuple[str, TreeEntry]]:
    """The entries of a tree object: mode, space, name, NUL, and an id of `width` bytes (git-mktree(1)).

    Raises `GitFailed` if it cannot be parsed.
    """
    at = 0
    while at < len(raw):
        end = raw.find(b"\0", at)
        mode, blank, name = raw[at:end].partition(b" ")
        at = end + 1 + width
        if end < 0 or not blank or at > len(raw):
            raise GitFailed(command="cat-file", words="a tree cannot be parsed. See: git fsck")
        yield os.fsdecode(name), TreeEntry(_normalize_mode(mode.decode(errors="replace")), raw[end + 1 : at].hex())


@cache
def _normalize_mode(mode: str) -> str:
    """The mode as git shows it: early programs padded it with zeros, and stored more permissions of a file."""
    bits = mode.lstrip("0")
    if bits in {*_PLAIN, TREE, MODULE} or re.fullmatch("[0-7]+", bits) is None:
        return bits
    kind = int(bits, 8) & 0o170000
    if kind == 0o100000:  # noqa: PLR2004  (a file, in stat(2))
        return EXECUTABLE if int(bits, 8) & 0o100 else PLAIN
    return {0o120000: LINK, 0o040000: TREE}.get(kind, MODULE)


def _find_entry_span(raw: bytes, name: bytes, width: int) -> slice | None:
    """The position of the entry `name` in a tree object. A match inside a longer name or an id does not count."""
    key = b" " + name + b"\0"
    position = raw.find(key)
    while position >= 0:
        before = _entries_pattern(width).match(raw, 0, position)
        begin = before.end() if before else 0
        if raw.index(b" ", begin) == position:
            return slice(begin, position + len(key) + width)
        position = raw.find(key, position + 1)
    return None


@cache
def _entries_pattern(width: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?s:[0-7]++ [^\0]*+\0.{%d})*+" % width)


def _edit_tree_object(raw: bytes, entries: Mapping[str, TreeEntry | None], width: int) -> bytes:
    """A tree object with `entries` replaced (None removes one)."""
    replaced = _replace_ids(raw, entries, width) if len(entries) <= _MOST_SEARCHED else None
    if replaced is not None:
        return replaced
    merged = {**dict(list_tree_entries(raw, width)), **entries}
    return _encode_tree({name: node for name, node in merged.items() if node})


def _replace_ids(raw: bytes, entries: Mapping[str, TreeEntry | None], width: int) -> bytes | None:
    """A tree object with other ids for a few entries; None if one is added or removed, or gets another mode."""
    for name, node in entries.items():
        span = _find_entry_span(raw, os.fsencode(name), width)
        if span is None or node is None or not raw.startswith(f"{node.mode} ".encode(), span.start):
            return None
        raw = raw[: span.stop - width] + bytes.fromhex(node.id) + raw[span.stop :]
    return raw


def _encode_tree(entries: Mapping[str, TreeEntry]) -> bytes:
    """Encode a tree object. Git sorts a folder as if its name ended with a slash."""
    rows = sorted((os.fsencode(name) + (b"/" if node.mode == TREE else b""), node) for name, node in entries.items())
    return b"".join(
        node.mode.encode() + b" " + key.removesuffix(b"/") + b"\0" + bytes.fromhex(node.id) for key, node in rows
    )


def list_blob_ids(repo: Repo, rev: str, *paths: str) -> dict[str, str]:
    """Path to object id of every file of a commit below `paths`, as git lists them. No tree is checked."""
    rows = repo.run("ls-tree", "-r", "-z", "--full-tree", rev, "--", *paths).split(b"\0")[:-1]
    return {os.fsdecode(path): meta.split(b" ")[2].decode() for meta, _, path in (row.partition(b"\t") for row in rows)}


def diff_trees(repo: Repo, old: str | None, new: str) -> dict[str, tuple[TreeEntry | None, TreeEntry | None]]:
    """The differences between two commits or trees: path to (entry before, entry after)."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-commit-id", "-O/dev/null")
    parts = repo.run(*words, "--end-of-options", old or repo.empty_tree, new, "--").split(b"\0")
    found = {}
    for meta, path in zip(parts[::2], parts[1::2], strict=False):
        mode, after, oid, new_oid, _ = meta.decode().lstrip(":").split()
        found[os.fsdecode(path)] = (_parse_entry_fields(mode, oid), _parse_entry_fields(after, new_oid))
    return found


def _parse_entry_fields(mode: str, oid: str) -> TreeEntry | None:
    return TreeEntry(mode.lstrip("0"), oid) if mode.strip("0") else None
