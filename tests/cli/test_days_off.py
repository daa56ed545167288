"""A value is recorded only for a period that has one: no day off, no hour that does not exist."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import Shell


@pytest.fixture
def working(acme: Shell) -> Shell:
    """An org with a metric of working days and an hourly one; Wednesday 2026-11-11 is a holiday."""
    acme("seat", "set", "bot", "metrics.number.cadence=weekdays", "metrics.percent.cadence=hourly")
    acme.write("org.yaml", acme.read("org.yaml") + "holidays:\n  - 2026-11-11\n")
    acme.git("commit", "-qam", "A holiday")
    return acme


def type_it(here: Shell, period: str) -> str:
    return here("score", "add", "bot", "number", "13", "--for", period, code=2).err


def mark_unavailable(here: Shell, period: str) -> str:
    return here("score", "add", "bot", "number", "--unavailable", "closed", "--for", period, code=2).err


def import_csv(here: Shell, period: str) -> str:
    rows = f"seat,metric,value,period\nbot,number,13,2026-11-10\nbot,number,13,{period}\n"
    return here("score", "add", "--from", "-", stdin=rows, code=2).err


def import_json(here: Shell, period: str) -> str:
    row = {"seat": "bot", "metric": "number", "value": 13, "period": period}
    return here("score", "add", "--from", "-", stdin=json.dumps(row), code=2).err


def collect(here: Shell, period: str) -> str:
    here("seat", "set", "bot", "metrics.number.source=crm")
    sources = here.home / "sources.yaml"
    sources.write_text('{"crm": {"command": ["echo", "13"]}}', encoding="utf-8")
    return here("score", "collect", "--sources", str(sources), "--for", period, code=2).err


WAYS = (type_it, mark_unavailable, import_csv, import_json, collect)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(
    ("period", "why", "last"),
    [
        ("2026-11-14", "it is a Saturday", "2026-11-13"),
        ("2026-11-15", "it is a Sunday", "2026-11-13"),
        ("2026-11-11", "it is a holiday in org.yaml", "2026-11-10"),
    ],
)
def test_a_day_off_is_refused_and_the_last_working_day_is_named(
    working: Shell, way: Callable[[Shell, str], str], period: str, why: str, last: str
) -> None:
    said = way(working, period)
    assert f"no value can be recorded for {period}: {why}, and number is recorded on working days only." in said
    assert f"The last working day before it is {last}." in said
    assert not (working.folder / "scores/bot/2026-11.jsonl").exists()
    working("score", "add", "bot", "number", "13", "--for", last)


def test_today_is_refused_on_a_day_off(working: Shell) -> None:
    saturday = "2026-11-14T15:00:00Z"
    said = working("score", "add", "bot", "number", "13", code=2, ORGTP_NOW=saturday).err
    assert "no value can be recorded for 2026-11-14: it is a Saturday" in said
    working("score", "add", "bot", "number", "13", "--for", "last", ORGTP_NOW=saturday)
    assert working("score", "list", "--json").json["scores"][0]["period"] == "2026-11-13"


def test_a_retry_on_a_day_off_is_still_a_success(working: Shell) -> None:
    words = ("score", "add", "bot", "number", "13", "--id", "run-1")
    working(*words, ORGTP_NOW="2026-11-13T23:00:00Z")
    with nothing_written(working):
        assert "already recorded" in working(*words, ORGTP_NOW="2026-11-14T12:00:00Z").err


def test_no_day_is_named_on_which_the_seat_did_not_exist(working: Shell) -> None:
    working("seat", "set", "bot", "since=2026-11-14")
    said = working("score", "add", "bot", "number", "13", "--for", "2026-11-15", code=2).err
    assert "it is a Sunday" in said
    assert "The last working day" not in said


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-11-01T05:30:00Z", "2026-11-01T01"),
        ("2026-11-01T06:30:00Z", "2026-11-01T01-0500"),
        ("2026-11-01T07:30:00Z", "2026-11-01T02"),
    ],
)
def test_each_hour_of_the_night_in_autumn_has_its_own_value(working: Shell, moment: str, period: str) -> None:
    working("score", "add", "bot", "percent", "97", ORGTP_NOW=moment)
    assert working("score", "list", "--json").json["scores"][0]["period"] == period
    assert working("validate", "--json").json["summary"]["errors"] == 0
    # The commits of the fixture are dated by the machine's clock.
    violations = working("audit", "verify", "--json", code=None).json["violations"]
    assert {row["rule"] for row in violations} <= {"date-back"}


def test_an_hour_that_occurs_twice_is_named_by_its_offset(working: Shell) -> None:
    words = ("score", "add", "bot", "percent", "97", "--for")
    for typed, period in {
        "2026-11-01T01": "2026-11-01T01",
        "2026-11-01T01-0500": "2026-11-01T01-0500",
        "2026-11-01t01-0400": "2026-11-01T01",
        "2026-11-02T01-0500": "2026-11-02T01",
    }.items():
        assert working(*words, typed, "--json").json["values"][0]["period"] == period
    counting = [line for line in working("score", "list", "--json").json["scores"] if line["counts"]]
    assert [(line["period"], line["state"]) for line in counting] == [
        ("2026-11-01T01", "on"),
        ("2026-11-01T01-0500", "on"),
        ("2026-11-02T01", "on"),
    ]
    for typed, why in {
        "2026-11-01T01-0700": "the hour occurs twice, as 2026-11-01T01 and as 2026-11-01T01-0500",
        "2026-11-02T01-0400": "where the hour is called 2026-11-02T01",
        "2026-03-08T02": "the clocks skipped it",
    }.items():
        working("seat", "set", "bot", "since=2026-01-05")
        assert why in working(*words, typed, code=2).err


def test_last_is_the_first_of_two_equal_hours_in_the_second(working: Shell) -> None:
    ran = working("score", "add", "bot", "percent", "97", "--for", "last", "--json", ORGTP_NOW="2026-11-01T06:30:00Z")
    assert ran.json["values"][0]["period"] == "2026-11-01T01"
    ran = working("score", "add", "bot", "percent", "97", "--for", "last", "--json", ORGTP_NOW="2026-11-01T07:30:00Z")
    assert ran.json["values"][0]["period"] == "2026-11-01T01-0500"


def test_the_help_of_a_period_names_both_hours(acme: Shell) -> None:
    text = " ".join(acme("score", "add", "--help").out.split())
    assert "2026-10-25T01+0000" in text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-1-5", "Write one as 2026-W02, or last."),
        ("2026-W7", "Write one as 2026-W07, or last."),
        ("w46", "Write one as 2026-W46, or last."),
        ("2026W46", "Write one as 2026-W46, or last."),
        ("2026/11/09 10:30", "Write one as 2026-W46, or last."),
        ("someday", "Write one as 2026-W47, or last."),
    ],
)
def test_a_period_in_another_notation_is_recognised(acme: Shell, text: str, hint: str) -> None:
    assert acme("score", "add", "bot", "number", "13", "--for", text, code=2).err.rstrip().endswith(hint)


def test_the_days_of_a_week_that_are_suggested_are_working_days(working: Shell) -> None:
    said = working("score", "add", "bot", "number", "13", "--for", "2026-W46", code=2).err
    assert "Write one of its days, 2026-11-09 to 2026-11-13, or last." in said
