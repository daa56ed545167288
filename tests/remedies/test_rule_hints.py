"""Each command in the hint of a rule is typed in the org in which the rule found something, and the problem is gone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import Shell
from tests.remedies.commands import Typed, fill_in, find_commands, find_ways, only_reads, type_command
from tests.rules.cases import BAD, RuleCase

# What a person writes in the place of a word in capitals, or of the dots after `name=`.
WORDS = {
    "SEAT": "ada", "HEIR": "ada", "ID": "kept", "ROLE": "Founder", "METRIC": "kept", "REASON": "It is paid for.",
    "VALUE": "12", "DATE": "2027-01-15", "TEXT": "Done.", "name=": "Clients who renew", "outcome=": "Clients stay",
    "target=": ">= 90%", "role=": "Desk at night", "retire_when=": "Nobody writes.", "…": "Does what is needed.",
}  # fmt: skip
MOST_STEPS = 6


def label(case: RuleCase) -> str:
    return f"{case.rule}/{case.name}"


CASES = [case for case in BAD if any(find_commands(case.expected)) and "shallow" not in case.files]


def write_side(here: Shell, files: dict[str, bytes], message: str) -> None:
    """Make the work tree these files, and commit it."""
    for old in [old for old in here.folder.iterdir() if old.name != ".git"]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path, raw in files.items():
        (here.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (here.folder / path).write_bytes(raw)
    here.git("add", "-A")
    here.git("commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def made(shell: Shell) -> Shell:
    """An empty repository with the branch that orgs have by default."""
    shell.git("init", "-q", "-b", "main", "org")
    return shell.at(shell.folder / "org")


def lay_out(here: Shell, case: RuleCase) -> list[str]:
    """Commit the org of a case, or its sides one after the other. Return the arguments of validate."""
    sides = {name.partition("/")[2]: files for name, files in case.orgs.items()}
    for side in ("earlier", "before", "after"):
        if side in sides:
            write_side(here, sides[side], side)
            here.git("tag", side)
    if "after" in sides:
        return ["--base", "before"]
    write_side(here, case.files, "The org")
    return []


def problems(here: Shell, words: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = here("validate", "--json", *words, code=None).json["problems"]
    return found


def follow(here: Shell, command: str, words: Mapping[str, str] = WORDS, **env: str) -> list[Typed]:
    """Type a command. If it fails and names another one, type that first, and then the command again."""
    done: list[Typed] = []
    now = wanted = fill_in(command, words)
    while len(done) < MOST_STEPS:
        done.append(type_command(here, now, **env))
        if done[-1].code == 0:
            if now.split()[:2] == wanted.split()[:2]:
                break
            now = wanted
            continue
        named = [fill_in(other, words) for other in find_commands(done[-1].said)]
        if not named or named[-1] == now:
            break
        now = named[-1]
    return done


@pytest.mark.parametrize("case", CASES, ids=label)
def test_what_a_hint_says_to_type_mends_the_problem(made: Shell, case: RuleCase) -> None:
    words = lay_out(made, case)
    told = {(row["rule"], row["path"], row["message"]): row["hint"] for row in problems(made, words)}
    ways = [(key, way) for key, hint in told.items() for way in find_ways(hint)]
    assert ways or not [command for hint in told.values() for command in find_commands(hint)]
    for number, (key, way) in enumerate(ways):
        shutil.copytree(made.folder, made.folder.parent / str(number), symlinks=True)
        here = made.at(made.folder.parent / str(number))
        done = [typed for command in way for typed in follow(here, command)]
        assert not any(typed.is_misuse for typed in done), done
        if not all(map(only_reads, way)):
            left = {(row["rule"], row["path"], row["message"]) for row in problems(here, words)}
            assert key not in left, (key, done)


def test_there_are_many_remedies_and_all_of_both_programs() -> None:
    commands = [command for case in CASES for command in find_commands(case.expected)]
    assert len(CASES) > 50
    assert {command.split()[0] for command in commands} == {"orgtp", "git"}
