"""A command in a fork does what it does in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import RUNNER, SCRIPT, Shell, shell_path


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


def in_shell(shell: Shell, line: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    words = ["sh", "-c", line]
    return subprocess.run(words, cwd=shell.folder, env=shell.env(env), capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "line",
    [
        "orgtp chart | head -2",
        "orgtp unknown; echo $?",
        "cd seats && orgtp seat show bot > ../out; cat ../out",
        "echo 12 | orgtp score add bot number - --by ada --dry-run",
        "orgtp chart <&- >&-; echo $?",
        "umask 027; orgtp init ../other --timezone UTC >../out 2>&1; stat -c %a ../other/org.yaml",
        "(ulimit -f 1; orgtp init --sample ../more 2>&1); ls ../more",
        "orgtp score add bot number 1 --by ada --note \"$(printf 'a\\351b')\" --dry-run 2>&1",
        "PYTHONUTF8=0 orgtp chart --json | wc -c",
    ],
)
def test_a_line_of_shell_says_the_same_with_the_shim(acme: Shell, line: str) -> None:
    real = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    twin = acme.at(acme.folder.parent / "twin" / "acme")
    shutil.copytree(acme.folder, twin.folder, symlinks=True)
    with_shim, without = (in_shell(here, line, PATH=path) for here, path in ((acme, shell_path()), (twin, real)))
    assert (with_shim.returncode, with_shim.stdout, with_shim.stderr) == (
        without.returncode, without.stdout.replace(b"/twin/", b"/"), without.stderr.replace(b"/twin/", b"/"),
    )  # fmt: skip


def test_a_line_of_shell_runs_in_a_fork_of_the_server(acme: Shell) -> None:
    program = acme.home / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\ntr '\\0' ' ' < /proc/$PPID/cmdline >> ~/parents\nexec /usr/bin/env -i git \"$@\"\n")
    program.chmod(0o755)
    path = shell_path()
    in_shell(acme, "orgtp chart --at HEAD", PATH=f"{program.parent}{os.pathsep}{path}")
    assert "server.py" in acme.home.joinpath("parents").read_text()


def test_the_death_of_a_fork_is_told_to_the_shell(acme: Shell) -> None:
    program = acme.home / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nkill -9 $PPID\n")
    program.chmod(0o755)
    ran = in_shell(acme, "orgtp chart --at HEAD", PATH=f"{program.parent}{os.pathsep}{shell_path()}")
    assert ran.returncode in {137, -9}  # a shell tells it, unless it became the command
