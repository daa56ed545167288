"""A seat of the chart as the script knows it: short keys, and only those words that do not follow from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orgtp.render.drawings.chart_data import chart_data
from orgtp.render.drawings.chart_words import describe_box, write_kind, write_role
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.signs import Sign

# One letter for each metric: how its mark is drawn. Nothing is drawn for a metric that owes nothing.
LETTERS = {
    Sign.ON: "o",
    Sign.OFF: "x",
    Sign.UNKNOWN: "u",
    Sign.MISSING: "m",
    Sign.LATE: "l",
    Sign.PENDING: "p",
}
NO_MARK = "-"

# Keys of a seat as web/static/chart-seats.js has them.
SeatFacts = dict[str, Any]


def encode_box(box: ChartBox, marks: str, capabilities: Sequence[str]) -> SeatFacts:
    """The facts of a seat. `w` has what its box says where that does not follow from the other facts."""
    return {
        "n": box.name,
        "r": box.role,
        "k": write_kind(box.kind),
        "t": box.status,
        "o": box.owner,
        "a": box.above,
        "d": " ".join(box.dotted),
        "c": " ".join(capabilities),
        "m": marks,
        "f": f"{'l' if box.is_late else ''}{'d' if box.is_drifting else ''}",
        "w": find_own_words(box),
    }


def find_own_words(box: ChartBox) -> dict[str, Any]:
    """What the box says, without what web/static/chart-seats.js finds by itself: texts that fit, and few marks."""
    (full,) = chart_data([box], lambda _: "")["seats"]
    signs = " ".join(sign.value for sign in box.signs)
    plain = {
        "id": box.seat,
        "above": box.above,
        "dotted": list(box.dotted),
        "about": describe_box(box),
        "name": box.name,
        "role": write_role(box),
        "owner": f"owner {box.owner}",
        "kind": write_kind(box.kind),
        "status": box.status if box.status != "active" else "",
        "signs": signs,
        "late": box.is_late,
        "drifting": box.is_drifting,
        "off": box.is_off,
        "needs": box.needs_person,
    }
    return {key: value for key, value in full.items() if plain.get(key) != value}
