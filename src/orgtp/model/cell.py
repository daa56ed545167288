"""Cells: what is known of a metric in one period, and how it compares with the target ("One verdict", docs/metrics.md).

An unknown or missing value is a state of its own, never a number. A cell that has not ended, or in which a value is not
due yet, is pending, except where no later value can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.seat import Rollup
from orgtp.model.target import Target
from orgtp.model.value import EXACT, Unit, ValueKind, mean_of_times, round_mean


class CellState(StrEnum):
    """The state of a metric in one period."""

    ON = "on"
    OFF = "off"
    UNAVAILABLE = "unavailable"
    MISSING = "missing"
    PENDING = "pending"
    NONE = "none"

    @property
    def is_known(self) -> bool:
        """Whether there is a value, on target or off target."""
        return self in {CellState.ON, CellState.OFF}

    @property
    def is_gap(self) -> bool:
        """Whether a value is expected but unknown."""
        return self in {CellState.UNAVAILABLE, CellState.MISSING}

    @property
    def is_verdict(self) -> bool:
        """Whether it is final: on target, off target, or a value that is not known."""
        return self.is_known or self.is_gap


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric in one period. `value` is in its stored form, or `4/5` for hits; `at` is in UTC.

    A pending cell that has a value is in progress: the value is that so far.
    `partial` means that some of the values that it combines are unknown. `from_` is the earlier metric that the cell is
    of, as `SEAT/METRIC`, where a row begins with the history of another metric; None in the metric's own time.
    """

    period: str
    state: CellState
    value: str | None = None
    at: str | None = None
    by: str | None = None
    note: str | None = None
    corrected: bool = False
    partial: bool = False
    from_: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known or owed yet: none, or pending without a value so far."""
        return self.value is None and self.state in {CellState.NONE, CellState.PENDING}


@dataclass(frozen=True, slots=True)
class CellRules:
    """How a cell is judged: the rollup, the misses that it may have, and the target in force at its end, if any."""

    rollup: Rollup
    unit: Unit
    target: Target | None
    allow_misses: int = 0


def roll_up(period: str, pieces: Sequence[Cell], rules: CellRules, *, has_ended: bool) -> Cell:
    """The cell of `period`, from the cells of the shorter periods in it, in order."""
    known = [cell for cell in pieces if cell.value is not None]
    gaps = [cell for cell in pieces if cell.state.is_gap]
    waiting = sum(cell.state is CellState.PENDING for cell in pieces)
    if not known:
        return Cell(period, _find_worst_state(pieces), note=next((cell.note for cell in gaps[::-1] if cell.note), None))
    is_missing_late = bool(waiting) and has_ended
    newest = known[-1] if rules.rollup is Rollup.LAST else max(known, key=lambda cell: cell.at or "")
    expected = len(known) + len(gaps) + waiting
    note = f"{waiting} of {expected} not due yet" if is_missing_late else known[-1].note
    note = f"{len(gaps)} of {expected} not known" if gaps else note
    cell = replace(
        newest,
        period=period,
        note=note,
        corrected=any(one.corrected for one in known),
        partial=bool(gaps) or is_missing_late,
    )
    if rules.rollup is Rollup.HITS:
        return _count_hits(cell, pieces, rules.allow_misses, has_ended=has_ended)
    if rules.rollup is Rollup.SUM and gaps:
        return replace(cell, state=CellState.UNAVAILABLE, value=None)
    amounts = [rules.unit.parse_amount(one.value or "") for one in known]
    is_mean_of_times = rules.unit.kind is ValueKind.TIME and rules.rollup is Rollup.MEAN
    amount = mean_of_times(amounts) if is_mean_of_times else _COMBINED[rules.rollup](amounts)
    if isinstance(amount, str):
        return replace(cell, state=CellState.UNAVAILABLE, value=None, note=amount)
    shown = round_mean(amount) if rules.rollup is Rollup.MEAN else amount
    state = compare_with_target(rules.target, amount)
    is_complete = rules.rollup in _EXTREMES and not gaps
    if (waiting or not (has_ended or is_complete)) and not _is_final(rules, amount):
        state = CellState.PENDING
    return replace(cell, value=rules.unit.format_stored(shown), state=state)


def _count_hits(cell: Cell, pieces: Sequence[Cell], allowed: int, *, has_ended: bool) -> Cell:
    """The cell of a count: each value was judged by the target in force in its own period."""
    hits = sum(one.state is CellState.ON for one in pieces)
    misses = sum(one.state is CellState.OFF for one in pieces)
    unknown = sum(one.state.is_gap for one in pieces)
    waiting = sum(one.state is CellState.PENDING for one in pieces)
    if not hits + misses:
        # Values that were recorded before the first target.
        return replace(cell, value=None, state=_find_worst_state(pieces))
    if misses > allowed:
        state = CellState.OFF
    elif misses + unknown + waiting <= allowed:
        state = CellState.ON
    elif has_ended and not waiting:
        return replace(cell, value=None, state=CellState.UNAVAILABLE)
    else:
        state = CellState.PENDING
    return replace(cell, value=f"{hits}/{hits + misses}", state=state)


def _is_final(rules: CellRules, amount: Decimal) -> bool:
    """Whether no later value can change the verdict: a minimum only falls, and a maximum only rises."""
    target = rules.target
    if target is None or rules.rollup not in _EXTREMES:
        return False
    falls = rules.rollup is Rollup.MIN
    ahead = [bound for bound in (target.low, target.high) if (bound <= amount if falls else bound >= amount)]
    beyond = [EXACT.add(bound, -_STEP if falls else _STEP) for bound in ahead]
    return all(target.is_met(one) == target.is_met(amount) for one in (*ahead, *beyond))


def compare_with_target(target: Target | None, amount: Decimal) -> CellState:
    """On or off target; none without a target."""
    if target is None:
        return CellState.NONE
    return CellState.ON if target.is_met(amount) else CellState.OFF


def _find_worst_state(pieces: Sequence[Cell]) -> CellState:
    """The combined state of pieces without a value."""
    states = {cell.state for cell in pieces if not cell.state.is_known}
    order = (CellState.UNAVAILABLE, CellState.MISSING, CellState.PENDING, CellState.NONE)
    return next((state for state in order if state in states), CellState.NONE)


def _sum_amounts(amounts: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


# Smaller than the distance of any value from a bound that is written in a target.
_STEP = Decimal(1).scaleb(-24)
_EXTREMES = {Rollup.MIN, Rollup.MAX}
_COMBINED: dict[Rollup, Callable[[Sequence[Decimal]], Decimal]] = {
    Rollup.LAST: lambda amounts: amounts[-1],
    Rollup.SUM: _sum_amounts,
    Rollup.MEAN: lambda amounts: EXACT.divide(_sum_amounts(amounts), Decimal(len(amounts))),
    Rollup.MIN: min,
    Rollup.MAX: max,
}
