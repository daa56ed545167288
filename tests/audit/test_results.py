"""The results that a retirement record states: made up ones are found, and what was right when it was written stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orgtp.actions.retire import RetirementRequest
from orgtp.api.org import open_org
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.org import Ending, Org, Retirement
from orgtp.model.results import COUNTINGS, Moment, count_recorded_periods, find_wrong_results
from tests.audit.scene import Scene, line

CAT, RECORD = "seats/cat.yaml", "retirements/cat.yaml"
WRONG = "retirement-results-wrong"
RETIRE = ("retire", "cat", "--move", "cat-things=bot", "--move", "old-things=bot", "--reason", "Done")
DECIDED = ("--decided-by", "ada", "--by", "ada", "--yes")
# The cat has one value, 5 in W47, off target.
HEAD = """seat: cat
name: cat
role: Desk
kind: agent
owner: ada
reports_to: ada
retired_on: {day}
reason: Done
decided_by: ada
capabilities: {{cat-things: bot, old-things: bot}}
metrics: {{number: {{ended: with the seat}}}}
"""


def _retired(scene: Scene, results: str, day: str = "2026-11-20") -> dict[str, str]:
    """The files of a retirement by hand: the record with these results, and the two seats."""
    bot = scene.text("seats/bot.yaml").replace(
        "things: Does things.", "things: Does things.\n  cat-things: Does things.\n  old-things: Does things."
    )
    cat = scene.text(CAT).replace("status: active", "status: retired")
    record = HEAD.format(day=day) + (f"results:\n  number: {results}\n" if results else "")
    return {RECORD: record, CAT: cat, "seats/bot.yaml": bot}


def _wrong(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["commit"], one["path"]) for one in report["violations"] if one["rule"] == WRONG]


RIGHT = '{last: "5", period: 2026-W47, on_target: 0, known: 1}'
MADE_UP = {
    "on target": '{last: "5", period: 2026-W47, on_target: 1, known: 1}',
    "more than were known": '{last: "5", period: 2026-W47, on_target: 40, known: 40}',
    "another value": '{last: "15", period: 2026-W47, on_target: 0, known: 1}',
    "another period": '{last: "5", period: 2026-W46, on_target: 0, known: 1}',
    "nothing known": "{on_target: 0, known: 0}",
    "counts without a value": "{on_target: 0, known: 1}",
}


@pytest.mark.parametrize("name", MADE_UP)
def test_made_up_results_are_found_by_the_audit_and_before_the_merge(scene: Scene, name: str) -> None:
    before = scene.tip()
    scene.append(line("n1", "20"), path="scores/cat/2026-11.jsonl", to="later")
    commit = scene.commit(_retired(scene, MADE_UP[name], "2026-11-21"))
    for words in ((), ("--full",)):
        assert _wrong(scene.verify(*words, code=1)) == [(commit, RECORD)]
    scene.checkout()
    found = scene.shell("validate", "--base", before, "--json", code=1).json["problems"]
    assert [(one["rule"], one["path"]) for one in found if one["rule"] == WRONG] == [(WRONG, RECORD)]


@pytest.mark.parametrize("results", [RIGHT, "", RIGHT.replace('"5"', '"5.0"')])
def test_what_is_right_or_left_out_is_no_violation(scene: Scene, results: str) -> None:
    before = scene.tip()
    scene.commit(_retired(scene, results))
    assert scene.verify("--full", code=0)["verdict"] == "intact"
    scene.checkout()
    assert WRONG not in str(scene.shell("validate", "--base", before, "--json").json)


def test_a_result_of_a_metric_that_the_seat_never_had(scene: Scene) -> None:
    commit = scene.commit(_retired(scene, f"{RIGHT}\n  talks: {RIGHT}"))
    assert _wrong(scene.verify(code=1)) == [(commit, RECORD)]


def test_a_merge_that_makes_up_a_record(scene: Scene) -> None:
    """No parent has the record."""
    scene.commit({"notes/a.txt": "x\n"}, to="side")
    commit = scene.commit(_retired(scene, MADE_UP["on target"]), "Merge\n", on=["main", "side"])
    assert _wrong(scene.verify(code=1)) == [(commit, RECORD)]


def test_the_first_commit_of_an_org_brings_its_records_with_the_values(scene: Scene) -> None:
    """An org that begins elsewhere: nothing was there before, so the values of that commit count."""
    for results, wrong in ((RIGHT, False), (MADE_UP["on target"], True)):
        scene.commit(_retired(scene, results), to="whole")
        commit = scene.move(scene.git("commit-tree", "whole^{tree}", stdin="All of it\n"), "again")
        scene.git("symbolic-ref", "HEAD", "refs/heads/again")
        there = scene.shell.at(scene.shell.folder)
        there.git("update-ref", "refs/heads/main", commit)
        there.git("update-ref", "-d", "refs/orgtp/witness/main")
        assert bool(_wrong(scene.verify("--full"))) is wrong


WRONG_DAYS = {
    "before the newest value": ("2026-11-10", "2026-11-20", "but it has a value recorded on 2026-11-20"),
    "years ahead": ("2036-11-20", "2026-11-20", "was retired on 2036-11-20, but was written by 2026-11-"),
}


@pytest.mark.parametrize("name", WRONG_DAYS)
@pytest.mark.parametrize("results", [RIGHT, "{on_target: 0, known: 0}"])
def test_a_day_that_hides_later_values_or_has_not_come(scene: Scene, name: str, results: str) -> None:
    """Even if the results were right on that day."""
    day, at, said = WRONG_DAYS[name]
    scene.append(line("n1", "2", at=f"{at}T11:00:00Z", period="2026-W46"), path="scores/cat/2026-11.jsonl")
    before = scene.tip()
    commit = scene.commit(_retired(scene, results, day))
    found = scene.verify("--full", code=1)
    assert set(_wrong(found)) == {(commit, RECORD)}
    assert said in str(found["violations"])
    scene.checkout()
    problems = scene.shell("validate", "--base", before, "--json", code=1).json["problems"]
    assert said in str([one["message"] for one in problems if one["rule"] == WRONG])


def test_a_record_without_results_may_be_of_any_day(scene: Scene) -> None:
    """It makes nothing up; `validate --base` asks for the results."""
    scene.commit(_retired(scene, "", "2026-11-10"))
    assert scene.verify("--full", code=0)["verdict"] == "intact"


@pytest.mark.parametrize("first", ["main", "side"])
def test_a_proposal_from_before_newer_values_is_a_warning_and_no_violation(scene: Scene, first: str) -> None:
    """The record was right when it was proposed; its results leave out what was recorded meanwhile."""
    scene.commit(_retired(scene, RIGHT), to="side", on=["main"])
    scene.append(line("n1", "2", at="2026-11-25T11:00:00Z", period="2026-W48"), path="scores/cat/2026-11.jsonl")
    scene.git("checkout", "-q", "side")
    found = scene.shell("validate", "--base", "main", "--json").json["problems"]
    said = "the record says that cat was retired on 2026-11-20, but it has a value recorded on 2026-11-25"
    assert [(one["severity"], one["message"]) for one in found if one["rule"] == WRONG] == [("warning", said)]
    scene.git("checkout", "-q", first)
    scene.git("merge", "-q", "--no-ff", "-m", "Merge", *({"main", "side"} - {first}))
    merge = scene.shell.head()
    scene.git("branch", "-f", "main", merge) if first == "side" else None
    assert scene.verify("--full", code=0)["verdict"] == "intact"


def test_sync_moves_the_day_when_later_values_came_first(scene: Scene, tmp_path: Path) -> None:
    """The retirement was not known to others yet, so it is that of the day on which the seat had its last value."""
    other = _cloned(scene, tmp_path)
    scene.shell(*RETIRE, *DECIDED, ORGTP_NOW="2026-11-20T10:00:00Z")
    other.shell(
        "score", "add", "cat", "number", "20", "--by", "ada", "--id", "x1", "--push", ORGTP_NOW="2026-11-25T09:00:00Z"
    )
    scene.shell("sync", ORGTP_NOW="2026-11-25T10:00:00Z")
    assert "retired_on: 2026-11-25" in scene.text(RECORD)
    assert "last: '20'" in scene.text(RECORD) or 'last: "20"' in scene.text(RECORD)
    assert scene.verify("--full", code=0)["verdict"] == "intact"


def test_a_record_that_differs_from_the_seat_is_a_warning_and_no_violation(scene: Scene) -> None:
    before = scene.tip()
    files = _retired(scene, "")
    scene.commit({**files, RECORD: files[RECORD].replace("role: Desk", "role: Chief")})
    assert scene.verify("--full", code=0)["verdict"] == "intact"
    scene.checkout()
    found = scene.shell("validate", "--base", before, "--json", code=0).json["problems"]
    said = [one["message"] for one in found if one["rule"] == "retirement-record-differs"]
    assert "the record says role: Chief, but cat had Desk before" in said
    assert "the record leaves out how number ended, which has values" in said


# A proposal that waits while the work goes on.


def _proposed(scene: Scene) -> str:
    """A proposal on a branch, as the command writes it; and then the cat gets more values, and a correction."""
    scene.checkout()
    org = open_org(scene.shell.folder, now=datetime(2026, 11, 20, 13, tzinfo=UTC))
    request = RetirementRequest(
        "cat", moves={"cat-things": "bot", "old-things": "bot"}, reason="Done", decided_by="ada", by="bot"
    )
    org.ledger.propose_retirement(request)
    scene.minutes = 90
    scores = "scores/cat/2026-11.jsonl"
    scene.append(line("n1", "20", at="2026-11-20T13:40:00Z"), path=scores)
    scene.append(line("n2", "21", at="2026-11-20T13:41:00Z", period="2026-W46"), path=scores)
    scene.checkout()
    return "retire/cat"


HOWS = {
    "merged": ("merge", "-q", "--no-ff", "-m", "Merge", "retire/cat"),
    "picked": ("cherry-pick", "-x", "retire/cat"),
}


@pytest.mark.parametrize("how", [*HOWS, "squashed", "rebased"])
def test_a_proposal_is_right_as_of_its_own_day(scene: Scene, how: str) -> None:
    _proposed(scene)
    before = scene.tip()
    if how == "squashed":
        scene.git("merge", "-q", "--squash", "retire/cat")
        scene.git("commit", "-qm", "Retire the cat (#3)")
    elif how == "rebased":
        scene.git("rebase", "-q", "main", "retire/cat")
        scene.git("checkout", "-q", "main")
        scene.git("merge", "-q", "--ff-only", "retire/cat")
    else:
        scene.git(*HOWS[how])
    assert "known: 1" in scene.text(RECORD)
    assert scene.verify("--full", code=0)["verdict"] == "intact"
    assert WRONG not in str(scene.shell("validate", "--base", before, "--json", code=None).json)


def test_a_proposal_that_was_edited_is_found_before_and_after_it_is_merged(scene: Scene) -> None:
    branch = _proposed(scene)
    made_up = scene.text(RECORD, branch).replace("on_target: 0", "on_target: 1")
    scene.git("checkout", "-q", branch)
    scene.shell.write(RECORD, made_up)
    scene.git("commit", "-q", "-a", "--amend", "--no-edit")
    found = scene.shell("validate", "--base", "main", "--json", code=1).json["problems"]
    assert [one["path"] for one in found if one["rule"] == WRONG] == [RECORD]
    commit = scene.tip(branch)
    scene.checkout()
    scene.git("merge", "-q", "--no-ff", "-m", "Merge", branch)
    assert _wrong(scene.verify(code=1)) == [(commit, RECORD)]
    found = scene.shell("validate", "--base", "main~1", "--json", code=1).json["problems"]
    assert [one["path"] for one in found if one["rule"] == WRONG] == [RECORD]


def test_a_retirement_that_is_not_committed_is_compared_too(scene: Scene) -> None:
    scene.checkout()
    for path, text in _retired(scene, MADE_UP["on target"]).items():
        scene.shell.write(path, text)
    found = scene.shell("validate", "--base", "HEAD", "--json", code=1).json["problems"]
    assert [one["path"] for one in found if one["rule"] == WRONG] == [RECORD]


# Sync: the retirement is written where values of others are not known yet.


def _cloned(scene: Scene, tmp_path: Path) -> Scene:
    remote = tmp_path / "remote.git"
    scene.git("clone", "-q", "--bare", ".", str(remote))
    scene.git("remote", "add", "origin", str(remote))
    scene.checkout()
    scene.shell("sync")
    other = scene.at("other")
    scene.git("clone", "-q", str(remote), str(other.shell.folder))
    return other


def test_sync_writes_the_results_anew_when_other_values_came_first(scene: Scene, tmp_path: Path) -> None:
    other = _cloned(scene, tmp_path)
    other.shell("score", "add", "cat", "number", "20", "--by", "ada", "--id", "x1", ORGTP_NOW="2026-11-20T09:00:00Z")
    other.shell(
        "score",
        "add",
        "cat",
        "number",
        "9",
        "--for",
        "2026-W46",
        "--by",
        "ada",
        "--push",
        ORGTP_NOW="2026-11-20T09:01:00Z",
    )
    scene.shell(*RETIRE, *DECIDED, ORGTP_NOW="2026-11-20T10:00:00Z")
    assert "known: 1" in scene.text(RECORD)
    scene.shell("sync")
    assert "on_target: 1\n    known: 2" in scene.text(RECORD)
    assert "last: '20'" in scene.text(RECORD) or 'last: "20"' in scene.text(RECORD)
    other.shell("sync")
    for one in (scene, other):
        assert one.verify("--full", code=0)["verdict"] == "intact"


def test_sync_leaves_a_made_up_record_as_it_is(scene: Scene, tmp_path: Path) -> None:
    """It is not for sync to make a false record right: the audit tells who wrote it."""
    other = _cloned(scene, tmp_path)
    other.shell("score", "add", "cat", "number", "20", "--by", "ada", "--push", ORGTP_NOW="2026-11-20T09:00:00Z")
    scene.commit(
        _retired(scene, MADE_UP["more than were known"]), at=int(datetime(2026, 11, 20, 13, tzinfo=UTC).timestamp())
    )
    scene.checkout()
    scene.shell("sync")
    assert "known: 40" in scene.text(RECORD)
    assert _wrong(scene.verify("--full", code=1)) == [(scene.tip(), RECORD)]


# The counting.

SEAT = """seat: bot
name: Bot
role: R
kind: agent
status: active
owner: bot
metrics:
  m: {name: M, outcome: O, target: {2026-11-10: ">= 3", 2026-11-16: ">= 5"}, cadence: daily, rollup: mean}
"""


def _org(*rows: tuple[str, str | None]) -> Org:
    """An org with values of days: (day, value)."""
    text = "".join(
        line(f"r{number}", value, metric="m", period=day, **({} if value else {"note": "broken"})) + "\n"
        for number, (day, value) in enumerate(rows)
    )
    files = {"org.yaml": "org: x\ntimezone: UTC\n", "seats/bot.yaml": SEAT, "scores/bot/2026-11.jsonl": text}
    return load_org(MemoryTree({path: raw.encode() for path, raw in files.items()})).org


def test_the_first_counting_takes_each_period_by_itself() -> None:
    """Each is judged by the target of its own day; blanks, days before any target and garbage are not counted."""
    org = _org(
        ("2026-11-09", "9"),
        ("2026-11-10", "2"),
        ("2026-11-11", "4"),
        ("2026-11-16", "4"),
        ("2026-11-17", "5"),
        ("2026-11-18", None),
        ("2026-11-17", "6"),
        ("2026-11-19", "x"),
    )
    seat = org.seats["bot"]
    assert count_recorded_periods(org, seat, seat.metrics["m"], datetime(2026, 11, 20, tzinfo=UTC)) == (2, 4)


def test_a_record_is_right_by_any_counting_that_orgtp_had() -> None:
    org = _org(("2026-11-10", "2"), ("2026-11-11", "4"), ("2026-11-16", "4"))
    seat, now = org.seats["bot"], datetime(2026, 11, 20, 12, tzinfo=UTC)
    figures = {count(org, seat, seat.metrics["m"], now) for count in COUNTINGS}
    assert (1, 3) in figures
    for on_target in range(5):
        for known in range(5):
            ending = Ending("4", "2026-11-16", on_target, known)
            record = Retirement("bot", now.date(), "ada", "x", results={"m": ending})
            assert (not list(find_wrong_results(record, [Moment(org, now)]))) is ((on_target, known) in figures)


def test_nothing_is_wrong_where_nothing_is_known() -> None:
    record = Retirement("bot", None, "ada", "x", results={"m": Ending("4", "2026-W47", 9, 9)})
    assert list(find_wrong_results(record, [])) == []
    assert list(find_wrong_results(record, [Moment(Org(), datetime(2026, 11, 20, tzinfo=UTC))])) == []
