"""Each command that a message of the gallery names is typed where the message was printed, and is understood."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Shell, shell_path
from tests.gallery.test_gallery import CASES, Section, acme_made, place, read_case
from tests.remedies.commands import Typed, find_commands, only_reads
from tests.remedies.test_rule_hints import WORDS, follow

__all__ = ["acme_made", "place"]
# What is wrong with the machine or the repository itself, and an org that is named with --org from another folder.
OTHERS = {"disk-full", "git-broken", "no-git-program", "below-the-top"}


# The seats and metrics of the orgs of the gallery.
HERE = {
    "acme": {"SEAT": "bot", "HEIR": "ada", "METRIC": "answered"},
    "sample": {"SEAT": "david", "HEIR": "dash", "METRIC": "briefing-by-8"},
}


def play(section: Section, stdin: str, here: Shell) -> str:
    """Run a line of a case as the gallery does. Return all that it prints."""
    env = here.env({"PATH": shell_path()})
    done = subprocess.run(
        ["sh", "-c", section.argument],
        cwd=here.folder,
        env=env,
        input=stdin.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return (done.stdout + done.stderr).decode(errors="replace")


def remedies(path: Path, here: Shell) -> Iterator[tuple[str, list[Typed]]]:
    """Each command that the case prints, and what happens when it is typed there, in a copy of the org."""
    stdin, case = "", read_case(path)
    words = {**WORDS, **HERE.get(case.base, {})}
    for section in case.sections:
        if section.word == "file":
            here.write(section.argument, section.text)
        elif section.word == "stdin":
            stdin = section.text
        elif section.word == "run":
            said, stdin = play(section, stdin, here), ""
            for number, command in enumerate(dict.fromkeys(find_commands(said))):
                copy = here.folder.parent / f"copy-{number}"
                shutil.copytree(here.folder, copy, symlinks=True)
                typed = command.replace(str(here.folder), str(copy))
                yield command, follow(here.at(copy), typed, words, **_same_org(section.argument))
                shutil.rmtree(copy)


def _same_org(line: str) -> dict[str, str]:
    """The org that a line of shell names with `--org`, as whoever typed it would name it again."""
    words = line.split()
    return {"ORGTP_ORG": words[words.index("--org") + 1]} if "--org" in words else {}


WITH_COMMANDS = [path for path in CASES if list(find_commands(path.read_text(encoding="utf-8").partition("=== ")[2]))]


@pytest.mark.parametrize(
    "path", [path for path in WITH_COMMANDS if path.stem not in OTHERS], ids=lambda path: path.stem
)
def test_what_a_message_says_to_type_works(path: Path, place: Shell) -> None:
    for command, done in remedies(path, place):
        assert not any(typed.is_misuse for typed in done), done
        assert done[-1].code == 0 or only_reads(command), done


def test_many_cases_name_a_command() -> None:
    assert len(WITH_COMMANDS) > 40
