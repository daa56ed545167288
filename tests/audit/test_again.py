"""An audit that goes on from an earlier one: what is new is found, the rewritten is looked at anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.audit.cache import hash_cache, read_cache
from orgtp.git.repo import Repo
from tests.audit.scene import BOT, CAT, Scene, line
from tests.audit.ways import meant, told
from tests.audit.ways_scores import value_edited
from tests.audit.ways_seats import future_dated, seat_deleted


def memory(scene: Scene, kind: str = "json") -> Path:
    """The file in which the last audit is remembered."""
    return next((scene.shell.folder / ".git/orgtp/audit").glob(f"*.{kind}"))


def test_the_second_run_finds_what_the_first_could_not(scene: Scene) -> None:
    for number in range(20):
        scene.append(line(f"n{number}"))
    assert scene.verify(code=0)["checked"] == 20
    found = value_edited(scene)
    report = scene.verify(code=1)
    assert (report["checked"], told(report["violations"])) == (1, meant(found))
    again = scene.verify(code=1)
    assert (again["checked"], again["violations"]) == (0, report["violations"])
    scene.append(line("later"))
    last = scene.verify(code=1)
    assert (last["checked"], last["violations"]) == (1, report["violations"])


def test_an_id_of_before_is_known_later(scene: Scene) -> None:
    scene.append(line("n1"))
    scene.verify(code=0)
    commit = scene.append(line("n1", "13"), path=CAT)
    report = scene.verify(code=1)
    assert report["checked"] == 1
    assert [(row["rule"], row["commit"], row["before"]) for row in report["violations"]] == [
        ("score-id-taken", commit, BOT)
    ]


def test_a_seat_of_before_is_known_later(scene: Scene) -> None:
    cat = scene.text("seats/cat.yaml")
    seat_deleted(scene)
    scene.verify(code=1)
    scene.commit({"seats/cat.yaml": cat.replace("Desk", "Door")})
    report = scene.verify(code=1)
    assert (report["checked"], [row["rule"] for row in report["violations"]]) == (1, ["seat-deleted", "id-reused"])


def test_a_branch_of_before_is_looked_at_when_it_is_merged(scene: Scene) -> None:
    scene.move(scene.tip("main~3"), "side")
    was = scene.lines(BOT, "side")[0]
    tamper = scene.edit(BOT, '"11"', '"99"', on=["side"], to="side")
    scene.verify(code=0)
    scene.commit({}, "Merge\n", on=["main", "side"])
    report = scene.verify(code=1)
    assert report["checked"] == 2
    assert ("score-rewritten", tamper, was) in [
        (row["rule"], row["commit"], row["before"]) for row in report["violations"]
    ]


def test_a_clock_that_was_slow_is_forgiven(scene: Scene) -> None:
    """A commit that was of the future yesterday is not for ever."""
    future_dated(scene)
    assert [row["rule"] for row in scene.verify(code=1)["violations"]] == ["date-future"]
    scene.verify(code=0, ORGTP_NOW="2100-01-02T12:00:00Z")


def test_what_was_rewritten_is_looked_at_anew(scene: Scene) -> None:
    """The head that is remembered is none of this history: all of it is looked at again."""
    value_edited(scene)
    scene.verify(code=1)
    scene.move(scene.tip("main~2"))
    scene.append(line("n1"))
    report = scene.verify("--full")
    assert report["checked"] == report["commits"]
    rules = {row["rule"] for row in report["violations"]}
    assert rules <= {"history-rewritten"}
    again = scene.verify()
    assert {row["rule"] for row in again["violations"]} == rules


def remembered(scene: Scene, *, seal: bool, **facts: object) -> None:
    """Write other facts into what is remembered, as somebody would who can write into the git dir."""
    _, _, raw = memory(scene).read_bytes().partition(b"\n")
    changed = json.dumps({**json.loads(raw), **facts}).encode()
    memory(scene).write_bytes((hash_cache(changed) if seal else hash_cache(raw)) + b"\n" + changed)


def test_a_memory_that_was_changed_is_none(scene: Scene) -> None:
    found = value_edited(scene)
    remembered(scene, seal=False, head=scene.tip(), commits=9)
    report = scene.verify(code=1)
    assert (told(report["violations"]), report["checked"]) == (meant(found), 9)


def test_a_memory_that_lies_is_found_by_full(scene: Scene) -> None:
    """Who can write into the git dir can make verify believe it; --full does not ask it."""
    found = value_edited(scene)
    remembered(scene, seal=True, head=scene.tip(), commits=9)
    assert scene.verify(code=0)["checked"] == 0
    assert told(scene.verify("--full", code=1)["violations"]) == meant(found)
    assert told(scene.verify(code=1)["violations"]) == meant(found)


def test_ids_that_are_not_all_there_are_read_anew(scene: Scene) -> None:
    memory(scene, "ids").write_bytes(memory(scene, "ids").read_bytes().replace(b"c4", b"c5"))
    commit = scene.append(line("c4", "13"), path=CAT)
    report = scene.verify(code=1)
    assert report["checked"] == report["commits"]
    assert [(row["rule"], row["commit"]) for row in report["violations"]] == [("score-id-taken", commit)]


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), much=st.integers(0, 3))
def test_a_memory_with_any_damage_is_none(past_made: Path, at: int, byte: int, much: int) -> None:
    repo = Repo(past_made / "acme")
    path = next((past_made / "acme/.git/orgtp/audit").glob("*.json"))
    kept = path.read_bytes()
    at %= len(kept)
    damaged = kept[:at] + bytes([byte]) * much + kept[at + 1 :]
    try:
        path.write_bytes(damaged)
        found = read_cache(repo, "main")
    finally:
        path.write_bytes(kept)
    assert bool(found.head) == (damaged == kept)


@pytest.mark.parametrize(
    "name", ["main:seats", "main:seats/ada.yaml", f"main:{BOT}", "main:org.yaml", "main:", "main~2", "main"]
)
@pytest.mark.parametrize("later", [False, True], ids=["nothing-new", "a-new-commit"])
def test_what_an_earlier_audit_read_and_is_gone_now_is_not_intact(scene: Scene, name: str, later: bool) -> None:
    """Also without `--full`: nothing is proven about a tip that cannot be read."""
    for number in range(4):
        scene.append(line(f"n{number}"))
    scene.verify(code=0)
    lost = scene.shell.git("rev-parse", name).out.strip()
    if later:
        scene.commit({"notes.txt": "Later\n"})
    (scene.shell.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    report = scene.verify(code=4)
    assert report["verdict"] == "cannot be proven"
    assert "missing" in report["gaps"][0]["what"] or lost in report["gaps"][0]["what"]
