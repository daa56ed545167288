"""`orgtp import` of several catalogs at once, of one agent in many places, and of bad rows. See tests/imports, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.importers.test_catalogs import CATALOGS, add_repository

OPTIONS = ("--under", "david", "--owner", "bogdan")


@pytest.fixture
def shell_in_catalogs(sample: Shell, tmp_path: Path) -> Shell:
    """A shell in a folder with the files, which imports into the sample."""
    folder = tmp_path / "catalogs"
    shutil.copytree(CATALOGS, folder)
    add_repository(folder)
    return sample.at(folder)


def test_a_folder_with_everything_is_one_import(shell_in_catalogs: Shell, sample: Shell) -> None:
    shell_in_catalogs("--org", str(sample.folder), "import", "backstage", "agents", "crewai", *OPTIONS)
    seats = {seat["seat"]: seat for seat in sample("seat", "list", "--json").json["seats"]}
    assert seats["asha"]["reports_to"] == "david"
    assert seats["ticket-sorter"]["owner"] == "jdoe"
    assert seats["pull-request-helper"]["reports_to"] == "team-web"
    assert seats["code-reviewer"]["status"] == "proposed"


def test_the_same_agent_in_many_repositories_is_one_seat_with_all_places(sample: Shell, tmp_path: Path) -> None:
    text = (CATALOGS / "agents" / ".claude" / "agents" / "code-reviewer.md").read_text(encoding="utf-8")
    for number in range(14):
        agents = tmp_path / "work" / f"repo-{number}" / ".claude" / "agents"
        agents.mkdir(parents=True)
        (agents / "reviewer.md").write_text(text, encoding="utf-8")
        (tmp_path / "work" / f"repo-{number}" / ".git").mkdir()
    sample("import", str(tmp_path / "work"), *OPTIONS)
    seat = sample("seat", "show", "code-reviewer", "--json").json["seat"]
    assert [place["repo"] for place in seat["runs_from"]] == sorted(f"repo-{number}" for number in range(14))


def test_a_renamed_team_is_known_again_by_its_earlier_name(sample: Shell, tmp_path: Path) -> None:
    file = tmp_path / "org.yaml"
    file.write_text("orgs:\n  acme:\n    teams:\n      lifting: {members: [ada]}\n", encoding="utf-8")
    sample("import", str(file), *OPTIONS)
    file.write_text(
        "orgs:\n  acme:\n    teams:\n      cranes: {previously: [lifting], members: [ada]}\n", encoding="utf-8"
    )
    sample("import", str(file), *OPTIONS)
    seats = {seat["seat"]: seat["name"] for seat in sample("seat", "list", "--json").json["seats"]}
    assert seats["lifting"] == "cranes"
    assert "cranes" not in seats


def test_bad_rows_are_written_to_a_file_that_says_what_is_wrong(sample: Shell, tmp_path: Path) -> None:
    file, fixed = tmp_path / "catalog-info.yaml", tmp_path / "bad.yaml"
    head = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: %s}\nspec: {memberOf: []}\n---\n"
    file.write_text(head % "ada" + head % "grace hopper", encoding="utf-8")
    assert "grace hopper" in sample("import", str(file), *OPTIONS, code=1).err
    sample("import", str(file), *OPTIONS, "--skip-bad", str(fixed))
    text = fixed.read_text(encoding="utf-8")
    assert text.startswith(f'# {file}:6: "grace hopper" is not a name as Backstage allows it')
    fixed.write_text(text.replace("grace hopper", "grace-hopper"), encoding="utf-8")
    sample("import", str(fixed), *OPTIONS)
    assert {"ada", "grace-hopper"} <= {seat["seat"] for seat in sample("seat", "list", "--json").json["seats"]}


def test_a_row_that_cannot_be_in_a_file_of_its_own_is_corrected_in_its_source(sample: Shell, tmp_path: Path) -> None:
    file, bad = tmp_path / "org.yaml", tmp_path / "bad.yaml"
    file.write_text("orgs:\n  x:\n    members: [ada, b c]\n", encoding="utf-8")
    done = sample("import", str(file), *OPTIONS, "--skip-bad", str(bad))
    assert f'{file}:3: "b c" is not a login of GitHub' in done.err
    assert "1 bad row is in no file" in done.err
    assert not bad.exists()
