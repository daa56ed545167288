"""The audit: every commit of the ledger branch, held against the rules of the record, by git's objects alone.

The rules are pure (`rules/audit_*.py`); what they are asked of is read here. See docs/audit.md for what each proves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from orgtp.audit.cache import Memory, recall, recall_ids, remember
from orgtp.audit.commits import Commits, Log, Told, Unreadable, deed, stamped
from orgtp.audit.gaps import gap_of, hidden_things, other_ledger
from orgtp.audit.model import Audit, Deed, Entry, Gap, Noted, Signed, Stamped, Violation
from orgtp.audit.rules import seats as audit_org
from orgtp.audit.rules import trailers as audit_claims
from orgtp.audit.rules.content_hash import content_wrong
from orgtp.audit.rules.dates import FUTURE, dates
from orgtp.audit.score_files import LINKS, ScoreAudit
from orgtp.audit.signatures import Signatures, binding_of
from orgtp.audit.snapshot import FOLDERS, Library, Moment, Table, Tables, is_of_org, table
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import shallow_commits
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed, NotNow
from orgtp.git.lock import locked
from orgtp.git.repo import Repo
from orgtp.git.tree import MODULE, twice_at
from orgtp.ledger.batch import NoLedger
from orgtp.model.seat import seat_path
from orgtp.model.signing_key import SIGNERS
from orgtp.model.trailers import NO_CLAIMS, Claims, claims_of

# So many gaps are told one by one; what is missing further on has the same cause.
_MOST_GAPS = 20


def audit(repo: Repo, branch: str, tip: str, now: datetime, *, full: bool = False) -> Audit:
    """Walk the history of `tip`, where `branch` is; what was looked at before is left out, unless `full`."""
    memory = Memory() if full else _recalled(repo, branch, tip)
    # A replay sets its clock back; what this machine's own clock has reached is not the future.
    walk = Walk(repo, tip, int(max(now, datetime.now(UTC)).timestamp()), memory)
    if memory.head != tip:
        walk.run()
    found = walk.audit()
    found = replace(found, gaps=[*found.gaps, *other_ledger(repo, branch, tip)])
    # What is of the future now will not be for ever.
    if walk.checked and not found.gaps and not any(one.rule == FUTURE for one in found.violations):
        # What cannot be remembered (a read-only repository, another audit that runs) is looked at again.
        with suppress(OSError, NotNow), locked(repo, "auditing"):
            remember(repo, branch, walk.memory(), walk.scores.fresh.items())
    return found


def ledger_tip(repo: Repo, branch: str) -> str:
    """The newest commit of the ledger branch; in a clone that has it from elsewhere alone, of what was seen there.

    Raises `NoLedger`.
    """
    found = repo.tip(f"refs/heads/{branch}") or repo.tip(f"refs/remotes/origin/{branch}")
    if found is None:
        raise NoLedger(branch=branch)
    return found


def _recalled(repo: Repo, branch: str, tip: str) -> Memory:
    """What was remembered, where it is of this history; its ids only where there is more to look at."""
    memory = recall(repo, branch)
    try:
        if not memory.head or not repo.read(memory.head) or not repo.leads_to(memory.head, tip):
            return Memory()
        if memory.head != tip:
            if memory.policy.get("binding", "") != binding_of(repo, tip):
                return Memory()  # What was looked at was not held to what is asked of it now.
            recall_ids(repo, branch, memory)
    except (GitFailed, OSError, ValueError):
        return Memory()
    return memory


class Walk:
    """One walk: what was found so far, and what each commit that has children to come left behind."""

    def __init__(self, repo: Repo, tip: str, now: int, memory: Memory) -> None:
        self.repo, self.tip, self.now, self.before = repo, tip, now, memory
        self.library = Library(repo)
        self.scores = ScoreAudit(repo, tip, self.library, memory.ids, ahead=not memory.head)
        self.violations = list(memory.violations)
        self.notes = list(memory.notes)
        self.gaps: list[Gap] = []
        self.checked = 0
        self._missing = 0
        self._gone = {seat: list(commits) for seat, commits in memory.gone.items()}
        self._tables = Tables(repo)
        self._dates: dict[str, int] = {}
        self._shallow = shallow_commits(repo)
        self._unknown: dict[str, int] = {}
        self.signatures = Signatures(repo, tip, memory.policy)

    def run(self) -> None:
        """Look at every commit, parents first."""
        log = Log(self.repo, self.tip, [self.before.head] if self.before.head else [])
        try:
            if self.scores.ahead:
                self.scores.growth.read_ahead()
                self.scores.growth.hash_ahead(log.is_silent)
        except (GitFailed, ObjectTooLarge) as error:
            self._gap(error)
        try:
            with Commits(self.repo) as commits:
                for some in commits.of(log.stories()):
                    self._prepare([commit for _, commit in some])
                    for one, commit in some:
                        self._look(one, commit)
        except (Unreadable, GitFailed, ObjectTooLarge, BrokenPipeError) as error:
            self._gap(error)

    def audit(self) -> Audit:
        """What came of it."""
        notes = [*self.notes, *self.signatures.notes, *hidden_things(self.repo), *self._unknown_actions()]
        total = self.before.commits + self.checked
        more = self._missing - len(self.gaps)
        gaps = [*self.gaps, *([Gap(f"and {more} more that are not here", self.gaps[-1].remedy)] if more > 0 else [])]
        gaps += self.signatures.gaps
        return Audit(self.tip, total, self.checked, self.violations, gaps, notes, self._signed())

    def _signed(self) -> Signed | None:
        judge = self.signatures
        return Signed(judge.began, judge.signed, judge.unsigned, judge.since) if judge.began else None

    def memory(self) -> Memory:
        """What to remember of it."""
        total = self.before.commits + self.checked
        notes = [*self.notes, *self.signatures.notes]
        policy = self.signatures.memory()
        return Memory(self.tip, total, self.violations, notes, self._gone, policy, kept=self.before.kept)

    def _look(self, one: Told, commit: Stamped) -> None:
        self.checked += 1
        self._dates[commit.id] = commit.at
        if commit.id in self._shallow:
            self._begin(one)
            return
        what = deed(one, commit)
        if one.twice:
            self.violations += audit_org.doubled(what, one.twice)
        if commit.id == self.tip:
            self.violations += audit_org.doubled(what, self._twice(one.twice))
        before = [self._tables.at(parent) for parent in commit.parents] or [Table({})]
        told = [_tells(rows) for rows in what.against]
        changes = {row.path: row.new for row in told[0] if is_of_org(row.path)}
        after = Moment(commit.id, self.library, before[0].files, changes)
        try:
            self._judge(what, after)
            if any(told) or any(map(self._is_policed, before)):
                self._judge_org(what, told, before, after)
        except (GitFailed, ObjectTooLarge) as error:
            self._gap(error, commit.id)
        self._tables.follow(commit, before[0], changes, one.children)

    def _judge(self, what: Deed, after: Moment) -> None:
        commit = what.commit
        self.violations += dates(what, [self._date(parent) for parent in commit.parents], self.now)
        claims = claims_of(commit.message)
        if claims is not NO_CLAIMS:
            self._claims(what, claims, after)
        self.violations += self.scores.check(what, after)

    def _judge_org(self, what: Deed, told: list[list[Entry]], before: list[Table], after: Moment) -> None:
        names = what.commit.parents or ("",)
        moments = [Moment(name, self.library, one.files) for name, one in zip(names, before, strict=True)]
        for moment, entries in zip(moments, told, strict=True):
            if entries:
                self._org(what, entries, moment, after)
        if any(map(self._is_policed, before)) or self._asks(after):
            self.violations += self.signatures.check(what, moments if what.commit.parents else [], after)

    def _prepare(self, commits: list[Stamped]) -> None:
        """Let signatures be checked ahead, many at a time; what cannot be read now is told where it is needed."""
        with suppress(GitFailed):
            if self._is_policed(self._last):
                self.signatures.prepare(commits)

    def _is_policed(self, found: Table) -> bool:
        """Whether anything is asked of who signs a commit that follows this; the table knows once it was asked."""
        if found.policed is None:
            found.policed = self._asks(Moment("", self.library, found.files))
        return found.policed

    def _asks(self, moment: Moment) -> bool:
        return bool(moment.oid(SIGNERS) or self.signatures.binding or moment.head.policy.signed_since)

    @cached_property
    def _last(self) -> Table:
        return Table(table(self.repo, self.tip))

    def _claims(self, what: Deed, claims: Claims, after: Moment) -> None:
        found = self.violations
        if claims.content and not what.is_merge:
            found += content_wrong(what, claims, self._content)
        if audit_claims.agree(claims, what.own) and (not claims.by or after.oid(seat_path(claims.by))):
            return
        found += audit_claims.hidden(what, claims)
        found += audit_claims.mismatched(what, claims, lambda seat: after.oid(seat_path(seat)) is not None)
        for action in audit_claims.unknown_actions(claims):
            self._unknown[action] = self._unknown.get(action, 0) + 1
        if any(one.approved_by for one in claims.all):
            paths = audit_claims.own_records(what.own)
            records = [(path, record) for path in paths if (record := after.org.retirements.get(_stem(path)))]
            found += audit_claims.approved_otherwise(what, claims, records)

    def _content(self, entry: Entry) -> bytes | None:
        """What a commit wrote: a submodule is written as the id of its commit."""
        if entry.new is None or entry.new_mode == MODULE:
            return entry.new.encode() if entry.new else None
        return self.scores.growth.content(entry.new)

    def _org(self, what: Deed, entries: list[Entry], before: Moment, after: Moment) -> None:
        found = audit_org.against_parent(what, entries, before.org, after.org, self._read)
        # What a merge did against each of its parents is told once.
        self.violations += [one for one in found if not (what.is_merge and one in self.violations)]
        if HEAD in what.own and before.commit in what.commit.parents[:1]:
            self.notes += audit_org.moved(what, before.org, after.org)
        for entry in entries:
            seat = audit_org.seat_of_file(entry.path)
            if seat and entry.new is None:
                self._gone.setdefault(seat, []).append(f"{what.commit.id} {entry.old}")
            elif seat and entry.old is None and entry.path in what.own and seat not in before.org.retirements:
                self.violations += self._used_before(what, entry, seat)

    def _read(self, oid: str | None) -> bytes | None:
        """A content for the words of a violation, which stands without it."""
        try:
            return self.library.raw(oid) if oid else b""
        except (GitFailed, ObjectTooLarge):
            return None

    def _used_before(self, what: Deed, entry: Entry, seat: str) -> Iterator[Violation]:
        """A seat that is added where an earlier one of its id went, in a commit that this one follows."""
        for commit, _, old in (row.partition(" ") for row in self._gone.get(seat, ())):
            # The very file that went is a deletion undone; the deletion is told.
            if old != entry.new and any(self.repo.leads_to(commit, parent) for parent in what.commit.parents):
                yield audit_org.reused(what, entry, seat, commit)
                return

    def _twice(self, told_already: tuple[str, ...]) -> list[str]:
        """What the last tree has twice: no file may go, so whatever was ever there twice is so still, or was told."""
        try:
            found = twice_at(self.repo, self.tip, HEAD, "scores", *FOLDERS)
        except GitFailed as error:
            self._gap(error, self.tip)
            return []
        return [path for path in found if path not in told_already]

    def _begin(self, one: Told) -> None:
        """A commit whose parents this clone does not have: what it did cannot be told, only what it left."""
        rows = {path: entry.new for path, entry in one.changes.get("", {}).items() if entry.new and is_of_org(path)}
        self._tables.leave(one.id, Table(rows), one.children)
        remedy = "Get the whole history: git fetch --unshallow"
        self._note_gap(Gap(f"this clone is shallow: what came before {one.id[:10]} is not here", remedy))

    def _date(self, commit: str) -> int:
        if commit not in self._dates:
            found = self.repo.read(commit)
            self._dates[commit] = stamped(commit, found.raw).at if found else 0
        return self._dates[commit]

    # What is in the way.

    def _gap(self, error: Exception, commit: str = "") -> None:
        self._note_gap(gap_of(self.repo, error, commit))

    def _note_gap(self, gap: Gap) -> None:
        self._missing += 1
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(gap)

    def _unknown_actions(self) -> list[Noted]:
        told = sorted(self._unknown.items())
        return [Noted(f'{count} commits claim "{action}", which this orgtp does not know') for action, count in told]


def _tells(rows: Mapping[str, Entry]) -> list[Entry]:
    """The entries that bear on what the org is: files that say it, and links, which may lead to anything."""
    return [row for path, row in rows.items() if row.new_mode in LINKS or is_of_org(path)]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")
