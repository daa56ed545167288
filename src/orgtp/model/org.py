"""The organisation: every seat, score, retirement and escalation, and the queries that other packages share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from orgtp.lazy_dataclass import dataclass
from orgtp.model.business_hours import WorkTime
from orgtp.model.errors import UnknownEscalation, UnknownMetric, UnknownSeat, UnknownTodo
from orgtp.model.escalation import Escalation, EscalationPolicy, Route, Silences
from orgtp.model.explanation import Explanation
from orgtp.model.period import Cadence
from orgtp.model.problem import Marks
from orgtp.model.records.briefing import Delivery
from orgtp.model.records.review import Review
from orgtp.model.records.todo import Todo
from orgtp.model.score import Score
from orgtp.model.score_series import EARLIEST, NO_SCORES, ScoresByMonth, ScoreSeries, SeatScores, group_by_metric
from orgtp.model.seat import Metric, MetricKey, Seat, find_predecessors, seat_path
from orgtp.model.signing_key import SignerKey
from orgtp.model.text import did_you_mean, join_with_and, make_name_key

WORD_TOPICS = ("runtime", "activity", "outcome")
DEFAULT_GRACE = timedelta(hours=1)

_DAY = len("2026-11-20-")
# The most ids that an error lists.
_MAX_LISTED = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may do what, how late a value may be, and whether changes are pushed at once.

    `words` has the org's own words for each of `WORD_TOPICS`. Commits after the commit id `signed_since` must be
    signed. `forges` are the principals in allowed_signers that belong to a forge. `are_approvers_unread`: org.yaml may
    name approvers, but none of them can be read. `due` says when a value of each cadence is due, unless its metric says
    otherwise; see `orgtp.model.due`. `discover_to` is the seat that `orgtp discover --due` tells of agents without a
    seat; "" means the one at the top.
    """

    grace: timedelta = DEFAULT_GRACE
    scorekeepers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    are_approvers_unread: bool = False
    push: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed_since: str = ""
    forges: tuple[str, ...] = ()
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)
    due: Mapping[Cadence, str] = field(default_factory=dict)
    discover_to: str = ""


# The version of the file formats that this orgtp writes, and the newest that it reads.
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """A metric's final result: its last value and period, and how many known periods were on target."""

    last: str = ""
    period: str = ""
    on_target: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Retirement:
    """The retirement record of a seat, as far as rules and views need it.

    `metrics` maps each metric to its heir, or to "" if it ended; `ended` has the reason, `results` the final result.
    `reports` maps each seat that reported to it to its new manager, and `owned` each seat that it owned to its new
    owner. `owner` and `reports_to` are those of the seat itself, as it was.
    """

    seat: str
    retired_on: date | None
    decided_by: str
    reason: str
    capabilities: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)
    owned: Mapping[str, str] = field(default_factory=dict)
    review: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, Ending] = field(default_factory=dict)
    owner: str = ""
    reports_to: str = ""
    declared: str = ""
    marks: Marks = field(default=Marks(""), compare=False, repr=False)


@dataclass(frozen=True)
class Org:
    """One organisation at one point in its history.

    `version` is the version of its file formats, or 0 if org.yaml does not say it. `note` is what every web page says
    about the org, such as that its numbers are invented. `holidays` are days off, which do
    not count for `weekdays` metrics; `holiday_names` has the names of those that have one. `unreadable` has the paths
    of files that could not be read: their content is unknown, not absent. `seats_with_unread_scores` are those some of
    whose records could not be read, as far as their records were read when the org was loaded. `own` has the user's own
    `x-` keys of org.yaml as text, by dotted key.
    """

    id: str = ""
    name: str = ""
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    holidays: frozenset[date] = frozenset()
    branch: str = "main"
    policy: Policy = field(default_factory=Policy)
    seats: Mapping[str, Seat] = field(default_factory=dict)
    scores: Mapping[str, tuple[Score, ...]] = field(default_factory=dict)
    retirements: Mapping[str, Retirement] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    silences: Mapping[str, Silences] = field(default_factory=dict)
    todos: Mapping[str, Todo] = field(default_factory=dict)
    reviews: Mapping[str, Review] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    routing: tuple[Route, ...] = ()
    signers: tuple[SignerKey, ...] = ()
    version: int = 0
    explanations: tuple[Explanation, ...] = ()
    unreadable: frozenset[str] = frozenset()
    seats_with_unread_scores: frozenset[str] = frozenset()
    own: Mapping[str, str] = field(default_factory=dict, compare=False)
    holiday_names: Mapping[date, str] = field(default_factory=dict)
    note: str = ""
    marks: Marks = field(default=Marks("org.yaml"), compare=False, repr=False)

    def seat(self, id: str) -> Seat:  # noqa: A002  (a seat's id is what it is called)
        """The seat `id`. Raises `UnknownSeat` with a suggestion."""
        if id not in self.seats:
            path = seat_path(id)
            broken = f"{path} exists, but cannot be read. See: orgtp validate" if self.is_unreadable(path) else ""
            hint = broken or did_you_mean(id, self.seats) or "orgtp seat list shows all seats."
            raise UnknownSeat(seat=id, hint=hint)
        return self.seats[id]

    def metric(self, seat: str, metric: str) -> Metric:
        """A metric of a seat. Raises `UnknownSeat` or `UnknownMetric` with a suggestion."""
        metrics = self.seat(seat).metrics
        if metric not in metrics:
            known = f"It has: {', '.join(metrics)}." if metrics else "It has none."
            raise UnknownMetric(seat=seat, metric=metric, hint=f"{did_you_mean(metric, metrics)} {known}".strip())
        return metrics[metric]

    @cached_property
    def predecessors(self) -> Mapping[MetricKey, MetricKey]:
        """Each metric whose row begins with the history of another one, and that one; see `find_predecessors`."""
        return find_predecessors(self.seats)

    @cached_property
    def _heirs(self) -> Mapping[MetricKey, MetricKey]:
        """Each metric that another one continues, whatever its unit, and that one."""
        heirs: dict[MetricKey, MetricKey] = {}
        for seat in self.seats.values():
            for metric in seat.metrics.values():
                if metric.predecessor:
                    heirs.setdefault(metric.predecessor, MetricKey(seat.id, metric.id))
        return {past: heir for past, heir in heirs.items() if past != heir}

    def heir_of(self, seat: str, metric: str) -> MetricKey | None:
        """The metric that continues this one; None if there is none."""
        return self._heirs.get(MetricKey(seat, metric))

    @cached_property
    def _row_heirs(self) -> Mapping[MetricKey, MetricKey]:
        """Each metric whose history begins the row of another one, and that one."""
        return {past: heir for heir, past in self.predecessors.items()}

    def row_of(self, seat: str, metric: str) -> MetricKey:
        """The metric whose row shows this one: the last of those that continue it one after another, else itself."""
        key = MetricKey(seat, metric)
        while heir := self._row_heirs.get(key):
            key = heir
        return key

    def continuing_in_row(self, seat: str, metric: str) -> MetricKey | None:
        """The metric whose row begins with the history of this one; None if it has a row of its own."""
        return self._row_heirs.get(MetricKey(seat, metric))

    def predecessor_of(self, seat: str, metric: str) -> tuple[Seat, Metric] | None:
        """The metric whose history the row of this one begins with, and its seat; None if there is none."""
        past = self.predecessors.get(MetricKey(seat, metric))
        return (self.seats[past.seat], self.seats[past.seat].metrics[past.metric]) if past else None

    def escalation(self, id: str) -> Escalation:  # noqa: A002  (as above)
        """The escalation `id`, or the only one whose id begins with it. Raises `UnknownEscalation`."""
        if id in self.escalations:
            return self.escalations[id]
        matches = [known for known in self.escalations if id and known.startswith(id)]
        if len(matches) == 1:
            return self.escalations[matches[0]]
        hint = did_you_mean(id, self.escalations) or "orgtp escalate list --all shows all escalations."
        raise UnknownEscalation(
            id=id, hint=f"Several ids begin with it: {join_with_and(matches[:_MAX_LISTED])}." if matches else hint
        )

    def todo(self, id: str) -> Todo:  # noqa: A002  (as above)
        """The to-do `id`, or the only one whose id begins with it, with or without the day. Raises `UnknownTodo`."""
        if id in self.todos:
            return self.todos[id]
        matches = [known for known in self.todos if id and (known.startswith(id) or known[_DAY:].startswith(id))]
        if len(matches) == 1:
            return self.todos[matches[0]]
        hint = did_you_mean(id, self.todos) or "orgtp todo list --all shows all to-dos."
        raise UnknownTodo(id=id, hint=f"Several ids fit: {join_with_and(matches[:_MAX_LISTED])}." if matches else hint)

    @cached_property
    def work_time(self) -> WorkTime:
        """The org's working hours."""
        policy = self.policy.escalation
        return WorkTime(self.zone, policy.begin, policy.end, self.holidays)

    @cached_property
    def has_addresses(self) -> bool:
        """Whether a seat has or may have an address, so that git's user can be told from others."""
        return bool(self.unread_seat_files) or any(seat.may_have_address for seat in self.seats.values())

    @cached_property
    def unread_seat_files(self) -> list[str]:
        """The paths of the seat files that cannot be read, sorted: a seat may be there, with any content."""
        return sorted(path for path in self.unreadable if path.partition("/")[0] == "seats")

    def list_unread_seats(self, *keys: str) -> list[str]:
        """What cannot be read of the files of seats: whole files, and `aliases in seats/dash.yaml` for these keys.

        Whoever looks for a seat by one of these keys does not know that there is none.
        """
        found = [f"{key} in {seat_path(seat.id)}" for seat in self.seats.values() for key in keys if key in seat.unread]
        return [*self.unread_seat_files, *sorted(found)]

    def is_unreadable(self, path: str) -> bool:
        """Whether the file `path` exists but could not be read, so that it is not reported as missing."""
        return path in self.unreadable or path.partition("/")[0] in self.unreadable

    def owner_seat(self, seat: Seat) -> Seat | None:
        """The owner of `seat`, or None if the org does not have that seat."""
        return self.seats.get(seat.owner)

    @cached_property
    def _reports_by_manager(self) -> Mapping[str, list[Seat]]:
        reports: dict[str, list[Seat]] = {}
        for seat in self.seats.values():
            reports.setdefault(seat.reports_to, []).append(seat)
        return reports

    def direct_reports(self, seat: str) -> list[Seat]:
        """The seats that report to `seat`, ordered by id; those at the top for ""."""
        return self._reports_by_manager.get(seat, [])

    def reports_by_name(self, seat: str) -> list[Seat]:
        """The seats that report to `seat`, ordered by name as a reader expects it. Each list is sorted once."""
        if seat not in self._sorted_reports:
            reports = self.direct_reports(seat)
            self._sorted_reports[seat] = sorted(reports, key=lambda report: (make_name_key(report.name), report.id))
        return self._sorted_reports[seat]

    @cached_property
    def _sorted_reports(self) -> dict[str, list[Seat]]:
        return {}

    def current_reports(self, seat: str) -> list[Seat]:
        """The seats that report to `seat` and are not retired, ordered by id."""
        return [report for report in self.direct_reports(seat) if not report.is_retired]

    def seats_owned_by(self, seat: str) -> list[Seat]:
        """The other seats that `seat` owns and that are not retired."""
        return [
            other for other in self.seats.values() if other.owner == seat and other.id != seat and not other.is_retired
        ]

    def chain_above(self, seat: str) -> Iterator[Seat]:
        """Yield the seats above `seat`, up to the top. In a cycle, each seat comes once."""
        seen = {seat}
        current = self.seats.get(seat)
        while current and current.reports_to in self.seats and current.reports_to not in seen:
            current = self.seats[current.reports_to]
            seen.add(current.id)
            yield current

    def leaders_above(self, seat: str) -> Iterator[str]:
        """Yield the ids of those above `seat` who can act: a group passes on to its owner what is sent up to it."""
        seen = {seat}
        for above in self.chain_above(seat):
            leader = above.owner if above.is_group else above.id
            if leader and leader not in seen:
                seen.add(leader)
                yield leader

    def day_of(self, now: datetime) -> date:
        """The day of a time in the org's time zone."""
        return now.astimezone(self.zone).date()

    def name_at(self, seat: str, now: datetime) -> str:
        """What a seat is called at a time; its id if the org does not have it."""
        return self.seats[seat].name_on(self.day_of(now)) if seat in self.seats else seat

    def label_seats(self, seats: Iterable[str], now: datetime) -> dict[str, str]:
        """What each of these seats is called at a time, with its role if another of them has the same name."""
        names = {seat: self.name_at(seat, now) for seat in seats}
        counts = Counter(names.values())
        roles = {seat: self.seats[seat].role for seat in names if seat in self.seats and counts[names[seat]] > 1}
        return names | {seat: f"{names[seat]}, {role}" for seat, role in roles.items() if role not in {"", names[seat]}}

    def owner_name(self, seat: Seat, now: datetime) -> str | None:
        """The name of the person who answers for `seat` at a time; None if the org does not have the owner's seat."""
        owner = self.owner_seat(seat)
        return (owner.person_on(self.day_of(now)) or owner.name_on(self.day_of(now))) if owner else None

    def eligible_deciders(self, seat: str) -> list[str]:
        """The active human seats that may retire `seat`: the policy's approvers, else the owner and all above.

        If it cannot be read who the approvers are, nobody may.
        """
        owner = self.seats[seat].owner
        above = [owner, *self.leaders_above(owner), *self.leaders_above(seat)]
        return self._select_deciders([id_ for id_ in above if id_ != seat])

    def _select_deciders(self, others: Iterable[str]) -> list[str]:
        """The approvers, or without any `others`, as far as they may decide."""
        if self.policy.are_approvers_unread:
            return []
        fit = [self.seats[id_] for id_ in dict.fromkeys(self.policy.approvers or others) if id_ in self.seats]
        return [one.id for one in fit if one.may_decide]

    def eligible_recorders(self, seat: str) -> list[str]:
        """The seats that may record for `seat`: itself, its owner, those above it, and the scorekeepers."""
        above = self.leaders_above(seat)
        known = [seat, self.seats[seat].owner, *above] if seat in self.seats else []
        return list(dict.fromkeys([*known, *self.policy.scorekeepers]))

    def may_record(self, seat: str, by: str) -> bool:
        """Whether `by` may record for `seat`; a retired seat may not."""
        return by in self.eligible_recorders(seat) and by in self.seats and not self.seats[by].is_retired

    def eligible_withdrawers(self, seat: str) -> list[str]:
        """The seats that may withdraw a value of `seat`: its owner, those above it, and the scorekeepers."""
        above = self.leaders_above(seat)
        known = [self.seats[seat].owner, *above] if seat in self.seats else []
        named = dict.fromkeys([*known, *self.policy.scorekeepers])
        return [id_ for id_ in named if id_ in self.seats and not self.seats[id_].is_retired]

    def may_withdraw(self, seat: str, by: str) -> bool:
        """Whether `by` may withdraw a value of `seat`. An unknown seat "" may only if no seat has an address."""
        if not by:
            return not self.has_addresses
        return by in self.eligible_withdrawers(seat)

    @cached_property
    def policy_approvers(self) -> list[str]:
        """The active human seats that may change the policy: its approvers, else those at the top.

        If it cannot be read who the approvers are, nobody may. See `top_deciders` for who repairs it.
        """
        return self._select_deciders(self.top_deciders)

    @property
    def top_deciders(self) -> list[str]:
        """The active human seats that report to nobody. A group at the top, such as a board, has its owner decide.

        Whom the others report to may be what cannot be read.
        """
        tops = [one for one in self.direct_reports("") if "reports_to" not in one.unread]
        leaders = dict.fromkeys(one.owner if one.is_group and one.is_active else one.id for one in tops)
        return [id_ for id_ in leaders if id_ in self.seats and self.seats[id_].may_decide]

    @cached_property
    def score_ids(self) -> Mapping[str, Score]:
        """Every record by its id. If two share an id, the first counts."""
        ids: dict[str, Score] = {}
        for score in self.each_score():
            ids.setdefault(score.id, score)
        return ids

    def each_score(self) -> Iterator[Score]:
        """Yield every record of every seat."""
        return (score for scores in self.scores.values() for score in scores)

    @cached_property
    def _read(self) -> dict[str, SeatScores]:
        """The records read so far, by seat."""
        return {}

    def score_series(self, seat: str, metric: str, since: datetime = EARLIEST) -> ScoreSeries:
        """The records of a metric, complete for every period that begins at `since` (local time) or later."""
        scores = self._read.get(seat)
        if scores is None or since < scores.since:
            scores = self._read[seat] = self._read_since(seat, since)
        return scores.by_metric.get(metric, NO_SCORES)

    def _read_since(self, seat: str, since: datetime) -> SeatScores:
        if isinstance(self.scores, ScoresByMonth):
            return group_by_metric(*self.scores.read_since(seat, since))
        return group_by_metric(self.scores.get(seat, ()), EARLIEST)

    def scores_complete_since(self, seat: str) -> datetime:
        """The start (local time) of the earliest period for which all records of a seat are read."""
        return self._read[seat].since if seat in self._read else datetime.max  # noqa: DTZ901  (wall time)

    def read_further_back(self, seat: str) -> bool:
        """Read older records of a seat. Returns False if all of them are read."""
        if not isinstance(self.scores, ScoresByMonth) or not self.scores.read_further_back(seat):
            return False
        self._read.pop(seat, None)
        return True

    def score_records(self, seat: str, metric: str) -> list[Score]:
        """All records of a metric ordered by `at`, then by line."""
        return self.score_series(seat, metric).records

    def scores_in_force(self, seat: str, metric: str) -> Mapping[str, Score]:
        """Map each period to the record that counts: the newest. A withdrawn period has none."""
        return self.score_series(seat, metric).in_force

    def newest_scores(self, seat: str, metric: str) -> Mapping[str, Score]:
        """Map each period to its newest record, which may withdraw the earlier ones."""
        return self.score_series(seat, metric).newest
