"""Trailers where git does not read them: a note if they say what happened, a violation if they do not."""

from __future__ import annotations

import pytest

from tests.audit.scene import RECORD, Scene
from tests.audit.ways_trailers import BOTH, FALSE, LATE, UNTIDY

BOT = "seats/bot.yaml"


def _commit(scene: Scene, message: str) -> str:
    return scene.commit({BOT: f"{scene.text(BOT)}x-more: 1\n"}, message)


@pytest.mark.parametrize("name", LATE | BOTH)
def test_trailers_that_are_right_with_a_line_below_them_are_a_note(scene: Scene, name: str) -> None:
    commit = _commit(scene, (LATE | BOTH)[name])
    for words in ((), ("--full",)):
        found = scene.verify(*words, code=0)
        what = "its trailers agree with its changes, but are not in the last paragraph, where git reads them"
        assert {"what": what, "commit": commit} in found["notes"]


@pytest.mark.parametrize("name", UNTIDY)
def test_carriage_returns_and_blanks_at_the_end_are_a_note(scene: Scene, name: str) -> None:
    commit = _commit(scene, UNTIDY[name])
    what = "its trailers end with carriage returns or blanks, or have keys in another case"
    assert {"what": what, "commit": commit} in scene.verify(code=0)["notes"]
    entry = scene.shell("log", "--json").json["commits"][0]
    assert (entry["commit"], entry["action"], entry["seats"], entry["by"]) == (commit, "set", ["bot"], "ada")


@pytest.mark.parametrize("name", FALSE)
def test_what_did_not_happen_is_a_violation_wherever_it_stands(scene: Scene, name: str) -> None:
    message, count = FALSE[name]
    commit = _commit(scene, message)
    found = scene.verify("--full", code=1)
    assert [one["rule"] for one in found["violations"]] == ["trailer-hidden"] * count
    assert {one["commit"] for one in found["violations"]} == {commit}
    assert found["notes"] == []


def test_trailers_that_are_tidy_and_last_are_no_note(scene: Scene) -> None:
    _commit(scene, LATE["paragraph below"].replace("\nCloses #12\n", ""))
    assert scene.verify(code=0)["notes"] == []


def test_a_retirement_with_a_line_below_is_held_against_its_record(scene: Scene) -> None:
    """The record names Ada; the misplaced trailer names the bot."""
    cat = scene.text("seats/cat.yaml").replace("status: active", "status: retired")
    changes = {"retirements/cat.yaml": scene.text(RECORD).replace("seat: old", "seat: cat"), "seats/cat.yaml": cat}
    message = (
        "retire(cat)\n\nOrgtp-Action: retire\nOrgtp-Seat: cat\nOrgtp-By: ada\nOrgtp-Approved-By: {}\n\nCloses #1\n"
    )
    before = scene.tip()
    scene.commit(changes, message.format("ada"))
    assert "trailer-hidden" not in {one["rule"] for one in scene.verify("--full")["violations"]}
    scene.move(before)
    scene.commit(changes, message.format("bot"))
    assert "trailer-hidden" in {one["rule"] for one in scene.verify("--full", code=1)["violations"]}
