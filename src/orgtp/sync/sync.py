"""Exchange commits with the remote: fetch, rewrite our commits onto the remote's tip, and push without force.

The ledger's lock is not held during network access, so that other processes can record values. If another push received
first, fetch and try again. Each step leaves a consistent state: after a kill, the next sync continues.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from orgtp.git.ancestry import find_common_ancestors, is_partial_clone
from orgtp.git.checkout import PathIsLink, UncommittedChanges
from orgtp.git.commit import CommitDraft, Identity
from orgtp.git.errors import GitFailed, TemporaryFailure
from orgtp.git.lock import hold_lock
from orgtp.git.remote import PushRaced, Remote, RemoteConnection, RemoteUnreachable, SyncStopped, find_remote
from orgtp.git.repo import Repo
from orgtp.git.tree import diff_trees, refuse_malformed_commit
from orgtp.git.tree_check import MalformedTree
from orgtp.git.worktrees import find_checkouts
from orgtp.ledger.advance import BranchMove, move_branch
from orgtp.ledger.append import write_outbox
from orgtp.ledger.batch import CommitBatch, Ledger
from orgtp.ledger.outbox import QueuedScores, list_queued
from orgtp.ledger.remote_witness import (
    format_remote_reset,
    read_remote_witness,
    read_rewritten_commits,
    refuse_rewritten_branch,
    remote_witness_ref,
    save_remote_witness,
    save_rewritten_commits,
)
from orgtp.ledger.witness import find_witness_to_move, has_lost_commit, save_witness
from orgtp.model.errors import BadInput
from orgtp.sync.replay import CommitReplay, RecordLeftOut, list_unpublished

_TRIES = 14
_FIRST_PAUSE, _LAST_PAUSE = 0.1, 6.0


class NoRemote(BadInput):
    """The repository has no remote."""

    text = "this repository has no remote for {branch}. Name one: git remote add origin URL"


class RemoteRewritten(SyncStopped):
    """The remote no longer contains a commit that was seen there."""

    state = "rewritten"
    text = (
        "ALARM: the history of {branch} at {url} was rewritten: it had {seen}, and {now}. Nothing was changed locally. "
        "Find out who did it and why. If it was intended, run these two commands. That sends all "
        "local commits, also those removed from the remote (to remove them here too, first move {branch} to the "
        "remote's commit):\n{remedy}\n  orgtp sync"
    )


class UnrelatedHistory(SyncStopped):
    """The remote has an unrelated history."""

    state = "unrelated"
    text = "the history at {url} is unrelated to this one. Check the address: git remote -v"


class MalformedHistory(SyncStopped):
    """The newest commit of one side has a tree that git never writes."""

    state = "malformed"
    text = (
        "the commit {commit} {where} has a tree that git never writes: {what}. Other commands may show other files, so "
        "nothing was exchanged. Find out who made it: git -C {root} log -1 {commit}"
    )


class SyncBusy(SyncStopped):
    """The local ledger cannot be read or written now."""

    state = "busy"
    exit_code = 75
    text = "{why}. Nothing was exchanged. Run it again: orgtp sync"


class WorkTreeInTheWay(SyncStopped):
    """The work tree has changes that sync would overwrite."""

    state = "uncommitted"
    text = "{why}. Nothing was exchanged. After that, run it again: orgtp sync"


class MergeInProgress(SyncStopped):
    """A manual merge is in progress."""

    state = "merging"
    text = (
        "a merge is in progress in {root}. Finish it: git commit -a; or abort it: git merge --abort; then: orgtp sync"
    )


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The result of a sync: the numbers of commits received and sent; `rewritten` maps old ids of commits to new ones.

    `before` and `commit` are the old and new tips of the ledger branch. `paths` are the changed files. `behind`: why a
    work tree could not be updated. `queued`: the values that are still in the outbox. `left_out`: the local records
    whose ids belong to other values on the remote.
    """

    remote: str
    branch: str
    before: str
    commit: str
    received: int = 0
    rewritten: Mapping[str, str] = field(default_factory=dict)
    sent: int = 0
    paths: tuple[str, ...] = ()
    behind: str = ""
    queued: tuple[QueuedScores, ...] = field(default=())
    left_out: tuple[RecordLeftOut, ...] = field(default=())


def sync_ledger(
    ledger: Ledger, *, needed: bool = False, dry_run: bool = False, seconds: float | None = None
) -> SyncResult:
    """Exchange commits with the remote, and write the values in the outbox.

    `needed`: do nothing if the remote is known to have all local commits. `seconds`: how long to wait for the remote,
    and for other processes, altogether. Raises `SyncStopped`, and `GitFailed` if the
    repository is broken.
    """
    remote = find_remote(ledger.repo, ledger.branch)
    if remote is None:
        return _sync_without_remote(ledger, dry_run=dry_run)
    exchange = RemoteSync(ledger, remote, None if seconds is None else time.monotonic() + seconds)
    try:
        with hold_lock(ledger.repo, "sync", exchange.seconds_left):
            refuse_rewritten_branch(ledger.repo, remote, ledger.branch, ledger.tip())
            if dry_run:
                return exchange.plan_sync()
            return exchange.build_unchanged_result() if needed and exchange.is_published() else exchange.run_sync()
    except TemporaryFailure as why:
        raise SyncBusy(why=why) from why
    except (UncommittedChanges, PathIsLink) as why:
        raise WorkTreeInTheWay(why=str(why).rstrip(".")) from why


def _sync_without_remote(ledger: Ledger, *, dry_run: bool) -> SyncResult:
    try:
        before = ledger.tip()
        if not dry_run:
            with hold_lock(ledger.repo):
                write_outbox(ledger, again=True)
    except TemporaryFailure as why:
        raise SyncBusy(why=why) from why
    paths = tuple(diff_trees(ledger.repo, before, ledger.tip()))
    return SyncResult("", ledger.branch, before, ledger.tip(), paths=paths, queued=tuple(list_queued(ledger.repo)))


@dataclass(frozen=True, slots=True)
class RemoteSync:
    """One exchange with one remote. `until`: when to give it up, on the clock `time.monotonic`."""

    ledger: Ledger
    remote: Remote
    until: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """For how long this may still wait; None without a limit."""
        return None if self.until is None else self.until - time.monotonic()

    @property
    def _connection(self) -> RemoteConnection:
        return RemoteConnection(self._repo, self.remote, self.until)

    @property
    def _repo(self) -> Repo:
        return self.ledger.repo

    @property
    def _branch(self) -> str:
        return self.ledger.branch

    def is_published(self) -> bool:
        """Whether the remote is known to have all local commits."""
        last = read_remote_witness(self._repo, self.remote, self._branch)
        return bool(last) and not list_unpublished(self._repo, self.ledger.tip(), last)

    def build_unchanged_result(self) -> SyncResult:
        """Return the result of a sync that had nothing to do."""
        tip = self.ledger.tip()
        return SyncResult(self.remote.public_url, self._branch, tip, tip, rewritten=read_rewritten_commits(self._repo))

    def plan_sync(self) -> SyncResult:
        """Return what a sync would do now. Fetches objects, but moves no ref and sends nothing."""
        local, remote_tip = self.ledger.tip(), self._fetch_tip(save=False)
        new_tip, rewritten, left_out = self._replay_onto(local, remote_tip)
        return replace(self._build_result(local, new_tip, remote_tip, rewritten), left_out=left_out)

    def run_sync(self) -> SyncResult:
        """Fetch, rewrite our commits, and push. Repeat if another push came first. Raises `SyncStopped`."""
        first, rewritten, paths = self.ledger.tip(), dict[str, str](), set[str]()
        left_out: tuple[RecordLeftOut, ...] = ()
        for _ in _pause_between_tries(self.until):
            remote_tip = self._fetch_tip()
            done = self._follow_remote(remote_tip)
            rewritten = {old: done.rewritten.get(new, new) for old, new in rewritten.items()} | dict(done.rewritten)
            paths |= set(done.paths)
            left_out += done.left_out
            save_rewritten_commits(self._repo, done.rewritten)
            try:
                if done.commit != remote_tip:
                    self._push_commit(done.commit)
            except PushRaced:
                continue
            received = _count_missing(self._repo, remote_tip, first) if remote_tip else 0
            save_witness(self._repo, self._branch, done.commit)
            found = replace(done, before=first, received=received, rewritten=rewritten, paths=tuple(sorted(paths)))
            return replace(found, left_out=left_out)
        raise PushRaced(url=self.remote.public_url)

    def _fetch_tip(self, *, save: bool = True) -> str | None:
        """Fetch the remote's tip; None if it has no such branch. Raises `RemoteRewritten`, `RemoteUnreachable`."""
        repo, last = self._repo, read_remote_witness(self._repo, self.remote, self._branch)
        known = {"local": self.ledger.tip()} | ({"seen": last} if last else {})
        remote_tip = self._connection.fetch_branch(self.ledger.ref, known)
        if last and (
            remote_tip is None or (not repo.has_ancestor(last, remote_tip) and has_lost_commit(repo, last, remote_tip))
        ):
            now = f"now has {remote_tip[:10]}, which does not contain it" if remote_tip else "now has no such branch"
            facts = {"branch": self._branch, "url": self.remote.public_url, "seen": last[:10], "now": now}
            raise RemoteRewritten(**facts, remedy=format_remote_reset(repo, self.remote, self._branch, remote_tip))
        if remote_tip and remote_tip != repo.tip(remote_witness_ref(self.remote, self._branch)):
            self._refuse_malformed(remote_tip, f"at {self.remote.public_url}")
        if save and remote_tip:
            save_remote_witness(repo, self.remote, self._branch, remote_tip)
        return remote_tip

    def _refuse_malformed(self, commit: str, where: str) -> None:
        """Raise `MalformedHistory` if the trees of a commit are not ones that git writes."""
        try:
            refuse_malformed_commit(self._repo, commit)
        except MalformedTree as error:
            facts = {"commit": commit[:10], "where": where, "root": self._repo.path}
            raise MalformedHistory(what=error.fault.what, **facts) from error
        except GitFailed:
            # A partial clone lacks trees. What it reads of them is checked then.
            if not is_partial_clone(self._repo):
                raise

    def _follow_remote(self, remote_tip: str | None) -> SyncResult:
        """Write the outbox, and move the ledger branch onto the remote's tip, with the lock held."""
        with hold_lock(self._repo, most=self.seconds_left):
            self._refuse_merge()
            write_outbox(self.ledger, again=True)
            local = self.ledger.tip()
            new_tip, rewritten, left_out = self._replay_onto(local, remote_tip)
            changes = diff_trees(self._repo, local, new_tip) if new_tip != local else {}
            behind = move_branch(self._repo, self._branch_move(local, new_tip), changes) if new_tip != local else ""
        return replace(self._build_result(local, new_tip, remote_tip, rewritten), behind=behind, left_out=left_out)

    def _refuse_merge(self) -> None:
        """Raise `MergeInProgress` during a manual merge, which resolves a conflict of an earlier sync."""
        for tree in find_checkouts(self._repo, self.ledger.ref):
            if (tree.git_dir / "MERGE_HEAD").exists():
                raise MergeInProgress(root=tree.path)

    def _branch_move(self, old: str, new: str) -> BranchMove:
        who = Identity("orgtp", "orgtp@sync.invalid")
        env = CommitDraft(None, "", who, self.ledger.now).env
        witness_too = find_witness_to_move(self._repo, self._branch, old, new)
        return BranchMove(self.ledger.ref, old, new, f"sync: {self.remote.public_url}", env, witness_too)

    def _replay_onto(self, local: str, remote_tip: str | None) -> tuple[str, dict[str, str], tuple[RecordLeftOut, ...]]:
        """Return a tip that contains both sides, the rewritten commits (old id to new id), and what was left out.

        Raises `SyncConflict`.
        """
        repo = self._repo
        if local == remote_tip or (remote_tip and repo.has_ancestor(local, remote_tip)):
            return remote_tip or local, {}, ()
        self._refuse_malformed(local, "here")
        if remote_tip is None or repo.has_ancestor(remote_tip, local):
            return local, {}, ()
        if not find_common_ancestors(repo, local, remote_tip):
            raise UnrelatedHistory(url=self.remote.public_url)
        batch = CommitBatch(self.ledger, remote_tip)
        ours = list_unpublished(repo, local, remote_tip)
        replay = CommitReplay(batch, ours, self._merge_commands())
        steps = replay.plan_commits()
        written = batch.write_commits(steps)
        pairs = zip(steps, written.recorded, strict=True)
        rewritten = {step.source.id: str(new.commit) for step, new in pairs if step.source}
        # A commit that the remote already has completely is mapped to the tip.
        return written.tip, dict.fromkeys(ours, written.tip) | rewritten, tuple(replay.left_out)

    def _merge_commands(self) -> str:
        """Return the commands for a manual merge: in a checkout of the ledger branch, or in a new work tree."""
        found = [tree.path for tree in find_checkouts(self._repo, self.ledger.ref)]
        path = found[0] if found else self._repo.path.with_name(f"{self._repo.path.name}-merge")
        make = [] if found else [f"  git -C {self._repo.path} worktree add {path} {self._branch}"]
        return "\n".join([*make, f"  git -C {path} pull --no-rebase {self.remote.name} {self._branch}"])

    def _build_result(self, local: str, new_tip: str, remote_tip: str | None, rewritten: dict[str, str]) -> SyncResult:
        repo = self._repo
        received = _count_missing(repo, remote_tip, local) if remote_tip else 0
        paths = tuple(sorted(diff_trees(repo, local, new_tip))) if new_tip != local else ()
        sent, queued = _count_missing(repo, new_tip, remote_tip), tuple(list_queued(repo))
        return SyncResult(
            self.remote.public_url, self._branch, local, new_tip, received, rewritten, sent, paths, queued=queued
        )

    def _push_commit(self, commit: str) -> None:
        """Push. If the answer is lost, check whether the remote has the commit. Raises `SyncStopped`."""
        try:
            self._connection.push_commit(self.ledger.ref, commit)
        except RemoteUnreachable:
            remote_tip = self._fetch_tip()
            if not remote_tip or not self._repo.has_ancestor(commit, remote_tip):
                raise
            return
        save_remote_witness(self._repo, self.remote, self._branch, commit)


def _count_missing(repo: Repo, have: str, without: str | None) -> int:
    """Count the commits in the history of `have` that are not in the history of `without`."""
    words = ("rev-list", "--count", have, *([f"^{without}"] if without else []), "--")
    return int(repo.run(*words))


def _pause_between_tries(until: float | None) -> Iterator[None]:
    """Yield at once, then after random, growing pauses, so that competing pushes do not collide again.

    No pause goes on after `until`.
    """
    pause = _FIRST_PAUSE
    for _ in range(_TRIES):
        yield
        left = pause if until is None else max(0.0, until - time.monotonic())
        time.sleep(min(left, random.uniform(pause / 2, pause)))  # noqa: S311  (no secret)
        pause = min(pause * 1.7, _LAST_PAUSE)
