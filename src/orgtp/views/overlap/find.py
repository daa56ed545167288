"""Which seats look alike, and which seats look like a new text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgtp.model.org import Org
from orgtp.views.overlap.measure import LikenessIndex, list_shared_words, round_likeness, weigh_words
from orgtp.views.overlap.types import Alike, WorkText, read_work

DEFAULT_LEAST = Decimal("0.4")
# The most words that are named for two seats.
MOST_WORDS = 5


def find_alike(org: Org, texts: Sequence[WorkText], least: Decimal = DEFAULT_LEAST, most: int = 3) -> list[list[Alike]]:
    """For each of `texts`, the seats that look like it, at most `most`, the most alike first.

    Retired seats are left out. The texts count as part of the org: the likeness is the one that `orgtp overlap` shows
    once they are seats. Thousands of texts against thousands of seats take seconds, so give all of them at once.
    """
    seats = sorted(seat.id for seat in org.seats.values() if not seat.is_retired)
    works = [read_work(org.seats[id_]) for id_ in seats]
    counts = [work.count_words() for work in [*works, *texts]]
    distinct = list({frozenset(one.items()): one for one in counts if one}.values())
    weighed = dict(zip((frozenset(one.items()) for one in distinct), weigh_words(distinct), strict=True))
    vectors = [weighed.get(frozenset(one.items()), {}) for one in counts]
    index = LikenessIndex(vectors[: len(seats)], least)
    found: list[list[Alike]] = []
    for text, weights in zip(texts, vectors[len(seats) :], strict=True):
        best = sorted((-product, seats[number], number) for number, product in index.find_alike(weights))
        found.append(
            [
                Alike(
                    id_,
                    round_likeness(-product),
                    tuple(list_shared_words(weights, vectors[number])[:MOST_WORDS]),
                    text.same_text_key == works[number].same_text_key,
                )
                for product, id_, number in best[:most]
            ]
        )
    return found
