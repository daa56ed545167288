"""A base or a past commit that a clone lacks: the command that is suggested fetches it, whatever its name is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Shell

REMEDY = re.compile(r"git fetch [^;]*")
SHALLOW = ("--depth=1", "--branch=work")
ONE_BRANCH = ("--single-branch", "--branch=work")


@pytest.fixture
def hub(acme: Shell) -> Shell:
    """Acme with tags, a branch main, and on the branch work two more commits. Others clone it."""
    acme.git("tag", "v1.0")
    acme.git("tag", "-a", "2.0", "-m", "Two")
    acme.git("commit", "-q", "--allow-empty", "-m", "main moved on")
    acme.git("checkout", "-qb", "work")
    for number in range(2):
        acme.git("commit", "-q", "--allow-empty", "-m", f"work {number}")
    return acme


def clone(hub: Shell, name: str, *words: str) -> Shell:
    hub.git("clone", "-q", "--no-tags", *words, f"file://{hub.folder}", f"../{name}")
    return hub.at(hub.folder.parent / name)


def reached(here: Shell, base: str) -> tuple[bool, str]:
    """Whether validate reaches the base, and the hint if it does not."""
    rows = here("validate", "--base", base, "--json", code=None).json["problems"]
    hints = [row["hint"] for row in rows if row["rule"] == "base-not-reached"]
    return not hints, "".join(hints)


@pytest.mark.parametrize("words", [SHALLOW, ONE_BRANCH], ids=["shallow", "one branch"])
@pytest.mark.parametrize(
    "base",
    [
        "HEAD~1",
        "HEAD^",
        "@~2",
        "main",
        "origin/main",
        "refs/heads/main",
        "refs/remotes/origin/main",
        "v1.0",
        "2.0",
        "ID",
    ],
)
def test_the_command_that_is_suggested_gets_the_base(hub: Shell, words: tuple[str, ...], base: str) -> None:
    here = clone(hub, "ci", *words)
    base = hub.git("rev-parse", "main").out.strip() if base == "ID" else base
    done, hint = reached(here, base)
    if done:  # a clone of one branch has its history
        assert words is ONE_BRANCH
        return
    (command,) = REMEDY.findall(hint)
    here.git(*shlex.split(command)[1:])
    assert reached(here, base) == (True, "")


def test_a_remote_of_another_name(hub: Shell) -> None:
    here = clone(hub, "ci", *SHALLOW, "--origin=upstream")
    for base in ("upstream/main", "main"):
        (command,) = REMEDY.findall(reached(here, base)[1])
        assert " upstream " in command
        here.git(*[word for word in shlex.split(command)[1:] if base == "upstream/main" or word != "--unshallow"])
        assert reached(here, base)[0]


def test_a_short_id_needs_the_whole_history(hub: Shell) -> None:
    here = clone(hub, "ci", *SHALLOW)
    assert reached(here, hub.git("rev-parse", "main").out[:10])[1] == "Fetch the full history: git fetch --unshallow"


def test_a_mistyped_branch_is_not_fetched(hub: Shell) -> None:
    here = clone(hub, "ci", "--branch=work")
    for base, near in (("wrok", "work"), ("origin/mian", "main")):
        hint = reached(here, base)[1]
        assert hint.startswith(f'Did you mean "{near}"?')
        assert "fetch" not in hint


@pytest.mark.parametrize("base", ["HEAD~99", "work~99"])
def test_a_commit_before_the_first_is_not_fetched(hub: Shell, base: str) -> None:
    hint = reached(hub, base)[1]
    assert "fetch" not in hint
    listed = hint.partition("git log ")[2].partition(" lists")[0]
    assert hub.git("log", *shlex.split(listed)).out


@pytest.mark.parametrize("base", ["a b", "$(touch x)", "-x", "..", "main.lock", "x" * 300, "é"])
def test_a_name_that_no_branch_can_have_is_in_no_command(hub: Shell, base: str) -> None:
    here = clone(hub, "ci", *ONE_BRANCH)
    assert "git fetch" not in reached(here, base)[1]
    assert not Path(here.folder / "x").exists()


def test_without_a_remote_there_is_nothing_to_fetch(hub: Shell) -> None:
    assert "git fetch" not in reached(hub, "elsewhere")[1]


@pytest.mark.parametrize("words", [("chart", "--at", "HEAD~2"), ("diff", "HEAD~2"), ("log", "--since", "HEAD~2")])
def test_the_past_of_a_shallow_clone_says_what_to_fetch(hub: Shell, words: tuple[str, ...]) -> None:
    here = clone(hub, "ci", *SHALLOW)
    said = here(*words, code=None).err
    if "no commit" in said:
        assert "git fetch --unshallow" in said
        here.git("fetch", "-q", "--unshallow")
        here(*words, code=0)
