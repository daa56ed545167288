"""Text of somebody who means harm, in every format of an export: nothing runs, and nothing breaks a file."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.conftest import Shell
from tests.export.readers import (
    read_calendar,
    read_csv,
    read_jsonl,
    read_openmetrics,
    read_sqlite,
    read_xlsx,
)
from tests.formats.hostile import NASTY

TEXTS = {
    **{name: text for name, text in NASTY.items() if "\udc80" not in text and "\ud800" not in text},
    "formula": '=HYPERLINK("http://example.com/?"&A1,"x")',
    "dde": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1-1",
    "minus": "-2+3",
    "error": "#N/A",
    "date": "2026-11-20",
    "sql": "'); drop table seats; --",
    "ics": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    "metrics": 'x"} 1\n# EOF\norgtp_metric_value{seat="y"} NaN',
    "long": "é" * 3000,
}
# What drives a terminal, reorders text, or is no character.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(acme: Shell) -> Shell:
    """An org with a seat for each text, which is its name, role, mission, outcome and note."""
    for number, text in enumerate(TEXTS.values()):
        metric = {"name": text, "outcome": text, "target": ">= 1", "cadence": "weekly"}
        seat = {
            "seat": f"h{number}", "name": text, "role": text, "mission": text, "retire_when": text, "kind": "agent",
            "status": "active", "owner": "ada", "reports_to": "ada", "review_by": "2027-01-15",
            "capabilities": {f"c{number}": text}, "metrics": {"m": metric}, "x-own": text,
        }  # fmt: skip
        acme.write(f"seats/h{number}.yaml", yaml.safe_dump(seat, allow_unicode=False))
        record = {
            "id": f"r{number}", "at": "2026-11-13T13:00:00Z", "metric": "m", "period": "2026-W46", "value": None,
            "by": "ada", "note": text,
        }  # fmt: skip
        acme.write(f"scores/h{number}/2026-11.jsonl", json.dumps(record) + "\n")
    return acme


def count_readable(shell: Shell) -> int:
    """How many of the seats could be read: files cannot contain every character."""
    return len([one for one in shell("seat", "list", "--json", code=None).json["seats"] if one["seat"].startswith("h")])


def test_csv_has_no_formula_and_no_control_character(hostile: Shell) -> None:
    hostile("export", "out", code=None)
    rows = read_csv(hostile.read("out/seats.csv"))
    assert len([row for row in rows if row["seat"].startswith("h")]) == count_readable(hostile) > len(TEXTS) // 2
    for path in sorted((hostile.folder / "out").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not HARMFUL.search(text)
        for row in read_csv(text):
            for cell in row.values():
                number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell)
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_jsonl_has_the_exact_texts_on_one_line_each(hostile: Shell) -> None:
    hostile("export", "out", "--format", "jsonl", code=None)
    text = (hostile.folder / "out/values.jsonl").read_bytes().decode()
    assert not HARMFUL.search(text.replace("\n", ""))
    notes = {row["id"]: row["note"] for row in read_jsonl(text)}
    names = {row["seat"]: row["name"] for row in read_jsonl(hostile.read("out/seats.jsonl"))}
    for number, wanted in enumerate(TEXTS.values()):
        if f"h{number}" in names:
            assert names[f"h{number}"] == wanted
    assert TEXTS["formula"] in notes.values()


def test_a_workbook_opens_and_has_texts_instead_of_formulas(hostile: Shell) -> None:
    hostile("export", "o.xlsx", code=None)
    book = read_xlsx(hostile.folder / "o.xlsx")
    names = {row["seat"]: row["name"] for row in book["seats"]}
    kept = {f"h{number}": text for number, text in enumerate(TEXTS.values())}
    for name in ("formula", "dde", "plus", "minus", "error", "date", "sql", "cdata", "quotes", "emoji", "wide"):
        seat = next(seat for seat, text in kept.items() if text == TEXTS[name])
        assert names[seat] == TEXTS[name]
        assert isinstance(names[seat], str)


def test_a_database_has_the_exact_texts(hostile: Shell) -> None:
    hostile("export", "o.db", code=None)
    names = {row["seat"]: row["name"] for row in read_sqlite(hostile.folder / "o.db", "select seat, name from seats")}
    for number, text in enumerate(TEXTS.values()):
        if f"h{number}" in names:
            assert names[f"h{number}"] == text


def test_a_calendar_has_one_event_for_each_review_and_nothing_forged(hostile: Shell) -> None:
    text = hostile("export", "-", "--format", "ics", code=None).out
    events = read_calendar(text)
    assert len([one for one in events if one["uid"].startswith("review-h")]) == count_readable(hostile)
    assert not HARMFUL.search(text.replace("\r\n", ""))
    assert r"')\; drop table seats\; --" in text.replace("\r\n ", "")
    assert f"Review {TEXTS['sql']}" in {one["summary"] for one in events}


def test_openmetrics_has_one_sample_for_each_metric_and_nothing_forged(hostile: Shell) -> None:
    text = hostile("export", "-", "--format", "openmetrics", code=None).out
    samples = read_openmetrics(text)
    shown = [place for place in samples["orgtp_metric_info"] if place[0].startswith("h")]
    assert len(shown) == count_readable(hostile)
    assert not [place for place in samples.get("orgtp_metric_value", {}) if place[0].startswith("h")]
    assert not HARMFUL.search(text)


def test_sql_prints_no_control_character(hostile: Shell) -> None:
    for words in ([], ["--csv"], ["--json"]):
        ran = hostile("sql", "select name, mission, own from seats", *words, code=None)
        assert not HARMFUL.search(ran.out)
    assert hostile("sql", "select char(27) || '[31m' as red", code=None).out.count("\x1b") == 0
    assert hostile("sql", 'select 1 as "a\x1b[31m"', code=None).out.count("\x1b") == 0


def test_half_a_character_in_a_note_breaks_no_format(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--for", "2026-W45", "--by", "ada", "--note", "mark")
    (path,) = (acme.folder / "scores/bot").glob("*.jsonl")
    path.write_text(path.read_text(encoding="utf-8").replace('"mark"', '"\\ud800 x"'), encoding="utf-8")
    for words in (["out"], ["o.xlsx"], ["o.db"], ["o.ics"], ["o.prom"], ["out", "--format", "jsonl"]):
        assert acme("export", *words, code=None).code in {0, 1}, words
    assert acme("sql", "select note from recorded_values", code=None).code in {0, 1}
