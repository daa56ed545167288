"""An org with a pull request, checked out as CI checks it out: a merge commit, with the branch beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.ci.steps import Runner
from tests.conftest import Shell


@dataclass(frozen=True)
class PullRequest:
    """A branch of an org, and what a runner has of it."""

    origin: Shell

    def merged(self, shell: Shell) -> Runner:
        """Merge the branch that is checked out, and check that out somewhere else, as GitHub's runner does."""
        self.origin.git("add", "--all")
        self.origin.git("commit", "-qm", "What the pull request does")
        self.origin.git("checkout", "-q", "--detach", "main")
        self.origin.git("merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic")
        self.origin.git("update-ref", "refs/pull/7/merge", "HEAD")
        self.origin.git("checkout", "-q", "main")
        shell.git("clone", "-q", str(self.origin.folder), "checked-out")
        here = shell.at(shell.folder / "checked-out")
        here.git("fetch", "-q", "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge")
        here.git("checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
        return Runner(here, shell.folder / "temp")


@pytest.fixture
def pull_request(acme: Shell) -> PullRequest:
    """The small org, on a branch of its own."""
    acme("score", "add", "bot", "number", "14", "--by", "ada")
    acme.git("checkout", "-qb", "topic")
    return PullRequest(acme)


@pytest.fixture
def runner(acme: Shell) -> Runner:
    """A runner with the small org checked out."""
    return Runner(acme, acme.folder.parent / "temp")


@pytest.fixture
def rewritten(pull_request: PullRequest, shell: Shell) -> Runner:
    """A runner with a pull request that changes a score, and no more: the org is in order."""
    path = "scores/bot/2026-11.jsonl"
    pull_request.origin.write(path, pull_request.origin.read(path).replace('"value":"14"', '"value":"15"'))
    return pull_request.merged(shell)


@pytest.fixture
def moved(pull_request: PullRequest, shell: Shell) -> Runner:
    """A runner with a pull request that changes a role."""
    path = "seats/bot.yaml"
    pull_request.origin.write(path, pull_request.origin.read(path).replace("role: Desk", "role: Front desk"))
    return pull_request.merged(shell)


@pytest.fixture
def converted(pull_request: PullRequest, shell: Shell) -> Runner:
    """A runner with a pull request whose seat is in order where it was checked out, and no text that reads in git.

    Two ASCII letters of the file are one letter of what git keeps.
    """
    seat = pull_request.origin.read("seats/bot.yaml")
    pull_request.origin.write("seats/bot.yaml", seat + "\n" * (len(seat) % 2))
    pull_request.origin.write(".gitattributes", "seats/bot.yaml working-tree-encoding=UTF-16LE\n")
    return pull_request.merged(shell)
