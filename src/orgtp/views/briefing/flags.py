"""The metrics that health flags now, and did not flag by what was known at an earlier time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from orgtp.model.metric_row import MetricRow
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.health.assess import assess_row
from orgtp.views.health.types import HealthRow
from orgtp.views.rewind import keep_values_until
from orgtp.views.variation.judge import Variation, judge_metric


def list_new_flags(scope: BriefingScope) -> tuple[HealthRow, ...]:
    """The metrics of active seats that drift, and did not a working day ago, in the order of the selection."""
    rows = (row for row in scope.rows if row.seat.is_active)
    return tuple(one for _, one in list_changed(scope, rows, scope.before, (Variation.CONCERN,)))


def list_changed(
    scope: BriefingScope, rows: Iterable[MetricRow], before: datetime | None, variations: tuple[Variation, ...]
) -> Iterator[tuple[MetricRow, HealthRow]]:
    """The rows with one of these variations that they did not have by what was recorded `before`, if that is given."""
    for row in rows:
        found = scope.judge(row)
        if found.variation not in variations or (before and _was_found(row, before, found.variation)):
            continue
        one = assess_row(row)
        yield row, replace(one, facts=replace(one.facts, seat_name=scope.name_of(row.seat.id)))


def _was_found(row: MetricRow, before: datetime, variation: Variation) -> bool:
    org = keep_values_until(row.org, before, [row.key])
    return judge_metric(MetricRow(org, row.seat, row.metric, before)).variation is variation


def has_unjudged(scope: BriefingScope) -> bool:
    """Whether a metric of an active seat has too few values to be flagged."""
    return any(scope.judge(row).variation is Variation.TRIAL for row in scope.rows if row.seat.is_active)
