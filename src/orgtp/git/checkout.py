"""Update a checkout of the ledger branch: work tree and index follow the branch, and uncommitted work is preserved."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from pathlib import Path, PurePosixPath

from orgtp.git.append_merge import merge_appended_lines
from orgtp.git.atomic_file import read_work_tree_file, remove_file, replace_file, set_executable_bit
from orgtp.git.errors import UnfinishedMerge
from orgtp.git.index_lock import IndexLock
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo, compute_object_id
from orgtp.git.shared_clone import parse_shared_mode
from orgtp.git.tree import PLAIN, TreeEntry
from orgtp.git.worktrees import read_file_stamp
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.records.kinds import is_append_only

TreeChanges = Mapping[str, tuple[TreeEntry | None, TreeEntry | None]]
_MODULE = "160000"
_ALL_AT_ONCE = 200


class UncommittedChanges(OrgtpError):
    """A file that has to change has uncommitted changes."""

    text = "{path} has uncommitted changes. Commit or undo them first. See: git{where} diff HEAD -- {path}"


class PathIsLink(OrgtpError):
    """A file to be written is below a link, or there is a link in its place."""

    text = "{path} is a link, and orgtp writes nothing through links. Replace it with a regular file or folder."


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The entry of the index for a path. `skipped`: left out by a sparse checkout; `merging`: in conflict."""

    node: TreeEntry
    skipped: bool = False
    merging: bool = False


@dataclass(frozen=True, slots=True)
class EarlierVersions:
    """The versions that a work tree may have instead of the old one, because it fell behind its branch.

    `list_versions` returns every version that a path had since the old one. `switched_at` is when the branch was
    checked out there, in nanoseconds: what was written later is a person's, even if it is an earlier version. It is 0
    if the index is up to date, and only files may be earlier.
    """

    list_versions: Callable[[str], Collection[TreeEntry]]
    switched_at: int = 0


# The name of a temporary file of `replace_file`: the process, and the name of the file that it would become.
_TEMPORARY = re.compile(r"\.orgtp-[0-9]+-(.+)", re.DOTALL)


@dataclass
class Checkout:
    """One work tree with its index, and the changes of the branch that is checked out there.

    Take the `lock`, call `plan`, `prepare_index`, `swap_index` and `update_files` in this order, and release the lock
    in any case. `plan` only reads. A `lenient` checkout leaves files that cannot be updated, and `kept` says why; it is
    used after a crash, and for a work tree that fell behind, which may have `earlier` versions.
    """

    repo: Repo
    changes: TreeChanges
    lenient: bool = False
    earlier: EarlierVersions | None = None
    kept: list[str] = field(default_factory=list)
    _index: dict[str, TreeEntry | None] = field(default_factory=dict)
    _files: dict[str, tuple[str, bytes] | None] = field(default_factory=dict)
    _modes: dict[str, str] = field(default_factory=dict)
    _skipped: set[str] = field(default_factory=set)
    _versions: dict[str, frozenset[TreeEntry]] = field(default_factory=dict)

    # Plan.

    def __post_init__(self) -> None:
        self._objects = ObjectStore(self.repo)
        self.lock = IndexLock(self.repo.git_dir)

    def plan(self) -> None:
        """Decide what each path becomes. Raises `UncommittedChanges`, `PathIsLink`, `UnfinishedMerge`."""
        index = self._read_index()
        contents = self._read_blobs_of_changes(index)
        for path, (old, new) in self.changes.items():
            self._plan_path(path, old, new, index.get(path), contents)

    def _plan_path(
        self,
        path: str,
        old: TreeEntry | None,
        new: TreeEntry | None,
        found: IndexEntry | None,
        contents: Mapping[str, bytes],
    ) -> None:
        if found and found.merging:
            raise UnfinishedMerge(root=self.repo.path, what="merge", about=path)
        node = found.node if found else None
        if self.lenient and self.earlier and self._is_left_alone(path, node, new, contents):
            return
        skipped = found.skipped if found else self._is_outside_sparse_checkout(path)
        try:
            staged = self._plan_index_entry(path, (old, node, new), contents)
        except UncommittedChanges as why:
            self._keep_or_raise(why)
            return
        if staged != node:
            self._index[path] = staged
            self._skipped |= {path} if skipped and staged else set()
        if not skipped and _MODULE not in {n.mode for n in (old, new) if n}:
            try:
                self._plan_file(path, (old, node, new), contents)
            except (UncommittedChanges, PathIsLink) as why:
                self._keep_or_raise(why)

    def _keep_or_raise(self, why: OrgtpError) -> None:
        if not self.lenient:
            raise why
        self.kept.append(str(why))

    def _is_left_alone(
        self, path: str, node: TreeEntry | None, new: TreeEntry | None, contents: Mapping[str, bytes]
    ) -> bool:
        """Whether a person has changed the path in a work tree that may have fallen behind.

        Where the index is up to date, another entry is a person's. Otherwise, what they stage or write after the branch
        was checked out is. Files of records only grow, so an earlier version that is staged is never meant.
        """
        switched_at = self.earlier.switched_at if self.earlier else 0
        if not switched_at:
            return node != new
        target = self.repo.path / path
        try:
            is_written = target.lstat().st_ctime_ns > switched_at
        except OSError:
            return False
        if node == new:
            return is_written
        is_staged = is_written and node is not None and read_work_tree_file(target) == contents[node.id]
        return is_staged and not is_append_only(path)

    def _is_outside_sparse_checkout(self, path: str) -> bool:
        """Whether a sparse checkout leaves out the whole top-level folder that a new file belongs to."""
        sparse = self.repo.config("core.sparsecheckout").lower() == "true"
        rows = self.repo.run("ls-files", "-t", "-z", "--", path.partition("/")[0]).split(b"\0") if sparse else []
        return {row[:1] for row in rows if row} == {b"S"}

    def _plan_index_entry(
        self,
        path: str,
        nodes: tuple[TreeEntry | None, TreeEntry | None, TreeEntry | None],
        contents: Mapping[str, bytes],
    ) -> TreeEntry | None:
        """The new entry of the index: the new content, or what a person staged plus the new records."""
        old, now, new = nodes
        if now in {old, new} or (self.earlier and self.earlier.switched_at and self._is_earlier_version(path, now)):
            return new
        if now is None and is_append_only(path):
            return None
        merged = self._merge_score_file(path, (old, contents[now.id] if now else None, new), contents)
        like = next(node.id for node in nodes if node)
        return TreeEntry(now.mode if now else PLAIN, self._objects.add_object("blob", merged, like))

    def _plan_file(
        self,
        path: str,
        nodes: tuple[TreeEntry | None, TreeEntry | None, TreeEntry | None],
        contents: Mapping[str, bytes],
    ) -> None:
        """Decide the new content of a file. A score file that a person removed or edited keeps their change."""
        old, staged, new = nodes
        self._refuse_links_above(path)
        now = read_work_tree_file(self.repo.path / path)
        before = contents[old.id] if old else None
        after = contents[new.id] if new else None
        if old and new and old.mode != new.mode and now is not None:
            self._modes[path] = new.mode
        if now == after or (now is None and before is not None and is_append_only(path)):
            return
        if now != before:
            is_link = (self.repo.path / path).is_symlink()
            # Git may convert line ends or the encoding (gitattributes(5)).
            is_clean = staged and now is not None and not is_link and path not in self.repo.list_modified_files([path])
            if is_clean and staged == new:
                return
            known = staged if is_clean else self._find_version(now, old or staged)
            if known is None or (known != old and not self._is_earlier_version(path, known)):
                if is_link:
                    raise PathIsLink(path=path)
                after = self._merge_score_file(path, (old, now, new), contents)
        if after != now:
            self._files[path] = (new.mode if new else PLAIN, after) if after is not None else None

    def _find_version(self, content: bytes | None, like: TreeEntry | None) -> TreeEntry | None:
        """The entry that a file of this content has, if the work tree fell behind and may have earlier versions."""
        if self.earlier is None or content is None or like is None:
            return None
        return TreeEntry(PLAIN, compute_object_id(content, like.id))

    def _is_earlier_version(self, path: str, node: TreeEntry | None) -> bool:
        """Whether the branch had this version of the path, in a work tree that fell behind."""
        if self.earlier is None or node is None:
            return False
        if path not in self._versions:
            self._versions[path] = frozenset(self.earlier.list_versions(path))
        return node in self._versions[path]

    def _merge_score_file(
        self, path: str, nodes: tuple[TreeEntry | None, bytes | None, TreeEntry | None], contents: Mapping[str, bytes]
    ) -> bytes:
        """A person's edit of a score file plus the new records. Raises `UncommittedChanges` for any other edit."""
        old, mine, new = nodes
        if is_append_only(path) and mine is not None and new is not None:
            merged = merge_appended_lines(contents[old.id] if old else b"", mine, contents[new.id])
            if merged is not None:
                return merged
        inside = Path.cwd().is_relative_to(self.repo.path)
        raise UncommittedChanges(path=path, where="" if inside else f" -C {self.repo.path}")

    def _refuse_links_above(self, path: str) -> None:
        for parent in list(PurePosixPath(path).parents)[:-1]:
            if (self.repo.path / parent).is_symlink():
                raise PathIsLink(path=parent)

    def _read_index(self) -> dict[str, IndexEntry]:
        """The entries of the index for the paths that change."""
        known = self.repo.index_cache
        if known and known[0] == read_file_stamp(self.lock.index) and self.changes.keys() <= known[1].keys():
            return {path: IndexEntry(node) for path, node in known[1].items() if node}
        some = self.changes if len(self.changes) <= _ALL_AT_ONCE else ()
        found: dict[str, IndexEntry] = {}
        for row in self.repo.run("ls-files", "-s", "-t", "-z", "--", *some).split(b"\0")[:-1]:
            meta, _, name = row.partition(b"\t")
            tag, mode, oid, stage = meta.decode().split()
            found[os.fsdecode(name)] = IndexEntry(TreeEntry(mode.lstrip("0"), oid), tag == "S", stage != "0")
        return found

    def _read_blobs_of_changes(self, index: Mapping[str, IndexEntry]) -> dict[str, bytes]:
        nodes = {node for pair in self.changes.values() for node in pair if node}
        nodes |= {found.node for path, found in index.items() if path in self.changes}
        return self.repo.read_blobs(node.id for node in nodes if node.mode != _MODULE)

    # Apply the plan.

    def prepare_index(self) -> None:
        """Write the new index next to the old one. Raises `CannotWrite`, `GitFailed`."""
        if not self._index:
            return
        self._objects.write_objects()
        env = {"GIT_INDEX_FILE": str(self.lock.new)}
        self.lock.copy_index()
        none = next("0" * len(node.id) for pair in self.changes.values() for node in pair if node)
        nodes = sorted(self._index.items(), key=lambda item: item[1] is not None)
        rows = (_format_index_row(path, node, none) for path, node in nodes)
        self.repo.run("update-index", "--add", "--replace", "-z", "--index-info", stdin=b"".join(rows), env=env)
        if self._skipped:
            names = b"".join(os.fsencode(path) + b"\0" for path in self._skipped)
            self.repo.run("update-index", "--skip-worktree", "-z", "--stdin", stdin=names, env=env)

    def swap_index(self) -> None:
        """Put the new index in place. The lock keeps the old one until it is released."""
        if self._index:
            self.lock.swap_index()
            plain = (
                {path: self._index.get(path) for path in self.changes}
                if self._index.keys() == self.changes.keys()
                else {}
            )
            self.repo.index_cache = (read_file_stamp(self.lock.index), plain) if not self._skipped else None

    def update_files(self) -> list[str]:
        """Update the files of the work tree. Returns why files could not be written, one text for each."""
        failed = []
        shared = parse_shared_mode(self.repo.config("core.sharedrepository"))
        # Remove files first: one may make room for a folder of the same name, and the other way round.
        for path, content in sorted(self._files.items(), key=lambda item: item[1] is not None):
            target = self.repo.path / path
            try:
                if content is None:
                    remove_file(target, self.repo.path)
                else:
                    replace_file(target, *content, shared)
            except OSError as error:
                failed.append(_describe_failure(path, error, self.repo.path))
        for path, mode in self._modes.items():
            try:
                set_executable_bit(self.repo.path / path, mode)
            except OSError as error:
                failed.append(_describe_failure(path, error, self.repo.path))
        return failed

    def remove_temporary_files(self) -> None:
        """Remove the temporary files of a killed process next to the files that change."""
        names: dict[Path, set[str]] = {}
        for target in (self.repo.path / path for path in self.changes):
            names.setdefault(target.parent, set()).add(target.name)
        for folder, targets in names.items():
            for left in folder.glob(".orgtp-[0-9]*"):
                found = _TEMPORARY.fullmatch(left.name)
                if found and found[1] in targets and left.is_file() and not folder.is_symlink():
                    left.unlink(missing_ok=True)


def _describe_failure(path: str, error: OSError, root: Path) -> str:
    """Why a file could not be written, and how to give the permission that is missing: git replaces files."""
    if not isinstance(error, PermissionError):
        return f"{path}: {error.strerror or error}"
    folder = next(parent for parent in (root / path).parents if parent.is_dir())
    remedy = (
        f"if the folder is shared, its owner can let your group write there: chmod g+rwx {shlex.quote(str(folder))}"
    )
    return f"{path}: {error.strerror}; {remedy}"


def _format_index_row(path: str, node: TreeEntry | None, none: str) -> bytes:
    """A line for `update-index --index-info`; mode 0 with the id `none` removes a path."""
    meta = f"{node.mode} {node.id}" if node else f"0 {none}"
    return f"{meta}\t".encode() + os.fsencode(path) + b"\0"
