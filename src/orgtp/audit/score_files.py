"""The audit of score files: what each commit added, line by line, and whether nothing else was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from orgtp.audit.append_proof import Grown, Growth
from orgtp.audit.model import Deed, Entry, Violation
from orgtp.audit.rules import scores as rules
from orgtp.audit.snapshot import Library, Moment
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
score_seat = lru_cache(maxsize=65536)(seat_of)


class ScoreAudit:
    """What is known of the scores of one history; `ids` are those of earlier audits, with their files."""

    def __init__(self, repo: Repo, tip: str, library: Library, ids: dict[str, str], *, ahead: bool) -> None:
        self.library, self.ahead = library, ahead
        self.fresh: dict[str, str] = {}
        self._ids = ids
        self._units: dict[tuple[str | None, bytes, bytes], Unit | None] = {}
        self._counts: dict[str, Counter[str]] = {}
        self.growth = Growth(repo, tip)

    def check(self, deed: Deed, after: Moment) -> Iterable[Violation]:
        """Everything that is wrong with what a commit did to score files. Raises `GitFailed`."""
        fresh: dict[str, str] = {}
        if deed.is_merge or not self._are_plain(deed.against[0], after, fresh):
            return self._wrong(deed, after)
        if fresh:
            self._ids |= fresh
            self.fresh |= fresh
        return ()

    def _are_plain(self, entries: Mapping[str, Entry], after: Moment, fresh: dict[str, str]) -> bool:
        """Whether score files have only grown, by lines as orgtp writes them that fit, with new ids: put in `fresh`.

        Nearly every commit is of this kind. Of any other, `_wrong` says what it is, and whether that is wrong.
        """
        for path, entry in entries.items():
            if (file := _seat_file(path)) and not self._is_plain(entry, (file, after.oid(file)), fresh):
                return False
        return True

    def _is_plain(self, entry: Entry, seat: tuple[str, str | None], fresh: dict[str, str]) -> bool:
        if entry.new_mode != PLAIN_MODE or entry.old_mode not in _PLAIN_MODES:
            return False
        grown = self.growth.grown(entry)
        if grown is None or not grown.whole or not grown.added.endswith(b"\n"):
            return False
        for line in grown.added[:-1].split(b"\n"):
            id_ = self._plain_id(line, entry.path, seat)
            if not id_ or id_ in self._ids or id_ in fresh:
                return False
            fresh[id_] = entry.path
        return True

    def _plain_id(self, line: bytes, path: str, seat: tuple[str, str | None]) -> str:
        """The id of a line that is beyond doubt a record which fits; "" where it needs a closer look."""
        match = PLAIN.fullmatch(line)
        if match is None:
            return ""
        id_, at, metric, period, value, _, note = match.groups()
        unit = self._unit(seat, metric, period) if _is_of_month(path, at[:10]) else None
        if unit is None:
            return ""
        fits = is_stored(unit, value) if value is not None else note and note.strip()
        return id_.decode() if fits else ""

    def _unit(self, seat: tuple[str, str | None], metric: bytes, period: bytes) -> Unit | None:
        """The unit of a metric that has such periods, by its seat's file; remembered, for many values share it."""
        key = (seat[1], metric, period)
        if key not in self._units:
            self._units[key] = self._looked_up(seat, metric.decode(), period.decode())
        return self._units[key]

    def _looked_up(self, seat: tuple[str, str | None], metric: str, period: str) -> Unit | None:
        path, oid = seat
        held = self.library.seat(path, oid) if oid else None
        found = held.metrics.get(metric) if held else None
        known = parse_period(period)
        fit = found and known and known.grain is found.cadence.grain and found.targets.dated
        return found.targets.unit if found and fit else None

    def _wrong(self, deed: Deed, after: Moment) -> Iterator[Violation]:
        if not deed.is_merge:
            for path, entry in deed.against[0].items():
                if score_seat(path):
                    yield from self._file(deed, entry, after)
            return
        for path in sorted({path for entries in deed.against for path in entries if score_seat(path)}):
            yield from self._merged(deed, path)

    def _file(self, deed: Deed, entry: Entry, after: Moment) -> Iterator[Violation]:
        if entry.new is None or entry.new_mode in LINKS or (entry.old_mode and entry.old_mode != entry.new_mode):
            yield from rules.file_wrong(deed, entry, _moved_to(deed, entry))
        if entry.new is None or entry.new_mode in LINKS or entry.old == entry.new or _moved_from(deed, entry):
            return
        grown = self.growth.grown(entry)
        if grown is None:
            yield rules.rewritten(deed, entry.path, self.growth.content(entry.old), self.growth.content(entry.new))
            return
        yield from self._added(deed, entry, grown, after)

    def _added(self, deed: Deed, entry: Entry, grown: Grown, after: Moment) -> Iterator[Violation]:
        added = grown.added
        if not grown.whole:
            # What has no newline at its end is a line that is not over: a newline first, or it is another line now.
            if not added.startswith(b"\n"):
                yield rules.rewritten(deed, entry.path, self.growth.content(entry.old), self.growth.content(entry.new))
                return
            added = added[1:]
        *lines, last = added.split(b"\n")
        for number, line in enumerate(lines):
            yield from self._line(deed, entry, (grown, number), line, after)
        if last:
            yield from self._malformed(deed, entry, (grown, len(lines)), last, "the last line has no newline")

    def _malformed(self, deed: Deed, entry: Entry, at: tuple[Grown, int], line: bytes, why: str) -> Iterator[Violation]:
        place = self._number(entry, at)
        yield deed.wrong(rules.MALFORMED, f"not a score: {why}", path=entry.path, line=place, after=rules.said(line))

    def _number(self, entry: Entry, at: tuple[Grown, int]) -> int:
        """The number of a line that was added, counted when somebody wants to know."""
        grown, number = at
        # A line that had no newline got one, and the next begins.
        return self.growth.content(entry.new)[: grown.begin].count(b"\n") + number + (1 if grown.whole else 2)

    def _line(self, deed: Deed, entry: Entry, at: tuple[Grown, int], line: bytes, after: Moment) -> Iterator[Violation]:
        data, moment, wrong = read_line(line)
        if moment is None:
            yield from self._malformed(deed, entry, at, line, wrong or "it cannot be read")
            return
        yield from self._id(deed, entry, at, data["id"], line)
        name = str(score_seat(entry.path))
        seat = self._seat(name, after)
        metric = seat.metrics.get(data["metric"]) if seat else None
        month = entry.path.endswith(f"/{data['at'][:7]}.jsonl")
        if metric and month and rules.fits(metric, data["period"], data["value"], data.get("note", "")):
            return
        why = rules.misfit(score_of(data, moment, Place(entry.path)), seat)
        message = why or "its seat could not be read then"
        place = self._number(entry, at)
        yield deed.wrong(rules.MISFIT, message, path=entry.path, line=place, after=rules.said(line))

    def _seat(self, name: str, after: Moment) -> Seat | None:
        path = seat_path(name)
        oid = after.oid(path)
        return self.library.seat(path, oid) if oid else None

    def _id(self, deed: Deed, entry: Entry, at: tuple[Grown, int], id_: str, line: bytes) -> Iterator[Violation]:
        """An id is used once. A commit that was picked from another branch brings the same line once more."""
        path = self._ids.get(id_)
        if path is None:
            self._ids[id_] = self.fresh[id_] = entry.path
            return
        if path == entry.path and self._is_picked(entry, at, id_, line):
            return
        message = f'the id "{id_}" is used in {path} already'
        place = self._number(entry, at)
        yield deed.wrong(rules.TAKEN, message, path=entry.path, line=place, before=path, after=rules.said(line))

    def _is_picked(self, entry: Entry, at: tuple[Grown, int], id_: str, line: bytes) -> bool:
        """Whether the line is not in the file yet, and stands there once in the end."""
        grown, number = at
        before = self.growth.content(entry.new)[: grown.begin].split(b"\n") + grown.added.split(b"\n")[:number]
        return line not in before and self._in_the_end(entry.path)[id_] <= 1

    def _in_the_end(self, path: str) -> Counter[str]:
        """How often each id stands in the last version of a file, however its lines are written."""
        if path not in self._counts:
            lines = (read_line(line) for line in self.growth.last(path).split(b"\n"))
            self._counts[path] = Counter(data["id"] for data, moment, _ in lines if moment)
        return self._counts[path]

    def _merged(self, deed: Deed, path: str) -> Iterator[Violation]:
        """A merge: every line of every parent is there, in order, and no other."""
        rows = [entries.get(path) for entries in deed.against]
        some = next(row for row in rows if row)
        wrong = {v.message: v for row in rows if row for v in rules.file_wrong(deed, row, "")}
        yield from wrong.values()
        if some.new is None or some.new_mode in LINKS:
            return
        olds = [row.old if row else some.new for row in rows]
        parents = [self.growth.content(old) for old in olds]
        result = self.growth.content(some.new)
        if not (result in parents and all(result.startswith(parent) for parent in parents)):
            yield from rules.merged(deed, path, parents, result)


@lru_cache(maxsize=1 << 16)
def _seat_file(path: str) -> str:
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
        return unit.stored(unit.read(text)) == text
    except BadValue:
        return False


def _moved_to(deed: Deed, entry: Entry) -> str:
    """Where the content of a file that went stands now."""
    found = (other.path for other in deed.against[0].values() if other.new == entry.old and other.old is None)
    return next(found, "") if entry.new is None else ""


def _moved_from(deed: Deed, entry: Entry) -> bool:
    """Whether the file is another one under a new name, which is told there."""
    others: Any = deed.against[0].values()
    return entry.old is None and any(o.old == entry.new and o.new is None and score_seat(o.path) for o in others)
