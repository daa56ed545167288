"""Out of an org and back into one: the same values give the same verdicts."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.conftest import Shell


def add(shell: Shell, metric: str, value: str, week: int, *words: str) -> None:
    shell("score", "add", "bot", metric, value, "--for", f"2026-W{week}", "--by", "ada", *words)


@pytest.fixture
def filled(acme: Shell) -> Shell:
    """The small org with values of every kind, corrected, repeated, unavailable, withdrawn and recorded again."""
    for metric, values in {
        "number": ["11", "12.5", "1,200"], "percent": ["94", "95%", "0"], "money": ["$185,000", "1", "185000.01"],
        "span": ["90m", "45s", "1h"], "clock": ["7:52am", "24:15", "08:00"], "done": ["yes", "no", "yes"],
    }.items():  # fmt: skip
        for week, value in enumerate(values, 43):
            add(acme, metric, value, week, "--note", f'=SUM({week}) "quoted", with a comma')
    add(acme, "number", "13", 43)
    add(acme, "percent", "94", 43)
    acme("score", "add", "bot", "money", "--unavailable", "The bank was closed.", "--for", "2026-W46", "--by", "ada")
    acme("score", "withdraw", "bot", "span", "--for", "2026-W44", "--reason", "Not ours.", "--by", "ada")
    acme("score", "withdraw", "bot", "clock", "--for", "2026-W44", "--reason", "Wrong day.", "--by", "ada")
    add(acme, "clock", "07:30", 44)
    return acme


def read_verdicts(shell: Shell) -> list[dict[str, Any]]:
    rows = shell("scorecard", "--json").json["rows"]
    for row in rows:
        for cell in row["cells"]:
            cell.pop("at")
    return list(rows)


@pytest.mark.parametrize("name", ["values.csv", "values.jsonl"])
def test_the_values_give_the_same_verdicts_in_an_org_with_the_same_seats(filled: Shell, name: str) -> None:
    filled("export", name)
    other = filled.at(filled.home / "other")
    shutil.copytree(filled.folder, other.folder, symlinks=True)
    other.git("rm", "-rq", "scores")
    other.git("commit", "-qm", "Begin again")
    other("score", "add", "--from", str(filled.folder / name), "--by", "ada")
    assert read_verdicts(other) == read_verdicts(filled)
    again = [row | {"at": ""} for row in _read(other)]
    assert again == [row | {"at": ""} for row in _read(filled)]
    other("validate")


def _read(shell: Shell) -> list[dict[str, Any]]:
    return list(shell("sql", "select * from values order by seat, metric, period, id", "--json").json["rows"])


@pytest.mark.parametrize("name", ["values.csv", "values.jsonl"])
def test_the_values_change_nothing_where_they_come_from(filled: Shell, name: str) -> None:
    filled("export", name)
    before = filled.head()
    ran = filled("score", "add", "--from", name, "--by", "ada")
    assert "nothing to change" in ran.err
    assert filled.head() == before


def test_other_files_of_values_still_refuse_columns_that_mean_nothing(filled: Shell) -> None:
    filled.write("v.csv", "seat,metric,value,at\nbot,number,1,2026-11-20T13:00:00Z\n")
    assert 'unknown column "at"' in filled("score", "add", "--from", "v.csv", "--by", "ada", code=2).err


def test_the_tables_have_enough_to_build_the_seats_again(filled: Shell) -> None:
    """`seat add` and `seat set` with what the tables say give the same seats and metrics."""
    seats = filled("sql", "select * from seats", "--json").json["rows"]
    metrics = filled("sql", "select * from metrics", "--json").json["rows"]
    shell = filled.at(filled.home)
    shell("init", "again", "--name", "Acme", "--timezone", "America/New_York")
    again = shell.at(shell.folder / "again")
    for seat in seats:
        keys = ("role", "kind", "name", "owner", "reports_to", "status", "since", "retire_when")
        words = [f"--{key.replace('_', '-')}={seat[key]}" for key in keys if seat[key]]
        again("seat", "add", seat["seat"], *words)
    for one in metrics:
        own = ("name", "outcome", "cadence", "target")
        again("seat", "set", one["seat"], *(f"metrics.{one['metric']}.{key}={one[key]}" for key in own))
    compared = "select seat, metric, name, outcome, cadence, per, rollup, unit, target, targets from metrics"
    assert again("sql", compared, "--json").json["rows"] == filled("sql", compared, "--json").json["rows"]
    compared = "select seat, name, role, kind, status, owner, reports_to, since, retire_when from seats"
    assert again("sql", compared, "--json").json["rows"] == filled("sql", compared, "--json").json["rows"]
