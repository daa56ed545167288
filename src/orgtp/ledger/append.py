"""Record values with `append_scores`, and write those that wait with `write_outbox`.

If the lock is free, the values are written at once. If not, the process puts them in the outbox and waits. Whoever
holds the lock commits what is in the outbox, one commit for each process that waits, and moves the branch once for up
to 500 of them.

A value that was accepted is committed exactly once, now or later, with two exceptions. If a queued value is no longer
valid when it would be written, it is rejected and stays in the outbox. If a process is interrupted or fails while it
waits, it withdraws its values from the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from orgtp.actions.record_scores import NewScore, add_queued_scores, add_scores
from orgtp.files.load import LoadedOrg
from orgtp.git.checkout import PathIsLink, UncommittedChanges
from orgtp.git.errors import GitFailed, LedgerBusy, LedgerMoved, TemporaryFailure, UnfinishedMerge
from orgtp.git.lock import Lock, explain_denied, read_wait_seconds, retry_with_pauses
from orgtp.git.repo import Repo
from orgtp.ledger import outbox
from orgtp.ledger.advance import recover_journal
from orgtp.ledger.batch import (
    Action,
    CommitBatch,
    Ledger,
    PlannedCommit,
    RecordedChange,
    WrittenCommits,
    plan_on_fallback,
)
from orgtp.ledger.outbox import CannotQueue, QueuedScores
from orgtp.ledger.partial_tree import ReadScope, ScoreKey
from orgtp.ledger.signing_seat import SignedByAnotherSeat
from orgtp.model.change import AppendScores
from orgtp.model.errors import OrgtpError

_MAX_PER_MOVE = 500
# Errors that block some paths and not others.
PATH_BLOCKED = (UnfinishedMerge, PathIsLink, UncommittedChanges)


# The org to check values against if the ledger branch cannot be read: the work tree, or an earlier commit.
OrgFallback = Callable[[], LoadedOrg]


def append_scores(
    ledger: Ledger,
    entries: Sequence[NewScore],
    by: str = "",
    *,
    acting_for: str = "",
    dry_run: bool = False,
    fallback: OrgFallback | None = None,
    confirm: Callable[[Sequence[str]], None] | None = None,
) -> RecordedChange:
    """Record `entries`, all or none.

    `acting_for` is the seat for which `by` records them. If they cannot be written now, they are queued, and
    `queued_because` of the result says why. If the branch cannot even be read, they are checked against `fallback`
    first. They are checked again when they are written. If values look mistyped, `confirm` is called with the doubts
    before anything is written; it raises an error to stop.

    Raises what `add_scores` raises for an entry that is not valid; `WouldBreak`, `NoIdentity`, `NoLedger`,
    `UncommittedChanges`, `PathIsLink`; `BadInput` if ORGTP_WAIT is not a number of seconds; and `CannotQueue` or
    `CannotWrite` if the values can be neither written nor queued.
    """
    seconds = read_wait_seconds()
    scope = _build_read_scope(ledger, entries, by)
    action = _name_person(partial(add_scores, entries=entries, now=ledger.now, by=by), acting_for)
    own_ids = frozenset(entry.id for entry in entries if entry.has_caller_id)
    try:
        batch = CommitBatch(ledger, ledger.tip())
        step = batch.run_action(action, scope)
    except GitFailed as why:
        if dry_run or fallback is None or why.is_refusal:
            raise
        return _queue_planned(ledger, plan_on_fallback(ledger, action, fallback()), own_ids, why)
    if dry_run:
        return step.planned
    if confirm and step.planned.change.doubts:
        confirm(step.planned.change.doubts)
    lock = Lock(ledger.repo)
    try:
        # Prepare as much as possible before taking the lock, so that others wait less.
        ready = None if lock.holder else batch.write_commits([step])
        if not lock.try_acquire():
            return _wait_for_lock(ledger, lock, step, own_ids, seconds)
        return _write_queue_and_own(
            ledger, lambda later: later.run_action(action, scope), (batch, step, ready) if ready else None
        )
    except (TemporaryFailure, GitFailed) as why:
        return _queue_planned(ledger, step, own_ids, why)
    finally:
        lock.close()


def _name_person(action: Action, acting_for: str) -> Action:
    """The action, with the seat for which the acting one records the values."""
    return (lambda org: replace(action(org), acting_for=acting_for)) if acting_for else action


def _write_queue_and_own(
    ledger: Ledger,
    own: Callable[[CommitBatch], PlannedCommit],
    early: tuple[CommitBatch, PlannedCommit, WrittenCommits] | None,
) -> RecordedChange:
    """Write what waits in the outbox and then our own values, with one move of the branch. The caller holds the lock.

    `early` is our commit, made before the lock was held. It is used if nothing waits and the branch has not moved.
    """
    prepare_ledger(ledger.repo)
    waiting, writer = _list_untried(ledger), _OutboxWriter()
    if early and not waiting and early[0].tip == ledger.tip():
        try:
            return early[0].advance_branch([early[1]], early[2])[0]
        except LedgerMoved:
            pass
    try:
        done = ledger.commit_all(lambda batch: [*writer.plan_queued_commits(batch, waiting), own(batch)])
    except PATH_BLOCKED:
        if not waiting:
            raise
        # The path that is blocked is that of a queued value, not ours.
        return ledger.commit_all(lambda batch: [own(batch)])[-1]
    writer.write_receipts(done, ledger)
    return done[-1]


def _build_read_scope(ledger: Ledger, entries: Sequence[NewScore], by: str) -> ReadScope:
    wants = frozenset(ScoreKey(entry.seat, entry.metric, entry.period) for entry in entries)
    own_ids = frozenset(entry.id for entry in entries if entry.has_caller_id)
    seats = frozenset({want.seat for want in wants} | {by} - {""})
    return ReadScope(seats, wants, ledger.now, own_ids, is_actor_unknown=not by)


def _queue_planned(
    ledger: Ledger, step: PlannedCommit, own_ids: frozenset[str], why: TemporaryFailure | GitFailed
) -> RecordedChange:
    """Queue values that were accepted and cannot be written now."""
    if step.planned.files:
        _save_to_outbox(ledger, step, own_ids, why)
    return _report_queued(step.planned, why)


def _report_queued(planned: RecordedChange, why: TemporaryFailure | GitFailed) -> RecordedChange:
    return replace(planned, queued_because=str(why) if planned.files else "")


def _save_to_outbox(
    ledger: Ledger, step: PlannedCommit, own_ids: frozenset[str], why: TemporaryFailure | GitFailed
) -> QueuedScores:
    change = step.planned.change
    scores = [score for edit in change.edits if isinstance(edit, AppendScores) for score in edit.scores]
    try:
        who = outbox.QueuedBy(change.by, step.author, change.acting_for)
        return outbox.queue_scores(ledger.repo, who, scores, own_ids, str(why))
    except PermissionError as error:
        raise CannotQueue(why=why, also=explain_denied(ledger.repo, error)) from error
    except OSError as error:
        raise CannotQueue(why=why, also=error.strerror or error) from error


def _wait_for_lock(
    ledger: Ledger, lock: Lock, step: PlannedCommit, own_ids: frozenset[str], seconds: float
) -> RecordedChange:
    """Queue the values, so that the holder of the lock can write them. Then wait for a receipt or the lock."""
    planned = step.planned
    if not planned.files:
        return planned
    queued = _save_to_outbox(ledger, step, own_ids, LedgerBusy(holder=lock.holder))
    try:
        for _ in retry_with_pauses(seconds, lambda: lock.holder):
            commit = outbox.take_receipt(queued)
            if commit:
                return replace(planned, commit=commit)
            if lock.try_acquire():
                return _write_own_from_outbox(ledger, queued, planned)
    except BaseException:
        # A value that is reported as failed must not be written later.
        queued.path.unlink(missing_ok=True)
        raise
    return _report_queued(planned, LedgerBusy(holder=lock.holder or "an unknown process"))


def _write_own_from_outbox(ledger: Ledger, queued: QueuedScores, planned: RecordedChange) -> RecordedChange:
    """Write what waits in the outbox, our own values among it. Raises their error if they are no longer valid."""
    try:
        write_outbox(ledger)
        refused = _write_queued(ledger, [queued]) if queued.path.exists() else {}
    except (TemporaryFailure, GitFailed) as why:
        return _report_queued(planned, why)
    error = refused.get(queued.path)
    if isinstance(error, TemporaryFailure):
        return _report_queued(planned, error)
    if error:
        raise error
    return replace(planned, commit=outbox.take_receipt(queued) or ledger.tip())


def write_outbox(ledger: Ledger, *, again: bool = False) -> dict[Path, OrgtpError]:
    """Recover from a crash and write what waits in the outbox. The caller holds the lock.

    Returns the files of the outbox that could not be written, with the error of each. At most 500 files are written at
    a time. `again`: try all, also those that were rejected before. Raises `TemporaryFailure` if nothing can be written.
    """
    prepare_ledger(ledger.repo)
    return _write_queued(
        ledger,
        [queued for queued in outbox.list_queued(ledger.repo) if queued.scores] if again else _list_untried(ledger),
    )


def prepare_ledger(repo: Repo) -> None:
    """Recover from a crash and clean up. Do this first after taking the lock."""
    recover_journal(repo)
    outbox.reserve_disk_space(repo)
    outbox.remove_leftovers(repo)


def _list_untried(ledger: Ledger) -> list[QueuedScores]:
    return [queued for queued in outbox.list_queued(ledger.repo) if not queued.rejected_because][:_MAX_PER_MOVE]


def _write_queued(ledger: Ledger, queue: list[QueuedScores]) -> dict[Path, OrgtpError]:
    writer = _OutboxWriter()
    try:
        if queue:
            writer.write_receipts(ledger.commit_all(lambda batch: writer.plan_queued_commits(batch, queue)), ledger)
    except PATH_BLOCKED as why:
        if len(queue) == 1:
            return {queue[0].path: why}
        return {path: error for queued in queue for path, error in _write_queued(ledger, [queued]).items()}
    return writer.refused


class _OutboxWriter:
    """Plans the commits of queued values, one for each file of the outbox, and writes their receipts.

    A file whose values are no longer valid is rejected (`refused`), and does not block the others.
    """

    def __init__(self) -> None:
        self.refused: dict[Path, OrgtpError] = {}
        self._planned: list[QueuedScores] = []

    def plan_queued_commits(self, batch: CommitBatch, queue: list[QueuedScores]) -> list[PlannedCommit]:
        """The planned commits of the files whose values are valid."""
        self.refused, self._planned = {}, []
        return [step for queued in queue if (step := self._plan_one_commit(batch, queued))]

    def _plan_one_commit(self, batch: CommitBatch, queued: QueuedScores) -> PlannedCommit | None:
        wants = frozenset(ScoreKey(score.seat, score.metric, score.period) for score in queued.scores)
        scope = ReadScope(
            frozenset({want.seat for want in wants} | {queued.by} - {""}), wants, batch.ledger.now, queued.own_ids
        )
        try:
            action = _name_person(lambda org: add_queued_scores(org, queued.scores, queued.by), queued.acting_for)
            step = batch.run_action(action, scope, queued.author)
        except (TemporaryFailure, GitFailed):
            raise
        except SignedByAnotherSeat as error:
            # It waits until its own seat runs a command.
            self.refused[queued.path] = error
            with suppress(OSError):
                outbox.note_reason(batch.ledger.repo, queued, f"it waits for a command of {queued.by}: {error.reason}")
            return None
        except OrgtpError as error:
            self.refused[queued.path] = error
            with suppress(OSError):
                # A file of another user that cannot be changed is tried again.
                outbox.reject_queued(batch.ledger.repo, queued, str(error))
            return None
        self._planned.append(queued)
        return step

    def write_receipts(self, done: Sequence[RecordedChange], ledger: Ledger) -> None:
        """Write a receipt with the commit for each process that waits."""
        for queued, recorded in zip(self._planned, done, strict=False):
            outbox.write_receipt(queued, recorded.commit or ledger.tip())
