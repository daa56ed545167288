"""The rows of the tables that `orgtp export` writes and `orgtp sql` queries (see `columns`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.escalation import Escalation, EventType
from orgtp.model.escalation_policy import is_overdue, silenced_until
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Ending, Org, Retirement
from orgtp.model.period import Period, period_containing
from orgtp.model.records.kinds import RECORD_KINDS, RecordKind
from orgtp.model.records.table import RecordTable, TableCell, TableRow
from orgtp.model.score import Score
from orgtp.model.score_series import ScoreSeries
from orgtp.model.seat import Metric, Pause, Rollup, Seat
from orgtp.views.chart import target_now, unit_of
from orgtp.views.log import LogEntry
from orgtp.views.seats.imported import describe_import
from orgtp.views.seats.people import name_holder
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    SortOrder,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.stale import stale_row
from orgtp.views.variation.judge import is_drifting

# The commits of the org, newest first.
ReadLog = Callable[[], Iterable[LogEntry]]


@dataclass(frozen=True, slots=True)
class TableSet:
    """The tables of an org as of `now`. Rows are computed when they are read. `left_out` is what a selection omits."""

    org: Org
    now: datetime
    seats: tuple[Seat, ...]
    metrics: tuple[tuple[Seat, Metric], ...]
    is_selected: bool
    has_states: bool
    read_log: ReadLog
    left_out: Omitted = NOTHING_OMITTED

    def rows(self, table: str) -> Iterator[TableRow]:
        """Yield the rows of a table, with a cell for each column."""
        return _BUILDERS[table](self)

    @property
    def seat_ids(self) -> frozenset[str]:
        """The seats that are shown."""
        return frozenset(seat.id for seat in self.seats)


def build_tables(
    org: Org, now: datetime, selection: Selection = EVERYTHING, read_log: ReadLog = lambda: ()
) -> TableSet:
    """The tables as of `now`, of a selection of seats and metrics. Raises `UnknownSeat`.

    Retired seats are included. Seats and metrics are sorted by id, unless the selection has another order.
    """
    places = [place.seat for place in select_places(org, selection, retired=True)]
    chosen = [(seat, metric) for seat in places for metric in seat.metrics.values()]
    needs_facts = bool(selection.states) or selection.sort not in {None, SortOrder.ID, SortOrder.CHART}
    facts = {
        (seat.id, metric.id): _find_facts(MetricRow(org, seat, metric, now), selection)
        for seat, metric in chosen
        if needs_facts
    }
    metrics = select_rows(
        chosen,
        selection,
        lambda pair: facts.get((pair[0].id, pair[1].id)) or RowFacts((pair[0].id, pair[1].id), "", "", ()),
        SortOrder.ID,
    )
    seats = select_rows(places, selection, lambda seat: _find_seat_facts(org, seat, facts), SortOrder.ID)
    every = {seat.id: len(seat.metrics) for seat in org.seats.values()}
    shown = {seat.id: 0 for seat in seats} | Counter(seat.id for seat, _ in metrics)
    is_selected = bool(selection.text)
    left_out = count_omitted(every, shown) if is_selected else NOTHING_OMITTED
    return TableSet(org, now, tuple(seats), tuple(metrics), is_selected, bool(selection.states), read_log, left_out)


def _find_facts(row: MetricRow, selection: Selection) -> RowFacts:
    seat, metric, owner = row.seat, row.metric, row.org.owner_seat(row.seat)
    late = stale_row(row)
    name = owner.name if owner else seat.owner
    # As in the other views, a retired seat is in no state.
    key, states = (seat.id, metric.id), [] if seat.is_retired else [row.latest_cell().state]
    drifts = frozenset({metric.id} if selection.asks_for_drift and is_drifting(row) else ())
    return RowFacts(key, metric.name, name, states, row.count_misses_in_a_row(), late.since if late else None, drifts)


def _find_seat_facts(org: Org, seat: Seat, facts: Mapping[tuple[str, str], RowFacts]) -> RowFacts:
    owner = org.owner_seat(seat)
    own = [found for metric in seat.metrics if (found := facts.get((seat.id, metric)))]
    return RowFacts(
        (seat.id,),
        seat.name,
        owner.name if owner else seat.owner,
        [state for one in own for state in one.states],
        max((one.misses for one in own), default=0),
        min((one.late for one in own if one.late), default=None),
        frozenset[str]().union(*(one.drifting for one in own)),
    )


def _list_seats(tables: TableSet) -> Iterator[TableRow]:
    today = tables.org.day_of(tables.now)
    for seat in tables.seats:
        yield (
            seat.id,
            seat.name_on(today),
            seat.role,
            seat.kind.value,
            seat.status.value,
            seat.owner or None,
            tables.org.owner_name(seat, tables.now),
            seat.reports_to or None,
            seat.mission or None,
            seat.since,
            seat.review_by,
            seat.retire_when or None,
            ", ".join(sorted(seat.addresses_on(today))) or None,
            seat.capabilities,
            seat.own,
            name_holder(seat, today),
            {one.since.isoformat(): one.text for one in seat.holders},
            {one.since.isoformat(): _describe_pause(one) for one in seat.pauses},
            ", ".join(seat.also_reports_to) or None,
            seat.delegate_text or None,
            {name: one.text for name, one in seat.inputs.items()},
            ", ".join(seat.aliases) or None,
            imported.source if (imported := describe_import(seat)) and imported.mission_unreviewed else None,
            {one.text: one.sha256 for one in seat.runs_from},
        )


def _describe_pause(pause: Pause) -> str:
    return f"until {pause.until}: {pause.reason}" if pause.until else pause.reason


def _list_metrics(tables: TableSet) -> Iterator[TableRow]:
    org, now = tables.org, tables.now
    for seat, metric in tables.metrics:
        row = MetricRow(org, seat, metric, now)
        cell, late, counts = row.latest_cell(), stale_row(row), row.count_on_target()
        yield (
            seat.id,
            metric.id,
            metric.name,
            metric.outcome,
            metric.cadence.value,
            metric.cell_grain.value,
            metric.rollup.value,
            metric.allow_misses,
            unit_of(metric),
            target_now(org, metric, now),
            {begin.text if begin else "": target.text for begin, target in metric.targets.dated},
            metric.due or None,
            metric.source or None,
            metric.leads_to or None,
            metric.waive,
            cell.period if cell.state is not CellState.NONE else None,
            cell.value,
            _read_cell_amount(metric, cell.value),
            cell.state.value,
            row.count_misses_in_a_row(),
            *counts,
            late.since if late else None,
            silenced_until(org, now, seat.id, metric.id),
            metric.get_text("ends") or None,
            metric.continues or None,
            row.has_begun and not row.is_done,
            {period.text: reason for period, reason in metric.rebase},
        )


def _read_cell_amount(metric: Metric, value: str | None) -> Decimal | None:
    """The value of a cell as a number; None for hits, which are two numbers."""
    return None if metric.rollup is Rollup.HITS and metric.is_rolled_up else _read_amount(metric, value)


def _read_amount(metric: Metric | None, value: str | None) -> Decimal | None:
    if metric is None or value is None or not metric.targets.dated:
        return None
    return metric.targets.unit.find_amount(value)


def _list_values(tables: TableSet) -> Iterator[TableRow]:
    """Every record of the metrics that are shown, and of metrics that no file has any more."""
    chosen = {(seat.id, metric.id) for seat, metric in tables.metrics}
    unread = () if tables.is_selected else sorted(tables.org.scores.keys() - tables.org.seats.keys())
    for seat in (*(one.id for one in tables.seats), *unread):
        held = tables.org.seats[seat].metrics if seat in tables.org.seats else {}
        by_metric: dict[str, list[Score]] = {}
        for score in tables.org.scores.get(seat, ()):
            if (seat, score.metric) in chosen or (score.metric not in held and not tables.has_states):
                by_metric.setdefault(score.metric, []).append(score)
        for name, records in sorted(by_metric.items()):
            yield from _list_records(held.get(name), ScoreSeries(records))


def _list_records(metric: Metric | None, series: ScoreSeries) -> Iterator[TableRow]:
    for score in series.records:
        yield (
            score.seat,
            score.metric,
            score.period,
            score.value,
            score.note or None,
            score.id,
            score.void,
            _find_standing(score, series.newest.get(score.period)),
            _read_amount(metric, score.value),
            unit_of(metric) if metric else None,
            score.at,
            score.by or None,
            score.n,
        )


def _find_standing(score: Score, newest: Score | None) -> str:
    if newest is None:
        return "ignored"
    if score.void:
        return "withdrawal"
    if newest is score:
        return "counts"
    if newest.void:
        return "withdrawn"
    return "repeated" if newest.outcome == score.outcome else "corrected"


def _list_cells(tables: TableSet) -> Iterator[TableRow]:
    for seat, metric in tables.metrics:
        row = MetricRow(tables.org, seat, metric, tables.now)
        for period in _list_cell_periods(row):
            cell = row.judged_cell(period)
            if cell.state is CellState.NONE and cell.value is None:
                continue
            target = metric.targets.target_for(period.split(metric.cadence.grain, tables.org.zone)[-1])
            yield (
                seat.id,
                metric.id,
                period.text,
                period.start.date(),
                (period.next().start - _A_DAY).date(),
                cell.value,
                _read_cell_amount(metric, cell.value),
                unit_of(metric),
                cell.state.value,
                target.text if target else None,
                cell.partial,
                cell.corrected,
                datetime.fromisoformat(cell.at) if cell.at else None,
                cell.by,
                cell.note,
            )


_A_DAY = timedelta(days=1)


def _list_cell_periods(row: MetricRow) -> Iterator[Period]:
    """The cells from the metric's beginning, or its first record if that is earlier, to the current one."""
    declared = row.declared_beginning()
    begins = [*row.recorded_cells(), *([declared.widen(row.metric.cell_grain)] if declared else [])]
    current = period_containing(row.now, row.metric.cell_grain, row.org.zone)
    period = min(begins, default=current.next())
    while period <= current:
        yield period
        period = period.next()


def _list_retirements(tables: TableSet) -> Iterator[TableRow]:
    for seat, record in sorted(tables.org.retirements.items()):
        if not tables.is_selected or seat in tables.seat_ids:
            held = tables.org.seats.get(seat)
            yield (
                seat,
                held.name if held else None,
                record.retired_on,
                record.decided_by or None,
                record.reason or None,
                *(record.review.get(key) for key in ("worked", "failed", "lesson", "rehire")),
                record.capabilities,
                record.metrics,
                record.ended,
                record.reports,
                _describe_results(record),
                record.owned,
            )


def _describe_results(record: Retirement) -> Mapping[str, str]:
    return {metric: _describe_result(result) for metric, result in record.results.items()}


def _describe_result(result: Ending) -> str:
    value = f"{result.last} in {result.period}" if result.last else "no value"
    return f"{value}, {result.on_target} of {result.known} on target"


def _list_shown_escalations(tables: TableSet) -> Iterator[Escalation]:
    chosen = {(seat.id, metric.id) for seat, metric in tables.metrics}
    for _, one in sorted(tables.org.escalations.items()):
        is_about_metric = not tables.has_states or (one.seat, one.metric) in chosen
        if not tables.is_selected or (one.seat in tables.seat_ids and is_about_metric):
            yield one


def _list_escalations(tables: TableSet) -> Iterator[TableRow]:
    for one in _list_shown_escalations(tables):
        yield (
            one.id,
            one.seat,
            one.metric or None,
            one.kind.value,
            one.severity.value,
            one.state.value,
            one.what,
            one.why or None,
            one.with_ or None,
            one.opened_at,
            one.by or None,
            None if one.is_resolved else one.due,
            is_overdue(tables.org, tables.now, one),
            _find_event_time(one, EventType.ACKNOWLEDGED),
            _find_event_time(one, EventType.RESOLVED),
        )


def _find_event_time(one: Escalation, what: EventType) -> datetime | None:
    return next((event.at for event in reversed(one.events) if event.what is what), None)


def _list_events(tables: TableSet) -> Iterator[TableRow]:
    for entry in tables.read_log():
        yield from _list_commit_events(tables, entry)
    for one in _list_shown_escalations(tables):
        for number, event in enumerate(one.events, 1):
            yield (
                f"{one.id}#{number}",
                "escalation",
                event.at,
                event.what.value,
                one.seat,
                event.by or None,
                None,
                None,
                event.note or None,
                None,
                one.id,
                event.to or None,
            )


def _list_commit_events(tables: TableSet, entry: LogEntry) -> Iterator[TableRow]:
    touched: tuple[str | None, ...] = tuple(dict.fromkeys(entry.seats)) or (None,)
    for seat in touched:
        if tables.is_selected and seat not in tables.seat_ids:
            continue
        yield (
            f"{entry.commit}/{seat}" if len(touched) > 1 else entry.commit,
            "commit",
            entry.at,
            entry.action,
            seat,
            entry.by,
            entry.author,
            entry.approved_by,
            entry.what,
            entry.commit,
            None,
            None,
        )


def _list_record_rows(kind: RecordKind, shown: RecordTable, tables: TableSet) -> Iterator[TableRow]:
    """The rows of a table that the entry of a kind has."""
    today, ids = tables.org.day_of(tables.now), tables.seat_ids
    seat = shown.table.names.index("seat") if "seat" in shown.table.names else None
    found = getattr(tables.org, kind.attribute)
    for key, record in (("", one) for one in found) if kind.is_lines else sorted(found.items()):
        if tables.is_selected and seat is None and ids.isdisjoint(kind.find_subjects(record)):
            continue
        for row in shown.list_rows(key, record, today):
            if not tables.is_selected or seat is None or row[seat] in ids:
                yield row


_BUILDERS: dict[str, Callable[[TableSet], Iterator[TableRow]]] = {
    "seats": _list_seats,
    "metrics": _list_metrics,
    "values": _list_values,
    "cells": _list_cells,
    "retirements": _list_retirements,
    "escalations": _list_escalations,
    "events": _list_events,
    **{one.table.name: partial(_list_record_rows, kind, one) for kind in RECORD_KINDS for one in kind.tables},
}


def name_cells(names: Iterable[str], row: TableRow) -> Mapping[str, TableCell]:
    """The cells of a row by the names of their columns."""
    return dict(zip(names, row, strict=True))
