"""`git commit` takes the index: what is staged is checked, too, where it differs from the files on disk."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.ledger.ledgers import FILE

EXPLAINED = "audit/explained.jsonl"
LINE = '{"commit":"%s"}\n'


@pytest.fixture
def org(acme: Shell) -> Shell:
    """An org with two values and a file of explanations, all committed."""
    for value in ("12", "13"):
        acme("score", "add", "bot", "number", value)
    acme.write(EXPLAINED, LINE % "a" + LINE % "b")
    acme.git("add", "-A")
    acme.git("commit", "-qm", "Explained")
    return acme


def _found(org: Shell) -> dict[str, tuple[str, str]]:
    """Path to rule and severity of the problems that the next commit would add for good."""
    rules = {"score-row-changed", "seat-deleted", "explanation-touched"}
    problems = org("validate", "--json", code=None).json["problems"]
    return {one["path"]: (one["rule"], one["severity"]) for one in problems if one["rule"] in rules}


def _put_back(org: Shell, path: str) -> None:
    """The file on disk as it is committed; the index stays."""
    org.write(path, org.git("show", f"HEAD:{path}").out)


@pytest.mark.parametrize(("path", "rule"), [(FILE, "score-row-changed"), (EXPLAINED, "explanation-touched")])
def test_a_line_that_only_the_index_lost(org: Shell, path: str, rule: str) -> None:
    org.write(path, "".join(org.read(path).splitlines(keepends=True)[1:]))
    org.git("add", "-A")
    _put_back(org, path)
    assert _found(org) == {path: (rule, "error")}
    ran = org("validate", code=1)
    assert f"git diff --cached -- {path}" in ran.out


@pytest.mark.parametrize(
    ("path", "rule"),
    [(FILE, "score-row-changed"), (EXPLAINED, "explanation-touched"), ("seats/bot.yaml", "seat-deleted")],
)
def test_a_file_that_only_the_index_lost(org: Shell, path: str, rule: str) -> None:
    org.git("rm", "-q", "--cached", path)
    assert _found(org)[path] == (rule, "error")


@pytest.mark.parametrize("text", ["", None, LINE % "b"], ids=["emptied", "removed", "a-line-removed"])
def test_a_single_file_that_only_grows_is_compared_with_the_last_commit(org: Shell, text: str | None) -> None:
    if text is None:
        (org.folder / EXPLAINED).unlink()
    else:
        org.write(EXPLAINED, text)
    assert _found(org) == {EXPLAINED: ("explanation-touched", "error")}


def test_what_is_staged_and_may_be_committed_is_no_problem(org: Shell) -> None:
    org.write("seats/bot.yaml", org.read("seats/bot.yaml").replace("role: ", "role: Head of "))
    org.git("add", "-A")
    _put_back(org, "seats/bot.yaml")
    assert _found(org) == {}


def test_a_lost_line_is_reported_once_if_it_is_lost_on_disk_too(org: Shell) -> None:
    org.git("rm", "-q", "seats/bot.yaml")
    problems = org("validate", "--json", code=1).json["problems"]
    assert [one["path"] for one in problems if one["rule"] == "seat-deleted"] == ["seats/bot.yaml"]


def test_a_merge_with_conflicts_is_not_compared_by_its_index(org: Shell) -> None:
    org.git("checkout", "-qb", "side")
    org.write("seats/bot.yaml", org.read("seats/bot.yaml").replace("role: ", "role: A "))
    org.git("commit", "-qam", "Theirs")
    org.git("checkout", "-q", "main")
    org.write("seats/bot.yaml", org.read("seats/bot.yaml").replace("role: ", "role: B "))
    org.git("commit", "-qam", "Ours")
    org.git("merge", "side", code=None)
    assert "seat-deleted" not in {rule for rule, _ in _found(org).values()}
