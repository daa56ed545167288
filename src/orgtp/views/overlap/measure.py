"""How alike texts are: the cosine of their TF-IDF weights.

The weight of a word in a text is (1 + ln tf) * (ln((1 + n) / (1 + df)) + 1), where tf is how often the text has the
word, n is the number of texts and df that of the texts with the word. Each text's weights are divided by the root of
the sum of their squares. How alike two texts are is the sum of the products of their weights: from 0 (no word in
common) to 1 (the same words, equally often). The sources: sublinear tf scaling and the cosine are in sections 6.4.1 and
6.3.1 of Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008); the smoothed idf is that of
scikit-learn's TfidfVectorizer(sublinear_tf=True, smooth_idf=True, norm="l2"), with which a test compares all of this.

Numbers are not floats, because a logarithm differs in its last digit between two machines, and a sum with the order of
its parts. Decimal's `ln` and `sqrt` are rounded correctly, so they are the same everywhere; a weight is a whole number
of billionths, and sums of whole numbers are exact in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import TypeAlias

Weights: TypeAlias = Mapping[str, int]

UNIT = 10**9
_WHOLE = UNIT * UNIT
_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)
_HUNDREDTH, _MILLIONTH = Decimal("0.01"), Decimal("0.000001")


@cache
def _ln(number: int) -> Decimal:
    return Decimal(number).ln(_EXACT)


def weigh_words(texts: Sequence[Mapping[str, int]]) -> list[Weights]:
    """The weights of the words of each text, in billionths; a text is how often it has each word."""
    known = Counter(word for counts in texts for word in counts)
    idf = {word: _EXACT.add(_EXACT.subtract(_ln(1 + len(texts)), _ln(1 + df)), 1) for word, df in known.items()}
    return [_weigh_text(counts, idf) for counts in texts]


def _weigh_text(counts: Mapping[str, int], idf: Mapping[str, Decimal]) -> Weights:
    raw = {word: _EXACT.multiply(_EXACT.add(1, _ln(counts[word])), idf[word]) for word in sorted(counts)}
    squares = Decimal(0)
    for weight in raw.values():
        squares = _EXACT.fma(weight, weight, squares)
    length = _EXACT.sqrt(squares)
    return {word: int(_EXACT.divide(weight * UNIT, length).to_integral_value()) for word, weight in raw.items()}


def multiply_weights(one: Weights, other: Weights) -> int:
    """How alike two texts are, as a whole number of which `round_likeness` makes a decimal."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def round_likeness(product: int) -> Decimal:
    """A product of weights as a decimal from 0.00 to 1.00, rounded down: what is shown as 0.40 is at least 0.40."""
    near = (Decimal(product) / _WHOLE).quantize(_MILLIONTH, ROUND_HALF_EVEN)
    return min(near, Decimal(1)).quantize(_HUNDREDTH, ROUND_DOWN)


def list_shared_words(one: Weights, other: Weights) -> list[str]:
    """The words that two texts share; first those that make them most alike."""
    shared = [(-weight * other[word], word) for word, weight in one.items() if word in other]
    return [word for _, word in sorted(shared)]


class LikenessIndex:
    """Texts by their words, to find those that are at least `least` alike without a look at every word of every pair.

    The most frequent words of a text whose weights together have a length below three quarters of `least` are not in
    the index: they add less than that to any product (the Cauchy-Schwarz inequality). So a text whose product over the
    words of the index is below the last quarter is not alike, and only the few others are compared in full. The idea is
    that of Bayardo, Ma and Srikant, Scaling up all pairs similarity search (2007).
    """

    def __init__(self, texts: Sequence[Weights], least: Decimal) -> None:
        self._texts = texts
        # A likeness is rounded to millionths before it is compared.
        self._least = int(least * _WHOLE) - _WHOLE // 2_000_000
        left_out = int(least * UNIT) * 3 // 4
        # The weights of a text are rounded, so that their squares only nearly add up to 1: hence the thousandth.
        self._quarter = self._least - left_out * UNIT - _WHOLE // 1000
        self._numbers: dict[str, list[int]] = {}
        self._weights: dict[str, list[int]] = {}
        frequency = Counter(word for weights in texts for word in weights)
        for number, weights in enumerate(texts):
            words = sorted(weights, key=lambda word: (frequency[word], word))
            squares = 0
            while words and (squares := squares + weights[words[-1]] ** 2) < left_out**2:
                words.pop()
            for word in words:
                self._numbers.setdefault(word, []).append(number)
                self._weights.setdefault(word, []).append(weights[word])

    def find_alike(self, weights: Weights) -> Iterator[tuple[int, int]]:
        """The number of each text that is at least `least` like this one, and the product of their weights."""
        products: dict[int, int] = {}
        for word, weight in weights.items():
            for number, other in zip(self._numbers.get(word, ()), self._weights.get(word, ()), strict=True):
                products[number] = products.get(number, 0) + weight * other
        for number in sorted(number for number, product in products.items() if product > self._quarter):
            whole = multiply_weights(weights, self._texts[number])
            if whole >= self._least:
                yield number, whole
