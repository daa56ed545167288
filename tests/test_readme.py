"""The README is true: every command in it runs, in order, and so does its Python."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.conftest import ROOT, SCRIPT, Shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
# What a test cannot run: these would install orgtp for the person who runs the tests (see test_wheel.py for that),
# or run the tests from within the tests.
ELSEWHERE = ("make test", "uv tool install orgtp", "pipx install orgtp")


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.S | re.M)


def commands() -> list[str]:
    """The shell commands, each with its continuation lines."""
    text = "\n".join(blocks("sh")).replace("\\\n", " ")
    return [line.split("  #")[0].strip() for line in text.splitlines() if line.strip()]


def in_bash(shell: Shell, script: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a script as a person would type it."""
    path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=shell.folder,
        env=shell.env({"PATH": path, **env}),
        capture_output=True,
        timeout=300,
        check=False,
    )


def test_every_command_runs(shell: Shell) -> None:
    script = [line for line in commands() if not line.startswith("make ") and line not in ELSEWHERE]
    assert len(script) > 15
    ran = in_bash(shell, "set -x\n" + "\n".join(script))
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


def test_make_demo_runs(shell: Shell) -> None:
    assert "make demo" in commands()
    ran = in_bash(shell, f"make --no-print-directory -C '{ROOT}' demo")
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"retire(jeff): to dash, crystal" in ran.stdout


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_is_shown_elsewhere_is_still_in_the_readme(command: str) -> None:
    assert command in commands()


def test_python_runs(shell: Shell) -> None:
    shell("init", "--sample", "sneeze-it")
    (script,) = blocks("python")
    assert len([line for line in script.splitlines() if line.strip()]) <= 10
    shell.write("example.py", script)
    ran = in_bash(shell, "python example.py")
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"David 2/2" in ran.stdout
    assert b"score(radar): escalations-routed 2026-11-20 = 97.5" in ran.stdout


def test_every_command_is_in_the_readme(shell: Shell) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", shell("--help").out, re.M)
    assert {"init", "chart", "retire"} <= set(listed)
    assert [name for name in listed if f"`orgtp {name}" not in README] == []


@pytest.mark.parametrize("words", [["seat"], ["score"], ["source"], ["escalate"], ["audit"], []])
def test_every_command_has_help_with_an_example(shell: Shell, words: list[str]) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", shell(*words, "--help").out.partition("Commands:")[2], re.M)
    assert listed
    for name in set(listed) - {"seat", "score", "source", "escalate", "audit"}:
        assert f"Example: orgtp {' '.join([*words, name])}" in shell(*words, name, "--help").out
