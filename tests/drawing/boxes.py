"""Seats as they are drawn, with names and metrics of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.signs import Sign
from tests.drawing.trees import charts

NAMES = (
    "Ada",
    "Bogdan",
    "A name that is far too long for its box and goes on",
    "山田太郎と仲間たちの長い名前",
    "Владимир Константинович",
    "محمد عبد الرحمن",
    "<script>alert('x')</script> & \"more\"",
    "WWWWWWWWWWWWWWWWWW",
    "👩‍👩‍👧 family 👩‍👩‍👧 family 👩‍👩‍👧",
    "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
    "",
)


@st.composite
def drawn_charts(draw: st.DrawFn, most: int = 30) -> list[ChartBox]:
    """The boxes of a chart of some shape."""
    texts = st.one_of(st.sampled_from(NAMES), st.text(max_size=40))
    return [
        ChartBox(
            seat=one.seat,
            name=draw(texts),
            role=draw(texts),
            owner=draw(texts),
            kind="group" if one.is_group else draw(st.sampled_from(["human", "agent"])),
            status=draw(st.sampled_from(["active", "active", "vacant", "retired"])),
            above=one.above,
            is_indirect=draw(st.booleans()),
            dotted=one.dotted,
            signs=tuple(draw(st.lists(st.sampled_from(Sign), max_size=12))),
            is_late=draw(st.booleans()),
            is_drifting=draw(st.booleans()),
        )
        for one in draw(charts(most)).seats
    ]
