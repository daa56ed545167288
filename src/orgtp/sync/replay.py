"""Rewrite the commits that the remote does not have onto its tip: history stays linear, and score files only grow.

Records are appended if their id is new; they are never merged as text. A record that repeats one of the remote is
dropped. One with the id of another value is left out and reported. Everything else gets a three-way merge in memory. A
commit without remaining changes is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from orgtp.actions.record_scores import describe_score
from orgtp.audit.rules.trailers import select_named_seats
from orgtp.files.load import LoadedOrg, load_org
from orgtp.files.record_readers import read_record
from orgtp.files.scores import build_score, find_seat_of_scores, parse_score_line
from orgtp.git.checkout import TreeChanges
from orgtp.git.commit import Identity
from orgtp.git.remote import SyncStopped
from orgtp.git.repo import Repo
from orgtp.git.tree import PLAIN, TREE, GitTree, TreeEditor, TreeEntry, diff_trees, open_tree
from orgtp.history.retirement_moments import read_moments, read_seat_org
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.batch import CommitBatch, PlannedCommit, RecordedChange, SourceCommit
from orgtp.ledger.checks import WouldBreak, refuse_new_errors, refuse_wrong_records
from orgtp.ledger.id_index import find_files_with_ids
from orgtp.ledger.partial_tree import PartialTree, ReadScope
from orgtp.model.change import Change
from orgtp.model.org import Retirement
from orgtp.model.problem import Place
from orgtp.model.records.kinds import RETIREMENT, find_kind_of_file, is_append_only
from orgtp.model.results import Moment, find_wrong_results
from orgtp.model.score import Score
from orgtp.model.trailers import drop_seat_trailers, parse_claims
from orgtp.sync.merge import (
    MergeClash,
    find_new_records,
    merge_files,
    merge_records,
    read_record_id,
    update_results,
)

_MOST_BESIDE = 100


class SyncConflict(SyncStopped):
    """A local commit and the remote changed the same thing."""

    state = "conflict"
    text = (
        "{what} was changed differently by the local commit {commit} ({subject}) and on the remote. Nothing was "
        "merged or pushed. Merge by hand, and commit the result:\n{commands}\n  orgtp sync"
    )


class CommitOfAnotherSeat(SyncStopped):
    """A local commit would have to be rewritten, and only another seat may sign it."""

    state = "signer"
    text = (
        "the remote has new commits, so the local commit {commit} ({subject}) has to be placed after them and signed "
        "again. It is by {seat}, and git signs commits here with a key of {signer} (see policy/allowed_signers). "
        "Nothing was changed. Let {seat} run in this clone, with their own key: orgtp sync"
    )


@dataclass(frozen=True, slots=True)
class RecordLeftOut:
    """A local record that was not sent, because the remote has a record with its id and other content."""

    local: Score
    remote: Score

    @property
    def text(self) -> str:
        """What was left out, and how to record it."""
        local = self.local
        value = local.value or "--unavailable REASON"
        again = f"orgtp score add {local.seat} {local.metric} {value} --for {local.period}"
        if local.void:
            again = f"orgtp score withdraw {local.seat} {local.metric} --for {local.period} --reason TEXT"
        return (
            f"left out: the id {self.local.id} belongs to another value on the remote: {describe_score(self.remote)}. "
            f"The local one is {describe_score(self.local)}. If both are right, record it again: {again}"
        )


def list_unpublished(repo: Repo, local: str, published: str | None, *, every: bool = False) -> list[str]:
    """List the commits that only the local branch has, oldest first: along first parents, or `every` one."""
    words = ("rev-list", *(() if every else ("--first-parent",)), "--reverse", "--topo-order", local)
    return repo.run(*words, *([f"^{published}"] if published else []), "--").decode().split()


def read_original(repo: Repo, commit: str) -> SourceCommit:
    """Read the author, the message and the first parent of a commit. Raises `GitFailed`."""
    head, _, message = _decode_commit(repo.require(commit).raw).partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n")]
    parent = next((value for key, _, value in lines if key == "parent"), None)
    author = next((value for key, _, value in lines if key == "author"), "")
    name, _, rest = author.partition(" <")
    email, _, author_date = rest.rpartition("> ")
    return SourceCommit(commit, parent, Identity(name, email), author_date, message)


def _decode_commit(raw: bytes) -> str:
    """Decode a commit, in the encoding that its header names, else UTF-8 (git-commit(1), `i18n.commitEncoding`)."""
    names = [
        line[len(b"encoding ") :] for line in raw.partition(b"\n\n")[0].split(b"\n") if line.startswith(b"encoding ")
    ]
    try:
        return raw.decode(names[0].decode("ascii") if names else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return raw.decode("utf-8", "surrogateescape")


class CommitReplay:
    """Rewrites commits onto a batch, which starts at the remote's tip.

    `commands` are the shell commands for a manual merge, to show in a conflict. After `plan_commits`, `left_out` has
    the records that were left out, each with the one that has its id.
    """

    def __init__(self, batch: CommitBatch, commits: list[str], commands: str) -> None:
        self.batch, self.base, self.commands = batch, batch.editor, commands
        self.sources = [read_original(batch.ledger.repo, commit) for commit in commits]
        repo = batch.ledger.repo
        self._changes: dict[str, TreeChanges] = {
            source.id: _diff_checked_trees(repo, source.parent, source.id) for source in self.sources
        }
        self.left_out: list[RecordLeftOut] = []
        self._known: dict[str, Score | None] = {}
        self._merge_index = self._find_manual_merge(commits)

    def _find_manual_merge(self, commits: list[str]) -> int:
        """Return the index of the last manual merge with the remote; -1 if there is none.

        The merge resolves the conflicts of the commits before it, so it is replayed as its changes against the remote's
        side. Then these conflicts do not occur again.
        """
        repo, tip = self.batch.ledger.repo, self.batch.tip
        words = ("rev-list", "--first-parent", "--topo-order", "--merges", "--parents", *commits[-1:], f"^{tip}", "--")
        for row in repo.run(*words).decode().splitlines() if commits else ():
            merge, _, *others = row.split()
            for parent in others:
                if repo.has_ancestor(parent, tip):
                    self._changes[merge] = self._merge_changes(parent, merge, commits[: commits.index(merge)])
                    return commits.index(merge)
        return -1

    def _merge_changes(self, parent: str, merge: str, before: list[str]) -> TreeChanges:
        repo = self.batch.ledger.repo
        theirs, ours = open_tree(repo, parent), open_tree(repo, merge)
        paths = {path for commit in before for path in self._changes[commit]}
        return {
            path: (theirs.find_entry(path), ours.find_entry(path))
            for path in [*diff_trees(repo, parent, merge), *paths]
        }

    def plan_commits(self) -> list[PlannedCommit]:
        """Plan the rewritten commits, without those that have no changes left.

        Raises `SyncConflict`, `CommitOfAnotherSeat`.
        """
        self._known, self.left_out = self._find_known_records(), []
        tried = [
            self._try_commit(source) if n < self._merge_index else self._plan_commit(source)
            for n, source in enumerate(self.sources)
        ]
        steps = [step for step in tried if step]
        for step in steps:
            self._refuse_other_signer(step.source)
        self._refuse_errors({path for step in steps for path in step.nodes})
        return steps

    def _refuse_other_signer(self, source: SourceCommit | None) -> None:
        """Raise `CommitOfAnotherSeat` if a commit names or is signed by a seat that does not sign here."""
        signing = self.batch.signing_seats
        if signing is None or source is None:
            return
        claims = parse_claims(source.message).all
        named = [seat for one in claims for seat in (one.by, one.approved_by) if seat and seat not in signing.seats]
        raw = self.batch.ledger.repo.require(source.id).raw
        other = next(iter(named), "") or signing.find_other_signer(source.id, raw)
        if other:
            facts = {"commit": source.id[:10], "subject": source.subject}
            raise CommitOfAnotherSeat(seat=other, signer=signing.text, **facts)

    def _find_known_records(self) -> dict[str, Score | None]:
        """Find which ids of the records that the commits add are already in the org: id to the record there.

        The record is None if the line is not a valid record.
        """
        ids: set[str] = set()
        for changes in self._changes.values():
            for path, (old, new) in changes.items():
                if find_seat_of_scores(path) and new and new.is_plain:
                    ids |= {read_record_id(line) for line in self._read_content(new).splitlines()} - {
                        read_record_id(line) for line in self._read_content(old).splitlines()
                    }
        files = self.base.read_files(find_files_with_ids(self.base, ids - {""})) if ids else {}
        known: dict[str, Score | None] = {}
        for path, raw in files.items():
            for line in raw.splitlines():
                if (id_ := read_record_id(line)) in ids:
                    known.setdefault(id_, _read_record(path, line))
        return known

    def _read_content(self, node: TreeEntry | None) -> bytes:
        return self.batch.editor.objects.read_blobs([node.id])[node.id] if node else b""

    def _try_commit(self, source: SourceCommit) -> PlannedCommit | None:
        """Plan a commit before a manual merge. Returns None on a conflict, because the merge contains its changes."""
        known, left_out = dict(self._known), list(self.left_out)
        try:
            return self._plan_commit(source)
        except SyncConflict:
            self._known, self.left_out = known, left_out
            return None

    def _plan_commit(self, source: SourceCommit) -> PlannedCommit | None:
        before, nodes = self.batch.editor, self._merge_nodes(source)
        if not nodes:
            return None
        nodes |= self._refresh_results(source, nodes)
        self.batch.editor = before.replace_entries(nodes)
        files = self.batch.editor.read_files(nodes)
        recorded = RecordedChange(
            Change("", source.subject, ()), None, before.read_files(nodes), {p: files.get(p, b"") for p in nodes}
        )
        # Changes that the remote already has are dropped, and so are the trailers of their seats.
        named = (seat for claims in parse_claims(source.message).all for seat in claims.seats)
        kept = select_named_seats(named, nodes, lambda path: _list_subjects(path, recorded))
        rewritten = replace(source, message=drop_seat_trailers(source.message, kept))
        return PlannedCommit(recorded, self.batch.editor.root, source.author, self.batch.ledger.now, nodes, rewritten)

    def _refresh_results(
        self, source: SourceCommit, nodes: Mapping[str, TreeEntry | None]
    ) -> dict[str, TreeEntry | None]:
        """Return the new retirement records with the results that the scores have now, if other values came before.

        A record that was wrong from the start stays as it is.
        """
        found: dict[str, TreeEntry | None] = {}
        for path, node in nodes.items():
            record = self._read_new_record(path, node)
            if node and record and not list(find_wrong_results(record, self._read_moments(source, record.seat))):
                raw = update_results(path, self._read_content(node), record, self._read_moment(source, record.seat))
                found[path] = replace(node, id=self._add_blob(raw, node))
        return found

    def _read_new_record(self, path: str, node: TreeEntry | None) -> Retirement | None:
        """Read a retirement record that the current tree does not have; None for anything else."""
        if (
            not path.startswith(RETIREMENT.folder)
            or not node
            or not node.is_plain
            or self.batch.editor.find_entry(path)
        ):
            return None
        record: Retirement | None = read_record(RETIREMENT, path, self._read_content(node))[0]
        return record

    def _read_moments(self, source: SourceCommit, seat: str) -> Iterator[Moment]:
        return read_moments(self.batch.ledger.repo, source.id, seat)

    def _read_moment(self, source: SourceCommit, seat: str) -> Moment:
        """Read what the current tree knows of a seat, as of the time at which a commit was written."""
        seconds = int(source.author_date.split()[0])
        return Moment(read_seat_org(self.batch.editor, seat), datetime.fromtimestamp(seconds, UTC))

    def _merge_nodes(self, source: SourceCommit) -> dict[str, TreeEntry | None]:
        """Merge the changes of a commit into the current tree: path to new entry. Raises `SyncConflict`."""
        found: dict[str, TreeEntry | None] = {}
        is_merge = self._merge_index >= 0 and source is self.sources[self._merge_index]
        for path, (old, new) in self._changes[source.id].items():
            now = self.batch.editor.find_entry(path)
            ours = self.base.find_entry(path) if is_merge and not find_seat_of_scores(path) else now
            try:
                node = self._merge_node(path, old, ours, new)
            except MergeClash as clash:
                beside = self._find_path_beside(path) if old is None and new and new.is_plain else ""
                if not beside:
                    raise self._make_conflict(_name_conflict(path, clash.what) + clash.values, source) from clash
                found[beside] = new
                continue
            if node != now:
                found[path] = node
        taken = next((name for path, node in found.items() if node for name in self._files_above(path, found)), "")
        if taken:
            raise self._make_conflict(taken, source)
        return found

    def _find_path_beside(self, path: str) -> str:
        """The path of a second record with the same key, if both stay: the first that is free; "" if they do not."""
        kind = find_kind_of_file(path)
        key = kind.find_key(path) if kind else None
        if kind is None or kind.name_beside is None or key is None:
            return ""
        paths = (kind.path_of(kind.name_beside(key, number)) for number in range(2, _MOST_BESIDE))
        return next((one for one in paths if self.batch.editor.find_entry(one) is None), "")

    def _files_above(self, path: str, gone: Mapping[str, TreeEntry | None]) -> list[str]:
        """List the parent folders of a path that are files in the current tree and that the commit does not delete."""
        above = [str(parent) for parent in PurePosixPath(path).parents][:-1]
        known = ((name, self.batch.editor.find_entry(name)) for name in above if name not in gone)
        return [name for name, node in known if node and node.mode != TREE]

    def _merge_node(
        self, path: str, old: TreeEntry | None, now: TreeEntry | None, new: TreeEntry | None
    ) -> TreeEntry | None:
        if find_seat_of_scores(path) and new and new.is_plain and (now is None or now.is_plain):
            return self._append_records(path, old, now, new)
        if is_append_only(path) and new and new.is_plain and (now is None or now.is_plain):
            return self._append_lines(old, now, new)
        if old == new:
            return now
        if now in {old, new}:
            return new
        if not (now and new and now.is_plain and new.is_plain and (old is None or old.is_plain)):
            raise MergeClash
        base, ours, theirs = (self._read_content(node) for node in (old, now, new))
        raw = (
            merge_files(self.batch.ledger.repo, path, base, ours, theirs)
            if old
            else merge_records(path, base, ours, theirs)
        )
        if raw is None:
            raise MergeClash
        return TreeEntry(new.mode if old and new.mode != old.mode else now.mode, self._add_blob(raw, new))

    def _append_records(
        self, path: str, old: TreeEntry | None, now: TreeEntry | None, new: TreeEntry
    ) -> TreeEntry | None:
        """Append the records that the commit added and whose ids are new to the current file."""
        lines = find_new_records(self._read_content(old), self._read_content(new)).splitlines(keepends=True)
        fresh = [line for line in lines if self._is_new_record(path, line)]
        if not fresh:
            return now
        before = self._read_content(now)
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        return TreeEntry(now.mode if now else PLAIN, self._add_blob(before + gap + b"".join(fresh), new))

    def _is_new_record(self, path: str, line: bytes) -> bool:
        """Whether the id of a line is new. If it belongs to another value, the line is noted in `left_out`."""
        id_, record = read_record_id(line), _read_record(path, line)
        if not id_ or id_ not in self._known:
            self._known |= {id_: record} if id_ else {}
            return True
        known = self._known[id_]
        if known and record and not known.repeats(record):
            self.left_out.append(RecordLeftOut(record, known))
        return False

    def _append_lines(self, old: TreeEntry | None, now: TreeEntry | None, new: TreeEntry) -> TreeEntry | None:
        """Append the lines that the commit added and that the current file does not have."""
        before = self._read_content(now)
        known = {*self._read_content(old).splitlines(), *before.splitlines()}
        fresh = [line for line in self._read_content(new).splitlines(keepends=True) if line.rstrip(b"\n") not in known]
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        mode = now.mode if now else PLAIN
        return TreeEntry(mode, self._add_blob(before + gap + b"".join(fresh), new)) if fresh else now

    def _add_blob(self, raw: bytes, like: TreeEntry) -> str:
        return self.batch.editor.objects.add_object("blob", raw, like.id)

    def _refuse_errors(self, paths: set[str]) -> None:
        """Refuse a result with errors that neither side has by itself. Raises `SyncConflict`."""
        try:
            if any(not find_seat_of_scores(path) for path in paths):
                self.batch.editor.objects.write_objects()
                refuse_new_errors(self._load_org(self.base), self._load_org(self.batch.editor))
            else:
                self._refuse_records(paths)
        except WouldBreak as error:
            last = self.sources[-1]
            raise self._make_conflict(f"Both sides together break the org:\n{error}\nIt", last) from error

    def _make_conflict(self, what: str, source: SourceCommit) -> SyncConflict:
        return SyncConflict(what=what, commit=source.id[:10], subject=source.subject, commands=self.commands)

    def _load_org(self, editor: TreeEditor) -> LoadedOrg:
        return load_org(GitTree(self.batch.ledger.repo, editor.root))

    def _refuse_records(self, paths: set[str]) -> None:
        """Check the added records, and load only the part of the org that they need. Raises `WouldBreak`."""
        seats = frozenset(seat for path in paths if (seat := find_seat_of_scores(path)))
        before = load_org(PartialTree(self.base, ReadScope(seats, frozenset(), self.batch.ledger.now)))
        old, new = self.base.read_files(paths), self.batch.editor.read_files(paths)
        refuse_wrong_records(before.org, old, new)


def _diff_checked_trees(repo: Repo, parent: str | None, commit: str) -> TreeChanges:
    """The changes of a commit. Raises `MalformedTree` if one of its trees has an entry that git never writes.

    A tree whose entries only got other contents has the same names as before (see `audit.tree_shapes`).
    """
    changes, editor = diff_trees(repo, parent, commit), open_tree(repo, commit)
    for path, (old, new) in changes.items():
        if old is None or new is None or old.mode != new.mode:
            editor.find_entry(path)
    return changes


def _list_subjects(path: str, change: RecordedChange) -> set[str]:
    """List the seats that a record is about, before a change and after it; for JSON Lines, those of the new lines."""
    kind = find_kind_of_file(path)
    if kind is None or not kind.has_subjects:
        return set()
    versions = [read_record(kind, path, files.get(path) or b"")[0] for files in (change.before, change.files)]
    if kind.is_lines:
        before, after = (set(lines or ()) for lines in versions)
        return {seat for one in before ^ after for seat in kind.find_subjects(one)}
    return {seat for one in versions if one is not None for seat in kind.find_subjects(one)}


def _read_record(path: str, line: bytes) -> Score | None:
    """Read a line of a score file; None if it is not a valid record."""
    data, at, _ = parse_score_line(line.rstrip(b"\n"))
    return build_score(data, at, Place(path)) if at else None


def _name_conflict(path: str, what: str) -> str:
    """Describe what both sides changed: `owner of the seat dash`."""
    folder, _, name = path.partition("/")
    thing = f"the seat {name.removesuffix('.yaml')}" if folder == "seats" and name.endswith(".yaml") else path
    return f"{what} of {thing}" if what else thing
