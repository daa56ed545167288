"""What a briefing consists of.

Each number in it is also in the JSON of another view of the same commit: a value in that of `scorecard`, every other
number in that of `stale`, `health`, `escalate list` or `todo list`. So nothing here counts or calculates.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.value import Unit
from orgtp.views.health.types import HealthRow
from orgtp.views.selection import NOTHING_OMITTED, Omitted


class SectionName(StrEnum):
    """The sections of a briefing that list something, in their order."""

    NEEDS = "needs"
    LATE = "late"
    OFF = "off"
    FLAGS = "flags"
    DATES = "dates"


class NeedKind(StrEnum):
    """What somebody has to do today, the most urgent kind first."""

    ESCALATION = "escalation"
    TODO = "todo"
    VALUE = "value"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that its recipient has to do today.

    `seat` is what it is about. `id` is that of the escalation or to-do, and `due` when that is due: a time for an
    escalation, a day for a to-do or a review. `type` is what to type to act on it.
    """

    kind: NeedKind
    seat: str
    seat_name: str
    what: str
    metric: str | None = None
    id: str | None = None
    due: datetime | date | None = None
    overdue: bool = False
    type: str | None = None


@dataclass(frozen=True, slots=True)
class RecipientNeeds:
    """What needs one recipient today."""

    seat: str
    seat_name: str
    items: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class LateNumber:
    """A value that is late or unknown. `since` and `in_a_row` are those of `stale`; None if it is not stale yet."""

    seat: str
    seat_name: str
    metric: str
    name: str
    period: str
    state: CellState
    why: str
    source: str | None
    since: datetime | None = None
    in_a_row: int | None = None
    silenced: date | None = None


@dataclass(frozen=True, slots=True)
class OffNumber:
    """A metric that is off target now, and was not a working day ago.

    `value` is in its stored form, and `measure` says how to show it.
    """

    seat: str
    seat_name: str
    metric: str
    name: str
    period: str
    value: str | None
    target: str | None
    misses_in_a_row: int
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class ComingDate:
    """A date of the next seven days, or a review that is overdue. `seat` is None if it concerns everybody."""

    on: date
    what: str
    seat: str | None = None
    seat_name: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that the briefing could not see, and what to type about it, if anything."""

    what: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class NewestCollect:
    """When this org last recorded a value of a metric that has a source; None if it never did.

    `cadence` is the shortest of such a metric. `is_old`: a whole period of it has gone by since.
    """

    at: datetime | None
    cadence: str
    is_old: bool


@dataclass(frozen=True, slots=True)
class Briefing:
    """A briefing as of `at`, which is valid until `valid_until`: then something becomes due, or the day is over.

    News is what was not known `before`. A section is None if it could not be read in time; `unseen` says so. `for_` is
    the recipient, and None for everybody.
    """

    day: date
    at: datetime
    valid_until: datetime
    before: datetime
    for_: str | None
    for_name: str | None
    collect: NewestCollect | None
    needs: tuple[RecipientNeeds, ...] | None
    late: tuple[LateNumber, ...] | None
    off: tuple[OffNumber, ...] | None
    flags: tuple[HealthRow, ...] | None
    dates: tuple[ComingDate, ...] | None
    unseen: tuple[Unseen, ...]
    left_out: Omitted = NOTHING_OMITTED

    @property
    def is_quiet(self) -> bool:
        """Whether every list is known and empty."""
        return all(part == () for part in (self.needs, self.late, self.off, self.flags, self.dates))
