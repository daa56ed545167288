"""Update a checkout of the ledger branch: work tree and index follow the branch, and uncommitted work is preserved."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path, PurePosixPath

from orgtp.git.append_merge import merge_appended_lines
from orgtp.git.atomic_file import read_work_tree_file, remove_file, replace_file, set_executable_bit
from orgtp.git.errors import IndexBusy, UnfinishedMerge
from orgtp.git.lock import read_wait_seconds, retry_with_pauses, write_new_file
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo
from orgtp.git.tree import PLAIN, TreeEntry
from orgtp.git.worktrees import read_file_stamp
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.explanation import is_append_only

TreeChanges = Mapping[str, tuple[TreeEntry | None, TreeEntry | None]]
_MODULE = "160000"
_ALL_AT_ONCE = 200
# File names in the git dir of a checkout. Only the holder of the ledger's lock uses them.
_TOKEN, _NEW, _OLD = "orgtp-index.token", "orgtp-index.new", "orgtp-index.old"


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


@dataclass
class Checkout:
    """One work tree with its index, and the changes of the branch that is checked out there.

    Call `lock_index`, `plan`, `prepare_index`, `swap_index` and `update_files` in this order, and `release_index` in
    any case. `plan` only reads. A `lenient` checkout skips files that cannot be updated; it is used after a crash.
    """

    repo: Repo
    changes: TreeChanges
    lenient: bool = False
    _index: dict[str, TreeEntry | None] = field(default_factory=dict)
    _files: dict[str, tuple[str, bytes] | None] = field(default_factory=dict)
    _modes: dict[str, str] = field(default_factory=dict)
    _skipped: set[str] = field(default_factory=set)

    # Plan.

    def __post_init__(self) -> None:
        self._objects = ObjectStore(self.repo)

    def plan(self) -> None:
        """Decide what each path becomes. Raises `UncommittedChanges`, `PathIsLink`, `UnfinishedMerge`."""
        index = self._read_index()
        contents = self._read_blobs_of_changes(index)
        for path, (old, new) in self.changes.items():
            try:
                self._plan_path(path, old, new, index.get(path), contents)
            except (UncommittedChanges, PathIsLink):
                if not self.lenient:
                    raise

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
        staged = self._plan_index_entry(path, (old, node, new), contents)
        skipped = found.skipped if found else self._is_outside_sparse_checkout(path)
        if not skipped and _MODULE not in {n.mode for n in (old, new) if n}:
            self._plan_file(path, (old, new), contents)
        if staged != node:
            self._index[path] = staged
            self._skipped |= {path} if skipped and staged else set()

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
        if now in {old, new}:
            return new
        if now is None and is_append_only(path):
            return None
        merged = self._merge_score_file(path, (old, contents[now.id] if now else None, new), contents)
        like = next(node.id for node in nodes if node)
        return TreeEntry(now.mode if now else PLAIN, self._objects.add_object("blob", merged, like))

    def _plan_file(
        self, path: str, nodes: tuple[TreeEntry | None, TreeEntry | None], contents: Mapping[str, bytes]
    ) -> None:
        """Decide the new content of a file. A score file that a person removed or edited keeps their change."""
        old, new = nodes
        self._refuse_links_above(path)
        now = read_work_tree_file(self.repo.path / path)
        before = contents[old.id] if old else None
        after = contents[new.id] if new else None
        if old and new and old.mode != new.mode and now is not None:
            self._modes[path] = new.mode
        if now == after or (now is None and before is not None and is_append_only(path)):
            return
        if now != before:
            if (self.repo.path / path).is_symlink():
                raise PathIsLink(path=path)
            after = self._merge_score_file(path, (old, now, new), contents)
        if after != now:
            self._files[path] = (new.mode if new else PLAIN, after) if after is not None else None

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
        if known and known[0] == read_file_stamp(self._git_path("index")) and self.changes.keys() <= known[1].keys():
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

    def lock_index(self) -> None:
        """Take `index.lock` as a hard link to a token file, which proves after a crash that the lock is ours.

        Raises `IndexBusy` if another program holds it for longer than the wait.
        """
        if self.holds_lock:
            return
        write_new_file(self._git_path(_TOKEN), f"held by orgtp, process {os.getpid()}\n".encode())
        if not any(self._link_lock() for _ in retry_with_pauses(read_wait_seconds(), lambda: str(self._lock_path))):
            self._git_path(_TOKEN).unlink()
            raise IndexBusy(root=self.repo.path, lock=self._lock_path)

    def _link_lock(self) -> bool:
        try:
            os.link(self._git_path(_TOKEN), self._lock_path)
        except FileExistsError:
            return False
        return True

    def prepare_index(self) -> None:
        """Write the new index next to the old one. Raises `CannotWrite`, `GitFailed`."""
        if not self._index:
            return
        self._objects.write_objects()
        env = {"GIT_INDEX_FILE": str(self._git_path(_NEW))}
        for name in (_NEW, f"{_NEW}.lock"):
            self._git_path(name).unlink(missing_ok=True)
        if self._git_path("index").exists():
            write_new_file(self._git_path(_NEW), self._git_path("index").read_bytes())
            # Keep the time stamp: git re-reads files as recent as their index, to notice edits in the same second.
            found = self._git_path("index").stat()
            os.utime(self._git_path(_NEW), ns=(found.st_atime_ns, found.st_mtime_ns))
        none = next("0" * len(node.id) for pair in self.changes.values() for node in pair if node)
        nodes = sorted(self._index.items(), key=lambda item: item[1] is not None)
        rows = (_format_index_row(path, node, none) for path, node in nodes)
        self.repo.run("update-index", "--add", "--replace", "-z", "--index-info", stdin=b"".join(rows), env=env)
        if self._skipped:
            names = b"".join(os.fsencode(path) + b"\0" for path in self._skipped)
            self.repo.run("update-index", "--skip-worktree", "-z", "--stdin", stdin=names, env=env)

    def swap_index(self) -> None:
        """Put the new index in place, and keep the old one until `release_index`."""
        if self._index:
            self._git_path(_OLD).unlink(missing_ok=True)
            if self._git_path("index").exists():
                os.link(self._git_path("index"), self._git_path(_OLD))
            self._git_path(_NEW).replace(self._git_path("index"))
            plain = (
                {path: self._index.get(path) for path in self.changes}
                if self._index.keys() == self.changes.keys()
                else {}
            )
            self.repo.index_cache = (read_file_stamp(self._git_path("index")), plain) if not self._skipped else None

    def update_files(self) -> None:
        """Update the files of the work tree. Raises `OSError` if one cannot be written."""
        # Remove files first: one may make room for a folder of the same name, and the other way round.
        for path, content in sorted(self._files.items(), key=lambda item: item[1] is not None):
            target = self.repo.path / path
            if content is None:
                remove_file(target, self.repo.path)
            else:
                replace_file(target, *content)
        for path, mode in self._modes.items():
            set_executable_bit(self.repo.path / path, mode)

    def release_index(self) -> None:
        """Unlock the index. The lock goes last, so that after an earlier crash it is still recognised as ours."""
        for name in (_NEW, f"{_NEW}.lock", _OLD):
            self._git_path(name).unlink(missing_ok=True)
        if self.holds_lock:
            self._lock_path.unlink()
        self._git_path(_TOKEN).unlink(missing_ok=True)

    # After a crash.

    @property
    def holds_lock(self) -> bool:
        """Whether `index.lock` is ours, that is, the same file as our token."""
        try:
            return self._lock_path.samefile(self._git_path(_TOKEN))
        except OSError:
            return False

    def remove_temporary_files(self) -> None:
        """Remove the temporary files of a killed process next to the files that change."""
        for target in (self.repo.path / path for path in self.changes):
            for left in target.parent.glob(f".orgtp-[0-9]*-{glob.escape(target.name)}"):
                if left.is_file() and not target.parent.is_symlink():
                    left.unlink(missing_ok=True)

    def restore_index(self) -> None:
        """Restore the old index if a killed process swapped it and the branch did not move."""
        if self.holds_lock and self._git_path(_OLD).exists():
            self._git_path(_OLD).replace(self._git_path("index"))

    @property
    def _lock_path(self) -> Path:
        return self._git_path("index.lock")

    def _git_path(self, name: str) -> Path:
        return self.repo.git_dir / name


def _format_index_row(path: str, node: TreeEntry | None, none: str) -> bytes:
    """A line for `update-index --index-info`; mode 0 with the id `none` removes a path."""
    meta = f"{node.mode} {node.id}" if node else f"0 {none}"
    return f"{meta}\t".encode() + os.fsencode(path) + b"\0"
