"""Health of values that are very large or very small: one metric never stops the view of the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.conftest import Shell

NOW = "2026-11-20T18:00:00-05:00"


def record(acme: Shell, values: list[str]) -> None:
    """A value of bot's number for each of the newest weeks, the last one for the week before the current one."""
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("since: 2026-10-05", "since: 2026-01-05"))
    acme.git("commit", "-qam", "Since January", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    monday = date(2026, 11, 9) - timedelta(weeks=len(values) - 1)
    weeks = [f"{day.isocalendar().year}-W{day.isocalendar().week:02}" for day in _each_week(monday, len(values))]
    rows = [f"bot,number,{value},{week}" for value, week in zip(values, weeks, strict=True)]
    acme("score", "add", "--from", "-", "--by", "ada", stdin="\n".join(["seat,metric,value,period", *rows, ""]))


def _each_week(monday: date, count: int) -> list[date]:
    return [monday + timedelta(weeks=number) for number in range(count)]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([f"{10**23 + number % 5 * 10**20}" for number in range(14)], "100,"),
        ([f"{9 * 10**23 * (number % 2) + number}" for number in range(14)], "mean"),
        ([f"0.0000{number + 10}" for number in range(14)], "0.0000"),
        ([f"0.00000000000000000{number % 7 + 1}" for number in range(14)], "0.000000000000000"),
    ],
)
def test_every_number_has_limits_or_says_why_not(acme: Shell, values: list[str], shown: str) -> None:
    record(acme, values)
    ran = acme("health", "bot")
    line = next(line for line in ran.out.splitlines() if "mean" in line)
    assert shown in line
    assert "mean 0 " not in f"{line} "
    row = next(one for one in acme("health", "bot", "--json").json["metrics"] if one["metric"] == "number")
    assert row["variation"] != "trial"
    acme("review", "agenda")
    assert acme("health", "bot", "number", "--format", "svg").out.startswith("<svg")


def test_a_cell_that_began_before_the_phase_is_not_of_it(acme: Shell) -> None:
    """A weekly cell of daily values: a phase that begins on a Thursday begins with the week after."""
    acme.write(
        "seats/bot.yaml",
        acme.read("seats/bot.yaml").replace("since: 2026-10-05", "since: 2026-01-05")
        + "  calls: {name: Calls, outcome: Talks, target: '>= 3', cadence: daily, rollup: mean}\n",
    )
    acme.git("commit", "-qam", "Calls", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    days = [date(2026, 11, 2) + timedelta(days=number) for number in range(14)]
    rows = "".join(f"bot,calls,5,{day}\n" for day in days)
    acme("score", "add", "--from", "-", "--by", "ada", stdin=f"seat,metric,value,period\n{rows}")
    acme("metric", "rebase", "bot", "calls", "--from", "2026-11-12", "--reason", "A new list", "--by", "ada")
    row = next(one for one in acme("health", "bot", "--json").json["metrics"] if one["metric"] == "calls")
    assert row["phase"]["n"] == 0
