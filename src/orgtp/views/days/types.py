"""The org as of the end of each day, as one first day and what differs on each later one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.org import Org
from orgtp.model.value import Unit
from orgtp.views.seats.summary import SeatSummary


@dataclass(frozen=True, slots=True)
class OrgOnDay:
    """The org as it was recorded at the end of `day`, with the values known by then.

    `now` is the last second of the day, or the time of the view for the day that is not over. Two days have the same
    version of a seat in `versions` only if the same values of the seat were recorded by then.
    """

    day: date
    commit: str | None
    now: datetime
    org: Org
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetricOnDay:
    """A metric on a day: its target in force, its newest verdict and value, and whether it was late or drifting."""

    metric: str
    name: str
    target: str | None
    unit: str | None
    measure: Unit | None
    latest: str | None
    state: CellState
    is_late: bool
    is_drifting: bool


# What the seats below the same one are sorted by: the name as a reader sorts it, then the id.
SeatRank = tuple[tuple[tuple[bool, int, str], ...], str]


@dataclass(frozen=True, slots=True)
class SeatOnDay(SeatSummary):
    """A seat on a day. `owner` and `human_owner` answered for it, and `holder` held it, if its file says who.

    `above` is the seat above it on the chart of the day, or "". `rank` orders the seats below the same one.
    """

    owner: str | None
    human_owner: str | None
    reports_to: str | None
    above: str
    also_reports_to: tuple[str, ...]
    holder: str | None
    capabilities: tuple[str, ...]
    rank: SeatRank
    metrics: tuple[MetricOnDay, ...]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many seats there were, and how many metrics were in each state, late and drifting."""

    seats: int
    on: int
    off: int
    unavailable: int
    missing: int
    pending: int
    late: int
    drifting: int


@dataclass(frozen=True, slots=True)
class DayOfOrg:
    """What differs from the day before: the seats that are new or different, and the ids of those that are gone."""

    day: date
    commit: str | None
    now: datetime
    counts: DayCounts
    seats: tuple[SeatOnDay, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change of the org in its words: when, which seat, what, and who did it in which commit.

    `seat` and `name` are empty for a change of the whole org. The sentence is `name`, `joint` (a colon or a blank) and
    `what`. `who` is the name of the seat that acted, or of the
    author if it is not known for sure.
    """

    day: date
    at: datetime
    seat: str
    name: str
    joint: str
    what: str
    commit: str
    by: str | None
    who: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a window, the first one in full, and what changed in them, newest first.

    `is_whole` is false if the history of this clone begins after the first day of the window.
    """

    days: tuple[DayOfOrg, ...]
    changes: tuple[ToldChange, ...]
    is_whole: bool = True

    def replay(self) -> Iterator[tuple[DayOfOrg, Mapping[str, SeatOnDay]]]:
        """Each day with all of its seats by id, in no order."""
        seats: dict[str, SeatOnDay] = {}
        for one in self.days:
            seats = {id_: seat for id_, seat in seats.items() if id_ not in one.gone}
            seats |= {seat.seat: seat for seat in one.seats}
            yield one, seats
