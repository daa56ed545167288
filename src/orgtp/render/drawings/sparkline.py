"""A row of the scorecard as a small line: its weeks at a glance, for people who look and do not read.

A page has thousands of them, so the marks of one kind are one path. The cells of the row say the same, so screen
readers leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from orgtp.model.cell import Cell, CellState
from orgtp.model.target import Target, parse_target
from orgtp.model.value import Unit, ValueKind
from orgtp.render.drawings.value_runs import list_value_runs

_WIDTH, _HEIGHT, _EDGE, _TOP, _BOTTOM, _MIDDLE = 84, 22, 4, 4, 18, 11
_HEAD = f'<svg class="spark" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
# A hit is a short bar above, a miss a long one below, and a blank an open one between.
_BARS = {"sq": (6, 4, 7), "sqo": (9, 5, 10), "sqb": (8, 4, 7)}


class SparklineRow(Protocol):
    """What a small line needs to know of a row: its cells, how to read their values, and the target in force."""

    @property
    def cells(self) -> Sequence[Cell]: ...  # noqa: D102

    @property
    def measure(self) -> Unit | None: ...  # noqa: D102

    @property
    def target(self) -> str | None: ...  # noqa: D102


def draw_sparkline(row: SparklineRow, *, with_misses: bool = True) -> str:
    """The weeks of a row as an SVG element. Hits and yes/no values are bars, and all others a line.

    A dashed line is the target in force. A red dot is off target, and the last value has a dot. A week that nobody
    knows is hatched, and breaks the line. Without `with_misses`, there are no red dots, so that a page of very many
    rows is smaller.
    """
    is_yes_no = row.measure is not None and row.measure.kind is ValueKind.YES_NO
    is_bars = is_yes_no or any(cell.value and "/" in cell.value for cell in row.cells)
    target = parse_target(row.target) if row.target else None
    marks = _draw_bars(row.cells) if is_bars else _draw_line(row.cells, row.measure, target, with_misses=with_misses)
    return f"{_HEAD}{''.join(marks)}</svg>"


def _place(number: int, count: int) -> Decimal:
    """The horizontal place of a week."""
    if count == 1:
        return Decimal(_WIDTH) / 2
    return _EDGE + Decimal(number * (_WIDTH - 2 * _EDGE)) / (count - 1)


def _write(amount: Decimal, *, half: bool = False) -> str:
    """A coordinate with one decimal; or in half pixels, which compress better."""
    text = f"{round(amount * 2) / Decimal(2) if half else round(amount, 1):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _draw_bars(cells: Sequence[Cell]) -> Iterator[str]:
    paths: dict[str, str] = {}
    for number, cell in enumerate(cells):
        kind = {CellState.ON: "sq", CellState.OFF: "sqo"}.get(cell.state, "sqb" if cell.state.is_gap else "")
        if kind:
            top, width, height = _BARS[kind]
            left = _write(_place(number, len(cells)) - Decimal(width) / 2)
            paths[kind] = paths.get(kind, "") + f"M{left} {top}h{width}v{height}h-{width}z"
    yield from (f'<path class="{kind}" d="{path}"/>' for kind, path in sorted(paths.items()))


def _draw_line(
    cells: Sequence[Cell], measure: Unit | None, target: Target | None, *, with_misses: bool
) -> Iterator[str]:
    amounts = [_read_amount(cell, measure) for cell in cells]
    known = [amount for amount in amounts if amount is not None]
    bounds = sorted({target.low, target.high}) if target else []
    low, high = min([*known, *bounds], default=Decimal(0)), max([*known, *bounds], default=Decimal(0))

    def place(amount: Decimal) -> str:
        share = (high - amount) / (high - low) if high > low else None
        return _write(Decimal(_MIDDLE) if share is None else _TOP + share * (_BOTTOM - _TOP), half=True)

    gaps = [number for number, cell in enumerate(cells) if cell.state.is_gap]
    if gaps:
        yield f'<path class="g" d="{"".join(_draw_gap(number, len(cells)) for number in gaps)}"/>'
    if bounds and known:
        yield f'<path class="t" d="{"".join(f"M2 {place(bound)}H82" for bound in bounds)}"/>'
    points = {
        number: f"{_write(_place(number, len(cells)))} {place(amount)}"
        for number, amount in enumerate(amounts)
        if amount is not None
    }
    runs = list(list_value_runs([cell.state for cell in cells], points))
    if path := "".join(f"M{'L'.join(points[number] for number in run)}" for run in runs if len(run) > 1):
        yield f'<path class="l" d="{path}"/>'
    misses = [number for number in points if cells[number].state is CellState.OFF]
    if misses and with_misses:
        yield f'<path class="o" d="{"".join(f"M{points[number]}h0" for number in misses)}"/>'
    # A value without neighbours has no line, so it has a dot, and so has the last one.
    alone = {run[0] for run in runs if len(run) == 1} | {max(points, default=-1)}
    dots = [number for number in sorted(alone) if number in points and number not in misses]
    if dots:
        yield f'<path class="e" d="{"".join(f"M{points[number]}h0" for number in dots)}"/>'


def _draw_gap(number: int, count: int) -> str:
    width = Decimal(_WIDTH - 2 * _EDGE) / max(1, count - 1)
    return f"M{_write(_place(number, count) - width / 2)} 2h{_write(width)}v18h-{_write(width)}z"


def _read_amount(cell: Cell, measure: Unit | None) -> Decimal | None:
    if cell.value is None or measure is None or cell.state.is_gap:
        return None
    return measure.find_amount(cell.value)
