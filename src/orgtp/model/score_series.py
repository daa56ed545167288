"""The records of a metric in the order in which they were made, read only as far back as a question needs.

A record of a period is made after the period begins, so whoever asks about a period needs no older months.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from orgtp.model.period import Grain, Period, parse_period
from orgtp.model.score import Score

# Asks for every record there is.
EARLIEST = datetime.min  # noqa: DTZ901  (wall time, as the start of a period is)


class ScoresByMonth(Mapping[str, tuple[Score, ...]], ABC):
    """The scores of each seat, read month by month when somebody asks for them, the newest months first.

    As a mapping it holds every score: to look up a seat reads all months of that seat.
    """

    @abstractmethod
    def read_since(self, seat: str, start: datetime) -> tuple[tuple[Score, ...], datetime]:
        """The scores of the months that can hold a record of a period which begins at `start` (wall time) or later.

        With them comes the earliest such start that the months read so far are complete for.
        """

    @abstractmethod
    def read_further_back(self, seat: str) -> bool:
        """Read more of the older months of a seat; False where none is left."""


class ScoreSeries:
    """The records of one metric in the order of `at`; of equal moments, the later line last."""

    def __init__(self, records: Iterable[Score] = ()) -> None:
        self.records = sorted(records, key=attrgetter("at"))

    @cached_property
    def in_force(self) -> Mapping[str, Score]:
        """The record that counts for each period, by the text of the period: the newest."""
        return {score.period: score for score in self.records}

    @cached_property
    def corrected(self) -> frozenset[str]:
        """The periods of which an older record says something else than the one that counts."""
        counts = self.in_force
        if len(counts) == len(self.records):
            return frozenset()
        return frozenset(score.period for score in self.records if score.value != counts[score.period].value)

    def periods(self, grain: Grain) -> list[Period]:
        """The periods of the size `grain` that have a record, in no order."""
        found = map(parse_period, self.in_force)
        return [period for period in found if period and period.grain is grain]


NO_SCORES = ScoreSeries()


@dataclass(frozen=True)
class SeatScores:
    """The records of one seat, complete for every period that begins at `since` (wall time) or later."""

    by_metric: Mapping[str, ScoreSeries]
    since: datetime


def group_by_metric(scores: Iterable[Score], since: datetime) -> SeatScores:
    """The records of one seat, metric by metric."""
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(score.metric, []).append(score)
    return SeatScores({metric: ScoreSeries(records) for metric, records in found.items()}, since)
