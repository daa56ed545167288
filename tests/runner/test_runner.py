"""A command in a fork does what it does in a process of its own."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import RUNNER, SCRIPT, Shell


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("--help",),
        ("chart",),
        ("chart", "--json"),
        ("validate",),
        ("unknown",),
        ("seat", "show", "nobody"),
    ],
    ids=" ".join,
)
def test_a_fork_says_what_a_process_says(acme: Shell, words: tuple[str, ...]) -> None:
    assert acme(*words, code=None) == acme.process(*words, code=None)


def test_both_make_the_same_org(shell: Shell) -> None:
    trees = []
    for run, name in ((shell, "a"), (shell.process, "b")):
        run("init", f"{name}/acme", "--name", "Acme", "--timezone", "UTC")
        trees.append(shell.at(shell.folder / name / "acme").head())
    assert trees[0] == trees[1]


def test_the_environment_is_that_of_the_call(acme: Shell) -> None:
    late = acme("stale", "--json", ORGTP_NOW="2026-12-20T18:00:00-05:00", code=None)
    assert late.out != acme("stale", "--json", code=None).out


@pytest.mark.parametrize("name", ["PYTHONUTF8", "LC_ALL", "GIT_PYTHON_TRACE"])
def test_what_is_read_at_the_start_takes_a_process(acme: Shell, name: str) -> None:
    assert RUNNER.can_run(acme.env())
    assert not RUNNER.can_run(acme.env({name: "1"}))


def test_git_that_is_missing_is_missed(acme: Shell) -> None:
    words = ("score", "add", "bot", "number", "1", "--by", "ada")
    assert acme(*words, PATH="/nowhere", code=None) == acme.process(*words, PATH="/nowhere", code=None)


def test_much_goes_in_and_out(acme: Shell) -> None:
    rows = [f"bot,number,2026-W{1 + index % 45:02},{index}" for index in range(3_000)]
    text = "\n".join(["seat,metric,period,value", *rows, ""])
    words = ("score", "add", "--from", "-", "--by", "ada", "--dry-run")
    assert acme(*words, stdin=text, code=None) == acme.process(*words, stdin=text, code=None)


def test_files_have_the_mode_of_the_callers_umask(shell: Shell) -> None:
    before = os.umask(0o027)
    try:
        shell("init", "acme", "--timezone", "UTC")
    finally:
        os.umask(before)
    assert (shell.folder / "acme/org.yaml").stat().st_mode & 0o777 == 0o640


def test_a_command_that_does_not_end_is_ended(acme: Shell) -> None:
    marker = acme.home / "pid"
    program = acme.home / "bin/git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {marker}\nexec sleep 60\n")
    program.chmod(0o755)
    env = acme.env({"PATH": f"{program.parent}:{os.environ['PATH']}"})
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        RUNNER.run([str(SCRIPT), "chart", "--at", "HEAD"], acme.folder, env, b"", 3)
    assert time.monotonic() - start < 30
    child = Path("/proc") / marker.read_text().strip() / "cmdline"
    until = time.monotonic() + 10
    while child.exists() and child.read_bytes() and time.monotonic() < until:
        time.sleep(0.05)
    assert not child.exists() or not child.read_bytes()


def test_a_death_by_a_signal_is_told(acme: Shell) -> None:
    program = acme.home / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nkill -9 $PPID\n")
    program.chmod(0o755)
    env = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    assert acme("chart", "--at", "HEAD", code=None, **env).code == -9
    assert acme("--version").out
