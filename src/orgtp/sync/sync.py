"""Exchanging commits with the remote: fetch, make anew what only we have on what is there, push without force.

The network is never waited for with the ledger's lock held: those who record here go on. Whoever lost a race fetches
and tries again. Each step leaves a whole: a kill between any two is continued by the next sync.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from orgtp.git.checkout import PathIsLink, UncommittedChanges
from orgtp.git.commit import CommitDraft, Identity
from orgtp.git.errors import TemporaryFailure
from orgtp.git.lock import hold_lock
from orgtp.git.remote import PushRaced, Remote, RemoteConnection, RemoteUnreachable, SyncStopped, find_remote
from orgtp.git.repo import Repo
from orgtp.git.tree import diff_trees
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
    save_remote_witness,
    save_rewritten_commits,
)
from orgtp.ledger.witness import find_witness_to_move, has_lost_commit, save_witness
from orgtp.model.errors import BadInput
from orgtp.sync.replay import CommitReplay, list_unpublished

_TRIES = 14
_FIRST_PAUSE, _LAST_PAUSE = 0.1, 6.0


class NoRemote(BadInput):
    """The repository has no remote."""

    text = "this repository has no remote for {branch}. Name one: git remote add origin URL"


class RemoteRewritten(SyncStopped):
    """The remote no longer contains a commit that was seen there."""

    state = "rewritten"
    text = (
        "ALARM: the history of {branch} at {url} was rewritten: it had {seen}, and {now}. Nothing was touched here. "
        "Find out who did it, and why. If it was meant, run this, and orgtp sync again, which then sends what is only "
        "here, with all that was dropped there (to drop that here, too, move {branch} to the remote's commit first):\n"
        "{cure}"
    )


class UnrelatedHistory(SyncStopped):
    """The remote has an unrelated history."""

    state = "unrelated"
    text = "the history at {url} is unrelated to this one. Check the address: git remote -v"


class SyncBusy(SyncStopped):
    """The local ledger cannot be written at the moment."""

    state = "busy"
    exit_code = 75
    text = "{why}. Nothing was exchanged; run orgtp sync again"


class WorkTreeInTheWay(SyncStopped):
    """The work tree has changes that sync would overwrite."""

    state = "uncommitted"
    text = "{why}. Nothing was exchanged; then run orgtp sync again"


class MergeInProgress(SyncStopped):
    """A manual merge is in progress."""

    state = "merging"
    text = (
        "{root} is in the middle of a merge. Finish it (edit, git add, git commit) or give it up (git merge --abort), "
        "then run orgtp sync again"
    )


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did: the numbers of commits that came and that were sent, and which of ours were made anew as which.

    `before` and `commit` are the tips of the ledger branch; `held` are the lots that do not fit the org any more.
    """

    remote: str
    branch: str
    before: str
    commit: str
    received: int = 0
    remade: Mapping[str, str] = field(default_factory=dict)
    sent: int = 0
    paths: tuple[str, ...] = ()
    behind: str = ""
    held: tuple[QueuedScores, ...] = field(default=())


def sync_ledger(ledger: Ledger, *, needed: bool = False, dry_run: bool = False) -> SyncResult:
    """Exchange commits with the remote, and write what waits in the outbox.

    `needed`: only if something here is not known to be there. Raises `SyncStopped` with its state, and what git says
    of a repository that is broken.
    """
    remote = find_remote(ledger.repo, ledger.branch)
    if remote is None:
        return _sync_without_remote(ledger, dry_run=dry_run)
    exchange = RemoteSync(ledger, remote)
    try:
        with hold_lock(ledger.repo, "sync"):
            refuse_rewritten_branch(ledger.repo, remote, ledger.branch, ledger.tip())
            if dry_run:
                return exchange.plan_sync()
            return exchange.unchanged_result() if needed and exchange.is_published() else exchange.run_sync()
    except TemporaryFailure as why:
        raise SyncBusy(why=why) from why
    except (UncommittedChanges, PathIsLink) as why:
        raise WorkTreeInTheWay(why=str(why).rstrip(".")) from why


def _sync_without_remote(ledger: Ledger, *, dry_run: bool) -> SyncResult:
    before = ledger.tip()
    if not dry_run:
        try:
            with hold_lock(ledger.repo):
                write_outbox(ledger, again=True)
        except TemporaryFailure as why:
            raise SyncBusy(why=why) from why
    paths = tuple(diff_trees(ledger.repo, before, ledger.tip()))
    return SyncResult("", ledger.branch, before, ledger.tip(), paths=paths, held=list_waiting(ledger.repo))


def list_waiting(repo: Repo) -> tuple[QueuedScores, ...]:
    """What is in the outbox."""
    return tuple(list_queued(repo))


@dataclass(frozen=True, slots=True)
class RemoteSync:
    """One exchange with one remote."""

    ledger: Ledger
    remote: Remote

    @property
    def _repo(self) -> Repo:
        return self.ledger.repo

    @property
    def _branch(self) -> str:
        return self.ledger.branch

    def is_published(self) -> bool:
        """Whether the remote was seen to have all that is here."""
        last = read_remote_witness(self._repo, self.remote, self._branch)
        return bool(last) and not list_unpublished(self._repo, self.ledger.tip(), last)

    def unchanged_result(self) -> SyncResult:
        """What there is to say where nothing was to do."""
        tip = self.ledger.tip()
        return SyncResult(self.remote.public_url, self._branch, tip, tip, remade=read_rewritten_commits(self._repo))

    def plan_sync(self) -> SyncResult:
        """What an exchange would do now: only objects are fetched, nothing moves and nothing is sent."""
        local, there = self.ledger.tip(), self._fetch_tip(keep=False)
        made, remade = self._replay_onto(local, there)
        return self._build_result(local, made, there, remade)

    def run_sync(self) -> SyncResult:
        """Fetch, follow, push; again, where somebody else was quicker."""
        first, remade, paths = self.ledger.tip(), dict[str, str](), set[str]()
        for _ in _pause_between_tries():
            there = self._fetch_tip()
            done = self._follow_remote(there)
            remade = {old: done.remade.get(new, new) for old, new in remade.items()} | dict(done.remade)
            paths |= set(done.paths)
            save_rewritten_commits(self._repo, done.remade)
            try:
                if done.commit != there:
                    self._push_commit(done.commit)
            except PushRaced:
                continue
            came = _count_missing(self._repo, there, first) if there else 0
            save_witness(self._repo, self._branch, done.commit)
            return replace(done, before=first, received=came, remade=remade, paths=tuple(sorted(paths)))
        raise PushRaced(url=self.remote.public_url)

    def _fetch_tip(self, *, keep: bool = True) -> str | None:
        """The remote's tip, which must have what was seen there before. Raises `Rewritten`, `RemoteDown`."""
        repo, last = self._repo, read_remote_witness(self._repo, self.remote, self._branch)
        known = {"local": self.ledger.tip()} | ({"seen": last} if last else {})
        there = RemoteConnection(repo, self.remote).fetch_branch(self.ledger.ref, known)
        if last and (there is None or (not repo.has_ancestor(last, there) and has_lost_commit(repo, last, there))):
            now = f"has {there[:10]} now, which does not lead back to it" if there else "has no such branch now"
            facts = {"branch": self._branch, "url": self.remote.public_url, "seen": last[:10], "now": now}
            raise RemoteRewritten(**facts, cure=format_remote_reset(repo, self.remote, self._branch, there))
        if keep and there:
            save_remote_witness(repo, self.remote, self._branch, there)
        return there

    def _follow_remote(self, there: str | None) -> SyncResult:
        """Write what waits, and bring the ledger branch onto the remote's tip, with the lock held."""
        with hold_lock(self._repo):
            self._refuse_merge()
            write_outbox(self.ledger, again=True)
            local = self.ledger.tip()
            made, remade = self._replay_onto(local, there)
            changes = diff_trees(self._repo, local, made) if made != local else {}
            behind = move_branch(self._repo, self._branch_move(local, made), changes) if made != local else ""
        return replace(self._build_result(local, made, there, remade), behind=behind)

    def _refuse_merge(self) -> None:
        """A merge by hand that is under way settles what both sides changed; it is waited for."""
        for tree in find_checkouts(self._repo, self.ledger.ref):
            if (tree.git_dir / "MERGE_HEAD").exists():
                raise MergeInProgress(root=tree.path)

    def _branch_move(self, old: str, new: str) -> BranchMove:
        who = Identity("orgtp", "orgtp@sync.invalid")
        env = CommitDraft(None, "", who, self.ledger.now).env
        witness_too = find_witness_to_move(self._repo, self._branch, old, new)
        return BranchMove(self.ledger.ref, old, new, f"sync: {self.remote.public_url}", env, witness_too)

    def _replay_onto(self, local: str, there: str | None) -> tuple[str, dict[str, str]]:
        """The tip that has both, and which of our commits were made anew for it as which. Raises `Conflict`."""
        repo = self._repo
        if there is None or repo.has_ancestor(there, local):
            return local, {}
        if repo.has_ancestor(local, there):
            return there, {}
        if not repo.read_output_line("merge-base", local, there):
            raise UnrelatedHistory(url=self.remote.public_url)
        batch = CommitBatch(self.ledger, there)
        ours = list_unpublished(repo, local, there)
        steps = CommitReplay(batch, ours, self._merge_commands()).plan_commits()
        done, last = batch.write_commits(steps)
        tip = str(last.parent) if last else there
        made = {step.made.id: str(new.commit) for step, new in zip(steps, done, strict=True) if step.made}
        # What was there already, all of it, is to be found from the tip.
        return tip, dict.fromkeys(ours, tip) | made

    def _merge_commands(self) -> str:
        """How a person merges by hand: where the ledger branch is checked out, or in a work tree made for it."""
        found = [tree.path for tree in find_checkouts(self._repo, self.ledger.ref)]
        place = found[0] if found else self._repo.path.with_name(f"{self._repo.path.name}-settle")
        make = [] if found else [f"  git -C {self._repo.path} worktree add {place} {self._branch}"]
        return "\n".join([*make, f"  git -C {place} pull --no-rebase {self.remote.name} {self._branch}"])

    def _build_result(self, local: str, made: str, there: str | None, remade: dict[str, str]) -> SyncResult:
        repo = self._repo
        came = _count_missing(repo, there, local) if there else 0
        paths = tuple(sorted(diff_trees(repo, local, made))) if made != local else ()
        sent, held = _count_missing(repo, made, there), list_waiting(repo)
        return SyncResult(self.remote.public_url, self._branch, local, made, came, remade, sent, paths, held=held)

    def _push_commit(self, commit: str) -> None:
        """Push. An answer that was lost is no failure where the remote turns out to have it. Raises `SyncStopped`."""
        try:
            RemoteConnection(self._repo, self.remote).push_commit(self.ledger.ref, commit)
        except RemoteUnreachable:
            there = self._fetch_tip()
            if not there or not self._repo.has_ancestor(commit, there):
                raise
            return
        save_remote_witness(self._repo, self.remote, self._branch, commit)


def _count_missing(repo: Repo, have: str, without: str | None) -> int:
    """How many commits the one history has and the other has not."""
    words = ("rev-list", "--count", have, *([f"^{without}"] if without else []), "--")
    return int(repo.run(*words))


def _pause_between_tries() -> Iterator[None]:
    """Yield at once, then after random growing pauses, so that those who raced do not meet again; bounded."""
    pause = _FIRST_PAUSE
    for _ in range(_TRIES):
        yield
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311  (no secret)
        pause = min(pause * 1.7, _LAST_PAUSE)
