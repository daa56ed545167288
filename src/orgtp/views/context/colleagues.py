"""What a seat does not do: the capabilities of its neighbours, and those elsewhere that sound like its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.views.context.types import Elsewhere, Relation
from orgtp.views.seats.summary import SeatSummary, summarize_seat

_WORD = re.compile(r"[^\W_]{2,}")
# Words that do not describe work.
_EMPTY = frozenset({
    "all", "an", "and", "are", "as", "at", "before", "by", "each", "every", "for", "from", "has", "have", "in",
    "into", "is", "it", "its", "no", "not", "of", "on", "one", "or", "other", "so", "that", "the", "their", "them",
    "then", "there", "they", "this", "to", "until", "up", "what", "when", "which", "who", "with", "without",
})  # fmt: skip
# Capabilities that sound alike share at least so many words.
_SHARED = 2


def colleague(seat: Seat, day: date) -> SeatSummary:
    """The seat in brief on a day."""
    return SeatSummary(*summarize_seat(seat, day))


def find_recipient(org: Org, seat: Seat, day: date) -> SeatSummary | None:
    """The seat to give work to: the seat itself if it is active, else its owner if that is; else None."""
    owner = org.owner_seat(seat)
    found = seat if seat.is_active else owner
    return colleague(found, day) if found and found.is_active else None


@dataclass(frozen=True)
class Others:
    """The capabilities of the other seats, as seen from `seat` on a day."""

    org: Org
    seat: Seat
    day: date

    def around(self) -> list[Elsewhere]:
        """The capabilities of its neighbours: those that sound like its own first, then one of each seat."""
        rows = [
            (-self._ranks.get((other.id, name), 0), place, number, self._describe(other, name, relation))
            for number, (relation, seats) in enumerate(self.neighbours.items())
            for other in seats
            for place, name in enumerate(other.capabilities)
        ]
        return [row[-1] for row in sorted(rows, key=lambda row: row[:-1])]

    @cached_property
    def neighbours(self) -> Mapping[Relation, Sequence[Seat]]:
        """The seat that it reports to, those beside it and those that report to it, without retired ones."""
        boss = self.org.seats.get(self.seat.reports_to)
        above = [boss] if boss and not boss.is_retired else []
        beside = self.org.current_reports(self.seat.reports_to) if self.seat.reports_to else []
        return {
            Relation.ABOVE: above,
            Relation.BESIDE: [other for other in beside if other.id != self.seat.id],
            Relation.BELOW: [other for other in self.org.current_reports(self.seat.id) if other.id != self.seat.id],
        }

    def alike(self) -> list[Elsewhere]:
        """The capabilities of seats elsewhere on the chart that sound like its own, the most similar first."""
        known = {self.seat.id, *(other.id for seats in self.neighbours.values() for other in seats)}
        ordered = sorted((-rank, key) for key, rank in self._ranks.items() if key[0] not in known)
        return [self._describe(self.org.seats[seat], name, Relation.ALIKE) for _, (seat, name) in ordered]

    @cached_property
    def _ranks(self) -> Mapping[tuple[str, str], int]:
        """How similar a capability is to this seat's work, by seat and id, for similar ones only.

        Similar: the ids share a word and the descriptions share more, or the role is the same.
        """
        work = self._collect_words()
        often = Counter(word for words in work.values() for word in words)
        named = _words(" ".join([self.seat.role, *self.seat.capabilities]))
        own = named.union(*(words for (id_, _), words in work.items() if id_ == self.seat.id))
        # A word that half of the org uses counts less than one that only these two use.
        return {
            (id_, name): sum(len(work) // often[word] for word in own & words)
            for (id_, name), words in work.items()
            if (len(own & words) >= _SHARED and named & _words(name)) or self._same_role(id_)
        }

    def _collect_words(self) -> dict[tuple[str, str], frozenset[str]]:
        """The words of every capability of a seat that is not retired, by seat and id."""
        living = (other for other in self.org.seats.values() if not other.is_retired)
        return {(one.id, name): _words(f"{name} {text}") for one in living for name, text in one.capabilities.items()}

    def _same_role(self, other: str) -> bool:
        return bool(self.seat.role) and self.org.seats[other].role.casefold() == self.seat.role.casefold()

    def _describe(self, other: Seat, name: str, relation: Relation) -> Elsewhere:
        whom = find_recipient(self.org, other, self.day)
        return Elsewhere(name, other.capabilities[name], relation, colleague(other, self.day), whom)


def _words(text: str) -> frozenset[str]:
    """The words of a text that describe work, without the plural s."""
    found = (word.removesuffix("s") for word in _WORD.findall(text.casefold()))
    return frozenset(word for word in found if word not in _EMPTY)
