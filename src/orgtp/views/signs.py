"""The sign and the words of each state: the same on the chart, in drawings, and on every page."""

from __future__ import annotations

from enum import StrEnum

from orgtp.model.cell import CellState


class Sign(StrEnum):
    """How a metric is drawn, what needs a person most first. The value names the sign in the sprite and in classes."""

    OFF = "off"
    LATE = "late"
    UNKNOWN = "un"
    MISSING = "mi"
    PENDING = "pe"
    ON = "on"

    @property
    def word(self) -> str:
        """What it means, in a few words."""
        return _WORDS[self]


_WORDS = {
    Sign.OFF: "off target",
    Sign.LATE: "late",
    Sign.UNKNOWN: "unknown",
    Sign.MISSING: "missing",
    Sign.PENDING: "not due yet",
    Sign.ON: "on target",
}
_SIGNS = {
    CellState.ON: Sign.ON,
    CellState.OFF: Sign.OFF,
    CellState.UNAVAILABLE: Sign.UNKNOWN,
    CellState.MISSING: Sign.MISSING,
    CellState.PENDING: Sign.PENDING,
}


def find_sign(state: CellState, *, is_late: bool = False) -> Sign | None:
    """The sign of a state; None for `none`, where nothing is judged. A late value has the clock, whatever its state."""
    return Sign.LATE if is_late else _SIGNS.get(state)


def name_sign(state: CellState) -> str:
    """The sign of a state as a class; "" if it has none."""
    return _SIGNS.get(state, "")


def describe_state(state: CellState, value: str | None) -> str:
    """A verdict in words, such as `off target`; `so far` for a value of a period that goes on.

    A value that is not judged has the words `not judged`; "" if there is no value and none is owed.
    """
    if value is not None and state in {CellState.PENDING, CellState.NONE}:
        return "so far" if state is CellState.PENDING else "not judged"
    sign = find_sign(state)
    return sign.word if sign else ""
