"""Seats and their metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from orgtp.lazy_dataclass import dataclass
from orgtp.model.period import GRAIN_SIZES, Cadence, Grain, Period, period_containing_local
from orgtp.model.problem import Marks
from orgtp.model.target import Targets
from orgtp.model.text import fold_spelling

if TYPE_CHECKING:
    from orgtp.model.change import YamlData


class SeatKind(StrEnum):
    """Whether a seat is a person, an agent or a group of seats. Most views do not show it.

    A group is a team, a department or a board. Its members report to it, and its owner leads it.
    """

    HUMAN = "human"
    AGENT = "agent"
    GROUP = "group"


class SeatStatus(StrEnum):
    """The status of a seat."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    VACANT = "vacant"
    RETIRED = "retired"


class Rollup(StrEnum):
    """How the values of shorter periods are combined into a longer one."""

    LAST = "last"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    HITS = "hits"


class MetricKey(NamedTuple):
    """A metric by the id of its seat and its own."""

    seat: str
    metric: str

    @property
    def text(self) -> str:
        """`dash/anomalies`, as in the files."""
        return f"{self.seat}/{self.metric}"


# The size of a cell unless a metric says another: a week, or a period of the cadence if that is longer.
_LEAST_GRAINS = {cadence: max(Grain.WEEK, cadence.grain, key=GRAIN_SIZES.__getitem__) for cadence in Cadence}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a seat: a business outcome and how it is measured.

    `per` is the size of the cells in which the metric is judged, if the file says it, and `allow_misses` how many
    values of a cell may be off target or unknown (rollup `hits`). `due` is when a value is due after its period,
    `09:00` or `mon 09:00`; "" means at the period's end. `leads_to` is the outcome metric that an activity serves,
    `METRIC` of the same seat or `SEAT/METRIC`. `waive` maps the rules that this metric may break to the reasons.
    `rebase` has the periods with which a new phase of the metric begins, each with the reason, the earliest first.
    `ends` is the last period, in the metric's cadence, for which a value is owed; None if there is no end. `continues`
    is the metric whose history it continues, as `SEAT/METRIC`. `own` has the user's own keys.
    """

    id: str
    name: str
    outcome: str
    targets: Targets
    cadence: Cadence
    rollup: Rollup = Rollup.LAST
    source: str = ""
    due: str = ""
    leads_to: str = ""
    waive: Mapping[str, str] = field(default_factory=dict)
    per: Grain | None = None
    allow_misses: int = 0
    ends: Period | None = None
    continues: str = ""
    rebase: tuple[tuple[Period, str], ...] = ()
    own: Mapping[str, YamlData] = field(default_factory=dict, compare=False, repr=False)

    @property
    def predecessor(self) -> MetricKey | None:
        """The metric that `continues` names, whether or not it exists."""
        seat, slash, metric = self.continues.partition("/")
        return MetricKey(seat, metric) if slash else None

    def get_text(self, key: str) -> str:
        """A key of the metric as its file has it, except for `target` and `waive`; "" if it is not set."""
        if key == "rebase":
            return "; ".join(f"{period.text}: {reason}" for period, reason in self.rebase)
        value = getattr(self, key)
        return value.text if isinstance(value, Period) else str(value or "")

    def has_end_before(self, period: Period) -> bool:
        """Whether a period of the metric's cadence is after the last one for which a value is owed."""
        return self.ends is not None and period.start > self.ends.start

    @property
    def cell_grain(self) -> Grain:
        """The size of a cell: `per`, else a week, or a period of the cadence if that is longer."""
        return self.per or _LEAST_GRAINS[self.cadence]

    @property
    def is_rolled_up(self) -> bool:
        """Whether a cell combines several values."""
        return self.cell_grain is not self.cadence.grain


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a seat from the day `since` on, with their addresses. The name "" means nobody: the seat is vacant."""

    since: date
    name: str = ""
    emails: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name, or `vacant`."""
        return self.name or "vacant"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of a seat: its first day, why, and its last day, if it is known."""

    since: date
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who gets the escalations and messages of a person who is away, until the end of the day `until`."""

    to: str
    until: date

    @property
    def text(self) -> str:
        """`anna until 2026-12-31`."""
        return f"{self.to} until {self.until}"


@dataclass(frozen=True, slots=True)
class SeatInput:
    """What a seat works with: which version or kind it `is`, and the seat that it comes `from_`; "" if not said."""

    is_: str = ""
    from_: str = ""

    @property
    def text(self) -> str:
        """`example-model-4`, or `nightly export, from sift`."""
        return ", ".join(part for part in (self.is_, f"from {self.from_}" if self.from_ else "") if part)


_SHOWN_DIGITS = 16


@dataclass(frozen=True, slots=True)
class DefinitionPlace:
    """Where an agent is defined: a file of a repository, and the hash of the content with which the seat was reviewed.

    `repo` is an address without a scheme and without names of users, `git.example.com/acme/agents`. `path` is relative
    to the root of the repository. `sha256` is in hexadecimal digits; "" if it is not known.
    """

    repo: str
    path: str
    sha256: str = ""

    @property
    def text(self) -> str:
        """The repository and the path: `git.example.com/acme/agents/agents/dash.md`."""
        return f"{self.repo}/{self.path}" if self.repo else self.path

    @property
    def dated_text(self) -> str:
        """The repository, the path and the first digits of the hash, by which one content differs from another."""
        return f"{self.text} (sha256 {self.sha256[:_SHOWN_DIGITS]})" if self.sha256 else self.text


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat on the chart. `owner` and `reports_to` are ids, or "" if the file has none or not a text.

    `emails` are the addresses of the seat itself, as in git's `user.email`, whoever holds it. `holders` has those who
    hold it one after another, the earliest first; without any, the seat is its own worker. `also_reports_to` are the
    seats to which it has a dotted line. `pauses` has its pauses, the earliest first. `inputs` has what the seat works
    with, such as its model, prompt, data and tools, by the name that the org gives it. `aliases` are its ids in other
    systems, and `runs_from` the files that define it. `own` has the user's own `x-`
    keys as text, by dotted key; orgtp does not interpret them. `unread` are the keys with a value that could not be
    read, at least in part, so that it is unknown and not absent.
    """

    id: str
    name: str
    role: str
    kind: SeatKind
    status: SeatStatus
    owner: str = ""
    reports_to: str = ""
    also_reports_to: tuple[str, ...] = ()
    mission: str = ""
    since: date | None = None
    emails: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    pauses: tuple[Pause, ...] = ()
    inputs: Mapping[str, SeatInput] = field(default_factory=dict)
    retire_when: str = ""
    review_by: date | None = None
    delegate: Delegate | None = None
    aliases: tuple[str, ...] = ()
    runs_from: tuple[DefinitionPlace, ...] = ()
    capabilities: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    declared: str = ""
    own: Mapping[str, str] = field(default_factory=dict, compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def delegate_text(self) -> str:
        """The delegate as text; "" if there is none."""
        return self.delegate.text if self.delegate else ""

    @property
    def inputs_text(self) -> str:
        """The inputs as text: `model: example-model-4; crm-export: nightly export, from sift`; "" if it has none."""
        return "; ".join(f"{name}: {one.text}" for name, one in self.inputs.items())

    @property
    def email(self) -> str:
        """The addresses of the seat itself as text, separated by commas; "" if there are none."""
        return ", ".join(self.emails)

    @property
    def every_email(self) -> tuple[str, ...]:
        """The addresses of the seat and of all who hold it at some time."""
        return tuple(dict.fromkeys([*self.emails, *(email for one in self.holders for email in one.emails)]))

    @property
    def may_have_address(self) -> bool:
        """Whether the seat or a holder has an address, or one that could not be read."""
        return bool(self.every_email) or not self.unread.isdisjoint({"email", "holders"})

    def has_email_on(self, address: str, day: date) -> bool:
        """Whether `address` is one of the seat's or of its holder's on that day, in upper or lower case."""
        return address.lower() in self.addresses_on(day)

    def holder_on(self, day: date) -> Holder | None:
        """Who holds the seat on a day; None before the first of its holders, and if the file names none."""
        return next((one for one in reversed(self.holders) if one.since <= day), None)

    def name_on(self, day: date) -> str:
        """What the seat is called on a day.

        A seat that has the name of one of its holders is called after its holder of the day; while it is vacant, after
        its role. Any other seat keeps its name, whoever holds it.
        """
        holder = self.holder_on(day)
        if holder is None or self.name not in (one.name for one in self.holders):
            return self.name
        return holder.name or self.role or self.name

    def person_on(self, day: date) -> str:
        """The name of the person or agent that holds the seat on a day; "" if it is vacant then."""
        holder = self.holder_on(day)
        return holder.name if holder else self.name

    def addresses_on(self, day: date) -> frozenset[str]:
        """The addresses of the seat and of its holder on a day, in lower case."""
        holder = self.holder_on(day)
        return frozenset(email.lower() for email in (*self.emails, *(holder.emails if holder else ())))

    def has_same_holder(self, other: Seat, day: date) -> bool:
        """Whether this and another human seat are held by the same person on a day.

        They are if they share an address. If they share the name, they are unless both have addresses: two people can
        have one name. A seat that is vacant or retired has no holder.
        """
        if not all(seat.is_human and not seat.is_retired and seat.person_on(day) for seat in (self, other)):
            return False
        addresses = self.addresses_on(day), other.addresses_on(day)
        if addresses[0] & addresses[1]:
            return True
        return fold_spelling(self.person_on(day)) == fold_spelling(other.person_on(day)) and not all(addresses)

    @property
    def is_retired(self) -> bool:
        """Whether the seat is retired."""
        return self.status is SeatStatus.RETIRED

    @property
    def is_active(self) -> bool:
        """Whether the seat is active."""
        return self.status is SeatStatus.ACTIVE

    @property
    def pause(self) -> Pause | None:
        """The pause of a paused seat that goes on; None if it works, or if its file does not say since when."""
        return self.pauses[-1] if self.pauses and self.status is SeatStatus.PAUSED else None

    @property
    def has_blanks(self) -> bool:
        """Whether a missing value counts as missing: in an active seat, and before a dated pause or vacancy."""
        return self.is_active or self.pause is not None or self.vacancy is not None

    @property
    def vacancy(self) -> Holder | None:
        """The vacancy of a vacant seat that goes on; None if it has a holder, or if its file has no day."""
        vacancies = [one for one in self.holders if not one.name]
        return vacancies[-1] if vacancies and self.status is SeatStatus.VACANT else None

    def was_idle_on(self, day: date) -> bool:
        """Whether nothing was owed on `day`, because a pause covers it or nobody held the seat."""
        current, holder = self.vacancy, self.holder_on(day)
        is_vacant = (holder is not None and not holder.name) or (current is not None and current.since <= day)
        return is_vacant or (bool(self.pauses) and self.was_paused_on(day))

    def was_paused_on(self, day: date) -> bool:
        """Whether a pause covers `day`. That of a paused seat goes on, even after the last day that was planned.

        One without a last day went on until the retirement of the seat, if it is retired.
        """
        current = self.pause
        return any(
            one.since <= day and (one is current or (day <= one.until if one.until else self.is_retired))
            for one in self.pauses
        )

    def last_idle_day(self, before: date) -> date | None:
        """The last day of the newest pause or vacancy that is over before `before`; None if there is none."""
        pairs = zip(self.holders, self.holders[1:], strict=False)
        ends = [later.since - timedelta(days=1) for one, later in pairs if not one.name]
        ends += [one.until for one in self.pauses if one.until]
        return max((end for end in ends if end < before), default=None)

    @property
    def is_reviewed(self) -> bool:
        """Whether its `review_by` counts: not while it is paused, and not after its retirement."""
        return self.status not in {SeatStatus.PAUSED, SeatStatus.RETIRED}

    @property
    def may_decide(self) -> bool:
        """Whether the seat is an active person, as far as its file says so: a status that cannot be read is none."""
        return self.is_human and self.is_active and "status" not in self.unread

    @property
    def is_human(self) -> bool:
        """Whether the seat is a person."""
        return self.kind is SeatKind.HUMAN

    @property
    def is_group(self) -> bool:
        """Whether the seat is a group, which its owner leads."""
        return self.kind is SeatKind.GROUP


def find_predecessors(seats: Mapping[str, Seat]) -> dict[MetricKey, MetricKey]:
    """Map each metric that continues another one to that one, where one row can show the history of both.

    The two have the same unit, the earlier one has an end, and no other metric before in the order of the files
    continues it. A metric of a cycle has no predecessor. Rules report whatever is left out here.
    """
    found: dict[MetricKey, MetricKey] = {}
    for seat in seats.values():
        for metric in seat.metrics.values():
            past = metric.predecessor
            if past and _can_follow(seats, metric, past) and past not in found.values():
                found[MetricKey(seat.id, metric.id)] = past
    return {key: past for key, past in found.items() if not _is_in_cycle(found, key)}


def _can_follow(seats: Mapping[str, Seat], metric: Metric, past: MetricKey) -> bool:
    before = seats[past.seat].metrics.get(past.metric) if past.seat in seats else None
    if before is None or before.ends is None or not (before.targets.dated and metric.targets.dated):
        return False
    return before.targets.unit == metric.targets.unit


def _is_in_cycle(links: Mapping[MetricKey, MetricKey], key: MetricKey) -> bool:
    seen: set[MetricKey] = set()
    at: MetricKey | None = links.get(key)
    while at is not None and at != key and at not in seen:
        seen.add(at)
        at = links.get(at)
    return at == key


def find_first_period_after(end: Period, grain: Grain) -> Period:
    """The first period of size `grain` of a metric that continues one whose last period is `end`.

    A longer period is whole: if a weekly metric ends in the middle of a month, a monthly one begins with that month.
    """
    following = end.next()
    if GRAIN_SIZES[grain] >= GRAIN_SIZES[end.grain]:
        return following.widen(grain)
    period = period_containing_local(following.start, grain)
    return period if period.anchor >= following.start else period.next()


def seat_path(seat: str) -> str:
    """The path of a seat's file."""
    return f"seats/{seat}.yaml"


def retirement_path(seat: str) -> str:
    """The path of a seat's retirement record."""
    return f"retirements/{seat}.yaml"
