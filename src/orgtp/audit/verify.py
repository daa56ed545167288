"""The audit: check every commit of the ledger branch against the rules of the record, using only git objects.

The rules are pure (`rules/audit_*.py`); what they are asked of is read here. See docs/audit.md for what each proves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from orgtp.audit.cache import AuditCache, read_cache, read_cached_ids, write_cache
from orgtp.audit.commits import CommitLog, CommitReader, LogRecord, UnreadableCommit, changes_of_commit, parse_commit
from orgtp.audit.gaps import find_other_ledger, find_replaced_history, gap_from_error
from orgtp.audit.model import Audit, AuditNote, CommitChanges, CommitObject, Gap, SignatureCounts, TreeChange, Violation
from orgtp.audit.rules import seats as audit_org
from orgtp.audit.rules import trailers as audit_claims
from orgtp.audit.rules.content_hash import check_content_hash
from orgtp.audit.rules.dates import FUTURE, check_dates
from orgtp.audit.score_files import LINKS, ScoreAudit
from orgtp.audit.signatures import SignatureAudit, binding_commit
from orgtp.audit.snapshot import FOLDERS, BlobCache, CommitSnapshot, PathTable, PathTables, is_of_org, read_path_table
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import shallow_commits
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed, NotNow
from orgtp.git.lock import locked
from orgtp.git.repo import Repo
from orgtp.git.tree import MODULE, twice_at
from orgtp.ledger.batch import NoLedger
from orgtp.model.seat import seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH
from orgtp.model.trailers import NO_CLAIMS, TrailerClaims, parse_claims

# So many gaps are told one by one; what is missing further on has the same cause.
_MOST_GAPS = 20


def audit_history(repo: Repo, branch: str, tip: str, now: datetime, *, full: bool = False) -> Audit:
    """Walk the history of `tip`, where `branch` is; what was looked at before is left out, unless `full`."""
    memory = AuditCache() if full else _read_matching_cache(repo, branch, tip)
    # A replay sets its clock back; what this machine's own clock has reached is not the future.
    walk = AuditRun(repo, tip, int(max(now, datetime.now(UTC)).timestamp()), memory)
    if memory.head != tip:
        walk.walk_history()
    found = walk.build_result()
    found = replace(found, gaps=[*found.gaps, *find_other_ledger(repo, branch, tip)])
    # What is of the future now will not be for ever.
    if walk.checked and not found.gaps and not any(one.rule == FUTURE for one in found.violations):
        # What cannot be remembered (a read-only repository, another audit that runs) is looked at again.
        with suppress(OSError, NotNow), locked(repo, "auditing"):
            write_cache(repo, branch, walk.build_cache(), walk.scores.fresh.items())
    return found


def ledger_tip(repo: Repo, branch: str) -> str:
    """The newest commit of the ledger branch; in a clone that has it from elsewhere alone, of what was seen there.

    Raises `NoLedger`.
    """
    found = repo.tip(f"refs/heads/{branch}") or repo.tip(f"refs/remotes/origin/{branch}")
    if found is None:
        raise NoLedger(branch=branch)
    return found


def _read_matching_cache(repo: Repo, branch: str, tip: str) -> AuditCache:
    """What was remembered, where it is of this history; its ids only where there is more to look at."""
    memory = read_cache(repo, branch)
    try:
        if not memory.head or not repo.read(memory.head) or not repo.leads_to(memory.head, tip):
            return AuditCache()
        if memory.head != tip:
            if memory.policy.get("binding", "") != binding_commit(repo, tip):
                return AuditCache()  # What was looked at was not held to what is asked of it now.
            read_cached_ids(repo, branch, memory)
    except (GitFailed, OSError, ValueError):
        return AuditCache()
    return memory


class AuditRun:
    """One walk: what was found so far, and what each commit that has children to come left behind."""

    def __init__(self, repo: Repo, tip: str, now: int, memory: AuditCache) -> None:
        self.repo, self.tip, self.now, self.before = repo, tip, now, memory
        self.library = BlobCache(repo)
        self.scores = ScoreAudit(repo, tip, self.library, memory.ids, ahead=not memory.head)
        self.violations = list(memory.violations)
        self.notes = list(memory.notes)
        self.gaps: list[Gap] = []
        self.checked = 0
        self._missing = 0
        self._gone = {seat: list(commits) for seat, commits in memory.gone.items()}
        self._tables = PathTables(repo)
        self._dates: dict[str, int] = {}
        self._shallow = shallow_commits(repo)
        self._unknown: dict[str, int] = {}
        self.signatures = SignatureAudit(repo, tip, memory.policy)

    def walk_history(self) -> None:
        """Look at every commit, parents first."""
        log = CommitLog(self.repo, self.tip, [self.before.head] if self.before.head else [])
        try:
            if self.scores.ahead:
                self.scores.growth.read_ahead()
                self.scores.growth.hash_ahead(log.is_silent)
        except (GitFailed, ObjectTooLarge) as error:
            self._note_error(error)
        try:
            with CommitReader(self.repo) as commits:
                for some in commits.read_commits(log.read_records()):
                    self._queue_signatures([commit for _, commit in some])
                    for one, commit in some:
                        self._check_commit(one, commit)
        except (UnreadableCommit, GitFailed, ObjectTooLarge, BrokenPipeError) as error:
            self._note_error(error)

    def build_result(self) -> Audit:
        """What came of it."""
        notes = [*self.notes, *self.signatures.notes, *find_replaced_history(self.repo), *self._note_unknown_actions()]
        total = self.before.commits + self.checked
        more = self._missing - len(self.gaps)
        gaps = [*self.gaps, *([Gap(f"and {more} more that are not here", self.gaps[-1].remedy)] if more > 0 else [])]
        gaps += self.signatures.gaps
        return Audit(self.tip, total, self.checked, self.violations, gaps, notes, self._count_signatures())

    def _count_signatures(self) -> SignatureCounts | None:
        judge = self.signatures
        return SignatureCounts(judge.began, judge.signed, judge.unsigned, judge.since) if judge.began else None

    def build_cache(self) -> AuditCache:
        """What to remember of it."""
        total = self.before.commits + self.checked
        notes = [*self.notes, *self.signatures.notes]
        policy = self.signatures.cache_state()
        return AuditCache(self.tip, total, self.violations, notes, self._gone, policy, kept=self.before.kept)

    def _check_commit(self, one: LogRecord, commit: CommitObject) -> None:
        self.checked += 1
        self._dates[commit.id] = commit.at
        if commit.id in self._shallow:
            self._start_at_shallow(one)
            return
        what = changes_of_commit(one, commit)
        if one.duplicates:
            self.violations += audit_org.check_duplicates(what, one.duplicates)
        if commit.id == self.tip:
            self.violations += audit_org.check_duplicates(what, self._find_duplicates(one.duplicates))
        before = [self._tables.read_table(parent) for parent in commit.parents] or [PathTable({})]
        told = [_select_org_changes(rows) for rows in what.against]
        changes = {row.path: row.new for row in told[0] if is_of_org(row.path)}
        after = CommitSnapshot(commit.id, self.library, before[0].files, changes)
        try:
            self._check_record(what, after)
            if any(told) or any(map(self._has_policy, before)):
                self._check_org(what, told, before, after)
        except (GitFailed, ObjectTooLarge) as error:
            self._note_error(error, commit.id)
        self._tables.follow(commit, before[0], changes, one.children)

    def _check_record(self, what: CommitChanges, after: CommitSnapshot) -> None:
        commit = what.commit
        self.violations += check_dates(what, [self._commit_date(parent) for parent in commit.parents], self.now)
        claims = parse_claims(commit.message)
        if claims is not NO_CLAIMS:
            self._check_claims(what, claims, after)
        self.violations += self.scores.check_scores(what, after)

    def _check_org(
        self, what: CommitChanges, told: list[list[TreeChange]], before: list[PathTable], after: CommitSnapshot
    ) -> None:
        names = what.commit.parents or ("",)
        moments = [CommitSnapshot(name, self.library, one.files) for name, one in zip(names, before, strict=True)]
        for moment, entries in zip(moments, told, strict=True):
            if entries:
                self._check_against_parent(what, entries, moment, after)
        if any(map(self._has_policy, before)) or self._requires_signatures(after):
            self.violations += self.signatures.check_signature_of(what, moments if what.commit.parents else [], after)

    def _queue_signatures(self, commits: list[CommitObject]) -> None:
        """Let signatures be checked ahead, many at a time; what cannot be read now is told where it is needed."""
        with suppress(GitFailed):
            if self._has_policy(self._last_table):
                self.signatures.queue_commits(commits)

    def _has_policy(self, found: PathTable) -> bool:
        """Whether anything is asked of who signs a commit that follows this; the table knows once it was asked."""
        if found.has_policy is None:
            found.has_policy = self._requires_signatures(CommitSnapshot("", self.library, found.files))
        return found.has_policy

    def _requires_signatures(self, moment: CommitSnapshot) -> bool:
        return bool(moment.oid(ALLOWED_SIGNERS_PATH) or self.signatures.binding or moment.head.policy.signed_since)

    @cached_property
    def _last_table(self) -> PathTable:
        return PathTable(read_path_table(self.repo, self.tip))

    def _check_claims(self, what: CommitChanges, claims: TrailerClaims, after: CommitSnapshot) -> None:
        found = self.violations
        if claims.content and not what.is_merge:
            found += check_content_hash(what, claims, self._read_content)
        if audit_claims.is_plain_score_commit(claims, what.own_changes) and (
            not claims.by or after.oid(seat_path(claims.by))
        ):
            return
        found += audit_claims.find_hidden_trailers(what, claims)
        found += audit_claims.find_mismatches(what, claims, lambda seat: after.oid(seat_path(seat)) is not None)
        for action in audit_claims.find_unknown_actions(claims):
            self._unknown[action] = self._unknown.get(action, 0) + 1
        if any(one.approved_by for one in claims.all):
            paths = audit_claims.new_retirement_paths(what.own_changes)
            records = [(path, record) for path in paths if (record := after.org.retirements.get(_file_stem(path)))]
            found += audit_claims.find_wrong_approvers(what, claims, records)

    def _read_content(self, entry: TreeChange) -> bytes | None:
        """What a commit wrote: a submodule is written as the id of its commit."""
        if entry.new is None or entry.new_mode == MODULE:
            return entry.new.encode() if entry.new else None
        return self.scores.growth.read_version(entry.new)

    def _check_against_parent(
        self, what: CommitChanges, entries: list[TreeChange], before: CommitSnapshot, after: CommitSnapshot
    ) -> None:
        found = audit_org.check_against_parent(what, entries, before.org, after.org, self._try_read)
        # What a merge did against each of its parents is told once.
        self.violations += [one for one in found if not (what.is_merge and one in self.violations)]
        if HEAD in what.own_changes and before.commit in what.commit.parents[:1]:
            self.notes += audit_org.note_moved_ledger(what, before.org, after.org)
        for entry in entries:
            seat = audit_org.seat_of_file(entry.path)
            if seat and entry.new is None:
                self._gone.setdefault(seat, []).append(f"{what.commit.id} {entry.old}")
            elif seat and entry.old is None and entry.path in what.own_changes and seat not in before.org.retirements:
                self.violations += self._find_reused_id(what, entry, seat)

    def _try_read(self, oid: str | None) -> bytes | None:
        """A content for the words of a violation, which stands without it."""
        try:
            return self.library.read_blob(oid) if oid else b""
        except (GitFailed, ObjectTooLarge):
            return None

    def _find_reused_id(self, what: CommitChanges, entry: TreeChange, seat: str) -> Iterator[Violation]:
        """A seat that is added where an earlier one of its id went, in a commit that this one follows."""
        for commit, _, old in (row.partition(" ") for row in self._gone.get(seat, ())):
            # The very file that went is a deletion undone; the deletion is told.
            if old != entry.new and any(self.repo.leads_to(commit, parent) for parent in what.commit.parents):
                yield audit_org.reused_id(what, entry, seat, commit)
                return

    def _find_duplicates(self, told_already: tuple[str, ...]) -> list[str]:
        """What the last tree has twice: no file may go, so whatever was ever there twice is so still, or was told."""
        try:
            found = twice_at(self.repo, self.tip, HEAD, "scores", *FOLDERS)
        except GitFailed as error:
            self._note_error(error, self.tip)
            return []
        return [path for path in found if path not in told_already]

    def _start_at_shallow(self, one: LogRecord) -> None:
        """A commit whose parents this clone does not have: what it did cannot be told, only what it left."""
        rows = {path: entry.new for path, entry in one.changes.get("", {}).items() if entry.new and is_of_org(path)}
        self._tables.keep_table(one.id, PathTable(rows), one.children)
        remedy = "Get the full history: git fetch --unshallow"
        self._note_gap(Gap(f"this clone is shallow: what came before {one.id[:10]} is not here", remedy))

    def _commit_date(self, commit: str) -> int:
        if commit not in self._dates:
            found = self.repo.read(commit)
            self._dates[commit] = parse_commit(commit, found.raw).at if found else 0
        return self._dates[commit]

    # What is in the way.

    def _note_error(self, error: Exception, commit: str = "") -> None:
        self._note_gap(gap_from_error(self.repo, error, commit))

    def _note_gap(self, gap: Gap) -> None:
        self._missing += 1
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(gap)

    def _note_unknown_actions(self) -> list[AuditNote]:
        told = sorted(self._unknown.items())
        return [
            AuditNote(f'{count} commits claim "{action}", which this orgtp does not know') for action, count in told
        ]


def _select_org_changes(rows: Mapping[str, TreeChange]) -> list[TreeChange]:
    """The entries that bear on what the org is: files that say it, and links, which may lead to anything."""
    return [row for path, row in rows.items() if row.new_mode in LINKS or is_of_org(path)]


def _file_stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")
