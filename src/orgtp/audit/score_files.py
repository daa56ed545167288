"""The audit of score files: what each commit added, line by line, and whether nothing else was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from orgtp.audit.append_proof import Appended, AppendProof
from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.audit.rules import scores as rules
from orgtp.audit.snapshot import BlobCache, CommitSnapshot
from orgtp.files.scores import PLAIN, read_line, score_of, seat_of
from orgtp.git.repo import Repo
from orgtp.model.errors import BadValue
from orgtp.model.period import parse_period
from orgtp.model.problem import Place
from orgtp.model.seat import Seat, seat_path
from orgtp.model.value import Unit

PLAIN_MODE = "100644"
LINKS = ("120000", "160000")
_PLAIN_MODES = (None, PLAIN_MODE)
seat_of_scores = lru_cache(maxsize=65536)(seat_of)


class ScoreAudit:
    """What is known of the scores of one history; `ids` are those of earlier audits, with their files."""

    def __init__(self, repo: Repo, tip: str, library: BlobCache, ids: dict[str, str], *, ahead: bool) -> None:
        self.library, self.ahead = library, ahead
        self.fresh: dict[str, str] = {}
        self._ids = ids
        self._units: dict[tuple[str | None, bytes, bytes], Unit | None] = {}
        self._counts: dict[str, Counter[str]] = {}
        self.growth = AppendProof(repo, tip)

    def check_scores(self, deed: CommitChanges, after: CommitSnapshot) -> Iterable[Violation]:
        """Everything that is wrong with what a commit did to score files. Raises `GitFailed`."""
        fresh: dict[str, str] = {}
        if deed.is_merge or not self._are_plain(deed.against[0], after, fresh):
            return self._check_commit(deed, after)
        if fresh:
            self._ids |= fresh
            self.fresh |= fresh
        return ()

    def _are_plain(self, entries: Mapping[str, TreeChange], after: CommitSnapshot, fresh: dict[str, str]) -> bool:
        """Whether score files have only grown, by lines as orgtp writes them that fit, with new ids: put in `fresh`.

        Nearly every commit is of this kind. Of any other, `_wrong` says what it is, and whether that is wrong.
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
            id_ = self._plain_record_id(line, entry.path, seat)
            if not id_ or id_ in self._ids or id_ in fresh:
                return False
            fresh[id_] = entry.path
        return True

    def _plain_record_id(self, line: bytes, path: str, seat: tuple[str, str | None]) -> str:
        """The id of a line that is beyond doubt a record which fits; "" where it needs a closer look."""
        match = PLAIN.fullmatch(line)
        if match is None:
            return ""
        id_, at, metric, period, value, _, note = match.groups()
        unit = self._find_unit(seat, metric, period) if _is_of_month(path, at[:10]) else None
        if unit is None:
            return ""
        fits = is_stored(unit, value) if value is not None else note and note.strip()
        return id_.decode() if fits else ""

    def _find_unit(self, seat: tuple[str, str | None], metric: bytes, period: bytes) -> Unit | None:
        """The unit of a metric that has such periods, by its seat's file; remembered, for many values share it."""
        key = (seat[1], metric, period)
        if key not in self._units:
            self._units[key] = self._read_unit(seat, metric.decode(), period.decode())
        return self._units[key]

    def _read_unit(self, seat: tuple[str, str | None], metric: str, period: str) -> Unit | None:
        path, oid = seat
        held = self.library.read_seat(path, oid) if oid else None
        found = held.metrics.get(metric) if held else None
        known = parse_period(period)
        fit = found and known and known.grain is found.cadence.grain and found.targets.dated
        return found.targets.unit if found and fit else None

    def _check_commit(self, deed: CommitChanges, after: CommitSnapshot) -> Iterator[Violation]:
        if not deed.is_merge:
            for path, entry in deed.against[0].items():
                if seat_of_scores(path):
                    yield from self._check_file(deed, entry, after)
            return
        for path in sorted({path for entries in deed.against for path in entries if seat_of_scores(path)}):
            yield from self._check_merge(deed, path)

    def _check_file(self, deed: CommitChanges, entry: TreeChange, after: CommitSnapshot) -> Iterator[Violation]:
        if entry.new is None or entry.new_mode in LINKS or (entry.old_mode and entry.old_mode != entry.new_mode):
            yield from rules.check_file_kind(deed, entry, _find_new_path(deed, entry))
        if entry.new is None or entry.new_mode in LINKS or entry.old == entry.new or _is_moved(deed, entry):
            return
        grown = self.growth.find_appended(entry)
        if grown is None:
            yield rules.rewritten_file(
                deed, entry.path, self.growth.read_version(entry.old), self.growth.read_version(entry.new)
            )
            return
        yield from self._check_added_lines(deed, entry, grown, after)

    def _check_added_lines(
        self, deed: CommitChanges, entry: TreeChange, grown: Appended, after: CommitSnapshot
    ) -> Iterator[Violation]:
        added = grown.added
        if not grown.began_on_new_line:
            # What has no newline at its end is a line that is not over: a newline first, or it is another line now.
            if not added.startswith(b"\n"):
                yield rules.rewritten_file(
                    deed, entry.path, self.growth.read_version(entry.old), self.growth.read_version(entry.new)
                )
                return
            added = added[1:]
        *lines, last = added.split(b"\n")
        for number, line in enumerate(lines):
            yield from self._check_line(deed, entry, (grown, number), line, after)
        if last:
            yield from self._malformed_line(deed, entry, (grown, len(lines)), last, "the last line has no newline")

    def _malformed_line(
        self, deed: CommitChanges, entry: TreeChange, at: tuple[Appended, int], line: bytes, why: str
    ) -> Iterator[Violation]:
        place = self._line_number(entry, at)
        yield deed.violation(
            rules.MALFORMED, f"not a score: {why}", path=entry.path, line=place, after=rules.decode_line(line)
        )

    def _line_number(self, entry: TreeChange, at: tuple[Appended, int]) -> int:
        """The number of a line that was added, counted when somebody wants to know."""
        grown, number = at
        # A line that had no newline got one, and the next begins.
        return (
            self.growth.read_version(entry.new)[: grown.begin].count(b"\n")
            + number
            + (1 if grown.began_on_new_line else 2)
        )

    def _check_line(
        self, deed: CommitChanges, entry: TreeChange, at: tuple[Appended, int], line: bytes, after: CommitSnapshot
    ) -> Iterator[Violation]:
        data, moment, wrong = read_line(line)
        if moment is None:
            yield from self._malformed_line(deed, entry, at, line, wrong or "it cannot be read")
            return
        yield from self._check_id(deed, entry, at, data["id"], line)
        name = str(seat_of_scores(entry.path))
        seat = self._read_seat(name, after)
        metric = seat.metrics.get(data["metric"]) if seat else None
        month = entry.path.endswith(f"/{data['at'][:7]}.jsonl")
        if metric and month and rules.value_fits(metric, data["period"], data["value"], data.get("note", "")):
            return
        why = rules.explain_misfit(score_of(data, moment, Place(entry.path)), seat)
        message = why or "its seat could not be read then"
        place = self._line_number(entry, at)
        yield deed.violation(rules.MISFIT, message, path=entry.path, line=place, after=rules.decode_line(line))

    def _read_seat(self, name: str, after: CommitSnapshot) -> Seat | None:
        path = seat_path(name)
        oid = after.oid(path)
        return self.library.read_seat(path, oid) if oid else None

    def _check_id(
        self, deed: CommitChanges, entry: TreeChange, at: tuple[Appended, int], id_: str, line: bytes
    ) -> Iterator[Violation]:
        """An id is used once. A commit that was picked from another branch brings the same line once more."""
        path = self._ids.get(id_)
        if path is None:
            self._ids[id_] = self.fresh[id_] = entry.path
            return
        if path == entry.path and self._is_cherry_picked(entry, at, id_, line):
            return
        message = f'the id "{id_}" is used in {path} already'
        place = self._line_number(entry, at)
        after = rules.decode_line(line)
        yield deed.violation(rules.TAKEN, message, path=entry.path, line=place, before=path, after=after)

    def _is_cherry_picked(self, entry: TreeChange, at: tuple[Appended, int], id_: str, line: bytes) -> bool:
        """Whether the line is not in the file yet, and stands there once in the end."""
        grown, number = at
        before = self.growth.read_version(entry.new)[: grown.begin].split(b"\n") + grown.added.split(b"\n")[:number]
        return line not in before and self._count_final_ids(entry.path)[id_] <= 1

    def _count_final_ids(self, path: str) -> Counter[str]:
        """How often each id stands in the last version of a file, however its lines are written."""
        if path not in self._counts:
            lines = (read_line(line) for line in self.growth.read_last(path).split(b"\n"))
            self._counts[path] = Counter(data["id"] for data, moment, _ in lines if moment)
        return self._counts[path]

    def _check_merge(self, deed: CommitChanges, path: str) -> Iterator[Violation]:
        """A merge: every line of every parent is there, in order, and no other."""
        rows = [entries.get(path) for entries in deed.against]
        some = next(row for row in rows if row)
        wrong = {v.message: v for row in rows if row for v in rules.check_file_kind(deed, row, "")}
        yield from wrong.values()
        if some.new is None or some.new_mode in LINKS:
            return
        olds = [row.old if row else some.new for row in rows]
        parents = [self.growth.read_version(old) for old in olds]
        result = self.growth.read_version(some.new)
        if not (result in parents and all(result.startswith(parent) for parent in parents)):
            yield from rules.check_merged_lines(deed, path, parents, result)


@lru_cache(maxsize=1 << 16)
def _seat_file_of_scores(path: str) -> str:
    """The file of the seat whose scores stand in the file `path`; "" where the path is no score file's."""
    seat = seat_of(path)
    return seat_path(seat) if seat else ""


@lru_cache(maxsize=1 << 16)
def _is_of_month(path: str, day: bytes) -> bool:
    """Whether there is such a day, and its records belong in this file."""
    text = day.decode()
    return path.endswith(f"/{text[:7]}.jsonl") and parse_period(text) is not None


@lru_cache(maxsize=1 << 16)
def is_stored(unit: Unit, value: bytes) -> bool:
    """Whether a value is one of this unit, in its stored form."""
    text = value.decode()
    try:
        return unit.format_stored(unit.parse_amount(text)) == text
    except BadValue:
        return False


def _find_new_path(deed: CommitChanges, entry: TreeChange) -> str:
    """Where the content of a file that went stands now."""
    found = (other.path for other in deed.against[0].values() if other.new == entry.old and other.old is None)
    return next(found, "") if entry.new is None else ""


def _is_moved(deed: CommitChanges, entry: TreeChange) -> bool:
    """Whether the file is another one under a new name, which is told there."""
    others: Any = deed.against[0].values()
    return entry.old is None and any(o.old == entry.new and o.new is None and seat_of_scores(o.path) for o in others)
