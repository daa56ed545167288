"""Values come in by one door, `post`. What is accepted is in the history exactly once, now or as soon as it can be.

Whoever finds the lock free writes at once. Whoever does not puts the values into the outbox and waits; the holder of
the lock writes all that waits, each lot in a commit of its own, and moves the branch once: many writers share the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from orgtp.actions.record_scores import NewScore, add_queued_scores, add_scores
from orgtp.git.checkout import Linked, Uncommitted
from orgtp.git.errors import GitFailed, LedgerBusy, LedgerMoved, MidMerge, NotNow
from orgtp.git.lock import Lock, patience, pauses
from orgtp.git.repo import Repo
from orgtp.git.tree import walk_of
from orgtp.history.authors import seats_with_email
from orgtp.ledger import outbox
from orgtp.ledger.advance import make_whole
from orgtp.ledger.batch import Action, Batch, Ledger, Made, PlannedCommit, Recorded
from orgtp.ledger.outbox import Lot, NotKept
from orgtp.ledger.partial_tree import Reach, Want
from orgtp.model.change import Append, Change
from orgtp.model.errors import OrgtpError
from orgtp.model.score import Score

_MOST_AT_ONCE = 500
# What stands in the way of some paths, and not of others.
STUCK = (MidMerge, Linked, Uncommitted)


def post(ledger: Ledger, entries: Sequence[NewScore], by: str = "", *, dry_run: bool = False) -> Recorded:
    """Record `entries`, all or none. What cannot be written now is kept, and `Recorded.kept` says why.

    Raises the error of an entry that does not fit, what `record` raises for what can never be written, and `NotKept`.
    """
    seconds = patience()
    action, reach = _action(ledger, entries, by), _reach(ledger, entries, by)
    batch = Batch(ledger, ledger.tip())
    step = batch.take(action, reach)
    if dry_run:
        return step.planned
    brought = frozenset(entry.id for entry in entries if entry.brought)
    lock = Lock(ledger.repo)
    try:
        # What can be done before the lock is held is done before: others wait for less.
        ready = None if lock.holder else batch.make([step])
        if not lock.attempt():
            return _wait(ledger, lock, step, brought, seconds)
        return _write_with(ledger, lambda later: later.take(action, reach), ready and (batch, step, ready))
    except NotNow as why:
        return _kept(ledger, step, brought, why)
    finally:
        lock.close()


def seat_with_email(ledger: Ledger) -> str:
    """The seat whose e-mail is git's user.email, by the files of the ledger; "" where there is none."""
    email = ledger.repo.config("user.email")
    found = seats_with_email(ledger.repo, walk_of(ledger.repo, ledger.tip()), email)
    return next((seat.id for seat in found if not seat.is_retired), "")


def _write_with(
    ledger: Ledger, own: Callable[[Batch], PlannedCommit], early: tuple[Batch, PlannedCommit, Made] | None
) -> Recorded:
    """Write all that waits, and our own values after it, with one move of the branch.

    `early` is our commit as it was made before the lock was held. It is the one, where nothing else came in between.
    """
    make_ready(ledger.repo)
    waiting, written = _untried(ledger), _Written()
    if early and not waiting and early[0].tip == ledger.tip():
        try:
            return early[0].move([early[1]], early[2])[0]
        except LedgerMoved:
            pass
    try:
        done = ledger.commit_all(lambda batch: [*written.steps(batch, waiting), own(batch)])
    except STUCK:
        if not waiting:
            raise
        # What stands in the way of one that waits is not in ours.
        return ledger.commit_all(lambda batch: [own(batch)])[-1]
    written.receipts(done, ledger)
    return done[-1]


def _action(ledger: Ledger, entries: Sequence[NewScore], by: str) -> Action:
    return lambda org: add_scores(org, entries, ledger.now, by)


def _reach(ledger: Ledger, entries: Sequence[NewScore], by: str) -> Reach:
    wants = frozenset(Want(entry.seat, entry.metric, entry.period) for entry in entries)
    brought = frozenset(entry.id for entry in entries if entry.brought)
    return Reach(frozenset({want.seat for want in wants} | {by} - {""}), wants, ledger.now, brought)


def _kept(ledger: Ledger, made: PlannedCommit, brought: frozenset[str], why: NotNow) -> Recorded:
    """What is accepted and cannot be written goes into the outbox."""
    if made.planned.files:
        _put(ledger, made, brought, why)
    return _waiting(made.planned, why)


def _waiting(planned: Recorded, why: NotNow) -> Recorded:
    return Recorded(planned.change, None, planned.before, planned.files, kept=str(why) if planned.files else "")


def _put(ledger: Ledger, made: PlannedCommit, brought: frozenset[str], why: NotNow) -> Lot:
    change = made.planned.change
    try:
        return outbox.keep(ledger.repo, change.by, made.author, _scores(change), brought, str(why))
    except OSError as error:
        raise NotKept(why=why, also=error.strerror or error) from error


def _scores(change: Change) -> list[Score]:
    return [score for edit in change.edits if isinstance(edit, Append) for score in edit.scores]


def _wait(ledger: Ledger, lock: Lock, made: PlannedCommit, brought: frozenset[str], seconds: float) -> Recorded:
    """Into the outbox first, so that whoever holds the lock can write it; then wait for a receipt or the lock."""
    planned = made.planned
    if not planned.files:
        return planned
    lot = _put(ledger, made, brought, LedgerBusy(holder=lock.holder))
    try:
        for _ in pauses(seconds, lambda: lock.holder):
            commit = outbox.receipt(lot)
            if commit:
                return Recorded(planned.change, commit, planned.before, planned.files)
            if lock.attempt():
                return _drained(ledger, lot, planned)
    except BaseException:
        # Whoever is told that it failed must not find it written later.
        lot.path.unlink(missing_ok=True)
        raise
    return _waiting(planned, LedgerBusy(holder=lock.holder or "it does not say who it is"))


def _drained(ledger: Ledger, lot: Lot, planned: Recorded) -> Recorded:
    """Write all that waits. Where our own lot does not fit any more, its error is ours to hear."""
    try:
        drain(ledger)
        refused = _write(ledger, [lot]) if lot.path.exists() else {}
    except NotNow as why:
        return _waiting(planned, why)
    error = refused.get(lot.path)
    if isinstance(error, NotNow):
        return _waiting(planned, error)
    if error:
        raise error
    return Recorded(planned.change, outbox.receipt(lot) or ledger.tip(), planned.before, planned.files)


def drain(ledger: Ledger, *, again: bool = False) -> dict[Path, OrgtpError]:
    """Finish what a crash left, and write all that waits, with the lock held: the lots that could not be, and why.

    Lots that did not fit before are tried `again` only where that is asked. Raises `NotNow` where nothing can be
    written.
    """
    make_ready(ledger.repo)
    return _write(ledger, [lot for lot in outbox.lots(ledger.repo) if lot.scores] if again else _untried(ledger))


def make_ready(repo: Repo) -> None:
    """What whoever takes the lock does first."""
    make_whole(repo)
    outbox.set_aside(repo)
    outbox.sweep(repo)


def _untried(ledger: Ledger) -> list[Lot]:
    return [lot for lot in outbox.lots(ledger.repo) if not lot.held][:_MOST_AT_ONCE]


def _write(ledger: Ledger, lots: list[Lot]) -> dict[Path, OrgtpError]:
    written = _Written()
    try:
        if lots:
            written.receipts(ledger.commit_all(lambda batch: written.steps(batch, lots)), ledger)
    except STUCK as why:
        if len(lots) == 1:
            return {lots[0].path: why}
        return {path: error for lot in lots for path, error in _write(ledger, [lot]).items()}
    return written.refused


class _Written:
    """What became of lots: each is a commit of its own; one that does not fit is held, and keeps no other back."""

    def __init__(self) -> None:
        self.refused: dict[Path, OrgtpError] = {}
        self._lots: list[Lot] = []

    def steps(self, batch: Batch, lots: list[Lot]) -> list[PlannedCommit]:
        """The steps of those that fit."""
        self.refused, self._lots = {}, []
        return [step for lot in lots if (step := self._step(batch, lot))]

    def _step(self, batch: Batch, lot: Lot) -> PlannedCommit | None:
        wants = frozenset(Want(score.seat, score.metric, score.period) for score in lot.scores)
        reach = Reach(frozenset({want.seat for want in wants} | {lot.by} - {""}), wants, batch.ledger.now, lot.brought)
        try:
            step = batch.take(lambda org: add_queued_scores(org, lot.scores, lot.by), reach, lot.author)
        except (NotNow, GitFailed):
            raise
        except OrgtpError as error:
            self.refused[lot.path] = error
            outbox.hold(lot, str(error))
            return None
        self._lots.append(lot)
        return step

    def receipts(self, done: Sequence[Recorded], ledger: Ledger) -> None:
        """Tell those who wait which commit it is."""
        for lot, recorded in zip(self._lots, done, strict=False):
            outbox.done(lot, recorded.commit or ledger.tip())
