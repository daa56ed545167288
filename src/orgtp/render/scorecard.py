"""Show the scorecard as a grid. Numbers are never truncated: on a narrow screen, old weeks are left out.

Cells are plain strings with a style, because a page has thousands of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.text import count_noun, one_line
from orgtp.model.value import Unit, ValueKind
from orgtp.render.spans import Line, Span, join_spans
from orgtp.render.terminal import (
    LEGEND,
    SIGNS,
    STALE,
    STALE_STYLE,
    STYLES,
    Screen,
    format_owner,
    measure_line,
    measure_width,
    pad_line,
    render_lines,
    safe_text,
    truncate_line,
    truncate_string,
    wrap_legend,
    wrap_line,
)
from orgtp.render.wording.people import earlier_numbers_note
from orgtp.render.wording.selection import left_out_lines
from orgtp.render.wording.values import format_value
from orgtp.views.scorecard.build import Scorecard, ScoreRow

_BARS = "▁▂▃▄▅▆▇█"
# The last cell of a metric that another one continues.
_CHANGES = "›"
_GAP = 2
_NAME_LEAST, _OWNER_MOST, _SPARK_FROM, _FEW, _MONTH = 24, 20, 100, 1, 4
_OWNER, _TARGET, _ON, _LATEST = "owner", "target", "on target", "latest"


def scorecard_text(card: Scorecard, screen: Screen, name: str = "", *, by: str = "") -> str:
    """The grid and its legend. `by` are the options that left something out."""
    return render_lines(scorecard_lines(card, screen, name, by=by), screen)


def scorecard_lines(card: Scorecard, screen: Screen, name: str = "", *, by: str = "") -> list[Line]:
    """The lines of the grid, with a heading for each seat."""
    left_out = left_out_lines(card.left_out, by, screen.width)
    if not card.rows and left_out:
        return [join_spans("no metric fits"), *left_out]
    if not card.rows:
        return [join_spans("no metrics yet. A seat's metrics are in its file: seats/SEAT.yaml")]
    grid = [_GridRow(row, _format_grid_cells(row)) for row in card.rows]
    layout = _choose_layout(card, grid, screen)
    lines: list[Line] = [
        *wrap_line(_format_card_title(card, name), screen.width),
        [],
        _format_grid_header(card, layout),
    ]
    for _, group in groupby(grid, key=lambda line: line.row.seat):
        rows = list(group)
        lines.append(_format_seat_heading(rows[0].row, layout, screen))
        lines += [line for row in rows for line in _format_grid_row(row, layout, screen)]
    return [*lines, [], *_list_holder_notes(card, screen), *_format_card_legend(card, layout, screen), *left_out]


def _list_holder_notes(card: Scorecard, screen: Screen) -> list[Line]:
    """Whose the earlier numbers are, for each seat that passed to somebody else in these weeks."""
    seats = {row.seat: (one_line(row.seat_name), row.holders) for row in card.rows}
    notes = [earlier_numbers_note(name, holders) for name, holders in seats.values()]
    return [line for note in notes if note for line in wrap_line(safe_text(note), screen.width)]


def _format_seat_heading(row: ScoreRow, layout: _GridLayout, screen: Screen) -> Line:
    """The name of the seat, and its owner if there is no room for a column of owners."""
    held = row.holders[-1].name if row.holders else None
    is_named = held and (held == row.seat_name or row.seat_name.startswith(f"{held}, "))
    suffix = f" ({held})" if held and not is_named else ""
    line = [(truncate_string(one_line(f"{row.seat_name}{suffix}"), screen.width), "bold")]
    owner = join_spans("  ", ("owner ", "dim"), format_owner(row.human_owner, row.owner))
    fits = not layout.owner and measure_line([*line, *owner]) <= screen.width
    return [*line, *owner] if fits else line


class _GridRow(NamedTuple):
    """A row of the scorecard, and its formatted cells."""

    row: ScoreRow
    cells: Sequence[Span]


@dataclass(frozen=True, slots=True)
class _GridLayout:
    """The widths of the columns with their gaps; 0: no such column.

    `widths` has that of each week.

    `shown` are the weeks that fit. `stacked` puts name and target on lines of their own, above the numbers.
    """

    name: int
    owner: int
    target: int
    shown: range
    widths: Sequence[int]
    spark: int
    latest: int
    count: int
    stacked: bool


def _choose_layout(card: Scorecard, grid: Sequence[_GridRow], screen: Screen) -> _GridLayout:
    """The layout with the trend, if the screen is wide and the trend leaves room for a month of weeks."""
    without = _fit_layout(card, grid, screen, 0)
    if screen.width < _SPARK_FROM:
        return without
    found = _fit_layout(card, grid, screen, len(card.columns) + _GAP)
    return found if len(found.shown) >= min(_MONTH, len(without.shown)) else without


def _fit_layout(card: Scorecard, grid: Sequence[_GridRow], screen: Screen, spark: int) -> _GridLayout:
    widths = _measure_weeks(card, grid)
    natural = max(measure_width(one_line(row.name)) for row in card.rows) + 2 * _GAP
    target = max(len(_TARGET), *(measure_width(one_line(row.target or "")) for row in card.rows)) + _GAP
    count = max(len(_ON), *(measure_width(_format_hit_count(row)) for row in card.rows)) + _GAP
    latest = max(len(_LATEST), *(measure_width(_format_latest(row)[0]) for row in card.rows)) + _GAP
    is_wide = screen.width >= _SPARK_FROM
    named = max(len(_OWNER), *(measure_line(_format_grid_owner(row)) for row in card.rows))
    owner = min(_OWNER_MOST, named) + _GAP if is_wide else 0
    fixed = owner + spark + latest + count
    if screen.width - fixed - _GAP <= widths[-1]:
        # Where one week has no room beside the latest value, the week stays.
        fixed, latest = fixed - latest, 0
    room = screen.width - target - fixed
    stacked = room - sum(widths[-_FEW:]) - _FEW * _GAP < _NAME_LEAST
    least = _GAP if stacked else min(natural, _NAME_LEAST)
    target = 0 if stacked else target
    room = screen.width - target - fixed
    gap = _GAP if sum(widths) + len(widths) * _GAP <= room - natural else 1
    weeks = min(_count_fitting_weeks(widths, gap, room - least), len(widths) - _find_first_week(card))
    spaced = [width + gap for width in widths]
    left = room - sum(spaced[len(spaced) - weeks :])
    name = least if stacked else min(natural, max(least, left))
    shown = range(len(widths) - weeks, len(widths))
    return _GridLayout(name, owner, target, shown, spaced, spark, latest, count, stacked)


def _find_first_week(card: Scorecard) -> int:
    """The first week with a value or a state, so that a new org shows no empty weeks before its start."""
    weeks = range(len(card.columns) - 1)
    return next((n for n in weeks if any(_has_content(row.cells[n]) for row in card.rows)), len(weeks))


def _has_content(cell: Cell) -> bool:
    """Whether there is something to see. A value recorded before the first target has no state, and is shown."""
    return cell.state is not CellState.NONE or cell.value is not None


def _measure_weeks(card: Scorecard, grid: Sequence[_GridRow]) -> list[int]:
    """What each week needs, so that no number in it is cut."""
    weeks = range(len(card.columns))
    return [
        max(measure_width(_format_week(card, n)), *(measure_width(line.cells[n][0]) for line in grid)) for n in weeks
    ]


def _count_fitting_weeks(widths: Sequence[int], gap: int, room: int) -> int:
    """How many of the newest weeks fit, at least one."""
    weeks = 0
    for width in reversed(widths):
        room -= width + gap
        if room < 0 and weeks:
            break
        weeks += 1
    return weeks


def _format_card_title(card: Scorecard, name: str) -> Line:
    states = [row.state for row in card.rows]
    known = sum(state.is_verdict for state in states)
    on_target = sum(state is CellState.ON for state in states)
    totals = f"  {on_target} of {count_noun(known, 'metric')} on target at the latest value"
    return join_spans(safe_text(name or "Scorecard", "bold"), totals)


def _format_week(card: Scorecard, number: int) -> str:
    """`W47`, or `W47…` for the current week."""
    text = card.columns[number]
    return f"{text.partition('-')[2]}{'…' if text == card.partial else ''}"


def _format_grid_header(card: Scorecard, layout: _GridLayout) -> Line:
    line: Line = [(" " * layout.name, "")]
    line += pad_line([(_OWNER, "dim")], layout.owner) if layout.owner else []
    line += pad_line([(_TARGET, "dim")], layout.target) if layout.target else []
    for number in layout.shown:
        line += pad_line([(_format_week(card, number), "dim")], layout.widths[number], right=True)
    line += pad_line([("  trend", "dim")], layout.spark) if layout.spark else []
    line += pad_line([(_LATEST, "dim")], layout.latest, right=True) if layout.latest else []
    return [*line, *pad_line([(_ON, "dim")], layout.count, right=True)]


def _format_grid_row(line: _GridRow, layout: _GridLayout, screen: Screen) -> list[Line]:
    row = line.row
    if layout.stacked:
        return [
            *_format_stacked_name(row, screen.width - _GAP),
            _format_numbers(line, layout, [(" " * layout.name, "")]),
        ]
    name = [*_format_stale_mark(row), (truncate_string(one_line(row.name), layout.name - 2 * _GAP), "")]
    return [_format_numbers(line, layout, pad_line(name, layout.name))]


def _format_stacked_name(row: ScoreRow, width: int) -> list[Line]:
    """The name, with the target beside it if it fits, else below."""
    name, target = safe_text(row.name), safe_text(row.target or "", "dim")
    both = join_spans(name, "  ", target)
    lines = [both] if measure_line(both) <= width else [*wrap_line(name, width), join_spans(" " * _GAP, target)]
    return [
        join_spans(*(_format_stale_mark(row) if number == 0 else [" " * _GAP]), line)
        for number, line in enumerate(lines)
    ]


def _format_stale_mark(row: ScoreRow) -> Line:
    """The sign of a stale metric, padded to the width of the gap before a name."""
    return pad_line([(STALE, STALE_STYLE)] if row.stale_since else [], _GAP, right=True)


def _format_numbers(line: _GridRow, layout: _GridLayout, name: Line) -> Line:
    row, pieces = line.row, [*name]
    owner = truncate_line(_format_grid_owner(row), layout.owner - _GAP) if layout.owner else []
    pieces += pad_line(owner, layout.owner) if layout.owner else []
    pieces += pad_line([(one_line(row.target or ""), "dim")], layout.target) if layout.target else []
    for number in layout.shown:
        pieces += pad_line([line.cells[number]], layout.widths[number], right=True)
    pieces += [("  ", ""), *_draw_trend(row)] if layout.spark else []
    pieces += pad_line([_format_latest(row)], layout.latest, right=True) if layout.latest else []
    return [*pieces, *pad_line([(_format_hit_count(row), "")], layout.count, right=True)]


def _format_grid_owner(row: ScoreRow) -> Line:
    return format_owner(row.human_owner, row.owner)


def _format_latest(row: ScoreRow) -> Span:
    """The latest value, also of a metric that has none in any week that is shown."""
    return _format_value_and_sign("", row.latest, row.state, row.measure), STYLES[row.state]


def _format_grid_cells(row: ScoreRow) -> list[Span]:
    """The cells of a row. The last one of each earlier metric has a mark."""
    lasts = _find_last_cells(row)
    return [_format_grid_cell(row, cell, is_last=number in lasts) for number, cell in enumerate(row.cells)]


def _find_last_cells(row: ScoreRow) -> set[int]:
    """The places of the last cells of the metrics that the row continues."""
    return set({cell.from_: number for number, cell in enumerate(row.cells) if cell.from_}.values())


def _format_grid_cell(row: ScoreRow, cell: Cell, *, is_last: bool) -> Span:
    """The value and its sign; a cell without a value shows the sign only."""
    mark = (_CHANGES if is_last else "") + ("~" if cell.partial else "") + ("*" if cell.corrected else "")
    return _format_value_and_sign(mark, cell.value, cell.state, row.measure), STYLES[cell.state]


@lru_cache(maxsize=8192)
def _format_value_and_sign(mark: str, value: str | None, state: CellState, measure: Unit | None) -> str:
    sign = SIGNS[state]
    return f"{mark}{sign}" if value is None else one_line(f"{mark}{_format_grid_value(value, measure)} {sign}")


def _format_grid_value(value: str, measure: Unit | None) -> str:
    """A value without its currency, which the target shows."""
    text = format_value(value, measure)
    return text.removeprefix(f"{measure.currency} ") if measure and measure.kind is ValueKind.MONEY else text


def _format_hit_count(row: ScoreRow) -> str:
    return f"{row.on_target}/{row.known}"


def _draw_trend(row: ScoreRow) -> Line:
    """A bar for each week, between the least and the greatest value of the row; a dot for a week without a value."""
    amounts = [_parse_cell_amount(row, cell) for cell in row.cells]
    known = [amount for amount in amounts if amount is not None]
    low, span = min(known, default=Decimal(0)), max(known, default=Decimal(0)) - min(known, default=Decimal(0))
    top = len(_BARS) - 1
    bars = [
        None if amount is None else int((amount - low) / span * top) if span else top // 2 + 1 for amount in amounts
    ]
    marks = ["·" if bar is None else _BARS[bar] for bar in bars]
    return [(mark, STYLES[cell.state]) for mark, cell in zip(marks, row.cells, strict=True)]


def _parse_cell_amount(row: ScoreRow, cell: Cell) -> Decimal | None:
    if cell.value is None or row.measure is None:
        return None
    hits, _, known = cell.value.partition("/")
    if known:
        return Decimal(hits) / Decimal(known)
    return row.measure.find_amount(cell.value)


def _format_card_legend(card: Scorecard, layout: _GridLayout, screen: Screen) -> list[Line]:
    notes = [LEGEND, f"{_format_week(card, len(card.columns) - 1)} is not over yet"] if card.partial else [LEGEND]
    notes += ["~ not all days known"] if any(cell.partial for row in card.rows for cell in row.cells) else []
    notes += [f"{_CHANGES} the metric changes after this"] if any(map(_find_last_cells, card.rows)) else []
    notes += ["* corrected"] if any(cell.corrected for row in card.rows for cell in row.cells) else []
    stale = sum(row.stale_since is not None for row in card.rows)
    are = "metric is" if stale == 1 else "metrics are"
    notes += [f"{STALE} {stale} {are} stale: a value is late. See: orgtp stale"] if stale else []
    hidden = layout.shown.start - _find_first_week(card)
    notes += [f"{count_noun(hidden, 'older week')} left out: the screen is too narrow"] if hidden else []
    return [line for note in _pack_notes(notes, screen.width) for line in wrap_legend(note, screen.width)]


def _pack_notes(notes: Sequence[str], width: int) -> list[str]:
    """The notes on as few lines as they fit on."""
    lines: list[str] = []
    for note in notes:
        if lines and len(lines[-1]) + len(note) + 3 <= min(width, _SPARK_FROM):
            lines[-1] += f"   {note}"
        else:
            lines.append(note)
    return lines
