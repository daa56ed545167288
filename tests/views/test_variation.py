"""The statistics of health, next to independent ones: statprocon, scipy, and published figures.

scipy takes a second to import, which every worker would spend while it collects the tests; so only its tests do.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from itertools import product

import pytest
from statprocon.charts.xmr.base import Base as XmR

from orgtp.views.variation.binomial import Tally, compute_lower_tail, compute_tail
from orgtp.views.variation.odds import compute_run_odds, find_flag_odds, find_hits_odds, predict_run_odds, round_odds
from orgtp.views.variation.share_odds import compute_share_odds
from orgtp.views.variation.shares import Share, ShareBaseline, pool_shares
from orgtp.views.variation.xmr import (
    BASELINE,
    RUN,
    DetectionRule,
    Limits,
    Point,
    Side,
    compute_limits,
    find_rule,
    find_signal,
)
from tools.bench_health import (
    BOTH,
    KNOWN_RUN_LENGTH,
    NORMAL,
    QUARTER,
    SKEWED_LOW,
    SteadySeries,
    median_run_length,
    share_flagged,
    share_of_hits_flagged,
    simulate_hits,
)

PER_RANGE = Decimal("2.66")
ZONES = Limits(Decimal(0), Decimal(-4), Decimal(4))


def numbers(*values: object) -> list[Decimal]:
    """The values as decimals."""
    return [Decimal(str(value)) for value in values]


def points(*values: object) -> list[Point]:
    """The values on a chart with the mean 0 and the limits -4 and 4."""
    return [Point(value, ZONES) for value in numbers(*values)]


def make_series(seed: int, shift: float = 0) -> list[Decimal]:
    """A series of 12 values and 20 more, which are shifted."""
    chance = random.Random(seed)  # noqa: S311  (a simulation)
    values = [chance.gauss(50, 6) + (shift if number >= BASELINE else 0) for number in range(32)]
    return numbers(*(round(value, 2) for value in values))


class TestStatprocon:
    """Gap-free series with a baseline that is frozen at 12 values."""

    SERIES = tuple(make_series(seed, shift) for seed, shift in product(range(40), (0, 5, -9)))

    @pytest.mark.parametrize("values", SERIES, ids=range(len(SERIES)))
    def test_the_limits_agree(self, values: Sequence[Decimal]) -> None:
        other = XmR(values, subset_end_index=BASELINE)
        limits = compute_limits(values[:BASELINE])
        assert limits is not None
        # They round the mean and the average range to three decimals before they multiply.
        mean, spread = round(limits.mean, 3), PER_RANGE * round((limits.upper - limits.mean) / PER_RANGE, 3)
        assert other.x_central_line()[0] == mean
        assert other.upper_natural_process_limit()[0] == round(mean + spread, 3)
        assert other.lower_natural_process_limit()[0] == round(mean - spread, 3)

    @pytest.mark.parametrize("values", SERIES, ids=range(len(SERIES)))
    def test_the_single_point_and_the_run_of_eight_agree(self, values: Sequence[Decimal]) -> None:
        other = XmR(values, subset_end_index=BASELINE)
        limits = compute_limits(values[:BASELINE])
        assert limits is not None
        chart = [Point(value, limits) for value in values]
        beyond = [any(limits.is_beyond(value, side) for side in Side) for value in values]
        assert beyond == other.rule_1_x_indices_beyond_limits()
        runs = [False] * len(values)
        for at, side in product(range(len(values)), Side):
            alone = Limits(limits.mean, limits.mean - 10**6, limits.mean + 10**6)
            if find_rule([Point(one.value, alone) for one in chart], at, side) is DetectionRule.RUN_OF_EIGHT:
                runs[at - RUN + 1 : at + 1] = [True] * RUN
        assert runs == other.rule_2_runs_about_central_line()

    @pytest.mark.parametrize("values", SERIES, ids=range(len(SERIES)))
    def test_three_of_four_agrees_unless_the_fourth_is_near_the_other_limit(self, values: Sequence[Decimal]) -> None:
        limits = compute_limits(values[:BASELINE])
        assert limits is not None
        marked = [False] * len(values)
        for at, side in product(range(3, len(values)), Side):
            window = values[at - 3 : at + 1]
            near = sum(limits.is_past_halfway(one, side) for one in window)
            other_side = sum(limits.is_past_halfway(one, side.other) for one in window)
            if near >= 3 and not other_side:
                marked[at - 3 : at + 1] = [True] * 4
        assert marked == XmR(values, subset_end_index=BASELINE).rule_3_runs_near_limits()

    def test_three_of_four_is_wheelers_wording(self) -> None:
        """Theirs drops a window whose fourth value is near the other limit. Wheeler asks for three of four."""
        baseline = numbers(*[47, 49, 53, 51] * 3)
        limits = compute_limits(baseline)
        assert limits is not None
        high, low = (limits.mean + share * (limits.upper - limits.mean) for share in map(Decimal, ("0.6", "-0.6")))
        values = [*baseline, limits.mean, high, low, high, high]
        assert not any(XmR(values, subset_end_index=BASELINE).rule_3_runs_near_limits()[BASELINE:])
        chart = [Point(value, limits) for value in values]
        assert find_rule(chart, len(chart) - 1, Side.HIGH) is DetectionRule.THREE_OF_FOUR


class TestLimits:
    def test_wheelers_formula(self) -> None:
        """Mean 10, average moving range 2: 10 ± 5.32."""
        limits = compute_limits(numbers(*[9, 11] * 5, 10, 10, 8, 12))
        assert limits is not None
        assert limits.mean == 10
        ranges = [2] * 9 + [1, 0, 2, 4]
        spread = Decimal("2.66") * sum(ranges) / len(ranges)
        assert round(limits.upper - limits.mean, 20) == round(spread, 20)
        assert limits.mean - limits.lower == limits.upper - limits.mean

    def test_a_blank_has_no_range_on_either_side(self) -> None:
        with_gap = compute_limits([*numbers(1, 2, 3, 4), None, *numbers(100, 101, 102)])
        assert with_gap is not None
        assert with_gap.upper - with_gap.mean == Decimal("2.66")

    @pytest.mark.parametrize("values", [[5] * 12, [5, 6, 7] * 4, [1, None, 2, None, 3, None, 4]], ids=str)
    def test_too_coarse(self, values: list[int | None]) -> None:
        assert compute_limits([None if one is None else Decimal(one) for one in values]) is None


class TestRules:
    def test_one_beyond(self) -> None:
        assert find_rule(points(0, "4.1"), 1, Side.HIGH) is DetectionRule.BEYOND_LIMIT
        assert find_rule(points(0, "4.1"), 1, Side.LOW) is None
        assert find_rule(points(0, 4), 1, Side.HIGH) is None

    def test_three_of_four(self) -> None:
        assert find_rule(points(3, -3, 3, 3), 3, Side.HIGH) is DetectionRule.THREE_OF_FOUR
        assert find_rule(points(3, 3, 3), 2, Side.HIGH) is DetectionRule.THREE_OF_FOUR
        assert find_rule(points(2, 3, 3, 0), 3, Side.HIGH) is None

    def test_eight_in_a_row(self) -> None:
        assert find_rule(points(*[1] * 8), 7, Side.HIGH) is DetectionRule.RUN_OF_EIGHT
        assert find_rule(points(*[1] * 7), 6, Side.HIGH) is None
        assert find_rule(points(*[1] * 4, -1, *[1] * 4), 8, Side.HIGH) is None

    def test_a_value_on_the_mean_neither_breaks_nor_extends_a_run(self) -> None:
        assert find_rule(points(*[1] * 4, 0, *[1] * 4), 8, Side.HIGH) is DetectionRule.RUN_OF_EIGHT
        assert find_rule(points(*[1] * 4, 0, *[1] * 3), 7, Side.HIGH) is None

    def test_a_change_begins_with_the_first_value_of_its_first_pattern(self) -> None:
        found = find_signal(points(0, -1, *[1] * 9), Side.HIGH)
        assert found
        assert (found.rule, found.first) == (DetectionRule.RUN_OF_EIGHT, 2)
        found = find_signal(points(0, 3, 3, 3, 5), Side.HIGH)
        assert found
        assert (found.rule, found.first) == (DetectionRule.BEYOND_LIMIT, 1)
        assert find_signal(points(5, 0), Side.HIGH) is None
        assert find_signal([], Side.HIGH) is None


class TestShares:
    def test_the_limits_of_a_p_chart(self) -> None:
        found = pool_shares([Share(Decimal(90), 100), Share(Decimal(95), 300)])
        assert found is not None
        assert found.mean == Decimal("93.75")
        limits = found.limits_for(225)
        # 3 √(93.75 · 6.25 / 225) = 4.841…
        assert round(limits.mean - limits.lower, 3) == Decimal("4.841")
        assert limits.upper - limits.mean == limits.mean - limits.lower
        assert found.limits_for(900).lower > limits.lower
        assert found.limits_for(None) == found.limits_for(200)

    def test_without_width(self) -> None:
        assert pool_shares([]) is None
        assert pool_shares([Share(Decimal(100), 50)] * 12) is None
        assert pool_shares([Share(Decimal(120), 50), Share(Decimal(90), 50)]) is None


class TestBetaBinomial:
    @pytest.mark.parametrize(
        "baseline", [Tally(12, 0), Tally(57, 3), Tally(50, 10), Tally(0, 12), Tally(108, 12)], ids=str
    )
    @pytest.mark.parametrize("total", [8, 20])
    def test_scipy_says_the_same(self, baseline: Tally, total: int) -> None:
        from scipy.stats import betabinom  # type: ignore[import-untyped]

        other = betabinom(total, baseline.misses + 0.5, baseline.hits + 0.5)
        for misses in range(total + 1):
            assert float(compute_tail(misses, total, baseline)) == pytest.approx(other.sf(misses - 1), abs=1e-11)
            assert float(compute_lower_tail(misses, total, baseline)) == pytest.approx(other.cdf(misses), abs=1e-11)


class TestOdds:
    @pytest.mark.parametrize(("rate", "said"), [("0.8", "0.013"), ("0.6", "0.16"), ("0.5", "0.32")])
    def test_four_misses_in_a_row_within_a_quarter(self, rate: str, said: str) -> None:
        odds = compute_run_odds(4, Decimal(rate), 13)
        assert round(odds, len(said) - 2) == Decimal(said)

    @pytest.mark.parametrize(("misses", "cells"), [(1, 5), (2, 6), (3, 9), (4, 13)])
    def test_the_same_as_counting_every_quarter(self, misses: int, cells: int) -> None:
        rate, total = Decimal("0.7"), Decimal(0)
        for hits in product((True, False), repeat=cells):
            if "x" * misses in "".join("o" if hit else "x" for hit in hits):
                total += rate ** sum(hits) * (1 - rate) ** (cells - sum(hits))
        assert round(compute_run_odds(misses, rate, cells), 20) == round(total, 20)

    def test_no_misses_and_more_than_fit(self) -> None:
        assert compute_run_odds(0, Decimal("0.9"), 13) == 1
        assert compute_run_odds(14, Decimal("0.5"), 13) == 0

    @pytest.mark.parametrize(
        ("misses", "record", "cells"),
        [
            (5, Tally(7, 0), 13), (4, Tally(2, 0), 13), (2, Tally(3, 4), 13), (1, Tally(50, 2), 91),
            (2, Tally(40, 20), 65), (3, Tally(0, 6), 3),
        ],
        ids=str,
    )  # fmt: skip
    def test_the_rate_of_a_record_is_uncertain(self, misses: int, record: Tally, cells: int) -> None:
        """The mean of the odds at each rate, by the beta distribution of scipy."""
        from scipy.stats import beta

        rates = [(number + 0.5) / 2000 for number in range(2000)]
        spread = beta(record.hits + 0.5, record.misses + 0.5)
        shares = [spread.cdf(rate + 1 / 4000) - spread.cdf(rate - 1 / 4000) for rate in rates]
        odds = [float(compute_run_odds(misses, Decimal(rate), cells)) for rate in rates]
        mean = sum(one * share for one, share in zip(odds, shares, strict=True))
        assert float(predict_run_odds(misses, record, cells)) == pytest.approx(mean, rel=0.005)

    def test_a_short_record_says_little(self) -> None:
        """At a rate of 15 of 16, as if it were known, five in a row would have odds of 1 in 100,000."""
        assert round(predict_run_odds(5, Tally(7, 0), 13), 4) == Decimal("0.0017")
        assert round(predict_run_odds(4, Tally(2, 0), 13), 2) == Decimal("0.07")
        assert round(predict_run_odds(4, Tally(80_000, 20_000), 13), 3) == Decimal("0.013")
        assert predict_run_odds(0, Tally(7, 0), 13) == 1
        assert predict_run_odds(14, Tally(7, 0), 13) == 0

    def test_small_odds_are_not_rounded_to_none(self) -> None:
        assert [f"{round_odds(Decimal(odds)):f}" for odds in ("0.14499", "0.00000814", "0", "1")] == [
            "0.145",
            "0.0000081",
            "0",
            "1",
        ]


class TestSimulations:
    """A smaller run of `make bench`, with a fixed seed."""

    @pytest.mark.parametrize(
        ("series", "sides", "baseline", "said"),
        [
            (NORMAL, (Side.LOW,), 12, 0.145),
            (NORMAL, BOTH, 12, 0.27),
            (SKEWED_LOW, (Side.LOW,), 12, 0.34),
            (SteadySeries(follows=0.3), (Side.LOW,), 12, 0.27),
            (SteadySeries(follows=0.5), (Side.LOW,), 12, 0.42),
            (NORMAL, (Side.LOW,), 24, 0.10),
        ],
        ids=["one side", "both sides", "skewed", "follows 0.3", "follows 0.5", "baseline 24"],
    )
    def test_steady_series(self, series: SteadySeries, sides: Sequence[Side], baseline: int, said: float) -> None:
        measured = share_flagged(series, runs=1500, sides=sides, baseline=baseline)
        assert measured == pytest.approx(said, abs=0.035)

    def test_the_printed_odds_are_these(self) -> None:
        assert find_flag_odds(QUARTER, both_sides=False) == Decimal("0.145")
        assert find_flag_odds(QUARTER, both_sides=True) == Decimal("0.27")

    @pytest.mark.parametrize(
        ("cases", "good", "sides"),
        [
            (240, 0.95, (Side.LOW,)),
            (240, 0.95, BOTH),
            (10, 0.95, (Side.LOW,)),
            (50, 0.5, BOTH),
            (25, 0.8, (Side.HIGH,)),
        ],
    )
    def test_the_odds_of_a_p_chart_are_computed(self, cases: int, good: float, sides: tuple[Side, ...]) -> None:
        """Not those of a known share: each simulated baseline has its own, and the odds are their mean."""
        chance, flagged, odds, runs = random.Random(5), 0, list[float](), 500  # noqa: S311  (a simulation)
        for _ in range(runs):
            counts = [sum(chance.random() < good for _ in range(cases)) for _ in range(BASELINE + QUARTER)]
            shares = [Share(Decimal(100 * count) / cases, cases) for count in counts]
            baseline = pool_shares(shares[:BASELINE])
            assert baseline is not None
            chart = [Point(one.percent, baseline.limits_for(cases)) for one in shares]
            flagged += any(find_rule(chart, at, side) for at in range(BASELINE, len(chart)) for side in sides)
            odds += [float(compute_share_odds(baseline, QUARTER, sides))] if len(odds) < 25 else []
        assert sum(odds) / len(odds) == pytest.approx(flagged / runs, abs=0.06)

    def test_a_great_number_of_cases_is_normal(self) -> None:
        exact, normal = (compute_share_odds(ShareBaseline(Decimal(90), n), QUARTER, BOTH) for n in (100_000, 10**9))
        assert float(exact) == pytest.approx(float(normal), abs=0.005)

    def test_a_shift_is_found_within_eight_weeks(self) -> None:
        assert share_flagged(SteadySeries(shift=-1.5), runs=1500, looks=8) == pytest.approx(0.83, abs=0.03)

    @pytest.mark.parametrize(
        ("looks", "per_look", "newest"), [(91, 1, 20), (65, 1, 20), (13, 5, 20), (13, 1, 8)], ids=str
    )
    def test_the_printed_odds_of_hits_follow_from_the_looks(self, looks: int, per_look: int, newest: int) -> None:
        rates = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
        found = [share_of_hits_flagged(one, runs=300, looks=looks, per_look=per_look, newest=newest) for one in rates]
        said = find_hits_odds(looks, has_several=per_look > 1)
        assert sum(found) / len(found) == pytest.approx(float(said.usual), abs=0.02)
        assert max(found) == pytest.approx(float(said.most), abs=0.03)

    @pytest.mark.parametrize("baseline", [12, 60, 120])
    @pytest.mark.parametrize("per_week", [5, 1])
    def test_steady_hits(self, baseline: int, per_week: int) -> None:
        for rate in (0.95, 0.8):
            weeks = simulate_hits(rate, runs=600, baseline=baseline, per_week=per_week)
            assert sum(week is not None for week in weeks) <= 0.06 * len(weeks)

    def test_a_fall_of_thirty_points_in_a_daily_series_is_found_in_three_to_five_weeks(self) -> None:
        for rate, before in ((0.95, 20), (0.9, 20)):
            weeks = simulate_hits(rate, runs=400, baseline=60, per_week=5, fall=0.3, before=before)
            middle = sorted(week or QUARTER + 1 for week in weeks)[len(weeks) // 2]
            assert 3 <= middle <= 5

    def test_a_weekly_yes_no_promises_nothing(self) -> None:
        weeks = simulate_hits(0.9, runs=400, baseline=12, per_week=1, fall=0.3, before=8)
        assert sorted(week or QUARTER + 1 for week in weeks)[len(weeks) // 2] >= 10

    def test_published_run_lengths(self) -> None:
        """370 holds for known limits; frozen at 12 values, the median is about 225."""
        assert round(KNOWN_RUN_LENGTH) == 370
        assert median_run_length(runs=2000) == pytest.approx(225, abs=15)
