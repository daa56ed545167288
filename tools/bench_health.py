"""Repeat the simulations behind the odds of `orgtp health`, over its own code. Run by `make bench`.

Each series is made from a fixed seed. "Flagged" is the share of series of which at least one of the looks of a quarter
shows a flag: the share of false alarms where nothing changes, and of changes found where something does.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import erfc, sqrt

from orgtp.views.variation.binomial import TAIL, Tally, compute_tail
from orgtp.views.variation.judge import NEWEST_DAILY, NEWEST_WEEKLY
from orgtp.views.variation.odds import compute_run_odds, find_flag_odds, find_hits_odds
from orgtp.views.variation.share_odds import compute_share_odds
from orgtp.views.variation.shares import Share, ShareBaseline, pool_shares
from orgtp.views.variation.xmr import BASELINE, Point, Side, compute_limits, find_rule

QUARTER = 13
Draw = Callable[[random.Random], float]


@dataclass(frozen=True)
class SteadySeries:
    """How the values of a series are made: `draw` one, how much each follows the one before, and a later shift."""

    draw: Draw = lambda chance: chance.gauss(0, 1)
    follows: float = 0
    shift: float = 0

    def make(self, chance: random.Random, baseline: int, looks: int) -> list[Decimal]:
        """The values of a baseline and of the looks after it, with the shift from the first look on."""
        before, values = self.draw(chance), list[Decimal]()
        for number in range(baseline + looks):
            before = self.follows * before + sqrt(1 - self.follows**2) * self.draw(chance) if self.follows else before
            value = before + (self.shift if number >= baseline else 0)
            values.append(Decimal(repr(round(value, 4))))
            before = before if self.follows else self.draw(chance)
        return values


NORMAL = SteadySeries()
# Log-normal with a standard deviation of the logarithm of 0.5, with its long tail on the unfavourable side.
SKEWED_LOW = SteadySeries(lambda chance: -chance.lognormvariate(0, 0.5))


def share_flagged(
    series: SteadySeries,
    *,
    runs: int,
    sides: Sequence[Side] = (Side.LOW,),
    baseline: int = BASELINE,
    looks: int = QUARTER,
    seed: int = 18,
) -> float:
    """The share of series that an XmR chart flags at one of the looks."""
    chance, flagged = random.Random(seed), 0  # noqa: S311  (a simulation)
    for _ in range(runs):
        values = series.make(chance, baseline, looks)
        limits = compute_limits(values[:baseline])
        if limits is None:
            continue
        points = [Point(value, limits) for value in values]
        flagged += any(find_rule(points, at, side) for at in range(baseline, baseline + looks) for side in sides)
    return flagged / runs


def share_of_shares_flagged(*, runs: int, sides: Sequence[Side] = (Side.LOW,), looks: int = QUARTER) -> float:
    """The share of p-charts that are flagged: 240 cases a value, 95% of them good."""
    chance, flagged, cases, good = random.Random(19), 0, 240, 0.95  # noqa: S311  (a simulation)
    spread = sqrt(cases * good * (1 - good))
    for _ in range(runs):
        counts = [min(cases, round(chance.gauss(cases * good, spread))) for _ in range(BASELINE + looks)]
        shares = [Share(Decimal(100 * count) / cases, cases) for count in counts]
        baseline = pool_shares(shares[:BASELINE])
        if baseline is None:
            continue
        points = [Point(one.percent, baseline.limits_for(one.cases)) for one in shares]
        flagged += any(find_rule(points, at, side) for at in range(BASELINE, BASELINE + looks) for side in sides)
    return flagged / runs


def share_of_hits_flagged(
    rate: float, *, runs: int, looks: int, per_look: int = 1, newest: int = NEWEST_DAILY
) -> float:
    """The share of steady series of hits that are flagged in a quarter with so many new cells.

    A cell has `per_look` opportunities, and the baseline is that of 12 cells.
    """
    chance, flagged = random.Random(22), 0  # noqa: S311  (a simulation)
    for _ in range(runs):
        hits = sum(chance.random() < rate for _ in range(BASELINE * per_look))
        tally = Tally(hits, BASELINE * per_look - hits)
        later = [chance.random() < rate for _ in range(newest + looks * per_look)]
        ends = range(newest + per_look, len(later) + 1, per_look)
        flagged += any(compute_tail(newest - sum(later[end - newest : end]), newest, tally) < TAIL for end in ends)
    return flagged / runs


def simulate_hits(
    rate: float, *, runs: int, baseline: int, per_week: int, fall: float = 0, before: int = 0, seed: int = 20
) -> list[int | None]:
    """The week of a quarter in which hits and misses are flagged, for each series; None if they never are.

    The hit rate falls by `fall` with the first week, after `before` opportunities as in the baseline.
    """
    chance, found = random.Random(seed), list[int | None]()  # noqa: S311  (a simulation)
    newest = NEWEST_DAILY if per_week > 1 else NEWEST_WEEKLY
    for _ in range(runs):
        base = [chance.random() < rate for _ in range(baseline)]
        tally = Tally(sum(base), baseline - sum(base))
        later = [chance.random() < rate for _ in range(before)]
        week: int | None = None
        for number in range(1, QUARTER + 1):
            later += [chance.random() < rate - fall for _ in range(per_week)]
            if len(later) < newest:
                continue
            if compute_tail(newest - sum(later[-newest:]), newest, tally) < TAIL:
                week = number
                break
        found.append(week)
    return found


def median_run_length(*, runs: int, seed: int = 21) -> float:
    """The median, over baselines of 12, of how many values it takes on average until one is beyond a limit.

    With limits that are known, it is 370 on average. Frozen limits of a short baseline are too narrow half of the time.
    """
    chance, lengths = random.Random(seed), list[float]()  # noqa: S311  (a simulation)
    for _ in range(runs):
        limits = compute_limits(NORMAL.make(chance, BASELINE, 0))
        if limits is not None:
            lengths.append(1 / (_tail_beyond(float(limits.upper)) + _tail_beyond(-float(limits.lower))))
    return statistics.median(lengths)


def _tail_beyond(value: float) -> float:
    """The share of normal values above `value`."""
    return 0.5 * erfc(value / sqrt(2))


KNOWN_RUN_LENGTH = 1 / (2 * _tail_beyond(3))
BOTH = tuple(Side)


def main() -> None:
    """Print what the docs say next to what is measured."""
    print("| what | said | measured |\n|---|---|---|")
    runs = 20_000
    _show("steady, one side, a quarter", "14.5%", share_flagged(NORMAL, runs=runs))
    _show("steady, both sides", "27%", share_flagged(NORMAL, runs=runs, sides=BOTH))
    _show("skewed low", "34%", share_flagged(SKEWED_LOW, runs=runs))
    _show("autocorrelation 0.3", "27%", share_flagged(SteadySeries(follows=0.3), runs=runs))
    _show("autocorrelation 0.5", "42%", share_flagged(SteadySeries(follows=0.5), runs=runs))
    _show("a baseline of 24", "10%", share_flagged(NORMAL, runs=runs, baseline=24))
    found = share_flagged(SteadySeries(shift=-1.5), runs=runs, looks=8)
    _show("a shift of 1.5 sigma, within 8 weeks", "83%", found)
    for looks in (1, 3, 65, 91):
        for both in (False, True):
            said = f"{100 * find_flag_odds(looks, both_sides=both):.1f}%"
            sides = BOTH if both else (Side.LOW,)
            measured = share_flagged(NORMAL, runs=runs // 4, looks=looks, sides=sides)
            _show(f"{looks} cells a quarter, {'both sides' if both else 'one side'}", said, measured)
    for both in (False, True):
        sides = BOTH if both else (Side.LOW,)
        said = f"{100 * compute_share_odds(ShareBaseline(Decimal(95), 240), QUARTER, sides):.0f}%"
        name = f"p-chart, {'both sides' if both else 'one side'}"
        _show(name, said, share_of_shares_flagged(runs=runs // 4, sides=sides))
    for baseline, per_week in product((12, 20, 60, 120), (5, 1)):
        rates = [
            sum(map(bool, simulate_hits(rate, runs=runs // 10, baseline=baseline, per_week=per_week))) / (runs // 10)
            for rate in (0.99, 0.95, 0.9, 0.8, 0.7)
        ]
        what = "daily hits" if per_week > 1 else "weekly yes/no"
        _show(f"steady {what}, baseline {baseline}: the most of five rates", "0 to 5%", max(rates))
    _show_all_hits(runs // 20)
    weeks = simulate_hits(0.95, runs=runs // 10, baseline=60, per_week=5, fall=0.3, before=20)
    print(f"| a fall of 30 points in daily hits is found in week | 3 to 5 | {_median_week(weeks)} |")
    weeks = simulate_hits(0.9, runs=runs // 10, baseline=12, per_week=1, fall=0.3, before=8)
    print(f"| the same in a weekly yes/no | late or never | {_median_week(weeks)} |")
    print(f"| values until a false alarm, known limits | 370 | {KNOWN_RUN_LENGTH:.0f} |")
    print(f"| the same, frozen at 12, median | about 225 | {median_run_length(runs=runs // 4):.0f} |")
    for rate, said in (("0.8", "1.3%"), ("0.6", "16%"), ("0.5", "32%")):
        _show(
            f"four misses in a row within 13 weeks at {rate}", said, float(compute_run_odds(4, Decimal(rate), QUARTER))
        )


def _show_all_hits(runs: int) -> None:
    """Steady hits, by how many cells a quarter has, and how many opportunities a cell."""
    for looks, per_look in ((91, 1), (65, 1), (91, 24), (13, 5)):
        _show_hits(looks, per_look, NEWEST_DAILY, runs)
    for looks, per_look in ((13, 1), (3, 1)):
        _show_hits(looks, per_look, NEWEST_WEEKLY, runs)


def _show_hits(looks: int, per_look: int, newest: int, runs: int) -> None:
    rates = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
    found = [share_of_hits_flagged(rate, runs=runs, looks=looks, per_look=per_look, newest=newest) for rate in rates]
    said = find_hits_odds(looks, has_several=per_look > 1)
    what = f"hits, {looks} cells a quarter of {per_look}"
    _show(f"{what}: the mean of six rates", f"{100 * said.usual:.1f}%", statistics.mean(found))
    _show(f"{what}: the most of them", f"{100 * said.most:.1f}%", max(found))


def _median_week(weeks: Sequence[int | None]) -> str:
    middle = sorted(week or QUARTER + 1 for week in weeks)[len(weeks) // 2]
    return str(middle) if middle <= QUARTER else "not within the quarter"


def _show(what: str, said: str, measured: float) -> None:
    print(f"| {what} | {said} | {100 * measured:.1f}% |", flush=True)


if __name__ == "__main__":
    main()
