"""`orgtp retire`: what is refused, with the reason, and nothing is written."""

from __future__ import annotations

import pytest

from tests.cli.changes import nothing_written, refused
from tests.conftest import Shell

WHY = ("--reason", "Others do it better.")
GOOD = ("retire", "jeff", "--to", "dash,crystal", *WHY, "--by", "david")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worked: yes\n", ""),
        ("wrked: x\n", "1:1: unknown key"),
        ("worked: [a]\n", "1:9: worked is a list"),
        ("- a\n", "the file has no keys"),
        ("worked: 'x\n", "1:9"),
        ("", "empty"),
        ("worked: 12\n", 'worked: "12"'),
    ],
)
def test_reviews_that_are_none(sample: Shell, text: str, said: str) -> None:
    (sample.folder.parent / "r.yaml").write_text(text, encoding="utf-8")
    if not said:
        sample(*GOOD, "--review", "../r.yaml")
        return
    with refused(sample):
        err = sample(*GOOD, "--review", "../r.yaml", code=2).err
        assert "r.yaml" in err
        assert said in err


REFUSED = [
    (("jeff", "--to", "dash,crystl"), 'Did you mean "crystal"?'),
    (("jeff", "--to", "dash,echo"), "the heir echo is retired"),
    (("jeff", "--to", "dash,jeff"), "cannot be its own heir"),
    (("jeff", "--to", "dash,crystal", "--move", "pacing=dash"), 'no capability or metric "pacing"'),
    (("jeff", "--to", "dash,crystal", "--move", "pacing-on-plan"), "CAP=HEIR"),
    (("jeff", "--to", "dash,crystal", "--move", "pacing-on-plan=jef"), '"jef" is not a seat'),
    (("jeff", "--to", "dash"), "say who takes over"),
    (("jeff", "--to", "dash,crystal,radar"), "--to names 3 heirs (dash, crystal, radar), but 2 capabilities of jeff"),
    (("jeff", "--to", "dash,crystal,radar", "--decided-by", "bogdan"), "--to names 3 heirs"),
    (("jeff",), "say who takes over"),
    (("jef", "--to", "dash"), 'Did you mean "jeff"?'),
    (("echo", "--to", "dash"), "echo is already retired"),
    (("jeff", "--to", "dash,crystal", "--decided-by", "bogdan"), '"bogdan" may not decide'),
    (("jeff", "--to", "dash,crystal", "--decided-by", "radar"), '"radar" may not decide'),
    (("jeff", "--to", "dash,crystal", "--decided-by", "nobody"), "Allowed: david"),
    (("jeff", "--to", "dash,crystal", "--by", "bogdan"), "--by bogdan --decided-by david"),
    (("jeff", "--to", "dash,crystal", "--review", "gone.yaml"), "gone.yaml"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_refused(sample: Shell, words: tuple[str, ...], said: str) -> None:
    with refused(sample):
        ran = sample("retire", *words, *WHY, code=2, ORGTP_SEAT="bogdan")
        assert said in ran.err
        assert "say who takes over" in said or "--decided-by david" in said or ran.out == "", "the plan is not shown"


def test_a_reason_is_needed(sample: Shell) -> None:
    for words in ((), ("--reason", " "), ("--yes",)):
        with refused(sample):
            ran = sample("retire", "jeff", "--to", "dash,crystal", "--by", "david", *words, code=2)
            assert "--reason" in ran.err


def test_twice(sample: Shell) -> None:
    sample(*GOOD)
    with nothing_written(sample):
        assert "jeff is already retired, since 2026-11-20" in sample(*GOOD, code=2).err


@pytest.mark.parametrize("path", ["seats/jeff.yaml", "seats/dash.yaml", "seats/sift.yaml"])
@pytest.mark.parametrize("staged", [True, False])
def test_uncommitted_work_in_its_way(sample: Shell, path: str, staged: bool) -> None:
    sample.write(path, sample.read(path) + "# mine\n")
    if staged:
        sample.git("add", path)
    with refused(sample):
        err = sample(*GOOD, code=2).err
        assert f"{path} has uncommitted changes" in err


def test_a_record_of_ones_own_in_the_way(sample: Shell) -> None:
    sample.write("retirements/jeff.yaml", "seat: jeff\n")
    with nothing_written(sample):
        assert "retirements/jeff.yaml" in sample(*GOOD, code=2).err
