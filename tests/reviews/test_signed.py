"""In an org whose commits are signed, a person closes a review with their own key, and nobody writes one for them."""

from __future__ import annotations

import pytest

from tests.audit.keys import sign_with
from tests.audit.signing import Signed, judged, make_signed
from tests.conftest import Shell

FILE = "reviews/2026-W46.yaml"
RECORD = 'week: 2026-W46\nbegan: "2026-11-16T14:00:00Z"\nended: "2026-11-16T14:26:00Z"\nled_by: {}\nrows: []\n'


@pytest.fixture
def signed(shell: Shell) -> Signed:
    """Everybody has a key."""
    made = make_signed(shell)
    made.admit("ada", "bob", "bot", "tally")
    return made


def test_a_person_closes_it_with_their_key(signed: Signed) -> None:
    sign_with(signed.shell, signed.keys["ada"])
    signed.shell("review", "--answers", "-", "--by", "ada", stdin="rating: 8\n")
    assert judged(signed.shell).said == []
    assert "led_by: ada" in signed.shell.read(FILE)


@pytest.mark.parametrize(
    ("signer", "led_by", "rule"),
    [
        ("bot", "bot", "signer-not-allowed"),
        ("tally", "ada", "signer-not-allowed"),
        ("bob", "ada", "record-forged"),
    ],
)
def test_who_may_not_write_it(signed: Signed, signer: str, led_by: str, rule: str) -> None:
    """Not an agent, and nobody in the name of somebody else."""
    signed.commit({FILE: RECORD.format(led_by)}, signer)
    assert (rule, FILE) in judged(signed.shell).said


def test_an_agent_prepares_it_and_signs_nothing(signed: Signed) -> None:
    sign_with(signed.shell, signed.keys["bot"])
    before = signed.shell.head()
    ran = signed.shell("review", "--answers", "-", "--by", "bot", stdin="rating: 8\n")
    assert "kept as prepared by bot" in ran.err
    assert signed.shell.head() == before
