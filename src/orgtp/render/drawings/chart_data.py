"""The chart as data for the browser, which lays it out and draws it again when seats are folded or filtered.

web/static/chart-layout.js and chart-draw.js say what they expect of it. Texts are already cut to the room that they
have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from orgtp.render.drawings.chart_words import write_box, write_frame, write_kind
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.signs import Sign


def chart_data(boxes: Sequence[ChartBox], link: Callable[[str], str]) -> dict[str, Any]:
    """The seats in the order of the chart. `link` gives the address of a seat. What is empty or false is left out."""
    return {"seats": [dict(_list_fields(box, link)) for box in boxes]}


def _list_fields(box: ChartBox, link: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    words = write_box(box)
    found: dict[str, Any] = {
        "id": box.seat,
        "above": box.above,
        "href": link(box.seat),
        "about": words.about,
        "name": words.name,
        "farName": words.far_name if words.far_name != words.name else "",
        "role": words.role,
        "kindRole": words.kind_role if words.kind_role != words.role else "",
        "owner": words.owner,
        "kind": write_kind(box.kind),
        "status": box.status if box.status != "active" else "",
        "signs": _join(words.signs),
        "more": words.more,
        "smallName": words.compact_name if words.compact_name != words.name else "",
        "smallFarName": words.compact_far_name if words.compact_far_name != words.compact_name else "",
        "smallRole": words.compact_role if words.compact_role != words.role else "",
        "smallSigns": _join(words.compact_signs) if words.compact_signs != words.signs else "",
        "smallMore": words.compact_more,
        "late": box.is_late,
        "drifting": box.is_drifting,
        "off": box.is_off,
        "needs": box.needs_person,
        "indirect": box.is_indirect,
        "dotted": list(box.dotted),
    }
    if box.is_group:
        frame = write_frame(box)
        found |= {
            "group": True,
            "frameName": frame.name,
            "frameLed": frame.led_by,
            "frameNameWidth": frame.name_width,
            "label": frame.label,
            "head": frame.head,
        }
    return ((key, value) for key, value in found.items() if value not in ("", 0, False, []) or key == "above")


def _join(signs: Sequence[Sign]) -> str:
    return " ".join(sign.value for sign in signs)
