"""Work trees that did not follow the ledger branch, or may not have: notes about them, and how they catch up.

A work tree on another branch need not follow. But while git checks out the ledger branch there, HEAD still names the
other branch, and the index and files become those of the commit at which git began. So each move of the branch notes
the work trees that do not follow it. Once such a work tree is on the ledger branch, it is compared with the branch, and
what is older is updated. What a person changed there stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from orgtp.files.tree import read_plain_file
from orgtp.git.checkout import Checkout, EarlierVersions
from orgtp.git.errors import CannotWrite, GitFailed, IndexBusy, TemporaryFailure
from orgtp.git.lock import private_git_dir, share_private_file, write_new_file
from orgtp.git.log import list_file_versions
from orgtp.git.repo import Repo
from orgtp.git.tree import TreeEntry, diff_trees
from orgtp.git.worktrees import OUTDATED, find_checkouts
from orgtp.lazy_dataclass import dataclass

# Why a work tree is older than its branch after a crash.
INTERRUPTED = "the update was interrupted"


@dataclass(frozen=True, slots=True)
class OutdatedTree:
    """A work tree that may be older than the branch `ref`: at the earliest, it is at the commit `since`.

    `git_dir` is its git dir, relative to the common one. `root` is its folder, and `why` the reason why it could not be
    updated; both are "" if it was on another branch when the ledger branch moved, so that it may be up to date.
    """

    git_dir: str
    ref: str
    since: str
    root: str = ""
    why: str = ""

    def is_about(self, repo: Repo, tree: Repo) -> bool:
        """Whether the note is about a work tree of the repository."""
        return name_git_dir(repo, tree.git_dir) == self.git_dir


def _notes_path(repo: Repo) -> Path:
    return private_git_dir(repo) / PurePosixPath(OUTDATED).name


def list_outdated_trees(repo: Repo) -> list[OutdatedTree]:
    """The notes about work trees; none if they were not written completely. Raises `CannotWrite`."""
    try:
        rows = json.loads(_notes_path(repo).read_bytes() or b"[]")
        return [OutdatedTree(*(str(row[key]) for key in OutdatedTree.__slots__)) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError):
        return []
    except OSError as error:
        raise CannotWrite(words=f"{_notes_path(repo)}: {error.strerror}") from error


def note_outdated_trees(repo: Repo, found: Iterable[OutdatedTree]) -> None:
    """Note work trees. A new note about one keeps the commit of the earlier. The caller holds the ledger's lock.

    Raises `OSError`, `CannotWrite`.
    """
    before = list_outdated_trees(repo)
    notes = {(note.git_dir, note.ref): note for note in before}
    for new in found:
        old = notes.get((new.git_dir, new.ref))
        notes[new.git_dir, new.ref] = replace(new, since=old.since) if old else new
    _save_notes(repo, before, list(notes.values()))


def _save_notes(repo: Repo, before: list[OutdatedTree], notes: list[OutdatedTree]) -> None:
    if notes == before:
        return
    path = _notes_path(repo)
    if not notes:
        path.unlink(missing_ok=True)
        return
    rows = [{key: getattr(note, key) for key in OutdatedTree.__slots__} for note in notes]
    temporary = path.with_name("outdated.new")
    write_new_file(temporary, f"{json.dumps(rows)}\n".encode())
    share_private_file(repo, temporary)
    temporary.replace(path)


def name_git_dir(repo: Repo, git_dir: Path) -> str:
    """The name of a git dir in a note: relative to the common git dir."""
    return os.path.relpath(os.path.realpath(git_dir), os.path.realpath(repo.common_dir))


def update_outdated_trees(repo: Repo) -> None:
    """Update the work trees that are older than their branch. The caller holds the ledger's lock.

    A work tree that cannot be updated now keeps its note, and hinders nobody.
    """
    notes = list_outdated_trees(repo)
    if not notes:
        return
    kept: list[OutdatedTree] = []
    for note in notes:
        try:
            left = _update_noted_tree(repo, note)
        except (TemporaryFailure, GitFailed, OSError):
            left = note
        kept += [left] if left else []
    with suppress(OSError):
        _save_notes(repo, notes, kept)


def _update_noted_tree(repo: Repo, note: OutdatedTree) -> OutdatedTree | None:
    """Update one work tree. Returns what is left to do; None if nothing is."""
    if not (repo.common_dir / note.git_dir).is_dir():
        return None
    tree = next((tree for tree in find_checkouts(repo, note.ref) if note.is_about(repo, tree)), None)
    tip = repo.tip(note.ref)
    if tree is None or tip is None:
        return note
    if tip == note.since or repo.read(note.since) is None:
        # Nothing was missed, or the branch was rewritten and the commit is gone.
        return None
    switched_at = 0 if note.why else (tree.git_dir / "HEAD").stat().st_mtime_ns
    earlier = EarlierVersions(partial(_list_versions, repo, note.since, tip), switched_at)
    checkout = Checkout(tree, diff_trees(repo, note.since, tip), lenient=True, earlier=earlier)
    if not checkout.lock.try_acquire():
        return note
    try:
        checkout.plan()
        checkout.prepare_index()
        checkout.swap_index()
        why = [*checkout.kept, *checkout.update_files()]
    finally:
        checkout.lock.release()
    return replace(note, root=str(tree.path), why="; ".join(why)) if why else None


def find_outdated_tree(repo: Repo, tree: Repo, ref: str) -> OutdatedTree | None:
    """The note about a checkout of the branch `ref`, if there is one. Raises `CannotWrite`."""
    return next((note for note in list_outdated_trees(repo) if note.ref == ref and note.is_about(repo, tree)), None)


def find_note_about(repo: Repo) -> OutdatedTree | None:
    """The note that this work tree may be older than the branch that it has checked out; None if there is none.

    A note that cannot be read counts as none.
    """
    try:
        notes = [note for note in list_outdated_trees(repo) if note.is_about(repo, repo)]
        return next((note for note in notes if _has_checked_out(repo, note.ref)), None)
    except (TemporaryFailure, GitFailed):
        return None


def _has_checked_out(repo: Repo, ref: str) -> bool:
    """Whether the branch `ref` is checked out, by the file HEAD; git is asked if another ref storage has it."""
    raw = read_plain_file(repo.git_dir / "HEAD") or b""
    return repo.head_ref() == ref if b"/.invalid" in raw else raw.strip() == f"ref: {ref}".encode()


def explain_outdated_tree(repo: Repo, note: OutdatedTree) -> str:
    """Why a noted work tree cannot be updated now; "" if it is up to date. The caller holds the ledger's lock."""
    try:
        left = _update_noted_tree(repo, note)
    except (TemporaryFailure, GitFailed, OSError) as error:
        return str(error)
    if left is None or left.why:
        return left.why if left else ""
    return str(IndexBusy(root=repo.path, lock=repo.git_dir / "index.lock")) if is_index_behind(repo, note) else ""


def is_index_behind(repo: Repo, note: OutdatedTree) -> bool:
    """Whether the index of a noted work tree differs from its branch in what changed since. Raises `GitFailed`."""
    tip = repo.tip(note.ref)
    if note.why or tip is None or repo.read(note.since) is None:
        return bool(note.why)
    changes = diff_trees(repo, note.since, tip)
    rows = (row.partition(b"\t") for row in repo.run("ls-files", "-s", "-z").split(b"\0")[:-1])
    index = {os.fsdecode(path): meta.split(b" ")[1].decode() for meta, _, path in rows}
    return any(index.get(path) != (new.id if new else None) for path, (_, new) in changes.items())


def list_earlier_versions(repo: Repo, note: OutdatedTree, tip: str) -> EarlierVersions:
    """The versions that the files of a work tree may have that could not be updated up to the commit `tip`."""
    return EarlierVersions(partial(_list_versions, repo, note.since, tip))


def _list_versions(repo: Repo, since: str, tip: str, path: str) -> frozenset[TreeEntry]:
    return frozenset(TreeEntry(mode, oid) for mode, oid in list_file_versions(repo, path, since, tip))
