"""Turn actions into commits. Every change that orgtp makes goes through here.

The action runs on the org at the tip of the ledger branch, and the resulting org is checked. If the branch moves
meanwhile, both are repeated: the intent is replayed, and text is never merged.

In a damaged repository, everything here can also raise `GitFailed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgtp.files.apply import apply_change, list_removed_files
from orgtp.files.load import LoadedOrg, load_org
from orgtp.git.checkout import PathIsLink
from orgtp.git.commit import CommitDraft, Identity, choose_commit_date, commit_tree, is_signing, resolve_identity
from orgtp.git.errors import LedgerMoved, TemporaryFailure
from orgtp.git.lock import hold_lock
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo
from orgtp.git.tree import MODULE, TREE, GitTree, TreeEditor, TreeEntry, open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.advance import BranchMove, hold_indexes, move_branch, recover_journal
from orgtp.ledger.checks import CheckedChange, check_change
from orgtp.ledger.partial_tree import PartialTree, ReadScope
from orgtp.ledger.signing_seat import SigningSeats, find_signing_seats
from orgtp.model.change import Change, ReplaceFile
from orgtp.model.content_hash import hash_changed_files, set_content_trailer
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Problem, select_unread

if TYPE_CHECKING:
    from orgtp.model.verdict_changes import VerdictChange


def add_content_trailer(objects: ObjectStore, draft: CommitDraft, nodes: Mapping[str, TreeEntry | None]) -> CommitDraft:
    """The draft with a content trailer if git signs commits, else without one.

    `nodes` are the entries that the commit changes. The trailer of a rewritten commit is replaced, since it may change
    other content than before.
    """
    value = hash_changed_files(_read_changed_contents(objects, nodes)) if is_signing(objects.repo) else ""
    message = set_content_trailer(draft.message, value)
    return draft if message == draft.message else replace(draft, message=message)


def _read_changed_contents(objects: ObjectStore, nodes: Mapping[str, TreeEntry | None]) -> dict[str, bytes | None]:
    ids = [node.id for node in nodes.values() if node and node.mode != MODULE]
    blobs = objects.read_blobs(ids)
    return {path: blobs.get(node.id, node.id.encode()) if node else None for path, node in nodes.items()}


Action = Callable[[Org], Change]
_MAX_TRIES = 10


class NoLedger(OrgtpError):
    """The ledger branch does not exist, or has no commit yet."""

    text = "the ledger branch {branch}, set in org.yaml, has no commits. {remedy}"


def make_no_ledger(repo: Repo, branch: str) -> NoLedger:
    """The error for a ledger branch without commits, with the command that creates it."""
    if repo.resolve_commit("HEAD") is None:
        return NoLedger(branch=branch, remedy="Commit the org: git add . && git commit")
    return NoLedger(branch=branch, remedy=f"Set the branch that you use in org.yaml, or create it: git branch {branch}")


class UnreadFile(OrgtpError):
    """A file to be changed exists and cannot be read, because it is too large, for example."""

    text = "{path} exists and cannot be read, so nothing is written to it. See: orgtp validate"


class NotWritten(OrgtpError):
    """The ledger cannot be written now. Only values are queued: for another change, the org may differ by then."""

    text = "{why}. Nothing was written. Run the command again."


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """The result of a change: its commit (None on a dry run, or if nothing changed) and its files.

    `before` and `files` map the changed paths to their content before and after; `removed` are those of the files that
    are gone, which only `before` has. `behind`: why the work tree could not be updated after the commit.
    `queued_because`: why the change is queued and not committed yet. `noted`: new problems that do not prevent the
    change, and `imported`: the files of seats that an import proposed, among their places. `verdicts`: the metrics
    whose past it judges differently. `unread`: the errors in the files that the change was based on, for which it may
    lack something.
    """

    change: Change
    commit: str | None
    before: Mapping[str, bytes]
    files: Mapping[str, bytes]
    behind: str = ""
    queued_because: str = ""
    noted: tuple[Problem, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()
    unread: tuple[Problem, ...] = ()
    imported: frozenset[str] = frozenset()
    removed: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """The files that were changed or removed."""
        return sorted([*self.files, *self.removed])


def record_change(
    repo: Repo, branch: str, action: Action, now: datetime, *, who: Identity | None = None, dry_run: bool = False
) -> RecordedChange:
    """Run `action` on the org at the tip of `branch`, and commit the change that it returns.

    `who` replaces git's identity. Raises what the action raises; `CannotCreate`, `CannotEdit` or `Refused` if its edits
    do not fit the files; `WouldBreak`, `NoIdentity`, `NoLedger`, `UncommittedChanges`, `PathIsLink`; `BadInput` if
    ORGTP_WAIT is not a number of seconds; and `NotWritten` if the ledger cannot be written now.
    """
    ledger = Ledger(repo, branch, now, who)
    if dry_run:
        return ledger.plan_change(action).planned
    try:
        with hold_lock(repo):
            recover_journal(repo)
            return ledger.commit_change(action)
    except TemporaryFailure as why:
        raise NotWritten(why=why) from why


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger branch of a repository, and the time `now` of its next commits; `who` replaces git's identity."""

    repo: Repo
    branch: str
    now: datetime
    who: Identity | None = None

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return f"refs/heads/{self.branch}"

    def tip(self) -> str:
        """The newest commit of the branch. Raises `NoLedger`."""
        found = self.repo.tip(self.ref)
        if found is None:
            raise make_no_ledger(self.repo, self.branch)
        return found

    def read_files(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of the files that exist at the tip. Raises `NoLedger`."""
        return open_tree(self.repo, self.tip()).read_files(paths)

    def plan_change(self, action: Action, scope: ReadScope | None = None) -> PlannedCommit:
        """The commit that the action would make now; nothing is written."""
        return CommitBatch(self, self.tip()).run_action(action, scope)

    def commit_change(self, action: Action, scope: ReadScope | None = None) -> RecordedChange:
        """Run an action on the org at the tip, and commit its change. The caller holds the lock.

        `scope` limits what the action reads. Raises what `record_change` raises, with `TemporaryFailure` in place of
        `NotWritten`.
        """
        return self.commit_all(lambda batch: [batch.run_action(action, scope)])[0]

    def commit_all(self, work: Callable[[CommitBatch], list[PlannedCommit]]) -> list[RecordedChange]:
        """Commit the steps that `work` plans, one commit per step, and move the branch once.

        If the branch has moved meanwhile, `work` runs again. From the second attempt on, the indexes of all checkouts
        are locked, so that nobody commits from there. Raises what `work` raises, `NoLedger`, `UncommittedChanges`,
        `PathIsLink`, `TemporaryFailure`, and `BadInput` if ORGTP_WAIT is not a number of seconds.
        """
        try:
            return self._commit_with_tries(work)
        except LedgerMoved:
            with hold_indexes(self.repo, self.ref):
                return self._commit_with_tries(work, _MAX_TRIES)

    def _commit_with_tries(
        self, work: Callable[[CommitBatch], list[PlannedCommit]], tries: int = 1
    ) -> list[RecordedChange]:
        for _ in range(tries):
            batch = CommitBatch(self, self.tip())
            try:
                return batch.write_and_advance(work(batch))
            except LedgerMoved:
                continue
        raise LedgerMoved(ref=self.branch)


@dataclass(frozen=True, slots=True)
class SourceCommit:
    """A commit that is to be rewritten: its author, its author date as git writes it, and its message."""

    id: str
    parent: str | None
    author: Identity
    author_date: str
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class PlannedCommit:
    """A commit that is planned and not made yet: the change (`planned`), the resulting tree, and the author.

    `when` is the time of the commit in the org's time zone; its date may be later, since dates never decrease. `nodes`
    maps the changed paths to their new entries in the tree, None for a removed file. `source` is the commit that this
    one rewrites, if any.
    """

    planned: RecordedChange
    tree: str
    author: Identity
    when: datetime
    nodes: Mapping[str, TreeEntry | None]
    source: SourceCommit | None = None


@dataclass(frozen=True, slots=True)
class WrittenCommits:
    """Commits that are made and that no branch contains yet.

    `recorded` has the result of each step. `tip` is the newest commit, and `draft` what it was made from; without a
    draft, no step changed anything.
    """

    recorded: list[RecordedChange]
    tip: str
    draft: CommitDraft | None


class CommitBatch:
    """A sequence of changes, each planned on the result of the one before, that are written together."""

    def __init__(self, ledger: Ledger, tip: str) -> None:
        self.ledger, self.tip = ledger, tip
        self.editor = self.base = open_tree(ledger.repo, tip)

    @cached_property
    def signing_seats(self) -> SigningSeats | None:
        """The seats whose key signs the commits of this batch; None if that is unknown, or if no policy applies."""
        return find_signing_seats(self.ledger.repo, self.base)

    def run_action(
        self, action: Action, scope: ReadScope | None = None, who: Identity | None = None, now: datetime | None = None
    ) -> PlannedCommit:
        """Run an action on the org as the batch leaves it, and check the result. `who`, `now`: default the ledger's.

        With `scope`, the action reads only that part of the org. After an error, it runs again on the whole org, and
        that run's result or error counts. Raises what the action raises; `CannotCreate`, `CannotEdit` or `Refused` if
        its edits do not fit the files; `PathIsLink`, `WouldBreak`, `NoIdentity`, `CannotWrite`.
        """
        when = now or self.ledger.now
        if scope is not None:
            try:
                return self._run_on(action, load_org(PartialTree(self.editor, scope)), who, when)
            except OrgtpError:
                # Run again on the whole org for the error message: "did you mean" may name any seat.
                pass
        self.editor.objects.write_objects()
        repo = self.ledger.repo
        return self._run_on(action, load_org(GitTree(repo, self.editor.root), str(repo.path)), who, when)

    def _run_on(self, action: Action, loaded: LoadedOrg, who: Identity | None, now: datetime) -> PlannedCommit:
        change = action(loaded.org)
        _refuse_unread_files(self.editor, loaded, change)
        replaced = [edit.path for edit in change.edits if isinstance(edit, ReplaceFile)]
        present = {**loaded.files, **self.editor.read_files(replaced)} if replaced else loaded.files
        files, removed = apply_change(present, change), list_removed_files(present, change)
        paths = [*files, *removed]
        if paths and self.signing_seats:
            self.signing_seats.refuse_others(change.by, change.approved_by)
        _refuse_links_at(self.editor, paths)
        checked = check_change(loaded, change, files, now) if paths else CheckedChange()
        old = {path: present[path] for path in paths if path in present}
        author = _find_author(self.ledger, loaded, change, who) if paths else Identity("", "")
        nodes: dict[str, TreeEntry | None] = {**self.editor.add_blobs(files), **dict.fromkeys(removed)}
        self.editor = self.editor.replace_entries(nodes) if nodes else self.editor
        when = now.astimezone(loaded.org.zone)
        unread = tuple(select_unread(loaded.problems))
        return PlannedCommit(
            RecordedChange(
                change,
                None,
                old,
                files,
                noted=checked.noted,
                verdicts=checked.verdicts,
                unread=unread,
                imported=checked.imported,
                removed=removed,
            ),
            self.editor.root,
            author,
            when,
            nodes,
        )

    def write_and_advance(self, steps: list[PlannedCommit]) -> list[RecordedChange]:
        """Make a commit for each step that changes something, and move the branch once.

        Raises what `advance_branch` raises, without moving the branch.
        """
        return self.advance_branch(steps, self.write_commits(steps))

    def advance_branch(self, steps: list[PlannedCommit], written: WrittenCommits) -> list[RecordedChange]:
        """Move the branch to the commits that were written for `steps`.

        Raises `TemporaryFailure` (`LedgerMoved` if the branch is no longer at the tip that the batch is based on),
        `UncommittedChanges`, `PathIsLink`, and `BadInput` if ORGTP_WAIT is not a number of seconds.
        """
        if written.draft is None:
            return written.recorded
        subject = written.draft.message.partition("\n")[0]
        move = BranchMove(self.ledger.ref, self.tip, written.tip, subject, written.draft.env)
        paths = {path for step in steps for path in step.nodes}
        entries = {path: (self.base.find_entry(path), self.editor.find_entry(path)) for path in paths}
        behind = move_branch(self.ledger.repo, move, entries)
        return [replace(recorded, behind=behind if recorded.commit else "") for recorded in written.recorded]

    def write_commits(self, steps: list[PlannedCommit]) -> WrittenCommits:
        """Make the commits without moving the branch. Raises `CannotWrite`."""
        tip, draft, recorded = self.tip, None, []
        for step in steps:
            if step.planned.paths:
                draft = add_content_trailer(self.editor.objects, self._draft_commit(step, tip), step.nodes)
                tip = commit_tree(self.editor.objects, draft, step.tree)
            recorded.append(replace(step.planned, commit=tip if step.planned.paths else None))
        self.editor.objects.write_objects()
        return WrittenCommits(recorded, tip, draft)

    def _draft_commit(self, step: PlannedCommit, parent: str) -> CommitDraft:
        repo, source = self.ledger.repo, step.source
        when = choose_commit_date(repo, self.tip, step.when)
        if source is None:
            return CommitDraft(parent, step.planned.change.message, step.author, when)
        own = Identity(repo.config("user.name"), repo.config("user.email"))
        who = own if own.name and own.email else source.author
        return CommitDraft(parent, source.message, who, when, source.author, source.author_date)


def plan_on_fallback(ledger: Ledger, action: Action, loaded: LoadedOrg) -> PlannedCommit:
    """The change of an action on an org that is not the tip of the ledger branch, which cannot be read now.

    It can be queued, but not committed. Raises what the action raises, `WouldBreak`, `NoIdentity`.
    """
    change = action(loaded.org)
    files = apply_change(loaded.files, change)
    noted = check_change(loaded, change, files, ledger.now).noted if files else ()
    author = _find_author(ledger, loaded, change, None) if files else Identity("", "")
    old = {path: loaded.files[path] for path in files if path in loaded.files}
    return PlannedCommit(RecordedChange(change, None, old, files, noted=noted), "", author, ledger.now, {})


def _find_author(ledger: Ledger, loaded: LoadedOrg, change: Change, who: Identity | None) -> Identity:
    acting = loaded.org.seats.get(change.by)
    return who or ledger.who or resolve_identity(ledger.repo, acting, loaded.org.id)


def _refuse_unread_files(editor: TreeEditor, loaded: LoadedOrg, change: Change) -> None:
    """Refuse to write to a file that exists and was not read: its content would be lost."""
    for edit in change.edits:
        node = None if edit.path in loaded.files or isinstance(edit, ReplaceFile) else editor.find_entry(edit.path)
        if node and node.is_plain:
            raise UnreadFile(path=edit.path)


def _refuse_links_at(editor: TreeEditor, files: Iterable[str]) -> None:
    """Refuse to write if the parent commit has a link or submodule at one of the paths or above it."""
    for path in files:
        above = [str(parent) for parent in PurePosixPath(path).parents][:-1]
        found = [name for name in above if (node := editor.find_entry(name)) and node.mode != TREE]
        node = editor.find_entry(path)
        if found or (node and not node.is_plain):
            raise PathIsLink(path=found[-1] if found else path)
