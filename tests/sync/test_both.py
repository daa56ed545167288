"""Two clones that changed something each: what comes together, and what is named and left alone."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.sync.clones import LATER, Clones, add, assert_one_line, assert_same, state, values
from tests.sync.test_push import RETIRE, SEAT_ADD


def refused(here: Shell, *names: str) -> None:
    """A sync stops with the conflict, which these words name; nothing is touched."""
    before = state(here)
    ran = here("sync", code=1)
    for name in names:
        assert name in ran.err
    assert "Nothing was merged or pushed" in ran.err
    assert state(here) == before


def test_two_keys_of_one_seat_come_together_with_both_sides_comments(clones: Clones) -> None:
    clones.a("seat", "set", "bot", "mission=Does more", "--push")
    text = clones.b.read("seats/bot.yaml").replace("role: Desk", "role: Help desk  # since May")
    clones.by_hand(clones.b, "seats/bot.yaml", text, push=False)
    clones.b("seat", "set", "bot", "metrics.number.target=>= 13")
    clones.b("sync")
    found = clones.remote.git("show", "main:seats/bot.yaml").out
    for line in ("mission: Does more", "role: Help desk  # since May", "# The seat of bot.", "# What it is there for."):
        assert line in found.splitlines()
    assert '    target: ">= 13"  # a dozen' in found.splitlines()
    clones.a("sync")
    assert_same(clones, clones.a, clones.b)


def test_keys_on_neighbouring_lines_come_together(clones: Clones) -> None:
    clones.a("seat", "set", "bot", "owner=ada", "reports_to=cat", "--push")
    clones.b("seat", "set", "bot", "role=Help desk", "status=paused")
    clones.b("sync")
    found = clones.remote.git("show", "main:seats/bot.yaml").out.splitlines()
    assert {"role: Help desk", "status: paused", "reports_to: cat"} <= set(found)
    assert_same(clones, clones.b)


def test_one_key_to_two_values_is_named(clones: Clones) -> None:
    clones.a("seat", "set", "bot", "mission=Does more", "--push")
    clones.b("seat", "set", "bot", "mission=Does less")
    add(clones.b, "12")
    refused(clones.b, "mission of the seat bot", "set(bot)")
    clones.b.git("pull", "-q", "--no-rebase", "-Xours", "origin", "main")
    clones.b("sync")
    assert "mission: Does less" in clones.remote.git("show", "main:seats/bot.yaml").out
    assert values(clones.remote) == ["12"]


def test_a_metric_that_one_changed_and_the_other_took_out_is_named(clones: Clones) -> None:
    clones.a("seat", "set", "cat", "metrics.number.target=>= 13", "--push")
    text = clones.b.read("seats/cat.yaml").partition("metrics:")[0]
    clones.by_hand(clones.b, "seats/cat.yaml", text, push=False)
    refused(clones.b, "metrics of the seat cat")


def test_one_key_to_one_value_is_no_conflict(clones: Clones) -> None:
    for here in (clones.a, clones.b):
        here("seat", "set", "bot", "mission=Does more")
    clones.a("sync")
    clones.b("sync")
    assert clones.remote.git("rev-list", "--count", "main").out == "3\n"
    assert_same(clones, clones.a, clones.b)


def test_a_seat_id_that_two_clones_gave_away_is_named(clones: Clones) -> None:
    clones.a(*SEAT_ADD, "--push")
    clones.b(*SEAT_ADD, "--mission", "Another one")
    refused(clones.b, "the seat cy")


def test_seats_that_each_hold_alone_and_not_together_are_named(clones: Clones) -> None:
    """One puts bot below cat, the other cat below bot."""
    clones.a("seat", "set", "bot", "reports_to=cat", "--push")
    clones.b("seat", "set", "cat", "reports_to=bot")
    refused(clones.b, "Both sides together break the org")


def test_a_value_recorded_before_its_seat_was_retired_is_not_lost(clones: Clones) -> None:
    clones.b("score", "add", "cat", "number", "12", "--by", "ada")
    clones.a(*RETIRE, "--push", ORGTP_NOW=LATER)
    clones.b("sync", ORGTP_NOW=LATER)
    assert values(clones.remote, path="scores/cat/2026-11.jsonl") == ["12"]
    clones.a("sync")
    assert_same(clones, clones.a, clones.b)
    assert_one_line(clones.remote)


def test_a_seat_retired_here_takes_the_value_that_was_sent_before(clones: Clones) -> None:
    clones.a("score", "add", "cat", "number", "12", "--by", "ada", "--push")
    clones.b(*RETIRE)
    clones.b("sync")
    assert values(clones.remote, path="scores/cat/2026-11.jsonl") == ["12"]
    assert_same(clones, clones.b)


def test_a_seat_that_both_retired_is_named(clones: Clones) -> None:
    clones.a(*RETIRE, "--push")
    clones.b(*[word.replace("Enough", "Too much") for word in RETIRE])
    add(clones.b, "12")
    refused(clones.b, "cat", "retire(cat)")


def test_a_correction_from_each_clone_both_stay(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    add(clones.a, "13", "--push", env={"ORGTP_NOW": LATER})
    add(clones.b, "14", "--push")
    assert values(clones.remote) == ["12", "13", "14"]
    shown = clones.b("score", "list", "bot", "--json").json["scores"]
    assert [row["value"] for row in shown if row["counts"]] == ["13"]


def test_lines_that_a_person_took_out_of_a_score_file_are_named(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    add(clones.a, "13", "--push")
    path = "scores/bot/2026-11.jsonl"
    clones.by_hand(clones.b, path, clones.b.read(path).replace('"12"', '"99"'), push=False)
    refused(clones.b, path)


def test_files_of_a_persons_own_are_merged_by_lines(clones: Clones) -> None:
    plan = "".join(f"line {number}\n" for number in range(9))
    clones.by_hand(clones.a, "notes/plan.txt", plan)
    clones.b.git("pull", "-q")
    clones.by_hand(clones.a, "notes/plan.txt", plan.replace("line 1", "first"))
    clones.by_hand(clones.b, "notes/plan.txt", plan.replace("line 8", "last"), push=False)
    clones.b("sync")
    assert clones.b.read("notes/plan.txt").splitlines()[1::7] == ["first", "last"]
    clones.by_hand(clones.a, "notes/more.txt", "a's\n", push=False)
    clones.a("sync")
    clones.by_hand(clones.b, "notes/more.txt", "b's\n", push=False)
    refused(clones.b, "notes/more.txt")


@pytest.mark.parametrize("paths", [("todo", "todo/first.txt"), ("todo/first.txt", "todo")], ids=["file", "folder"])
def test_a_file_where_the_other_side_has_a_folder_is_named(clones: Clones, paths: tuple[str, str]) -> None:
    clones.by_hand(clones.a, paths[0], "a's\n")
    clones.by_hand(clones.b, paths[1], "b's\n", push=False)
    refused(clones.b, "todo")


def test_a_file_taken_away_on_one_side_and_edited_on_the_other_is_named(clones: Clones) -> None:
    clones.a.git("rm", "-q", "notes/plan.txt")
    clones.a.git("commit", "-qm", "No plan")
    clones.a("sync")
    clones.by_hand(clones.b, "notes/plan.txt", "a better plan\n", push=False)
    refused(clones.b, "notes/plan.txt")


def test_a_merge_by_hand_goes_out_as_it_is(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.by_hand(clones.b, "notes/plan.txt", "b's\n", push=False)
    clones.b.git("pull", "-q", "--no-rebase", "origin", "main")
    head = clones.b.head()
    clones.b("sync")
    assert clones.remote.git("rev-parse", "main").out.strip() == head


def test_a_conflict_settled_by_a_merge_is_settled_though_the_remote_moved_on(clones: Clones) -> None:
    clones.a("seat", "set", "bot", "mission=Does more", "--push")
    clones.b("seat", "set", "bot", "mission=Does less")
    refused(clones.b, "mission of the seat bot")
    clones.b.git("pull", "-q", "--no-rebase", "-Xours", "origin", "main")
    add(clones.a, "12", "--push")
    add(clones.b, "13")
    clones.b("sync")
    assert "mission: Does less" in clones.remote.git("show", "main:seats/bot.yaml").out
    assert values(clones.remote) == ["12", "13"]
    assert_same(clones, clones.b)


def test_what_the_remote_took_back_after_a_merge_by_hand_stays_taken_back(clones: Clones) -> None:
    """The merge brought the remote's change along; it is not this clone's own, so it does not come again."""
    clones.a("seat", "set", "bot", "mission=Does more", "--push")
    clones.by_hand(clones.b, "notes/plan.txt", "b's\n", push=False)
    clones.b.git("pull", "-q", "--no-rebase", "origin", "main")
    clones.a("seat", "set", "bot", "mission=Does it", "--push")
    clones.b("sync")
    assert "mission: Does it\n" in clones.remote.git("show", "main:seats/bot.yaml").out
    assert clones.remote.git("show", "main:notes/plan.txt").out == "b's\n"
    assert clones.remote.git("log", "-1", "--format=%s", "main").out == "Edit notes/plan.txt\n"


def test_a_rename_here_and_a_value_of_the_old_period_there_come_together(clones: Clones) -> None:
    """The old id still takes values of its own periods, so the value stays what it was recorded as."""
    clones.a("metric", "rename", "bot", "number", "calls", "--by", "ada", "--push")
    clones.b("score", "add", "bot", "number", "15", "--for", "2026-W46", "--by", "ada")
    clones.b("sync")
    clones.a("sync")
    assert_same(clones, clones.a, clones.b)
    (row,) = (row for row in clones.a("scorecard", "--json").json["rows"] if row["seat"] == "bot")
    assert row["metric"] == "calls"
    known = {cell["period"]: (cell["value"], cell["from"]) for cell in row["cells"] if cell["value"] is not None}
    assert known == {"2026-W46": ("15", "bot/number")}
    assert "intact" in clones.a("audit", "verify").out


def test_what_names_a_metric_follows_a_rename_on_the_other_side_of_a_sync(clones: Clones) -> None:
    cat = clones.a.read("seats/cat.yaml") + "    leads_to: bot/number\n"
    clones.by_hand(clones.a, "seats/cat.yaml", cat)
    clones.b("sync")
    clones.a("metric", "rename", "bot", "number", "calls", "--by", "ada", "--push")
    clones.b("seat", "set", "cat", "mission=Does less", "--by", "ada")
    clones.b("sync")
    found = clones.remote.git("show", "main:seats/cat.yaml").out
    assert "leads_to: bot/calls" in found
    assert "mission: Does less" in found
