"""A score: one value recorded for one metric and period. Records are only ever appended."""

from __future__ import annotations

import json
import re
from dataclasses import field
from datetime import UTC, datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.period import Period, parse_period
from orgtp.model.problem import Place

SCORE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SCORE_KEYS = ("id", "at", "metric", "period", "value", "void", "n", "by", "note")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS = 80
# The most cases that a value may cover.
MAX_CASES = 10**12


@dataclass(frozen=True, slots=True)
class Score:
    """One record of a score file. `value` is the stored form; None means unavailable, and `note` says why.

    `void` means withdrawn: it is as if nothing had been recorded for the period. Its `value` is None. `n` is the number
    of cases that a ratio covers, if it is known.
    """

    id: str
    at: datetime
    seat: str
    metric: str
    period: str
    value: str | None
    by: str = ""
    note: str = ""
    void: bool = False
    place: Place = field(default=Place(""), compare=False)
    n: int | None = None

    @property
    def line(self) -> str:
        """The record as a line of its file, without the newline."""
        record: dict[str, str | int | None] = {
            "id": self.id,
            "at": format_timestamp(self.at),
            "metric": self.metric,
            "period": self.period,
            "value": self.value,
        }
        record |= {"void": True} if self.void else {}
        record |= {"n": self.n} if self.n is not None else {}
        record |= {"by": self.by} if self.by else {}
        record |= {"note": self.note} if self.note else {}
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @property
    def path(self) -> str:
        """The file that the record belongs in: that of its seat for the calendar month of `at` in UTC."""
        at = self.at.astimezone(UTC)
        return f"scores/{self.seat}/{at.year:04}-{at.month:02}.jsonl"

    @property
    def outcome(self) -> tuple[str | None, bool]:
        """What the record says of its period: the value, and whether it is withdrawn."""
        return self.value, self.void

    def repeats(self, other: Score) -> bool:
        """Whether both records say the same of the same period, as a command that is run again does."""
        ours, theirs = ((one.seat, one.metric, one.period, *one.outcome, one.n) for one in (self, other))
        return ours == theirs

    @property
    def parsed_period(self) -> Period | None:
        """The parsed period; None if the text is not one."""
        return parse_period(self.period)

    @property
    def period_order(self) -> tuple[datetime, str]:
        """What records are sorted by: the end of the period, because texts of two cadences do not sort by time."""
        period = self.parsed_period
        return (period.next().start if period else datetime.max), self.period  # noqa: DTZ901  (wall time)


def format_timestamp(instant: datetime) -> str:
    """Format as RFC 3339 in UTC with whole seconds: `2026-11-20T13:00:02Z`."""
    # strftime formats the year 1 differently on each platform.
    utc = instant.astimezone(UTC)
    # isoformat takes three times as long, and a large scorecard has tens of thousands of cells.
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (  # noqa: UP031
        utc.year,
        utc.month,
        utc.day,
        utc.hour,
        utc.minute,
        utc.second,
    )


def make_ulid(now: datetime, random: int) -> str:
    """Make a ULID: 48 bits of milliseconds and 80 of `random`, in Crockford's base 32 (github.com/ulid/spec)."""
    number = int(now.timestamp() * 1000) << RANDOM_BITS | random
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
