"""Editors: yaml-language-server, offline, marks the lines that `orgtp validate` names, and explains keys on hover."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orgtp.rules.registry import ALL_RULES
from tests.conftest import Shell
from tests.editors.language_server import LanguageServer, language_server

FORM = {rule.id for rule in ALL_RULES if rule.topic == "form"}
GOOD = {
    "org": """\
# yaml-language-server: $schema=.orgtp/schema/org.schema.json
org: acme
name: Acme
timezone: America/New_York
branch: main
policy:
  grace: 1h
  scorekeepers: [ada]
""",
    "seats/bot": """\
# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json
seat: bot
name: Bot
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada
retire_when: Nobody asks it anything for a month.
capabilities:
  answers: Answers what customers ask.
metrics:
  answered:
    name: Questions answered within the hour
    outcome: Customers stay
    target: ">= 95%"
    cadence: weekly
""",
    "retirements/jeff": """\
# yaml-language-server: $schema=../.orgtp/schema/retirement.schema.json
seat: jeff
name: Jeff
role: Finance
kind: agent
retired_on: 2026-11-20
reason: Pacing fits better elsewhere.
decided_by: ada
review:
  worked: Invoices matched.
capabilities:
  pacing: bot
metrics:
  error:
    to: bot
""",
}
# One schema error each: the file, what stands there, what stands there instead.
BROKEN = [
    ("org", "name: Acme", "nmae: Acme"),
    ("org", "org: acme", "org: [acme]"),
    ("org", "org: acme", "org: Acme Inc"),
    ("org", "timezone: America/New_York\n", ""),
    ("org", "grace: 1h", "grace: soon"),
    ("org", "scorekeepers: [ada]", "scorekeepers: ada"),
    ("org", "  grace", "  graec"),
    ("seats/bot", "owner: ada", "ownr: ada"),
    ("seats/bot", "name: Bot", "name: [Bot]"),
    ("seats/bot", "name: Bot", "name: {first: Bot}"),
    ("seats/bot", "kind: agent", "kind: agnt"),
    ("seats/bot", "status: active", "status: on"),
    ("seats/bot", "owner: ada", "owner: Ada Lovelace"),
    ("seats/bot", "role: Desk\n", ""),
    ("seats/bot", "role: Desk", "role: Desk\nsince: yesterday"),
    ("seats/bot", "role: Desk", "role: Desk\nemail: nobody"),
    ("seats/bot", "  answers: Answers what customers ask.", "  Answers It: Answers what customers ask."),
    ("seats/bot", "  answers: Answers what customers ask.", "  answers: [all]"),
    ("seats/bot", "    cadence: weekly\n", ""),
    ("seats/bot", "    outcome", "    outcom: Customers stay\n    outcome"),
    ("seats/bot", '">= 95%"', "a lot"),
    ("seats/bot", '">= 95%"', '{2026-W40: ">= 90%", soon: ">= 95%"}'),
    ("seats/bot", "cadence: weekly", "cadence: fortnightly"),
    ("retirements/jeff", "kind: agent", "kind: robot"),
    ("retirements/jeff", "reason: Pacing fits better elsewhere.\n", ""),
    ("retirements/jeff", "decided_by: ada", "decided_by: ada\ndecided: yes it was"),
    ("retirements/jeff", "retired_on: 2026-11-20", "retired_on: last week"),
    ("retirements/jeff", "  worked: Invoices matched.", "  wroked: Invoices matched."),
    ("retirements/jeff", "  pacing: bot", "  pacing: [bot]"),
    ("retirements/jeff", "    to: bot", "    to: The Bot"),
]


@dataclass(frozen=True)
class Editor:
    """A server, and the org whose files are opened in it; every file is opened once."""

    server: LanguageServer
    org: Shell
    folder: Path

    def marked(self, name: str) -> list[int]:
        """The lines that the editor marks in a file, counted from 1."""
        diagnostics = self.server.open(self.folder / f"{name}.yaml")
        return sorted({told["range"]["start"]["line"] + 1 for told in diagnostics})

    def named(self, name: str) -> list[int]:
        """The lines for which `orgtp validate` names a rule of form."""
        problems = self.org("validate", "--json", code=None).json["problems"]
        return sorted({p["line"] for p in problems if p["path"] == f"{name}.yaml" and p["rule"] in FORM})

    def hover(self, name: str, key: str) -> str:
        """What the editor shows over a key."""
        for number, line in enumerate(GOOD[name].splitlines(), 1):
            if line.strip().startswith(f"{key}:"):
                return self.server.hover(self.folder / f"{name}.yaml", number, line.index(key) + 2)
        raise AssertionError(f"no line of {name} has {key}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with language_server(tmp_path_factory.mktemp("editor")) as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org as `init` makes it, its schemas beside it, with three good files."""
    base = tmp_path_factory.mktemp("made")
    Shell(base, base)("init", "acme", "--timezone", "America/New_York")
    for name, text in GOOD.items():
        Shell(base / "acme", base).write(f"{name}.yaml", text)
    return base / "acme"


@pytest.fixture
def editor(server: LanguageServer, shell: Shell, made: Path) -> Editor:
    """A copy of it, of which no file has been opened yet."""
    shutil.copytree(made, shell.folder / "acme")
    return Editor(server, shell.at(shell.folder / "acme"), shell.folder / "acme")


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_good_in_the_editor_too(editor: Editor, name: str) -> None:
    assert editor.marked(name) == editor.named(name) == []


@pytest.mark.parametrize(("name", "there", "instead"), BROKEN)
def test_editor_marks_the_lines_that_validate_names(editor: Editor, name: str, there: str, instead: str) -> None:
    assert there in GOOD[name]
    editor.org.write(f"{name}.yaml", GOOD[name].replace(there, instead, 1))
    marked = editor.marked(name)
    assert len(marked) == 1
    assert marked == editor.named(name)


def test_hover_says_what_a_key_means(editor: Editor) -> None:
    """The description and an example, as the schema of the org's own `.orgtp/schema/` has them."""
    assert editor.marked("seats/bot") == []
    owner = editor.hover("seats/bot", "owner")
    assert "The active human seat that answers for this one." in owner
    assert "bogdan" in owner
    target = editor.hover("seats/bot", "target")
    assert "When a value is on target." in target
    assert "USD 185000" in target
    assert "When the seat should be retired." in editor.hover("seats/bot", "retire_when")
    assert "hourly (a value for each hour" in editor.hover("seats/bot", "cadence")
