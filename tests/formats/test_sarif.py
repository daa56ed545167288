"""`--format sarif`: the schema of the standard, and a reader of other people."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from jsonschema import Draft7Validator
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems import sarif
from orgtp.rules.registry import ALL_RULES
from tests.formats.hostile import SETS, equal, hostile, many
from tests.formats.readers import npm_file

LEVELS = {"error": "error", "warning": "warning", "notice": "note"}


def problems_sarif(problems: list[Problem]) -> str:
    return sarif.problems_sarif(problems, "1.2.3")


@cache
def standard() -> Draft7Validator:
    """The schema of SARIF 2.1.0, as Microsoft's own matchers for tests carry it."""
    text = npm_file("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


def run_of(problems: list[Problem]) -> dict[str, Any]:
    (run,) = json.loads(problems_sarif(problems))["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("name", SETS)
def test_the_schema_of_the_standard_accepts_it(name: str) -> None:
    # The schema is the same for each of ten thousand results; a hundred take a second.
    data = json.loads(problems_sarif(SETS[name][:100]))
    assert [error.message for error in standard().iter_errors(data)] == []


def test_the_schema_does_refuse() -> None:
    data = json.loads(problems_sarif(many(1)))
    data["runs"][0]["results"][0]["level"] = "fatal"
    assert [error.path[-1] for error in standard().iter_errors(data)] == ["level"]


@pytest.mark.parametrize("name", SETS)
def test_another_reader_finds_every_problem(name: str) -> None:
    (run,) = Sarif.model_validate_json(problems_sarif(SETS[name])).runs
    assert (run.tool.driver.name, run.tool.driver.version) == ("orgtp", "1.2.3")
    found = []
    for result in run.results or []:
        (location,) = result.locations or []
        assert location.physical_location is not None
        assert location.physical_location.region is not None
        assert location.physical_location.artifact_location is not None
        region, uri = location.physical_location.region, location.physical_location.artifact_location.uri
        found.append(
            (result.rule_id, str(result.level and result.level.value), uri, region.start_line, region.start_column)
        )
    assert found == [(p.rule, LEVELS[p.severity], uri_of(p), p.place.line, p.place.column) for p in SETS[name]]


def uri_of(problem: Problem) -> str:
    (result,) = run_of([problem])["results"]
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def test_a_uri_is_relative_and_names_the_file_byte_by_byte() -> None:
    assert uri_of(many(1)[0]) == "seats/s0.yaml"
    for problem in hostile():
        parts = urlsplit(uri_of(problem))
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        if "\ud800" not in problem.place.path:
            assert unquote_to_bytes(parts.path) == os.fsencode(problem.place.path)


def test_the_rules_that_occur_are_explained() -> None:
    problems = [
        Problem("owner-unknown", Place("seats/a.yaml"), "m"),
        Problem("unknown-file", Place("seats/b.yml"), "m", severity=Severity.WARNING),
        Problem("owner-unknown", Place("seats/c.yaml"), "m"),
    ]
    run = run_of(problems)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["owner-unknown", "unknown-file"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [problem.rule for problem in problems]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "warning"]
    (known,) = (rule for rule in ALL_RULES if rule.id == "owner-unknown")
    assert rules[0]["help"]["markdown"] == known.page
    assert rules[0]["shortDescription"]["text"] == known.title


def test_every_rule_fits() -> None:
    """Every manual page, whatever is in it, makes a descriptor that the schema accepts."""
    problems = [Problem(rule.id, Place("org.yaml"), "m", severity=rule.severity) for rule in ALL_RULES]
    data = json.loads(problems_sarif(problems))
    assert [error.message for error in standard().iter_errors(data)] == []
    assert len(data["runs"][0]["tool"]["driver"]["rules"]) == len(ALL_RULES)


def test_messages_are_text_without_links() -> None:
    texts = [result["message"]["text"] for result in run_of(hostile())["results"]]
    assert [text for text in texts if "](" in text or escape_control_chars(text) != text] == []
    assert any("see [this] (https://example.com)" in text for text in texts)


def marks(problems: list[Problem]) -> list[str]:
    return [result["partialFingerprints"]["orgtp/v1"] for result in run_of(problems)["results"]]


def test_fingerprints_are_unique_and_know_no_line() -> None:
    for problems in SETS.values():
        assert len(set(marks(problems))) == len(problems)
    moved = [Problem(p.rule, Place(p.place.path, p.place.line + 7, 3), p.message, p.hint) for p in many(20)]
    assert marks(moved) == marks(many(20))
    assert marks(equal(3))[:2] == marks(equal(2))


def test_columns_count_code_points() -> None:
    assert run_of([])["columnKind"] == "unicodeCodePoints"
    assert run_of([])["results"] == []


def test_more_than_github_takes_are_told_by_number() -> None:
    place = Place("seats/a.yaml")
    notices = [
        Problem("target-changed", place, f"{number}", "", Severity.NOTICE) for number in range(sarif.MAX_RESULTS)
    ]
    run = run_of([*notices, Problem("owner-missing", place, "the one error")])
    assert len(run["results"]) == sarif.MAX_RESULTS
    assert [result["ruleId"] for result in run["results"]].count("owner-missing") == 1
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("1 problem more")
    assert [
        error.message for error in standard().iter_errors({"version": "2.1.0", "runs": [{**run, "results": []}]})
    ] == []
