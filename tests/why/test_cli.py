"""`orgtp why` as a user sees it: the evidence in order, each with its commit, and what cannot be seen."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Shell, make_once
from tests.mcp.clients import call, refusal, served
from tests.why.scene import at, commit, make_desk, record

NOW = "2026-11-06T17:00:00Z"


@pytest.fixture(scope="session")
def desk_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk, to be copied."""
    return make_once(tmp_path_factory, "desk", make_desk) / "desk"


@pytest.fixture
def desk(shell: Shell, desk_made: Path) -> Shell:
    """A shell in a fresh copy of the desk."""
    folder = shell.folder / "desk"
    shutil.copytree(desk_made, folder, symlinks=True)
    return shell.at(folder)


def why(shell: Shell, *words: str, now: str = NOW) -> dict[str, Any]:
    found: dict[str, Any] = shell("why", *words, "--json", ORGTP_NOW=now).json
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["when"], one["kind"], one["what"]) for one in found["evidence"]]


def test_the_evidence_is_newest_first_and_grouped_around_the_first_miss(desk: Shell) -> None:
    found = why(desk, "bot")
    start = found["start"]
    assert (start["metric"], start["period"], start["rule"]) == ("answered", "2026-W43", "misses")
    assert start["misses_in_a_row"] == 2
    assert (start["begins"], start["ends"]) == ("2026-10-19T04:00:00Z", "2026-10-26T04:00:00Z")
    times = [one["at"] for one in found["evidence"]]
    assert times == sorted(times, reverse=True)
    assert told(found) == [
        ("after", "capability", "gained the capability calls"),
        ("after", "escalation", 'escalation "It answers late" opened'),
        ("after", "correction", "answered 2026-W44 corrected: 90% → 92%: N"),
        (
            "within",
            "same-source",
            "echo/read, with the same source mailbox, went off target (70% after 98%) in 2026-W43",
        ),
        ("within", "input", "input prompt: v2, new"),
        (
            "before",
            "upstream",
            "sift, which delivers mails, was off target on sorted from 2026-W42 to 2026-W43 (2 in a row)",
        ),
        ("before", "input", "input model: m4 → m5"),
        ("before", "blank", "answered was blank in 2026-W41: source broken: 503"),
        ("before", "seat", "the seat was added: Bot, Desk"),
    ]


def test_each_piece_of_evidence_has_the_commit_that_made_it(desk: Shell) -> None:
    found = why(desk, "bot", "answered")
    for one in found["evidence"]:
        subject = desk.git("log", "-1", "--format=%s", one["commit"]).out
        date = desk.git("log", "-1", "--format=%cI", one["commit"]).out
        assert date[:10] == one["at"][:10], one
        words = {"input": "set(bot)", "blank": "score(bot)", "correction": "score(bot)", "upstream": "score(sift)"}
        words |= {"same-source": "score(echo)", "escalation": "escalate(bot)", "capability": "set(bot)"}
        assert subject.startswith(words.get(one["kind"], "Acme")), one
    by = {one["what"]: one["by"] for one in found["evidence"]}
    assert by["input prompt: v2, new"] == "bot"
    text = desk("why", "bot", ORGTP_NOW=NOW).out
    assert all(one["commit"][:10] in text for one in found["evidence"])


def test_the_text_says_candidates_not_causes_and_shows_three_groups(desk: Shell) -> None:
    text = desk("why", "bot", ORGTP_NOW=NOW).out
    assert "These are candidates, not causes." in text
    assert "Mails answered (answered): off target since 2026-W43 (2 in a row)" in text
    groups = ["After the change began (after 2026-W43)", "In 2026-W43, in which", "Before the change began (before"]
    places = [text.index(group) for group in [*groups, "What could not be seen"]]
    assert places == sorted(places)
    for width in ("40", "60", "200"):
        lines = desk("why", "bot", ORGTP_NOW=NOW, COLUMNS=width).out.splitlines()
        assert max(map(len, lines)) <= int(width)


def test_since_names_the_period_and_moves_the_groups(desk: Shell) -> None:
    found = why(desk, "bot", "--since", "2026-11")
    assert (found["start"]["rule"], found["start"]["metric"], found["start"]["period"]) == ("given", None, "2026-11")
    groups = {what: when for when, _, what in told(found)}
    assert groups["input prompt: v2, new"] == "before"
    assert groups["gained the capability calls"] == "within"
    found = why(desk, "bot", "answered", "--since", "2026-10-12")
    assert {what: when for when, _, what in told(found)}["input model: m4 → m5"] == "within"
    assert desk("why", "bot", "--since", "2027-W01", code=2, ORGTP_NOW=NOW).err.startswith("orgtp: 2027-W01 has not")
    assert "is not a period" in desk("why", "bot", "--since", "late", code=2, ORGTP_NOW=NOW).err


def test_a_number_that_is_fine_has_no_start_and_its_evidence_no_group(desk: Shell) -> None:
    found = why(desk, "echo")
    assert found["start"] is None
    assert {one["when"] for one in found["evidence"]} == {None}
    text = desk("why", "echo", ORGTP_NOW=NOW).out
    assert "No metric is off target or drifting, so no change is known" in text
    assert "orgtp why echo --since PERIOD" in text


def test_at_shows_what_was_known_then(desk: Shell) -> None:
    found = why(desk, "bot", "--at", "2026-10-25")
    assert found["start"]["misses_in_a_row"] == 1
    assert not {"correction", "escalation", "capability"} & {one["kind"] for one in found["evidence"]}


def test_a_handover_a_target_and_what_is_about_another_metric(desk: Shell) -> None:
    at(desk, "2026-11-05", "metric", "target", "bot", "answered", ">= 97%", "--by", "ada")
    at(desk, "2026-11-05", "seat", "handover", "ada", "--to", "Gwen", "--from", "2026-10-01")
    at(desk, "2026-11-05", "metric", "add", "bot", "calls", "--name", "Calls lost", "--target", "<= 1",
       "--cadence", "weekly", "--outcome", "Clients reach us")  # fmt: skip
    target = next(one for one in why(desk, "bot", "answered")["evidence"] if one["kind"] == "target")
    assert (target["before"], target["after"], target["period"]) == (">= 95%", ">= 97%", "2026-W45")
    assert "metric" in {one["kind"] for one in why(desk, "bot")["evidence"]}
    assert not any(one["metric"] == "calls" for one in why(desk, "bot", "answered")["evidence"])
    found = [one for one in why(desk, "ada", "--since", "2026-W43")["evidence"] if one["kind"] == "handover"]
    # The handover was recorded later, and took effect before.
    assert ("held by Gwen from 2026-10-01", "before") in [(one["what"], one["when"]) for one in found]


def test_what_could_not_be_seen_is_said_with_what_to_type(desk: Shell) -> None:
    unseen = {one["kind"]: one for one in why(desk, "bot")["unseen"]}
    assert "sift has no inputs on record" in unseen["upstream-inputs"]["what"]
    assert "the source mailbox is set up on the machine" in unseen["sources"]["what"]
    assert unseen["window"]["what"] == "what came before 2026-07-20 is not listed"
    assert "inputs" not in unseen
    assert "missing" not in unseen
    unseen = {one["kind"]: one for one in why(desk, "echo", now="2026-11-13T17:00:00Z")["unseen"]}
    assert unseen["inputs"]["command"] == "orgtp seat set echo inputs.model=VERSION"
    assert "2026-W45; if one was recorded, it is on another machine" in unseen["missing"]["what"]
    at(desk, "2026-11-05", "seat", "set", "echo", "inputs.model=m1")
    unseen = {one["kind"]: one for one in why(desk, "echo")["unseen"]}
    assert unseen["inputs-before"]["what"].startswith("the first input of echo is on record since 2026-11-05")


def test_a_file_that_cannot_be_read_is_named_and_fails(desk: Shell) -> None:
    desk.write("seats/echo.yaml", "seat: [")
    ran = desk("why", "bot", "--json", code=1, ORGTP_NOW=NOW)
    unseen = {one["kind"]: one["what"] for one in ran.json["unseen"]}
    assert unseen["unread"] == "1 file could not be read: seats/echo.yaml"
    assert desk("why", "echo", code=2, ORGTP_NOW=NOW).err.startswith("orgtp: seats/echo.yaml cannot be read")


def test_a_shallow_clone_says_where_it_begins(desk: Shell, tmp_path: Path) -> None:
    desk.git("clone", "-q", "--depth", "3", f"file://{desk.folder}", str(tmp_path / "shallow"))
    ran = desk("why", "bot", "--json", "--org", str(tmp_path / "shallow"), ORGTP_NOW=NOW, code=None)
    found = ran.json
    assert {one["kind"] for one in found["unseen"]} >= {"history"}
    assert "begins on 2026-11-0" in next(one["what"] for one in found["unseen"] if one["kind"] == "history")
    commits = {one["kind"]: one["commit"] for one in found["evidence"]}
    assert commits["capability"]
    assert commits["blank"] is None, "which commit recorded it, this clone cannot tell"
    assert "input" not in commits


def test_a_folder_without_git_still_shows_what_the_values_say(desk: Shell, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    desk.git("clone", "-q", str(desk.folder), str(plain))
    desk.git("-C", str(plain), "config", "x.y", "z")
    shutil.rmtree(plain / ".git")
    found = desk("why", "bot", "--json", "--org", str(plain), ORGTP_NOW=NOW).json
    assert {one["kind"] for one in found["evidence"]} == {
        "blank",
        "correction",
        "escalation",
        "same-source",
        "upstream",
    }
    assert {one["commit"] for one in found["evidence"]} == {None}
    assert "no git history" in next(one["what"] for one in found["unseen"] if one["kind"] == "history")


def test_a_value_that_is_not_committed_has_no_commit(desk: Shell) -> None:
    lines = desk.read("scores/bot/2026-11.jsonl")
    desk.write("scores/bot/2026-11.jsonl", lines + lines.replace('"92"', '"93"').replace('"id":"', '"id":"X'))
    commits = {one["what"]: one["commit"] for one in why(desk, "bot")["evidence"]}
    assert commits["answered 2026-W44 corrected: 92% → 93%: N"] is None
    assert commits["answered 2026-W44 corrected: 90% → 92%: N"]
    assert "no commit" in desk("why", "bot", ORGTP_NOW=NOW).out


def test_the_worst_metric_is_chosen_and_blanks_in_a_row_are_one(desk: Shell) -> None:
    record(desk, "bot", "answered", {"2026-11-06": "?source broken: 401", "2026-11-13": "?source broken: 401"})
    commit(desk, "2026-11-13", "empty") if desk.git("status", "--porcelain").out else None
    whats = [one["what"] for one in why(desk, "bot", now="2026-11-14T17:00:00Z")["evidence"]]
    assert "answered was blank from 2026-W45 to 2026-W46 (2 in a row): source broken: 401" in whats


def test_hostile_text_reaches_no_terminal(desk: Shell) -> None:
    at(desk, "2026-11-05", "escalate", "open", "bot", "a\x1b[31mb\u202e", "--by", "ada")
    text = desk("why", "bot", ORGTP_NOW=NOW).out
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_event_of_a_to_do_has_the_commit_that_wrote_it(desk: Shell) -> None:
    head = "todo: 2026-11-02-roll-back\nwhat: Roll back\nowner: bot\ndue: 2026-11-06\n"
    added = "  - {at: '2026-11-02T17:00:00Z', by: ada, action: added}\n"
    done = "  - {at: '2026-11-05T17:00:00Z', by: bot, action: done}\n"
    for day, state, events in (("2026-11-02", "open", added), ("2026-11-05", "done", added + done)):
        desk.write("todos/2026-11-02-roll-back.yaml", f"{head}state: {state}\nevents:\n{events}")
        commit(desk, day, f"Now {state}")
    found = [one for one in why(desk, "bot")["evidence"] if one["kind"] == "todo"]
    assert [one["what"] for one in found] == [
        'to-do "Roll back" of bot done',
        'to-do "Roll back" of bot added, due 2026-11-06',
    ]
    subjects = [desk.git("log", "-1", "--format=%s", one["commit"]).out.strip() for one in found]
    assert subjects == ["Now done", "Now open"]


def test_the_table_has_a_row_for_each_piece_of_evidence(desk: Shell) -> None:
    lines = desk("why", "bot", "--format", "csv", ORGTP_NOW=NOW).out.splitlines()
    assert lines[0].startswith("at,when,kind,seat,metric,period,what")
    assert len(lines) == 1 + len(why(desk, "bot")["evidence"])


def test_a_client_gets_the_same_evidence_with_a_metric(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)
    answer = call(served(desk), "metric_history", seat="bot", metric="answered")
    known = why(desk, "bot", "answered")
    assert answer["why"]["start"] == known["start"]
    assert answer["why"]["evidence"] == known["evidence"]
    assert answer["why"]["unseen"] == known["unseen"]
    assert answer["why"]["left_out"] == 0


def test_a_client_may_name_the_period_or_ask_about_the_whole_seat(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)
    answer = call(served(desk), "metric_history", seat="bot", metric="answered", since="2026-10-12")
    known = why(desk, "bot", "answered", "--since", "2026-10-12")
    assert answer["why"]["start"] == known["start"]
    assert answer["why"]["evidence"] == known["evidence"]
    whole = call(served(desk), "metric_history", seat="bot", since="2026-11")
    assert (whole["metric"], whole["scores"]) == ({}, [])
    assert whole["why"]["evidence"] == why(desk, "bot", "--since", "2026-11")["evidence"]
    assert "is not a period" in refusal(served(desk), "metric_history", seat="bot", since="late")
