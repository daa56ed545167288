"""The source kind `record`: values computed from the org that is collected for, of periods that are over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Shell

# A Tuesday: the day before is a working day, and week 2026-W47 is over.
TUESDAY = "2026-11-24T14:00:00Z"
SOURCES = """\
briefing-log: {record: briefing-time}
stale-flags: {record: stale-to-flagged}
escalation-log: {record: escalations-routed}
scorecard-pushes: {record: {measure: scorecard-pushes, seat: tally}}
todos-in-time: {record: todos-done}
plain: {command: [echo, "7"]}
"""
WEEKLY = """\
  todos-in-time:
    name: To-dos done in time
    outcome: What was decided happens
    target: ">= 90%"
    cadence: weekly
    source: todos-in-time
  late-flags:
    name: Longest time that a late value stood
    outcome: Nobody decides on old numbers
    target: "<= 1h"
    cadence: weekly
    source: stale-flags
  tickets:
    name: Tickets open at the end of the day
    outcome: Nobody waits overnight
    target: "<= 10"
    cadence: daily
    per: day
    source: plain
"""


@pytest.fixture
def run(sample: Shell, tmp_path: Path) -> Shell:
    """The sample, with a sources file beside it and weekly metrics of Tally's from the record."""
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    sample.write("seats/tally.yaml", sample.read("seats/tally.yaml") + WEEKLY)
    for number, done in enumerate(("2026-11-19T15:00:00Z", "2026-11-21T15:00:00Z")):
        name = f"2026-11-16-task-{number}"
        events = (
            "  - {at: '2026-11-16T15:00:00Z', by: david, action: added}\n"
            f"  - {{at: '{done}', by: david, action: done}}\n"
        )
        text = f"todo: {name}\nwhat: W\nowner: david\ndue: 2026-11-20\nstate: done\nevents:\n{events}"
        sample.write(f"todos/{name}.yaml", text)
    sample.git("add", ".")
    sample.git("commit", "-qm", "Measured")
    return sample


def collect(shell: Shell, *words: str, now: str = TUESDAY, code: int | None = 1) -> dict[str, Any]:
    sources = str(shell.folder.parent.parent / "sources.yaml")
    found: dict[str, Any] = shell(
        "score", "collect", "--sources", sources, "--by", "tally", *words, "--json", code=code, ORGTP_NOW=now
    ).json
    return found


def values(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {f"{one['seat']}/{one['metric']}": (one["period"], one["value"]) for one in found["values"]}


def test_each_metric_gets_the_measure_of_its_newest_period_that_is_over(run: Shell) -> None:
    found = collect(run)
    got = values(found)
    assert got["tally/todos-in-time"] == ("2026-W47", "50%")
    assert got["tally/tickets"] == ("2026-11-24", "7"), "any other source is asked for the current period"
    # One source, and two metrics of two cadences.
    assert got["radar/stale-flagged"][0] == "2026-11-23"
    assert got["tally/late-flags"][0] == "2026-W47"
    assert got["tally/pushes-on-time"][0] == "2026-11-23"
    assert {(one["name"], one["period"]) for one in found["sources"]} >= {
        ("stale-flags", "2026-11-23"), ("stale-flags", "2026-W47"), ("plain", ""),
    }  # fmt: skip
    recorded = run.read("scores/tally/2026-11.jsonl")
    assert '"metric":"todos-in-time","period":"2026-W47","value":"50"' in recorded


def test_what_cannot_be_known_is_a_blank_with_its_reason(run: Shell) -> None:
    found = collect(run, "--seat", "radar", "--metric", "briefing-by-8")
    (one,) = found["values"]
    assert (one["value"], one["why"]) == (None, "no briefing was delivered on 2026-11-23")
    assert "no briefing was delivered on 2026-11-23" in run.read("scores/radar/2026-11.jsonl")


def test_a_named_period_that_is_not_over_is_a_blank(run: Shell) -> None:
    found = collect(run, "--metric", "todos-in-time", "--for", "2026-W48")
    assert [one["why"] for one in found["values"]] == ["2026-W48 is not over"]
    found = collect(run, "--metric", "todos-in-time", "--for", "2026-W47", code=0)
    assert values(found) == {"tally/todos-in-time": ("2026-W47", "50%")}


def test_the_same_value_is_not_recorded_twice_and_due_collects_what_lacks(run: Shell) -> None:
    assert collect(run, "--metric", "todos-in-time", code=0)["commit"]
    assert collect(run, "--metric", "todos-in-time", code=0)["commit"] is None
    assert collect(run, "--metric", "todos-in-time", "--due", code=0)["values"] == []


def test_uncommitted_changes_do_not_count(run: Shell) -> None:
    path = run.folder / "todos" / "2026-11-16-task-0.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-19T15", "2026-11-22T15"), encoding="utf-8")
    assert values(collect(run, "--metric", "todos-in-time", code=0))["tally/todos-in-time"][1] == "50%"


def test_a_bare_repository_is_measured_too(run: Shell, tmp_path: Path) -> None:
    run.git("clone", "-q", "--bare", str(run.folder), str(tmp_path / "bare.git"))
    found = collect(run, "--org", str(tmp_path / "bare.git"), "--metric", "todos-in-time", code=0)
    assert values(found)["tally/todos-in-time"] == ("2026-W47", "50%")


def test_a_source_is_added_and_tested_from_the_command_line(run: Shell, tmp_path: Path) -> None:
    path = str(tmp_path / "own.yaml")
    run("source", "add", "todos-in-time", "--record", "todos-done", "--seat", "david", "--sources", path)
    assert "measure: todos-done" in Path(path).read_text(encoding="utf-8")
    assert "seat: david" in Path(path).read_text(encoding="utf-8")
    ran = run("source", "test", "todos-in-time", "--sources", path, "--json", ORGTP_NOW=TUESDAY)
    assert ran.json["value"] == "50%"
    assert [one["shown"] for one in ran.json["readings"]] == ["50%"]
    wrong = run("source", "add", "other", "--record", "todos-dne", "--sources", path, code=2).err
    assert 'Did you mean "todos-done"?' in wrong
    assert "--seat applies to --record, not to --command" in run(
        "source", "add", "other", "--command", "date", "--seat", "david", "--sources", path, code=2
    ).err  # fmt: skip
    (tmp_path / "empty").mkdir()
    alone = run.at(tmp_path / "empty")("source", "test", "todos-in-time", "--sources", path, "--json", code=1)
    assert "reads the record of an org in git" in alone.json["why"]


def test_a_measure_of_an_unknown_seat_names_the_one_that_was_meant(run: Shell, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("todos-in-time: {record: {measure: todos-done, seat: davd}}\n", encoding="utf-8")
    ran = run("source", "test", "todos-in-time", "--sources", str(path), "--json", code=1, ORGTP_NOW=TUESDAY)
    assert ran.json["why"] == '"davd" is not a seat. Did you mean "david"?'
    assert json.loads(run("schema", "sources").out)["patternProperties"]["^(?!x-)"]["properties"]["record"]
