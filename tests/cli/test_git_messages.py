"""What git says is passed on so that the command in it can be typed."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import Shell


def find_command(err: str) -> str:
    """The command that git suggests, on a line of its own or after what went wrong."""
    (line,) = [line for line in err.splitlines() if "git config" in line]
    return line[line.index("git config") :].partition(")")[0]


@pytest.mark.parametrize(
    "words", [("log",), ("score", "add", "bot", "number", "13"), ("seat", "blame", "bot"), ("sync",)]
)
def test_a_command_that_git_indents_by_a_tab_can_be_typed(acme: Shell, words: tuple[str, ...]) -> None:
    err = acme(*words, code=None, GIT_TEST_ASSUME_DIFFERENT_OWNER="1").err
    assert "dubious ownership" in err
    assert "\\t" not in err
    command = find_command(err)
    assert f"    {command}\n" in err
    subprocess.run(["sh", "-c", command], env=acme.env(), check=True)
    assert "dubious ownership" not in acme(*words, code=None, GIT_TEST_ASSUME_DIFFERENT_OWNER="1").err


def test_the_command_for_a_remote_is_passed_on_as_well(acme: Shell) -> None:
    acme.git("init", "-q", "--bare", "../hub.git")
    acme.git("remote", "add", "origin", str(acme.folder.parent / "hub.git"))
    acme.git("config", "--global", "--add", "safe.directory", str(acme.folder))
    err = acme("sync", code=None, GIT_TEST_ASSUME_DIFFERENT_OWNER="1").err
    assert "\\t" not in err
    subprocess.run(["sh", "-c", find_command(err)], env=acme.env(), check=True)
    acme("sync", GIT_TEST_ASSUME_DIFFERENT_OWNER="1")


def test_a_tab_within_a_line_is_still_shown(acme: Shell) -> None:
    assert 'unknown seat "a\\tb"' in acme("seat", "show", "a\tb", code=2).err
