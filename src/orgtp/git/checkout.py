"""A checkout of the ledger branch: how a person's work tree and index follow the branch, their own work untouched."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path, PurePosixPath

from orgtp.git.append_merge import followed
from orgtp.git.atomic_file import on_disk, put, set_mode, take_away
from orgtp.git.errors import IndexBusy, MidMerge
from orgtp.git.lock import patience, pauses, write_own
from orgtp.git.objects import Objects
from orgtp.git.repo import Repo
from orgtp.git.tree import PLAIN, Node
from orgtp.git.worktrees import stamp
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError

Changes = Mapping[str, tuple[Node | None, Node | None]]
_MODULE = "160000"
_ALL_AT_ONCE = 200
# Names in the git dir of a checkout; only the holder of the ledger's lock uses them.
_TOKEN, _NEW, _OLD = "orgtp-index.token", "orgtp-index.new", "orgtp-index.old"


class Uncommitted(OrgtpError):
    """A file that must change holds work that is not committed."""

    text = "{path} has changes that are not committed. Commit or undo them first; see: git{where} diff HEAD -- {path}"


class Linked(OrgtpError):
    """A file to be written lies behind a link, or where a link is committed."""

    text = "{path} is a link, so nothing is written below it. Put a folder there."


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a person's index has for a path. `skipped` stands for a sparse checkout, `merging` for a conflict."""

    node: Node
    skipped: bool = False
    merging: bool = False


@dataclass
class Checkout:
    """One work tree and its index, and what changes on the branch that is checked out there.

    `plan` looks and touches nothing; then `lock`, `prepare`, `swap` and `follow` in turn, and `release` in any case.
    A plan that is `lenient` leaves a file that cannot follow as it is: what is being finished happened long ago.
    """

    repo: Repo
    changes: Changes
    lenient: bool = False
    _index: dict[str, Node | None] = field(default_factory=dict)
    _files: dict[str, tuple[str, bytes] | None] = field(default_factory=dict)
    _modes: dict[str, str] = field(default_factory=dict)
    _skipped: set[str] = field(default_factory=set)

    # Plan.

    def __post_init__(self) -> None:
        self._objects = Objects(self.repo)

    def plan(self) -> None:
        """Decide what each path becomes. Raises `Uncommitted`, `Linked`, `MidMerge` with nothing touched."""
        index = self._read_index()
        contents = self._contents(index)
        for path, (old, new) in self.changes.items():
            try:
                self._plan(path, old, new, index.get(path), contents)
            except (Uncommitted, Linked):
                if not self.lenient:
                    raise

    def _plan(
        self, path: str, old: Node | None, new: Node | None, found: Indexed | None, contents: Mapping[str, bytes]
    ) -> None:
        if found and found.merging:
            raise MidMerge(root=self.repo.path, what="merge", about=path)
        node = found.node if found else None
        staged = self._staged(path, (old, node, new), contents)
        skipped = found.skipped if found else self._left_out(path)
        if not skipped and _MODULE not in {n.mode for n in (old, new) if n}:
            self._plan_file(path, (old, new), contents)
        if staged != node:
            self._index[path] = staged
            self._skipped |= {path} if skipped and staged else set()

    def _left_out(self, path: str) -> bool:
        """Whether a sparse checkout has nothing of the folder at the top that a new file comes into."""
        sparse = self.repo.config("core.sparsecheckout").lower() == "true"
        rows = self.repo.run("ls-files", "-t", "-z", "--", path.partition("/")[0]).split(b"\0") if sparse else []
        return {row[:1] for row in rows if row} == {b"S"}

    def _staged(
        self, path: str, nodes: tuple[Node | None, Node | None, Node | None], contents: Mapping[str, bytes]
    ) -> Node | None:
        """What the index will have: the new content, or what a person staged with the new records in it."""
        old, now, new = nodes
        if now in {old, new}:
            return new
        if now is None and path.startswith("scores/"):
            return None
        merged = self._merged(path, (old, contents[now.id] if now else None, new), contents)
        like = next(node.id for node in nodes if node)
        return Node(now.mode if now else PLAIN, self._objects.add("blob", merged, like))

    def _plan_file(self, path: str, nodes: tuple[Node | None, Node | None], contents: Mapping[str, bytes]) -> None:
        """What the file will hold; one that a person took away, and a score file as they edited it, stay theirs."""
        old, new = nodes
        self._refuse_links(path)
        now = on_disk(self.repo.path / path)
        before = contents[old.id] if old else None
        after = contents[new.id] if new else None
        if old and new and old.mode != new.mode and now is not None:
            self._modes[path] = new.mode
        if now == after or (now is None and before is not None and path.startswith("scores/")):
            return
        if now != before:
            after = self._merged(path, (old, now, new), contents)
        if after != now:
            self._files[path] = (new.mode if new else PLAIN, after) if after is not None else None

    def _merged(
        self, path: str, nodes: tuple[Node | None, bytes | None, Node | None], contents: Mapping[str, bytes]
    ) -> bytes:
        """A score file as a person edited it, with the new records. Raises `Uncommitted` for any other edit."""
        old, mine, new = nodes
        if path.startswith("scores/") and mine is not None and new is not None:
            merged = followed(contents[old.id] if old else b"", mine, contents[new.id])
            if merged is not None:
                return merged
        here = Path.cwd().is_relative_to(self.repo.path)
        raise Uncommitted(path=path, where="" if here else f" -C {self.repo.path}")

    def _refuse_links(self, path: str) -> None:
        for parent in list(PurePosixPath(path).parents)[:-1]:
            if (self.repo.path / parent).is_symlink():
                raise Linked(path=parent)

    def _read_index(self) -> dict[str, Indexed]:
        """What the index has for the paths that change."""
        known = self.repo.indexed
        if known and known[0] == stamp(self._name("index")) and self.changes.keys() <= known[1].keys():
            return {path: Indexed(node) for path, node in known[1].items() if node}
        some = self.changes if len(self.changes) <= _ALL_AT_ONCE else ()
        found: dict[str, Indexed] = {}
        for row in self.repo.run("ls-files", "-s", "-t", "-z", "--", *some).split(b"\0")[:-1]:
            meta, _, name = row.partition(b"\t")
            tag, mode, oid, stage = meta.decode().split()
            found[os.fsdecode(name)] = Indexed(Node(mode.lstrip("0"), oid), tag == "S", stage != "0")
        return found

    def _contents(self, index: Mapping[str, Indexed]) -> dict[str, bytes]:
        nodes = {node for pair in self.changes.values() for node in pair if node}
        nodes |= {found.node for path, found in index.items() if path in self.changes}
        return self.repo.blobs(node.id for node in nodes if node.mode != _MODULE)

    # Carry out.

    def lock(self) -> None:
        """Take `index.lock` in a way that proves it ours: as a second name of a file of our own.

        Raises `IndexBusy` where another program holds it and does not let go.
        """
        if self.holds:
            return
        write_own(self._name(_TOKEN), f"held by orgtp, process {os.getpid()}\n".encode())
        if not any(self._linked() for _ in pauses(patience(), lambda: str(self._lock))):
            self._name(_TOKEN).unlink()
            raise IndexBusy(root=self.repo.path, lock=self._lock)

    def _linked(self) -> bool:
        try:
            os.link(self._name(_TOKEN), self._lock)
        except FileExistsError:
            return False
        return True

    def prepare(self) -> None:
        """Make the new index beside the old one. Raises `CannotWrite`, `GitFailed`."""
        if not self._index:
            return
        self._objects.write()
        env = {"GIT_INDEX_FILE": str(self._name(_NEW))}
        for name in (_NEW, f"{_NEW}.lock"):
            self._name(name).unlink(missing_ok=True)
        if self._name("index").exists():
            write_own(self._name(_NEW), self._name("index").read_bytes())
            # As old as it is: git looks closer at files that are as young as their index, for edits in the same second.
            found = self._name("index").stat()
            os.utime(self._name(_NEW), ns=(found.st_atime_ns, found.st_mtime_ns))
        none = next("0" * len(node.id) for pair in self.changes.values() for node in pair if node)
        nodes = sorted(self._index.items(), key=lambda item: item[1] is not None)
        rows = (_row(path, node, none) for path, node in nodes)
        self.repo.run("update-index", "--add", "--replace", "-z", "--index-info", stdin=b"".join(rows), env=env)
        if self._skipped:
            names = b"".join(os.fsencode(path) + b"\0" for path in self._skipped)
            self.repo.run("update-index", "--skip-worktree", "-z", "--stdin", stdin=names, env=env)

    def swap(self) -> None:
        """Put the new index in place, and keep the old one until `release`."""
        if self._index:
            self._name(_OLD).unlink(missing_ok=True)
            if self._name("index").exists():
                os.link(self._name("index"), self._name(_OLD))
            self._name(_NEW).replace(self._name("index"))
            plain = (
                {path: self._index.get(path) for path in self.changes}
                if self._index.keys() == self.changes.keys()
                else {}
            )
            self.repo.indexed = (stamp(self._name("index")), plain) if not self._skipped else None

    def follow(self) -> None:
        """Write the files. Raises `OSError` where one cannot be written."""
        # What goes, goes first: a file may make room for a folder of its name, and the other way round.
        for path, content in sorted(self._files.items(), key=lambda item: item[1] is not None):
            target = self.repo.path / path
            if content is None:
                take_away(target, self.repo.path)
            else:
                put(target, *content)
        for path, mode in self._modes.items():
            set_mode(self.repo.path / path, mode)

    def release(self) -> None:
        """Let the index go; the lock last, so that a crash before it is still known as ours."""
        for name in (_NEW, f"{_NEW}.lock", _OLD):
            self._name(name).unlink(missing_ok=True)
        if self.holds:
            self._lock.unlink()
        self._name(_TOKEN).unlink(missing_ok=True)

    # After a crash.

    @property
    def holds(self) -> bool:
        """Whether `index.lock` is ours: the same file as our token."""
        try:
            return self._lock.samefile(self._name(_TOKEN))
        except OSError:
            return False

    def clear(self) -> None:
        """Take away what a killed process left beside the files that change."""
        for target in (self.repo.path / path for path in self.changes):
            for left in target.parent.glob(f".orgtp-[0-9]*-{glob.escape(target.name)}"):
                if left.is_file() and not target.parent.is_symlink():
                    left.unlink(missing_ok=True)

    def undo(self) -> None:
        """Put the old index back, where a killed process had swapped it and the branch did not move."""
        if self.holds and self._name(_OLD).exists():
            self._name(_OLD).replace(self._name("index"))

    @property
    def _lock(self) -> Path:
        return self._name("index.lock")

    def _name(self, name: str) -> Path:
        return self.repo.git_dir / name


def _row(path: str, node: Node | None, none: str) -> bytes:
    """A line for `update-index --index-info`; the mode 0 and the id `none` take a path out."""
    meta = f"{node.mode} {node.id}" if node else f"0 {none}"
    return f"{meta}\t".encode() + os.fsencode(path) + b"\0"
