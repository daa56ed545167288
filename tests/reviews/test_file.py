"""What is wrong in the file of a review is a problem with its place, whatever the number is."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Shell


@pytest.mark.parametrize("rating", ["0.5", "11.5", "1e30", "-1e30", "nine"])
def test_a_rating_that_is_none_is_a_problem(acme: Shell, rating: str) -> None:
    acme.write(
        "reviews/2026-W46.yaml",
        "week: 2026-W46\nbegan: '2026-11-16T14:00:00Z'\nended: '2026-11-16T14:20:00Z'\nled_by: ada\n"
        f"rating: {rating}\n",
    )
    assert "reviews/2026-W46.yaml:5:9: bad-record: rating" in acme("validate", code=1).out


def test_the_mean_of_several_ratings_is_one(acme: Shell) -> None:
    acme.write(
        "reviews/2026-W46.yaml",
        "week: 2026-W46\nbegan: '2026-11-16T14:00:00Z'\nended: '2026-11-16T14:20:00Z'\nled_by: ada\nrating: 7.55\n",
    )
    assert acme("review", "show", "--json").json["reviews"][0]["rating"] == "7.55"


def test_answers_that_began_long_ago_are_no_review(acme: Shell) -> None:
    """Otherwise an old file of answers would become the review of a week that nobody reviewed."""
    ran = acme("review", "--answers", "-", "--by", "ada", code=2, stdin="began: '2026-08-17T14:00:00Z'\n")
    assert "the answers began on 2026-08-17, so they are about 2026-W33" in ran.err
    assert not (acme.folder / "reviews").exists()


def test_the_page_keeps_the_spaces_between_words(sample: Shell) -> None:
    page = sample("review", "agenda", "--format", "html").out
    assert "<p>owner <b>" in page
    assert re.search(r"<p>value <code>[^<]+</code> in \d{4}-W\d\d, target <code>", page)
