"""Who holds a seat, and which other seats the same person holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.model.text import fold_spelling


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Who holds a seat from the day `since` on; the name is None if nobody does."""

    name: str | None
    since: date


def list_holders(seat: Seat) -> tuple[HeldBy, ...]:
    """Those who hold the seat one after another, the earliest first."""
    return tuple(HeldBy(one.name or None, one.since) for one in seat.holders)


def list_holders_between(seat: Seat, first: date, last: date) -> tuple[HeldBy, ...]:
    """Those who hold the seat on a day from `first` to `last`, the earliest first."""
    every = list_holders(seat)
    ends = [one.since for one in every[1:]]
    return tuple(
        one for number, one in enumerate(every) if one.since <= last and (number == len(ends) or ends[number] > first)
    )


def name_holder(seat: Seat, day: date) -> str | None:
    """The name of the person who holds the seat on a day; None if nobody does, or if the file does not say it."""
    holder = seat.holder_on(day)
    return (holder.name or None) if holder else None


def describe_people(seat: Seat) -> dict[str, str]:
    """The keys of a seat that are groups or lists, as text: holders, dotted lines, pauses, inputs, aliases, files."""
    found = {
        f"holders.{one.since}": " ".join([one.text, *(f"<{email}>" for email in one.emails)]) for one in seat.holders
    }
    found |= {"also_reports_to": ", ".join(sorted(seat.also_reports_to))} if seat.also_reports_to else {}
    for one in seat.pauses:
        key = f"pauses.{one.since}"
        found |= {f"{key}.reason": one.reason} if one.reason else {}
        found |= {f"{key}.until": str(one.until)} if one.until else {}
    for name, given in seat.inputs.items():
        key = f"inputs.{name}"
        found |= {key: given.is_} if given.is_ else {}
        found |= {f"{key}.from": given.from_} if given.from_ else {}
    found |= {"aliases": ", ".join(seat.aliases)} if seat.aliases else {}
    places = ", ".join(one.dated_text for one in seat.runs_from)
    return found | ({"runs_from": places} if places else {})


# More seats than one person holds.
_MOST_HELD = 20


class Workers:
    """The people of an org on a day: which seats have the same holder, as `Seat.has_same_holder` says.

    Retired seats have no holder any more. What more seats share than one person can hold is no name of a person.
    """

    def __init__(self, org: Org, day: date) -> None:
        self.org, self.day = org, day
        self._seats: dict[str, list[str]] = {}
        for seat in org.seats.values():
            for key in self._list_keys(seat):
                self._seats.setdefault(key, []).append(seat.id)

    def _list_keys(self, seat: Seat) -> Iterable[str]:
        if not seat.is_human or seat.is_retired:
            return ()
        name = fold_spelling(seat.person_on(self.day))
        return [*([f"name {name}"] if name else []), *sorted(seat.addresses_on(self.day))]

    def list_other_seats(self, seat: Seat) -> tuple[str, ...]:
        """The other seats of the person who holds `seat`, sorted by id."""
        shared = (self._seats.get(key, ()) for key in self._list_keys(seat))
        found = {other for seats in shared if len(seats) <= _MOST_HELD for other in seats} - {seat.id}
        return tuple(sorted(other for other in found if seat.has_same_holder(self.org.seats[other], self.day)))
