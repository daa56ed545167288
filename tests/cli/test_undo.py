"""`orgtp undo`: an action is set back by a new action, or the message says what to type instead."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from tests.cli.changes import body, nothing_written, subject, touched, trailers
from tests.cli.terminal import on_terminal
from tests.conftest import NOW, Shell

TARGET = "metrics.number.target"


def change(shell: Shell, *settings: str, seat: str = "bot", by: str = "ada") -> str:
    """The commit of `seat set`."""
    shell("seat", "set", seat, *settings, "--by", by)
    return shell.head()


SETTINGS = [
    ["role=Clerk"], ["owner=eve"], ["reports_to=eve"], ["status=paused"], ["mission=Answers the phone."],
    ["retire_when="], ["since=2026-10-12"], [f"{TARGET}=>= 20"], ["metrics.number.cadence=monthly"],
    ["metrics.number.due=mon 12:00"], ["metrics.done="], ["capabilities.phone=Answers the phone."],
    ["x-cost=12"], ["x-cost.centre=4711"], ["email=bot@example.com,desk@example.com"], ["role=Clerk", "mission=Calls."],
    ["metrics.new.name=New", "metrics.new.outcome=Clients stay", "metrics.new.cadence=weekly",
     "metrics.new.target=yes"],
]  # fmt: skip


@pytest.fixture
def firm(acme: Shell) -> Shell:
    """The small org with a second person."""
    acme("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    return acme


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_every_kind_of_setting_is_set_back(firm: Shell, settings: list[str]) -> None:
    before = firm("seat", "show", "bot", "--json").json["seat"]
    problems = firm("validate", "--json", code=None).json["problems"]
    text = firm.read("seats/bot.yaml")
    done = change(firm, *settings)
    assert firm.read("seats/bot.yaml") != text
    firm("undo", done, "--by", "ada")
    assert firm("seat", "show", "bot", "--json").json["seat"] == before
    assert firm("validate", "--json", code=None).json["problems"] == problems
    assert trailers(firm) == ["Orgtp-Action: undo", "Orgtp-Seat: bot", "Orgtp-By: ada"]
    assert f"Undoes commit {done}" in body(firm)
    assert subject(firm).startswith("undo(bot): ")
    assert list(touched(firm)) == ["seats/bot.yaml"]
    assert "intact" in firm("audit", "verify").out


def test_undoing_the_undo_does_it_again(firm: Shell) -> None:
    done = change(firm, "role=Clerk", f"{TARGET}=>= 20")
    after = firm("seat", "show", "bot", "--json").json["seat"]
    firm("undo", done, "--by", "ada")
    firm("undo", firm.head(), "--by", "ada")
    assert firm("seat", "show", "bot", "--json").json["seat"] == after


def test_without_a_commit_it_is_the_newest_action_of_the_acting_seat(firm: Shell) -> None:
    change(firm, "role=One", by="ada")
    change(firm, "mission=Two", by="eve")
    firm("undo", "--by", "ada")
    assert subject(firm) == "undo(bot): role back to Desk"
    firm("undo", "--by", "eve")
    assert subject(firm) == "undo(bot): mission removed"


def test_again_and_again_goes_back_in_time(firm: Shell) -> None:
    for role in ("One", "Two", "Three"):
        change(firm, f"role={role}")
    for role in ("Two", "One", "Desk"):
        firm("undo", "--by", "ada")
        assert f"role: {role}" in firm.read("seats/bot.yaml").replace('"', "")
    # What is left is the seat that Ada added.
    assert "a seat is retired, not removed" in firm("undo", "--by", "ada", code=2).err


def test_what_was_done_again_is_undone_again(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    firm("undo", done, "--by", "ada")
    firm("undo", firm.head(), "--by", "ada")
    firm("undo", "--by", "ada")
    assert "role: Desk" in firm.read("seats/bot.yaml").replace('"', "")


def test_other_changes_since_then_stay(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    change(firm, "mission=Answers the phone.", f"{TARGET}=>= 20")
    firm("undo", done, "--by", "ada")
    seat = firm("seat", "show", "bot", "--json").json["seat"]
    assert (seat["role"], seat["mission"]) == ("Desk", "Answers the phone.")
    assert next(one["target"] for one in seat["metrics"] if one["metric"] == "number") == ">= 20"


def test_comments_stay(firm: Shell) -> None:
    text = "# The bot.\n" + firm.read("seats/bot.yaml").replace("role: Desk", "role: Desk  # not a desk")
    firm.write("seats/bot.yaml", text)
    firm.git("commit", "-qam", "Comment")
    firm("undo", change(firm, "role=Clerk", "metrics.done="), "--by", "ada")
    assert "# The bot.\n" in firm.read("seats/bot.yaml")
    assert "# not a desk" in firm.read("seats/bot.yaml")


@pytest.mark.parametrize(
    ("first", "second"),
    [("role=One", "role=Two"), (f"{TARGET}=>= 20", f"{TARGET}=>= 30"), ("metrics.done=", "metrics.done.name=Done"),
     ("x-a.b=1", "x-a.b=2")],
)  # fmt: skip
def test_a_key_that_was_changed_again_is_not_touched(firm: Shell, first: str, second: str) -> None:
    done, later = change(firm, first), change(firm, second) if "done" not in first else ""
    if not later:
        firm.write("seats/bot.yaml", firm.read("seats/bot.yaml") + "  done: {name: Done, outcome: x, cadence: weekly, "
                   "target: 'yes'}\n")  # fmt: skip
        firm.git("commit", "-qam", "By hand")
        later = firm.head()
    with nothing_written(firm):
        ran = firm("undo", done, "--by", "ada", code=2)
    assert "was changed again by" in ran.err
    remedy = re.search(r"orgtp undo ([0-9a-f]+)", ran.err)
    assert remedy
    assert later.startswith(remedy[1])
    firm("undo", remedy[1], "--by", "ada")
    firm("undo", done, "--by", "ada")


def test_an_action_is_undone_once(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    firm("undo", done, "--by", "ada")
    undone = firm.head()
    ran = firm("undo", done, "--by", "ada", code=2)
    assert f"was undone by {undone[:10]} already" in ran.err
    firm(*shlex.split(ran.err.partition("again: orgtp ")[2]), "--by", "ada")
    assert "role: Clerk" in firm.read("seats/bot.yaml")


def test_a_change_by_hand_is_undone_too(firm: Shell) -> None:
    firm.write("seats/bot.yaml", firm.read("seats/bot.yaml").replace("role: Desk", "role: Clerk"))
    firm.git("commit", "-qam", "By hand")
    firm("undo", "HEAD", "--by", "ada")
    assert "role: Desk" in firm.read("seats/bot.yaml")


def test_settings_of_the_org_are_set_back(firm: Shell) -> None:
    first = firm.read("org.yaml")
    firm.write("org.yaml", first + "holidays: [2026-12-25]\nx-office: Boston\n")
    firm.git("commit", "-qam", "Settings", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    firm("undo", "HEAD", "--by", "ada")
    assert firm.read("org.yaml") == first
    assert trailers(firm) == ["Orgtp-Action: undo", "Orgtp-By: ada"]
    assert "intact" in firm("audit", "verify").out


def test_of_a_list_only_the_own_items_are_taken_back(firm: Shell) -> None:
    text = firm.read("org.yaml")
    for days in ("2026-12-24", "2026-12-24, 2026-12-25", "2026-12-24, 2026-12-25, 2026-12-31"):
        firm.write("org.yaml", text + f"holidays: [{days}]\n")
        firm.git("commit", "-qam", days)
    firm("undo", "HEAD~1", "--by", "ada")
    assert "holidays: [2026-12-24, 2026-12-31]" in firm.read("org.yaml").replace('"', "")
    assert subject(firm) == "undo: org.yaml holidays without 2026-12-25"
    firm("undo", "HEAD", "--by", "ada")
    assert all(day in firm.read("org.yaml") for day in ("2026-12-24", "2026-12-25", "2026-12-31"))


def test_several_seats_are_set_back_together(firm: Shell) -> None:
    for seat in ("bot", "ada"):
        firm.write(f"seats/{seat}.yaml", re.sub("role: .*", "role: Other", firm.read(f"seats/{seat}.yaml")))
    firm.git("commit", "-qam", "Two at once")
    firm("undo", "HEAD", "--by", "ada")
    assert "Orgtp-Seat: ada\nOrgtp-Seat: bot" in body(firm)
    assert not any("role: Other" in firm.read(f"seats/{seat}.yaml") for seat in ("bot", "ada"))


def test_past_periods_that_are_judged_differently_are_said(firm: Shell) -> None:
    for week in (44, 45, 46):
        firm("score", "add", "bot", "number", "15", "--for", f"2026-W{week}", "--by", "ada")
    firm("seat", "set", "bot", f"{TARGET}=>= 20", "--also-past", "--by", "ada")
    ran = firm("undo", "--by", "ada", "--dry-run", "--json")
    assert [one["metric"] for one in ran.json["verdicts"]] == ["number"]
    assert re.search(r"number: .*3", ran.err)


def test_a_dry_run_writes_nothing(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    with nothing_written(firm):
        ran = firm("undo", "--by", "ada", "--dry-run", "--json")
    assert (ran.json["kind"], ran.json["undone"], ran.json["commit"]) == ("undo", done, None)
    with nothing_written(firm):
        assert "-role: Clerk" in firm("undo", "--by", "ada", "--dry-run").out


def test_a_person_sees_the_inverse_and_is_asked(firm: Shell) -> None:
    change(firm, "role=Clerk")
    with nothing_written(firm):
        seen = on_terminal(firm, "undo", "--by", "ada", answers=[("Undo it?", "n\r")])
    assert seen.code == 130
    assert "-role: Clerk" in seen.text
    assert on_terminal(firm, "undo", "--by", "ada", answers=[("Undo it?", "y\r")]).code == 0
    assert subject(firm) == "undo(bot): role back to Desk"
    change(firm, "role=Clerk")
    assert on_terminal(firm, "undo", "--by", "ada", "--yes").code == 0


def suggested(err: str) -> list[str]:
    """The last command that a message suggests."""
    words = shlex.split(err[err.rindex("orgtp ", err.index("cannot be undone")) :].strip())
    return words[1:]


def test_a_value_is_withdrawn_instead(firm: Shell) -> None:
    firm("score", "add", "bot", "number", "15", "--for", "2026-W46", "--by", "ada")
    ran = firm("undo", "--by", "ada", code=2)
    withdraw = re.search(r"orgtp (score withdraw bot number --for 2026-W46 --reason '[^']*')", ran.err)
    assert withdraw
    firm(*shlex.split(withdraw[1]), "--by", "ada")
    firm(*suggested(firm("undo", "--by", "ada", code=2).err), "--by", "ada")
    assert firm("sql", "select value from latest_values", "--csv").out == "value\n15\n"


def test_a_withdrawn_reason_is_recorded_again(firm: Shell) -> None:
    firm("score", "add", "bot", "number", "--unavailable", "It's down.", "--for", "2026-W46", "--by", "ada")
    firm("score", "withdraw", "bot", "number", "--for", "2026-W46", "--reason", "Not ours.", "--by", "ada")
    firm(*suggested(firm("undo", "--by", "ada", code=2).err), "--by", "ada")
    assert firm("sql", "select note from latest_values", "--csv").out == "note\nIt's down.\n"


def test_a_retirement_stands_and_the_position_is_filled_again(firm: Shell) -> None:
    firm("retire", "bot", "--reason", "Empty.", "--decided-by", "ada", "--by", "ada", "--yes")
    ran = firm("undo", "--by", "ada", code=2)
    assert "a retirement stands" in ran.err
    firm(*suggested(ran.err), "--by", "ada")
    assert firm("seat", "show", "bot-2", "--json").json["seat"]["role"] == "Desk"


def test_a_new_seat_is_retired_instead(firm: Shell) -> None:
    ran = firm("undo", "--by", "ada", code=2)
    assert "a seat is retired, not removed" in ran.err
    firm(*suggested(ran.err), "--by", "ada")
    assert firm("seat", "show", "eve", "--json").json["seat"]["status"] == "retired"


def test_an_escalation_is_resolved_and_opened_again_instead(firm: Shell) -> None:
    firm("escalate", "open", "bot", "The desk is gone", "--by", "ada")
    ran = firm("undo", "--by", "ada", code=2)
    firm(*suggested(ran.err), "--by", "ada")
    again = firm("undo", "--by", "ada", code=2)
    firm(*suggested(again.err), "--by", "ada")
    assert len(firm("escalate", "list", "--json").json["escalations"]) == 1


@pytest.mark.parametrize("action", [("seat", "vacate", "eve"), ("leave", "eve", "--yes")], ids=["vacate", "leave"])
def test_an_escalation_that_was_passed_on_stays_there(firm: Shell, action: tuple[str, ...]) -> None:
    firm("escalate", "open", "eve", "The desk is gone", "--by", "ada")
    before = files_of(firm)
    firm(*action, "--by", "ada")
    one = firm("escalate", "list", "--json").json["escalations"][0]
    assert one["with"] == "ada"
    firm("undo", "--by", "ada")
    assert files_of(firm) == before
    assert firm("escalate", "list", "--json").json["escalations"] == [one]
    assert f"the escalation {one['id']} stays with ada" in body(firm)
    assert "intact" in firm("audit", "verify").out


def test_a_silence_ends_instead(firm: Shell) -> None:
    firm("escalate", "silence", "bot", "number", "--until", "2026-12-24", "--reason", "Moving.", "--by", "ada")
    firm(*suggested(firm("undo", "--by", "ada", code=2).err), "--by", "ada")
    assert "until: 2026-11-20" in firm.read("escalations/silenced/bot.yaml").replace('"', "")


def test_a_metric_with_values_is_not_removed(firm: Shell) -> None:
    settings = ["name=New", "outcome=Clients stay", "cadence=weekly", "target=yes"]
    done = change(firm, *(f"metrics.new.{one}" for one in settings))
    firm("score", "add", "bot", "new", "yes", "--by", "ada")
    with nothing_written(firm):
        ran = firm("undo", done, "--by", "ada", code=2)
    assert "values are never lost" in ran.err
    assert "metric end bot new --reason" in ran.err


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [("notes.txt", "x", "git revert"), (".gitattributes", "# x\n", "git revert")],
)
def test_other_files_are_a_matter_of_git(firm: Shell, path: str, text: str, said: str) -> None:
    firm.write(path, text)
    firm.git("add", ".")
    firm.git("commit", "-qm", "Other files")
    assert said in firm("undo", "HEAD", "--by", "ada", code=2).err


def test_the_first_commit_and_a_merge_are_not_undone(firm: Shell) -> None:
    first = firm.git("rev-list", "--max-parents=0", "HEAD").out.strip()
    assert "the beginning of the org" in firm("undo", first, "--by", "ada", code=2).err
    firm.git("checkout", "-qb", "side")
    firm.write("seats/bot.yaml", firm.read("seats/bot.yaml").replace("role: Desk", "role: Clerk"))
    firm.git("commit", "-qam", "Side")
    firm.git("checkout", "-q", "main")
    firm.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert "it merges several commits" in firm("undo", "HEAD", "--by", "ada", code=2).err
    firm("undo", "side", "--by", "ada")
    assert "role: Desk" in firm.read("seats/bot.yaml")


def test_a_commit_of_another_branch_is_refused(firm: Shell) -> None:
    firm.git("checkout", "-qb", "side")
    firm.write("seats/bot.yaml", firm.read("seats/bot.yaml").replace("role: Desk", "role: Clerk"))
    firm.git("commit", "-qam", "Side")
    firm.git("checkout", "-q", "main")
    assert "is not on the branch main" in firm("undo", "side", "--by", "ada", code=2).err
    assert "nothing" in firm("undo", "nothing", "--by", "ada", code=2).err


def test_a_retired_seat_is_not_changed(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    firm("retire", "bot", "--reason", "Empty.", "--decided-by", "ada", "--by", "ada", "--yes")
    with nothing_written(firm):
        assert "retired" in firm("undo", done, "--by", "ada", code=2).err


def test_an_inverse_that_would_break_the_org_is_refused(firm: Shell) -> None:
    """Eve is gone since, so the seat cannot be hers again."""
    change(firm, "owner=eve")
    done = change(firm, "owner=ada")
    firm("retire", "eve", "--reason", "Left.", "--decided-by", "ada", "--by", "ada", "--yes")
    with nothing_written(firm):
        ran = firm("undo", done, "--by", "ada", code=2)
    assert 'seats/bot.yaml:6:8: owner "eve" is retired' in ran.err


def test_the_log_knows_the_action(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    firm("undo", "--by", "ada")
    (entry,) = firm("log", "--action", "undo", "--json").json["commits"]
    assert (entry["what"], entry["seats"], done in entry["body"]) == ("role back to Desk", ["bot"], True)


def test_it_works_in_a_bare_repository(firm: Shell) -> None:
    done = change(firm, "role=Clerk")
    firm.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = firm.at(firm.folder.parent / "bare.git")
    bare("undo", done, "--by", "ada")
    assert bare("seat", "show", "bot", "--json").json["seat"]["role"] == "Desk"


def test_the_json_is_about_the_org_after_the_undo(firm: Shell) -> None:
    change(firm, "role=Clerk")
    undone = firm("undo", "--by", "ada", "--json").json
    assert (undone["revision"], undone["dirty"]) == (firm.head(), False)


METRIC = ("--name", "New", "--outcome", "Clients stay", "--target", ">= 5", "--cadence", "weekly")
# Every action that has an inverse, and the files that it changes.
ACTIONS = {
    "metric add": ("metric", "add", "bot", "new", *METRIC),
    "metric end": ("metric", "end", "bot", "number", "--reason", "Nobody asks."),
    "metric rename": ("metric", "rename", "bot", "number", "calls"),
    "metric move": ("metric", "move", "bot", "number", "--to", "eve"),
    "metric recadence": ("metric", "recadence", "bot", "number", "monthly"),
    "metric target": ("metric", "target", "bot", "number", ">= 20"),
    "metric set": ("metric", "set", "bot", "number", "due=mon 12:00"),
    "seat move": ("seat", "move", "bot", "--reports-to", "eve"),
    "seat own": ("seat", "own", "bot", "--owner", "eve"),
    "seat pause": ("seat", "pause", "bot", "--until", "2026-12-24", "--reason", "The desk moves."),
    "seat rename": ("seat", "rename", "bot", "--name", "Robot"),
    "seat handover": ("seat", "handover", "eve", "--to", "Gwen Ito", "--email", "gwen@example.com"),
    "seat vacate": ("seat", "vacate", "eve"),
    "leave": ("leave", "eve", "--yes"),
    "org set": ("org", "set", "policy.grace=2h", "name=Acme Ltd"),
    "holiday add": ("holiday", "add", "2026-12-25", "--name", "Christmas"),
    "seat delegate": ("seat", "delegate", "ada", "--to", "eve", "--until", "2026-12-24"),
}  # fmt: skip


def files_of(here: Shell) -> dict[str, object]:
    """What the files of the org say."""
    return {path: yaml.safe_load(here.read(path)) for path in ("org.yaml", *(f"seats/{one}.yaml" for one in SEATS))}


SEATS = ("ada", "bot", "eve")


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_that_has_an_inverse_is_undone_and_done_again(firm: Shell, name: str) -> None:
    before = files_of(firm)
    firm(*ACTIONS[name], "--by", "ada")
    after = files_of(firm)
    assert after != before
    firm("undo", "--by", "ada")
    assert files_of(firm) == before
    assert trailers(firm)[0] == "Orgtp-Action: undo"
    firm("undo", "HEAD", "--by", "ada")
    assert files_of(firm) == after
    assert "intact" in firm("audit", "verify").out


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("seat", "pause", "bot", "--reason", "Moving."), ("seat", "resume", "bot")),
        (("holiday", "add", "2026-12-25", "--name", "Christmas"), ("holiday", "remove", "2026-12-25")),
        (ACTIONS["seat delegate"], ("seat", "delegate", "ada", "--end")),
    ],
    ids=["seat resume", "holiday remove", "delegate end"],
)
def test_the_end_of_something_is_undone(firm: Shell, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    firm(*first, "--by", "ada")
    before = files_of(firm)
    firm(*second, "--by", "ada")
    firm("undo", "--by", "ada")
    assert files_of(firm) == before
    assert "intact" in firm("audit", "verify").out


@pytest.mark.parametrize("name", ["metric rename", "metric move", "metric recadence"])
def test_a_metric_that_has_values_under_its_new_name_is_continued_by_the_old_name_s_heir(
    firm: Shell, name: str
) -> None:
    firm("score", "add", "bot", "number", "15", "--for", "2026-W45", "--by", "ada")
    firm(*ACTIONS[name], "--by", "ada")
    done = firm.head()
    seat, metric, period = {
        "metric rename": ("bot", "calls", "2026-W48"),
        "metric move": ("eve", "number", "2026-W48"),
        "metric recadence": ("bot", "number-monthly", "2026-12"),
    }[name]
    firm("score", "add", seat, metric, "15", "--for", period, "--by", "ada", ORGTP_NOW="2027-01-05T12:00:00-05:00")
    with nothing_written(firm):
        ran = firm("undo", done, "--by", "ada", code=2, ORGTP_NOW="2027-01-05T12:00:00-05:00")
    assert f"{metric} of {seat} has values, and values are never lost" in ran.err
    firm(*suggested(ran.err), "--by", "ada", ORGTP_NOW="2027-01-05T12:00:00-05:00")
    assert f"continues: {seat}/{metric}" in "".join(firm.read(f"seats/{one}.yaml") for one in SEATS)


def test_a_seat_that_was_split_off_is_retired_with_its_parts_handed_back(firm: Shell) -> None:
    firm("seat", "set", "bot", "capabilities.calls=Calls clients.", "--by", "ada")
    firm("seat", "split", "bot", "--into", "line", "--role", "Line", "--capability", "calls", "--by", "ada")
    ran = firm("undo", "--by", "ada", code=2)
    assert "a seat is retired, not removed" in ran.err
    firm(*suggested(ran.err), "--by", "ada", "--decided-by", "ada", "--yes")
    assert "calls: Calls clients." in firm.read("seats/bot.yaml")
