"""Read exports with libraries that know nothing of orgtp."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from icalendar import Calendar
from openpyxl import load_workbook
from prometheus_client.openmetrics.parser import text_string_to_metric_families

Rows = list[dict[str, Any]]


def read_csv(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def read_jsonl(text: str) -> Rows:
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def read_xlsx(path: Path) -> dict[str, Rows]:
    book = load_workbook(path)
    found = {}
    for sheet in book.worksheets:
        header, *rows = sheet.iter_rows()
        names = [str(cell.value) for cell in header]
        assert all(cell.data_type != "f" for row in rows for cell in row)
        found[sheet.title] = [{name: cell.value for name, cell in zip(names, row, strict=True)} for row in rows]
    return found


def read_sqlite(path: Path, query: str) -> Rows:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
        return [dict(row) for row in connection.execute(query)]


def read_calendar(text: str) -> list[dict[str, Any]]:
    """The events, after checking what the parser lets pass: the ends of lines, their length, and unique ids."""
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.split("\r\n")
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    calendar = Calendar.from_ical(text)
    found: list[Any] = calendar.walk("VEVENT")
    events = [
        {"uid": str(one["UID"]), "day": one["DTSTART"].dt, "summary": str(one["SUMMARY"]), "stamp": one["DTSTAMP"].dt}
        for one in found
    ]
    assert len({one["uid"] for one in events}) == len(events)
    return events


def read_openmetrics(text: str) -> dict[str, dict[tuple[str, str], tuple[float, dict[str, str]]]]:
    """Sample name -> (seat, metric) -> value and labels, after checking what the parser lets pass."""
    assert text.endswith("# EOF\n")
    assert text.split("\n").count("# EOF") == 1
    found: dict[str, dict[tuple[str, str], tuple[float, dict[str, str]]]] = {}
    families = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    assert len({family.name for family in families}) == len(families)
    for family in families:
        for sample in family.samples:
            place = (sample.labels["seat"], sample.labels["metric"])
            samples = found.setdefault(sample.name, {})
            assert place not in samples, f"{sample.name} {place} is there twice"
            assert sample.value == sample.value, "NaN"
            assert abs(sample.value) != float("inf")
            samples[place] = (sample.value, sample.labels)
    return found
