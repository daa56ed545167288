"""Three judges of form, one verdict: our readers, jsonschema, and `check-jsonschema`, which reads YAML its own way.

Rules of strict YAML (`yaml-*`) come before all form. What no schema can say stands in `judges.beyond`, and all of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from orgtp.files.json_schema import NAMES, find_schema_problems
from orgtp.files.scores import read_scores
from orgtp.files.yaml.loader import read_document
from orgtp.model.problem import Problem
from tests.conftest import ROOT
from tests.files.judges import SCHEMAS, YAMLS, accepted, base_name, find_files, no_period, yaml_files

CHECKER = Path(sys.executable).with_name("check-jsonschema")
MOMENT = re.compile(SCHEMAS["score"]["properties"]["at"]["pattern"])
ALL = [pytest.param(name, path, raw, id=f"{name}-{path}") for name in YAMLS for path, raw in yaml_files(name).items()]


@pytest.mark.parametrize(("name", "path", "raw"), ALL)
def test_our_reader_and_jsonschema_agree(name: str, path: str, raw: bytes) -> None:
    data = read_document(base_name(path), raw).data
    verdict = accepted(name, base_name(path), raw)
    assert Draft202012Validator(SCHEMAS[name]).is_valid(data) == verdict
    assert Draft7Validator(SCHEMAS[name]).is_valid(data) == verdict


def refused_by_checker(name: str, paths: list[Path]) -> set[Path]:
    """The files that `check-jsonschema`, run as its users run it, refuses."""
    schema = ROOT / "schema" / f"{name}.schema.json"
    words = [str(CHECKER), "-o", "json", "--schemafile", str(schema), *map(str, paths)]
    done = subprocess.run(words, capture_output=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["status"] == "ok" else 1)
    told = [*report.get("errors", []), *report.get("parse_errors", [])]
    return {Path(problem["filename"]) for problem in told}


@pytest.mark.parametrize("name", YAMLS)
def test_our_reader_and_an_independent_validator_agree(name: str, tmp_path: Path) -> None:
    found = yaml_files(name)
    for path, raw in found.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    refused = {path for path, raw in found.items() if not accepted(name, base_name(path), raw)}
    assert refused
    by_checker = refused_by_checker(name, [tmp_path / path for path in found])
    assert {path.relative_to(tmp_path).as_posix() for path in by_checker} == refused


def lines() -> Iterator[bytes]:
    """Every line of every score file of the examples, and some more that no example has."""
    for raw in find_files("scores/*/*.jsonl").values():
        yield from raw.split(b"\n")
    good = {"id": "a", "at": "2026-11-20T13:00:02Z", "metric": "m", "period": "2026-W47", "value": "1"}
    for change in MORE:
        yield json.dumps({**good, **change}).encode()


TRIED: dict[str, list[object]] = {
    "id": ["", "A.b_c-1", "a" * 64, "a" * 65, "a b", "a\n", 1, None],
    "at": [
        *("2026-11-20T13:00:02.123456Z", "2026-11-20T13:00:02+00:00", "2026-11-20T24:00:00Z", "2026-11-20T13:00:60Z"),
        *("2026-13-20T13:00:02Z", "2026-02-30T13:00:02Z", "2026-11-20t13:00:02z", "2026-11-20T13:00:02Z\n", 0, None),
    ],
    "metric": ["", "M", "m" * 63, "m" * 64, "m\n", "1m", None],
    "period": [
        *("2026-10-25T01+0000", "2026-11-01T01-0500", "2026-10-25T01+1500", "2026-10-25T01+00:00", "2026-10-25T01Z"),
        "2026-11-20T14",
        "2026-Q4",
        "2026",
        "2026-W60",
        "2025-W53",
        "2026-02-30",
        "2026-11-20T24",
        2026,
        None,
    ],
    "value": [None, "", " ", "many", 1, True, [], {}],
    "void": [True, False, None, 1, "true"],
    "by": ["tally", "", "Tally", None, 1],
    "note": ["", "x\ny", None, 1],
    "later": [{"a": [1]}],
}
MORE: list[dict[str, object]] = [{key: value} for key, values in TRIED.items() for value in values]
MORE += [{"value": None, "void": value} for value in TRIED["void"]]


def record(line: bytes) -> Any:
    """The line as JSON, and nothing where it is none or has a key twice: of that a schema never hears."""
    try:
        pairs = json.loads(line.decode(), object_pairs_hook=lambda pairs: pairs)
    except ValueError:
        return None
    keys = [pair[0] for pair in pairs if isinstance(pair, tuple)]
    return json.loads(line) if len(keys) == len(set(keys)) else None


def is_read(line: bytes) -> bool:
    """Whether our reader takes the line, or refuses it only for a day that no calendar has."""
    _, problems = read_scores("scores/bot/2026-11.jsonl", line + b"\n")
    return all(no_period(problem) or no_moment(problem, line) for problem in problems)


def no_moment(problem: Problem, line: bytes) -> bool:
    return '"at" is not a UTC time' in problem.message and MOMENT.search(record(line)["at"]) is not None


def test_our_reader_and_two_validators_agree_on_every_score(tmp_path: Path) -> None:
    records = [(line, found) for line in lines() if (found := record(line)) is not None]
    assert len(records) > 60
    for number, (line, found) in enumerate(records):
        assert Draft202012Validator(SCHEMAS["score"]).is_valid(found) == is_read(line), line
        assert Draft7Validator(SCHEMAS["score"]).is_valid(found) == is_read(line), line
        (tmp_path / f"{number}.json").write_bytes(line)
    refused = {tmp_path / f"{number}.json" for number, (line, _) in enumerate(records) if not is_read(line)}
    assert refused_by_checker("score", sorted(tmp_path.glob("*.json"))) == refused


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_valid_by_the_old_draft_and_the_new(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    Draft7Validator.check_schema({**SCHEMAS[name], "$schema": "http://json-schema.org/draft-07/schema#"})


NEWER = {"$defs", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "prefixItems", "minContains"}
NEWER |= {"maxContains", "dependentSchemas", "dependentRequired", "unevaluatedProperties", "unevaluatedItems"}


def keywords(schema: Any) -> Iterator[str]:
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from keywords(value)
    yield from schema if isinstance(schema, dict) else ()


@pytest.mark.parametrize("name", NAMES)
def test_no_schema_says_what_an_editor_of_draft_07_would_not_hear(name: str) -> None:
    assert not NEWER & set(keywords(SCHEMAS[name]))


def test_validate_tells_what_jsonschema_says_with_its_place() -> None:
    raw = b"seat: bot\nname: Bot\nrole: Desk\nkind: robot\nstatus: active\n"
    (problem,) = find_schema_problems({"seats/bot.yaml": raw, "seats/broken.yaml": b"a: [", "docs/x.yaml": b"a: 1"})
    assert (str(problem.place), problem.rule) == ("seats/bot.yaml:4:7", "schema")
    assert "robot" in problem.message
