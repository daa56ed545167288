"""Which values a line through the cells of a metric connects."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from orgtp.model.cell import CellState


def list_value_runs(states: Sequence[CellState], known: Container[int]) -> Iterator[list[int]]:
    """The numbers of the cells that a line connects; `known` has those with a value.

    A blank ends a run, since no line bridges it; a cell in which nothing is owed does not.
    """
    run: list[int] = []
    for number, state in enumerate(states):
        if number in known:
            run.append(number)
        elif state.is_gap and run:
            yield run
            run = []
    if run:
        yield run
