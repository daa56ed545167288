"""The audit: check every commit of the ledger branch against the audit rules, using only git objects.

The rules are pure functions in `audit/rules`. This module reads what they need. See docs/audit.md for what each proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import PurePosixPath

from orgtp.audit.cache import AuditCache, format_cached_explanations, read_cache, read_cached_ids, write_cache
from orgtp.audit.commits import CommitLog, CommitReader, LogRecord, UnreadableCommit, build_commit_changes, parse_commit
from orgtp.audit.explanations import ExplanationAudit
from orgtp.audit.gaps import find_other_ledger, find_replaced_history, make_gap_from_error
from orgtp.audit.model import Audit, AuditNote, CommitChanges, CommitObject, Gap, SignatureCounts, TreeChange, Violation
from orgtp.audit.rules import scores as rules
from orgtp.audit.rules import seats as audit_org
from orgtp.audit.rules import trailers as audit_claims
from orgtp.audit.rules.content_hash import check_content_hash
from orgtp.audit.rules.dates import FUTURE, check_dates
from orgtp.audit.rules.line_files import is_line_file
from orgtp.audit.score_files import LINKS, ScoreAudit
from orgtp.audit.signatures import SignatureAudit, read_binding_commit
from orgtp.audit.snapshot import BlobCache, CommitSnapshot, PathTable, PathTables, is_of_org, read_path_table
from orgtp.audit.tree_shapes import TreeShapes
from orgtp.files.tree import HEAD, READ_FOLDERS, SINGLE
from orgtp.git.ancestry import count_commits, read_shallow_commits
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed, TemporaryFailure, UnreadableRef
from orgtp.git.lock import hold_lock
from orgtp.git.repo import Repo
from orgtp.git.tree import MODULE, diff_trees, open_tree
from orgtp.history.proposals import select_mere_proposals
from orgtp.history.retirement_moments import read_moments
from orgtp.ledger.batch import make_no_ledger
from orgtp.model.explanation import EXPLAINED_PATH
from orgtp.model.inventory.imported import is_imported_proposal
from orgtp.model.org import Retirement
from orgtp.model.records.kinds import RECORD_KINDS
from orgtp.model.results import find_wrong_results
from orgtp.model.seat import seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH
from orgtp.model.text import count_noun
from orgtp.model.trailers import NO_CLAIMS, TrailerClaims, parse_claims

# The rules that a commit violates which removes a file of the record.
_REMOVALS = (rules.DELETED, audit_org.DELETED, *(kind.audit_rule for kind in RECORD_KINDS))
# How many gaps are listed. Further ones usually have the same cause, so they are only counted.
_MOST_GAPS = 20


class UnreadableLedger(UnreadableRef):
    """The ledger branch cannot be read, so nothing about it can be proven."""

    exit_code = 4


def audit_history(repo: Repo, branch: str, tip: str, now: datetime, *, full: bool = False) -> Audit:
    """Audit the history of `tip`, the head of `branch`. Commits that were checked earlier are skipped unless `full`."""
    cache = AuditCache() if full else _read_matching_cache(repo, branch, tip)
    # `now` may be set to a past time. A commit is in the future only if it is also ahead of this machine's clock.
    run = AuditRun(repo, tip, int(max(now, datetime.now(UTC)).timestamp()), cache)
    if cache.head != tip:
        run.check_history()
    if cache.head:
        run.check_presence()
    found = run.build_result()
    found = replace(found, gaps=[*found.gaps, *find_other_ledger(repo, branch, tip)])
    # A commit dated in the future is checked again next time, so it is not cached.
    if run.checked and not found.gaps and not any(one.rule == FUTURE for one in run.violations):
        # If the cache cannot be written (a read-only repository, another audit), the next audit starts over.
        with suppress(OSError, TemporaryFailure), hold_lock(repo, "auditing"):
            write_cache(repo, branch, run.build_cache(), run.scores.fresh.items())
    return found


def ledger_tip(repo: Repo, branch: str) -> str:
    """Return the newest commit of the ledger branch, or of `origin`'s if there is no local branch.

    Raises `NoLedger`, `UnreadableLedger`.
    """
    try:
        found = repo.tip(f"refs/heads/{branch}") or repo.tip(f"refs/remotes/origin/{branch}")
    except UnreadableRef as error:
        raise UnreadableLedger(**error.facts) from error
    if found is None:
        raise make_no_ledger(repo, branch)
    return found


def _read_matching_cache(repo: Repo, branch: str, tip: str) -> AuditCache:
    """Read the cache if it belongs to this history; its record ids only if there are new commits."""
    cache = read_cache(repo, branch)
    try:
        if not cache.head or not repo.read(cache.head) or not repo.has_ancestor(cache.head, tip):
            return AuditCache()
        if cache.head != tip:
            if cache.policy.get("binding", "") != read_binding_commit(repo, tip):
                return AuditCache()  # Earlier commits were checked against another signing requirement.
            read_cached_ids(repo, branch, cache)
    except (GitFailed, OSError, ValueError):
        return AuditCache()
    return cache


class AuditRun:
    """One audit: the findings so far, and the state that the check of later commits needs."""

    def __init__(self, repo: Repo, tip: str, now: int, cache: AuditCache) -> None:
        self.repo, self.tip, self.now, self.before = repo, tip, now, cache
        self.blobs = BlobCache(repo)
        self.scores = ScoreAudit(repo, tip, self.blobs, cache.ids, ahead=not cache.head)
        self.violations = list(cache.violations)
        self.notes = list(cache.notes)
        self.gaps: list[Gap] = []
        self.checked = 0
        self._missing = 0
        self._gone = {seat: list(commits) for seat, commits in cache.gone.items()}
        self._tables = PathTables(repo)
        self._shapes = TreeShapes(repo)
        self._malformed = {one.commit for one in cache.violations if one.rule == audit_org.MALFORMED}
        self._dates: dict[str, int] = {}
        self._shallow = read_shallow_commits(repo)
        self._unknown: dict[str, int] = {}
        self.signatures = SignatureAudit(repo, tip, cache.policy)
        self.explanations = ExplanationAudit(self.blobs, cache.read_explanations())

    def check_history(self) -> None:
        """Check every commit, parents before children."""
        log = CommitLog(self.repo, self.tip, [self.before.head] if self.before.head else [])
        try:
            if self.scores.ahead:
                self.scores.growth.read_ahead()
                self.scores.growth.hash_ahead(log.is_silent)
        except (GitFailed, ObjectTooLarge) as error:
            self._note_error(error)
        try:
            with CommitReader(self.repo) as commits:
                for batch in commits.read_commits(log.read_records()):
                    self._queue_signatures([commit for _, commit in batch])
                    for record, commit in batch:
                        self._check_commit(record, commit)
        except (UnreadableCommit, GitFailed, ObjectTooLarge, BrokenPipeError) as error:
            if not self._find_tree_that_stops_git():
                self._note_error(error)

    def check_presence(self) -> None:
        """Check that the commits which an earlier audit checked, and the tip's trees and files, are still there."""
        try:
            count_commits(self.repo, self.tip)
            nodes = open_tree(self.repo, self.tip, checked=False).list_files(*SINGLE, *READ_FOLDERS)
            missing: list[Exception] = [
                *self.repo.find_missing_objects(node.id for node in nodes.values() if node.mode != MODULE)
            ]
        except (GitFailed, ObjectTooLarge) as error:
            missing = [error]
        for gone in missing if not self.gaps else ():
            self._note_error(gone)

    def _find_tree_that_stops_git(self) -> bool:
        """Find the first commit with a tree on which git itself stops, such as one with an empty name."""
        words = (
            "rev-list",
            "--reverse",
            "--topo-order",
            self.tip,
            *([f"^{self.before.head}"] if self.before.head else []),
        )
        shapes = TreeShapes(self.repo)
        try:
            for id_ in self.repo.run("-c", "core.commitGraph=false", *words, "--").decode().split():
                found = self.repo.read(id_)
                faults = list(shapes.find_all_faults(id_))
                if found and faults:
                    changes = CommitChanges(parse_commit(id_, found.raw), ({},))
                    known = {(one.commit, one.path) for one in self.violations}
                    self.violations += [
                        one
                        for one in audit_org.check_tree_shapes(changes, faults)
                        if (one.commit, one.path) not in known
                    ]
                    return True
        except (UnreadableCommit, GitFailed, ObjectTooLarge):
            pass
        return False

    def build_result(self) -> Audit:
        """Build the result of the audit."""
        notes = [*self._list_kept_notes(), *find_replaced_history(self.repo), *self._note_unknown_actions()]
        left, explained = self.explanations.split_violations(self.violations)
        total = self.before.commits + self.checked
        more = self._missing - len(self.gaps)
        gaps = [*self.gaps, *([Gap(f"{more} more objects are missing", self.gaps[-1].remedy)] if more > 0 else [])]
        gaps += self.signatures.gaps
        counts = self._count_signatures()
        return Audit(self.tip, total, self.checked, left, gaps, notes, counts, explained=explained)

    def _list_kept_notes(self) -> list[AuditNote]:
        """List the notes that stay true for later audits."""
        return [*self.notes, *self.signatures.notes, *self.explanations.notes]

    def _count_signatures(self) -> SignatureCounts | None:
        found = self.signatures
        return SignatureCounts(found.began, found.signed, found.unsigned, found.since) if found.began else None

    def build_cache(self) -> AuditCache:
        """Build the cache for the next audit."""
        total = self.before.commits + self.checked
        policy, explained = self.signatures.cache_state(), format_cached_explanations(self.explanations.found)
        notes = self._list_kept_notes()
        return AuditCache(
            self.tip, total, self.violations, notes, self._gone, policy, kept=self.before.kept, explained=explained
        )

    def _check_commit(self, record: LogRecord, commit: CommitObject) -> None:
        self.checked += 1
        self._dates[commit.id] = commit.at
        if commit.id in self._shallow:
            self._start_at_shallow(record)
            return
        known = len(self.violations)
        changes, parents = self._find_changes(record, commit)
        before = [self._tables.read_table(parent) if parent else PathTable({}) for parent in parents or ("",)]
        # Symbolic links and submodules anywhere are checked, too: they may point into the org.
        org_changes = [
            [row for path, row in rows.items() if row.new_mode in LINKS or is_of_org(path)] for rows in changes.against
        ]
        updated = {row.path: row.new for row in org_changes[0] if is_of_org(row.path)}
        after = CommitSnapshot(commit.id, self.blobs, before[0].files, updated)
        try:
            first = CommitSnapshot(next(iter(parents), ""), self.blobs, before[0].files)
            self._check_record(changes, first, after)
            if any(org_changes) or any(map(self._has_policy, before)):
                self._check_org(changes, org_changes, before, after)
        except (GitFailed, ObjectTooLarge) as error:
            self._note_error(error, commit.id)
        if len(self.violations) > known and record.reshaped:
            new = self.violations[known:]
            self.violations[known:] = [one for one in new if not self._is_undone_rename(changes, one)]
        self._tables.follow_commit(commit, before[0], updated, record.children)

    def _find_changes(self, record: LogRecord, commit: CommitObject) -> tuple[CommitChanges, tuple[str, ...]]:
        """Check the shapes of a commit's trees. Return its changes, and the parents to which they are compared.

        A parent with trees that git never writes was reported itself. A commit that repairs them is compared to the
        last ancestor before.
        """
        changes = build_commit_changes(record, commit)
        if record.reshaped:
            self._check_trees(changes, record.reshaped)
        if not self._malformed.intersection(commit.parents):
            return changes, commit.parents
        if not self._shapes.is_sound(commit.id):
            self._malformed.add(commit.id)
            return changes, commit.parents
        parents = tuple(map(self._find_sound_ancestor, commit.parents))
        rows = zip(commit.parents, parents, changes.against, strict=True)
        against = (rows if old == new else self._diff_files(new, commit.id) for old, new, rows in rows)
        return CommitChanges(commit, tuple(against)), parents

    def _find_sound_ancestor(self, commit: str) -> str:
        """Return the commit, or the last one before it whose trees are as git writes them; "" if there is none."""
        while commit in self._malformed:
            found = self.repo.read(commit)
            commit = next(iter(parse_commit(commit, found.raw).parents), "") if found else ""
        return commit

    def _diff_files(self, old: str, new: str) -> dict[str, TreeChange]:
        """Compare the files of two commits, as git does for a commit and its parent."""
        return {
            path: TreeChange(
                path,
                before.mode if before else None,
                after.mode if after else None,
                before.id if before else None,
                after.id if after else None,
            )
            for path, (before, after) in diff_trees(self.repo, old or None, new).items()
        }

    def _is_undone_rename(self, changes: CommitChanges, violation: Violation) -> bool:
        """Whether a file only went back to the path from which an earlier commit took it, which is reported already."""
        entry = changes.against[0].get(violation.path)
        if entry is None or entry.new is not None or violation.rule not in _REMOVALS:
            return False
        back = {other.path for other in changes.against[0].values() if other.new == entry.old and other.old is None}
        earlier = (one for one in self.violations if one.path in back and one.rule == violation.rule)
        return any(self._has_renamed(one.commit, entry) for one in earlier if one.commit != changes.commit.id)

    def _has_renamed(self, commit: str, entry: TreeChange) -> bool:
        """Whether a commit added this file."""
        found = self.repo.read(commit)
        parents = parse_commit(commit, found.raw).parents if found else ()
        trees = [open_tree(self.repo, rev, checked=False).find_entry(entry.path) for rev in (commit, *parents)]
        return bool(trees and trees[0]) and not any(trees[1:])

    def _check_record(self, changes: CommitChanges, before: CommitSnapshot, after: CommitSnapshot) -> None:
        commit = changes.commit
        self.violations += check_dates(changes, [self._commit_date(parent) for parent in commit.parents], self.now)
        claims, records = parse_claims(commit.message), self._read_new_records(changes, after)
        if claims is not NO_CLAIMS:
            self._check_claims(changes, claims, (before, after), records)
        for path, record in records:
            moments = read_moments(self.repo, commit.id, record.seat, checked=False)
            self.violations += audit_org.check_results(changes, path, find_wrong_results(record, moments))
        self.violations += self.scores.check_scores(changes, before, after)
        if self.scores.withdrawn:
            self.violations += audit_claims.find_unnamed_withdrawals(changes, claims, self.scores.withdrawn)

    def _check_org(
        self,
        changes: CommitChanges,
        org_changes: list[list[TreeChange]],
        before: list[PathTable],
        after: CommitSnapshot,
    ) -> None:
        names = changes.commit.parents or ("",)
        snapshots = [CommitSnapshot(name, self.blobs, one.files) for name, one in zip(names, before, strict=True)]
        for snapshot, entries in zip(snapshots, org_changes, strict=True):
            if entries:
                self._check_against_parent(changes, entries, snapshot, after)
        if any(map(self._has_policy, before)) or self._requires_signatures(after):
            self.violations += self.signatures.check_signature(
                changes, snapshots if changes.commit.parents else [], after, self.scores.withdrawn
            )
        for path in sorted({path for rows in changes.against for path in rows if is_line_file(path)}):
            self.violations += self.explanations.check_changes(changes, path)
        if any(EXPLAINED_PATH in rows for rows in changes.against):
            in_order = all(one.commit != changes.commit.id for one in self.violations)
            self.explanations.add_new(changes, snapshots, in_order=in_order)

    def _queue_signatures(self, commits: list[CommitObject]) -> None:
        """Queue signatures, so that many are checked at once. A read error is reported later, where it matters."""
        with suppress(GitFailed):
            if self._has_policy(self._last_table):
                self.signatures.queue_commits(commits)

    def _has_policy(self, found: PathTable) -> bool:
        """Whether a signing policy applies to the children of a commit with this table. Cached in the table."""
        if found.has_policy is None:
            found.has_policy = self._requires_signatures(CommitSnapshot("", self.blobs, found.files))
        return found.has_policy

    def _requires_signatures(self, snapshot: CommitSnapshot) -> bool:
        return bool(snapshot.oid(ALLOWED_SIGNERS_PATH) or self.signatures.binding or snapshot.head.policy.signed_since)

    @cached_property
    def _last_table(self) -> PathTable:
        return PathTable(read_path_table(self.repo, self.tip))

    def _check_claims(
        self,
        changes: CommitChanges,
        claims: TrailerClaims,
        snapshots: tuple[CommitSnapshot, CommitSnapshot],
        records: Sequence[tuple[str, Retirement]],
    ) -> None:
        after, whole = snapshots[1], claims.with_misplaced or claims
        if whole.content and not changes.is_merge:
            self.violations += check_content_hash(changes, whole, self._read_content)
        if audit_claims.is_plain_score_commit(claims, changes.own_changes) and (
            not claims.by or after.oid(seat_path(claims.by))
        ):
            return
        is_known: Callable[[str], bool] = lambda seat: after.oid(seat_path(seat)) is not None  # noqa: E731
        orgs = [snapshot.org for snapshot in snapshots]
        find_subjects = partial(audit_claims.list_subjects, orgs)
        found = list(audit_claims.find_false_claims(changes, claims, is_known, records, find_subjects))
        self.violations += found
        if not any(one.rule == audit_claims.HIDDEN for one in found):
            self.notes += audit_claims.note_trailer_places(changes, claims)
        for action in audit_claims.find_unknown_actions(whole):
            self._unknown[action] = self._unknown.get(action, 0) + 1

    def _read_new_records(self, changes: CommitChanges, after: CommitSnapshot) -> list[tuple[str, Retirement]]:
        """Read the retirement records that a commit adds: path and record."""
        paths = audit_claims.list_new_retirements(changes.own_changes)
        found = ((path, after.org.retirements.get(PurePosixPath(path).stem)) for path in paths)
        return [(path, record) for path, record in found if record]

    def _read_content(self, entry: TreeChange) -> bytes | None:
        """Read what a commit wrote to a path. The content of a submodule is its commit id."""
        if entry.new is None or entry.new_mode == MODULE:
            return entry.new.encode() if entry.new else None
        return self.scores.growth.read_version(entry.new)

    def _check_against_parent(
        self, changes: CommitChanges, entries: list[TreeChange], before: CommitSnapshot, after: CommitSnapshot
    ) -> None:
        withdrawn = self._find_withdrawn_proposals(entries, before)
        found = audit_org.check_against_parent(
            changes, [one for one in entries if one.path not in withdrawn], before.org, after.org, self._try_read
        )
        # If a merge violates a rule against several parents, it is reported once.
        self.violations += [one for one in found if not (changes.is_merge and one in self.violations)]
        if HEAD in changes.own_changes and before.commit in changes.commit.parents[:1]:
            self.notes += audit_org.note_moved_ledger(changes, before.org, after.org)
        for entry in entries:
            seat = audit_org.find_seat_of_file(entry.path)
            if entry.path in withdrawn:
                continue
            if seat and entry.new is None:
                self._gone.setdefault(seat, []).append(f"{changes.commit.id} {entry.old}")
            elif (
                seat and entry.old is None and entry.path in changes.own_changes and seat not in before.org.retirements
            ):
                self.violations += self._find_reused_id(changes, entry, seat)

    def _find_withdrawn_proposals(self, entries: list[TreeChange], before: CommitSnapshot) -> frozenset[str]:
        """The removed files of seats that an import proposed and that never were more than that."""
        removed = [audit_org.find_seat_of_file(entry.path) for entry in entries if entry.new is None]
        proposed = [
            seat for seat in removed if seat in before.org.seats and is_imported_proposal(before.org.seats[seat])
        ]
        if not proposed or not before.commit:
            return frozenset()
        return frozenset(map(seat_path, select_mere_proposals(self.repo, before.commit, proposed)))

    def _try_read(self, oid: str | None) -> bytes | None:
        """Read a blob to quote it in a violation; None if it cannot be read. The violation does not depend on it."""
        try:
            return self.blobs.read_blob(oid) if oid else b""
        except (GitFailed, ObjectTooLarge):
            return None

    def _find_reused_id(self, changes: CommitChanges, entry: TreeChange, seat: str) -> Iterator[Violation]:
        """Find out whether an ancestor deleted a seat with the id of this new seat."""
        for commit, _, old in (row.partition(" ") for row in self._gone.get(seat, ())):
            # The same content restores a deleted file. The deletion itself is reported already.
            if old != entry.new and any(self.repo.has_ancestor(commit, parent) for parent in changes.commit.parents):
                yield audit_org.make_reused_id_violation(changes, entry, seat, commit)
                return

    def _check_trees(self, changes: CommitChanges, reshaped: Iterable[str]) -> None:
        """Check the trees of a commit in which something was added, removed or got another mode."""
        try:
            faults = list(self._shapes.find_faults(changes.commit.id, reshaped))
            self.violations += audit_org.check_tree_shapes(changes, faults)
            self._malformed |= {changes.commit.id} if faults else set()
        except (GitFailed, ObjectTooLarge) as error:
            self._note_error(error, changes.commit.id)

    def _start_at_shallow(self, record: LogRecord) -> None:
        """Start at a commit whose parents are missing: its changes are unknown, only its tree is known."""
        rows = {path: entry.new for path, entry in record.changes.get("", {}).items() if entry.new and is_of_org(path)}
        self._tables.store_table(record.id, PathTable(rows), record.children)
        remedy = "Get the full history: git fetch --unshallow"
        self._note_gap(Gap(f"this clone is shallow: the history before {record.id[:10]} is missing", remedy))

    def _commit_date(self, commit: str) -> int:
        if commit not in self._dates:
            self._dates[commit] = parse_commit(commit, self.repo.require(commit).raw).at
        return self._dates[commit]

    def _note_error(self, error: Exception, commit: str = "") -> None:
        self._note_gap(make_gap_from_error(self.repo, error, commit))

    def _note_gap(self, gap: Gap) -> None:
        self._missing += 1
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(gap)

    def _note_unknown_actions(self) -> list[AuditNote]:
        counts = sorted(self._unknown.items())
        return [
            AuditNote(f'this version of orgtp does not know the action "{action}" of {count_noun(count, "commit")}')
            for action, count in counts
        ]
