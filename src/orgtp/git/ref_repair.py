"""Explain why a branch or another ref cannot be read, and how to repair it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from orgtp.git.errors import UnreadableRef
from orgtp.lazy_dataclass import dataclass

_BRANCHES = "refs/heads/"
_SHORT = 10
# How far back in the reflog a readable commit is looked for.
_MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class DamagedRef:
    """A ref that exists and cannot be read, in the repository `root` with the git dir `common_dir`.

    `commit` is the id that it has; "" if that cannot be read either. `words` is what git says. `remote` is the name of
    the branch's remote; "" if it has none. `find_commit` returns the id of a commit if it can be read, else None.
    `traces`: git finds no such branch, and these show that it had a commit: the path of its reflog, its witness.
    """

    ref: str
    root: Path
    common_dir: Path
    commit: str
    words: str
    remote: str
    find_commit: Callable[[str], str | None]
    traces: tuple[str, ...] = ()

    def make_error(self) -> UnreadableRef:
        """The error that says what is wrong and what to do."""
        name = f"the branch {self._branch}" if self._branch else f"the ref {self.ref}"
        good = next(self._find_readable_commits(), "")
        words, remedy = self._describe_damage(good)
        return UnreadableRef(what=name, words=words, remedy=remedy, last_readable=good)

    def _describe_damage(self, good: str) -> tuple[str, str]:
        """What is wrong, and what to do. `good` is a commit of the branch that can be read."""
        denied = self._find_denied_path()
        if denied:
            return f"{denied}: Permission denied", f"Ask its owner for permission to read it: ls -ld {denied}"
        at = f"it is at {self.commit[:_SHORT]}, and that commit is missing or damaged"
        words = at if self.commit else (self.words or f"{self._file} does not contain the id of a commit")
        head = self.common_dir / "HEAD"
        if self._branch and not _is_head_valid(head):
            return f"{head} is missing or damaged", f"Write it again: echo 'ref: {self.ref}' > {shlex.quote(str(head))}"
        if self.traces:
            return "it is gone, although it had commits in this clone", self._describe_return(good)
        gone = next(self._find_missing_alternates(), None)
        if gone:
            return words, f"{gone[0]} names the folder {gone[1]}, which is not there. Restore or mount it"
        return words, self._describe_repair(good)

    @property
    def _branch(self) -> str:
        return self.ref.removeprefix(_BRANCHES) if self.ref.startswith(_BRANCHES) else ""

    @property
    def _file(self) -> Path:
        return self.common_dir / self.ref

    def _find_denied_path(self) -> str:
        """The file or folder that this user may not read; "" if that is not the reason."""
        objects = self.common_dir / "objects"
        loose = [objects / self.commit[:2], objects / self.commit[:2] / self.commit[2:]] if self.commit else []
        refs = [parent for parent in reversed(self._file.parents) if parent.is_relative_to(self.common_dir)]
        packs = [objects / "pack", *_list_folder(objects / "pack")]
        places = [*refs, self._file, self.common_dir / "packed-refs", objects, *loose, *packs]
        return next((str(path) for path in places if _is_denied(path)), "")

    def _find_missing_alternates(self) -> Iterator[tuple[Path, str]]:
        """The list of alternates, and each folder in it that is not there (gitrepository-layout(5))."""
        listed = self.common_dir / "objects/info/alternates"
        try:
            lines = listed.read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            folder = os.fsdecode(line)
            if folder and not folder.startswith(("#", '"')) and not (listed.parents[1] / folder).is_dir():
                yield listed, folder

    def _describe_repair(self, good: str) -> str:
        git = f"git -C {shlex.quote(str(self.root))}"
        clear = "" if self.commit else f"{self._format_clearing()} && "
        if not self._branch:
            forget = clear.removesuffix(" && ") or f"{git} update-ref -d {self.ref}"
            return f"Restore it from a backup. To go on without what this clone saw before: {forget}"
        fetch = f"Fetch it again: {git} fetch {self.remote}. " if self.remote and self.commit else ""
        look = f"See what is damaged: {git} fsck --full. "
        if not good:
            rest = f"{'Otherwise restore' if fetch else 'Restore'} the repository from a backup, or clone it again"
            return f"{look}{fetch}{rest}"
        back = f"{clear}{git} update-ref {self.ref} {good}"
        what = f"{'If that fails, restore' if fetch else 'Restore'} it from a backup"
        return (
            f"{look}{fetch}{what}, or go back to {good[:_SHORT]}, the last commit of the branch that can be read "
            f"(files stay as they are): {back}"
        )

    def _describe_return(self, good: str) -> str:
        """How to restore a branch that is gone, or to go on without it."""
        git = f"git -C {shlex.quote(str(self.root))}"
        back = f"Restore it: {git} update-ref {self.ref} {good}. " if good else "Restore the repository from a backup. "
        forget = [
            f"{git} update-ref -d {trace}" if trace.startswith("refs/") else f"rm {shlex.quote(trace)}"
            for trace in self.traces
        ]
        return f"{back}If you deleted the branch and want to begin a new one: {' && '.join(forget)}"

    def _format_clearing(self) -> str:
        """The command after which git can write the ref again: git does not replace a file that it cannot read."""
        packed = self.common_dir / "packed-refs"
        if not self._file.exists() and packed.exists():
            return f"mv {shlex.quote(str(packed))} {shlex.quote(str(packed))}.damaged"
        return f"rm {shlex.quote(str(self._file))}"

    def _find_readable_commits(self) -> Iterator[str]:
        """The commits that the branch had before and that can be read with their files, newest first."""
        for name in (*self._read_reflog(), make_witness_ref(self._branch), f"refs/remotes/{self._upstream}"):
            if self.find_commit(f"{name}^{{tree}}") and (found := self.find_commit(f"{name}^{{commit}}")):
                yield found

    @property
    def _upstream(self) -> str:
        return f"{self.remote or 'origin'}/{self._branch}"

    def _read_reflog(self) -> list[str]:
        """The ids in the branch's reflog, newest first (gitformat of `logs/`: old id, new id, who, why)."""
        try:
            lines = (self.common_dir / "logs" / self.ref).read_bytes().splitlines()[-_MOST_ENTRIES:]
        except OSError:
            return []
        ids = [word.decode(errors="replace") for line in reversed(lines) for word in line.split(b" ")[1::-1]]
        return list(dict.fromkeys(found for found in ids if found.strip("0")))


def make_witness_ref(branch: str) -> str:
    """The name of the ref with the commit that a branch had when it was last checked; see `orgtp.ledger.witness`."""
    return f"refs/orgtp/witness/{branch}"


def _is_head_valid(head: Path) -> bool:
    """Whether the file HEAD names a branch or a commit (gitrepository-layout(5)). With other ref storages it does."""
    try:
        return head.is_symlink() or bool(re.match(rb"ref: refs/|[0-9a-f]{40}", head.read_bytes()))
    except OSError:
        return False


def _list_folder(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_denied(path: Path) -> bool:
    """Whether something is at `path` that this user may not read, or may not enter."""
    try:
        return not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)) and os.path.lexists(path)
    except PermissionError:
        return True
