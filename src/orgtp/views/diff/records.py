"""What the comparisons of records share: which records differ, and what a seat is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeVar

from orgtp.model.org import Org


class _Filed(Protocol):
    @property
    def path(self) -> str: ...


Filed = TypeVar("Filed", bound=_Filed)


def list_record_pairs(
    before: Org, after: Org, find_records: Callable[[Org], Mapping[str, Filed]]
) -> Iterator[tuple[str, Filed, Filed | None, Filed | None]]:
    """Yield the id, the newest version, and both versions of each record, by id, without those that cannot be read."""
    old, new = find_records(before), find_records(after)
    for id_ in sorted({*old, *new}):
        was, now = old.get(id_), new.get(id_)
        known = now or was
        if known is not None and not before.is_unreadable(known.path) and not after.is_unreadable(known.path):
            yield id_, known, was, now


def name_seat(after: Org, before: Org, seat: str) -> str:
    """What a seat is called after the change, or was called before it; its id if neither org has it."""
    found = after.seats.get(seat) or before.seats.get(seat)
    return found.name if found else seat
