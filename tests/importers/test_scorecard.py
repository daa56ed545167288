"""Scorecards: with a row for each value, and with a row for each metric. All seats and numbers are invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from orgtp.model.inventory.draft import DraftSource
from tests.importers.reading import read_file, refuse_file

WIDE = (
    "Who,Measurable,Goal,Outcome,2026-W46,2026-W47\n"
    "Dash,Anomalies flagged,>= 95%,No client loses a day of spend,96%,\n"
    'Ada,Calls,>= 10,Clients stay,9,"1,200"\n'
)


def values(source: DraftSource) -> list[tuple[str, str, str, str | None]]:
    return [(one.seat, one.metric, value.period, value.value) for one in source.metrics for value in one.values]


def test_a_wide_scorecard_has_a_metric_in_each_row(tmp_path: Path) -> None:
    source = read_file(tmp_path / "s.csv", WIDE)
    assert source.format == "scorecard"
    dash, ada = source.metrics
    assert (dash.where, dash.seat, dash.metric, dash.target, dash.cadence, dash.outcome) == (
        "s.csv:2",
        "Dash",
        "Anomalies flagged",
        ">= 95%",
        "weekly",
        "No client loses a day of spend",
    )
    assert values(source) == [
        ("Dash", "Anomalies flagged", "2026-W46", "96%"),
        ("Ada", "Calls", "2026-W46", "9"),
        ("Ada", "Calls", "2026-W47", "1,200"),
    ]
    assert [value.where for value in ada.values] == ["s.csv:3 (2026-W46)", "s.csv:3 (2026-W47)"]


def test_a_long_scorecard_has_a_value_in_each_row(tmp_path: Path) -> None:
    text = "seat;metric;value;period;note\ndash;a;1,5;2026-W46;\ndash;a;;2026-W47;broken\nada;b;yes;2026-11;\n"
    source = read_file(tmp_path / "s.csv", text, {"decimal": ","})
    assert values(source) == [
        ("dash", "a", "2026-W46", "1.5"),
        ("dash", "a", "2026-W47", None),
        ("ada", "b", "2026-11", "yes"),
    ]
    assert source.metrics[0].values[1].note == "broken"
    assert source.metrics[0].target == ""


def test_json_lines_of_values_are_a_scorecard(tmp_path: Path) -> None:
    text = '{"seat": "dash", "metric": "a", "value": 1.50, "period": "2026-W46", "id": "x1"}\n{"seat": "dash"}\n'
    source = read_file(tmp_path / "s.jsonl", text)
    assert values(source) == [("dash", "a", "2026-W46", "1.50")]
    assert source.metrics[0].values[0].id == "x1"
    assert [(one.where, one.text) for one in source.bad] == [("s.jsonl:2", '{"seat": "dash"}')]


@pytest.mark.parametrize(
    ("columns", "cadence"),
    [
        ("2026-W46,2026-W47", "weekly"),
        ("2026-10,2026-11", "monthly"),
        ("2026-Q3,2026-q4", "quarterly"),
        ("2026-11-19,2026-11-20", "daily"),
        ("2026-11-19T13,2026-11-19T14", "hourly"),
    ],
)
def test_the_periods_say_the_cadence(columns: str, cadence: str, tmp_path: Path) -> None:
    source = read_file(tmp_path / "s.csv", f"Seat,Metric,Target,{columns}\ndash,a,>= 1,1,2\n")
    assert source.metrics[0].cadence == cadence


@pytest.mark.parametrize(
    ("columns", "cadence", "periods"),
    [
        ("2026-11-13,2026-11-20", "weekly", ["2026-W46", "2026-W47"]),
        ("2026-11-13,2026-11-20", "daily", ["2026-11-13", "2026-11-20"]),
        ("2026-10-01,2026-11-01", "monthly", ["2026-10", "2026-11"]),
    ],
)
def test_days_that_are_a_week_or_a_month_apart_are_a_question(
    columns: str, cadence: str, periods: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "s.csv"
    error = refuse_file(path, f"Seat,Metric,Target,{columns}\ndash,a,>= 1,1,2\n")
    assert f"--map cadence={cadence}" in error
    source = read_file(path, mapping={"cadence": cadence})
    assert [value.period for value in source.metrics[0].values] == periods
    assert source.metrics[0].cadence == cadence
    assert source.mapping == {"cadence": cadence}


def test_two_columns_of_one_period_are_an_error(tmp_path: Path) -> None:
    text = "Seat,Metric,2026-11-16,2026-11-20\ndash,a,1,2\n"
    error = refuse_file(tmp_path / "s.csv", text, {"cadence": "weekly"})
    assert 'the columns "2026-11-16" and "2026-11-20" are both 2026-W47' in error


def test_a_bad_value_is_a_row_that_can_be_imported_again(tmp_path: Path) -> None:
    text = 'Seat,Metric,Goal,2026-W46,2026-W47\ndash,a,>= 1,#REF!,5\nada,,>= 1,1,2\nbob,b,>= 1,"1,5",6\n'
    source = read_file(tmp_path / "s.csv", text)
    assert [(one.where, one.text) for one in source.bad] == [
        ("s.csv:2 (2026-W46)", "dash,a,>= 1,#REF!,"),
        ("s.csv:3", "ada,,>= 1,1,2"),
        ("s.csv:4 (2026-W46)", 'bob,b,>= 1,"1,5",'),
    ]
    assert source.bad[2].why.endswith("add: --map decimal=,")
    assert values(source) == [("dash", "a", "2026-W47", "5"), ("bob", "b", "2026-W47", "6")]
    decimal = read_file(tmp_path / "s.csv", mapping={"decimal": ","})
    assert ("bob", "b", "2026-W46", "1.5") in values(decimal)


def test_a_column_of_seats_goes_before_one_of_owners(tmp_path: Path) -> None:
    source = read_file(tmp_path / "s.csv", "Owner,Seat,Metric,Name,2026-W46\nAda,dash,a,Anomalies,1\n")
    assert [(one.seat, one.metric, one.name) for one in source.metrics] == [("dash", "a", "Anomalies")]
    assert source.notes == ('nothing is made of the column "Owner"',)
    error = refuse_file(tmp_path / "s.csv", "Owner,Who,Metric,2026-W46\nAda,dash,a,1\n")
    assert 'Add --map seat="Owner" or --map seat="Who"' in error


def test_a_workbook_with_dates_above_its_columns(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Owner", "KPI", "Goal", date(2026, 11, 13), date(2026, 11, 20)])
    sheet.append(["dash", "Share", ">= 95%", 0.965, None])
    sheet["D2"].number_format = "0.0%"
    book.save(tmp_path / "s.xlsx")
    source = read_file(tmp_path / "s.xlsx", mapping={"cadence": "weekly"})
    assert values(source) == [("dash", "Share", "2026-W46", "96.5%")]


def test_a_table_without_metrics_says_which_option_names_them(tmp_path: Path) -> None:
    error = refuse_file(tmp_path / "s.csv", "Seat,Thing,2026-W46\ndash,a,1\n", format_="scorecard")
    assert 'it has no column Metric or Name. Add --map metric="COLUMN". Its columns are: Seat, Thing' in error
    source = read_file(tmp_path / "s.csv", mapping={"metric": "Thing"}, format_="scorecard")
    assert values(source) == [("dash", "a", "2026-W46", "1")]


def test_what_score_add_reads_is_read_here_in_the_same_words(tmp_path: Path) -> None:
    """The exported table of values has more columns, and rows that count no more."""
    text = (
        "seat,metric,period,value,note,id,void,standing,amount,unit,at,by,n\n"
        "dash,a,2026-W46,5,,x1,false,counts,5,,2026-11-20T13:00:00Z,ada,12\n"
        "dash,a,2026-W40,4,,x0,false,ignored,4,,2026-11-20T13:00:00Z,ada,\n"
    )
    source = read_file(tmp_path / "values.csv", text)
    (value,) = source.metrics[0].values
    assert (value.value, value.id, value.n) == ("5", "x1", 12)


@pytest.mark.parametrize("header", ["Week", "week of", "Date", "Period"])
def test_the_column_of_the_periods_has_one_of_several_names(header: str, tmp_path: Path) -> None:
    source = read_file(tmp_path / "s.csv", f"Who,KPI,{header},Actual\ndash,a,2026-W44,3\ndash,a,2026-W45,4\n")
    assert [period for *_, period, _ in values(source)] == ["2026-W44", "2026-W45"]


def test_a_column_period_counts_before_a_date_beside_it(tmp_path: Path) -> None:
    source = read_file(tmp_path / "s.csv", "Who,KPI,Date,Period,Actual\ndash,a,2026-11-09,2026-W44,3\n")
    assert [period for *_, period, _ in values(source)] == ["2026-W44"]


def test_periods_in_a_column_with_another_name_are_not_taken_for_now(tmp_path: Path) -> None:
    text = "Who,KPI,Wk,Actual\ndash,a,2026-W44,3\ndash,a,,4\n"
    error = refuse_file(tmp_path / "s.csv", text)
    assert 'it has no column Period, and the texts of "Wk" are periods. Add --map period="Wk"' in error
    assert values(read_file(tmp_path / "s.csv", text, {"period": "Wk"}))[0][2] == "2026-W44"
