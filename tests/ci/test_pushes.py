"""What the jobs of GitHub and GitLab judge: the commit, and with what was there before it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.ci.steps import GITLAB, GUARD, HOSTILE, PLAIN, VALIDATE, ZEROS, Runner
from tests.conftest import Ran


def test_workflow_validates_what_the_queue_merges(rewritten: Runner) -> None:
    base = parsed(rewritten, "HEAD^1")
    ran = rewritten.run(GUARD, BASE=base, EVENT="merge_group", GITHUB_ACTIONS="true")
    assert ran.code == 1
    assert "::error file=scores/bot/2026-11.jsonl" in ran.out


def parsed(runner: Runner, rev: str) -> str:
    """The id of a commit."""
    return runner.org.git("rev-parse", rev).out.strip()


def workflow(runner: Runner, before: str) -> Ran:
    """GitHub's job after a push of what is checked out to where the branch was at `before`."""
    return runner.run(GUARD, BASE=before, EVENT="push", GITHUB_ACTIONS="true")


def pipeline(runner: Runner, before: str) -> Ran:
    """GitLab's."""
    return runner.run(GITLAB, by="sh", CI_COMMIT_BEFORE_SHA=before, GITLAB_CI="true")


BOTH = pytest.mark.parametrize("after_push", [workflow, pipeline])


@BOTH
def test_pushes_are_compared_with_what_was_there(rewritten: Runner, after_push: Callable[[Runner, str], Ran]) -> None:
    """Nothing at first, then a commit."""
    assert after_push(rewritten, ZEROS).code == 0
    ran = after_push(rewritten, parsed(rewritten, "HEAD^1"))
    assert ran.code == 1
    assert "scores/bot/2026-11.jsonl" in ran.out


@BOTH
def test_push_that_rewinds_the_branch_fails(runner: Runner, after_push: Callable[[Runner, str], Ran]) -> None:
    """The org that is left is in order; whether the commit that is gone is still here or not."""
    before = runner.org.head()
    assert after_push(runner, before).code == 0
    runner.org.git("reset", "-q", "--hard", "HEAD~1")
    assert after_push(runner, ZEROS).code == 0
    for gone in (before, "1" * 40):
        ran = after_push(runner, gone)
        assert ran.code == 1
        assert f"The push removed commits from the branch, but recorded history must stay: {gone}" in ran.out + ran.err


def test_rewound_branch_is_an_annotation(runner: Runner) -> None:
    ran = workflow(runner, "1" * 40)
    assert ran.out.startswith("::error::The push removed commits from the branch")


def test_what_is_judged_is_the_commit(converted: Runner) -> None:
    assert "owner: ada\n" in converted.org.read("seats/bot.yaml"), "the file is fine"
    about = {"EVENT": "pull_request", "GITHUB_ACTIONS": "true"}
    base = parsed(converted, "origin/main")
    request = {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    ran = [
        converted.run(GUARD, BASE=base, **about),
        converted.run(VALIDATE, **PLAIN),
        converted.run(GITLAB, by="sh", **request),
    ]
    assert [(one.code, "seats/bot.yaml" in one.out) for one in ran] == [(1, True)] * 3, ran
    # That the checkout differs is another problem, of whoever judges that.
    assert [one.out for one in ran if "not-as-committed" in one.out] == []


def test_gitlab_reports_and_fails(rewritten: Runner) -> None:
    base = rewritten.org.git("merge-base", "HEAD^1", "HEAD^2").out.strip()
    about = {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_BEFORE_SHA": ZEROS}
    ran = rewritten.run(GITLAB, by="sh", GITLAB_CI="true", **about)
    assert ran.code == 1
    assert "scores/bot/2026-11.jsonl:1:" in ran.out
    report = json.loads(rewritten.org.read("gl-code-quality-report.json"))
    assert {row["location"]["path"] for row in report if row["severity"] != "minor"} == {"scores/bot/2026-11.jsonl"}
    assert "<failure" in rewritten.org.read("orgtp-junit.xml")


def test_gitlab_passes_where_all_is_well(runner: Runner) -> None:
    """A report with nothing in it is a report; and a link that a merge request brings is not written through."""
    victim = runner.org.folder.parent / "victim"
    victim.write_text("mine\n")
    (runner.org.folder / "orgtp-junit.xml").symlink_to(victim)
    assert pipeline(runner, ZEROS).code == 0
    assert isinstance(json.loads(runner.org.read("gl-code-quality-report.json")), list)
    assert victim.read_text() == "mine\n"


@pytest.mark.parametrize("about", [{}, {"CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_BEFORE_SHA": ZEROS}])
def test_gitlab_that_does_not_say_what_to_compare_with_fails(runner: Runner, about: dict[str, str]) -> None:
    assert runner.run(GITLAB, by="sh", GITLAB_CI="true", **about).code == 4


@pytest.mark.parametrize("name", ["CI_COMMIT_BEFORE_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"])
def test_no_value_is_run_by_gitlab(runner: Runner, name: str) -> None:
    request = {"CI_MERGE_REQUEST_IID": "7"} if "REQUEST" in name else {}
    for value in HOSTILE:
        assert runner.run(GITLAB, by="sh", **request, **{name: value}).code in {1, 4}
        assert runner.pwned() == []
