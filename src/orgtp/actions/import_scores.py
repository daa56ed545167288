"""Values from a file: which metric a row is about, and everything that is wrong with the rows, grouped by cause."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.model.text import did_you_mean, fold_spelling, is_id, join_with_and, remove_digits

# The places that a message names before it counts the others.
_MAX_PLACES = 5
_MAX_LISTED = 8


@dataclass(frozen=True, slots=True)
class ImportFinding:
    """A place of a file whose value cannot be recorded, and why."""

    where: str
    why: str


def find_metric(org: Org, seat: str, metric: str) -> tuple[str, str]:
    """The ids of the seat and the metric that a row is about.

    The metric is an id, `SEAT/METRIC`, or a name; the seat is what `find_seat` finds, or "" if the metric says enough.
    Raises `UnknownSeat`, `UnknownMetric`, and `BadInput` for a name that several metrics have.
    """
    if not seat and "/" in metric and all(map(is_id, metric.split("/", 1))):
        seat, metric = metric.split("/", 1)
    if seat:
        held = find_seat(org, seat)
        return held.id, (metric if metric in held.metrics else _find_by_name(org, held, metric))
    return _find_in_all(org, metric)


def find_seat(org: Org, text: str) -> Seat:
    """The seat with this id, alias, address or name. Raises `UnknownSeat`, and `BadInput` if several seats have it."""
    if text in org.seats:
        return org.seats[text]
    current = [one for one in org.seats.values() if not one.is_retired]
    by_alias = [one for one in current if text in one.aliases]
    by_address = [one for one in current if "@" in text and text.lower() in map(str.lower, one.every_email)]
    by_name = [one for one in current if fold_spelling(one.name) == fold_spelling(text)]
    found = by_alias or by_address or by_name
    if len(found) > 1:
        what = "an alias" if by_alias else "an address" if by_address else "the name"
        ids = _list_some(one.id for one in found)
        raise BadInput(what=f'"{text}" is {what} of several seats. Write the id of one: {ids}')
    return found[0] if found else org.seat(text)


def _find_by_name(org: Org, held: Seat, text: str) -> str:
    """The id of the metric of one seat that has this name. Raises `UnknownMetric`."""
    alike = [one for one in held.metrics.values() if fold_spelling(one.name) == fold_spelling(text)]
    # A metric that ended and the one that continues it can have one name.
    named = [one.id for one in alike if not one.ends] or [one.id for one in alike]
    if len(named) > 1:
        ids = _list_some(named)
        raise BadInput(what=f'"{text}" is the name of several metrics of {held.id}. Write the id of one: {ids}')
    return named[0] if named else org.metric(held.id, text).id


def _find_in_all(org: Org, text: str) -> tuple[str, str]:
    """The metric that has this id or name, of any seat that is not retired."""
    every = [(seat, metric) for seat in org.seats.values() if not seat.is_retired for metric in seat.metrics.values()]
    found = [(seat.id, one.id) for seat, one in every if one.id == text]
    alike = [(seat, one) for seat, one in every if fold_spelling(one.name) == fold_spelling(text)]
    found = found or [(seat.id, one.id) for seat, one in alike if not one.ends]
    found = found or [(seat.id, one.id) for seat, one in alike]
    if len(found) == 1:
        return found[0]
    if found:
        several = _list_some(f"{seat}/{metric}" for seat, metric in sorted(found))
        raise BadInput(what=f'"{text}" is a metric of several seats. Write one of: {several}')
    near = did_you_mean(text, [name for _, one in every for name in (one.id, one.name)])
    hint = near or "Write SEAT/METRIC. What a seat is measured on: orgtp seat show SEAT"
    raise BadInput(what=f'no seat has a metric "{text}". {hint}')


def _list_some(names: Iterable[str]) -> str:
    known = list(names)
    more = [f"{len(known) - _MAX_LISTED} more"] if len(known) > _MAX_LISTED else []
    return join_with_and([*known[:_MAX_LISTED], *more])


def format_findings(found: Iterable[ImportFinding]) -> str:
    """A line for each cause: the places that have it, and the message of the first of them."""
    groups: dict[str, list[ImportFinding]] = {}
    for one in found:
        groups.setdefault(_find_cause(one.why), []).append(one)
    return "\n".join(f"{_format_places([one.where for one in some])}: {_format_why(some)}" for some in groups.values())


def _find_cause(why: str) -> str:
    """What two findings have in common that need the same remedy: their message without values, periods and numbers."""
    if why.startswith(("unknown seat", "no seat has")) or " has no metric " in why or "several" in why:
        return why
    return remove_digits(re.sub(r'"[^"]*"', '""', why))


def _format_why(some: list[ImportFinding]) -> str:
    alike = len({one.why for one in some}) > 1
    return f"{some[0].why} (This is the first; the others are alike.)" if alike else some[0].why


def _format_places(places: list[str]) -> str:
    """`in.csv:3, 5, 7 and 12 more`: the name of the file is said once."""
    first, *rest = places
    name = first.rpartition(":")[0]
    shown = [first, *(place.removeprefix(f"{name}:") for place in rest[: _MAX_PLACES - 1])]
    more = len(places) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)
