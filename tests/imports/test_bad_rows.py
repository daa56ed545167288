"""`--skip-bad` never loses a row: what it leaves out is in a file, or the output says where it is."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from orgtp.actions.import_seats.plan import BadRows
from orgtp.api import ImportRequest, open_org
from tests.conftest import SCRIPT, Shell
from tests.imports.test_command import BAD, PEOPLE

TEAM = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {{name: {name}}}
spec: {{type: team, parent: {parent}}}
"""


def test_two_tables_of_one_name_have_a_file_each_that_names_its_source(acme: Shell) -> None:
    """The names of the files differ only in their digits, so their sources have one name."""
    acme.write("people-1.csv", PEOPLE + "6,Eve,Clerk,99,eve@example.com,\n")
    acme.write("people-2.csv", "ID,Name,Title,Manager ID\n61,Fay,Clerk,98\n62,Gus,Clerk,1\n")
    acme.write("staff.csv", "ID,Name,Title,Manager ID\n71,Hal,Clerk,97\n")
    done = acme("import", "people-1.csv", "people-2.csv", "staff.csv", "--under", "ada", "--skip-bad", "bad.csv")
    assert "Eve" in acme.read("bad-people.csv")
    assert "Fay" in acme.read("bad-people-2.csv")
    assert (
        "1 bad row is in bad-people-2.csv. Correct it there, then: orgtp import bad-people-2.csv --part-of people\n"
        in (done.err)
    )
    assert (
        "1 bad row is in bad-staff.csv. Correct it there, then: orgtp import bad-staff.csv --part-of staff\n"
        in done.err
    )


def test_rows_of_a_format_without_lines_are_said_to_be_in_no_file(acme: Shell) -> None:
    """A file with nothing but comments could not be corrected and imported."""
    for name, parent in {"web": "nobody", "data": ""}.items():
        acme.write(f"../teams/{name}.yaml", TEAM.format(name=name, parent=parent))
    done = acme("import", "../teams", "--owner", "ada", "--under", "ada", "--skip-bad", "bad.yaml")
    assert "1 bad row is in no file" in done.err
    assert "Correct it in the source, and import it again" in done.err
    assert not (acme.folder / "bad.yaml").exists()


def test_a_source_in_a_repository_has_a_name_that_no_file_can_have(acme: Shell) -> None:
    for name in ("a", "b"):
        acme.write(
            f"../repo/{name}.yaml", f"{TEAM.format(name=name, parent='')}---\n{TEAM.format(name='[]', parent='')}"
        )
    shell = acme.at(acme.folder.parent / "repo")
    shell.git("init", "-q")
    shell.git("remote", "add", "origin", "https://git.example.com/acme/catalog.git")
    words = ("../repo/a.yaml", "../repo/b.yaml", "--owner", "ada", "--under", "ada", "--skip-bad", "bad.yaml")
    done = acme("import", *words)
    assert '"kind": "Group"' in acme.read("bad-git.example.com-acme-catalog-a.yaml")
    assert "--part-of git.example.com/acme/catalog/b.yaml" in done.err


def test_a_file_that_is_written_by_half_is_removed_again(acme: Shell) -> None:
    """The disk is full: whoever found half of the rows would take them for all."""
    acme.write("people.csv", BAD + f"8,{'Long ' * 2000},Clerk,99,,\n")
    before = acme.head()
    words = ["sh", "-c", 'ulimit -f 4 && exec "$@"', "sh", str(SCRIPT), "import", "people.csv", "--under", "ada"]
    done = subprocess.run(
        [*words, "--skip-bad", "bad.csv"], cwd=acme.folder, env=acme.env(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert b"bad.csv cannot be written: File too large. Nothing was imported" in done.stderr
    assert not (acme.folder / "bad.csv").exists()
    assert acme.head() == before


@pytest.mark.parametrize("what", ["link", "file", "folder", "input", "device"])
def test_nothing_is_overwritten(acme: Shell, tmp_path: Path, what: str) -> None:
    acme.write("people.csv", BAD)
    target = acme.folder / "bad.csv"
    if what == "link":
        target.symlink_to(tmp_path / "elsewhere")
    elif what == "folder":
        target.mkdir()
    elif what == "file":
        acme.write("bad.csv", "mine\n")
    names = {"input": "people.csv", "device": "/dev/full"}
    before = acme.head()
    acme("import", "people.csv", "--under", "ada", "--skip-bad", names.get(what, "bad.csv"), code=2)
    assert not (tmp_path / "elsewhere").exists()
    assert acme.read("people.csv") == BAD
    assert what != "file" or acme.read("bad.csv") == "mine\n"
    assert acme.head() == before


def test_a_row_that_became_bad_meanwhile_is_not_left_out(acme: Shell) -> None:
    """The rows were written to a file as the plan had them; another import came first."""
    acme.write("people.csv", "ID,Name,Title,Manager ID\n1,Bo,Clerk,bot\n2,Cy,Clerk,\n")
    handle = open_org(acme.folder)
    request = ImportRequest(under="ada", skip_bad=True)
    sources = handle.imports.read_sources([acme.folder / "people.csv"])
    plan = handle.imports.plan(sources, request)
    acme.write("staff.csv", "ID,Name,Title\n2,Dee,Clerk\n")
    acme("import", "staff.csv", "--under", "ada")
    before = acme.head()
    with pytest.raises(BadRows, match="The org has changed meanwhile"):
        open_org(acme.folder).imports.record(sources, request, planned=plan)
    assert acme.head() == before


def test_standard_input_without_an_end_is_too_large(acme: Shell) -> None:
    """It is read no further than the largest file of a format."""
    limit = 600 * 1024 * 1024
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [str(SCRIPT), "import", "-", "--format", "people"],
            cwd=acme.folder,
            env=acme.env(),
            stdin=endless,
            capture_output=True,
            timeout=60,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
    assert done.returncode == 2, done.stderr
    assert b"larger than 64 MiB" in done.stderr


def test_the_places_of_two_files_of_one_name_are_told_apart(acme: Shell) -> None:
    acme.write("a/people.csv", "ID,Name,Title\na-1,Bob Ray,Watches the ad spend of clients\n")
    acme.write("b/people.csv", "ID,Name,Title\nb-1,Cy Moss,Keeps the books\nb-2,,Clerk\n")
    shown = acme("import", "a/people.csv", "b/people.csv", "--under", "ada", "--json", "--dry-run", code=1).json
    assert [row["where"] for row in shown["rows"]] == ["a/people.csv:2", "b/people.csv:2"]
    assert [bad["where"] for bad in shown["bad"]] == ["b/people.csv:3"]
    for folder in "ab":
        acme.write(f"{folder}/.claude/agents/x.md", f"---\nname: {folder}\ndescription: Does {folder}.\n---\n")
    shown = acme("import", "a/.claude", "b/.claude", "--owner", "ada", "--json", "--dry-run", code=None).json
    assert len({row["where"] for row in shown["rows"]}) == 2
    one = acme("import", "a/people.csv", "--under", "ada", "--json", "--dry-run").json
    assert [row["where"] for row in one["rows"]] == ["people.csv:2"], "a file that is alone needs no path"
