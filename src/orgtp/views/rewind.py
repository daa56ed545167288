"""An org as the record had it at an earlier time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from orgtp.model.org import Org
from orgtp.model.score import Score
from orgtp.model.score_series import EARLIEST
from orgtp.model.seat import MetricKey


def keep_values_until(
    org: Org, then: datetime, keys: Iterable[MetricKey] | None = None, since: datetime = EARLIEST
) -> Org:
    """The org with only those values that were recorded by `then`.

    With `keys`, only the values of these metrics are kept, and with `since` those for periods that begin at it or later
    (local time): both save reading the others. Everything else is as it is now.
    """
    at = then.astimezone(UTC)
    if keys is None:
        every = {seat: tuple(score for score in found if score.at <= at) for seat, found in org.scores.items()}
        return replace(org, scores=every)
    scores: dict[str, list[Score]] = {}
    for key in keys:
        records = org.score_series(key.seat, key.metric, since).records
        scores.setdefault(key.seat, []).extend(one for one in records if one.at <= at)
    return replace(org, scores={seat: tuple(some) for seat, some in scores.items()})
