"""`orgtp scorecard`: what a cell can say, and that no number is ever cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rich.cells import cell_len

from tests.conftest import Shell

ROW_KEYS = {
    "seat", "owner", "metric", "name", "outcome", "target", "unit", "cells", "latest", "state", "misses_in_a_row",
    "on_target", "known",
}  # fmt: skip
CELL_KEYS = {"period", "value", "state", "at", "by", "note"}
STATES = {"on", "off", "unavailable", "missing", "pending", "none"}
SIGNS = {"on": "✓", "off": "✗", "unavailable": "?", "missing": "–", "pending": "·"}


def _rows(here: Shell, *words: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["seat"], row["metric"]): row for row in here("scorecard", "--json", *words).json["rows"]}


def _states(row: dict[str, Any]) -> list[str]:
    return [cell["state"] for cell in row["cells"]]


def test_json_has_the_keys_of_the_design(sample: Shell) -> None:
    data = sample("scorecard", "--json").json
    assert set(data) >= {"orgtp", "kind", "org", "revision", "dirty", "columns", "rows"}
    assert (data["kind"], len(data["columns"]), data["columns"][-1]) == ("scorecard", 13, "2026-W47")
    for row in data["rows"]:
        assert set(row) >= ROW_KEYS
        assert len(row["cells"]) == 13
        for column, cell in zip(data["columns"], row["cells"], strict=True):
            # A month stands in the week that it ends in, under its own name.
            assert cell["period"] == column or row["metric"] in {"gross-margin", "cash-collected"}
        for cell in row["cells"]:
            assert set(cell) >= CELL_KEYS
            assert cell["state"] in STATES
            # The value of a week that is not over is shown, but not judged yet.
            so_far = cell["period"] == data["partial"] and cell["state"] == "pending"
            assert (cell["value"] is not None) == (cell["state"] in {"on", "off"}) or so_far
            assert isinstance(cell["value"], (str, type(None)))
        assert row["known"] == sum(state in {"on", "off"} for state in _states(row))
        assert row["on_target"] == sum(state == "on" for state in _states(row))


def test_rows_come_in_the_order_of_the_chart(sample: Shell) -> None:
    chart = [(s["seat"], m["metric"]) for s in sample("chart", "--json").json["seats"] for m in s["metrics"]]
    assert list(_rows(sample)) == chart


def test_every_state_is_shown(acme: Shell) -> None:
    """On, off, a blank, a hole, what is to come and what never was: each is a state, and only two have a value."""
    for period, value in {"2026-W43": "13", "2026-W44": "11"}.items():
        acme("score", "add", "bot", "number", value, "--for", period)
    acme("score", "add", "bot", "number", "--unavailable", "the source was down", "--for", "2026-W45")
    row = _rows(acme, "--weeks", "8")["bot", "number"]
    assert _states(row) == ["none", "missing", "missing", "on", "off", "unavailable", "missing", "pending"]
    assert (row["on_target"], row["known"]) == (1, 2)
    blank = row["cells"][5]
    assert (blank["value"], blank["note"]) == (None, "the source was down")
    line = next(line for line in acme("scorecard", "--weeks", "8").out.splitlines() if "number" in line)
    assert line.split()[1:13] == ["Ada", ">=", "12", "–", "–", "13", "✓", "11", "✗", "?", "–", "·"]
    # The latest value, then how many of the known ones are on target.
    assert line.split()[-2:] == ["–", "1/2"]


def test_a_value_is_never_carried_forward(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13", "--for", "2026-W46")
    row = _rows(acme)["bot", "number"]
    assert (row["cells"][-1]["state"], row["cells"][-1]["value"]) == ("pending", None)
    later = acme("scorecard", "--json", ORGTP_NOW="2026-12-04T12:00:00Z").json["rows"][0]
    assert [cell["state"] for cell in later["cells"]][-4:] == ["on", "missing", "missing", "pending"]
    assert later["latest"] is None


@pytest.mark.parametrize(
    ("metric", "stored", "state"),
    [
        ("number", "12", "on"),
        ("number", "11.999999", "off"),
        ("percent", "95", "on"),
        ("percent", "94.99", "off"),
        ("money", "185000", "on"),
        ("money", "184999.99", "off"),
        ("span", "1h", "on"),
        ("span", "1h1s", "off"),
        ("clock", "08:00", "on"),
        ("clock", "08:01", "off"),
        ("done", "yes", "on"),
        ("done", "no", "off"),
    ],
)
def test_the_target_judges(acme: Shell, metric: str, stored: str, state: str) -> None:
    acme("score", "add", "bot", metric, stored)
    cell = _rows(acme)["bot", metric]["cells"][-1]
    assert (cell["value"], cell["state"]) == (stored, state)


@pytest.mark.parametrize(
    ("rollup", "value", "state"),
    [("last", "20", "on"), ("sum", "45", "on"), ("mean", "15", "on"), ("min", "10", "off"), ("max", "20", "on"),
     ("hits", "2/3", "off")],
)  # fmt: skip
def test_days_roll_up_to_a_week(acme: Shell, rollup: str, value: str, state: str) -> None:
    acme("seat", "set", "bot", "metrics.number.cadence=daily", f"metrics.number.rollup={rollup}")
    for day, amount in {"2026-11-09": "10", "2026-11-11": "15", "2026-11-15": "20"}.items():
        acme("score", "add", "bot", "number", amount, "--for", day)
    cell = _rows(acme)["bot", "number"]["cells"][-2]
    if rollup == "sum":  # four days are missing, so nobody knows the sum
        assert (cell["value"], cell["state"]) == (None, "unavailable")
    else:
        assert (cell["value"], cell["state"]) == (value, state)
        assert (cell["note"], cell["partial"]) == ("4 of 7 not known", True)


def test_each_period_is_judged_by_its_own_target(acme: Shell) -> None:
    text = acme.read("seats/bot.yaml").replace("target: '>= 12'", "target: {2026-W01: '>= 12', 2026-W46: '>= 20'}")
    acme.write("seats/bot.yaml", text)
    acme.git("commit", "-qam", "More is asked")
    for week in ("2026-W45", "2026-W46"):
        acme("score", "add", "bot", "number", "15", "--for", week)
    row = _rows(acme)["bot", "number"]
    assert (_states(row)[-3:], row["target"]) == (["on", "off", "pending"], ">= 20")


def test_weeks_and_seat(sample: Shell) -> None:
    assert sample("scorecard", "--weeks", "2", "--json").json["columns"] == ["2026-W46", "2026-W47"]
    assert {seat for seat, _ in _rows(sample, "--seat", "radar")} == {"radar"}
    assert len(sample("scorecard", "--weeks", "60", "--json").json["columns"]) == 60
    for words in (("--weeks", "0"), ("--weeks", "x"), ("--seat", "radr")):
        assert sample("scorecard", *words, code=2).err


def test_across_a_year_of_53_weeks(sample: Shell) -> None:
    columns = sample("scorecard", "--json", "--weeks", "4", ORGTP_NOW="2027-01-06T12:00:00Z").json["columns"]
    assert columns == ["2026-W51", "2026-W52", "2026-W53", "2027-W01"]


def test_at_an_earlier_week(sample: Shell) -> None:
    data = sample("scorecard", "--at", "2026-W40", "--json").json
    assert data["columns"][-1] == "2026-W40"
    assert all(cell["state"] != "pending" for row in data["rows"] for cell in row["cells"] if row["seat"] == "tally")


def test_a_retired_seat_is_off_the_card(sample: Shell) -> None:
    assert "echo" not in {seat for seat, _ in _rows(sample)}
    assert _states(_rows(sample, "--seat", "echo")["echo", "complaints-found-first"])[-1] == "none"


def _newest(sample: Shell) -> list[str]:
    """What each row must show of the newest week: the number as written at full width, or its sign."""
    wide = sample("scorecard", COLUMNS="400").out.splitlines()
    head = next(line for line in wide if "target" in line and "W47" in line)
    end = cell_len(head[: head.index("W47…") + 4])
    found = [line[:end].split("  ")[-1].strip() for line in wide if line.startswith("  ") and line is not head]
    return [text for text in found if text]


@pytest.mark.parametrize("widths", [range(30, 64, 3), range(64, 130, 6), range(130, 221, 15)])
def test_no_number_is_ever_cut(sample: Shell, widths: range) -> None:
    newest = _newest(sample)
    assert {"07:52", "13,100 ✓", "82.1% ✗"} & set(newest) >= {"13,100 ✓", "82.1% ✗"}
    for width in widths:
        out = sample("scorecard", COLUMNS=str(width)).out
        lines = out.splitlines()
        assert all(cell_len(line) <= width for line in lines), width
        assert all(any(f" {text}" in line for line in lines) for text in newest), width
        left_out = 13 - sum(f"W{week}" in out for week in range(35, 48))
        assert left_out == 0 or f"{left_out} older week" in out


def test_the_current_week_is_marked(sample: Shell) -> None:
    out = sample("scorecard").out
    assert "W47…" in out
    assert "not over yet" in out


def test_never_colour_alone(sample: Shell) -> None:
    out = sample("scorecard", "--weeks", "13").out
    assert all(sign in out for state, sign in SIGNS.items() if state != "pending")


def test_an_org_without_metrics(shell: Shell) -> None:
    shell("init", "empty")
    ran = shell("scorecard", "--org", "empty")
    assert "no metrics yet" in ran.out
    assert shell("scorecard", "--org", "empty", "--json").json["rows"] == []


@pytest.mark.parametrize("width", ["80", "100", "200", "400"])
def test_the_latest_value_stays_in_sight(sample: Shell, width: str) -> None:
    """Of a monthly metric, too, whose weeks are empty most of the time."""
    rows = _rows(sample)
    out = sample("scorecard", COLUMNS=width).out
    head = next(line for line in out.splitlines() if "W47" in line)
    assert head.split()[-3:] == ["latest", "on", "target"]
    for name, key in {"Gross margin": "gross-margin", "Cash collected": "cash-collected"}.items():
        line = next(line for line in out.splitlines() if line.strip().startswith(name))
        row = next(row for (_, metric), row in rows.items() if metric == key)
        assert row["cells"][-1]["value"] is None
        shown = line.split()[-3].replace(",", "").removesuffix("%")
        assert (shown, line.split()[-2]) == (row["latest"], SIGNS[row["state"]]), width
    assert all(cell_len(line) <= int(width) for line in out.splitlines())


def test_the_owner_of_each_row(sample: Shell) -> None:
    """In a column if there is room, else beside the name of the seat."""
    rows = _rows(sample)
    assert (rows["penny", "days-to-pay"]["owner"], rows["david", "gross-margin"]["owner"]) == ("janine", "david")
    wide = sample("scorecard", COLUMNS="140").out.splitlines()
    assert next(line for line in wide if "W47" in line).split()[:2] == ["owner", "target"]
    assert "Janine" in next(line for line in wide if "Invoices sent" in line)
    assert "Penny  owner Janine" in sample("scorecard", COLUMNS="80").out.splitlines()


def test_misses_in_a_row(acme: Shell) -> None:
    """Only values that are known end or extend the run, however many weeks are shown."""
    values = {"2026-W41": "9", "2026-W42": "20", "2026-W43": "9", "2026-W44": "8", "2026-W46": "7"}
    for week, value in values.items():
        acme("score", "add", "bot", "number", value, "--for", week)
    acme("score", "add", "bot", "number", "--unavailable", "down", "--for", "2026-W45")
    for weeks in ("1", "3", "13"):
        assert _rows(acme, "--weeks", weeks)["bot", "number"]["misses_in_a_row"] == 3, weeks
    assert _rows(acme)["bot", "done"]["misses_in_a_row"] == 0
    acme("score", "add", "bot", "number", "12")
    assert _rows(acme)["bot", "number"]["misses_in_a_row"] == 0


def test_a_value_from_before_the_first_target_is_shown(acme: Shell) -> None:
    """It has no state, and the weeks that lead up to the first target are not empty because of that."""
    text = acme.read("seats/bot.yaml").replace("target: '>= 12'", "target: {2026-W46: '>= 12'}")
    acme.write("seats/bot.yaml", text.replace("since: 2026-10-05", "since: 2026-11-09"))
    line = {"id": "early", "at": "2026-10-20T13:00:00Z", "metric": "number", "period": "2026-W42", "value": "7"}
    acme.write("scores/bot/2026-10.jsonl", json.dumps({**line, "by": "ada"}, separators=(",", ":")) + "\n")
    cells = {cell["period"]: cell for cell in _rows(acme)["bot", "number"]["cells"]}
    assert (cells["2026-W42"]["value"], cells["2026-W42"]["state"]) == ("7", "none")
    out = acme("scorecard", COLUMNS="200").out
    assert "W42" in out
    assert "W41" not in out
