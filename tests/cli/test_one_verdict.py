"""A metric has one verdict, the same in every view, and a change of its terms says what it does to the past."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Shell

NAME = ("metrics.brief.name=Briefing on time", "metrics.brief.outcome=People start the day informed")


@pytest.fixture
def brief(acme: Shell) -> Shell:
    """The bot has a briefing each working day: last week on time on three of five days, the last two among them."""
    terms = ("metrics.brief.target=by 08:00", "metrics.brief.cadence=weekdays", "metrics.brief.rollup=hits")
    acme("seat", "set", "bot", *NAME, *terms)
    for day, value in {"09": "09:10", "10": "07:10", "11": "09:10", "12": "07:10", "13": "07:10"}.items():
        acme("score", "add", "bot", "brief", value, "--for", f"2026-11-{day}")
    return acme


def find_metric(found: Any, metric: str = "brief") -> dict[str, Any]:
    """The object with the key `metric`, wherever it is in an answer."""
    if isinstance(found, dict):
        if found.get("metric") == metric and "state" in found:
            return found
        found = list(found.values())
    for below in found if isinstance(found, list) else ():
        if match := find_metric(below, metric):
            return match
    return {}


def test_every_view_says_the_same(brief: Shell) -> None:
    answers = {
        "chart": brief("chart", "--json").json,
        "seat list": brief("seat", "list", "--json").json,
        "seat show": brief("seat", "show", "bot", "--json").json,
        "scorecard": brief("scorecard", "--json").json,
        "context": brief("context", "bot", "--json").json,
    }
    states = {name: find_metric(answer)["state"] for name, answer in answers.items()}
    assert set(states.values()) == {"off"}, states
    latest = {name: find_metric(answers[name])["latest"] for name in ("chart", "seat list", "seat show", "scorecard")}
    assert set(latest.values()) == {"3/5"}, latest
    row = find_metric(answers["scorecard"])
    assert (row["on_target"], row["known"], row["misses_in_a_row"]) == (0, 1, 1)
    assert find_metric(answers["chart"])["per"] == "week"
    assert "0 of 7 metrics on target" in brief("chart").out


def test_a_new_target_leaves_the_past_as_it_was(brief: Shell) -> None:
    before = find_metric(brief("scorecard", "--json").json)
    done = brief("seat", "set", "bot", "metrics.brief.target=by 10:00")
    # No verdict of the past turns, and the new phase is only proposed.
    assert done.err.startswith("note: the target of brief changes, and its limits in orgtp health stay.")
    after = find_metric(brief("scorecard", "--json").json)
    assert [cell["state"] for cell in after["cells"]] == [cell["state"] for cell in before["cells"]]
    assert after["target"] == "by 10:00"
    assert "target: {2026-10-05: by 08:00, 2026-11-20: by 10:00}" in brief.read("seats/bot.yaml")
    assert "turn" not in brief("seat", "set", "bot", "metrics.brief.target=by 09:00").err
    assert "target: {2026-10-05: by 08:00, 2026-11-20: by 09:00}" in brief.read("seats/bot.yaml")


def test_also_past_says_before_it_acts_how_many_turn(brief: Shell) -> None:
    words = ("seat", "set", "bot", "metrics.brief.target=by 10:00", "--also-past")
    said = "brief: 0 of 1 past period on target become 1 of 1: 1 turns from off to on"
    dry = brief(*words, "--dry-run")
    assert dry.err.splitlines()[0] == said
    done = brief(*words, "--json")
    assert done.err.splitlines()[0] == said
    assert done.json["verdicts"][0]["turned"] == [{"before": "off", "after": "on", "cells": 1}]
    assert "target: by 10:00" in brief.read("seats/bot.yaml")
    assert "0 of 1 past period on target become 1 of 1" in brief("diff", "HEAD~1").out
    (change,) = brief("diff", "HEAD~1", "--json").json["verdicts"]
    assert (change["before"], change["after"]) == ({"on_target": 0, "known": 1}, {"on_target": 1, "known": 1})


def test_a_metric_without_earlier_values_keeps_a_plain_target(acme: Shell) -> None:
    acme("seat", "set", "bot", "metrics.number.target=>= 20")
    assert "target: '>= 20'" in acme.read("seats/bot.yaml")


@pytest.mark.parametrize(
    "setting",
    [
        "target: by 10:00",
        "allow_misses: 2",
        "per: day",
        "since: 2026-11-16",
    ],
)
def test_a_pull_request_reports_what_it_does_to_the_past(brief: Shell, setting: str) -> None:
    key, _, value = setting.partition(": ")
    brief.git("checkout", "-qb", "pr")
    text = brief.read("seats/bot.yaml")
    if key == "since":
        text = text.replace("since: 2026-10-05", setting)
    elif key == "target":
        text = text.replace("by 08:00", value)
    else:
        text = text.replace("    rollup: hits\n", f"    rollup: hits\n    {setting}\n")
    brief.write("seats/bot.yaml", text)
    brief.git("commit", "-qam", "A change by hand")
    problems = brief("validate", "--base", "main", "--json", code=None).json["problems"]
    notices = [problem for problem in problems if problem["rule"] == "past-verdict-changed"]
    found = [problem for problem in notices if "bot brief:" in problem["message"]]
    assert [problem["severity"] for problem in found] == ["notice"]
    assert "of 1 past period on target become" in found[0]["message"]


def test_a_holiday_that_is_added_later_is_reported(brief: Shell) -> None:
    terms = {"name": "Clients kept waiting", "outcome": "Clients stay", "target": "= 0", "cadence": "weekdays"}
    terms |= {"rollup": "sum", "per": "week"}
    brief("seat", "set", "bot", *(f"metrics.late.{key}={value}" for key, value in terms.items()))
    for day in ("09", "10", "11", "12"):
        brief("score", "add", "bot", "late", "0", "--for", f"2026-11-{day}")
    brief.git("checkout", "-qb", "pr")
    brief.write("org.yaml", brief.read("org.yaml") + "holidays: [2026-11-13]\n")
    brief.git("commit", "-qam", "A holiday")
    problems = brief("validate", "--base", "main", "--json", code=None).json["problems"]
    messages = [problem["message"] for problem in problems if problem["rule"] == "past-verdict-changed"]
    assert "bot late: 0 of 0 past periods on target become 1 of 1: 1 turns from unavailable to on" in messages


class TestUpgrade:
    def test_an_old_org_is_brought_up_to_date_in_one_commit(self, brief: Shell) -> None:
        version = [line for line in brief.read("org.yaml").splitlines() if "orgtp:" not in line]
        brief.write("org.yaml", "\n".join(version) + "\n")
        brief.write(".orgtp/schema/seat.schema.json", "{}\n")
        brief.write(".gitattributes", "*.png binary\n")
        brief.write(".gitlab-ci.yml", "validate: {script: [make]}\n")
        brief.git("commit", "-qam", "As it was")
        brief("score", "add", "bot", "brief", "--unavailable", "nobody wrote it down", "--for", "2026-11-10")
        before = brief.git("rev-parse", "HEAD").out
        dry = brief("upgrade", "--dry-run")
        assert brief.git("rev-parse", "HEAD").out == before
        assert "orgtp: 1" in dry.out
        done = brief("upgrade", "--json")
        assert done.json["paths"] == [".gitattributes", ".orgtp/schema/seat.schema.json", "org.yaml"]
        assert done.json["edited"] == [".gitlab-ci.yml"]
        assert brief.read(".orgtp/schema/seat.schema.json") == brief("schema", "seat").out
        assert brief.read(".gitattributes").startswith("*.png binary\n")
        assert "scores/** -text merge=union" in brief.read(".gitattributes")
        assert "Orgtp-Action: upgrade" in brief.git("log", "-1", "--format=%B").out
        again = brief("upgrade", "--json").json
        assert (again["commit"], again["paths"], again["verdicts"]) == (None, [], [])
        assert brief("validate", "--json", code=None).json["summary"]["errors"] == 0

    def test_a_ci_file_that_nobody_edited_is_replaced(self, acme: Shell) -> None:
        from orgtp.files.json_schema import shipped_dir
        from orgtp.ledger.create import is_unchanged_template

        former = json.loads((shipped_dir("templates") / "former.json").read_text(encoding="utf-8"))
        assert all(former[name] for name in ("github.yml", "gitlab.yml"))
        now = acme.read(".gitlab-ci.yml")
        # What is shipped now is not former, and a file of another place never is.
        assert not is_unchanged_template(".gitlab-ci.yml", now.encode(), "main")
        assert not is_unchanged_template("README.md", now.encode(), "main")

    def test_it_says_what_is_judged_differently(self, brief: Shell) -> None:
        brief.write("org.yaml", brief.read("org.yaml").replace("orgtp: 1\n", ""))
        brief.git("commit", "-qam", "As it was")
        brief("score", "add", "bot", "brief", "07:00", "--for", "2026-11-18")
        brief("score", "add", "bot", "brief", "07:00", "--for", "2026-11-19")
        done = brief("upgrade", "--json")
        verdicts = [one for one in done.json["verdicts"] if one["metric"] == "brief"]
        # The chart looked at Thursday alone; the week before was judged as it is now.
        assert [(one["period"], one["before"], one["after"]) for one in verdicts] == [(None, "on", "off")]
        assert "bot brief: on becomes off on the chart" in done.err

    def test_it_says_what_the_answer_per_day_changes(self, acme: Shell) -> None:
        acme("seat", "set", "bot", *SUM)
        acme.write("org.yaml", acme.read("org.yaml").replace("orgtp: 1\n", ""))
        acme.git("commit", "-qam", "As it was")
        for day in range(9, 14):
            acme("score", "add", "bot", "calls", "1", "--for", f"2026-11-{day:02}")
        acme("seat", "set", "bot", "metrics.calls.per=day")
        verdicts = [one for one in acme("upgrade", "--json").json["verdicts"] if one["metric"] == "calls"]
        assert ("2026-W46", "on", "off") in [(one["period"], one["before"], one["after"]) for one in verdicts]

    def test_a_newer_version_is_an_error_with_a_way_on(self, acme: Shell) -> None:
        acme.write("org.yaml", acme.read("org.yaml").replace("orgtp: 1", "orgtp: 2"))
        (problem,) = [
            one for one in acme("validate", "--json", code=1).json["problems"] if one["rule"] == "bad-version"
        ]
        assert (problem["path"], problem["hint"]) == ("org.yaml", "Install a newer orgtp.")


SUM = [
    f"metrics.calls.{key}"
    for key in ("name=Calls answered", "outcome=Clients stay", "target=>= 3", "cadence=weekdays", "rollup=sum")
]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("per=hours",), 'per "hours" is not known. It is one of: day, week, month, quarter.'),
        (("per=2 weeks",), 'per "2 weeks" is not known. It is one of: day, week, month, quarter.'),
        (("rollup=median",), 'rollup "median" is not known. It is one of:'),
        (("cadence=intraweekly",), 'cadence "intraweekly" is not known. It is one of:'),
        (("per=days",), 'per "days" is not known. Did you mean "day"?'),
        (("cadence=monthly", "per=week"), "per week is shorter than the cadence monthly"),
        (("rollup=sum", "allow_misses=1"), "allow_misses has no meaning with the rollup sum"),
        (("allow_misses=-1",), "allow_misses is text, but must be a whole number of 0 or more"),
    ],
)
def test_a_cell_that_cannot_be_judged_is_refused(acme: Shell, keys: tuple[str, ...], said: str) -> None:
    before = acme.git("rev-parse", "HEAD").out
    done = acme("seat", "set", "bot", *(f"metrics.number.{key}" for key in keys), code=2)
    assert said in done.err
    assert acme.git("rev-parse", "HEAD").out == before
