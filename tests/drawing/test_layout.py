"""The layout of the chart: what must hold of every drawing, over generated trees, and how much work it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from orgtp.views.chart_drawing.draw_types import BOX_WIDTH, COMPACT_HEIGHT, LayoutSeat
from orgtp.views.chart_drawing.folding import MOST_BOXES, count_below, fold_below, fold_by_default
from orgtp.views.chart_drawing.layout import lay_out
from orgtp.views.chart_drawing.wall import lay_out_wall
from tests.drawing.geometry import find_overlaps, find_wrong_lines, find_wrong_places, list_boxes
from tests.drawing.trees import GeneratedChart, charts, make_chart, make_random_chart
from tests.effort import count_calls

SAMPLE = [
    LayoutSeat("david"),
    LayoutSeat("bogdan", "david"),
    LayoutSeat("janine", "david"),
    LayoutSeat("penny", "janine"),
    LayoutSeat("kristen", "david"),
    LayoutSeat("pixel", "kristen"),
    LayoutSeat("radar", "david"),
    LayoutSeat("client-operations", "radar", is_group=True, label=185),
    LayoutSeat("crystal", "client-operations", dotted=("bogdan",)),
    LayoutSeat("dash", "client-operations"),
    LayoutSeat("jeff", "client-operations"),
    LayoutSeat("sift", "jeff"),
    LayoutSeat("tally", "radar"),
]


@given(charts())
@settings(max_examples=100, deadline=None)
def test_no_box_overlaps_another_and_every_seat_appears_once(chart: GeneratedChart) -> None:
    drawing = lay_out(chart.seats, chart.folded)
    assert list(find_wrong_places(chart.seats, drawing)) == []


@given(charts())
@settings(max_examples=100, deadline=None)
def test_no_line_crosses_a_box_or_a_name_or_runs_in_the_lane_of_another(chart: GeneratedChart) -> None:
    assert list(find_wrong_lines(lay_out(chart.seats, chart.folded))) == []


@given(charts())
@settings(max_examples=100, deadline=None)
def test_every_seat_is_on_the_wall_once_and_each_column_repeats_its_path(chart: GeneratedChart) -> None:
    columns = lay_out_wall(chart.seats, 7)
    assert [row.seat for column in columns for row in column.rows] == [one.seat for one in chart.seats]
    above = {one.seat: one.above for one in chart.seats}
    for column in columns:
        assert 0 < len(column.rows) <= 7
        *_, nearest = ["", *column.path]
        assert nearest == above[column.rows[0].seat]
        assert all(above[lower] == upper for upper, lower in zip(column.path, column.path[1:], strict=False))


def test_the_sample_is_where_the_design_draws_it() -> None:
    drawing = lay_out(SAMPLE)
    assert (drawing.width, drawing.height) == (1140, 512)
    places = {box.seat: (box.x, box.y) for box in drawing.boxes}
    assert places["david"] == (412, 4)
    assert places["bogdan"] == (2, 142)
    assert places["radar"] == (823, 142)
    assert places["sift"] == (816, 418)
    (frame,) = drawing.frames
    assert (frame.x, frame.y, frame.width, frame.height) == (482, 250, 496, 248)
    (dotted,) = drawing.dotted
    assert dotted.points == ((76, 210), (76, 241), (489, 241), (489, 313), (495, 313))
    # The line to the group ends at its frame, and its members have none.
    assert {line.seat for line in drawing.lines}.isdisjoint({"crystal", "dash", "jeff"})


def test_the_name_of_a_group_makes_room_for_a_dotted_line() -> None:
    seats = [one for one in SAMPLE if one.seat not in {"crystal", "dash"}]
    seats[8:8] = [
        LayoutSeat("crystal", "client-operations"),
        LayoutSeat("dash", "client-operations", dotted=("bogdan",)),
    ]
    drawing = lay_out(seats)
    (frame,) = drawing.frames
    (line,) = drawing.dotted
    assert frame.label_x > line.points[-2][0] > frame.x
    assert frame.label_width >= 185


def test_the_name_of_a_group_does_not_begin_on_a_dotted_line() -> None:
    """Two superiors reach into a stack of a group, so the lane of one is where a name begins otherwise."""
    seats = [
        LayoutSeat("top"),
        LayoutSeat("one", "top"),
        LayoutSeat("two", "top"),
        LayoutSeat("boss", "top"),
        LayoutSeat("group", "boss", is_group=True, label=40),
        *(LayoutSeat(f"s{n}", "group", dotted={0: ("one",), 4: ("one",), 5: ("two",)}.get(n, ())) for n in range(6)),
    ]
    drawing = lay_out(seats)
    assert list(find_wrong_lines(drawing)) == []


@pytest.mark.parametrize(("leaves", "columns"), [(4, 0), (5, 1), (8, 1), (9, 2), (17, 3)])
def test_five_leaves_stack_in_columns_of_eight(leaves: int, columns: int) -> None:
    drawing = lay_out([LayoutSeat("top"), *(LayoutSeat(f"s{number}", "top") for number in range(leaves))])
    compact = [box for box in drawing.boxes if box.height == COMPACT_HEIGHT]
    assert len({box.x for box in compact}) == columns
    assert len(compact) == (leaves if columns else 0)
    if columns:
        first, second = compact[:2]
        assert (first.x, second.y - first.y) == (second.x, COMPACT_HEIGHT + 6)
        (line,) = [line for line in drawing.lines if line.seat == first.seat]
        assert line.points[-1] == (first.x, first.y + 17)
        assert line.points[-2][0] == first.x - 10


def test_two_dotted_lines_in_one_gap_have_their_own_lanes() -> None:
    seats = [
        LayoutSeat("top"),
        LayoutSeat("a", "top"),
        LayoutSeat("b", "top"),
        LayoutSeat("c", "top"),
        LayoutSeat("d", "c", dotted=("a", "b")),
    ]
    drawing = lay_out(seats)
    lanes = [
        {y for (_, y), (_, other) in zip(one.points, one.points[1:], strict=False) if y == other}
        for one in drawing.dotted
    ]
    across = [max(found - {one.points[-1][1]}) for found, one in zip(lanes, drawing.dotted, strict=True)]
    assert abs(across[0] - across[1]) >= 6
    assert [one.points[0][0] for one in drawing.dotted] == [76, 236]
    assert not list(find_wrong_lines(drawing))


def test_a_folded_seat_hides_what_is_below_and_counts_its_problems() -> None:
    drawing = lay_out(SAMPLE, {"radar"})
    (radar,) = [box for box in drawing.boxes if box.seat == "radar"]
    assert (radar.hidden, radar.opens) == (6, True)
    assert drawing.shown["sift"] == "radar"
    # A dotted line to a seat that is folded away ends where that can be seen.
    assert [(line.boss, line.seat) for line in drawing.dotted] == [("bogdan", "radar")]
    below = count_below(SAMPLE, [{"sift", "jeff"}, {"penny"}, {"jeff"}])
    assert (below["radar"].seats, below["radar"].off, below["radar"].late, below["radar"].drifting) == (6, 2, 0, 1)
    assert below["david"].late == 1


class TestLargeCharts:
    def test_a_thousand_seats_begin_with_two_levels(self) -> None:
        seats = [LayoutSeat("top")]
        for division in range(10):
            seats.append(LayoutSeat(f"d{division}", "top"))
            for team in range(4):
                seats.append(LayoutSeat(f"d{division}t{team}", f"d{division}"))
                seats += [LayoutSeat(f"d{division}t{team}s{one}", f"d{division}t{team}") for one in range(24)]
        assert len(seats) == 1_011
        drawing = lay_out(seats, fold_by_default(seats))
        assert len(drawing.boxes) == 11
        assert sum(box.hidden for box in drawing.boxes) == 1_000
        opened = lay_out(seats, (fold_by_default(seats) - {"d3"}) | fold_below(seats, 2))
        assert len(opened.boxes) == 15

    @pytest.mark.parametrize("seed", range(5))
    def test_at_most_sixty_boxes(self, seed: int) -> None:
        seats = make_random_chart(1_000, seed).seats
        assert len(lay_out(seats, fold_by_default(seats)).boxes) <= MOST_BOXES

    def test_a_small_chart_is_drawn_whole(self) -> None:
        assert fold_by_default(SAMPLE) == frozenset()

    def test_a_chain_begins_with_more_levels(self) -> None:
        """Two boxes would say too little."""
        seats = make_chart(list(range(-1, 199)), set(), [], set(), [10] * 200).seats
        assert len(lay_out(seats, fold_by_default(seats)).boxes) == 8

    def test_the_work_is_linear(self) -> None:
        """A dotted line is as much work as the boxes that it passes, so there are none here."""
        small, large = (
            [LayoutSeat(one.seat, one.above, one.is_group) for one in make_random_chart(size, 7).seats]
            for size in (1_000, 8_000)
        )
        assert count_calls(lambda: lay_out(large))[1] < 8 * 1.2 * count_calls(lambda: lay_out(small))[1]

    def test_ten_thousand_seats_do_not_overlap(self) -> None:
        drawing = lay_out(make_random_chart(10_000, 3).seats)
        assert len(drawing.boxes) + len(drawing.frames) == 10_000
        assert not list(find_overlaps(list_boxes(drawing)))

    def test_a_chain_of_ten_thousand(self) -> None:
        drawing = lay_out(make_chart(list(range(-1, 9_999)), set(), [(0, 9_999)], set(), [10] * 10_000).seats)
        assert {box.x for box in drawing.boxes} == {drawing.boxes[0].x}
        assert drawing.boxes[-1].y == 4 + 9_999 * 138
        assert drawing.width == drawing.boxes[0].x + BOX_WIDTH + 2
