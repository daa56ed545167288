"""Show one seat, the list of seats, and the list of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo

from orgtp.model.cell import CellState
from orgtp.model.org import Retirement
from orgtp.model.text import join_with_and, one_line
from orgtp.render.spans import Line, describe_cadence, join_spans
from orgtp.render.terminal import (
    SIGNS,
    STALE,
    STALE_STYLE,
    STYLES,
    Screen,
    align_columns,
    format_dots,
    format_labelled,
    format_owner,
    indent_lines,
    render_lines,
    safe_text,
    wrap_line,
)
from orgtp.render.wording.imported import imported_text, mission_text
from orgtp.render.wording.people import also_holds_text, holders_sentence, name_suffix, select_begun
from orgtp.render.wording.selection import left_out_lines
from orgtp.views.chart import Chart, ChartSeat, MetricNow
from orgtp.views.scorecard.scores import ScoreLine
from orgtp.views.seat import SeatView
from orgtp.views.seats.imported import select_own_keys

# So many digits of a hash are enough to compare it by eye.
_DIGITS = 12


def seat_text(view: SeatView, screen: Screen, now: datetime, zone: tzinfo, *, kind: bool = False) -> str:
    """One seat as of `now`, with times in `zone`."""
    place = view.place
    status = f"  ({place.status})" if place.status != "active" else ""
    held = name_suffix(place.name, place.holder)
    title = join_spans(safe_text(place.name, "bold"), held, ", ", safe_text(place.role), status)
    lines = [title, [], *_format_seat_facts(view, screen, now.astimezone(zone).date(), kind=kind)]
    lines += _format_table_section(
        "capabilities", [[safe_text(name), safe_text(text)] for name, text in place.capabilities.items()], screen
    )
    inputs = [[safe_text(name), safe_text(text)] for name, text in view.inputs.items()]
    lines += _format_table_section("inputs", inputs, screen)
    lines += _format_table_section("metrics", [_format_metric_row(metric) for metric in place.metrics], screen)
    lines += _list_ended_lines(view, screen)
    files = [
        [safe_text(one.text), safe_text(f"sha256 {one.sha256[:_DIGITS]}" if one.sha256 else "", "dim")]
        for one in view.runs_from
    ]
    lines += _format_table_section("runs from", files, screen)
    own = [[safe_text(name), safe_text(text)] for name, text in select_own_keys(view.own).items()]
    lines += _format_table_section("your own keys", own, screen)
    if view.escalations or view.silences:
        from orgtp.render.escalations import escalation_lines, silence_lines

        within = Screen(screen.width - 2)
        below = [*escalation_lines(view.escalations, zone, within), *silence_lines(view.silences, within)]
        lines += [[], [("escalations", "dim")], *indent_lines(below)]
    return render_lines([*lines, *(retirement_lines(view.retirement, screen) if view.retirement else [])], screen)


def _format_seat_facts(view: SeatView, screen: Screen, day: date, *, kind: bool) -> Iterator[Line]:
    place = view.place
    facts = {
        "id": place.seat,
        "held by": holders_sentence(view.holders, day),
        "numbers": _explain_numbers(view, day),
        "also holds": ", ".join(place.also_holds),
        "paused": _explain_pause(view),
        "kind": place.kind if kind else "",
        "owner": _explain_owner(place),
        "reports to": place.reports_to or "nobody: the top of the chart",
        "dotted line": ", ".join(place.also_reports_to),
        "reports": ", ".join(view.reports),
        "answers for": ", ".join(view.owns),
        "mission": mission_text(view.mission, view.imported),
        "imported": imported_text(place.seat, view.imported),
        "aliases": ", ".join(view.aliases),
        "since": str(view.since or ""),
        "email": view.email if isinstance(view.email, str) else ", ".join(view.email or ()),
        "retire when": view.retire_when or "",
        "review by": str(view.review_by or ""),
        "delegate": view.delegate.text if view.delegate else "",
    }
    yield from format_labelled(facts, screen)


def _list_ended_lines(view: SeatView, screen: Screen) -> list[Line]:
    """One sentence about the metrics that ended: which, after which period, and what continues each."""
    parts = [
        f"{one.name} after {one.ends}" + (f", continued by {one.continued_by}" if one.continued_by else "")
        for one in view.ended
    ]
    within = Screen(screen.width - 2)
    lines = wrap_line([(one_line(f"ended: {'; '.join(parts)}"), "dim")], within.width) if parts else []
    return [[], *indent_lines(lines)] if lines else []


def _explain_numbers(view: SeatView, day: date) -> str:
    """Whose the earlier numbers are, of a seat with metrics that passed from one person to another."""
    begun = select_begun(view.holders, day)
    before = [one.name for one in begun[:-1] if one.name] if view.place.metrics else []
    return f"before {begun[-1].since}, those of {join_with_and(dict.fromkeys(before))}" if before else ""


def _explain_pause(view: SeatView) -> str:
    since = f"since {view.paused_since}" if view.paused_since else ""
    until = f"until {view.paused_until}" if view.paused_until else ""
    return ": ".join(part for part in (" ".join(filter(None, (since, until))), view.paused_because or "") if part)


def _explain_owner(place: ChartSeat) -> str:
    if place.owner and place.human_owner is None:
        return f"{place.owner} (unknown: no seat with that id could be read. See: orgtp validate)"
    return place.human_owner or "nobody"


def _format_table_section(title: str, rows: Sequence[Sequence[Line]], screen: Screen) -> list[Line]:
    lines = align_columns(rows, Screen(screen.width - 2), give=1)
    return [[], [(title, "dim")], *indent_lines(lines)] if rows else []


def _format_metric_row(metric: MetricNow) -> list[Line]:
    words = (
        metric.measure.format_shown(metric.latest)
        if metric.measure and metric.latest is not None
        else metric.state.value
    )
    latest = safe_text(f"{words} {SIGNS[metric.state]}", STYLES[metric.state])
    latest = join_spans(latest, (f" {STALE} stale", STALE_STYLE)) if metric.stale_since else latest
    return [
        safe_text(metric.metric),
        safe_text(metric.name),
        latest,
        safe_text(metric.target or ""),
        [(describe_cadence(metric.cadence, metric.per), "dim")],
    ]


def retirement_lines(record: Retirement, screen: Screen) -> Iterator[Line]:
    """The record of a retirement."""
    yield from [[], [(f"retired {record.retired_on or ''}", "bold")]]
    heirs = ", ".join(f"{name} to {heir}" for name, heir in record.capabilities.items())
    facts = {"decided by": record.decided_by, "reason": record.reason, "handed over": heirs, **record.review}
    yield from format_labelled(facts, screen)


def seat_list_text(found: Chart, screen: Screen, *, kind: bool = False, by: str = "") -> str:
    """A line for each seat: id, name, role, owner, status, metrics on target; several on a narrow screen.

    `by` are the options that left something out.
    """
    left_out = left_out_lines(found.left_out, by, screen.width)
    if not found.seats:
        return render_lines([join_spans("no seat fits" if left_out else "no seats yet"), *left_out], screen)
    rows = [_format_seat_row(seat, kind=kind) for seat in found.seats]
    return render_lines([*align_columns(rows, screen, give=2), *left_out], screen)


def _format_seat_row(seat: ChartSeat, *, kind: bool) -> list[Line]:
    states: list[CellState] = [metric.state for metric in seat.metrics] if seat.status != "retired" else []
    status = safe_text(seat.status, "" if seat.status == "active" else "yellow")
    also = safe_text(also_holds_text(seat.also_holds), "dim")
    status = join_spans(status, "  ", also) if seat.also_holds else status
    cells = [
        safe_text(seat.seat, "bold"),
        join_spans(safe_text(seat.name), name_suffix(seat.name, seat.holder)),
        safe_text(seat.role),
        safe_text(seat.owner) if seat.human_owner and seat.owner else format_owner(seat.human_owner, seat.owner),
        status,
        join_spans(*format_dots(states)),
    ]
    return [*cells[:3], safe_text(seat.kind, "dim"), *cells[3:]] if kind else cells


def score_list_text(lines: Iterable[ScoreLine], screen: Screen) -> str:
    """A line for each record. The record that corrects another one is below it."""
    rows = [_format_score_row(line) for line in lines]
    return render_lines(align_columns(rows, screen, give=6), screen) if rows else "no values yet\n"


def _format_score_row(line: ScoreLine) -> list[Line]:
    unknown = "withdrawn" if line.void else "unavailable"
    value = line.measure.format_shown(line.value) if line.measure and line.value is not None else unknown
    sign = SIGNS[line.state] if line.counts else ("corrected" if line.corrected else "again")
    style = STYLES[line.state] if line.counts else "dim"
    cells = [
        safe_text(line.seat),
        safe_text(line.metric),
        safe_text(line.period),
        safe_text(value, style),
        [(sign, style)],
    ]
    cases = f"n {line.n:,}" if line.n is not None else ""
    note = safe_text(", ".join(text for text in (cases, line.note) if text), "dim")
    return [*cells, safe_text(line.by or "", "dim"), note]
