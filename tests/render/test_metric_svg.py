"""The chart of a metric as SVG."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import orgtp
from orgtp.render.drawings.metric.draw import draw_metric_chart
from orgtp.render.drawings.metric.label_space import LabelBox
from orgtp.render.drawings.metric.line import list_amounts
from orgtp.render.drawings.metric.plot import LARGE, SMALL, ChartSize
from orgtp.render.drawings.metric.words import describe_metric_chart
from orgtp.views.metric_chart import SeatCharts, build_seat_charts
from orgtp.views.why.types import SeatPast
from tests.conftest import NOW as CLOCK
from tests.render.charts import Drawing, build, change, make_values_org

SIZES = pytest.mark.parametrize("size", [LARGE, SMALL], ids=lambda size: size.name)
STEADY = ["7", "6", "8", "7", "5", "9", "7", "6", "8", "7", "6", "8", "3"]


def read_sample(made: Path, seat: str, monkeypatch: pytest.MonkeyPatch) -> SeatCharts:
    """The charts of a seat of the sample."""
    monkeypatch.setenv("ORGTP_NOW", CLOCK)
    handle = orgtp.open(made)
    return build_seat_charts(handle.org, handle.now, seat, SeatPast(handle.history.seat_history(seat).events))


@pytest.mark.parametrize("seat", ["jeff", "penny", "crystal", "dash", "radar", "kristen", "david", "echo"])
def test_the_charts_of_the_sample(
    sample_made: Path, matches_snapshot: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, seat: str
) -> None:
    charts = read_sample(sample_made, seat, monkeypatch).charts
    told = "".join(
        f"<!-- {describe_metric_chart(chart)} -->\n{draw_metric_chart(chart).replace('><', '>' + chr(10) + '<')}\n"
        for chart in charts
    )
    matches_snapshot(f"charts-{seat}.svg.txt", told)


def test_the_changes_around_a_seat_have_letters(sample_made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_sample(sample_made, "jeff", monkeypatch)
    assert [(one.letter, one.evidence.what) for one in found.inputs] == [
        ("A", "input model: example-model-4 → example-model-5")
    ]
    assert all([mark.letter for mark in chart.marks] == ["A"] for chart in found.charts)


@SIZES
def test_what_is_off_target_is_a_square_and_the_rest_are_dots(size: ChartSize) -> None:
    drawing = Drawing(build(make_values_org(STEADY)), size)
    assert len(drawing.find("po")) == len(drawing.find("pox")) == 1
    assert len(drawing.find("p")) == 12
    assert drawing.words("offt") == ["3"]


def test_limits_and_mean_have_labels_at_their_ends() -> None:
    drawing = Drawing(build(make_values_org(STEADY)), LARGE)
    assert {one.split()[0] for one in drawing.words("lb")} >= {"upper", "mean", "lower", "target"}
    assert "target ≥ 5" in drawing.words("strong")
    assert len(drawing.find("lim")) == 2
    assert len(drawing.find("mean")) == 1


@pytest.mark.parametrize(("lowest", "is_possible"), [("0", False), ("-1", True)])
def test_a_limit_below_zero_makes_room_only_where_a_value_is_below_zero(lowest: str, is_possible: bool) -> None:
    unsteady = ["1.3", "9.1", "1.7", "8.6", "2.1", "9.4", "1.1", "8.8", "1.9", "9.7", "1.5", "8.3"]
    chart = build(make_values_org([*unsteady, lowest, None, "9"]))
    bounds = {one.limits.lower for one in chart.columns if one.limits is not None}
    assert bounds
    assert all(bound < -5 for bound in bounds)
    assert (min(list_amounts(chart)) in bounds) == is_possible


@SIZES
def test_a_trial_has_neither_limits_nor_a_mean(size: ChartSize) -> None:
    drawing = Drawing(build(make_values_org(STEADY[-11:])), size)
    assert not drawing.find("lim")
    assert not drawing.find("mean")
    assert drawing.find("tgt")


@SIZES
def test_a_blank_breaks_the_line_and_hatches_its_column(size: ChartSize) -> None:
    values = [*STEADY[:5], None, None, *STEADY[7:]]
    drawing = Drawing(build(make_values_org(values)), size)
    assert len(drawing.find("gap")) == 2
    assert [len(run) for run in drawing.runs()] == [5, 6]


@SIZES
def test_the_target_has_a_step_where_it_changed(size: ChartSize) -> None:
    drawing = Drawing(build(make_values_org(STEADY, '{2026-W01: ">= 4", 2026-W44: ">= 6"}')), size)
    (line,) = drawing.find("tgt")
    assert line.attrib["d"].count("V") == 1
    assert len(drawing.find("badside")) == 2
    assert {"target ≥ 4", "target ≥ 6"} <= set(drawing.words("strong"))


@SIZES
def test_a_range_has_two_lines_and_a_tint_on_both_sides(size: ChartSize) -> None:
    drawing = Drawing(build(make_values_org(STEADY, '"5..8"')), size)
    assert len(drawing.find("tgt")) == len(drawing.find("badside")) == 2
    assert "target 5–8" in drawing.words("strong")


def test_a_phase_begins_with_a_rule_and_its_reason() -> None:
    phase = "    rebase: {2026-W42: new ad API}\n"
    drawing = Drawing(build(make_values_org(STEADY, more=phase)), LARGE)
    assert len(drawing.find("phase")) == 1
    assert drawing.words("pht") == ["phase 1, on trial", "phase 2 from W42, on trial: “new ad API”"]


def test_limits_stay_within_their_phase() -> None:
    values = [str(5 + number % 4) for number in range(20)]
    phase = "    rebase: {2026-W46: another product}\n"
    chart = build(make_values_org(values, more=phase))
    drawing = Drawing(chart, LARGE)
    (mean,) = drawing.find("mean")
    rule = drawing.find("phase")[0].attrib["d"].split("V")[0].removeprefix("M").split()[0]
    assert mean.attrib["d"].endswith(f"H{rule}")
    assert [phase.health.variation for phase in chart.phases] == ["common", "trial"]


@SIZES
def test_marks_closer_than_20_pixels_join(size: ChartSize) -> None:
    inputs = [change("A", 12, 10), change("B", 13, 10), change("C", 16)]
    drawing = Drawing(build(make_values_org(STEADY), inputs), size)
    assert drawing.words("evt") == ["A B", "C"]


def test_many_marks_in_a_week_are_named_from_the_first_to_the_last() -> None:
    inputs = [change(letter, day) for letter, day in zip("ABCDE", (9, 9, 10, 10, 11), strict=True)]
    assert Drawing(build(make_values_org(STEADY), inputs), SMALL).words("evt") == ["A–E"]


@SIZES
@pytest.mark.parametrize(("target", "value"), [("yes", "no"), ('"<= 1h"', "50m"), ('"by 08:00"', "07:52")])
def test_every_kind_of_value_has_a_chart(size: ChartSize, target: str, value: str) -> None:
    assert value in Drawing(build(make_values_org([value] * 5, target)), size).svg


@SIZES
def test_a_metric_without_values_has_an_empty_axis(size: ChartSize) -> None:
    drawing = Drawing(build(make_values_org([])), size)
    assert not drawing.points()
    assert "W48" in [one.text for one in drawing.labels]


def test_a_text_of_a_user_is_no_markup() -> None:
    reason = '"</text><script>alert(1)</script>"'
    chart = build(make_values_org(STEADY, more=f"    rebase: {{2026-W42: {reason}}}\n"))
    assert "<script" not in draw_metric_chart(chart)


TARGETS = st.sampled_from(
    ['">= 5"', '"<= 30"', '"10..20"', '"not 3..6"', '"= 4"', '{2026-W01: ">= 4", 2026-W44: ">= 60"}']
)
WILD = st.lists(
    st.none() | st.just("") | st.integers(-40, 400).map(str) | st.decimals(0, 9, places=3).map(str),
    min_size=1,
    max_size=26,
)
# Enough values for limits, which are close to the mean and to the target.
CALM = st.lists(st.sampled_from(["4.8", "5", "5.1", "5.3", "5.6", "6", None]), min_size=18, max_size=26)
VALUES = st.one_of(WILD, CALM)
PHASES = st.sampled_from(["", "    rebase: {2026-W42: a new product with a rather long reason that hardly fits}\n"])
DAYS = st.lists(st.tuples(st.integers(1, 27), st.integers(9, 11)), max_size=9)


@settings(max_examples=60, deadline=None)
@given(VALUES, TARGETS, PHASES, DAYS)
def test_nothing_overlaps_leaves_the_frame_or_bridges_a_blank(
    values: list[str | None], target: str, phase: str, days: list[tuple[int, int]]
) -> None:
    inputs = [change(chr(ord("A") + number), day, month) for number, (day, month) in enumerate(sorted(days))]
    chart = build(make_values_org(values, target, more=phase), inputs)
    blanks = [number for number, one in enumerate(chart.columns) if one.cell.state.is_gap]
    for size in (LARGE, SMALL):
        drawing = Drawing(chart, size)
        for one, other in combinations(drawing.labels, 2):
            assert not one.box.count_overlaps([other.box]), (one, other)
        for label in drawing.labels:
            assert drawing.frame.holds(label.box), label
        for x, y in drawing.points():
            assert drawing.frame.holds(LabelBox(x - 5, y - 5, x + 5, y + 5))
            assert y <= size.bottom
        assert len(drawing.points()) == sum(one.amount is not None for one in chart.columns)
        middles = [float(one.attrib["x"]) + float(one.attrib["width"]) / 2 for one in drawing.find("gap")]
        for run in drawing.runs():
            assert not any(run[0] < middle < run[-1] for middle in middles)
        assert len(middles) == (len(blanks) if drawing.points() or drawing.find("tgt") else 0)
