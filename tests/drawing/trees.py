"""Generated charts: trees with groups, dotted lines and folded seats."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from orgtp.views.chart_drawing.draw_types import LayoutSeat


class GeneratedChart(NamedTuple):
    """Seats in the order of a chart, and those that are folded."""

    seats: list[LayoutSeat]
    folded: frozenset[str]


@st.composite
def charts(draw: st.DrawFn, most: int = 40) -> GeneratedChart:
    """A chart of some shape, with dotted lines between any two seats and any seats folded."""
    size = draw(st.integers(1, most))
    # Each seat is below one of the last seats, or below any; or several in a row are below one, so that leaves stack.
    near = draw(st.sampled_from([1, 3, most]))
    parents: list[int] = []
    while len(parents) < size:
        parent = draw(st.integers(max(-1, len(parents) - near), len(parents) - 1))
        parents += [parent] * draw(st.sampled_from([1, 1, 2, 7, 19]))
    parents = parents[:size]
    groups = draw(st.sets(st.integers(0, size - 1), max_size=6))
    lines = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=8))
    folded = draw(st.sets(st.integers(0, size - 1), max_size=4))
    widths = draw(st.lists(st.integers(20, 300), min_size=size, max_size=size))
    return make_chart(parents, groups, lines, folded, widths)


def make_random_chart(size: int, seed: int) -> GeneratedChart:
    """A chart of `size` seats that is the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  (a tree, not a secret)
    parents = [-1, *(dice.randrange(max(0, number // dice.choice([2, 6, 9])), number) for number in range(1, size))]
    groups = {number for number in range(1, size) if dice.random() < 0.05}
    lines = [(dice.randrange(size), dice.randrange(size)) for _ in range(size // 50)]
    return make_chart(parents, groups, lines, set(), [100] * size)


def make_chart(
    parents: list[int], groups: set[int], lines: list[tuple[int, int]], folded: set[int], widths: list[int]
) -> GeneratedChart:
    """The chart in which seat N is below seat `parents[N]`, or at the top if that is negative."""
    dotted: dict[int, list[str]] = {}
    for boss, seat in lines:
        if boss not in (seat, parents[seat]) and f"s{boss}" not in dotted.get(seat, []):
            dotted.setdefault(seat, []).append(f"s{boss}")
    seats = [
        LayoutSeat(
            f"s{number}",
            f"s{parents[number]}" if parents[number] >= 0 else "",
            is_group=number in groups,
            dotted=tuple(dotted.get(number, ())),
            label=widths[number],
        )
        for number in _walk(parents)
    ]
    return GeneratedChart(seats, frozenset(f"s{number}" for number in folded))


def _walk(parents: list[int]) -> Iterator[int]:
    below: dict[int, list[int]] = {}
    for number, parent in enumerate(parents):
        below.setdefault(max(-1, parent), []).append(number)
    waiting = below.get(-1, [])[::-1]
    while waiting:
        number = waiting.pop()
        yield number
        waiting += below.get(number, [])[::-1]
