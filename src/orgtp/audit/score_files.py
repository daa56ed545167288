"""Audit score files: check every line that a commit added, and that it changed nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from orgtp.audit.append_proof import Appended, AppendProof
from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.audit.rules import scores as rules
from orgtp.audit.snapshot import BlobCache, CommitSnapshot
from orgtp.files.scores import PLAIN_LINE, build_score, find_seat_of_scores, parse_score_line
from orgtp.git.repo import Repo
from orgtp.model.errors import BadValue
from orgtp.model.period import parse_period
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Seat, seat_path
from orgtp.model.value import Unit

PLAIN_MODE = "100644"
LINKS = ("120000", "160000")
_PLAIN_MODES = (None, PLAIN_MODE)
find_seat_cached = lru_cache(maxsize=65536)(find_seat_of_scores)


class ScoreAudit:
    """The state of the score audit of one history. `ids` maps the record ids of earlier audits to their files.

    `withdrawn` are the files to which the last checked commit added a record that withdraws a value.
    """

    def __init__(self, repo: Repo, tip: str, blobs: BlobCache, ids: dict[str, str], *, ahead: bool) -> None:
        self.blobs, self.ahead = blobs, ahead
        self.fresh: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self._ids = ids
        self._units: dict[tuple[str | None, bytes, bytes], Unit | None] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._withdrawals: list[tuple[Score, bytes]] = []
        self.growth = AppendProof(repo, tip)

    def check_scores(
        self, changes: CommitChanges, before: CommitSnapshot, after: CommitSnapshot
    ) -> Iterable[Violation]:
        """Find all violations in a commit's changes to score files. `before`: its first parent. Raises `GitFailed`."""
        fresh: dict[str, str] = {}
        self.withdrawn = set()
        if changes.is_merge or not self._are_plain(changes.against[0], after, fresh):
            yield from self._check_commit(changes, after)
            yield from self._check_withdrawals(changes, before, after)
            return
        if fresh:
            self._ids |= fresh
            self.fresh |= fresh

    def _are_plain(self, entries: Mapping[str, TreeChange], after: CommitSnapshot, fresh: dict[str, str]) -> bool:
        """Whether the commit only appended valid lines in orgtp's format, with new ids. These are added to `fresh`.

        This fast check covers nearly every commit. `_check_commit` examines the others in detail.
        """
        for path, entry in entries.items():
            if (file := _seat_file_of_scores(path)) and not self._is_plain(entry, (file, after.oid(file)), fresh):
                return False
        return True

    def _is_plain(self, entry: TreeChange, seat: tuple[str, str | None], fresh: dict[str, str]) -> bool:
        if entry.new_mode != PLAIN_MODE or entry.old_mode not in _PLAIN_MODES:
            return False
        grown = self.growth.find_appended(entry)
        if grown is None or not grown.began_on_new_line or not grown.added.endswith(b"\n"):
            return False
        for line in grown.added[:-1].split(b"\n"):
            id_ = self._read_plain_record_id(line, entry.path, seat)
            if not id_ or id_ in self._ids or id_ in fresh:
                return False
            fresh[id_] = entry.path
        return True

    def _read_plain_record_id(self, line: bytes, path: str, seat: tuple[str, str | None]) -> str:
        """Return the id of a line that is certainly a valid record; "" if it must be examined in detail."""
        match = PLAIN_LINE.fullmatch(line)
        if match is None:
            return ""
        id_, at, metric, period, void, value, note = match.group(
            "id", "at", "metric", "period", "void", "value", "note"
        )
        if void:
            return ""
        unit = self._find_unit(seat, metric, period) if _is_of_month(path, at[:10]) else None
        if unit is None:
            return ""
        fits = is_stored(unit, value) if value is not None else note and note.strip()
        return id_.decode() if fits else ""

    def _find_unit(self, seat: tuple[str, str | None], metric: bytes, period: bytes) -> Unit | None:
        """Return the unit of a metric if its cadence matches the period. Cached, because many values share it."""
        key = (seat[1], metric, period)
        if key not in self._units:
            self._units[key] = self._read_unit(seat, metric.decode(), period.decode())
        return self._units[key]

    def _read_unit(self, seat: tuple[str, str | None], metric: str, period: str) -> Unit | None:
        path, oid = seat
        held = self.blobs.read_seat(path, oid) if oid else None
        found = held.metrics.get(metric) if held else None
        known = parse_period(period)
        fit = found and known and known.grain is found.cadence.grain and found.targets.dated
        return found.targets.unit if found and fit else None

    def _check_commit(self, changes: CommitChanges, after: CommitSnapshot) -> Iterator[Violation]:
        if not changes.is_merge:
            for path, entry in changes.against[0].items():
                if find_seat_cached(path):
                    yield from self._check_file(changes, entry, after)
            return
        for path in sorted({path for entries in changes.against for path in entries if find_seat_cached(path)}):
            yield from self._check_merge(changes, path)

    def _check_file(self, changes: CommitChanges, entry: TreeChange, after: CommitSnapshot) -> Iterator[Violation]:
        if entry.new is None or entry.new_mode in LINKS or (entry.old_mode and entry.old_mode != entry.new_mode):
            yield from rules.check_file_kind(changes, entry, _find_new_path(changes, entry))
        if entry.new is None or entry.new_mode in LINKS or entry.old == entry.new or _is_moved(changes, entry):
            return
        grown = self.growth.find_appended(entry)
        if grown is None:
            yield rules.make_rewrite_violation(
                changes, entry.path, self.growth.read_version(entry.old), self.growth.read_version(entry.new)
            )
            return
        yield from self._check_added_lines(changes, entry, grown, after)

    def _check_added_lines(
        self, changes: CommitChanges, entry: TreeChange, grown: Appended, after: CommitSnapshot
    ) -> Iterator[Violation]:
        added = grown.added
        if not grown.began_on_new_line:
            # The old content ended within a line. Unless a newline comes first, the commit changed that line.
            if not added.startswith(b"\n"):
                yield rules.make_rewrite_violation(
                    changes, entry.path, self.growth.read_version(entry.old), self.growth.read_version(entry.new)
                )
                return
            added = added[1:]
        *lines, last = added.split(b"\n")
        for number, line in enumerate(lines):
            yield from self._check_line(changes, entry, (grown, number), line, after)
        if last:
            yield from self._report_malformed_line(
                changes, entry, (grown, len(lines)), last, "the last line has no newline"
            )

    def _report_malformed_line(
        self, changes: CommitChanges, entry: TreeChange, at: tuple[Appended, int], line: bytes, why: str
    ) -> Iterator[Violation]:
        place = self._line_number(entry, at)
        yield changes.violation(
            rules.MALFORMED, f"not a score: {why}", path=entry.path, line=place, after=rules.decode_line(line)
        )

    def _line_number(self, entry: TreeChange, at: tuple[Appended, int]) -> int:
        """Return the number of an added line. Counted only for violations."""
        grown, number = at
        # If the old content had no final newline, the added content starts with it.
        return (
            self.growth.read_version(entry.new)[: grown.begin].count(b"\n")
            + number
            + (1 if grown.began_on_new_line else 2)
        )

    def _check_line(
        self, changes: CommitChanges, entry: TreeChange, at: tuple[Appended, int], line: bytes, after: CommitSnapshot
    ) -> Iterator[Violation]:
        data, timestamp, wrong = parse_score_line(line)
        if timestamp is None:
            yield from self._report_malformed_line(changes, entry, at, line, wrong or "it cannot be read")
            return
        yield from self._check_id(changes, entry, at, data["id"], line)
        if "void" in data:
            self.withdrawn.add(entry.path)
            self._withdrawals.append(
                (build_score(data, timestamp, Place(entry.path, self._line_number(entry, at))), line)
            )
        name = str(find_seat_cached(entry.path))
        seat = self._read_seat(name, after)
        metric = seat.metrics.get(data["metric"]) if seat else None
        month = entry.path.endswith(f"/{data['at'][:7]}.jsonl")
        void = "void" in data
        if (
            metric
            and month
            and rules.value_fits(metric, data["period"], data["value"], data.get("note", ""), void=void)
        ):
            return
        why = rules.explain_misfit(build_score(data, timestamp, Place(entry.path)), seat)
        message = why or "its seat file was not valid at that commit"
        place = self._line_number(entry, at)
        yield changes.violation(rules.MISFIT, message, path=entry.path, line=place, after=rules.decode_line(line))

    def _check_withdrawals(
        self, changes: CommitChanges, before: CommitSnapshot, after: CommitSnapshot
    ) -> Iterator[Violation]:
        """Check that each record that withdraws a value names a seat that may, by the policy before the commit."""
        for score, line in self._withdrawals:
            # A seat that the commit itself adds is not in the org before it.
            org = before.org if score.seat in before.org.seats else after.org
            if not org.may_withdraw(score.seat, score.by):
                yield rules.make_withdrawal_violation(changes, score, line, org.eligible_withdrawers(score.seat))
        self._withdrawals = []

    def _read_seat(self, name: str, after: CommitSnapshot) -> Seat | None:
        path = seat_path(name)
        oid = after.oid(path)
        return self.blobs.read_seat(path, oid) if oid else None

    def _check_id(
        self, changes: CommitChanges, entry: TreeChange, at: tuple[Appended, int], id_: str, line: bytes
    ) -> Iterator[Violation]:
        """Check that an id is new. A cherry-picked commit may add the same line again."""
        path = self._ids.get(id_)
        if path is None:
            self._ids[id_] = self.fresh[id_] = entry.path
            return
        if path == entry.path and self._is_cherry_picked(entry, at, id_, line):
            return
        message = f'the id "{id_}" is used in {path} already'
        place = self._line_number(entry, at)
        after = rules.decode_line(line)
        yield changes.violation(rules.TAKEN, message, path=entry.path, line=place, before=path, after=after)

    def _is_cherry_picked(self, entry: TreeChange, at: tuple[Appended, int], id_: str, line: bytes) -> bool:
        """Whether the line is not in the file yet, and is in its last version only once."""
        grown, number = at
        before = self.growth.read_version(entry.new)[: grown.begin].split(b"\n") + grown.added.split(b"\n")[:number]
        return line not in before and self._count_final_ids(entry.path)[id_] <= 1

    def _count_final_ids(self, path: str) -> Counter[str]:
        """Count each id in the last version of a file, whatever the format of its lines."""
        if path not in self._counts:
            lines = (parse_score_line(line) for line in self.growth.read_last(path).split(b"\n"))
            self._counts[path] = Counter(data["id"] for data, timestamp, _ in lines if timestamp)
        return self._counts[path]

    def _check_merge(self, changes: CommitChanges, path: str) -> Iterator[Violation]:
        """Check that a merge has all lines of every parent, in order, and no others."""
        rows = [entries.get(path) for entries in changes.against]
        change = next(row for row in rows if row)
        wrong = {v.message: v for row in rows if row for v in rules.check_file_kind(changes, row, "")}
        yield from wrong.values()
        if change.new is None or change.new_mode in LINKS:
            return
        olds = [row.old if row else change.new for row in rows]
        parents = [self.growth.read_version(old) for old in olds]
        result = self.growth.read_version(change.new)
        if not (result in parents and all(result.startswith(parent) for parent in parents)):
            yield from rules.check_merged_lines(changes, path, parents, result)


@lru_cache(maxsize=1 << 16)
def _seat_file_of_scores(path: str) -> str:
    """Return the seat file for a score file; "" if the path is not a score file."""
    seat = find_seat_of_scores(path)
    return seat_path(seat) if seat else ""


@lru_cache(maxsize=1 << 16)
def _is_of_month(path: str, day: bytes) -> bool:
    """Whether the day exists, and its records belong in this file."""
    text = day.decode()
    return path.endswith(f"/{text[:7]}.jsonl") and parse_period(text) is not None


@lru_cache(maxsize=1 << 16)
def is_stored(unit: Unit, value: bytes) -> bool:
    """Whether a value is in the stored form of this unit."""
    text = value.decode()
    try:
        return unit.format_stored(unit.parse_amount(text)) == text
    except BadValue:
        return False


def _find_new_path(changes: CommitChanges, entry: TreeChange) -> str:
    """Return the path to which a commit moved the content of a deleted file; "" if it did not."""
    found = (other.path for other in changes.against[0].values() if other.new == entry.old and other.old is None)
    return next(found, "") if entry.new is None else ""


def _is_moved(changes: CommitChanges, entry: TreeChange) -> bool:
    """Whether the file is another one that was renamed. The renaming is reported for the old path."""
    others: Any = changes.against[0].values()
    return entry.old is None and any(o.old == entry.new and o.new is None and find_seat_cached(o.path) for o in others)
