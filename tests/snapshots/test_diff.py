"""What a difference looks like: thirteen weeks of the sample, and a pull request made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Shell

Check = Callable[[str, str], None]


@pytest.fixture
def pull(sample: Shell) -> Shell:
    """The sample with a pull request that does a bit of everything, some of it forbidden."""
    sample.write("seats/sift.yaml", sample.read("seats/sift.yaml").replace("owner: janine", "owner: kristen"))
    dash = sample.read("seats/dash.yaml").replace('">= 95%"', '">= 80%"').replace("status: active", "status: paused")
    sample.write("seats/dash.yaml", dash.replace("role: Analytics", "role: Insights"))
    sample.write("org.yaml", sample.read("org.yaml").replace("grace: 1h", "grace: 2h"))
    sample.git("rm", "-q", "seats/penny.yaml")
    rows = sample.read("scores/dash/2026-10.jsonl").splitlines(keepends=True)
    sample.write("scores/dash/2026-10.jsonl", "".join([rows[0].replace('"by":"tally"', '"by":"dash"'), *rows[2:]]))
    metric = 'tasks: {name: Tasks, outcome: O, target: ">= 5", cadence: weekly, waive: {activity-metric: For now}}'
    head = "seat: robin\nname: Robin\nrole: Research\nkind: agent\nstatus: proposed\nowner: david\nreports_to: radar\n"
    sample.write("seats/robin.yaml", f"{head}capabilities: {{research: Reads.}}\nmetrics:\n  {metric}\n")
    return sample


def _nameless(here: Shell, text: str) -> str:
    """`text` without the ids of commits, which are others on each machine."""
    for commit in here.git("log", "--format=%H").out.split():
        text = text.replace(commit[:10], "COMMIT")
    return text


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_pull_request_as_text(pull: Shell, matches_snapshot: Check, width: str) -> None:
    ran = pull("diff", "HEAD", COLUMNS=width)
    assert all(len(line) <= int(width) for line in ran.out.splitlines())
    matches_snapshot(f"diff-{width}.txt", _nameless(pull, ran.out))


def test_pull_request_as_markdown(pull: Shell, matches_snapshot: Check) -> None:
    ran = pull("diff", "HEAD", "--format", "markdown")
    assert ran.out.startswith("## 1 seat added")
    matches_snapshot("diff.md", _nameless(pull, ran.out))


def test_thirteen_weeks(sample: Shell, matches_snapshot: Check) -> None:
    ran = sample("diff", "2026-08-24", "HEAD", "--format", "markdown")
    assert "### Retired" in ran.out
    matches_snapshot("diff-story.md", _nameless(sample, ran.out))
