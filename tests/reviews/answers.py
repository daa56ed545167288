"""What people say in a review of the sample at the tests' time, when the last week that is over is 2026-W46."""

from __future__ import annotations

from tests.conftest import Shell

WEEK = "2026-W46"


def rows(shell: Shell) -> list[tuple[str, str, str]]:
    """The seat, the metric and the state of each row of the agenda that has to be closed."""
    found = shell("review", "agenda", "--json").json["agenda"]["rows"]
    return [(row["seat"], row["metric"], row["state"]) for row in found if row["state"] != "hit-or-miss"]


def answer_all(shell: Shell, more: str = "") -> str:
    """A file of answers in which every row has a fix."""
    lines = [
        f"  - {{seat: {seat}, metric: {metric}, changed: The sheet moved., fix: Read the new sheet., decision: fix}}\n"
        for seat, metric, _ in rows(shell)
    ]
    return f"led_by: david\npresent: [david, bogdan]\nrows:\n{''.join(lines)}{more}"


def write_answers(shell: Shell, more: str = "", name: str = "answers.yaml") -> str:
    """Write that file beside the org, and return its path."""
    path = shell.home / name
    path.write_text(answer_all(shell, more), encoding="utf-8")
    return str(path)
