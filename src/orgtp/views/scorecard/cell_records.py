"""What is behind a cell of the scorecard: the target at the time, and every record that it combines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import GRAIN_SIZES, Period, parse_period
from orgtp.model.target import Target
from orgtp.views.scorecard.build import Scorecard, ScoreRow
from orgtp.views.scorecard.scores import ScoreLine, build_score_line
from orgtp.views.seats.fields import Spot


@dataclass(frozen=True, slots=True)
class CellRecord:
    """One record of a cell, and where it is: the file and the id, by which its commit is found."""

    line: ScoreLine
    spot: Spot


@dataclass(frozen=True, slots=True)
class CellRecords:
    """A cell of the row of a metric, with the target in force at its end, and its records by period and time.

    `column` is the number of its week on the scorecard. `has_several`: it combines several periods.
    """

    seat: str
    metric: str
    column: int
    cell: Cell
    target: str | None
    has_several: bool
    records: tuple[CellRecord, ...]


def list_cell_records(org: Org, card: Scorecard, now: datetime) -> Iterator[CellRecords]:
    """What is behind each cell of the scorecard that is not empty, row by row."""
    for row in card.rows:
        for column, cell in enumerate(row.cells):
            if not cell.is_empty:
                yield _find_cell_records(org, row, column, now)


def count_cell_records(org: Org, card: Scorecard, most: int) -> int:
    """How many records are behind the cells; counted as far as `most`."""
    count = 0
    for row in card.rows:
        first = parse_period(card.columns[0])
        series = org.score_series(row.seat, row.metric, first.start) if first else None
        count += len(series.records) if series else 0
        if count > most:
            break
    return count


def list_all_targets(org: Org, row: ScoreRow) -> tuple[Target, ...]:
    """Every target that a cell of the row may have been judged by."""
    keys = {(row.seat, row.metric), *(_split_key(cell.from_) for cell in row.cells if cell.from_)}
    found = [org.metric(*key).targets.dated for key in sorted(keys)]
    return tuple(dict.fromkeys(target for dated in found for _, target in dated))


def _find_cell_records(org: Org, row: ScoreRow, column: int, now: datetime) -> CellRecords:
    cell = row.cells[column]
    seat, metric = _split_key(cell.from_) if cell.from_ else (row.seat, row.metric)
    judged = MetricRow(org, org.seat(seat), org.metric(seat, metric), now)
    pieces = _list_pieces(judged, cell.period)
    wanted = {piece.text for piece in pieces}
    records = org.score_series(seat, metric, pieces[0].start).records if pieces else []
    chosen = sorted((one for one in records if one.period in wanted), key=lambda one: (one.period_order, one.at))
    target = judged.metric.targets.target_for(pieces[-1]) if pieces else None
    return CellRecords(
        row.seat,
        row.metric,
        column,
        cell,
        target.text if target else None,
        len(pieces) > 1,
        tuple(CellRecord(build_score_line(judged, one), (one.place.path or one.path, one.id)) for one in chosen),
    )


def _list_pieces(row: MetricRow, text: str) -> list[Period]:
    """The periods of the metric's cadence that a cell combines."""
    period, grain = parse_period(text), row.metric.cadence.grain
    if period is None:
        return []
    is_whole = GRAIN_SIZES[grain] >= GRAIN_SIZES[period.grain]
    return [period] if is_whole else list(period.split(grain, row.org.zone))


def _split_key(text: str) -> tuple[str, str]:
    """The seat and the metric of `SEAT/METRIC`."""
    seat, _, metric = text.partition("/")
    return seat, metric
