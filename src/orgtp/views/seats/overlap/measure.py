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
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import TypeAlias

Weights: TypeAlias = Mapping[str, int]

UNIT = 10**9
_WHOLE = UNIT * UNIT
_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)
_MILLION = 10**6
# The weights of a text are rounded, so that their squares only nearly add up to 1: what a bound must allow for.
_ROUNDING = UNIT // 1000


@cache
def _ln(number: int) -> Decimal:
    return Decimal(number).ln(_EXACT)


class WordWeights:
    """The weights of words among these texts, in billionths; a text is how often it has each word."""

    def __init__(self, texts: Collection[Mapping[str, int]]) -> None:
        self._texts = len(texts)
        self._known = Counter(word for counts in texts for word in counts)
        self._idf: dict[str, Decimal] = {}

    def weigh(self, counts: Mapping[str, int]) -> Weights:
        """The weights of the words of one of the texts."""
        raw = {word: _EXACT.multiply(_EXACT.add(1, _ln(counts[word])), self._get_idf(word)) for word in sorted(counts)}
        squares = Decimal(0)
        for weight in raw.values():
            squares = _EXACT.fma(weight, weight, squares)
        length = _EXACT.sqrt(squares)
        scale = _EXACT.divide(UNIT, length) if raw else length
        return {word: int(_EXACT.to_integral_value(_EXACT.multiply(weight, scale))) for word, weight in raw.items()}

    def _get_idf(self, word: str) -> Decimal:
        if word not in self._idf:
            ratio = _EXACT.subtract(_ln(1 + self._texts), _ln(1 + self._known[word]))
            self._idf[word] = _EXACT.add(ratio, 1)
        return self._idf[word]


def multiply_weights(one: Weights, other: Weights) -> int:
    """How alike two texts are, as a whole number of which `round_likeness` makes a decimal."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def round_likeness(product: int) -> Decimal:
    """A product of weights as a decimal from 0.00 to 1.00, rounded down: what is shown as 0.40 is at least 0.40."""
    millionths = min((product * _MILLION + _WHOLE // 2) // _WHOLE, _MILLION)
    return Decimal(millionths // (_MILLION // 100)).scaleb(-2, _EXACT)


def is_alike(product: int, least: Decimal) -> bool:
    """Whether two texts are at least `least` alike, to the millionth to which a likeness is rounded."""
    return product >= int(_EXACT.multiply(least, _WHOLE)) - _WHOLE // (2 * _MILLION)


def list_shared_words(one: Weights, other: Weights) -> list[str]:
    """The words that two texts share; first those that make them most alike."""
    shared = [(-weight * other[word], word) for word, weight in one.items() if word in other]
    return [word for _, word in sorted(shared)]


def may_be_alike(weights: Weights, words: Mapping[str, int], least: Decimal) -> bool:
    """Whether a text with these words may be at least `least` like the one with these weights, without its weights.

    By the Cauchy-Schwarz inequality, the length of the weights of the words that both have is the most that it can be.
    """
    squares = sum(weight**2 for word, weight in weights.items() if word in words)
    return squares >= (int(_EXACT.multiply(least, UNIT)) - _ROUNDING) ** 2


class LikenessIndex:
    """Texts by their words, to find those that are at least `least` alike without a look at every word of every pair.

    The most frequent words of a text whose weights together have a length below three quarters of `least` are not in
    the index: they add less than that to any product (the Cauchy-Schwarz inequality). So a text whose product over the
    words of the index is below the last quarter is not alike, and only the few others are compared in full. The idea is
    that of Bayardo, Ma and Srikant, Scaling up all pairs similarity search (2007).
    """

    def __init__(self, texts: Sequence[Weights], least: Decimal) -> None:
        self._texts = texts
        self._least = least
        left_out = int(_EXACT.multiply(least, UNIT)) * 3 // 4
        self._quarter = (int(_EXACT.multiply(least, UNIT)) - left_out - 2 * _ROUNDING) * UNIT
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
            if is_alike(whole, self._least):
                yield number, whole
