"""The parts of `orgtp why`. Their fields are the JSON keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from orgtp.model.period import Period, parse_span
from orgtp.views.seat_history import Event
from orgtp.views.seats.fields import Spot


class EvidenceKind(StrEnum):
    """What a piece of evidence is. `seat` is any other key of the seat, and `metric` any other key of a metric."""

    INPUT = "input"
    TARGET = "target"
    OWNER = "owner"
    SOURCE = "source"
    REPORTS_TO = "reports-to"
    CAPABILITY = "capability"
    HANDOVER = "handover"
    METRIC = "metric"
    SEAT = "seat"
    BLANK = "blank"
    CORRECTION = "correction"
    UPSTREAM = "upstream"
    SAME_SOURCE = "same-source"
    ESCALATION = "escalation"
    REVIEW = "review"
    TODO = "todo"
    DECISION = "decision"


class When(StrEnum):
    """Whether something came before or after the change began.

    `within`: in the period in which the change began, so that the record cannot tell.
    """

    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"


class StartRule(StrEnum):
    """How it is known when a change began: the user says it, health flags it, or misses in a row begin there."""

    GIVEN = "given"
    HEALTH = "health"
    MISSES = "misses"


@dataclass(frozen=True, slots=True)
class ChangeStart:
    """The period in which a change began, from `begins` to before `ends` (aware times), and how that is known.

    `metric` is the one that changed, or None if the user gave the period and named none. `misses_in_a_row` counts its
    cells that are off target, up to the newest, and `off_since` is the first of them; None without any.
    `flagged_since` is the period since which health flags it; None if it does not.
    """

    metric: str | None
    metric_name: str | None
    period: str
    begins: datetime
    ends: datetime
    rule: StartRule
    misses_in_a_row: int = 0
    off_since: str | None = None
    flagged_since: str | None = None

    def place(self, begins: datetime, ends: datetime | None = None) -> When:
        """Whether a moment, or the time from `begins` to before `ends`, came before or after the change began."""
        # Times in one zone would be compared by the clock on the wall.
        first, last = (one.astimezone(UTC) for one in (self.begins, self.ends))
        if (ends.astimezone(UTC) <= first) if ends else (begins.astimezone(UTC) < first):
            return When.BEFORE
        return When.AFTER if begins.astimezone(UTC) >= last else When.WITHIN

    def place_period(self, text: str) -> When | None:
        """Whether a period came before or after the change began; None if the text is not a period."""
        span = parse_span(text)
        zone = self.begins.tzinfo
        return self.place(span[0].begins(zone), span[1].ends(zone)) if span and zone else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something in the record that may have to do with the change, as a sentence (`what`) and as values.

    `at` is when it was recorded, and `period` the time that it is about or takes effect in, if that is another one.
    `when` is None if it is not known when the change began. `by` is the seat that acted, and `who` its name or the
    author's; `by_claimed`: only the record says so. `commit` is None for what is not committed yet, and for what the
    history of this clone does not reach. `key`, `before` and `after` are the setting that changed, if one did.
    """

    at: datetime
    when: When | None
    kind: EvidenceKind
    seat: str
    metric: str | None
    period: str | None
    what: str
    key: str | None = None
    before: str | None = None
    after: str | None = None
    commit: str | None = None
    by: str | None = None
    who: str | None = None
    by_claimed: bool = False
    _spot: Spot | None = None

    @property
    def spot(self) -> Spot | None:
        """The file and the fact in it whose commit is still to be found; None if it is known."""
        return self._spot


class EvidenceGapKind(StrEnum):
    """What the record could not show."""

    INPUTS = "inputs"
    INPUTS_BEFORE = "inputs-before"
    UPSTREAM_INPUTS = "upstream-inputs"
    UPSTREAM = "upstream"
    SOURCES = "sources"
    MISSING = "missing"
    HISTORY = "history"
    UNREAD = "unread"
    PAST = "past"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class EvidenceGap:
    """Something that `why` could not see, as a sentence, and the command that helps, if one does."""

    kind: EvidenceGapKind
    what: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class SeatPast:
    """What the commits say of a seat: its changes, oldest first.

    `is_recorded` is false without git. `begins` is when the history of a shallow clone begins; None if it is complete.
    """

    events: tuple[Event, ...] = ()
    is_recorded: bool = True
    begins: datetime | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The evidence about a seat as of `at`, newest first, from the day `since` on.

    These are candidates and not causes. `start` is None if nothing of the seat changed for the worse.
    """

    seat: str
    name: str
    metric: str | None
    at: datetime
    since: date
    start: ChangeStart | None
    evidence: tuple[Evidence, ...]
    unseen: tuple[EvidenceGap, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The time that `why` looks at: from the beginning of the day `since` (aware: `begins`) to `now`."""

    since: date
    begins: datetime
    now: datetime

    def has(self, at: datetime) -> bool:
        """Whether a moment is in the window."""
        return self.begins.astimezone(UTC) <= at.astimezone(UTC) <= self.now.astimezone(UTC)

    def has_period(self, period: Period) -> bool:
        """Whether a period ends in the window or after it began."""
        zone = self.begins.tzinfo
        return zone is not None and period.ends(zone).astimezone(UTC) > self.begins.astimezone(UTC)
