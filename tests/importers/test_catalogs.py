"""What the readers of catalogs and agents make of invented files in each format, and which of them reads what."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orgtp.importers.formats import FORMATS, BadSource
from orgtp.importers.read import read_draft_sources
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import DraftSource
from tests.conftest import ACCEPT
from tests.importers.draft_texts import write_source

CATALOGS = Path(__file__).parent / "catalogs"
# A folder of files, and the format that they have.
FORMAT_OF = {
    "agents": "agents",
    "backstage": "backstage",
    "peribolos": "peribolos",
    "kubernetes": "peribolos",
    "crewai": "crewai",
    "copilot-studio": "copilot-studio",
    "a2a": "a2a",
    "oasf": "oasf",
}


def read_paths(*paths: str, format_: str = "") -> list[DraftSource]:
    return read_draft_sources([Path(path) for path in paths], format_, {}, {})


def add_repository(folder: Path) -> None:
    """Make a folder look like a repository with an address."""
    (folder / ".git").mkdir()
    config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@git.example.com:harbour/everything.git\n'
    (folder / ".git" / "config").write_text(config, encoding="utf-8")


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, in a repository with an address, and the folder from which they are read."""
    folder = tmp_path / "catalogs"
    shutil.copytree(CATALOGS, folder)
    add_repository(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", FORMAT_OF)
def test_a_folder_is_recognised_and_read(name: str, catalogs: Path) -> None:
    (source,) = read_paths(name)
    assert source.format == FORMAT_OF[name]
    expected = CATALOGS / f"{name}.txt"
    if ACCEPT:
        expected.write_text(write_source(source), encoding="utf-8")
    assert write_source(source) == expected.read_text(encoding="utf-8")


def test_every_fixture_has_an_expected_reading() -> None:
    assert {path.name for path in CATALOGS.iterdir() if path.is_dir()} == set(FORMAT_OF)
    assert {path.stem for path in CATALOGS.glob("*.txt")} == set(FORMAT_OF)


SINGLE = {
    "agents/.claude/agents/code-reviewer.md": "agents",
    "agents/.github/agents/release-notes.agent.md": "agents",
    "backstage/catalog-info.yaml": "backstage",
    "backstage/teams/engineering.yaml": "backstage",
    "peribolos/org.yaml": "peribolos",
    "kubernetes/harbour/org.yaml": "peribolos",
    "crewai/config/agents.yaml": "crewai",
    "copilot-studio/agent.mcs.yml": "copilot-studio",
    "copilot-studio/agents/Refunds/agent.mcs.yml": "copilot-studio",
    "a2a/agent-card-0.3.json": "a2a",
    "a2a/agent-card-1.0.json": "a2a",
    "oasf/record-0.7.json": "oasf",
    "oasf/record-1.0.json": "oasf",
}


@pytest.mark.parametrize("path", SINGLE)
def test_a_single_file_is_recognised_by_one_format(path: str, catalogs: Path) -> None:
    start = Path(path).read_bytes()
    assert [one.name for one in FORMATS if one.recognise(Path(path), start)] == [SINGLE[path]]
    (source,) = read_paths(path)
    assert source.format == SINGLE[path]
    assert source.drafts


def test_a_folder_with_several_formats_is_a_source_for_each(catalogs: Path) -> None:
    found = read_paths(".")
    assert [source.format for source in found] == [
        "backstage",
        "peribolos",
        "crewai",
        "copilot-studio",
        "a2a",
        "oasf",
        "agents",
    ]
    assert {source.name for source in found} == {"git.example.com/harbour/everything"}


def test_a_format_that_is_named_reads_that_alone(catalogs: Path) -> None:
    (source,) = read_paths(".", format_="crewai")
    assert [draft.name for draft in source.drafts] == ["researcher", "reporting_analyst"]


@pytest.mark.parametrize("format_", sorted(set(FORMAT_OF.values())))
def test_a_folder_without_the_format_is_refused(format_: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(BadSource, match=r"no .* in it|no Markdown file"):
        read_paths(str(tmp_path), format_=format_)


def test_a_folder_that_has_no_format_names_them_all(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"not recognised.*backstage.*agents"):
        read_paths(str(tmp_path))


def test_a_misspelt_format_is_suggested() -> None:
    with pytest.raises(BadInput, match='Did you mean "backstage"'):
        read_paths("x", format_="backstge")


@pytest.mark.parametrize("format_", sorted(set(FORMAT_OF.values())))
def test_an_org_of_orgtp_is_none_of_them(format_: str, tmp_path: Path) -> None:
    (tmp_path / "seats").mkdir()
    (tmp_path / "org.yaml").write_text("org: acme\nname: Acme\ntimezone: Europe/Berlin\nmembers: x\n", encoding="utf-8")
    (tmp_path / "seats" / "ada.yaml").write_text("seat: ada\nname: Ada\nrole: CEO\nkind: human\n", encoding="utf-8")
    (one,) = [one for one in FORMATS if one.name == format_]
    assert not one.recognise(tmp_path, b"")
    assert not one.recognise(tmp_path / "org.yaml", (tmp_path / "org.yaml").read_bytes())
