"""Lay out the chart for a wall or for paper: indented columns, one or more for each branch.

Unfolded, a thousand seats are tens of thousands of pixels wide however they are drawn as a tree. In columns they fit
on a poster. Each column repeats the path from the top to where it begins, so that a page makes sense alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt

from orgtp.lazy_dataclass import dataclass
from orgtp.views.chart_drawing.draw_types import LayoutSeat

# The columns of a poster are about so much longer for more seats that it is wider than high.
_LEAST_ROWS, _SHARE = 30, 9
# How far rows are indented at most, so that a long chain stays in its column.
MOST_INDENT = 9


@dataclass(frozen=True, slots=True)
class WallRow:
    """A seat in a column, and how far it is indented: by 0 at the head of a branch."""

    seat: str
    indent: int


@dataclass(frozen=True, slots=True)
class WallColumn:
    """A column of a branch. `path` are the seats above its first row, from the top of the chart down."""

    branch: str
    path: tuple[str, ...]
    rows: tuple[WallRow, ...]


def choose_rows(count: int) -> int:
    """How many rows the columns of a poster of `count` seats have at most."""
    return max(_LEAST_ROWS, isqrt(_SHARE * count))


def lay_out_wall(seats: Sequence[LayoutSeat], most: int) -> tuple[WallColumn, ...]:
    """The columns, with at most `most` rows each. Seats are depth first.

    The branches are the seats right below the top of the chart, each with everything below it. The top itself is
    the first row of the first column. If several seats are at the top, each of them is a branch.
    """
    columns: list[WallColumn] = []
    for branch in _split_branches(seats):
        depths = _find_depths(branch)
        # Columns of one branch are about equally long.
        size = -(-len(branch) // -(-len(branch) // most))
        for start in range(0, len(branch), size):
            part = branch[start : start + size]
            rows = tuple(WallRow(one.seat, min(MOST_INDENT, depths[one.seat])) for one in part)
            columns.append(WallColumn(branch[0].seat, tuple(_find_path(seats, part[0]))[::-1], rows))
    return tuple(columns)


def _split_branches(seats: Sequence[LayoutSeat]) -> Iterator[list[LayoutSeat]]:
    known = {one.seat for one in seats}
    tops = [one.seat for one in seats if one.above not in known]
    heads = tops if len(tops) > 1 else [one.seat for one in seats if one.above in tops]
    # The top is in the first branch.
    later = set(heads[1:])
    branch: list[LayoutSeat] = []
    for one in seats:
        if one.seat in later:
            yield branch
            branch = []
        branch.append(one)
    if branch:
        yield branch


def _find_depths(branch: Sequence[LayoutSeat]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in branch:
        found[one.seat] = found[one.above] + 1 if one.above in found else 0
    return found


def _find_path(seats: Sequence[LayoutSeat], first: LayoutSeat) -> Iterator[str]:
    """The seats above one, the nearest first."""
    above = {one.seat: one.above for one in seats}
    seat = first.above
    while seat in above:
        yield seat
        seat = above[seat]
