"""On a real terminal: colour where it is wanted, prompts that a person answers, an end that is quiet."""

from __future__ import annotations

import os
import re
import subprocess
from typing import IO

import pytest

from tests.cli.terminal import END, INTERRUPT, driving, on_terminal
from tests.conftest import SCRIPT, Shell

VIEWS = [
    ("chart",),
    ("scorecard",),
    ("log",),
    ("seat", "list"),
    ("seat", "show", "dash"),
    ("score", "list", "dash"),
    ("seat", "history", "dash"),
    ("why", "jeff"),
]
RETIRE = ("retire", "jeff", "--to", "dash,crystal", "--by", "david")
REVIEW = [
    ("Why is jeff retired?", "Others do it better.\n"),
    ("What worked?", "Spend was watched.\n"),
    ("What failed?", "\n"),
    ("What is the lesson?", "Put checks where the work is.\n"),
]


@pytest.mark.parametrize("words", VIEWS, ids=" ".join)
def test_colour_on_a_terminal_only(sample: Shell, words: tuple[str, ...]) -> None:
    assert on_terminal(sample, *words).has_colour
    assert not on_terminal(sample, *words, NO_COLOR="1").has_colour
    assert not on_terminal(sample, *words, TERM="dumb").has_colour
    assert driving(sample(*words).out) == []


def test_a_terminal_shows_what_a_pipe_shows(sample: Shell) -> None:
    for words in VIEWS:
        seen = on_terminal(sample, *words, NO_COLOR="1")
        assert seen.text == sample(*words, COLUMNS="100").out


def test_a_view_of_the_past_says_of_when_it_is(sample: Shell) -> None:
    commit = sample.git("rev-parse", "--short=10", "main~3").out.strip()
    seen = on_terminal(sample, "chart", "--at", "main~3", NO_COLOR="1")
    first, _, rest = seen.text.partition("\n")
    assert re.fullmatch(rf"as of [0-9-]{{10}} [0-9:]{{5}}, commit {commit}", first)
    assert rest == sample("chart", "--at", "main~3", COLUMNS="100").out


def test_an_empty_no_color_counts_as_not_there(sample: Shell) -> None:
    assert on_terminal(sample, "chart", NO_COLOR="").has_colour


def test_problems_in_colour(acme: Shell) -> None:
    acme.write("seats/bad.yaml", "seat: bad\n")
    seen = on_terminal(acme, "validate")
    assert (seen.code, seen.has_colour) == (1, True)


def test_json_on_a_terminal_has_no_colour(sample: Shell) -> None:
    assert not on_terminal(sample, "chart", "--json").has_colour


def test_the_plan_beside_json_is_plain(sample: Shell) -> None:
    """The plan goes to standard error there, where nothing is coloured and no colour is spelled out."""
    seen = on_terminal(sample, *RETIRE, "--reason", "R", "--yes", "--json")
    assert (seen.code, seen.has_colour, "x1b" in seen.text) == (0, False, False)


def test_retire_asks_for_all_that_a_person_must_say(sample: Shell) -> None:
    answers = [
        ("Who takes over ad-pacing-monitoring?", "dash\n"),
        ("Who takes over project-reconciliation?", "crystal\n"),
        *REVIEW,
        ("Who decided?", "\n"),
        ("Retire it?", "y\n"),
    ]
    seen = on_terminal(sample, "retire", "jeff", "--by", "bogdan", answers=answers)
    assert seen.code == 0, seen.text
    assert seen.text.index("Retiring") < seen.text.index("Why is jeff retired?")
    assert "nobody yet" in seen.text[: seen.text.index("Who takes over")]
    agreed = seen.text[seen.text.rindex("Retiring") :]
    assert "nobody yet" not in agreed
    assert agreed.index("Dash") < agreed.index("Retire it?")
    record = sample.read("retirements/jeff.yaml")
    for text in ("Others do it better.", "worked: Spend was watched.", "lesson: Put checks", "decided_by: david"):
        assert text in record
    assert "failed" not in record
    assert sample("validate", "--json").json["problems"] == []


def test_no_means_no(sample: Shell) -> None:
    before = sample.head()
    seen = on_terminal(sample, *RETIRE, answers=[*REVIEW, ("Retire it?", "n\n")])
    assert seen.code == 130
    assert "nothing was written" in seen.text
    assert (sample.head(), sample.git("status", "--porcelain").out) == (before, "")


def test_yes_asks_for_the_reason_all_the_same(sample: Shell) -> None:
    seen = on_terminal(sample, *RETIRE, "--yes", answers=REVIEW)
    assert seen.code == 0
    assert "Retire it?" not in seen.text


@pytest.mark.parametrize("key", [INTERRUPT, END], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("question", ["Why is jeff retired?", "Retire it?"])
def test_interrupted(sample: Shell, question: str, key: str) -> None:
    before = sample.head()
    answers = [*(REVIEW if question == "Retire it?" else []), (question, key)]
    seen = on_terminal(sample, *RETIRE, answers=answers)
    assert seen.code == 130
    assert "bug" not in seen.text
    assert sample.head() == before


def test_a_wrong_heir_given_at_the_prompt_is_asked_for_again(sample: Shell) -> None:
    answers = [
        ("Who takes over ad-pacing-monitoring?", "dsh\n"),
        ('Did you mean "dash"?', "dash\n"),
        ("Who takes over project-reconciliation?", INTERRUPT),
    ]
    seen = on_terminal(sample, "retire", "jeff", "--by", "bogdan", answers=answers)
    assert seen.code == 130
    assert seen.text.count("Who takes over ad-pacing-monitoring?") == 2


def _into(out: IO[bytes], shell: Shell, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(SCRIPT), *words]
    return subprocess.run(command, cwd=shell.folder, env=shell.env(), stdout=out, stderr=subprocess.PIPE, check=False)


@pytest.mark.parametrize("words", [("log",), ("log", "--json"), ("score", "list", "--json"), ("chart",)], ids=" ".join)
def test_a_reader_that_leaves_is_no_error(sample: Shell, words: tuple[str, ...]) -> None:
    """`orgtp log | head -1` says nothing on standard error, as the shell's own tools do not."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [str(SCRIPT), *words], cwd=sample.folder, env=sample.env(), stdout=gone, stderr=-1, check=False
        )
    assert done.stderr == b""
    assert done.returncode == 141


def test_output_that_cannot_be_written(sample: Shell) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123  (a device)
        done = subprocess.run(
            [str(SCRIPT), "log"], cwd=sample.folder, env=sample.env(), stdout=full, stderr=-1, check=False
        )
    assert done.returncode not in {0, 3}
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_terminal_that_knows_only_ascii(sample: Shell) -> None:
    """A locale without the tree's lines and the signs costs their looks, and nothing else."""
    for words in VIEWS:
        done = subprocess.run(
            [str(SCRIPT), *words],
            cwd=sample.folder,
            env={**sample.env(), "LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, b"Traceback" in done.stderr, b"bug" in done.stderr) == (0, False, False), words
        assert b"?" in done.stdout or b"\\u" in done.stdout
