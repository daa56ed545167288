"""The layout of the chart, over generated trees: what must hold of every drawing."""

from __future__ import annotations

from hypothesis import given, settings

from orgtp.views.chart_layout.layout import lay_out
from tests.drawing.geometry import find_wrong_lines, find_wrong_places
from tests.drawing.trees import GeneratedChart, charts


@given(charts())
@settings(max_examples=300, deadline=None)
def test_no_box_overlaps_another_and_every_seat_appears_once(chart: GeneratedChart) -> None:
    drawing = lay_out(chart.seats, chart.folded)
    assert list(find_wrong_places(chart.seats, drawing)) == []


@given(charts())
@settings(max_examples=300, deadline=None)
def test_no_line_crosses_a_box_or_a_name_or_runs_in_the_lane_of_another(chart: GeneratedChart) -> None:
    assert list(find_wrong_lines(lay_out(chart.seats, chart.folded))) == []
