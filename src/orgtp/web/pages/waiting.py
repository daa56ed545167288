"""What waits on somebody: grouped by the seat that has to act, and linked to the commits that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from orgtp.web.seat_names import SeatName, find_seat_name

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.model.org import Org
    from orgtp.web.pages.page import SentForm

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Waiting(Generic[Item]):
    """What waits on one seat, and how much of it is overdue."""

    seat: SeatName
    rows: tuple[Item, ...]
    overdue: int


def group_by_seat(
    org: Org, items: Iterable[Item], seat_of: Callable[[Item], str], is_overdue: Callable[[Item], bool]
) -> list[Waiting[Item]]:
    """Group items by seat, in the order in which the seats occur."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(seat_of(item), []).append(item)
    return [
        Waiting(find_seat_name(org, seat), tuple(some), sum(is_overdue(item) for item in some))
        for seat, some in groups.items()
    ]


def find_kept_fields(sent: SentForm | None) -> Mapping[str, str]:
    """What a person typed in a form that was not recorded, so that it need not be typed again."""
    return sent.fields if sent and not sent.is_recorded else {}


def find_commits_by_path(org: OrgHandle, path: str) -> tuple[str, ...]:
    """The commits that touched a file, the oldest first."""
    return tuple(entry.commit for entry in reversed(org.history.whole_log.entries) if path in entry.paths)
