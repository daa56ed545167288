"""One verdict on a sources file: of our reader, of jsonschema by both drafts, and of `check-jsonschema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from orgtp.files.json_schema import read_schema
from orgtp.files.yaml.dumper import format_document
from orgtp.files.yaml.loader import read_document
from orgtp.model.problem import Problem
from orgtp.sources.config import parse_sources
from tests.conftest import Shell
from tests.files.test_schema_agreement import NEWER, keywords, refused_by_checker
from tests.files.test_schema_any import bent

SCHEMA = json.loads(read_schema("sources"))
# What no schema can know: which kinds are installed, and what the name of a file says of it.
BEYOND = (
    "is not an installed kind",
    " has no kind",
    "does not show the format",
    " file has no ",
    "the column is missing",
)

GOOD = """\
x-ours: Ask Maria before changing this.
ad-anomalies:
  command: [python3, bin/anomalies.py]
  timeout: 1m30s
  retries: 0
  x-why: {a: 1}
day: {command: {argv: [date, +%H:%M]}}
unpaid: {sql: {url: "env:BOOKS_URL", query: "select count(*) from invoices"}}
local: {sql: {url: "sqlite:///books.db", query: "select 1"}}
flags:
  http: {url: "https://example.com/m.json?a=b@c", headers: {Authorization: "env:TOKEN", x-a: b}, pointer: /radar/a~1b/0}
posted: {http: {url: "http://localhost:8080", method: POST, body: "{}"}}
whole: {http: {url: "file:~/address", method: GET}}
named: {http: {url: "env:URL", headers: {cookie: "file:~/c", X-Api-Key: "env:K", x-token-age: 5m, Via: tokenenv:a}}}
absolute: {sql: {url: "sqlite:////home/ada/books.db", query: select 1}}
closed: {file: {path: ~/exports/projects.csv, column: closed, rollup: sum}}
lines: {file: {path: log, format: jsonl, pointer: /value, rollup: mean}}
rows: {file: {path: a.csv, rollup: count, max_age: 1d12h}}
reviews: {record: reviews-held}
late: {record: {measure: stale-to-flagged, seat: dash, x-why: 1}, retries: 0}
"""
# One source each.
WRONG = (
    "{}",
    "5",
    "{comand: [date]}",
    "{command: date}",
    "{record: reviews}",
    "{record: [reviews-held]}",
    "{record: {seat: dash}}",
    "{record: {measure: reviews-held, period: 2026-W48}}",
    "{record: reviews-held, sql: {url: 'env:A', query: select 1}}",
    "{command: []}",
    "{command: [sleep, 5]}",
    "{command: [date], sql: {url: a, query: b}}",
    "{command: [date], shell: true}",
    "{command: [date], timeout: 30}",
    "{command: [date], timeout: 0s}",
    "{command: [date], timeout: soon}",
    "{file: {path: a.csv, rollup: count, max_age: soon}}",
    "{command: [date], retries: -1}",
    "{command: [date], retries: 11}",
    "{command: [date], retries: true}",
    "{command: {argv: [date], env: {}}}",
    "{timeout: 30s}",
    "{sql: {url: 'sqlite:///a.db'}}",
    "{sql: {url: 'sqlite:///a.db', query: ' '}}",
    "{sql: {url: 'postgresql://ada:hush@db/books', query: select 1}}",
    "{sql: {url: 'postgresql://db/books?user=ada&password=hush', query: select 1}}",
    "{sql: {url: /home/ada/books.db, query: select 1}}",
    "{sql: {url: books, query: select 1}}",
    "{http: {url: example.com}}",
    "{http: {url: 'https://example.com/', headers: {Authorization: 'Bearer env:TOKEN'}}}",
    "{http: {url: 'https://example.com/', headers: {Authorization: Bearer hush}}}",
    "{http: {url: 'https://example.com/', headers: {proxy-AUTHORIZATION: hush}}}",
    "{http: {url: 'https://example.com/', headers: {X-ApiKey: hush}}}",
    "{http: {url: 'https://example.com/', headers: {x-vault-token: hush}}}",
    "{http: {url: 'https://example.com/', headers: {Cookie: hush}}}",
    "{http: {url: 'https://example.com/', headers: {Via: 'a file:~/secret'}}}",
    "{http: {url: 'https://ada:hush@example.com/'}}",
    "{http: {url: 'https://hush@example.com/'}}",
    "{http: {url: 'https://example.com/', method: PUT}}",
    "{http: {url: 'https://example.com/', method: POST}}",
    "{http: {url: 'https://example.com/', body: a}}",
    "{http: {url: 'https://example.com/', body: a, method: GET}}",
    "{http: {url: 'https://example.com/', pointer: radar}}",
    "{http: {url: 'https://example.com/', pointer: /a~2}}",
    "{http: {url: 'https://example.com/', headers: {A: 1}}}",
    "{http: {url: 'https://example.com/', headers: {A: 424242}}}",
    "{command: curl -H hush}",
    "{command: [curl, 424242]}",
    "{http: {url: 'https://example.com/', headers: [A]}}",
    "{file: {path: a.csv}}",
    "{file: {path: a.csv, column: b, pointer: /a}}",
    "{file: {path: a.json, rollup: sum}}",
    "{file: {path: a.xml}}",
    "{file: {path: a.csv, column: b, rollup: median}}",
    "{file: {path: a.csv, colum: b}}",
    "{http: https://example.com/}",
)
FILES = [GOOD, *(f"one: {text}\n" for text in WRONG), "One: {command: [date]}\n", "[]\n", "x-one: {}\n"]


def problems(raw: bytes) -> tuple[Problem, ...]:
    return parse_sources(Path("/sources.yaml"), raw).problems


def accepted(raw: bytes) -> bool:
    return all(any(words in problem.message for words in BEYOND) for problem in problems(raw))


def both(raw: bytes) -> set[bool]:
    data = read_document("sources.yaml", raw).data
    return {Draft202012Validator(SCHEMA).is_valid(data), Draft7Validator(SCHEMA).is_valid(data)}


def test_a_good_file_has_no_problem() -> None:
    assert problems(GOOD.encode()) == ()


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_source_has_a_problem_with_a_remedy_and_spoils_no_other(text: str) -> None:
    read = parse_sources(Path("/sources.yaml"), f"one: {text}\ntwo: {{command: [date]}}\n".encode())
    assert read.problems
    assert all(problem.hint and problem.place.line == 1 for problem in read.problems)
    assert read.named["one"].wrong
    assert not read.named["two"].wrong
    assert not [word for word in ("hush", "424242") if word in f"{read.problems} {read.named}"]


@pytest.mark.parametrize("text", FILES)
def test_our_reader_and_jsonschema_agree(text: str) -> None:
    assert both(text.encode()) == {accepted(text.encode())}


def test_our_reader_and_an_independent_validator_agree(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.yaml" for number in range(len(FILES))]
    for path, text in zip(paths, FILES, strict=True):
        path.write_text(text, encoding="utf-8")
    refused = {path for path in paths if not accepted(path.read_bytes())}
    assert refused
    assert refused_by_checker("sources", paths) == refused


KEYS = st.sampled_from(["x-y", "X", "command", "url", "timeout", "body", "pointer", "column", "max_age"])
FILE: dict[str, Any] = read_document("sources.yaml", GOOD.encode()).data


@settings(max_examples=300)
@given(data=bent(FILE, KEYS))
def test_any_change_of_a_good_file_gets_one_verdict(data: dict[str, Any]) -> None:
    raw = format_document(data).encode()
    assert both(raw) == {accepted(raw)}, problems(raw)


def test_the_schema_is_valid_by_the_old_draft_and_the_new() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema({**SCHEMA, "$schema": "http://json-schema.org/draft-07/schema#"})
    assert not NEWER & set(keywords(SCHEMA))


def test_it_is_printed(shell: Shell) -> None:
    assert shell("schema", "sources").json == SCHEMA
