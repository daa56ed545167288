"""The hook of `.pre-commit-hooks.yaml`, really installed and run by pre-commit, in an org of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Ran, Shell

PROGRAM = Path(sys.executable).with_name("pre-commit")
# What a wheel is built of, and what pre-commit reads.
SOURCES = (
    "src",
    "schema",
    "sample-org",
    "templates",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)


def project(shell: Shell) -> str:
    """This project as a git repository of its own, at one commit; its revision."""
    folder = shell.folder / "project"
    folder.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copyfile(ROOT / name, folder / name)
    there = shell.at(folder)
    there.git("init", "-q")
    there.git("add", ".")
    there.git("commit", "-qm", "As it is")
    return there.head()


def pre_commit(org: Shell, *words: str) -> Ran:
    """Run pre-commit as a user does: with the settings of pip that this machine has, and folders of the test's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "ORGTP"))}
    own = {**org.env(), "PRE_COMMIT_HOME": str(org.home / "pre-commit"), "HOME": os.environ["HOME"]}
    about = {"GIT_CONFIG_GLOBAL": str(org.home / ".gitconfig"), "PIP_NO_COMPILE": "1"}
    words = (str(PROGRAM), *words)
    done = subprocess.run(
        words, cwd=org.folder, env={**kept, **own, **about}, capture_output=True, text=True, check=False, timeout=300
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.long
def test_pre_commit_installs_and_runs_the_hook(acme: Shell, shell: Shell) -> None:
    """A good org passes; a bad one fails with what orgtp says; and so does one that lost a file and gained none."""
    hook = f"repos:\n  - repo: {(shell.folder / 'project').as_uri()}\n    rev: {project(shell)}\n"
    acme.write(".pre-commit-config.yaml", f"{hook}    hooks:\n      - id: orgtp-validate\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Guarded")
    ran = pre_commit(acme, "run", "--all-files")
    assert ran.code == 0, ran.out + ran.err
    assert "Passed" in ran.out

    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("owner: ada", "owner: adda"))
    acme.git("add", ".")
    ran = pre_commit(acme, "run")
    assert ran.code == 1
    assert "seats/bot.yaml:6:8: owner-unknown" in ran.out
    # What is not staged is put aside: nothing is wrong with what would be committed.
    acme.git("reset", "-q")
    assert pre_commit(acme, "run").code == 0

    acme.git("checkout", "-q", ".")
    acme.git("rm", "-q", "seats/ada.yaml")
    ran = pre_commit(acme, "run")
    assert ran.code == 1
    assert "seats/bot.yaml:6:8: owner-unknown" in ran.out
    acme.git("reset", "-q", "--hard")
    guards_the_record(acme)
    lets_the_first_commit_through(acme)


def guards_the_record(acme: Shell) -> None:
    """A seat that is deleted and a score that is rewritten are refused, though nothing is wrong with what is left."""
    acme("score", "add", "bot", "number", "14", "--by", "ada")
    acme.write("seats/pip.yaml", acme.read("seats/bot.yaml").replace("seat: bot", "seat: pip"))
    acme.git("add", ".")
    acme.git("commit", "-qm", "One more")
    acme.git("rm", "-q", "seats/pip.yaml")
    ran = pre_commit(acme, "run")
    assert ran.code == 1
    assert "seats/pip.yaml:1:1: seat-deleted" in ran.out
    acme.git("reset", "-q", "--hard")
    path = "scores/bot/2026-11.jsonl"
    acme.write(path, acme.read(path).replace('"value":"14"', '"value":"15"'))
    acme.git("add", ".")
    ran = pre_commit(acme, "run")
    assert ran.code == 1
    assert f"{path}:1:1: score-row-changed" in ran.out
    acme.git("reset", "-q", "--hard")


def lets_the_first_commit_through(acme: Shell) -> None:
    """In a repository that has no commit yet, there is nothing to compare with."""
    shutil.rmtree(acme.folder / ".git")
    acme.git("init", "-q", "-b", "main")
    acme.git("add", ".")
    ran = pre_commit(acme, "run")
    assert ran.code == 0, ran.out + ran.err
    assert "Passed" in ran.out
    assert acme.git("rev-parse", "--quiet", "--verify", "HEAD", code=1).out == ""
