"""All recorded values, including corrected ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.score import Score, format_timestamp
from orgtp.model.value import Unit


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One record. `counts`: it is the newest of its period. `corrected`: the newest one has another value.

    `void`: it withdraws the earlier records of its period. `n` is the number of cases that a ratio covers.
    """

    seat: str
    metric: str
    period: str
    value: str | None
    state: CellState
    at: str
    by: str | None
    note: str | None
    id: str
    counts: bool
    corrected: bool
    measure: Unit | None
    void: bool = False
    n: int | None = None


def score_lines(org: Org, now: datetime, seat: str = "", metric: str = "") -> list[ScoreLine]:
    """Every record, by seat, metric, period and time. Raises `UnknownSeat`, `UnknownMetric`.

    The records of one metric begin with those of the metric that it continues.
    """
    seats = [org.seat(seat)] if seat else list(org.seats.values())
    metrics = (
        [(one, org.metric(one.id, metric)) for one in seats]
        if metric
        else [(one, held) for one in seats for held in one.metrics.values()]
    )
    rows = [MetricRow(org, one, held, now) for one, held in metrics]
    chains = [[*_list_past_rows(row), row] if metric else [row] for row in rows]
    return [line for chain in chains for row in chain for line in _list_lines(row)]


def _list_past_rows(row: MetricRow) -> list[MetricRow]:
    """The metrics whose history the row begins with, the earliest first."""
    return [*_list_past_rows(row.past), row.past] if row.past else []


def _list_lines(row: MetricRow) -> list[ScoreLine]:
    records = row.org.score_records(row.seat.id, row.metric.id)
    return [build_score_line(row, score) for score in sorted(records, key=lambda score: (score.period_order, score.at))]


def build_score_line(row: MetricRow, score: Score) -> ScoreLine:
    """One record of a metric, with its verdict if it counts."""
    # A record that is older than its period never counts, and may be the only one.
    newest = row.org.newest_scores(row.seat.id, row.metric.id).get(score.period)
    period = parse_period(score.period)
    state = row.cell_at(period).state if period and newest is score else CellState.NONE
    return ScoreLine(
        seat=row.seat.id,
        metric=row.metric.id,
        period=score.period,
        value=score.value,
        state=state,
        at=format_timestamp(score.at),
        by=score.by or None,
        note=score.note or None,
        id=score.id,
        counts=newest is score,
        corrected=newest is not None and newest is not score and newest.outcome != score.outcome,
        measure=row.metric.targets.unit if row.metric.targets.dated else None,
        void=score.void,
        n=score.n,
    )
