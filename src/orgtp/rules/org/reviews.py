"""Rules on weekly reviews."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.records.review import REVIEW_ID
from orgtp.model.seat import seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def review_wrong_week(org: Org) -> Iterator[Finding]:
    """The file of a review has the name of another week than the one that it judges.

    A review is found by the name of its file. With another week in it, one week seems to have been reviewed twice, and
    the other not at all.

    Bad:

        reviews/2026-W48.yaml
          week: 2026-W47

    Good:

        reviews/2026-W48.yaml
          week: 2026-W48

    Fix: rename the file, or correct `week`.
    """
    for id_, one in org.reviews.items():
        named = REVIEW_ID.fullmatch(id_)
        if one.week and named and named[1] != one.week:
            hint = f"Rename the file to reviews/{one.week}.yaml, or write week: {named[1]}"
            yield Finding(one.marks.value_place("week"), f"week is {one.week}, but the file is of {named[1]}", hint)


def review_not_by_person(org: Org) -> Iterator[Finding]:
    """A review was led by an agent or a group, or by a seat that the org does not have.

    An agent may prepare a review. A person closes it, because a person answers for what was decided.

    Bad:

        led_by: radar           # radar is an agent

    Good:

        led_by: david

    Fix: name the person who led it; or hold the review: `orgtp review`.
    """
    for one in org.reviews.values():
        seat = org.seats.get(one.led_by)
        if not one.led_by or org.is_unreadable(seat_path(one.led_by)) or (seat and seat.is_human):
            continue
        what = "a group" if seat and seat.is_group else "an agent" if seat else "not a seat"
        hint = "Name the person who led it." if seat else did_you_mean(one.led_by, org.seats) or "Name the person."
        yield Finding(one.marks.value_place("led_by"), f"{one.led_by} is {what}, and a person closes a review", hint)
