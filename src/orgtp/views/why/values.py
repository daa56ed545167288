"""Evidence from the values: blanks, corrections, seats upstream that are off target, and a source that moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period
from orgtp.model.score import Score
from orgtp.model.text import one_line
from orgtp.model.value import Unit
from orgtp.views.why.runs import describe_span, find_record, list_known_cells, list_runs
from orgtp.views.why.start import Flags
from orgtp.views.why.types import ChangeStart, Evidence, EvidenceKind, Window

# A value has moved if it is outside the range of this many values before it, or of those that there are.
_RANGE, _LEAST_RANGE = 12, 6


def list_value_evidence(row: MetricRow, start: ChangeStart | None, window: Window) -> Iterator[Evidence]:
    """Yield the blanks of a metric in the window, and the values that were corrected or withdrawn."""
    records: dict[str, list[Score]] = {}
    for score in row.org.score_series(row.seat.id, row.metric.id, window.begins.replace(tzinfo=None)).records:
        records.setdefault(score.period, []).append(score)
    yield from _list_blanks(row, records, start, window)
    for found in records.values():
        yield from _list_corrections(row, found, start, window)


def _build_evidence(row: MetricRow, score: Score, start: ChangeStart | None, kind: EvidenceKind, what: str) -> Evidence:
    return Evidence(
        at=score.at,
        when=(start.place_period(score.period) or start.place(score.at)) if start else None,
        kind=kind,
        seat=row.seat.id,
        metric=row.metric.id,
        period=score.period,
        what=what,
        by=score.by or None,
        by_claimed=bool(score.by),
        _spot=(score.place.path or score.path, score.id),
    )


def _list_blanks(
    row: MetricRow, records: Mapping[str, list[Score]], start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """One piece of evidence for blanks in a row with the same reason, dated by the first."""
    run: list[Score] = []
    periods = sorted(filter(None, map(parse_period, records)))
    for period in periods:
        first = records[period.text][0]
        is_blank = first.value is None and not first.void and window.has_period(period)
        if run and not (is_blank and first.note == run[-1].note):
            yield _describe_blanks(row, run, records, start)
            run = []
        run += [first] if is_blank else []
    if run:
        yield _describe_blanks(row, run, records, start)


def _describe_blanks(
    row: MetricRow, run: list[Score], records: Mapping[str, list[Score]], start: ChangeStart | None
) -> Evidence:
    first, last = (period for period in (run[0].parsed_period, run[-1].parsed_period) if period)
    later = sum(records[score.period][-1].value is not None for score in run)
    filled = "" if not later else ", recorded later" if later == len(run) else f", {later} of them recorded later"
    count = f" ({len(run)} in a row)" if len(run) > 1 else ""
    why = one_line(run[0].note) or "no reason given"
    what = f"{row.metric.id} was blank {describe_span(first, last)}{count}: {why}{filled}"
    return _build_evidence(row, run[0], start, EvidenceKind.BLANK, what)


def _list_corrections(
    row: MetricRow, records: list[Score], start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """The records of a period that replace another value, or withdraw it."""
    for old, new in pairwise(records):
        if old.value is None or old.outcome == new.outcome or not window.has(new.at):
            continue
        values = [_show(row, old.value), "withdrawn" if new.void else _show(row, new.value) or "unavailable"]
        why = f": {one_line(new.note)}" if new.note else ""
        what = f"{row.metric.id} {new.period} corrected: {' → '.join(values)}{why}"
        found = _build_evidence(row, new, start, EvidenceKind.CORRECTION, what)
        yield replace(found, before=old.value, after=new.value)


def _show(row: MetricRow, stored: str | None) -> str:
    """A value as it is shown; the text itself if it cannot be read as a value of the metric."""
    if stored is None or not row.metric.targets.dated or "/" in stored:
        return stored or ""
    return row.metric.targets.unit.format_shown(stored)


def list_upstream_evidence(
    org: Org, seat: str, start: ChangeStart | None, window: Window, flags: Flags
) -> Iterator[Evidence]:
    """Yield the misses in the window, and the flags of health, of the seats that `inputs` names."""
    inputs = org.seat(seat).inputs
    for other in sorted({one.from_ for one in inputs.values()} & org.seats.keys() - {seat}):
        names = [name for name, one in inputs.items() if one.from_ == other]
        for row in list_current_rows(org, org.seats[other], window.now):
            yield from _list_misses(row, f"delivers {', '.join(names)}", start, window)
            if found := _describe_flag(row, f"delivers {', '.join(names)}", start, flags):
                yield found


def _list_misses(row: MetricRow, role: str, start: ChangeStart | None, window: Window) -> Iterator[Evidence]:
    for run in list_runs(row, window.begins.replace(tzinfo=None)):
        score = find_record(row, run.first)
        if score is None:
            continue
        count = f" ({run.misses} in a row)" if run.misses > 1 else ""
        span = describe_span(run.first, run.last)
        what = f"{row.seat.id}, which {role}, was off target on {row.metric.id} {span}{count}"
        yield _place(_build_evidence(row, score, start, EvidenceKind.UPSTREAM, what), run.first, start)


def _place(found: Evidence, period: Period, start: ChangeStart | None) -> Evidence:
    """The evidence as one about a whole cell, of which its record may be only a part."""
    return replace(found, period=period.text, when=start.place_period(period.text) if start else None)


def _describe_flag(row: MetricRow, role: str, start: ChangeStart | None, flags: Flags) -> Evidence | None:
    period = parse_period(flags.get(row.key, ""))
    score = find_record(row, period) if period else None
    if period is None or score is None:
        return None
    what = f"{row.seat.id}, which {role}, is drifting on {row.metric.id} since {period.text}"
    return _place(_build_evidence(row, score, start, EvidenceKind.UPSTREAM, what), period, start)


def list_same_source_evidence(
    org: Org, seat: str, sources: Iterable[str], start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """Yield the metrics of other seats with one of the `sources` that moved in the period in which the change began."""
    wanted = {source for source in sources if source}
    for other in org.seats.values() if start and wanted else ():
        if other.id == seat or not any(metric.source in wanted for metric in other.metrics.values()):
            continue
        for row in list_current_rows(org, other, window.now):
            if row.metric.source in wanted and start:
                yield from _list_moves(row, start, window)


def _list_moves(row: MetricRow, start: ChangeStart, window: Window) -> Iterator[Evidence]:
    zone = row.org.zone
    cells = list_known_cells(row, window.begins.replace(tzinfo=None))
    for number, (period, cell) in enumerate(cells):
        if period.begins(zone) >= start.ends or period.ends(zone) <= start.begins:
            continue
        how, score = _describe_move(row, cell, [one for _, one in cells[number + 1 :]]), find_record(row, period)
        if how and score:
            what = f"{row.seat.id}/{row.metric.id}, with the same source {row.metric.source}, {how} in {period.text}"
            yield _place(_build_evidence(row, score, start, EvidenceKind.SAME_SOURCE, what), period, start)


def _describe_move(row: MetricRow, cell: Cell, before: list[Cell]) -> str:
    """How a value moved against those before it, newest first; "" if it did not."""
    value = f"({_show(row, cell.value)}"
    if before and before[0].state is not cell.state:
        was = _show(row, before[0].value)
        return f"went {'off' if cell.state is CellState.OFF else 'back on'} target {value} after {was})"
    unit = row.metric.targets.unit
    amounts = [amount for one in before[:_RANGE] if (amount := _parse(unit, one)) is not None]
    now = _parse(unit, cell)
    if now is None or len(amounts) < _LEAST_RANGE or min(amounts) <= now <= max(amounts):
        return ""
    return f"moved out of the range of the {len(amounts)} values before it {value})"


def _parse(unit: Unit, cell: Cell) -> Decimal | None:
    """The value of a cell as a number; None for a count of hits."""
    return unit.parse_amount(cell.value) if cell.value is not None and "/" not in cell.value else None
