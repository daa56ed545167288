"""The values as they were recorded, corrections shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.cell import CellState, MetricRow
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.score import Score, format_timestamp
from orgtp.model.seat import Metric, Seat
from orgtp.model.value import Unit


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One record. `counts` is false where a newer one of its period stands; `corrected` where that says otherwise."""

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


def score_lines(org: Org, now: datetime, seat: str = "", metric: str = "") -> list[ScoreLine]:
    """Every record, by seat, metric, period and time. Raises `UnknownSeat`, `UnknownMetric`."""
    seats = [org.seat(seat)] if seat else list(org.seats.values())
    metrics = [(one, org.metric(one.id, metric)) for one in seats] if metric else _all(seats)
    return [line for one, held in metrics for line in _lines(MetricRow(org, one, held, now))]


def _all(seats: list[Seat]) -> list[tuple[Seat, Metric]]:
    return [(seat, metric) for seat in seats for metric in seat.metrics.values()]


def _lines(row: MetricRow) -> Iterator[ScoreLine]:
    records = row.org.score_records(row.seat.id, row.metric.id)
    for score in sorted(records, key=lambda score: (score.period, score.at)):
        yield _line(row, score)


def _line(row: MetricRow, score: Score) -> ScoreLine:
    newest = row.org.scores_in_force(row.seat.id, row.metric.id)[score.period]
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
        corrected=newest is not score and newest.value != score.value,
        measure=row.metric.targets.unit if row.metric.targets.dated else None,
    )
