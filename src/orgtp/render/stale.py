"""Show the metrics with late values: who owns them, since when they are late, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orgtp.model.seat import Seat
from orgtp.model.text import count_noun
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    STYLES,
    Screen,
    align_columns,
    format_owner,
    indent_lines,
    measure_line,
    render_lines,
    safe_text,
    wrap_line,
)
from orgtp.render.wording.selection import left_out_lines
from orgtp.views.stale import Stale, StaleList


def stale_text(found: StaleList, now: datetime, screen: Screen, *, by: str = "") -> str:
    """A line for each metric; several on a narrow screen. `by` are the options that left something out."""
    rows = [
        [safe_text(one.seat_name, "bold"), safe_text(one.name), *_format_stale_facts(one, now)] for one in found.stale
    ]
    lines = align_columns(rows, Screen())
    if any(measure_line(line) > screen.width for line in lines):
        lines = [line for one in found.stale for line in _format_narrow_metric(one, now, screen)]
    return render_lines([*lines, *_list_left_out(found, screen, by)], screen)


def nothing_stale_text(
    seat: Seat | None, found: StaleList, screen: Screen, *, is_whole: bool = True, by: str = ""
) -> str:
    """The message if nothing is stale; `seat` is the seat that the user asked for.

    If the org could not be read in full (not `is_whole`), a value may be late in the rest.
    """
    text = _explain_nothing(seat) if is_whole else "no value is late in the part of the org that could be read"
    return render_lines([safe_text(text), *_list_left_out(found, screen, by)], screen)


def _explain_nothing(seat: Seat | None) -> str:
    if seat and not seat.is_active:
        return f"nothing is stale: {seat.id} is {seat.status}, and its values are not expected"
    if seat and not seat.metrics:
        return f"nothing is stale: {seat.id} has no metrics"
    return "nothing is stale: no value is late"


def _list_left_out(found: StaleList, screen: Screen, by: str) -> list[Line]:
    return left_out_lines(found.left_out, by, screen.width, noun="stale metric")


def format_age(time: timedelta) -> str:
    """`45 minutes`, `5 hours`, `18 days`: in the largest unit of which there are at least two."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 2 * _HOUR:
        return count_noun(minutes, "minute")
    return count_noun(minutes // _HOUR, "hour") if minutes < 2 * _DAY else count_noun(minutes // _DAY, "day")


_HOUR, _DAY = 60, 24 * 60


def _format_stale_facts(one: Stale, now: datetime) -> list[Line]:
    """The owner, the age, the period and the reason."""
    why = safe_text(one.why, STYLES[one.state])
    return [
        join_spans(("owner ", "dim"), format_owner(one.human_owner, one.owner)),
        [(f"stale for {format_age(now.astimezone(UTC) - one.since)}", "")],
        [(f"{one.in_a_row} periods in a row, up to {one.period}" if one.in_a_row > 1 else one.period, "dim")],
        join_spans(why, (f" (silenced until {one.silenced})", "dim")) if one.silenced else why,
    ]


def _format_narrow_metric(one: Stale, now: datetime, screen: Screen) -> list[Line]:
    title = join_spans(safe_text(one.seat_name, "bold"), ": ", safe_text(one.name))
    *facts, reason = _format_stale_facts(one, now)
    below = [*wrap_line(join_lines(facts, "  "), screen.width - 2), *wrap_line(reason, screen.width - 2)]
    return [*wrap_line(title, screen.width), *indent_lines(below)]
