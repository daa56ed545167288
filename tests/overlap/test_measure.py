"""The measure of how alike texts are, compared with scikit-learn."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

from orgtp.views.seats.overlap.measure import (
    UNIT,
    LikenessIndex,
    Weights,
    WordWeights,
    is_alike,
    list_shared_words,
    may_be_alike,
    multiply_weights,
    round_likeness,
)
from orgtp.views.seats.overlap.types import WorkText, read_work
from tests.overlap.seats import make_described
from tests.size import choose_size

COUNTS = st.dictionaries(st.sampled_from([f"word{number}" for number in range(12)]), st.integers(1, 9), max_size=8)
LEAST = st.decimals("0.01", "1", places=2)


def weigh(texts: Sequence[Mapping[str, int]]) -> list[Weights]:
    known = WordWeights(texts)
    return [known.weigh(counts) for counts in texts]


def ask_scikit_learn(texts: Sequence[Mapping[str, int]]) -> list[list[float]]:
    """The cosine of each pair of texts by scikit-learn, which gets the same words."""
    vectorizer = TfidfVectorizer(
        analyzer=lambda counts: list(Counter(counts).elements()), sublinear_tf=True, smooth_idf=True, norm="l2"
    )
    found = vectorizer.fit_transform(texts)
    return [[float(value) for value in row] for row in (found @ found.T).toarray()]


@given(st.lists(COUNTS, min_size=1, max_size=10).filter(any))
def test_it_is_what_scikit_learn_computes(texts: list[dict[str, int]]) -> None:
    weights, expected = weigh(texts), ask_scikit_learn(texts)
    for one, row in zip(weights, expected, strict=True):
        for other, cosine in zip(weights, row, strict=True):
            assert multiply_weights(one, other) / UNIT**2 == pytest.approx(cosine, abs=1e-7)


def test_it_is_what_scikit_learn_computes_of_descriptions() -> None:
    """A word of the name is given to scikit-learn three times."""
    works = [read_work(seat) for seat in make_described()]
    weights = weigh([work.count_words() for work in works])
    expected = ask_scikit_learn(
        [WorkText("", f"{3 * (work.title + ' ')}", work.mission).count_words() for work in works]
    )
    found = [[multiply_weights(one, other) / UNIT**2 for other in weights] for one in weights]
    assert all(row == pytest.approx(known, abs=1e-7) for row, known in zip(found, expected, strict=True))
    assert max(value for number, row in enumerate(found) for value in row[:number]) > 0.4, "some look alike"


@given(st.lists(COUNTS, min_size=2, max_size=12), LEAST)
def test_the_index_finds_what_a_comparison_of_all_finds(texts: list[dict[str, int]], least: Decimal) -> None:
    weights = weigh(texts)
    index = LikenessIndex(weights, least)
    for one in weights:
        products = {number: multiply_weights(one, other) for number, other in enumerate(weights)}
        expected = {number: product for number, product in products.items() if is_alike(product, least)}
        assert dict(index.find_alike(one)) == expected
        assert all(may_be_alike(one, texts[number], least) for number in expected)


@given(st.lists(COUNTS, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_words_and_texts_does_not_matter(texts: list[dict[str, int]], chance: random.Random) -> None:
    """Exactly: sums of whole numbers do not depend on the order, as those of floats do."""
    order = list(range(len(texts)))
    chance.shuffle(order)
    mixed = [dict(chance.sample(sorted(texts[number].items()), len(texts[number]))) for number in order]
    assert weigh(mixed) == [weigh(texts)[number] for number in order]


@given(COUNTS, COUNTS)
def test_it_is_symmetric_from_nothing_to_the_same(one: dict[str, int], other: dict[str, int]) -> None:
    first, second = weigh([one, other])
    product = multiply_weights(first, second)
    assert product == multiply_weights(second, first)
    assert 0 <= round_likeness(product) <= 1
    assert (product > 0) == (not one.keys().isdisjoint(other))
    assert round_likeness(multiply_weights(first, first)) == (1 if one else 0)
    assert sorted(list_shared_words(first, second)) == sorted(one.keys() & other.keys())


def test_the_settings_of_decimals_elsewhere_do_not_matter() -> None:
    texts = [{"a": 1, "b": 2}, {"b": 7, "c": 1}]
    expected = weigh(texts)
    with localcontext(prec=3):
        assert weigh(texts) == expected
        assert str(round_likeness(UNIT * UNIT * 123_456 // 10**6)) == "0.12"
        assert is_alike(UNIT * UNIT * 123_456 // 10**6, Decimal("0.123456"))
        assert not is_alike(UNIT * UNIT * 123_455 // 10**6, Decimal("0.123456"))


@pytest.mark.parametrize(
    ("millionths", "shown"), [(399_999, "0.39"), (400_000, "0.40"), (999_999, "0.99"), (1_000_000, "1.00"), (0, "0.00")]
)
def test_a_likeness_is_rounded_down(millionths: int, shown: str) -> None:
    """So what is shown as 0.40 is found with --min 0.4, and only the same words are 1.00."""
    assert str(round_likeness(millionths * 10**12)) == shown
    assert is_alike(millionths * 10**12, Decimal("0.4")) == (millionths >= 400_000)


def test_the_formula_by_hand() -> None:
    """Two texts, `a` in both and `b` in one: idf of a is 1, of b ln(3/2) + 1; tf of 3 counts as 1 + ln 3."""
    first, second = weigh([{"a": 3, "b": 1}, {"a": 1}])
    a, b = 1 + Decimal(3).ln(), (Decimal(3) / 2).ln() + 1
    expected = a / (a * a + b * b).sqrt()
    assert abs(Decimal(multiply_weights(first, second)) / UNIT**2 - expected) < Decimal("0.00000001")


def test_thousands_of_texts() -> None:
    """The index and the comparison of all pairs find the same among many texts."""
    chance = random.Random(20)  # noqa: S311  (the same texts each time)
    words = [f"w{number}" for number in range(400)]
    size = choose_size(120, 1500)
    texts = [Counter(chance.choices(words, [1 / (n + 3) for n in range(400)], k=12)) for _ in range(size)]
    weights = weigh(texts)
    index = LikenessIndex(weights, Decimal("0.4"))
    for one in weights:
        expected = [
            (number, product)
            for number, other in enumerate(weights)
            if is_alike(product := multiply_weights(one, other), Decimal("0.4"))
        ]
        assert list(index.find_alike(one)) == expected
