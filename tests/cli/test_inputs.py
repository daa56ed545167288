"""`inputs` of a seat: what it works with. Set, shown, compared, undone, and kept where it is said twice."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Shell

EXPORT = ("seat", "set", "dash", "inputs.crm-export.from=sift", "inputs.crm-export.is=nightly export")


@pytest.fixture
def fed(sample: Shell) -> Shell:
    """The sample, where Dash has a model and gets an export from Sift."""
    sample("seat", "set", "dash", "inputs.model=example-model-4")
    sample(*EXPORT)
    return sample


def read_inputs(shell: Shell) -> str:
    return shell.read("seats/dash.yaml").split("inputs:")[1].split("retire_when:")[0]


def test_inputs_are_written_as_in_the_docs(fed: Shell) -> None:
    assert read_inputs(fed) == "\n  model: example-model-4\n  crm-export:\n    from: sift\n    is: nightly export\n"
    fed("validate", "--strict")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["inputs.model=example-model-5"], "\n  model: example-model-5\n  crm"),
        (["inputs.crm-export=hourly export"], "from: sift\n    is: hourly export\n"),
        (["inputs.crm-export.is="], "crm-export:\n    from: sift\n"),
        (["inputs.model.from=radar"], "model:\n    from: radar\n    is: example-model-4\n"),
        (["inputs.model=m5", "inputs.model.from=radar"], "model:\n    from: radar\n    is: m5\n"),
        (["inputs.prompt.from=radar", "inputs.prompt=v7"], "prompt:\n    from: radar\n    is: v7\n"),
        (["inputs.prompt=v7", "inputs.tools=search, mail"], "  prompt: v7\n  tools: search, mail\n"),
    ],
)
def test_a_new_version_keeps_what_else_is_known(fed: Shell, values: list[str], expected: str) -> None:
    fed("seat", "set", "dash", *values)
    assert expected in read_inputs(fed)
    fed("validate", "--strict")


def test_an_input_is_removed_and_brought_back(fed: Shell) -> None:
    before = fed.read("seats/dash.yaml")
    fed("seat", "set", "dash", "inputs.model=example-model-5")
    fed("undo", "HEAD")
    assert fed.read("seats/dash.yaml") == before
    fed("seat", "set", "dash", "inputs.crm-export=")
    assert "sift" not in read_inputs(fed)
    fed("undo", "HEAD")
    assert "from: sift" in read_inputs(fed)
    ran = fed("seat", "set", "dash", "inputs.prompt=", code=2)
    assert "dash has no inputs.prompt to remove" in ran.err


def test_every_view_shows_them(fed: Shell) -> None:
    shown = fed("seat", "show", "dash", "--json").json["seat"]["inputs"]
    assert shown == {"crm-export": "nightly export, from sift", "model": "example-model-4"}
    (line,) = [line for line in fed("context", "dash").out.splitlines() if "Works with" in line]
    assert line == "- Works with: `model`: “example-model-4”, `crm-export`: “nightly export, from sift”"
    assert fed("context", "dash", "--json").json["seat"]["inputs"] == shown
    fed("seat", "set", "dash", "inputs.model=example-model-5")
    assert "inputs.model: example-model-4 → example-model-5" in fed("diff", "HEAD~1").out
    assert "inputs.model: example-model-4 → example-model-5" in fed("seat", "history", "dash").out
    blamed = {row["key"]: row["value"] for row in fed("seat", "blame", "dash", "--json").json["fields"]}
    assert blamed["inputs.crm-export.from"] == "sift"
    fed("export", "seats.jsonl", "--table", "seats")
    rows = [json.loads(line) for line in fed.read("seats.jsonl").splitlines()]
    assert next(row for row in rows if row["seat"] == "dash")["inputs"]["model"] == "example-model-5"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("inputs: example-model-4", "wrong-type"),
        ("inputs: {Model: m}", "bad-id"),
        ("inputs: {model: ''}", "empty-text"),
        ("inputs: {model: {}}", "missing-key"),
        ("inputs: {model: {from: Sift}}", "bad-id"),
        ("inputs: {model: {form: sift}}", "unknown-key"),
        ("inputs: {model: 4}", "wrong-type"),
    ],
)
def test_what_cannot_be_read_is_a_problem_at_its_place(sample: Shell, text: str, rule: str) -> None:
    file = sample.read("seats/dash.yaml")
    sample.write("seats/dash.yaml", file.replace("retire_when:", f"{text}\nretire_when:"))
    problems = sample("validate", "--json", code=1).json["problems"]
    line = file.split("retire_when:")[0].count("\n") + 1
    assert any((one["rule"], one["path"], one["line"]) == (rule, "seats/dash.yaml", line) for one in problems)


def test_a_seat_that_retires_stays_named_and_is_reported(fed: Shell) -> None:
    named = fed("retire", "sift", "--check", "--json", code=None).json["named"]
    assert any("inputs.crm-export.from" in str(one) for one in named)
