"""The records of a metric in the order of `at`, read only as far back as a query needs.

A period's records are made after it begins, so a query about a period needs no older months. A record that is older
than its period counts for nothing (the rule `score-in-future` reports it), so an answer does not depend on whether its
month was read.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter

from orgtp.lazy_dataclass import dataclass
from orgtp.model.period import Grain, Period, parse_period
from orgtp.model.score import Score

# Selects every record.
EARLIEST = datetime.min  # noqa: DTZ901  (local time, like the start of a period)


class ScoresByMonth(Mapping[str, tuple[Score, ...]], ABC):
    """The scores of each seat, read month by month on demand, the newest month first.

    As a mapping it has every score: looking up a seat reads all of its months.
    """

    @abstractmethod
    def read_since(self, seat: str, start: datetime) -> tuple[tuple[Score, ...], datetime]:
        """Read the months that can have a record for a period that begins at `start` (local time) or later.

        Returns the scores, and the start of the earliest period for which they are complete.
        """

    @abstractmethod
    def read_further_back(self, seat: str) -> bool:
        """Read older months of a seat. Returns False if none are left."""


class ScoreSeries:
    """The records of one metric, ordered by `at`, then by line. A record that a merge wrote twice is there once."""

    def __init__(self, records: Iterable[Score] = ()) -> None:
        found = list(records)
        if len({score.id for score in found}) < len(found):
            found = list(dict.fromkeys(found))
        self.records = sorted(found, key=attrgetter("at"))

    @cached_property
    def newest(self) -> Mapping[str, Score]:
        """Map the text of each period to its newest record, which may withdraw the earlier ones.

        A record that is older than its period is not among them.
        """
        return {score.period: score for score in self.records if not _precedes_period(score)}

    @cached_property
    def in_force(self) -> Mapping[str, Score]:
        """Map the text of each period to the record that counts: the newest. A withdrawn period has none."""
        if not any(score.void for score in self.records):
            return self.newest
        return {period: score for period, score in self.newest.items() if not score.void}

    @cached_property
    def corrected(self) -> frozenset[str]:
        """The periods with an older record whose value differs from the one that counts."""
        current = self.in_force
        if len(current) == len(self.records):
            return frozenset()
        return frozenset(
            score.period
            for score in self.records
            if score.period in current
            and score.outcome != current[score.period].outcome
            and not _precedes_period(score)
        )

    def periods(self, grain: Grain) -> list[Period]:
        """The periods of size `grain` that have a record, in no order."""
        found = map(parse_period, self.in_force)
        return [period for period in found if period and period.grain is grain]


# A file is named by its month in UTC. A period begins in local time, which is at most 14 hours ahead of UTC.
MONTH_MARGIN = timedelta(days=1)
_CACHED = 16384


def find_first_month(start: datetime) -> str:
    """The first month, `2026-11`, whose file can have a record for a period that begins at `start` (local time)."""
    return (start - MONTH_MARGIN).isoformat()[:7] if start > EARLIEST + MONTH_MARGIN else ""


@lru_cache(maxsize=_CACHED)
def _find_first_month_of(period: str) -> str:
    found = parse_period(period)
    return find_first_month(found.start) if found else ""


def _precedes_period(score: Score) -> bool:
    """Whether the file of a record is older than its period."""
    return (_find_month_of_file(score.place.path) or score.path[-13:-6]) < _find_first_month_of(score.period)


@lru_cache(maxsize=_CACHED)
def _find_month_of_file(path: str) -> str:
    name = _MONTH_NAME.search(path)
    return name[0] if name else ""


_MONTH_NAME = re.compile(r"[0-9]{4}-[0-9]{2}(?=\.jsonl$)")
NO_SCORES = ScoreSeries()


@dataclass(frozen=True)
class SeatScores:
    """The records of one seat, complete for every period that begins at `since` (local time) or later."""

    by_metric: Mapping[str, ScoreSeries]
    since: datetime


def group_by_metric(scores: Iterable[Score], since: datetime) -> SeatScores:
    """Group the records of one seat by metric."""
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(score.metric, []).append(score)
    return SeatScores({metric: ScoreSeries(records) for metric, records in found.items()}, since)
