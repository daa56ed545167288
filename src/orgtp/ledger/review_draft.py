"""Drafts of weekly reviews, one file for each week in the git dir: what was answered so far, until it is closed.

A draft has the keys of a review, so `orgtp review --answers DRAFT` reads it, too. It is on disk before the next
question is asked, so that a review goes on after Ctrl-C or a crash.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orgtp.files.review import read_answers
from orgtp.files.yaml.dumper import format_document
from orgtp.git.errors import CannotWrite
from orgtp.git.lock import Lock, make_private_dir, private_git_dir, share_private_file, write_new_file
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.records.review import Review, review_data

_FOLDER = "reviews"
_HEAD = "The answers of a weekly review that is not closed yet. To go on: orgtp review"


class ReviewBusy(OrgtpError):
    """Another process of this clone holds the review."""

    text = "somebody is holding this review in this clone already: {holder}. Its answers are kept in {path}"


class DraftNotSaved(OrgtpError):
    """The draft could not be written, so nothing more is asked."""

    text = "the answers cannot be saved in {path}: {why}. Nothing more is asked, so that no answer is lost"


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """The draft of a review: its file, and the answers so far."""

    path: Path
    answers: Review


def find_draft_path(repo: Repo, week: str) -> Path:
    """The file of the draft of a week. Raises `CannotWrite` if its folder is a link."""
    folder = private_git_dir(repo) / _FOLDER
    if folder.is_symlink():
        raise CannotWrite(words=f"{folder} is a link")
    return folder / f"{week}.yaml"


def read_draft(repo: Repo, week: str) -> ReviewDraft | None:
    """The draft of a week; None if there is none. Raises `BadInput` with the place if it cannot be read."""
    path = find_draft_path(repo, week)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    return ReviewDraft(path, read_answers(str(path), raw))


def stamp_draft(repo: Repo, week: str) -> tuple[int, int, int] | None:
    """What changes when the draft of a week is saved: the number, time and size of its file; None if there is none."""
    try:
        found = find_draft_path(repo, week).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def list_draft_weeks(repo: Repo) -> list[str]:
    """The weeks that have a draft, the oldest first."""
    folder = find_draft_path(repo, "").parent
    return sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []


def save_draft(repo: Repo, answers: Review) -> Path:
    """Write the draft of a review to disk, and return its file. Raises `DraftNotSaved`, `CannotWrite`."""
    path = find_draft_path(repo, answers.week)
    temporary = path.with_name(f".{path.name}.tmp{os.getpid()}")
    try:
        make_private_dir(repo, _FOLDER)
        write_new_file(temporary, format_document(review_data(answers), _HEAD).encode())
        share_private_file(repo, temporary)
        _sync_file(temporary)
        temporary.replace(path)
        _sync_file(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DraftNotSaved(path=path, why=error.strerror) from error
    return path


def discard_draft(repo: Repo, week: str) -> None:
    """Remove the draft of a week, if there is one."""
    find_draft_path(repo, week).unlink(missing_ok=True)


@contextmanager
def hold_draft(repo: Repo, week: str) -> Iterator[None]:
    """Keep other processes of this clone from the drafts. Raises `ReviewBusy` with the holder, and `CannotWrite`."""
    lock = Lock(repo, "review")
    try:
        if not lock.try_acquire():
            raise ReviewBusy(holder=lock.holder or "an unknown process", path=find_draft_path(repo, week))
        yield
    finally:
        lock.close()


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
