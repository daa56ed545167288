"""The days of the chart page as JSON: from the newest back, only what differs on the day before."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from orgtp.model.target import format_target
from orgtp.render.wording.values import format_value
from orgtp.views.chart_drawing.boxes import make_day_box
from orgtp.views.days.types import Days, SeatOnDay
from orgtp.web.pages.chart_facts import SeatFacts, encode_box
from orgtp.web.pages.chart_rows import mark_metric

# A page has the values of each day only if it has at most so many metrics: those of a large org would be its weight.
MOST_METRICS = 400


def encode_days(days: Days) -> dict[str, Any]:
    """The days, their counts, and how to get from each one back to the day before it.

    In `back`, one entry for each day but the last: seat to what differs from the next day, or null for a seat that was
    not there. `now` has the values of the last day.
    """
    states = [dict(seats) for _, seats in days.replay()]
    has_values = sum(len(seat.metrics) for seat in states[-1].values()) <= MOST_METRICS
    ranks = _rank_seats(states)
    # Most seats are on most days what they were on the day before: the same object, and each is encoded once.
    objects = {id(seat): seat for seats in states for seat in seats.values()}
    encoded = {key: _encode_seat(seat, ranks, has_values=has_values) for key, seat in objects.items()}
    told = [{id_: encoded[id(seat)] for id_, seat in seats.items()} for seats in states]
    return {
        "days": [one.day.isoformat() for one in days.days],
        "counts": [
            [
                one.counts.seats,
                one.counts.on,
                one.counts.off,
                one.counts.unavailable + one.counts.missing,
                one.counts.late,
                one.counts.drifting,
            ]
            for one in days.days
        ],
        "back": [_subtract_day(before, after) for before, after in pairwise(told)],
        "now": {id_: {key: facts[key] for key in ("g", "v") if key in facts} for id_, facts in told[-1].items()},
    }


def _rank_seats(states: list[dict[str, SeatOnDay]]) -> dict[object, int]:
    """A number for each rank that a seat has on some day."""
    return {rank: number for number, rank in enumerate(sorted({one.rank for day in states for one in day.values()}))}


def _encode_seat(seat: SeatOnDay, ranks: Mapping[object, int], *, has_values: bool) -> SeatFacts:
    marks = "".join(mark_metric(one.state, is_late=one.is_late) for one in seat.metrics)
    facts = encode_box(make_day_box(seat), marks, seat.capabilities) | {"g": ranks[seat.rank]}
    if has_values:
        facts["v"] = [
            [one.name, format_target(one.target), format_value(one.latest, one.measure)] for one in seat.metrics
        ]
    return facts


def _subtract_day(before: Mapping[str, SeatFacts], after: Mapping[str, SeatFacts]) -> dict[str, SeatFacts | None]:
    """What to change in the seats of a day to have those of the day before."""
    found: dict[str, SeatFacts | None] = {id_: None for id_ in after if id_ not in before}
    for id_, facts in before.items():
        known = after.get(id_, {})
        if known is facts:
            continue
        differs = {key: value for key, value in facts.items() if known.get(key) != value or id_ not in after}
        if differs:
            found[id_] = differs
    return found
