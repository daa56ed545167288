"""Rules about what a seat works with."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.seat import seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def input_from_unknown(org: Org) -> Iterator[Finding]:
    """An input comes from a seat that does not exist, is retired, or is the seat itself.

    `inputs` says what a seat works with, and `from` which seat it gets it from. When a number drops, `orgtp why` looks
    at the numbers of that seat as well. It cannot look at a seat that is not there.

    Bad:

        inputs:
          crm-export: {from: sfit, is: nightly export}

    Good:

        inputs:
          crm-export: {from: sift, is: nightly export}

    Fix: name the seat that delivers it: `orgtp seat set dash inputs.crm-export.from=sift`, or remove `from`.
    """
    for seat in org.seats.values():
        for name, one in seat.inputs.items() if not seat.is_retired else ():
            other = org.seats.get(one.from_)
            is_fine = other is not None and not other.is_retired and other.id != seat.id
            if not one.from_ or is_fine or org.is_unreadable(seat_path(one.from_)):
                continue
            what = "is not a seat" if other is None else "is the seat itself" if other.id == seat.id else "is retired"
            near = did_you_mean(one.from_, org.seats) if other is None else ""
            hint = f"{near} Name the seat that it comes from: orgtp seat set {seat.id} inputs.{name}.from=SEAT".strip()
            place = seat.marks.value_place("inputs", name, "from")
            yield Finding(place, f'the input {name} comes from "{one.from_}", which {what}', hint)
