"""Which seats look alike, and which seats look like a new text."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from orgtp.model.errors import BadInput
from orgtp.model.inventory.alike import Alike
from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatKind
from orgtp.views.seats.overlap.instances import Sameness, group_instances
from orgtp.views.seats.overlap.measure import (
    LikenessIndex,
    Weights,
    WordWeights,
    is_alike,
    list_shared_words,
    may_be_alike,
    multiply_weights,
    round_likeness,
)
from orgtp.views.seats.overlap.sides import describe_side
from orgtp.views.seats.overlap.types import (
    Instances,
    OmittedPairs,
    OverlapPair,
    Overlaps,
    WorkText,
    read_draft_work,
    read_work,
)
from orgtp.views.seats.summary import SeatSummary, summarize_seat
from orgtp.views.selection import EVERYTHING, Selection, select_places

DEFAULT_LEAST = Decimal("0.4")
SMALLEST = Decimal("0.01")
# The most words that are named for two seats.
MOST_WORDS = 5
# The most pairs that are kept: thousands of seats with nearly the same text have millions.
MOST_PAIRS = 10_000


def parse_least(text: str) -> Decimal:
    """The least likeness that a user asks for. Raises `BadInput`, because it is not a decimal from 0.01 to 1."""
    plain = text.strip()
    if plain.replace(".", "", 1).isdecimal() and plain.isascii() and SMALLEST <= Decimal(plain) <= 1:
        return Decimal(plain)
    raise BadInput(what=f'--min "{text}" is not a number from 0.01 to 1. Example: --min {DEFAULT_LEAST}')


@dataclass(frozen=True)
class _Compared:
    """The seats that are compared, by id, and texts that may become seats. Equal texts count once for the weights."""

    seats: Sequence[Seat]
    texts: Sequence[WorkText] = ()

    @cached_property
    def works(self) -> list[WorkText]:
        """What each seat does, then each text."""
        return [*map(read_work, self.seats), *self.texts]

    @cached_property
    def counts(self) -> list[Mapping[str, int]]:
        """How often each seat has each word, then each text."""
        return [work.count_words() for work in self.works]

    @cached_property
    def _words(self) -> WordWeights:
        return WordWeights({frozenset(one.items()): one for one in self.counts if one}.values())

    def weigh(self, number: int) -> Weights:
        """The weights of the words of the seat or text with this number."""
        return self._words.weigh(self.counts[number])

    @cached_property
    def weights(self) -> list[Weights]:
        """The weights of the words of each seat, then of each text."""
        known: dict[frozenset[tuple[str, int]], Weights] = {}
        for number, counts in enumerate(self.counts):
            key = frozenset(counts.items())
            known[key] = known[key] if key in known else self.weigh(number)
        return [known[frozenset(counts.items())] for counts in self.counts]

    def list_best(self, numbers: Sequence[int], least: Decimal, most: int) -> list[list[Alike]]:
        """For the seats or texts with these numbers, the seats that look most like each."""
        if len(numbers) < _FEW:
            return [self._choose_best(number, self._scan(number, least), most) for number in numbers]
        index = LikenessIndex(self.weights[: len(self.seats)], least)
        return [self._choose_best(number, index.find_alike(self.weights[number]), most) for number in numbers]

    def _scan(self, number: int, least: Decimal) -> Iterator[tuple[int, int]]:
        """The same as `LikenessIndex.find_alike`: faster for a few texts, because most seats need not be weighed."""
        own = self.weigh(number)
        for other in range(len(self.seats)):
            if may_be_alike(own, self.counts[other], least):
                product = multiply_weights(own, self.weigh(other))
                if is_alike(product, least):
                    yield other, product

    def _choose_best(self, number: int, near: Iterable[tuple[int, int]], most: int) -> list[Alike]:
        best = heapq.nsmallest(most, ((-product, other) for other, product in near if other != number))
        own, work = self.weigh(number), self.works[number]
        return [
            Alike(
                self.seats[other].id,
                round_likeness(-product),
                tuple(list_shared_words(own, self.weigh(other))[:MOST_WORDS]),
                work.same_text_key == self.works[other].same_text_key,
            )
            for product, other in best
        ]


# For so many texts, all seats are weighed and indexed.
_FEW = 16


def _list_compared(org: Org, named: str = "") -> list[Seat]:
    """The seats that are not retired, by id, and the one that a user named."""
    return [org.seats[id_] for id_ in sorted(org.seats) if id_ == named or not org.seats[id_].is_retired]


def find_alike(org: Org, texts: Sequence[WorkText], least: Decimal = DEFAULT_LEAST, most: int = 3) -> list[list[Alike]]:
    """For each of `texts`, the seats that look like it, at most `most`, the most alike first.

    Retired seats are left out. The texts count as part of the org: the likeness is the one that `orgtp overlap` shows
    once they are seats. Thousands of texts against thousands of seats take seconds, so give all of them at once.
    """
    both = _Compared(_list_compared(org), texts)
    return both.list_best(range(len(both.seats), len(both.works)), least, most)


def find_alike_drafts(org: Org, drafts: Sequence[SeatDraft]) -> list[tuple[Alike, ...]]:
    """For each row of an import, the seats that look like it. People with one job title are not alike for it."""
    told = [number for number, draft in enumerate(drafts) if draft.mission or draft.kind is not SeatKind.HUMAN]
    if not org.seats or not told:
        return [() for _ in drafts]
    best = find_alike(org, [read_draft_work(drafts[number]) for number in told])
    found = dict(zip(told, map(tuple, best), strict=True))
    return [found.get(number, ()) for number in range(len(drafts))]


def list_alike_seats(org: Org, seats: Iterable[str], most: int = 3) -> dict[str, list[Alike]]:
    """For each of these seats, the others that look like it, at most `most`, the most alike first.

    A retired seat looks like none.
    """
    both = _Compared(_list_compared(org))
    numbers = {seat.id: number for number, seat in enumerate(both.seats)}
    asked = [id_ for id_ in seats if id_ in numbers]
    best = both.list_best([numbers[id_] for id_ in asked], DEFAULT_LEAST, most)
    return dict(zip(asked, best, strict=True))


def find_overlaps(
    org: Org,
    now: datetime,
    selection: Selection = EVERYTHING,
    least: Decimal = DEFAULT_LEAST,
    selected: Sequence[str] | None = None,
) -> Overlaps:
    """The pairs of seats that are at least `least` alike as of `now`, the most alike first. Raises `UnknownSeat`.

    A pair is shown if one of its seats is selected. Seats with the same text, or that run from the same file, are
    instances: they are listed together, and one of them stands for all in the pairs. A retired seat is compared only if
    the selection names it. `selected` are the ids of the selected seats, in their order, for a selection that depends
    on their metrics.
    """
    if selected is None:
        selected = [place.seat.id for place in select_places(org, selection)]
    ranks = {id_: rank for rank, id_ in enumerate(selected)}
    both = _Compared(_list_compared(org, selection.seat))
    chosen = {number for number, seat in enumerate(both.seats) if seat.id in ranks}
    groups = group_instances(both.seats, both.works, both.weights)
    picked = _pick_one_of_each(both, groups, chosen)
    best, total, others = _find_best_pairs(both, picked, chosen, least)
    if selection.sort:
        best.sort(key=lambda pair: min(ranks.get(both.seats[number].id, len(ranks)) for number in pair[1:]))
    pairs = [(product, _put_first(both, selection.seat, numbers)) for product, *numbers in best]
    day = org.day_of(now)

    def describe(numbers: Iterable[int]) -> tuple[SeatSummary, ...]:
        return tuple(SeatSummary(*summarize_seat(both.seats[number], day)) for number in numbers)

    return Overlaps(
        least=least,
        compared=sum(map(bool, both.weights)),
        pairs=tuple(_describe_pair(org, now, both, *pair) for pair in pairs),
        more_pairs=total - len(best),
        instances=tuple(
            Instances(why.value, both.works[group[0]].text, describe(group))
            for group, why in groups
            if not chosen.isdisjoint(group)
        ),
        without_text=describe(number for number in sorted(chosen) if not both.weights[number]),
        left_out=OmittedPairs(len(both.seats) - len(chosen), others),
    )


def _pick_one_of_each(
    both: _Compared, groups: Iterable[tuple[Sequence[int], Sameness]], chosen: AbstractSet[int]
) -> list[int]:
    """The numbers of the seats that have words, with one of each group of instances, a selected one if possible."""
    dropped: set[int] = set()
    for group, _ in groups:
        with_words = [number for number in group if both.weights[number]]
        kept = next((number for number in with_words if number in chosen), next(iter(with_words), group[0]))
        dropped.update(number for number in group if number != kept)
    return [number for number in range(len(both.seats)) if number not in dropped and both.weights[number]]


def _find_best_pairs(
    both: _Compared, picked: Sequence[int], chosen: AbstractSet[int], least: Decimal
) -> tuple[list[tuple[int, int, int]], int, int]:
    """The most alike pairs with a selected seat (product times -1, two numbers), their count, and that of others."""
    index = LikenessIndex([both.weights[number] for number in picked], least)
    counts = {True: 0, False: 0}

    def list_pairs() -> Iterator[tuple[int, int, int]]:
        for number in picked:
            for place, product in index.find_alike(both.weights[number]):
                other = picked[place]
                if number < other:
                    is_shown = number in chosen or other in chosen
                    counts[is_shown] += 1
                    if is_shown:
                        yield -product, number, other

    best = heapq.nsmallest(MOST_PAIRS, list_pairs())
    return best, counts[True], counts[False]


def _put_first(both: _Compared, named: str, numbers: Sequence[int]) -> Sequence[int]:
    """The two numbers of a pair; the seat that the selection names comes first."""
    return sorted(numbers, key=lambda number: both.seats[number].id != named) if named else numbers


def _describe_pair(org: Org, now: datetime, both: _Compared, product: int, numbers: Sequence[int]) -> OverlapPair:
    first, second = ((both.seats[number], both.weights[number]) for number in numbers)
    return OverlapPair(
        round_likeness(-product),
        tuple(list_shared_words(first[1], second[1])[:MOST_WORDS]),
        (
            describe_side(org, now, (first[0], second[0]), (first[1], second[1])),
            describe_side(org, now, (second[0], first[0]), (second[1], first[1])),
        ),
    )
