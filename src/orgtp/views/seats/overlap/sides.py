"""What there is to say about one of two seats that look alike: what only it does, and what it says about the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.model.text import fold_spelling
from orgtp.views.seats.overlap.measure import Weights
from orgtp.views.seats.overlap.types import Mention, MetricInBrief, OverlapSide
from orgtp.views.seats.overlap.words import list_words
from orgtp.views.seats.summary import summarize_seat

_MOST_WORDS = 5
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def describe_side(org: Org, now: datetime, pair: tuple[Seat, Seat], weights: tuple[Weights, Weights]) -> OverlapSide:
    """The first seat of a pair, as it differs from the second; `weights` are those of their words."""
    (seat, other), (own, others) = pair, weights
    capabilities = tuple(name for name in seat.capabilities if name not in other.capabilities)
    # Its name is its own anyway, and the words of the capabilities are in their ids.
    told = {*others, *list_words(seat.name), *list_words(" ".join(capabilities))}
    only = sorted((-weight, word) for word, weight in own.items() if word not in told)
    day = org.day_of(now)
    return OverlapSide(
        *summarize_seat(seat, day),
        owner=seat.owner or None,
        human_owner=org.owner_name(seat, now),
        reports_to=seat.reports_to or None,
        metrics=tuple(MetricInBrief(one.id, one.name, one.outcome) for one in seat.metrics.values()),
        only_words=tuple(word for _, word in only[:_MOST_WORDS]),
        only_capabilities=capabilities,
        mentions=tuple(list_mentions(seat, other)),
    )


def list_mentions(seat: Seat, other: Seat) -> Iterator[Mention]:
    """Where the file of a seat names another one, which may say that one of them yields to the other.

    A text names it by its id or its name. Only the sentence that does is quoted.
    """
    texts = {"mission": seat.mission, "retire_when": seat.retire_when}
    texts |= {f"capabilities.{name}": text for name, text in seat.capabilities.items()}
    # A seat with the same name as this one cannot be told from it by its name.
    names = {fold_spelling(other.id), fold_spelling(other.name)} - {"", fold_spelling(seat.name)}
    named = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in sorted(names)) or r"(?!)")
    for key, text in texts.items():
        for sentence in _SENTENCE.split(text.strip()):
            if named.search(fold_spelling(sentence)):
                yield Mention(key, sentence)
    for name, one in seat.inputs.items():
        if one.from_ == other.id:
            yield Mention(f"inputs.{name}", one.text)
