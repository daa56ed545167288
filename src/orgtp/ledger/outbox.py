"""The outbox: values that were accepted and not written yet, one file in the git dir for each call.

The file is on disk before the values are reported as queued. The next holder of the ledger's lock writes them, and
leaves a receipt with the commit for the process that waits. The records have ids, so they are written only once.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from orgtp.files.scores import read_scores
from orgtp.git.commit import Identity
from orgtp.git.errors import CannotWrite, TemporaryFailure
from orgtp.git.lock import make_private_dir, private_git_dir, share_private_file, write_new_file
from orgtp.git.repo import Repo
from orgtp.history.locate import read_clock
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.score import RANDOM_BITS, Score, make_ulid

_RESERVE_BYTES = 32 * 1024
_RECEIPT_SECONDS = 3600.0
_FULL = (errno.ENOSPC, errno.EDQUOT)


class CannotQueue(OrgtpError):
    """A value could be neither written nor queued."""

    text = "{why}. It could not be queued either ({also}), so nothing is recorded. Run the command again."


class OutboxUnreadable(TemporaryFailure):
    """The folder of the outbox cannot be read, so it is unknown what waits in it."""

    text = "the outbox {folder} cannot be read: {why}. Ask its owner for permission: ls -ld {folder}"


@dataclass(frozen=True, slots=True)
class QueuedBy:
    """Who recorded queued values: the seat, the author of the commit, and the seat for which the first one acted."""

    by: str
    author: Identity
    acting_for: str = ""


@dataclass(frozen=True, slots=True)
class QueuedScores:
    """Queued records: who recorded them, the author of their commit, and the ids that the caller supplied (`own_ids`).

    `acting_for` is the seat for which `by` recorded them, if it acted for another. `why`: the reason for queueing.
    `rejected_because`: why they were rejected ("" if they were not).
    """

    path: Path
    by: str
    author: Identity
    scores: tuple[Score, ...]
    own_ids: frozenset[str] = frozenset()
    rejected_because: str = ""
    why: str = ""
    acting_for: str = ""

    @property
    def file_text(self) -> str:
        """The file's content."""
        rows = [{"path": score.path, "record": json.loads(score.line)} for score in self.scores]
        facts: dict[str, Any] = {"by": self.by, **({"for": self.acting_for} if self.acting_for else {})}
        facts |= {"author": [self.author.name, self.author.email], "brought": sorted(self.own_ids)}
        return (
            json.dumps(
                {**facts, "held": self.rejected_because, "why": self.why, "scores": rows}, ensure_ascii=False, indent=1
            )
            + "\n"
        )


def outbox_dir(repo: Repo) -> Path:
    """The folder of the outbox, which may not exist yet. Raises `CannotWrite` if it is a link."""
    found = private_git_dir(repo) / "outbox"
    if found.is_symlink():
        raise CannotWrite(words=f"{found} is a link")
    return found


def list_queued(repo: Repo) -> list[QueuedScores]:
    """Everything in the outbox, oldest first. A file that cannot be read counts as rejected.

    Raises `OutboxUnreadable`.
    """
    return [_read_queued(path) for path in _list_outbox_files(repo, ".json")]


def _list_outbox_files(repo: Repo, *endings: str) -> list[Path]:
    folder = outbox_dir(repo)
    try:
        names = os.listdir(folder)  # noqa: PTH208  (a Path for each costs more)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutboxUnreadable(folder=folder, why=error.strerror) from error
    return [folder / name for name in sorted(names) if os.path.splitext(name)[1].startswith(endings)]  # noqa: PTH122


def _read_queued(path: Path) -> QueuedScores:
    try:
        data = json.loads(path.read_bytes())
        scores = tuple(_parse_queued_score(row) for row in data["scores"])
        texts = [str(data["by"]), *map(str, data["author"]), str(data["held"])]
        by, name, email, held = texts
        why, acting_for = str(data.get("why", "")), str(data.get("for", ""))
        return QueuedScores(path, by, Identity(name, email), scores, frozenset(data["brought"]), held, why, acting_for)
    except OSError as error:
        return QueuedScores(
            path, "", Identity("", ""), (), rejected_because=f"the file cannot be read: {error.strerror}"
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        why = "the file cannot be read: it is not a file of the outbox"
        return QueuedScores(path, "", Identity("", ""), (), rejected_because=why)


def _parse_queued_score(row: dict[str, Any]) -> Score:
    line = json.dumps(row["record"], ensure_ascii=False) + "\n"
    return read_scores(row["path"], line.encode())[0][0]


def queue_scores(repo: Repo, who: QueuedBy, scores: Sequence[Score], own_ids: frozenset[str], why: str) -> QueuedScores:
    """Write records to the outbox, and sync them to disk. Raises `OSError`, and `CannotWrite` if a folder is a link."""
    name = make_ulid(read_clock(), int.from_bytes(os.urandom(RANDOM_BITS // 8)))
    path = outbox_dir(repo) / f"{name}.json"
    queued = QueuedScores(path, who.by, who.author, tuple(scores), own_ids, why=why, acting_for=who.acting_for)
    make_private_dir(repo, "outbox")
    _save_queued(repo, queued.path, queued.file_text.encode())
    return queued


def reject_queued(repo: Repo, queued: QueuedScores, why: str) -> None:
    """Note why queued values cannot be written. They stay in the outbox."""
    if queued.rejected_because != why:
        _save_queued(repo, queued.path, replace(queued, rejected_because=why).file_text.encode())


def note_reason(repo: Repo, queued: QueuedScores, why: str) -> None:
    """Note why queued values wait. They are tried again by every command."""
    if queued.why != why:
        _save_queued(repo, queued.path, replace(queued, why=why, rejected_because="").file_text.encode())


def _save_queued(repo: Repo, path: Path, raw: bytes) -> None:
    temporary = path.with_suffix(f".tmp{os.getpid()}")
    try:
        _write_synced(temporary, raw)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        reserve = path.parent.parent / "reserve"
        if error.errno not in _FULL or len(raw) > _RESERVE_BYTES or not reserve.exists():
            raise
        # The disk is full: overwrite the reserved file, which needs no more space.
        reserve.rename(temporary)
        _write_synced(temporary, raw)
    share_private_file(repo, temporary)
    temporary.rename(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_synced(path: Path, raw: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        written = 0
        while written < len(raw):
            written += os.write(handle, raw[written:])
        os.ftruncate(handle, len(raw))
        os.fsync(handle)
    finally:
        os.close(handle)


def reserve_disk_space(repo: Repo) -> None:
    """Reserve disk space for a value, for when the disk is full. The caller holds the lock."""
    reserve = private_git_dir(repo) / "reserve"
    if not reserve.is_file() or reserve.is_symlink():
        try:
            write_new_file(reserve, b"Room for a value when the disk is full.\n".ljust(_RESERVE_BYTES, b"."))
            share_private_file(repo, reserve)
        except OSError:
            reserve.unlink(missing_ok=True)


# Receipts.


def write_receipt(queued: QueuedScores, commit: str) -> None:
    """Write a receipt with the commit, and remove the values from the outbox."""
    with suppress(OSError):
        # The commit is made. Without a receipt (full disk), the waiting process finds out when it gets the lock.
        _receipt_path(queued).write_text(commit, encoding="utf-8")
    with suppress(OSError):
        # A file of another user that stays here is tried again, and its records are found by their ids.
        queued.path.unlink(missing_ok=True)


def take_receipt(queued: QueuedScores) -> str:
    """The commit that contains the values, whose receipt is deleted; "" while they wait."""
    try:
        commit = _receipt_path(queued).read_text(encoding="utf-8")
    except OSError:
        return ""
    if commit and not queued.path.exists():
        _receipt_path(queued).unlink(missing_ok=True)
        return commit
    return ""


def remove_leftovers(repo: Repo) -> None:
    """Remove old receipts that nobody read, and unfinished files of killed processes."""
    for leftover in _list_outbox_files(repo, ".done", ".tmp"):
        try:
            if time.time() - leftover.stat().st_mtime > _RECEIPT_SECONDS:
                leftover.unlink(missing_ok=True)
        except OSError:
            continue


def _receipt_path(queued: QueuedScores) -> Path:
    return queued.path.with_suffix(".done")
