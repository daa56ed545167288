"""The org at the end of each day of a window: each tree of seats is read once, and each file of values as it grows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime, time, timedelta

from orgtp.files.load import load_org
from orgtp.files.score_months import ScoreMonths
from orgtp.files.tree import HEAD, READ_FOLDERS, SCORES, SelectedTree
from orgtp.git.ancestry import is_shallow_clone
from orgtp.git.log import list_first_parents
from orgtp.git.tree import GitTree, TreeEntry, open_tree
from orgtp.history.day_changes import list_told_changes
from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit_dates import order_commit_dates
from orgtp.model.org import Org
from orgtp.model.period import Grain, period_containing, period_containing_local
from orgtp.model.score import Score
from orgtp.model.score_series import ScoresByMonth
from orgtp.model.seat import seat_path
from orgtp.views.days.judge import DayJudge
from orgtp.views.days.types import Days, OrgOnDay, ToldChange

_LEAST, _A_DAY = timedelta(seconds=1), timedelta(days=1)
_SEATS = "seats"
# A window of more days than this is read week by week.
_MOST_DAYS = 200


def read_days(snapshot: OrgSnapshot, weeks: int | None = 13, step: Grain | None = None) -> Days:
    """The org at the end of each day of the last `weeks` weeks, the current one included, or of its whole history.

    The first day is the Monday of the first week, or the day of the first commit. The last one is not over: it is the
    org as `snapshot` has it. With `step`, one day of each week, month or quarter is read: the last. Without it, a
    window of more than 200 days is read week by week. Without git, there is one day.
    """
    window = _DayWindow.build(snapshot, weeks, step)
    judge = DayJudge()
    days = tuple(judge.judge(one) for one in _DayOrgs(snapshot, window).list_orgs())
    return Days(days, window.list_changes(), is_whole=window.is_whole)


def read_changes(snapshot: OrgSnapshot, weeks: int | None = 13) -> tuple[ToldChange, ...]:
    """What changed in the window of `read_days`, in words, newest first. No day is judged."""
    return _DayWindow.build(snapshot, weeks, None).list_changes()


@dataclass(frozen=True)
class _DayEnd:
    """The end of a day that is shown: its time, and the newest commit by then; None for the org as it is."""

    day: date
    now: datetime
    commit: str | None


@dataclass(frozen=True)
class _DayWindow:
    """The days of a window, oldest first, and the first-parent line of the ledger with its corrected dates."""

    snapshot: OrgSnapshot
    line: tuple[str, ...]
    made: tuple[int, ...]
    first: date
    ends: tuple[_DayEnd, ...]
    is_whole: bool

    @classmethod
    def build(cls, snapshot: OrgSnapshot, weeks: int | None, step: Grain | None) -> _DayWindow:
        """Find the days, and the commit of each."""
        zone, now = snapshot.head.zone, snapshot.now
        today = _DayEnd(now.astimezone(zone).date(), now, None)
        repo, head = snapshot.repo, snapshot.revision
        if repo is None or head is None:
            return cls(snapshot, (), (), today.day, (today,), is_whole=True)
        rows = list_first_parents(repo, head)
        line, made = tuple(commit for _, commit in rows), tuple(order_commit_dates([stamp for stamp, _ in rows]))
        begun = datetime.fromtimestamp(made[0], UTC).astimezone(zone).date()
        wanted = begun if weeks is None else _find_first_day(snapshot, weeks)
        first = max(begun, wanted)
        grain = step or (Grain.DAY if (today.day - first).days <= _MOST_DAYS else Grain.WEEK)
        ends = [_find_day_end(snapshot, day, line, made) for day in _list_last_days(first, today.day, grain)]
        is_whole = wanted >= begun or not is_shallow_clone(repo)
        return cls(snapshot, line, made, first, (*(one for one in ends if one.commit), today), is_whole=is_whole)

    def list_changes(self) -> tuple[ToldChange, ...]:
        """What changed from the first day on, in words, newest first."""
        repo, head = self.snapshot.repo, self.snapshot.revision
        if repo is None or head is None:
            return ()
        start = datetime.combine(self.first, time(), self.snapshot.head.zone)
        count = bisect_left(self.made, start.timestamp())
        without = self.line[count - 1] if count else ""
        return tuple(
            list_told_changes(self.snapshot, repo, head, without, dict(zip(self.line, self.made, strict=True)))
        )


def _find_first_day(snapshot: OrgSnapshot, weeks: int) -> date:
    """The Monday with which the window of the last `weeks` weeks begins."""
    current = period_containing(snapshot.now, Grain.WEEK, snapshot.head.zone)
    return (current.start - timedelta(weeks=weeks - 1)).date()


def _list_last_days(first: date, today: date, grain: Grain) -> Iterator[date]:
    """The last day of each period from the one with the first day on, before today."""
    period = period_containing_local(datetime.combine(first, time()), grain)
    while (last := (period.next().start - _A_DAY).date()) < today:
        yield last
        period = period.next()


def _find_day_end(snapshot: OrgSnapshot, day: date, line: Sequence[str], made: Sequence[int]) -> _DayEnd:
    """The end of a day, as `--at DAY` finds it."""
    end = period_containing_local(datetime.combine(day, time()), Grain.DAY).ends(snapshot.head.zone).astimezone(UTC)
    count = bisect_left(made, end.timestamp())
    now = (end - _LEAST).astimezone(snapshot.head.zone)
    return _DayEnd(day, now, line[count - 1] if count else None)


@dataclass(eq=False)
class _DayScores(ScoresByMonth):
    """The values on a day. Of a seat whose values are those of an earlier day, they are not read again."""

    months: ScoreMonths
    versions: Mapping[str, str]
    known: dict[str, tuple[str, ScoreMonths]]

    def _find_months(self, seat: str) -> ScoreMonths:
        version = self.versions.get(seat, "")
        if self.known.get(seat, ("", None))[0] != version or not version:
            self.known[seat] = (version, self.months)
        return self.known[seat][1]

    def read_since(self, seat: str, start: datetime) -> tuple[tuple[Score, ...], datetime]:
        """The scores of the months that are needed; see `ScoresByMonth`."""
        return self._find_months(seat).read_since(seat, start)

    def read_further_back(self, seat: str) -> bool:
        """Read more months; see `ScoresByMonth`."""
        return self._find_months(seat).read_further_back(seat)

    def __getitem__(self, seat: str) -> tuple[Score, ...]:
        return self._find_months(seat)[seat]

    def __iter__(self) -> Iterator[str]:
        return iter(self.months)

    def __len__(self) -> int:
        return len(self.months)


@dataclass
class _DayOrgs:
    """Loads the org of each day. A seat file is parsed once for each of its versions, whatever the number of days."""

    snapshot: OrgSnapshot
    window: _DayWindow
    _tree_key: tuple[str, str] | None = None
    _seat_files: dict[str, str] = field(default_factory=dict)
    _org: Org | None = None
    _known: dict[str, tuple[str, ScoreMonths]] = field(default_factory=dict)
    _scores: tuple[TreeEntry | None, Mapping[str, str]] = field(default_factory=lambda: (None, {}))
    _score_files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def list_orgs(self) -> Iterator[OrgOnDay]:
        """The org on each day, oldest first. A day on which it did not exist yet is left out."""
        for end in self.window.ends:
            one = self._read_current(end) if end.commit is None else self._read_day(end, end.commit)
            if one is not None:
                yield one

    def _read_current(self, end: _DayEnd) -> OrgOnDay:
        """The org as the snapshot has it, with changes that are not committed."""
        snapshot = self.snapshot
        # Nothing says which values of a work tree differ from those of the last day, so all are judged.
        versions = dict.fromkeys(snapshot.staff.org.seats, "current")
        return OrgOnDay(end.day, snapshot.revision, end.now, snapshot.staff.org, versions)

    def _read_day(self, end: _DayEnd, commit: str) -> OrgOnDay | None:
        repo = self.snapshot.repo
        assert repo is not None  # noqa: S101  (there is a commit)
        editor = open_tree(repo, commit)
        head, seats = editor.find_entry(HEAD), editor.find_entry(_SEATS)
        if head is None or not head.is_plain:
            return None
        tree = GitTree(repo, commit, kept=self._score_files)
        key = head.id, seats.id if seats else ""
        if key != self._tree_key or self._org is None:
            self._org = self._load_seats(GitTree(repo, commit), editor.list_entries(_SEATS))
            self._tree_key = key
        folder = editor.find_entry(SCORES)
        if folder != self._scores[0]:
            self._scores = folder, {name: entry.id for name, entry in editor.list_entries(SCORES).items()}
        versions = self._scores[1]
        scores = _DayScores(ScoreMonths(tree), versions, self._known)
        held = self._org.seats
        fresh = [one for one in versions if one in held and self._known.get(one, ("", None))[0] != versions[one]]
        if fresh:
            tree.read_ahead(SCORES, fresh)
            scores.months.read_ahead(fresh)
        return OrgOnDay(end.day, commit, end.now, replace(self._org, scores=scores), versions)

    def _load_seats(self, tree: GitTree, entries: Mapping[str, TreeEntry]) -> Org:
        """The org without values. Only the files of seats that differ from those of the day before are read."""
        files = {f"{_SEATS}/{name}": entry.id for name, entry in entries.items() if name.endswith(".yaml")}
        fresh = [path for path, oid in files.items() if self._seat_files.get(path) != oid]
        part = SelectedTree(tree, [HEAD, *fresh, *tree.find_closed(READ_FOLDERS)])
        found = load_org(part, str(self.snapshot.root), {}).org
        kept = self._org.seats if self._org else {}
        known = {id_: seat for id_, seat in kept.items() if (path := seat_path(id_)) in files and path not in fresh}
        seats = {**known, **found.seats}
        unread = {path for path in (self._org.unreadable if self._org else ()) if path in files and path not in fresh}
        self._seat_files = files
        ordered = {id_: seats[id_] for id_ in sorted(seats, key=seat_path)}
        return replace(found, seats=ordered, unreadable=found.unreadable | unread)
