"""How what is recorded becomes a pull request, as `docs/ci.md` says it, word for word."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import ROOT, Shell, shell_path

RECIPE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8").partition("\n## Review a recorded change\n")[2]
(TYPED,) = re.findall(r"```sh\n(.*?)```", RECIPE.partition("\n## ")[0], re.S)
AFTER, BACK = re.findall(r"`([^`\n]+)`", RECIPE.partition("```\n\n")[2].partition("\n## ")[0])


def typed(org: Shell, text: str) -> None:
    """Type it in a shell."""
    path = shell_path()
    words = ["sh", "-e", "-c", text]
    done = subprocess.run(
        words, cwd=org.folder, env=org.env({"PATH": path}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def asked(sample: Shell) -> Shell:
    """The sample org with a remote, and its pull request."""
    sample.git("init", "-q", "--bare", "-b", "main", "../server.git")
    sample.git("remote", "add", "origin", "../server.git")
    sample.git("push", "-q", "--set-upstream", "origin", "main")
    typed(sample, TYPED)
    assert "status: retired" in sample.read("seats/jeff.yaml")
    return sample


def test_recipe_is_what_is_tested() -> None:
    assert (AFTER, BACK) == ("orgtp sync", "git status && git reset --keep origin/main")


def test_pull_request_is_merged_and_main_comes_together(asked: Shell) -> None:
    """The branch is there alone until somebody merges it; then both sides have one history."""
    assert asked.git("ls-remote", "origin", "main").out.split()[0] == asked.git("rev-parse", "HEAD~1").out.strip()
    asked.git("clone", "-q", "../server.git", "../server")
    there = asked.at(asked.folder.parent / "server")
    there.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", "origin/retire-jeff")
    there.git("push", "-q", "origin", "main")
    typed(asked, AFTER)
    assert asked.head() == there.head()
    assert asked("validate", "--base", "HEAD^1").code == 0
    assert asked.git("status", "--porcelain").out == ""


def test_pull_request_is_taken_back(asked: Shell) -> None:
    typed(asked, BACK)
    assert "status: retired" not in asked.read("seats/jeff.yaml")
    assert asked.git("status", "--porcelain", "--branch").out == "## main...origin/main\n"
    typed(asked, AFTER)
    assert asked.git("ls-remote", "origin", "main").out.split()[0] == asked.head()
