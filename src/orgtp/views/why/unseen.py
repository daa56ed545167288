"""What the record cannot show about a seat, so that nobody takes silence for evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from orgtp.model.cell import CellState
from orgtp.model.due import due_at
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Period, period_containing
from orgtp.model.text import count_noun, join_with_and
from orgtp.views.why.types import EvidenceGap, EvidenceGapKind, SeatPast, Window

_FEW = 3


def list_unseen(
    org: Org, seat: str, rows: Iterable[MetricRow], window: Window, past: SeatPast
) -> Iterator[EvidenceGap]:
    """Yield everything that could have changed without a trace that `why` reads, most important first."""
    chosen = list(rows)
    yield from _list_history(past, window)
    yield from _list_unread_files(org)
    yield from _list_inputs(org, seat, window, past)
    yield from _list_upstream(org, seat)
    yield from _list_missing(chosen, window)
    yield from _list_sources(chosen)
    yield from _list_past(chosen, window)
    command = f"orgtp seat history {seat}"
    yield EvidenceGap(EvidenceGapKind.WINDOW, f"what came before {window.since} is not listed", command)


def _list_history(past: SeatPast, window: Window) -> Iterator[EvidenceGap]:
    if not past.is_recorded:
        what = "there is no git history here, so no change of the seat can be seen"
        yield EvidenceGap(EvidenceGapKind.HISTORY, what)
    elif past.begins is not None and past.begins > window.begins:
        day = past.begins.astimezone(window.begins.tzinfo).date()
        what = f"this clone is shallow and begins on {day}: earlier changes of the seat cannot be seen"
        yield EvidenceGap(EvidenceGapKind.HISTORY, what, "git fetch --unshallow")


def _list_unread_files(org: Org) -> Iterator[EvidenceGap]:
    if org.unreadable:
        names = sorted(org.unreadable)
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        listed = ", ".join(names[:_FEW]) + more if more else join_with_and(names)
        noun = count_noun(len(names), "file")
        yield EvidenceGap(EvidenceGapKind.UNREAD, f"{noun} could not be read: {listed}", "orgtp validate")


def _list_inputs(org: Org, seat: str, window: Window, past: SeatPast) -> Iterator[EvidenceGap]:
    """That the seat has no inputs on record, or when the first of them was recorded."""
    held = org.seat(seat)
    first = _find_first_recorded(org, past)
    if not held.inputs and first is None:
        parts, name = ("data or tools", "data") if held.is_human else ("model, prompt, data or tools", "model")
        what = f"{seat} has no inputs on record, so a change of its {parts} cannot be seen"
        command = f"orgtp seat set {seat} inputs.{name}=VERSION"
        yield EvidenceGap(EvidenceGapKind.INPUTS, what, None if held.is_retired else command)
    elif first and first > window.since:
        what = f"the first input of {seat} is on record since {first}: which it had before is not known"
        yield EvidenceGap(EvidenceGapKind.INPUTS_BEFORE, what)


def _find_first_recorded(org: Org, past: SeatPast) -> date | None:
    """The day on which a seat that was there without inputs got its first ones; None if it had some from the start."""
    for event in past.events:
        changed = [one.item for one in event.changes if one.sort == "fields" and one.item.key.startswith("inputs.")]
        if changed:
            return org.day_of(event.at) if all(one.before is None for one in changed) else None
    return None


def _list_upstream(org: Org, seat: str) -> Iterator[EvidenceGap]:
    """The seats that `inputs` names and that are not there, or have no inputs or numbers themselves."""
    for name, one in org.seat(seat).inputs.items():
        other = org.seats.get(one.from_)
        if one.from_ and other is None:
            what = f"the input {name} comes from {one.from_}, which is not a seat that could be read"
            yield EvidenceGap(EvidenceGapKind.UPSTREAM, what, "orgtp validate")
        elif other and not other.metrics:
            yield EvidenceGap(EvidenceGapKind.UPSTREAM, f"{other.id}, which delivers {name}, has no metrics")
    names = {one.from_ for one in org.seat(seat).inputs.values()} & org.seats.keys() - {seat}
    silent = sorted(id_ for id_ in names if not org.seats[id_].inputs)
    if silent:
        verb = "has" if len(silent) == 1 else "have"
        what = f"{join_with_and(silent)} {verb} no inputs on record, so what changed there cannot be seen"
        yield EvidenceGap(EvidenceGapKind.UPSTREAM_INPUTS, what, f"orgtp why {silent[0]}")


def _list_missing(rows: Iterable[MetricRow], window: Window) -> Iterator[EvidenceGap]:
    """The periods without a record: the value may be on another machine."""
    for row in rows:
        missing = [period.text for period in _list_periods(row, window) if _is_missing(row, period)]
        if missing:
            more = f" and {len(missing) - _FEW} more" if len(missing) > _FEW else ""
            listed = ", ".join(missing[:_FEW]) + more if more else join_with_and(missing)
            what = f"{row.metric.id} has no value for {listed}; if one was recorded, it is on another machine"
            yield EvidenceGap(EvidenceGapKind.MISSING, what, f"orgtp score list {row.seat.id} {row.metric.id}")


def _list_periods(row: MetricRow, window: Window) -> Iterator[Period]:
    """The periods of the metric's cadence in the window, oldest first."""
    grain, zone = row.metric.cadence.grain, row.org.zone
    period, last = (period_containing(at, grain, zone) for at in (window.begins, window.now))
    if row.newest_known_before(period) is None:
        # Nothing is missing before the first value.
        period = min((one for one in row.known_periods(period.start)), default=last)
    while period <= last:
        yield period
        period = period.next_in(zone)


def _is_missing(row: MetricRow, period: Period) -> bool:
    is_due = due_at(row.org, row.metric, period) <= row.now
    return is_due and row.cell_at(period).state is CellState.MISSING


def _list_sources(rows: Iterable[MetricRow]) -> Iterator[EvidenceGap]:
    sources = sorted({row.metric.source for row in rows if row.metric.source})
    if sources:
        noun, verb = ("source", "is") if len(sources) == 1 else ("sources", "are")
        what = f"the {noun} {join_with_and(sources)} {verb} set up on the machine that collects: a change there is not"
        yield EvidenceGap(EvidenceGapKind.SOURCES, f"{what} in the record", "orgtp source list")


def _list_past(rows: Iterable[MetricRow], window: Window) -> Iterator[EvidenceGap]:
    """The metrics whose row begins with the history of another seat, in the window."""
    for row in rows:
        if row.past and row.changeover and window.has_period(row.changeover.previous()):
            what = f"before {row.changeover.text}, {row.metric.id} was {row.past.key.text}"
            command = f"orgtp why {row.past.seat.id} {row.past.metric.id}"
            yield EvidenceGap(EvidenceGapKind.PAST, what, command)
