"""Read the score files of an org month by month, and only the months that a view needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orgtp.files.admission import admit_files
from orgtp.files.load import check_files
from orgtp.files.scores import read_scores
from orgtp.files.tree import SCORES, StoredTree
from orgtp.model.period import Grain, period_containing_local
from orgtp.model.problem import Problem
from orgtp.model.score import Score
from orgtp.model.score_series import EARLIEST, MONTH_MARGIN, ScoresByMonth, find_first_month
from orgtp.model.text import is_id

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")
# A file name may have a month that no date has (0000-01), or that no month follows.
_FIRST_MONTH, _LAST_MONTH = "0001-01", "9999-12"


@dataclass
class _SeatMonths:
    """The score files of one seat: names of the unread ones, oldest first, and the records of the others."""

    unread: list[str]
    read: int = 0
    scores: tuple[Score, ...] = ()

    @property
    def complete_since(self) -> datetime:
        """The earliest start of a period (local time) of which no record can be in an unread file."""
        if not self.unread:
            return EARLIEST
        month = self.unread[-1][:7]
        if month < _FIRST_MONTH:
            return EARLIEST + timedelta.resolution
        if month >= _LAST_MONTH:
            return datetime.max  # noqa: DTZ901  (local time, like the start of a period)
        newest = datetime.fromisoformat(f"{month}-01")
        return period_containing_local(newest, Grain.MONTH).next().start + MONTH_MARGIN


@dataclass(eq=False)
class ScoreMonths(ScoresByMonth):
    """All scores of an org, read on demand. `problems` are those of the files read so far."""

    tree: StoredTree
    problems: list[Problem] = field(default_factory=list)
    _by_seat: dict[str, _SeatMonths] = field(default_factory=dict)

    def __getitem__(self, seat: str) -> tuple[Score, ...]:
        if seat not in self:
            raise KeyError(seat)
        return self.read_since(seat, EARLIEST)[0]

    def __iter__(self) -> Iterator[str]:
        folders = self.tree.list_folder(SCORES) or ()
        return (seat for seat, is_folder in sorted(folders) if is_folder and seat in self)

    def __contains__(self, seat: object) -> bool:
        if not isinstance(seat, str) or not is_id(seat):
            return False
        months = self._find_months(seat)
        return bool(months.read or months.unread)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def read_since(self, seat: str, start: datetime) -> tuple[tuple[Score, ...], datetime]:
        """The scores of the month that contains `start` and of all later ones; see `ScoresByMonth`."""
        months = self._find_months(seat)
        if start < months.complete_since:
            first = find_first_month(start)
            self._read_newest({seat: sum(name >= first for name in months.unread)})
        return months.scores, months.complete_since

    def read_further_back(self, seat: str) -> bool:
        """Double the number of months read, so that reading far back takes few steps. False if all were read."""
        months = self._find_months(seat)
        more = min(len(months.unread), max(1, months.read))
        self._read_newest({seat: more})
        return more > 0

    def _find_months(self, seat: str) -> _SeatMonths:
        if seat not in self._by_seat:
            folder = f"{SCORES}/{seat}"
            names = self.tree.list_folder(folder)
            if names is None:
                self.problems += admit_files(self.tree.find([folder]))[1]
            files = (name for name, is_folder in names or () if not is_folder and _MONTH.fullmatch(name))
            self._by_seat[seat] = _SeatMonths(sorted(files))
        return self._by_seat[seat]

    def read_ahead(self, seats: Iterable[str]) -> None:
        """Read the newest file of each of these seats, all at once: one by one, each takes a call of git."""
        found = {seat: self._find_months(seat) for seat in seats}
        self._read_newest({seat: 1 for seat, months in found.items() if months.unread and not months.read})

    def _read_newest(self, counts: Mapping[str, int]) -> None:
        """Read the newest unread files of each seat, as many as `counts` says."""
        wanted = {seat: self._by_seat[seat].unread[-count:] for seat, count in counts.items() if count}
        paths = {seat: [f"{SCORES}/{seat}/{name}" for name in names] for seat, names in wanted.items()}
        raw = self.tree.read([path for some in paths.values() for path in some])
        for seat, some in paths.items():
            months = self._by_seat[seat]
            months.scores = (*self._read_records(some, raw), *months.scores)
            months.unread, months.read = months.unread[: -len(some)], months.read + len(some)

    def _read_records(self, paths: Sequence[str], raw: dict[str, bytes]) -> Iterator[Score]:
        """The records of these files of one seat, in their order."""
        # Examine only the files that could not be read, to report why.
        lost = [path for path in paths if path not in raw]
        fit, problems = admit_files(self.tree.find(lost)) if lost else ([], [])
        files = check_files([path for path in paths if path in raw or path in fit], raw, problems, set())
        for path in paths:
            if path in files:
                records, wrong = read_scores(path, files[path])
                yield from records
                problems += wrong
        self.problems += problems
