"""`orgtp export`: each format, read with a library that knows nothing of orgtp."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orgtp.model.records.table import ColumnType
from orgtp.views.tables.columns import TABLES_BY_NAME
from tests.conftest import NOW, ROOT, Shell
from tests.export.readers import (
    read_calendar,
    read_csv,
    read_jsonl,
    read_openmetrics,
    read_sqlite,
    read_xlsx,
)


def export_jsonl(shell: Shell, *words: str) -> dict[str, list[dict[str, Any]]]:
    shell("export", "out", "--format", "jsonl", "--force", *words)
    return {name: read_jsonl(shell.read(f"out/{name}.jsonl")) for name in TABLES_BY_NAME}


def test_csv_is_a_folder_with_a_file_for_each_table(sample: Shell) -> None:
    out = sample("export", "numbers/").out
    assert [line.split(":")[0] for line in out.splitlines()] == [f"numbers/{name}.csv" for name in TABLES_BY_NAME]
    for name, table in TABLES_BY_NAME.items():
        rows = read_csv(sample.read(f"numbers/{name}.csv"))
        header = sample.read(f"numbers/{name}.csv").partition("\n")[0]
        assert header.split(",") == list(table.names)
        keys = [tuple(row[column] for column in table.key) for row in rows]
        assert len(set(keys)) == len(keys)
        assert f"{len(rows)} " in next(line for line in out.splitlines() if f"/{name}.csv" in line)


def test_every_format_has_the_same_rows(sample: Shell) -> None:
    tables = export_jsonl(sample)
    sample("export", "csv")
    sample("export", "org.xlsx")
    sample("export", "org.sqlite")
    book = read_xlsx(sample.folder / "org.xlsx")
    assert list(book) == list(TABLES_BY_NAME)
    for name, rows in tables.items():
        numbers = {column.name for column in TABLES_BY_NAME[name].columns if column.type is ColumnType.NUMBER}
        text = read_csv(sample.read(f"csv/{name}.csv"))
        stored = read_sqlite(sample.folder / "org.sqlite", f'select * from "{name}"')  # noqa: S608
        assert len(rows) == len(text) == len(stored) == len(book[name])
        for row, line, record, cells in zip(rows, text, stored, book[name], strict=True):
            for column, cell in row.items():
                if isinstance(cell, (str, type(None))) and column not in numbers:
                    assert line[column].removeprefix("'") == (cell or "").removeprefix("'")
                    assert (record[column] or None) == (cell or None)
                if column in numbers and cell is not None:
                    assert Decimal(line[column]) == Decimal(cell)
                    assert Decimal(str(record[column])) == Decimal(cell) == Decimal(str(cells[column]))


def test_the_tables_say_what_the_views_say(sample: Shell) -> None:
    tables = export_jsonl(sample)
    chart = {seat["seat"]: seat for seat in sample("chart", "--all", "--json").json["seats"]}
    assert {row["seat"]: row["status"] for row in tables["seats"]} == {id_: one["status"] for id_, one in chart.items()}
    verdicts = {(row["seat"], row["metric"]): (row["latest"], row["state"]) for row in tables["metrics"]}
    expected = {
        (seat["seat"], one["metric"]): (one["latest"], one["state"])
        for seat in chart.values()
        for one in seat["metrics"]
    }
    assert verdicts == expected
    scores = sample("score", "list", "--json").json["scores"]
    assert {row["id"] for row in tables["values"]} == {one["id"] for one in scores}
    rows = sample("scorecard", "--weeks", "20", "--json").json["rows"]
    cells = {(row["seat"], row["metric"], row["period"]): row for row in tables["cells"]}
    compared = 0
    for row in rows:
        per = next(one["per"] for one in chart[row["seat"]]["metrics"] if one["metric"] == row["metric"])
        for cell in row["cells"]:
            if per == "week" and cell["state"] != "none":
                found = cells[row["seat"], row["metric"], cell["period"]]
                assert {key: found[key] for key in ("value", "state", "by", "note", "at")} == {
                    key: cell[key] for key in ("value", "state", "by", "note", "at")
                }
                compared += 1
    assert compared > 100


def test_events_are_the_log(sample: Shell) -> None:
    events = [row for row in export_jsonl(sample)["events"] if row["kind"] == "commit"]
    commits = sample("log", "--json").json["commits"]
    assert {one["commit"] for one in commits} <= {row["commit_id"] for row in events}
    shown = {row["commit_id"]: row for row in events}
    for one in commits:
        row = shown[one["commit"]]
        assert (row["action"], row["by"], row["at"]) == (one["action"], one["by"], one["at"])


def test_corrections_and_withdrawals_stay_visible(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada")
    acme("score", "add", "bot", "number", "12", "--for", "2026-W45", "--by", "ada")
    acme("score", "add", "bot", "number", "13", "--for", "2026-W46", "--by", "ada")
    acme("score", "withdraw", "bot", "number", "--for", "2026-W46", "--reason", "Not ours.", "--by", "ada")
    acme("score", "add", "bot", "percent", "--unavailable", "The API was down.", "--for", "2026-W46", "--by", "ada")
    rows = export_jsonl(acme)["values"]
    assert [(row["metric"], row["period"], row["value"], row["standing"], row["void"]) for row in rows] == [
        ("number", "2026-W45", "11", "corrected", False),
        ("number", "2026-W45", "12", "counts", False),
        ("number", "2026-W46", "13", "withdrawn", False),
        ("number", "2026-W46", None, "withdrawal", True),
        ("percent", "2026-W46", None, "counts", False),
    ]


def test_a_record_of_a_metric_that_no_file_has_any_more_is_exported(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada")
    text = acme.read("seats/bot.yaml")
    acme.write("seats/bot.yaml", "".join(line for line in text.splitlines(True) if not line.startswith("  number:")))
    rows = export_jsonl(acme)["values"]
    assert [(row["metric"], row["value"], row["amount"]) for row in rows] == [("number", "11", None)]


NUMBERS = ["0.1", "12345678901234567.123456", "-0.000001", "999999999999999", "1000000000000001", "100"]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_stay_exact(acme: Shell, number: str) -> None:
    acme("score", "add", "bot", "number", number, "--for", "2026-W45", "--by", "ada")
    (row,) = export_jsonl(acme)["values"]
    assert (row["value"], row["amount"]) == (number, number)
    acme("export", "csv")
    (line,) = read_csv(acme.read("csv/values.csv"))
    assert (line["value"], line["amount"]) == (number, number)
    acme("export", "o.xlsx")
    (cells,) = read_xlsx(acme.folder / "o.xlsx")["values"]
    assert cells["value"] == number
    assert Decimal(str(cells["amount"])) == Decimal(number)
    acme("export", "o.db")
    (stored,) = read_sqlite(acme.folder / "o.db", 'select value, amount, typeof(amount) as type from "values"')
    assert stored["value"] == number
    assert stored["type"] in {"integer", "real"}
    assert float(stored["amount"]) == float(number)


def test_a_workbook_has_real_dates_and_numbers(sample: Shell) -> None:
    sample("export", "o.xlsx")
    book = read_xlsx(sample.folder / "o.xlsx")
    dash = next(row for row in book["seats"] if row["seat"] == "dash")
    assert dash["review_by"] == datetime(2027, 1, 15)  # noqa: DTZ001
    row = book["values"][0]
    assert isinstance(row["at"], datetime)
    assert all(isinstance(row["amount"], (int, float, type(None))) for row in book["values"])
    assert isinstance(row["void"], bool)


def test_a_database_has_keys_and_views(sample: Shell) -> None:
    sample("export", "o.db")
    path = sample.folder / "o.db"
    assert read_sqlite(path, "pragma foreign_key_check") == []
    assert [row["name"] for row in read_sqlite(path, "pragma table_info(cells)") if row["pk"]] == [
        "seat", "metric", "period",
    ]  # fmt: skip
    assert {row["table"] for row in read_sqlite(path, "pragma foreign_key_list(cells)")} == {"seats", "metrics"}
    scorecard = read_sqlite(path, "select seat, metric, latest, state from scorecard")
    rows = sample("scorecard", "--json").json["rows"]
    assert {tuple(row.values()) for row in scorecard} == {
        (row["seat"], row["metric"], row["latest"], row["state"]) for row in rows
    }
    assert len(read_sqlite(path, "select * from current_seats")) == len(sample("seat", "list", "--json").json["seats"])
    newest = read_sqlite(path, "select seat, metric, max(period) as period from recorded_values where standing = "
                               "'counts' group by seat, metric order by seat, metric")  # fmt: skip
    assert read_sqlite(path, "select seat, metric, period from latest_values order by seat, metric") == newest


def test_a_calendar_has_the_reviews_and_the_holidays(sample: Shell) -> None:
    text = sample("export", "-", "--format", "ics").out
    # `out` was decoded with universal newlines by nobody: the ends of lines are those of the standard.
    events = read_calendar(text)
    holidays = {day for day in sample.read("org.yaml").split() if day.strip("[],").startswith("2026-")}
    assert {one["uid"]: one["day"] for one in events if one["uid"].startswith("review-")} == {
        "review-dash@sneeze-it.orgtp": date(2027, 1, 15),
        "review-pixel@sneeze-it.orgtp": date(2027, 1, 29),
        "review-penny@sneeze-it.orgtp": date(2027, 2, 12),
    }
    assert all(one["stamp"] == datetime.fromisoformat(NOW) for one in events)
    assert len(events) >= 3 + len(holidays)
    assert sample("export", "-", "--format", "ics").out == text


def test_an_event_keeps_its_id_when_its_date_moves(sample: Shell) -> None:
    before = read_calendar(sample("export", "-", "--format", "ics").out)
    sample("seat", "set", "dash", "review_by=2027-03-01")
    after = read_calendar(sample("export", "-", "--format", "ics").out)
    assert {one["uid"] for one in before} == {one["uid"] for one in after}
    assert next(one["day"] for one in after if one["uid"].startswith("review-dash")) == date(2027, 3, 1)


def test_holidays_are_in_the_calendar_whatever_is_selected(acme: Shell) -> None:
    acme.write("org.yaml", acme.read("org.yaml") + "holidays: [2026-12-25, 2027-01-01]\n")
    events = read_calendar(acme("export", "-", "--format", "ics", "--seat", "ada").out)
    assert [(one["uid"], one["day"]) for one in events] == [
        ("holiday-2026-12-25@acme.orgtp", date(2026, 12, 25)),
        ("holiday-2027-01-01@acme.orgtp", date(2027, 1, 1)),
    ]


def test_openmetrics_has_the_newest_verdicts(sample: Shell) -> None:
    samples = read_openmetrics(sample("export", "-", "--format", "openmetrics").out)
    rows = {(row["seat"], row["metric"]): row for row in sample("scorecard", "--json").json["rows"]}
    assert {place: labels["state"] for place, (_, labels) in samples["orgtp_metric_state"].items()} == {
        place: row["state"] for place, row in rows.items() if row["state"] != "none"
    }
    assert {place: bool(value) for place, (value, _) in samples["orgtp_metric_on_target"].items()} == {
        place: row["state"] == "on" for place, row in rows.items() if row["state"] in {"on", "off"}
    }
    assert set(samples["orgtp_metric_info"]) == set(rows)
    assert samples["orgtp_metric_value"]["dash", "anomalies-before-open"][0] == 96.5


def test_openmetrics_has_no_samples_of_a_metric_that_another_continues_or_that_ended(sample: Shell) -> None:
    """A sum over seats would count both."""
    sample("metric", "move", "dash", "anomalies-before-open", "--to", "crystal", "--by", "bogdan")
    sample("metric", "end", "penny", "days-to-pay", "--reason", "The bank says it.", "--by", "bogdan")
    samples = read_openmetrics(sample("export", "-", "--format", "openmetrics").out)
    for family in ("orgtp_metric_info", "orgtp_metric_value", "orgtp_metric_state"):
        assert ("crystal", "anomalies-before-open") in samples[family]
        assert not {("dash", "anomalies-before-open"), ("penny", "days-to-pay")} & set(samples[family])


def test_openmetrics_leaves_out_what_is_unknown(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "0", "--for", "2026-W46", "--by", "ada")
    acme("score", "add", "bot", "percent", "--unavailable", "The API was down.", "--for", "2026-W46", "--by", "ada")
    samples = read_openmetrics(acme("export", "-", "--format", "openmetrics").out)
    assert samples["orgtp_metric_value"] == {
        ("bot", "number"): (0.0, {"org": "acme", "seat": "bot", "metric": "number"})
    }
    assert set(samples["orgtp_metric_on_target"]) == {("bot", "number")}
    assert samples["orgtp_metric_state"]["bot", "percent"][1]["state"] == "unavailable"
    assert samples["orgtp_metric_state"]["bot", "money"][1]["state"] == "missing"


def test_an_org_without_any_number_exports_in_every_format(shell: Shell) -> None:
    shell("init", "empty", "--name", "Empty")
    here = shell.at(shell.folder / "empty")
    for name in ("out", "o.xlsx", "o.db", "o.ics", "o.prom"):
        here("export", name)
    assert here.read("o.prom").endswith("# EOF\n")
    assert read_calendar((here.folder / "o.ics").read_bytes().decode()) == []
    assert read_csv(here.read("out/seats.csv")) == []


def test_a_plain_folder_has_no_commits(acme: Shell) -> None:
    acme.git("rev-parse", "HEAD")
    (acme.folder / ".git").rename(acme.home / "git")
    tables = export_jsonl(acme)
    assert len(tables["seats"]) == 2
    assert tables["events"] == []


def test_at_shows_the_past(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada")
    before = acme.head()
    acme("score", "add", "bot", "number", "12", "--for", "2026-W45", "--by", "ada")
    acme("seat", "set", "bot", "role=Clerk")
    tables = export_jsonl(acme, "--at", before)
    assert [row["value"] for row in tables["values"]] == ["11"]
    assert next(row["role"] for row in tables["seats"] if row["seat"] == "bot") == "Desk"
    assert before in {row["commit_id"] for row in tables["events"]}
    assert acme.head() not in {row["commit_id"] for row in tables["events"]}


@pytest.mark.parametrize(
    "words",
    [["--seat", "dash"], ["--root", "radar"], ["--owner", "bogdan"], ["--only", "agent"], ["--state", "off"],
     ["--state", "off,missing", "--root", "david"]],
    ids=" ".join,
)  # fmt: skip
def test_a_selection_means_the_same_as_in_every_view(sample: Shell, words: list[str]) -> None:
    ran = sample("export", "out", "--format", "jsonl", "--json", *words)
    rows = {name: read_jsonl(sample.read(f"out/{name}.jsonl")) for name in TABLES_BY_NAME}
    shown = sample("seat", "list", "--all", "--json", *words).json["seats"]
    assert {row["seat"] for row in rows["seats"]} == {one["seat"] for one in shown}
    metrics = {(one["seat"], metric["metric"]) for one in shown for metric in one["metrics"]}
    for name in ("metrics", "cells", "values"):
        assert {(row["seat"], row["metric"]) for row in rows[name]} <= metrics
    assert {(row["seat"], row["metric"]) for row in rows["metrics"]} == metrics
    assert {row["seat"] for row in rows["events"]} <= {one["seat"] for one in shown}
    assert ran.json["left_out"]["metrics"] > 0
    assert f"left out by {' '.join(words)}".split()[0] in ran.err


def test_sort_orders_the_rows(sample: Shell) -> None:
    tables = export_jsonl(sample, "--sort", "state")
    # As in the other views, a retired seat is in no state, so it comes last.
    retired = {row["seat"] for row in tables["seats"] if row["status"] == "retired"}
    rows = [row for row in tables["metrics"] if row["seat"] not in retired]
    assert tables["metrics"][: len(rows)] == rows
    ranks = [["off", "missing", "unavailable", "pending", "on", "none"].index(row["state"]) for row in rows]
    assert ranks == sorted(ranks)
    assert [row["seat"] for row in export_jsonl(sample)["seats"]] == sorted(
        row["seat"] for row in export_jsonl(sample)["seats"]
    )


def test_json_names_the_files_and_counts_the_rows(sample: Shell) -> None:
    found = sample("export", "o.db", "--json").json
    assert (found["kind"], found["format"], found["left_out"]) == ("export", "sqlite", {"seats": 0, "metrics": 0})
    (file,) = found["files"]
    assert file["path"] == "o.db"
    assert list(file["rows"]) == list(TABLES_BY_NAME)
    assert file["rows"]["seats"] == read_sqlite(sample.folder / "o.db", "select count(*) as n from seats")[0]["n"]


@pytest.mark.parametrize("name", ["o.xlsx", "o.db", "o.ics", "o.prom", "values.csv", "values.jsonl"])
def test_a_file_that_exists_is_replaced_only_with_force(acme: Shell, name: str) -> None:
    acme.write(name, "precious")
    ran = acme("export", name, code=2)
    assert "--force" in ran.err
    assert acme.read(name) == "precious"
    acme("export", name, "--force")
    assert (acme.folder / name).read_bytes() != b"precious"


def test_a_folder_keeps_its_other_files(acme: Shell) -> None:
    acme.write("out/notes.txt", "mine")
    acme.write("out/cells.csv", "precious")
    ran = acme("export", "out", code=2)
    assert "out/cells.csv exists already" in ran.err
    assert sorted(path.name for path in (acme.folder / "out").iterdir()) == ["cells.csv", "notes.txt"]
    acme("export", "out", "--force")
    assert acme.read("out/notes.txt") == "mine"
    assert acme.read("out/cells.csv").startswith("seat,metric,period")


def test_an_export_that_fails_leaves_nothing_behind(acme: Shell) -> None:
    (acme.folder / "out").mkdir()
    (acme.folder / "out").chmod(0o500)
    try:
        if os.access(acme.folder / "out", os.W_OK):
            ran = acme("export", "seats/bot.yaml/x.db", code=2)
        else:
            ran = acme("export", "out/o.db", code=2)
    finally:
        (acme.folder / "out").chmod(0o700)
    assert "cannot be written" in ran.err
    assert list((acme.folder / "out").iterdir()) == []


def test_a_link_is_followed_and_stays_a_link(acme: Shell) -> None:
    acme.write("real/o.prom", "old")
    (acme.folder / "o.prom").symlink_to("real/o.prom")
    acme("export", "o.prom", "--force")
    assert (acme.folder / "o.prom").is_symlink()
    assert acme.read("real/o.prom").endswith("# EOF\n")


REFUSED = {
    ("o.pdf",): "no format has the extension",
    ("-",): "Name the format: --format csv|xlsx",
    ("-", "--format", "csv"): "--table seats|metrics|values",
    ("all.csv",): "orgtp export all --format csv",
    ("out", "--format", "csvs"): 'Did you mean "csv"?',
    ("o.xlsx", "--format", "csv"): "is a name for xlsx",
    ("o.db", "--table", "seats"): "--table is for csv and jsonl",
    ("out", "--table", "seat"): 'Did you mean "seats"?',
    ("seats", "--format", "ics"): "is a folder. Name a file in it: orgtp export seats/org.ics --format ics",
    ("/dev/null", "--format", "ics"): "is not a file",
    ("-", "--format", "ics", "--json"): "both write to standard output",
    ("out", "--seat", "nobody"): 'unknown seat "nobody"',
    ("out", "--state", "drfting"): 'Did you mean "drifting"?',
    ("",): "name a file or a folder",
}


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_what_cannot_be_meant_is_refused_with_what_to_type(acme: Shell, words: tuple[str, ...]) -> None:
    ran = acme("export", *words, code=2)
    assert REFUSED[words] in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("name", "begins"),
    [("o.sqlite3", b"SQLite format 3"), ("o.db", b"SQLite format 3"), ("o.SQLITE", b"SQLite format 3"),
     ("o.xlsx", b"PK"), ("o.ics", b"BEGIN:VCALENDAR"), ("o.openmetrics", b"# TYPE"), ("events.ndjson", b"{"),
     ("seats.csv", b"seat,name")],
)  # fmt: skip
def test_the_extension_decides_the_format(acme: Shell, name: str, begins: bytes) -> None:
    acme("export", name)
    assert (acme.folder / name).read_bytes().startswith(begins)


def test_one_table_goes_to_standard_output(acme: Shell) -> None:
    rows = read_csv(acme("export", "-", "--table", "seats").out)
    assert [row["seat"] for row in rows] == ["ada", "bot"]
    assert [row["seat"] for row in read_jsonl(acme("export", "-", "--format", "jsonl", "--table", "seats").out)] == [
        "ada", "bot",
    ]  # fmt: skip
    acme("export", "some", "--table", "seats")
    assert [path.name for path in (acme.folder / "some").iterdir()] == ["seats.csv"]


def test_a_file_that_cannot_be_read_makes_the_export_incomplete(acme: Shell) -> None:
    acme.write("seats/bad.yaml", "seat: [\n")
    ran = acme("export", "out", "--json", code=1)
    assert ran.json["problems_total"] > 0
    assert "seats/bad.yaml" in ran.err
    assert len(read_csv(acme.read("out/seats.csv"))) == 2


def test_without_openpyxl_the_message_has_the_command_that_installs_it(acme: Shell) -> None:
    hidden = acme.home / "hidden"
    hidden.mkdir()
    (hidden / "openpyxl.py").write_text("raise ImportError('hidden')\n", encoding="utf-8")
    ran = acme.process("export", "o.xlsx", code=2, PYTHONPATH=str(hidden))
    assert "pip install 'orgtp[export]'" in ran.err
    assert "export = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not (acme.folder / "o.xlsx").exists()


def test_two_records_with_one_id_are_both_in_the_database(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada", "--id", "one")
    (path,) = Path(acme.folder / "scores/bot").glob("*.jsonl")
    line = json.loads(path.read_text(encoding="utf-8"))
    path.write_text("".join(json.dumps({**line, "value": value}) + "\n" for value in ("11", "12")), encoding="utf-8")
    acme("export", "o.db", code=None)
    rows = read_sqlite(acme.folder / "o.db", 'select id, value from "values" order by value')
    assert [row["value"] for row in rows] == ["11", "12"]


def test_a_calendar_has_the_last_day_of_whatever_ends(acme: Shell) -> None:
    """A pause, a delegate and metrics of every cadence, and the names of holidays."""
    acme("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    acme("holiday", "add", "2026-12-25", "--name", "Christmas", "--by", "ada")
    acme("holiday", "add", "2027-01-01", "--by", "ada")
    acme("seat", "pause", "bot", "--until", "2026-12-24", "--reason", "The desk moves.", "--by", "ada")
    acme("seat", "delegate", "ada", "--to", "eve", "--until", "2026-12-11", "--by", "ada")
    acme("metric", "end", "bot", "number", "--after", "2026-W51", "--reason", "The year ends.", "--by", "ada")
    acme("metric", "rename", "bot", "percent", "share", "--by", "ada")
    acme("seat", "set", "bot", "metrics.clock.cadence=monthly", "metrics.clock.ends=2026-12", "--by", "ada")
    events = read_calendar(acme("export", "-", "--format", "ics").out)
    assert {one["uid"].partition("@")[0]: (one["day"], one["summary"]) for one in events} == {
        "holiday-2026-12-25": (date(2026, 12, 25), "Holiday: Christmas"),
        "holiday-2027-01-01": (date(2027, 1, 1), "Holiday: Acme"),
        "pause-bot": (date(2026, 12, 24), "Last day of the pause of Bot"),
        "delegate-ada": (date(2026, 12, 11), "Last day on which Eve stands in for Ada"),
        "end-bot-number": (date(2026, 12, 20), "Last day of the metric number of Bot"),
        "end-bot-percent": (date(2026, 11, 15), "Last day of the metric percent of Bot"),
        "end-bot-clock": (date(2026, 12, 31), "Last day of the metric clock of Bot"),
    }


def test_what_has_ended_is_no_longer_current(acme: Shell) -> None:
    acme("score", "add", "bot", "percent", "96", "--for", "2026-W46", "--by", "ada")
    acme("metric", "rename", "bot", "percent", "share")
    found = acme("sql", "select metric, ends, continues, current from metrics", "--json").json["rows"]
    by_id = {row["metric"]: (row["ends"], row["continues"], row["current"]) for row in found}
    assert (by_id["percent"], by_id["share"]) == (("2026-W46", None, 0), (None, "bot/percent", 1))
    shown = {row["metric"] for row in acme("sql", "select metric from scorecard", "--json").json["rows"]}
    assert "share" in shown
    assert "percent" not in shown
    text = acme("export", "-", "--format", "openmetrics").out
    assert 'orgtp_metric_value{org="acme",seat="bot",metric="share"' in text
    assert 'metric="percent"' not in text


def test_a_holiday_has_its_name_in_the_calendar(acme: Shell) -> None:
    acme("holiday", "add", "2026-12-25", "--name", "Christmas, of course")
    assert "SUMMARY:Holiday: Christmas\\, of course" in acme("export", "-", "--format", "ics").out
