"""The tool `query`: the same answers and the same limits as `orgtp sql`."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.mcp.clients import call, refusal, served


@pytest.mark.parametrize(
    "sql",
    ["select seat, state from scorecard order by 1, 2", "select count(*) as n from values",
     "select action, count(*) as n from events group by action", "select sql from sqlite_schema where name = 'cells'"],
)  # fmt: skip
def test_the_same_as_the_command(asked: Shell, sql: str) -> None:
    found, told = call(served(asked), "query", sql=sql), asked("sql", sql, "--json").json
    assert (found["columns"], found["table"]) == (told["columns"], told["rows"])
    assert (found["total"], found["truncated"]) == (len(told["rows"]), False)


def test_it_answers_for_the_past(asked: Shell) -> None:
    sql = "select count(*) as n from values"
    then = call(served(asked), "query", sql=sql, at="2026-10")["table"][0]["n"]
    assert 0 < then < call(served(asked), "query", sql=sql)["table"][0]["n"]


def test_rows_are_limited(asked: Shell) -> None:
    found = call(served(asked), "query", sql="select id from values", limit=3)
    assert (len(found["table"]), found["truncated"]) == (3, True)
    assert found["narrow"]
    long = call(served(asked), "query", sql="select a.mission from seats a, seats b, seats c, seats d", limit=10**6)
    assert long["truncated"]


def test_all_rows_are_said_to_be_quoted(asked: Shell) -> None:
    assert "table" in call(served(asked), "query", sql="select mission as target from seats")["quoted"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("attach 'x.db' as y", "a query may only read the tables"),
        ("delete from seats", "a query may only read the tables"),
        ("select nam from seats", 'Did you mean "name"?'),
        ("with recursive n(x) as (values (1) union all select x + 1 from n) select count(*) from n", "was stopped"),
        ("", "the query is empty"),
    ],
)
def test_what_is_refused_is_explained(asked: Shell, sql: str, said: str) -> None:
    assert said in refusal(served(asked), "query", sql=sql)
