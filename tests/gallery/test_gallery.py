"""Every case of the gallery gets the answer that stands in its file (see README.md there)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ACCEPT, Shell, shell_path

GALLERY = Path(__file__).parent
CASES = sorted(GALLERY.glob("*.test"))
ADA = """\
seat: ada
name: Ada
role: Founder
kind: human
status: active
since: 2026-01-05
metrics:
  signed: {name: Contracts signed, outcome: Work for the quarter, target: ">= 2", cadence: monthly}
"""
BOT = """\
seat: bot
name: Bot
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada
since: 2026-10-05
retire_when: Nobody writes for a month.
capabilities:
  triage: Sorts what comes in.
metrics:
  answered: {name: Mails answered within the hour, outcome: Customers stay, target: ">= 12", cadence: weekly}
  on-time: {name: Answered by eight, outcome: Customers stay, target: "by 08:00", cadence: weekdays}
"""


@dataclass(frozen=True)
class Section:
    """One `=== WORD ARGUMENT` of a case, and the text below it."""

    word: str
    argument: str
    text: str

    def __str__(self) -> str:
        """As it stands in the file."""
        return f"=== {self.word} {self.argument}".rstrip() + f"\n{self.text}"


@dataclass(frozen=True)
class Case:
    """A case: its first lines, where it happens, and its sections."""

    head: str
    base: str
    sections: list[Section]

    def __str__(self) -> str:
        """The whole file."""
        return self.head + "".join(map(str, self.sections))


def read_case(path: Path) -> Case:
    """The case in a file."""
    head, *rest = re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))
    sections = []
    for part in rest:
        first, _, text = part.partition("\n")
        word, _, argument = first.partition(" ")
        sections.append(Section(word, argument, text))
    match = re.search(r"(?m)^on: (\w+)$", head)
    assert match, f"{path} does not say where it happens"
    return Case(head, match[1], sections)


@pytest.fixture(scope="session")
def acme_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small org, made once: Ada, and a bot with two metrics."""
    base = tmp_path_factory.mktemp("gallery")
    (base / "home").mkdir()
    (base / "home/.gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.com\n", encoding="utf-8")
    shell = Shell(base, base / "home")
    shell("init", "acme", "--timezone", "America/New_York")
    shell("init", "empty", "--timezone", "America/New_York")
    here = shell.at(base / "acme")
    here.write("seats/ada.yaml", ADA)
    here.write("seats/bot.yaml", BOT)
    here.git("add", ".")
    here.git("commit", "-qm", "Two seats")
    return base


@pytest.fixture
def place(shell: Shell, acme_made: Path, request: pytest.FixtureRequest) -> Shell:
    """Where a case happens: a fresh copy of its org."""
    base = read_case(request.getfixturevalue("path")).base
    if base == "nowhere":
        return shell
    made = request.getfixturevalue("sample_made") if base == "sample" else acme_made / base
    shutil.copytree(made, shell.folder / made.name, symlinks=True)
    return shell.at(shell.folder / made.name)


def _neutral(text: str, here: Shell) -> str:
    """The text without what differs from machine to machine and from run to run."""
    text = text.replace(str(here.folder), "$ORG").replace(str(here.home.parent), "$TMP")
    text = re.sub(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "$ID", text)
    return re.sub(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{10}\b|\b[0-9a-f]{40}\b", "$COMMIT", text)


def _ended(text: str) -> str:
    """Text that ends its line; where it did not, that shows."""
    return text if text.endswith("\n") or not text else f"{text}(no newline)\n"


def _answers(line: str, stdin: str, here: Shell) -> Iterator[Section]:
    """What a line of shell prints, and its exit code."""
    env = here.env({"PATH": shell_path()})
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=here.folder,
        env=env,
        input=stdin.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    for word, raw in {"out": done.stdout, "err": done.stderr}.items():
        text = _neutral(raw.decode(errors="backslashreplace"), here)
        assert "Traceback" not in text, text
        assert "bug of ours" not in text, text
        if text:
            yield Section(word, "", _ended(text))
    yield Section("exit", str(done.returncode), "")


def _played(case: Case, here: Shell) -> Iterator[Section]:
    """The case as it goes now: its own sections, with the answers that it gets."""
    stdin = ""
    for section in case.sections:
        if section.word in {"out", "err", "exit"}:
            continue
        yield section
        if section.word == "file":
            here.write(section.argument, section.text)
        elif section.word == "stdin":
            stdin = section.text
        else:
            assert section.word == "run", f"unknown section {section.word}"
            yield from _answers(section.argument, stdin, here)
            stdin = ""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, place: Shell) -> None:
    case = read_case(path)
    assert re.match(r"# .+\.\n", case.head), "the first line says what is wrong"
    sections = list(_played(case, place))
    assert any(section.word in {"out", "err"} for section in sections), "a mistake that gets no answer is not one"
    now = str(Case(case.head, case.base, sections))
    if ACCEPT:
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8"), "see: make snapshots"


def test_there_is_a_gallery() -> None:
    assert len(CASES) >= 40
