"""What a seat does not do: the work of those around it on the chart, and work elsewhere that sounds like its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.views.context.types import Elsewhere, Relation
from orgtp.views.seat_summary import SeatSummary, summarize_seat

_WORD = re.compile(r"[^\W_]{2,}")
# Words that say nothing of what a seat does.
_EMPTY = frozenset({
    "all", "an", "and", "are", "as", "at", "before", "by", "each", "every", "for", "from", "has", "have", "in",
    "into", "is", "it", "its", "no", "not", "of", "on", "one", "or", "other", "so", "that", "the", "their", "them",
    "then", "there", "they", "this", "to", "until", "up", "what", "when", "which", "who", "with", "without",
})  # fmt: skip
# So many words have two capabilities in common that sound alike.
_SHARED = 2


def colleague(seat: Seat) -> SeatSummary:
    """Another seat in a few words."""
    return SeatSummary(*summarize_seat(seat))


def hand_to(org: Org, seat: Seat) -> SeatSummary | None:
    """Whom to give a seat's work to: the seat itself while somebody works there, else whoever answers for it."""
    owner = org.owner_seat(seat)
    found = seat if seat.is_active else owner
    return colleague(found) if found and found.is_active else None


@dataclass(frozen=True)
class Others:
    """The work of other seats, as seen from `seat`."""

    org: Org
    seat: Seat

    def around(self) -> list[Elsewhere]:
        """What those around it on the chart do: what sounds like its own first, then one capability of each seat."""
        rows = [
            (-self._ranks.get((other.id, name), 0), place, number, self._one(other, name, relation))
            for number, (relation, seats) in enumerate(self.neighbours.items())
            for other in seats
            for place, name in enumerate(other.capabilities)
        ]
        return [row[-1] for row in sorted(rows, key=lambda row: row[:-1])]

    @cached_property
    def neighbours(self) -> Mapping[Relation, Sequence[Seat]]:
        """The seat that it reports to, those beside it and those that report to it, but for retired ones."""
        boss = self.org.seats.get(self.seat.reports_to)
        above = [boss] if boss and not boss.is_retired else []
        beside = self.org.current_reports(self.seat.reports_to) if self.seat.reports_to else []
        return {
            Relation.ABOVE: above,
            Relation.BESIDE: [other for other in beside if other.id != self.seat.id],
            Relation.BELOW: [other for other in self.org.current_reports(self.seat.id) if other.id != self.seat.id],
        }

    def alike(self) -> list[Elsewhere]:
        """What seats elsewhere on the chart do that sounds like this seat's work, what is most alike first."""
        known = {self.seat.id, *(other.id for seats in self.neighbours.values() for other in seats)}
        ordered = sorted((-rank, key) for key, rank in self._ranks.items() if key[0] not in known)
        return [self._one(self.org.seats[seat], name, Relation.ALIKE) for _, (seat, name) in ordered]

    @cached_property
    def _ranks(self) -> Mapping[tuple[str, str], int]:
        """How much a capability sounds like this seat's work, by seat and id, for those that do.

        They do where the ids have a word in common and the sentences have more, or where the role is the same.
        """
        work = self._all_work()
        often = Counter(word for words in work.values() for word in words)
        named = _words(" ".join([self.seat.role, *self.seat.capabilities]))
        own = named.union(*(words for (id_, _), words in work.items() if id_ == self.seat.id))
        # A word that half of the org has says less than one that only these two have.
        return {
            (id_, name): sum(len(work) // often[word] for word in own & words)
            for (id_, name), words in work.items()
            if (len(own & words) >= _SHARED and named & _words(name)) or self._same_role(id_)
        }

    def _all_work(self) -> dict[tuple[str, str], frozenset[str]]:
        """The words of every capability that somebody has, by seat and id."""
        living = (other for other in self.org.seats.values() if not other.is_retired)
        return {(one.id, name): _words(f"{name} {text}") for one in living for name, text in one.capabilities.items()}

    def _same_role(self, other: str) -> bool:
        return bool(self.seat.role) and self.org.seats[other].role.casefold() == self.seat.role.casefold()

    def _one(self, other: Seat, name: str, relation: Relation) -> Elsewhere:
        return Elsewhere(name, other.capabilities[name], relation, colleague(other), hand_to(self.org, other))


def _words(text: str) -> frozenset[str]:
    """The words of a text that say what it is about; one and many are the same."""
    found = (word.removesuffix("s") for word in _WORD.findall(text.casefold()))
    return frozenset(word for word in found if word not in _EMPTY)
