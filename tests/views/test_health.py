"""Each metric is judged by its own cells: which count, which side is bad, and what a seat's health follows from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow
from orgtp.model.seat import Rollup
from orgtp.render.health.text import describe_run, health_text
from orgtp.render.terminal import Screen
from orgtp.render.wording.odds import format_limits
from orgtp.views.health.assess import assess_health, count_judged_flags
from orgtp.views.health.chart import build_chart
from orgtp.views.health.types import HealthRow, SeatHealth
from orgtp.views.selection import Selection, StateWord
from orgtp.views.variation.judge import (
    Assurance,
    Judgement,
    Method,
    Variation,
    find_unfavourable_sides,
    judge_metric,
)
from orgtp.views.variation.xmr import DetectionRule, Side
from tests.model.building import VOID, period, row, target

# A Monday: the week before it is over.
MONDAY = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
STEADY = ("92", "95", "93", "96", "94", "92.5", "95.5", "93.5", "94.5", "92", "96", "94")
FALL = ("88", "89", "88")


def weeks(values: Sequence[str | None], last: str = "2026-W48") -> dict[str, str | None]:
    """The values by week, so that the last is that of `last`; "" is a week without a record."""
    found: dict[str, str | None] = {}
    at = period(last)
    for value in reversed(values):
        if value != "":
            found[at.text] = value
        at = at.previous()
    return found


def weekly(values: Sequence[str | None], told: str | Mapping[str, str] = ">= 90%") -> MetricRow:
    """A weekly metric as of Monday."""
    return row(told, weeks(values), now=MONDAY, source="")


def judged(values: Sequence[str | None], told: str | Mapping[str, str] = ">= 90%") -> Judgement:
    """What the values of a weekly metric say."""
    return judge_metric(weekly(values, told))


class TestVariation:
    def test_fewer_than_twelve_are_a_trial(self) -> None:
        found = judged(STEADY[:11])
        assert (found.variation, found.assurance, found.rule, found.odds.per_quarter) == (
            Variation.TRIAL,
            None,
            None,
            None,
        )
        assert (found.phase.from_, found.phase.to, found.phase.n) == ("2026-W38", "2026-W48", 11)

    def test_a_trial_has_misses_and_their_odds(self) -> None:
        """A young org gets target misses, runs of misses with their odds, and what is silent."""
        found = judged(["91", "92", "80", "81", "82"])
        assert (found.variation, found.misses_in_a_row) == (Variation.TRIAL, 3)
        assert found.odds.misses is not None
        assert found.odds.misses == Decimal("0.1307")

    def test_misses_without_a_record_have_no_odds(self) -> None:
        for values in (["80", "81"], ["80", None, "81"], ["80"]):
            assert judged(values).odds.misses is None
        (shown,) = assess_health(weekly(["80", "81"]).org, MONDAY).metrics
        text = describe_run(shown)
        assert text == "2 misses in a row. Nothing is known of the weeks before, so there are no odds."

    def test_misses_with_a_record_have_odds_that_grow_with_its_uncertainty(self) -> None:
        found = judged([*["95"] * 7, *["80"] * 5])
        assert found.odds.misses == Decimal("0.0017")
        assert judged(["95", "95", *["80"] * 4]).odds.misses == Decimal("0.069")

    def test_a_run_longer_than_a_quarter_has_no_odds(self) -> None:
        org = weekly([*["95"] * 7, *["80"] * 14]).org
        (shown,) = assess_health(org, MONDAY).metrics
        assert (shown.misses_in_a_row, shown.odds.misses) == (14, None)
        assert describe_run(shown).endswith(
            "It was on target in 7 of the 7 weeks before. No quarter has as many weeks."
        )

    def test_steady_and_changed(self) -> None:
        assert judged(STEADY).variation is Variation.COMMON
        found = judged([*STEADY, *FALL])
        assert (found.variation, found.rule, found.since) == (
            Variation.CONCERN,
            DetectionRule.THREE_OF_FOUR,
            "2026-W46",
        )
        better = judged([*STEADY, "101"])
        assert (better.variation, better.rule) == (Variation.IMPROVEMENT, DetectionRule.BEYOND_LIMIT)

    def test_the_limits_stay_those_of_the_first_twelve(self) -> None:
        short, long = judged(STEADY), judged([*STEADY, *FALL, *["70"] * 30])
        assert short.limits[0] == long.limits[-1]

    def test_coarse_values_get_misses_only(self) -> None:
        for values in (["92"] * 14, ["92", "93", "94"] * 5):
            found = judged([*values, "80"])
            assert (found.variation, found.assurance, found.rule) == (Variation.COARSE, None, None)
            assert found.misses_in_a_row == 1

    def test_a_flag_is_that_of_the_newest_value(self) -> None:
        assert judged([*STEADY, "60"]).variation is Variation.CONCERN
        assert judged([*STEADY, "60", "94"]).variation is Variation.COMMON

    def test_outliers_are_not_screened(self) -> None:
        wild = ["92", "95", "30", "96", "94", "92.5", "95.5", "93.5", "94.5", "92", "96", "94"]
        assert judged(wild).limits[0].lower < judged(STEADY).limits[0].lower - 20


class TestWhichCellsCount:
    def test_a_blank_neither_breaks_nor_extends(self) -> None:
        gaps = [*STEADY, "88", None, "89", "", "88"]
        found = judged(gaps)
        assert (found.variation, found.rule, found.phase.n) == (Variation.CONCERN, DetectionRule.THREE_OF_FOUR, 15)

    def test_no_moving_range_over_a_blank(self) -> None:
        ranges = [one.range for one in build_chart(weekly([*STEADY[:6], None, *STEADY[6:]])).points]
        assert [number for number, one in enumerate(ranges) if one is None] == [0, 6]
        assert ranges[1] == "3"

    def test_a_day_off_is_no_blank(self) -> None:
        days = ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24"]
        found = row(
            ">= 90%", dict(zip(days, STEADY, strict=False)), cadence=Cadence.WEEKDAYS, per=Grain.DAY, now=MONDAY
        )
        ranges = [one.range for one in build_chart(found).points]
        assert ranges == [None, "3", "2", "3"]

    def test_a_partial_cell_is_left_out(self) -> None:
        values: dict[str, str | None] = {}
        for number in range(14):
            week = period(f"2026-W{35 + number}")
            values |= {day.text: STEADY[number % 12] for day in week.split(Grain.DAY, UTC)}
        known = row(">= 90%", values, cadence=Cadence.DAILY, per=Grain.WEEK, rollup=Rollup.MEAN, now=MONDAY)
        assert judge_metric(known).phase.n == 14
        values["2026-10-07"] = None
        found = row(">= 90%", values, cadence=Cadence.DAILY, per=Grain.WEEK, rollup=Rollup.MEAN, now=MONDAY)
        assert [one.period.text for one in judge_metric(found).series.readings].count("2026-W41") == 0
        assert judge_metric(found).phase.n == 13

    def test_a_cell_in_progress_counts_only_if_it_is_one_value(self) -> None:
        """A minimum that is off target is final, but only bad ones come early."""
        now = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
        values = dict.fromkeys(("2026-11-23", "2026-11-24"), "80")
        found = row(
            ">= 90%",
            values,
            cadence=Cadence.DAILY,
            per=Grain.WEEK,
            rollup=Rollup.MIN,
            now=now,
            since=date(2026, 11, 23),
        )
        assert found.judged_cell(period("2026-W48")).state == "off"
        assert judge_metric(found).phase.n == 0
        assert judge_metric(found).misses_in_a_row == 1
        one = row(">= 90%", {"2026-W48": "80"}, now=now)
        assert judge_metric(one).phase.n == 1

    def test_a_withdrawn_value_does_not_count(self) -> None:
        values = weeks(STEADY)
        values["2026-W48"] = VOID
        assert judge_metric(row(">= 90%", values, now=MONDAY)).phase.n == 11


class TestSides:
    @pytest.mark.parametrize(
        ("told", "sides"),
        [
            (">= 90", (Side.LOW,)),
            ("<= 90", (Side.HIGH,)),
            ("by 08:00", (Side.HIGH,)),
            ("before 08:00", (Side.HIGH,)),
            ("10..20", (Side.LOW, Side.HIGH)),
            ("not 10..20", (Side.LOW, Side.HIGH)),
            ("= 0", (Side.HIGH,)),
            ("= 9", (Side.LOW,)),
            ("= 4", (Side.LOW, Side.HIGH)),
        ],
    )
    def test_the_unfavourable_side_follows_from_the_target(self, told: str, sides: tuple[Side, ...]) -> None:
        assert find_unfavourable_sides(target(told), [Decimal(one) for one in (2, 4, 6)]) == sides

    def test_the_target_in_force_decides(self) -> None:
        rising = [*STEADY, "101"]
        assert judged(rising, {"2026-W01": ">= 90%", "2026-W48": "<= 90%"}).variation is Variation.CONCERN

    def test_both_sides_of_a_range_with_their_odds(self) -> None:
        told = "90%..97%"
        for values in ([*STEADY, *FALL], [*STEADY, "101"]):
            found = judged(values, told)
            assert (found.variation, found.odds.per_quarter) == (Variation.CONCERN, Decimal("0.27"))


class TestAssurance:
    @pytest.mark.parametrize(
        ("told", "said"),
        [
            (">= 80%", Assurance.PASSES),
            (">= 94%", Assurance.HIT_OR_MISS),
            (">= 99.99%", Assurance.FAILS),
            ("<= 99.99%", Assurance.PASSES),
            ("<= 80%", Assurance.FAILS),
            ("80%..110%", Assurance.PASSES),
            ("90%..95%", Assurance.HIT_OR_MISS),
            ("1%..2%", Assurance.FAILS),
            ("not 1%..2%", Assurance.PASSES),
            ("not 1%..110%", Assurance.FAILS),
            ("= 94%", Assurance.HIT_OR_MISS),
            ("= 1%", Assurance.FAILS),
        ],
    )
    def test_the_target_against_the_limits(self, told: str, said: Assurance) -> None:
        narrow = ("93.9", "94.1", "94", "94.2", "93.8", "94", "94.1", "93.9", "94", "94.1", "93.9", "94")
        values = STEADY if said is Assurance.HIT_OR_MISS else narrow
        assert judged(values, told).assurance is said


class TestUnits:
    def test_durations_and_times(self) -> None:
        times = ["07:50", "07:55", "07:52", "07:51", "07:58", "07:53"] * 2
        found = weekly([*times, "09:10"], "by 08:00")
        (shown,) = assess_health(found.org, MONDAY).metrics
        assert (shown.variation, shown.mean, shown.lower, shown.upper) == (
            Variation.CONCERN,
            "07:53:10",
            "07:42:17",
            "08:04:03",
        )
        spans = ["10m", "20m", "15m", "30m", "1h", "12m"] * 2
        (shown,) = assess_health(weekly(spans, "<= 1h").org, MONDAY).metrics
        assert (shown.mean, shown.lower) == ("24m30s", "0s")
        assert build_chart(weekly(spans, "<= 1h")).points[1].range == "10m"
        assert build_chart(weekly(times, "by 08:00")).points[1].range == "5m"

    def test_money_and_numbers_have_four_places(self) -> None:
        (shown,) = assess_health(weekly(["100", "101", "103"] * 4 + ["104"], ">= USD 90").org, MONDAY).metrics
        assert shown.mean is None
        (shown,) = assess_health(weekly(["100", "101", "103", "106"] * 3, ">= USD 90").org, MONDAY).metrics
        assert (shown.mean, shown.lower) == ("102.5", "94.5209") or Decimal(shown.lower or 0).as_tuple().exponent == -4


class TestHits:
    def daily(self, pattern: Sequence[str], allow_misses: int = 0) -> MetricRow:
        """A metric of hits, judged by week: `pattern` has a letter for each day, and its last is the last Sunday."""
        values: dict[str, str | None] = {}
        for week, letters in enumerate(reversed(pattern)):
            for day, letter in enumerate(letters):
                at = date(2026, 11, 23) - timedelta(weeks=week) + timedelta(days=day)
                values[at.isoformat()] = "07:50" if letter == "o" else "08:30"
        return row(
            "by 08:00",
            values,
            cadence=Cadence.DAILY,
            per=Grain.WEEK,
            rollup=Rollup.HITS,
            now=MONDAY,
            allow_misses=allow_misses,
        )

    def test_xmr_is_never_used(self) -> None:
        found = judge_metric(self.daily(["oooooox"] * 12 + ["ooooooo"] * 3, allow_misses=1))
        assert (found.method, found.limits, found.variation) == (Method.HITS, (), Variation.COMMON)
        assert found.mean is not None
        assert round(found.mean, 4) == Decimal("0.8571")

    def test_a_fall_is_flagged_by_the_binomial_tail(self) -> None:
        found = judge_metric(self.daily(["ooooooo"] * 11 + ["oooooox"] + ["oxooxox", "oxooxox", "oxooxox"]))
        assert (found.variation, found.rule) == (Variation.CONCERN, DetectionRule.BINOMIAL)
        assert found.hits_now is not None
        assert (found.hits_now.total, found.hits_now.misses) == (20, 9)
        assert found.since == "2026-W46"

    def test_fewer_than_twenty_after_the_baseline_are_no_flag(self) -> None:
        found = judge_metric(self.daily(["ooooooo"] * 12 + ["xxxxxxx", "xxxxxxx"]))
        assert (found.variation, found.misses_in_a_row) == (Variation.COMMON, 2)

    def test_a_weekly_yes_no_compares_the_last_eight(self) -> None:
        values = ["yes"] * 11 + ["no"] + ["no", "yes", "no", "no", "yes", "no", "no", "no"]
        found = judged(values, "yes")
        assert (found.method, found.rule) == (Method.HITS, DetectionRule.BINOMIAL)
        assert found.hits_now is not None
        assert (found.hits_now.total, found.hits_now.misses) == (8, 6)
        assert judged(values[:-1], "yes").rule is None

    def test_better_is_an_improvement(self) -> None:
        found = judge_metric(self.daily(["oxoxoxo"] * 12 + ["ooooooo"] * 3))
        assert (found.variation, found.rule) == (Variation.IMPROVEMENT, DetectionRule.BINOMIAL)

    @pytest.mark.parametrize(
        ("hits", "misses", "said"),
        [
            (20, 0, Assurance.PASSES),
            (59, 1, Assurance.PASSES),
            (0, 20, Assurance.FAILS),
            (1, 59, Assurance.FAILS),
            (19, 0, None),
            (0, 19, None),
            (12, 0, None),
            (19, 1, Assurance.HIT_OR_MISS),
            (1, 19, Assurance.HIT_OR_MISS),
            (58, 1, Assurance.HIT_OR_MISS),
            (11, 0, None),
        ],
    )
    def test_assurance(self, hits: int, misses: int, said: Assurance | None) -> None:
        """A series without a single miss is never hit-or-miss: it passes, or is too short to tell."""
        assert judged([*["yes"] * hits, *["no"] * misses], "yes").assurance is said

    def test_a_perfect_yes_no_is_no_luck(self) -> None:
        (shown,) = assess_health(weekly(["yes"] * 15, "yes").org, MONDAY).metrics
        text = health_text(assess_health(weekly(["yes"] * 15, "yes").org, MONDAY), Screen(), details=True)
        assert shown.assurance is None
        assert "12 of 12 on target in the baseline" in text
        assert "hit or miss" not in text
        assert "limits" not in text
        assert format_limits(shown) == ""

    @pytest.mark.parametrize(
        ("cadence", "odds", "most"),
        [(Cadence.DAILY, "0.03", "0.07"), (Cadence.WEEKDAYS, "0.03", "0.06"), (Cadence.WEEKLY, "0.02", "0.04")],
    )
    def test_the_odds_follow_from_the_looks(self, cadence: Cadence, odds: str, most: str) -> None:
        grain = cadence.grain
        at, values = period("2026-W48").split(grain, UTC)[0], dict[str, str | None]()
        while len(values) < 40:
            at = at.previous()
            values[at.text] = "yes"
        found = row("yes", values, cadence=cadence, per=grain, now=MONDAY)
        (shown,) = assess_health(found.org, MONDAY).metrics
        assert (shown.odds.per_quarter, shown.facts.odds_at_most) == (Decimal(odds), Decimal(most))
        text = health_text(assess_health(found.org, MONDAY), Screen(), details=True)
        word = {Cadence.DAILY: "a day", Cadence.WEEKDAYS: "a working day", Cadence.WEEKLY: "a week"}[cadence]
        assert f"one look {word}." in text
        assert "14.5%" not in text
        assert "normal values" not in text


class TestShares:
    def with_cases(self, values: Sequence[str], cases: Sequence[int | None]) -> MetricRow:
        """A weekly percentage; the cases of each value, None for unknown."""
        found = weekly(values)
        scores = tuple(replace(score, n=n) for score, n in zip(reversed(found.org.scores["dash"]), cases, strict=True))
        org = replace(found.org, scores={"dash": scores[::-1]})
        return MetricRow(org, found.seat, found.metric, MONDAY)

    def test_all_of_the_baseline_needs_its_cases(self) -> None:
        known = judge_metric(self.with_cases(STEADY, [240] * 12))
        assert known.method is Method.SHARES
        assert judge_metric(self.with_cases(STEADY, [240] * 11 + [None])).method is Method.XMR

    def test_each_value_has_limits_of_its_own(self) -> None:
        found = judge_metric(self.with_cases([*STEADY, "85", "85"], [240] * 12 + [20, 2000]))
        assert found.limits[12].lower < Decimal(85) < found.limits[13].lower
        assert (found.variation, found.rule) == (Variation.CONCERN, DetectionRule.BEYOND_LIMIT)
        assert judge_metric(self.with_cases([*STEADY, "85"], [240] * 12 + [20])).variation is Variation.COMMON

    def test_the_odds_are_those_of_the_share_and_its_cases(self) -> None:
        """With few cases a flag is more often chance than with many; the sum follows."""
        odds = {}
        for cases in (10, 240):
            found = self.with_cases(STEADY, [cases] * 12)
            view = assess_health(found.org, MONDAY)
            odds[cases] = view.metrics[0].odds.per_quarter
            assert view.expected_false == odds[cases]
            text = health_text(view, Screen(), details=True)
            assert "the share and the average number of cases of the baseline" in text
            assert "normal values" not in text
        assert odds == {10: Decimal("0.3146"), 240: Decimal("0.1103")}

    def test_a_later_value_without_cases_has_those_of_the_usual_number(self) -> None:
        found = judge_metric(self.with_cases([*STEADY, "94"], [240] * 12 + [None]))
        assert found.limits[12] == found.limits[0]


class TestPhases:
    def rebased(self, values: Sequence[str | None], **phases: str) -> MetricRow:
        """A weekly metric with phases: `W41="new ad API"`."""
        found = weekly(values)
        rebase = tuple((period(f"2026-{week}"), why) for week, why in phases.items())
        metric = replace(found.metric, rebase=rebase)
        seat = replace(found.seat, metrics={"on-time": metric})
        return MetricRow(replace(found.org, seats={"dash": seat}), seat, metric, MONDAY)

    def test_a_phase_has_its_own_limits(self) -> None:
        fell = [*STEADY, *(f"{float(one) - 10}" for one in STEADY)]
        assert judged(fell).variation is Variation.CONCERN
        found = judge_metric(self.rebased(fell, W37="new ad API"))
        assert (found.variation, found.phase.from_, found.phase.n) == (Variation.COMMON, "2026-W37", 12)
        assert found.series.reason == "new ad API"

    def test_the_newest_phase_that_has_begun_counts(self) -> None:
        found = self.rebased(STEADY * 2, W30="one", W37="two", W52="later")
        assert judge_metric(found).series.reason == "two"

    def test_misses_in_a_row_are_those_of_every_view(self) -> None:
        found = judge_metric(self.rebased([*STEADY, "80", "80", "80"], W48="new"))
        assert (found.misses_in_a_row, found.phase.n) == (3, 1)

    def test_the_odds_of_misses_begin_with_the_phase(self) -> None:
        known = judge_metric(self.rebased([*STEADY, "95", "80", "80"], W46="new"))
        assert (known.before_run, known.odds.misses) == ((1, 1), Decimal("0.3951"))
        for week in ("W47", "W48"):
            org = self.rebased([*STEADY, "80", "80"], **{week: "new"}).org
            (shown,) = assess_health(org, MONDAY).metrics
            assert (shown.misses_in_a_row, shown.odds.misses) == (2, None)
            assert describe_run(shown) == (
                "2 misses in a row. Nothing is known of the weeks before in this phase, so there are no odds."
            )

    def test_a_changed_target_is_proposed_and_never_started(self) -> None:
        told = {"2026-W01": ">= 90%", "2026-W44": ">= 93%"}
        found = assess_health(weekly(STEADY * 2, told).org, MONDAY)
        (one,) = found.proposals
        assert one.command == "orgtp metric rebase dash on-time --from 2026-W44 --reason TEXT"
        assert found.metrics[0].phase.n == 24
        old = {"2026-W01": ">= 90%", "2026-W20": ">= 93%"}
        assert assess_health(weekly(STEADY * 2, old).org, MONDAY).proposals == ()
        assert assess_health(weekly(STEADY).org, MONDAY).proposals == ()


class TestSeats:
    def health(self, values: Sequence[str | None], told: str = ">= 90%") -> tuple[SeatHealth, str]:
        (seat,) = assess_health(weekly(values, told).org, MONDAY).seats
        return seat.health, seat.why

    def test_drifting(self) -> None:
        health, why = self.health([*STEADY, *FALL])
        assert health is SeatHealth.DRIFTING
        assert why == "On time: three of four far below the mean, since 2026-W46"

    def test_silent(self) -> None:
        """Nothing is known of the newest three cells; one or two blanks are to be watched."""
        assert self.health([*STEADY, None, None, None]) == (SeatHealth.SILENT, "On time: nothing known for 3 weeks")
        for values in ([*STEADY, None], [*STEADY, None, None]):
            assert self.health(values) == (SeatHealth.WATCH, "On time: unavailable in 2026-W48")

    def test_watch(self) -> None:
        assert self.health([*STEADY, "89.9"]) == (SeatHealth.WATCH, "On time: missed its target in the newest cell")
        assert self.health(["80", "81"]) == (SeatHealth.WATCH, "On time: 2 misses in a row")

    def test_hit_or_miss_alone_is_not_watch(self) -> None:
        found = assess_health(weekly(STEADY, ">= 92%").org, MONDAY)
        assert found.metrics[0].assurance is Assurance.HIT_OR_MISS
        assert found.seats[0].health is SeatHealth.HEALTHY

    def test_unknown(self) -> None:
        assert self.health(STEADY[:5]) == (SeatHealth.UNKNOWN, "On time: 5 of 12 values")


def with_reviews(org: Org, times: Sequence[datetime], decisions: Sequence[str]) -> Org:
    """The org with a review for each decision about its metric."""
    pairs = zip(times, decisions, strict=False)
    reviews = {
        str(number): Review("2026-W47", at, rows=(ReviewRow("dash", "on-time", decision=ReviewDecision(decision)),))
        for number, (at, decision) in enumerate(pairs)
    }
    return replace(org, reviews=reviews)


def with_metrics(org: Org, count: int) -> Org:
    """The org with its metric and everything that was recorded and decided about it, so many times."""
    (seat,) = org.seats.values()
    names = [f"on-time-{number}" for number in range(count)]
    metrics = {name: replace(seat.metrics["on-time"], id=name) for name in names}
    scores = tuple(replace(score, metric=name) for score in org.scores[seat.id] for name in names)
    reviews = {
        key: replace(review, rows=tuple(replace(one, metric=name) for one in review.rows for name in names))
        for key, review in org.reviews.items()
    }
    return replace(org, seats={seat.id: replace(seat, metrics=metrics)}, scores={seat.id: scores}, reviews=reviews)


class TestView:
    def test_expected_false_is_counted_before_a_choice_by_state(self) -> None:
        org = weekly(STEADY).org
        every = assess_health(org, MONDAY)
        chosen = assess_health(org, MONDAY, Selection(states=(StateWord.DRIFTING,)))
        assert every.expected_false == chosen.expected_false == Decimal("0.145")
        assert (len(every.metrics), len(chosen.metrics), chosen.left_out.metrics) == (1, 0, 1)

    def test_the_keys_of_the_contract(self) -> None:
        from orgtp.render.json import list_json_keys, to_json_value

        assert list_json_keys(HealthRow) == [
            "seat", "metric", "variation", "assurance", "rule", "since", "phase", "mean", "lower", "upper",
            "misses_in_a_row", "odds",
        ]  # fmt: skip
        (shown,) = to_json_value(assess_health(weekly(STEADY).org, MONDAY).metrics)
        assert (list(shown["phase"]), list(shown["odds"])) == (["from", "to", "n"], ["per_quarter", "misses"])
        assert (shown["mean"], shown["odds"]["per_quarter"]) == ("94", "0.145")

    def test_flags_judged_in_reviews(self) -> None:
        """A fix or a case makes a flag a real one; from 20 of them on, their share is told."""
        org = weekly([*STEADY, *["80"] * 12]).org
        # Each value is recorded on the Monday after its week.
        first = datetime(2026, 11, 30, 14, 0, tzinfo=UTC) - timedelta(weeks=len(org.scores["dash"]) - 1)
        scores = sorted(org.scores["dash"], key=lambda score: score.period)
        dated = tuple(replace(score, at=first + timedelta(weeks=number)) for number, score in enumerate(scores))
        org = replace(org, scores={"dash": dated})
        mondays = [datetime(2026, 11, 30, 15, 0, tzinfo=UTC) - timedelta(weeks=number) for number in range(12)]
        decisions = [*["fix"] * 6, *["case"] * 3, *["no-action"] * 15]
        found = count_judged_flags(with_metrics(with_reviews(org, mondays * 2, decisions), 20))
        assert found is not None
        # The last judgement of each of the 20 flags counts.
        assert (found.judged, found.real) == (20, 0)
        assert count_judged_flags(with_metrics(with_reviews(org, mondays * 2, decisions), 19)) is None
        assert count_judged_flags(with_metrics(with_reviews(org, mondays * 2, ["watch"] * 24), 20)) is None
        steady = [MONDAY - timedelta(weeks=13)] * 30
        assert count_judged_flags(with_metrics(with_reviews(org, steady, ["fix"] * 30), 20)) is None
        other = [*["no-action"] * 12, *["fix"] * 12]
        found = count_judged_flags(with_metrics(with_reviews(org, sorted(mondays * 2), other), 20))
        assert found is not None
        assert (found.judged, found.real) == (20, 20)

    def test_a_flag_that_stands_for_weeks_is_judged_once(self) -> None:
        """Weeks of reviews, and a second review of a week, do not make one flag twenty."""
        org = weekly([*STEADY, *["80"] * 12]).org
        org = replace(org, scores={"dash": tuple(replace(one, at=MONDAY) for one in org.scores["dash"])})
        times = [MONDAY + timedelta(minutes=number) for number in range(40)]
        assert count_judged_flags(with_reviews(org, times, ["fix"] * 40)) is None
        twenty = with_metrics(with_reviews(org, times, ["fix"] * 39 + ["no-action"]), 20)
        found = count_judged_flags(twenty)
        assert found is not None
        assert (found.judged, found.real) == (20, 0)
