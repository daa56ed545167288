"""What is stale, a line each: what, whose it is, for how long, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from orgtp.model.seat import Seat
from orgtp.model.text import count_noun
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import STYLES, Screen, align_columns, measure_line, render_lines, safe_text, wrap_line
from orgtp.views.stale import Stale

_GAP = 2


def stale_text(found: Sequence[Stale], now: datetime, screen: Screen) -> str:
    """The lines, what is stale for longest first; on a narrow screen a metric takes several."""
    lines = align_columns([_cells(one, now) for one in found], Screen())
    if any(measure_line(line) > screen.width for line in lines):
        lines = [line for one in found for line in _format_narrow_metric(one, now, screen)]
    return render_lines(lines, screen)


def nothing_stale_text(seat: Seat | None) -> str:
    """What is said where nothing is stale; `seat` is the one that was asked for."""
    if seat and not seat.is_active:
        return f"nothing is stale: {seat.id} is {seat.status}, and nobody is chased for its values\n"
    if seat and not seat.metrics:
        return f"nothing is stale: {seat.id} has no metrics\n"
    return "nothing is stale: no value is late\n"


def format_age(time: timedelta) -> str:
    """`45 minutes`, `5 hours`, `18 days`: whole ones, of the largest kind of which there are two."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 2 * _HOUR:
        return count_noun(minutes, "minute")
    return count_noun(minutes // _HOUR, "hour") if minutes < 2 * _DAY else count_noun(minutes // _DAY, "day")


_HOUR, _DAY = 60, 24 * 60


def _cells(one: Stale, now: datetime) -> list[Line]:
    return [
        safe_text(one.seat_name, "bold"),
        safe_text(one.name),
        _format_owner(one),
        _format_stale_age(one, now),
        _format_stale_period(one),
        _format_stale_reason(one),
    ]


def _format_narrow_metric(one: Stale, now: datetime, screen: Screen) -> Iterator[Line]:
    yield from wrap_line(join_spans(safe_text(one.seat_name, "bold"), ": ", safe_text(one.name)), screen.width)
    facts = join_lines([_format_owner(one), _format_stale_age(one, now), _format_stale_period(one)], "  ")
    for line in [*wrap_line(facts, screen.width - _GAP), *wrap_line(_format_stale_reason(one), screen.width - _GAP)]:
        yield join_spans(" " * _GAP, line)


def _format_owner(one: Stale) -> Line:
    return join_spans(("owner ", "dim"), safe_text(one.human_owner or one.owner or "nobody"))


def _format_stale_age(one: Stale, now: datetime) -> Line:
    return join_spans(f"stale for {format_age(now.astimezone(UTC) - one.since)}")


def _format_stale_period(one: Stale) -> Line:
    return [(one.period + (f", {one.in_a_row} in a row" if one.in_a_row > 1 else ""), "dim")]


def _format_stale_reason(one: Stale) -> Line:
    why = safe_text(one.why, STYLES[one.state])
    return join_spans(why, (f" (silenced until {one.silenced})", "dim")) if one.silenced else why
