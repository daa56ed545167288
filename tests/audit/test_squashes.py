"""What git itself makes of several messages in one commit is legal, and claims what all of them did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.keys import make_key, sign_with
from tests.canary.birds import within
from tests.conftest import NOW, Shell


@pytest.fixture
def acme(acme: Shell) -> Shell:
    """The small org, with what is done by hand of the day on which the clock of the tests stands."""
    dated = within(acme, {"GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW})
    dated.git("commit", "-q", "--amend", "--no-edit", "--date", NOW)
    return dated


def _squashed(acme: Shell) -> None:
    """The last two commits in one, by git."""
    acme.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="sed -i 2s/pick/squash/", GIT_EDITOR="true")


def _two_values(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13", "--by", "ada")
    acme("score", "add", "bot", "percent", "96", "--by", "ada")


def _rules(shell: Shell, code: int) -> set[str]:
    return {one["rule"] for one in shell("audit", "verify", "--json", code=code).json["violations"]}


def test_merge_squash_claims_what_its_commits_claim(acme: Shell) -> None:
    _two_values(acme)
    acme.git("branch", "side")
    acme.git("reset", "-q", "--hard", "HEAD~2")
    acme.git("merge", "-q", "--squash", "side")
    acme.git("commit", "-q", "--no-edit")
    assert "Squashed commit of the following" in acme.git("log", "-1", "--format=%B").out
    assert _rules(acme, 0) == set()


def test_a_squash_in_a_rebase_claims_what_its_commits_claim(acme: Shell) -> None:
    _two_values(acme)
    _squashed(acme)
    assert acme.git("log", "-1", "--format=%B").out.count("Orgtp-Action: score") == 2
    assert _rules(acme, 0) == set()


def test_a_squash_that_lies_is_seen(acme: Shell) -> None:
    _two_values(acme)
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("role: Desk", "role: Door"))
    acme.git("commit", "-qa", "--amend", "--no-edit")
    _squashed(acme)
    assert _rules(acme, 1) == {"trailer-mismatch"}


def test_signed_commits_may_be_rebased_by_their_author(acme: Shell, tmp_path: Path) -> None:
    """Two values in one file, the second made anew by git after the first: its message has the old hash of the file."""
    sign_with(acme, make_key(tmp_path, "one"))
    other = acme.at(tmp_path / "other")
    acme.git("clone", "-q", ".", str(other.folder))
    sign_with(other, make_key(tmp_path, "two"))
    acme("score", "add", "bot", "number", "13", "--by", "ada")
    other("score", "add", "bot", "percent", "96", "--by", "ada")
    assert "Orgtp-Content" in other.git("log", "-1", "--format=%B").out
    other.git("pull", "-q", "--rebase")
    assert other.git("rev-list", "--count", "HEAD~1").out == acme.git("rev-list", "--count", "HEAD").out
    assert "gpgsig" in other.git("cat-file", "commit", "HEAD").out
    assert _rules(other, 0) == set()
