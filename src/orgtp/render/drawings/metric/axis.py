"""The value axis of a chart: which amounts it shows, where they are, and which of them have a label."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import count

from orgtp.lazy_dataclass import dataclass
from orgtp.model.value import EXACT, Unit, ValueKind
from orgtp.render.wording.figures import format_grid_figure

_MOST_TICKS = 5
_CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)
_CLOCKS = {ValueKind.DURATION, ValueKind.TIME}
_MARGIN, _WHOLE = Decimal("0.08"), Decimal(100)


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """The amounts from `low` to `high`, drawn from the height `bottom` up to `top`. `is_whole`: all are whole."""

    low: Decimal
    high: Decimal
    top: int
    bottom: int
    unit: Unit
    is_whole: bool = False

    def place(self, amount: Decimal) -> float:
        """The vertical place of an amount."""
        share = EXACT.divide(EXACT.subtract(self.high, amount), EXACT.subtract(self.high, self.low))
        return self.top + float(share) * (self.bottom - self.top)

    def holds(self, amount: Decimal) -> bool:
        """Whether an amount is between the ends of the axis."""
        return self.low <= amount <= self.high

    def list_ticks(self) -> list[tuple[Decimal, str]]:
        """The amounts with a line, at most five, and their labels without the currency."""
        steps = _list_steps(self.unit, self.high - self.low)
        fits = (step for step in steps if not self.is_whole or step == step.to_integral_value())
        step = next(step for step in fits if self._count(step) <= _MOST_TICKS)
        first = EXACT.divide(self.low, step).to_integral_value(rounding="ROUND_CEILING", context=EXACT)
        ticks = [EXACT.multiply(first + number, step) for number in range(self._count(step))]
        return [(tick, self._label(tick)) for tick in ticks]

    def _count(self, step: Decimal) -> int:
        first = EXACT.divide(self.low, step).to_integral_value(rounding="ROUND_CEILING", context=EXACT)
        last = EXACT.divide(self.high, step).to_integral_value(rounding="ROUND_FLOOR", context=EXACT)
        return int(last - first) + 1

    def _label(self, tick: Decimal) -> str:
        text = format_grid_figure(self.unit.format_stored(tick), self.unit)
        if self.unit.kind in _CLOCKS or tick == round(tick, 1):
            return f"{text}%" if self.unit.kind is ValueKind.PERCENT else text
        plain = f"{tick.normalize(EXACT):,f}".replace("-", "\u2212")
        return f"{plain}%" if self.unit.kind is ValueKind.PERCENT else plain


def fit_axis(amounts: Collection[Decimal], unit: Unit, top: int, bottom: int) -> ValueAxis:
    """The axis that shows all of these amounts with a margin, but nothing below 0 or above 100% if none of them is."""
    low, high = min(amounts), max(amounts)
    span = high - low
    margin = EXACT.multiply(span, _MARGIN) if span else max(abs(low) / 10, Decimal(1))
    low_end, high_end = EXACT.subtract(low, margin), EXACT.add(high, margin)
    if low >= 0:
        low_end = max(low_end, Decimal(0))
    if unit.kind is ValueKind.PERCENT and high <= _WHOLE:
        high_end = min(high_end, _WHOLE)
    is_whole = all(amount == amount.to_integral_value() for amount in amounts)
    return ValueAxis(low_end, high_end, top, bottom, unit, is_whole)


def _list_steps(unit: Unit, span: Decimal) -> Iterator[Decimal]:
    """The distances between two labels that people expect, from small to large."""
    if unit.kind in _CLOCKS and span > 1:
        yield from map(Decimal, _CLOCK_STEPS)
        unit_step, exponent = Decimal(86400), 0
    else:
        unit_step, exponent = Decimal(1), span.adjusted() - 1
    for power in count(exponent):
        yield from (EXACT.multiply(unit_step, Decimal(digit).scaleb(power)) for digit in ("1", "2", "2.5", "5"))
