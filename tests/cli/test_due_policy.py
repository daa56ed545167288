"""`policy.due`: when a value of each cadence is due, unless its metric says otherwise."""

from __future__ import annotations

import pytest
import yaml

from tests.conftest import Shell

# Monday 2026-11-23 in New York, after the week 2026-W47; the fifth of December is a Saturday.
MONDAY_MORNING, MONDAY_NOON, MONDAY_ONE = "2026-11-23T14:00:00Z", "2026-11-23T17:00:00Z", "2026-11-23T18:00:00Z"
FIRST, FIFTH_ONE = "2026-12-01T14:00:00Z", "2026-12-05T18:00:00Z"


def stale(here: Shell, now: str) -> set[str]:
    return {row["metric"] for row in here("stale", "--json", code=None, ORGTP_NOW=now).json["stale"]}


@pytest.fixture
def fresh(acme: Shell) -> Shell:
    """The small org, in which every value of the week 2026-W46 is recorded."""
    values = {"number": "12", "percent": "96", "money": "200000", "span": "1h", "clock": "07:50", "done": "yes"}
    rows = "".join(f"bot,{metric},{value},2026-W46\n" for metric, value in values.items())
    acme("score", "add", "--from", "-", stdin=f"seat,metric,value,period\n{rows}")
    return acme


def test_a_new_org_has_a_calm_monday_morning(fresh: Shell) -> None:
    due = yaml.safe_load(fresh.read("org.yaml"))["policy"]["due"]
    assert due == {"weekly": "mon 12:00", "monthly": "5 12:00", "quarterly": "5 12:00"}
    assert stale(fresh, MONDAY_MORNING) == set()
    cells = fresh("scorecard", "--json", "--weeks", "2", ORGTP_NOW=MONDAY_MORNING).json["rows"]
    assert {row["cells"][0]["state"] for row in cells} == {"pending"}
    assert fresh("escalate", "tick", "--json", ORGTP_NOW=MONDAY_MORNING).json["escalations"] == []


def test_from_monday_noon_a_weekly_value_is_missing_and_an_hour_later_it_is_stale(fresh: Shell) -> None:
    cells = fresh("scorecard", "--json", "--weeks", "2", ORGTP_NOW=MONDAY_NOON).json["rows"]
    assert {row["cells"][0]["state"] for row in cells} == {"missing"}
    assert stale(fresh, MONDAY_NOON) == set()
    assert stale(fresh, MONDAY_ONE) == {"number", "percent", "money", "span", "clock", "done"}
    (row,) = [
        one for one in fresh("stale", "--json", code=1, ORGTP_NOW=MONDAY_ONE).json["stale"] if one["metric"] == "span"
    ]
    assert (row["due"], row["since"]) == ("2026-11-23T17:00:00Z", "2026-11-23T18:00:00Z")
    opened = fresh("escalate", "tick", "--json", ORGTP_NOW=MONDAY_ONE).json["escalations"]
    assert len(opened) == 6


def test_a_monthly_value_is_due_on_the_fifth(fresh: Shell) -> None:
    terms = ("name=Sales", "outcome=The firm grows", "target=>= USD 9", "cadence=monthly")
    fresh("seat", "set", "bot", *(f"metrics.sales.{term}" for term in terms))
    fresh("score", "add", "bot", "sales", "10", "--for", "2026-10")
    assert "sales" not in stale(fresh, FIRST)
    assert "sales" in stale(fresh, FIFTH_ONE)


def test_a_due_of_the_metric_takes_precedence(fresh: Shell) -> None:
    fresh("seat", "set", "bot", "metrics.span.due=mon 08:00", "metrics.clock.due=fri 09:00")
    assert stale(fresh, MONDAY_MORNING) == {"span"}
    assert "clock" not in stale(fresh, MONDAY_ONE)
    page = fresh("context", "bot", "--json", ORGTP_NOW=MONDAY_MORNING).json
    due = {metric["metric"]: metric["next"]["due"] for metric in page["metrics"]}
    assert (due["number"], due["clock"]) == ("2026-11-23T17:00:00Z", "2026-11-27T14:00:00Z")


def test_a_changed_due_time_is_described_and_its_past_verdicts_are_counted(fresh: Shell) -> None:
    base = fresh.head()
    fresh.write("org.yaml", fresh.read("org.yaml").replace("weekly: mon 12:00", "weekly: sat 12:00"))
    found = fresh("validate", "--base", base, "--json", ORGTP_NOW=MONDAY_ONE).json["problems"]
    told = {problem["rule"]: problem["message"] for problem in found}
    assert told["policy-changed"] == "policy.due.weekly changes from mon 12:00 to sat 12:00"
    assert "1 turns from missing to pending" in told["past-verdict-changed"]
    said = fresh("diff", base, "--json", ORGTP_NOW=MONDAY_ONE).json
    (change,) = said["policy"]
    assert (change["key"], change["before"], change["after"]) == ("policy.due.weekly", "mon 12:00", "sat 12:00")
    assert {one["metric"] for one in said["verdicts"]} == {"number", "percent", "money", "span", "clock", "done"}
    assert "sat 12:00" in fresh("diff", base).out


def test_an_org_without_a_policy_keeps_the_end_of_the_period(fresh: Shell) -> None:
    lines = fresh.read("org.yaml").splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.strip() == "due:")
    fresh.write("org.yaml", "".join(lines[:first] + lines[first + 4 :]))
    fresh.git("commit", "-qam", "No due times")
    fresh("validate")
    assert len(stale(fresh, MONDAY_MORNING)) == 6
