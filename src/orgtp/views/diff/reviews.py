"""Compare reviews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.model.org import Org
from orgtp.model.records.review import review_path
from orgtp.views.diff.records import name_seat
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class ReviewChanged:
    """A review that was held (`before` is false), is gone (`after` is false), or says something else than before.

    `led_by` is the seat that led it, `name` what that seat is called, and `rows` how many rows it discussed.
    """

    review: str
    week: str
    led_by: str
    name: str
    rows: int
    before: bool
    after: bool
    made: Made | None = None


def reviews_changed(before: Org, after: Org) -> Iterator[ReviewChanged]:
    """The reviews that changed, by id, without those that cannot be read."""
    for id_ in sorted({*before.reviews, *after.reviews}):
        was, now, path = before.reviews.get(id_), after.reviews.get(id_), review_path(id_)
        known = now or was
        if known is None or was == now or before.is_unreadable(path) or after.is_unreadable(path):
            continue
        name = name_seat(after, before, known.led_by)
        yield ReviewChanged(id_, known.week, known.led_by, name, len(known.rows), was is not None, now is not None)
