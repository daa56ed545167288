"""The part of an org that recording a value needs. The cost of reading it does not grow with the org."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from orgtp.files.org import read_org_head
from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD, FileInfo
from orgtp.git.tree import TreeEditor
from orgtp.lazy_dataclass import dataclass
from orgtp.model.due import is_workday
from orgtp.model.period import Cadence, parse_period, period_containing
from orgtp.model.seat import Seat, seat_path

# A weekend and a time zone.
_MARGIN = timedelta(days=4)


class ScoreKey(NamedTuple):
    """A value to record. `period` is as the caller wrote it: "" is the current period, `last` the one before."""

    seat: str
    metric: str
    period: str


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What an action that records values reads.

    It reads the seats and all seats above them, the earlier records for `score_keys`, and the records with one of
    `ids`, wherever they are. If nobody knows which seat acts, it also reads a seat that may have an address,
    if there is one.
    """

    seats: frozenset[str]
    score_keys: frozenset[ScoreKey]
    now: datetime
    ids: frozenset[str] = frozenset()
    is_actor_unknown: bool = False


@dataclass
class PartialTree:
    """The files within `scope`, as a tree for `load_org`."""

    editor: TreeEditor
    scope: ReadScope
    _paths: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._paths = {HEAD, *self._find_seat_files(), *self._find_score_files()}
        if self.scope.ids:
            from orgtp.ledger.id_index import find_files_with_ids

            self._paths |= find_files_with_ids(self.editor, self.scope.ids)

    def entries(self) -> list[FileInfo]:
        """Every file of the part, sorted by path. Sizes are 0: only a load of the whole org checks them."""
        nodes = ((path, self.editor.find_entry(path)) for path in sorted(self._paths))
        return [FileInfo(path, 0, node.is_plain) for path, node in nodes if node]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return self.editor.read_files(paths)

    def _find_seat_files(self) -> set[str]:
        """The files of the seats, of their owners, of all above them, and of those whose metrics they continue."""
        found: set[str] = set()
        next_up = {seat_path(seat) for seat in self.scope.seats}
        if self.scope.is_actor_unknown:
            next_up |= self._find_seat_file_with_address()
        while next_up:
            found |= next_up
            seats = [read_seat(path, raw)[0] for path, raw in self.editor.read_files(next_up).items()]
            above = {name for seat in seats if seat for name in (seat.owner, seat.reports_to) if name}
            above |= {
                one.predecessor.seat for seat in seats if seat for one in seat.metrics.values() if one.predecessor
            }
            next_up = {seat_path(name) for name in above} - found
        return found

    def _find_seat_file_with_address(self) -> set[str]:
        """The file of a seat that has or may have an address. If there is one, the acting seat has to be known."""
        from orgtp.history.authors import find_any_address, find_seats_folder

        found = find_any_address(self.editor.objects.repo, find_seats_folder(self.editor))
        return {found} if found else set()

    def _find_score_files(self) -> set[str]:
        """The files that may contain a record of one of the periods: those of its month and all later ones.

        The newest earlier file is included, so that a value can be compared with those before it.
        """
        found: set[str] = set()
        for seat, first in self._find_first_months().items():
            names = self.editor.list_entries(f"scores/{seat}")
            earlier = max((name for name in names if name < first), default=first)
            found |= {f"scores/{seat}/{name}" for name in names if name >= earlier}
        return found

    def _find_first_months(self) -> dict[str, str]:
        """Seat id to the first month that is read."""
        months: dict[str, str] = {}
        for key in self.scope.score_keys:
            seat = self._read_seat_file(key.seat)
            metric = seat.metrics.get(key.metric) if seat else None
            if metric:
                first = f"{self._find_first_day(key.period, metric.cadence):%Y-%m}"
                months[key.seat] = min(first, months.get(key.seat, first))
        return months

    def _find_first_day(self, text: str, cadence: Cadence) -> date:
        """The earliest day on which the period may have been recorded, in any time zone."""
        label = text.strip().upper()
        current = period_containing(self.scope.now, cadence.grain, UTC)
        if label != "LAST":
            return ((parse_period(label) or current).start - _MARGIN).date()
        # The current period in the org's zone may be an earlier one.
        last = current.previous().previous()
        if cadence is Cadence.WEEKDAYS:
            holidays = read_org_head(self.editor.read_files([HEAD]).get(HEAD, b""))[0].holidays
            while not is_workday(holidays, last.start.date()):
                last = last.previous()
        return (last.start - _MARGIN).date()

    def _read_seat_file(self, seat: str) -> Seat | None:
        path = seat_path(seat)
        raw = self.editor.read_files([path]).get(path)
        return read_seat(path, raw)[0] if raw is not None else None
