"""Files that mean harm, in a folder and in git's objects: each a problem at its place, in little time and memory."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.terminal import driving
from tests.conftest import Shell
from tests.hostile.cases import BASE, FILES, MONTH, NAMES, OBJECTS, ORG, RESERVED, Case, named
from tests.hostile.measure import START_MIB, Measured, measured
from tests.hostile.objects import FILE, bare, large_blob

# Two names that differ only by case.
TWINS = ("case", "case-of-a-folder")
ON_DISK = FILES | NAMES
IN_GIT = {name: FILES[name] for name in ("billion-laughs", "deep-flow-small", "nul", "score-deep", "score-lines")}
IN_GIT |= OBJECTS | {name: case for name, case in NAMES.items() if name not in TWINS}
IN_GIT |= {name: case for name, case in FILES.items() if name.startswith(("branch", "org"))}


def lay_out(folder: Path, case: Case) -> None:
    for path, raw in case.tree.items():
        target = Path(os.fsdecode(os.fsencode(folder) + b"/" + path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)


def check(told: Measured, case: Case) -> None:
    assert case.found <= told.places, told.problems[:3]
    assert told.code == int(any(problem["severity"] == "error" for problem in told.problems))
    assert all(len(problem["message"]) <= 400 and problem["hint"] for problem in told.problems)


@pytest.mark.parametrize("name", ON_DISK)
def test_in_a_folder(shell: Shell, name: str) -> None:
    lay_out(shell.folder, ON_DISK[name])
    check(measured(shell, "validate", "--json"), ON_DISK[name])
    told = measured(shell, "validate")
    assert not driving(told.out + told.err)


@pytest.mark.parametrize("name", IN_GIT)
def test_in_git(shell: Shell, name: str) -> None:
    here = bare(shell, IN_GIT[name].tree)
    check(measured(here, "validate", "--json", "--at", "HEAD"), IN_GIT[name])
    told = measured(here, "validate")
    assert not driving(told.out + told.err)


@pytest.mark.parametrize("name", [*RESERVED, *TWINS])
def test_a_tree_with_a_reserved_name_or_twins_is_refused(shell: Shell, name: str) -> None:
    tree = NAMES[name].tree if name in TWINS else named(RESERVED[name], "tree-malformed").tree
    here = bare(shell, tree)
    for words in (("validate",), ("validate", "--json", "--at", "HEAD"), ("chart",)):
        told = measured(here, *words)
        assert (told.code, told.out) == (1, "")
        assert "the history has a tree that git never writes" in told.err
        assert not driving(told.err)


def test_a_file_of_a_gigabyte(shell: Shell) -> None:
    """Sparse, and neither opened nor compared with what is committed."""
    lay_out(shell.folder, Case({}, set()))
    shell.git("init", "-q")
    shell.git("add", ".")
    shell.git("commit", "-qm", "Small")
    for path in (MONTH, "seats/eve.yaml", "retirements/eve.yaml"):
        (shell.folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (shell.folder / path).open("wb") as file:
            file.truncate(1024**3)
    told = measured(shell, "validate", "--json")
    large = {
        ("too-large", MONTH, 1),
        ("yaml-too-large", "seats/eve.yaml", 1),
        ("yaml-too-large", "retirements/eve.yaml", 1),
    }
    assert told.places >= large
    assert json.loads(told.out)["dirty"] is True


def test_an_org_yaml_of_a_gigabyte(shell: Shell) -> None:
    lay_out(shell.folder, Case({}, set()))
    with (shell.folder / "org.yaml").open("wb") as file:
        file.truncate(1024**3)
    assert measured(shell, "validate", "--json").places == {("yaml-too-large", "org.yaml", 1)}


@pytest.mark.parametrize(("path", "rule"), [(MONTH, "too-large"), ("seats/eve.yaml", "yaml-too-large")])
def test_a_blob_of_a_hundred_megabytes(shell: Shell, path: str, rule: str) -> None:
    oid = large_blob(bare(shell, {}), shell.home / "large", 100_000_000)
    told = measured(bare(shell, BASE, {path.encode(): (FILE, oid)}), "validate", "--json")
    assert (rule, path, 1) in told.places


def test_an_org_yaml_of_a_hundred_megabytes_in_git_is_refused(shell: Shell) -> None:
    oid = large_blob(bare(shell, {}), shell.home / "large", 100_000_000)
    files = {b"seats/ada.yaml": BASE[b"seats/ada.yaml"]}
    told = measured(bare(shell, files, {b"org.yaml": (FILE, oid)}), "validate", "--json")
    assert (told.code, told.out) == (2, "")
    assert "100,000,000 bytes" in told.err


def test_ten_thousand_files(shell: Shell) -> None:
    """Each with an error of its own; what is allowed for ten thousand seats is 300 MiB."""
    seat = b"seat: s%05d\nname: X%05d\nrole: R\nkind: human\nstatus: paused\nreports_to: nowhere-%d\n"
    files = {b"seats/s%05d.yaml" % number: seat % (number, number, number) for number in range(10_000)}
    lay_out(shell.folder, Case(files, set()))
    told = measured(shell, "validate", "--json", most=300, process=True)
    assert [problem["rule"] for problem in told.problems] == ["reports-to-unknown"] * 10_000


def test_ten_thousand_errors_in_every_form(shell: Shell) -> None:
    lay_out(shell.folder, FILES["ten-thousand"])
    for form in ("text", "json", "github", "gitlab", "sarif", "junit"):
        assert measured(shell, "validate", "--format", form).code == 1


def test_the_org_that_is_in_order(shell: Shell) -> None:
    """What the others are made of: were it broken, they would show nothing."""
    lay_out(shell.folder, Case({b"org.yaml": ORG}, set()))
    assert measured(shell, "validate", "--json", most=START_MIB, process=True).problems == []
