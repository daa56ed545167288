"""`orgtp sql`: it answers, it only reads, and nothing that it is asked takes long or reaches a file."""

# ruff: noqa: S608

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orgtp.export.query import MOST_ROWS
from orgtp.views.tables.columns import TABLES_BY_NAME
from tests.conftest import SCRIPT, Shell
from tests.export.readers import read_csv, read_sqlite

ENDLESS = "with recursive n(x) as (values (1) union all select x + 1 from n) "


def test_a_query_has_the_same_answer_as_the_exported_database(sample: Shell) -> None:
    sample("export", "o.db")
    for query in (
        "select seat, metric, state from scorecard order by 1, 2",
        "select owner, count(*) as n from seats group by owner order by owner",
        "select metric, avg(amount) as mean from cells group by metric order by metric",
        "select * from latest_values order by seat, metric",
        "with c as (select * from cells where state = 'off') select count(*) as n from c",
        'select standing, count(*) as n from "values" group by standing',
    ):
        assert sample("sql", query, "--json").json["rows"] == read_sqlite(sample.folder / "o.db", query)


def test_text_csv_and_json_show_the_same_rows(acme: Shell) -> None:
    query = "select seat, name, review_by from seats order by seat"
    assert acme("sql", query, "--json").json["rows"] == [
        {"seat": "ada", "name": "Ada", "review_by": None},
        {"seat": "bot", "name": "Bot", "review_by": None},
    ]
    assert acme("sql", query, "--csv").out == "seat,name,review_by\nada,Ada,\nbot,Bot,\n"
    assert [line.split() for line in acme("sql", query).out.splitlines()] == [
        ["seat", "name", "review_by"], ["ada", "Ada"], ["bot", "Bot"],
    ]  # fmt: skip


def test_a_metric_and_the_one_that_continues_it_are_one_row(sample: Shell) -> None:
    """As in `orgtp scorecard`. The table `metrics` has both, and says how they belong together."""
    sample("metric", "rename", "dash", "anomalies-before-open", "anomalies-flagged", "--by", "bogdan")
    sample("metric", "recadence", "radar", "briefing-by-8", "weekly", "--by", "bogdan")
    rows = sample("sql", "select seat, metric, state from scorecard", "--json").json["rows"]
    card = sample("scorecard", "--json").json["rows"]
    key = ("seat", "metric", "state")
    assert sorted(tuple(row[k] for k in key) for row in rows) == sorted(tuple(row[k] for k in key) for row in card)
    where = "where seat = 'dash' and metric like 'anomalies-%' order by metric"
    assert sample("sql", f"select metric, ends is null as goes_on, continues from metrics {where}", "--json").json[
        "rows"
    ] == [
        {"metric": "anomalies-before-open", "goes_on": 0, "continues": None},
        {"metric": "anomalies-flagged", "goes_on": 1, "continues": "dash/anomalies-before-open"},
    ]


def test_the_table_of_seats_names_the_holder(acme: Shell) -> None:
    acme("seat", "handover", "ada", "--to", "Gwen Ito", "--email", "gwen@example.com", "--by", "ada")
    rows = acme("sql", "select seat, holder from seats order by seat", "--json").json["rows"]
    assert rows == [{"seat": "ada", "holder": "Gwen Ito"}, {"seat": "bot", "holder": None}]


def test_the_table_values_needs_no_quotes(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada")
    for query in (
        "select value from values",
        'select value from "values"',
        "select values.value from values where values.value = '11'",
        "select value from recorded_values",
        "with v(value) as (values ('11')) select v.value from v join VALUES as w on w.value = v.value",
        "select 'values' as value from values where 'values' <> '--' -- values\n",
    ):
        assert len(acme("sql", query, "--json").json["rows"]) == 1


def test_a_query_comes_from_standard_input(acme: Shell) -> None:
    assert acme("sql", "-", "--csv", stdin="select count(*) as n\nfrom seats;\n").out == "n\n2\n"


def test_without_a_query_it_lists_the_tables(acme: Shell) -> None:
    for words in ([], ["--tables"]):
        out = acme("sql", *words).out
        assert all(f"{name}  " in out for name in TABLES_BY_NAME)
    tables = {one["table"]: one for one in acme("sql", "--json").json["tables"]}
    assert [one["name"] for one in tables["seats"]["columns"]] == list(TABLES_BY_NAME["seats"].names)
    assert tables["scorecard"]["is_view"]


def test_at_asks_the_past(acme: Shell) -> None:
    before = acme.head()
    acme("seat", "set", "bot", "role=Clerk")
    query = "select role from seats where seat = 'bot'"
    assert acme("sql", query, "--csv").out == "role\nClerk\n"
    assert acme("sql", query, "--csv", "--at", before).out == "role\nDesk\n"


def test_columns_with_one_name_are_told_apart(acme: Shell) -> None:
    assert acme("sql", "select 1 as a, 2 as a, 3 as a", "--json").json["rows"] == [{"a": 1, "a_2": 2, "a_3": 3}]


def test_values_that_json_does_not_have_are_text(acme: Shell) -> None:
    assert acme("sql", "select x'00ff' as b, 9e999 as i, -9e999 as j, null as n, 1.5 as f", "--json").json["rows"] == [
        {"b": "00ff", "i": "inf", "j": "-inf", "n": None, "f": 1.5}
    ]


REFUSED = [
    "attach 'stolen.db' as x", "ATTACH DATABASE ':memory:' AS x", "detach main", "pragma query_only = off",
    "pragma table_info(seats)", "select * from pragma_table_info('seats')", "select * from pragma_database_list",
    "select count(*) from pragma_function_list", "select load_extension('x.so')", "select fts3_tokenizer('simple')",
    "select zeroblob(1000000000)", "select randomblob(1000000000)", "insert into seats (seat) values ('x')",
    "with x as (select 1) insert into seats (seat) select * from x", "update seats set name = 'x'", "delete from seats",
    "with x as (select 1) delete from seats", "replace into seats (seat) values ('x')", "drop table seats",
    "create table x (y)", "create temp table x as select * from seats", "create view x as select 1",
    "create virtual table x using fts5(y)", "create trigger x after insert on seats begin select 1; end",
    "alter table seats add column x", "begin", "commit", "rollback", "savepoint x", "release x", "vacuum",
    "vacuum into 'stolen.db'", "analyze", "reindex", "select * from dbstat", "select count(*) from dbstat",
    "select * from sqlite_temp_master", "explain attach 'stolen.db' as x", "/* x */ attach 'stolen.db' as x",
    "select sqlite_compileoption_get(1)", "select total_changes()",
]  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_everything_but_reading_the_tables_is_refused(acme: Shell, query: str) -> None:
    before = sorted(path.name for path in acme.folder.iterdir())
    ran = acme("sql", query, code=2)
    assert ran.out == ""
    assert "a query may only read the tables" in ran.err
    assert sorted(path.name for path in acme.folder.iterdir()) == before


@pytest.mark.parametrize("function", ["readfile('/etc/passwd')", "writefile('x', 'y')", "edit('x')", "eval('select 1')",
                                      "fsdir('/')", "shell('id')"])  # fmt: skip
def test_functions_of_the_sqlite_shell_do_not_exist(acme: Shell, function: str) -> None:
    assert "there is no function" in acme("sql", f"select {function}", code=2).err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "select nam from seats",
            'query:1:8: there is no column "nam". Did you mean "name"? seats has: seat, name, role',
        ),
        ("select s.nam\nfrom seats s", 'query:1:10: there is no column "s.nam". Did you mean "name"?'),
        ("select name from seat", 'query:1:18: there is no table "seat". Did you mean "seats"?'),
        ("select name\nfrom values as v,\n  meters", 'query:3:3: there is no table "meters". Did you mean "metrics"?'),
        ("selct name from seats", 'query:1:1: the syntax is wrong near "selct". Did you mean "select"?'),
        ("select name from seats wher name = 1", 'query:1:29: the syntax is wrong near "name"'),
        ("select * from values where from = 1", 'query:1:28: the syntax is wrong near "from"'),
        ("select (1", "query:1:10: the end is missing"),
        ("select cont(*) from seats", 'query:1:8: there is no function "cont". Did you mean "count"?'),
        ("select name from seats join metrics using (seat)", 'query:1:8: several tables have the column "name".'),
        ("select ?", "it has a placeholder"),
        ("select :name", "it has a placeholder"),
        ("select 1; select 2", "there are several statements"),
        ("select 1; attach 'x' as y", "there are several statements"),
        ("/* nothing */", "the query is empty"),
        (" ; ", "near"),
    ],
)
def test_a_mistake_is_explained_at_its_place(acme: Shell, query: str, said: str) -> None:
    assert said in acme("sql", query, code=2).err


def test_a_trailing_semicolon_and_comments_are_fine(acme: Shell) -> None:
    assert acme("sql", "/* a */ select 1 as n -- b\n;", "--csv").out == "n\n1\n"


def test_rows_are_limited_and_the_cut_is_said(acme: Shell) -> None:
    ran = acme("sql", ENDLESS + "select x from n", "--limit", "3", "--json")
    assert [row["x"] for row in ran.json["rows"]] == [1, 2, 3]
    assert ran.json["truncated"]
    assert "cut after 3 rows" in ran.err
    exact = acme("sql", "select seat from seats", "--limit", "2", "--json")
    assert not exact.json["truncated"]
    assert exact.err == ""
    assert len(read_csv(acme("sql", ENDLESS + "select x from n", "--csv").out)) == 1000


@pytest.mark.parametrize("words", [["--limit", "0"], ["--limit", str(MOST_ROWS + 1)], ["--timeout", "0"],
                                   ["--timeout", "1e9"], ["--timeout", "nan"]])  # fmt: skip
def test_a_limit_that_is_none_is_refused(acme: Shell, words: list[str]) -> None:
    assert "must be" in acme("sql", "select 1", *words, code=2).err


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS + "select count(*) from n",
        ENDLESS + "select max(x) from n",
        "with recursive n(x) as (select 1 union select x + 1 from n) select max(x) from n",
        "select count(*) from cells a, cells b, cells c, cells d, cells e",
    ],
)
def test_a_query_without_an_end_is_stopped(sample: Shell, query: str) -> None:
    ran = sample("sql", query, "--timeout", "0.5", code=2)
    assert "the query was stopped after 0.5 seconds" in ran.err
    assert "--timeout 3" in ran.err


@pytest.mark.parametrize(
    "query",
    [
        (
            "with recursive n(x, t) as (values (1, 'abcdefgh') union all select x + 1, t || t from n where x < 40) "
            "select max(length(t)) from n"
        ),
        "select length(replace(replace(hex(printf('%900000d', 1)), '3', '33333333333333333333'), '3', '333333333333'))",
        ENDLESS + "select group_concat(printf('%900000d', x)) from n",
        ENDLESS + "select json_group_array(printf('%900000d', x)) from n",
    ],
)
def test_no_text_grows_without_limit(acme: Shell, query: str) -> None:
    """In a process with little memory, which the query must not exceed."""
    limited = ["bash", "-c", 'ulimit -v 900000; exec "$@"', "limited", str(SCRIPT), "sql", query, "--timeout", "4"]
    ran = subprocess.run(limited, cwd=acme.folder, env=acme.env(), capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "1,000,000 bytes" in ran.stderr or "was stopped" in ran.stderr or "json_group" in ran.stderr


def test_json_and_csv_exclude_each_other(acme: Shell) -> None:
    assert "not both" in acme("sql", "select 1", "--json", "--csv", code=2).err
    assert "not both" in acme("sql", "select 1", "--tables", code=2).err


def test_an_org_that_could_not_be_read_in_full_says_so(acme: Shell) -> None:
    acme.write("seats/bad.yaml", "seat: [\n")
    ran = acme("sql", "select seat from seats", "--json", code=1)
    assert ran.json["problems_total"] > 0
    assert "seats/bad.yaml" in ran.err


def test_a_query_fills_only_the_tables_that_it_reads(acme: Shell) -> None:
    """A record that cannot be read is not reported by a query that reads no record."""
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada")
    (path,) = (acme.folder / "scores/bot").glob("*.jsonl")
    path.write_text("no JSON\n", encoding="utf-8")
    acme("sql", "select seat from seats")
    acme("sql", "select seat from values", code=1)


CHAIN = [f"c{n} as (select x.a from c{n - 1} x, c{n - 1} y)" for n in range(1, 19)]
TOO_MUCH = {
    "doubling": f"with c0 as (select 1 as a), {', '.join(CHAIN)} select count(*) from c18",
    "doubling backwards": f"with {', '.join(reversed(CHAIN))}, c0 as (select 1 as a) select count(*) from c18",
    "with columns": f"with c0(a) as not materialized (select 1), {', '.join(CHAIN)} select count(*) from c18",
    "sorting": "with recursive c(n, t) as (select 1, hex(printf('%0400000d', 1)) union select n + 1, "
    "hex(printf('%0400000d', n)) from c) select count(*) from c",
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_query_that_needs_too_much_is_stopped_before_it_takes_the_machine(sample: Shell, name: str) -> None:
    """SQLite would double the first ones while it compiles, and write the rows of the last to a file."""
    folder = Path("/var/tmp")  # noqa: S108  (where SQLite writes)
    before = set(folder.iterdir())
    assert "query" in sample("sql", TOO_MUCH[name], "--timeout", "3", code=2).err
    assert set(folder.iterdir()) <= before


def test_common_table_expressions_can_be_used_often(sample: Shell) -> None:
    chain = ", ".join(CHAIN[:8])
    assert sample("sql", f"with c0 as (select 1 as a), {chain} select count(*) from c8", "--csv").out == "count(*)\n1\n"
    words = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 50) select sum(x) from n"
    assert sample("sql", words, "--csv").out == "sum(x)\n1275\n"


def test_now_is_the_time_of_the_org_in_its_timezone(sample: Shell) -> None:
    """At three in the morning in Greenwich, it is still the day before in New York. Times are in UTC, like `at`."""
    query = "select date('now'), date('NOW', '-1 day'), datetime('now'), strftime('%Y-%m'), date(), current_date, "
    query += "date('2026-01-31', '+1 month'), unixepoch('2026-01-01'), current_time"
    ran = sample("sql", query, "--csv", ORGTP_NOW="2026-11-25T03:00:00Z").out.splitlines()[1]
    assert ran == (
        "2026-11-24,2026-11-23,2026-11-25 03:00:00,2026-11,2026-11-24,2026-11-24,2026-03-03,1767225600,03:00:00"
    )
