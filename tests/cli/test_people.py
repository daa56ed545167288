"""People come and go: seats are handed over, left vacant, moved, paused, renamed and split."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW, Shell

ORG = """\
org: acme
timezone: America/New_York
policy:
  scorekeepers: [tally]
routing:
  - {kind: source, to: karen}
"""
METRIC = """\
metrics:
  renewals:
    name: Clients that renew
    outcome: Clients stay with us
    target: ">= 90%"
    cadence: weekly
"""
TALKS = METRIC.replace("renewals:", "talks:").replace("Clients that renew", "Talks booked")
SEATS = {
    "ada": f"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nemail: ada@example.com\n{METRIC}",
    "karen": "seat: karen\nname: Karen\nrole: COO\nkind: human\nstatus: active\nreports_to: ada\nsince: 2025-01-06\n"
    f"email: karen@example.com\n{METRIC}",
    "cfo": "seat: cfo\nname: Karen\nrole: CFO\nkind: human\nstatus: active\nreports_to: ada\nsince: 2025-01-06\n"
    f"email: karen@example.com\n{TALKS}",
    "bot": "seat: bot\nname: Bot\nrole: Desk\nkind: agent\nstatus: active\nowner: karen\nreports_to: karen\n"
    "since: 2025-01-06\nretire_when: Nobody writes.\n"
    "capabilities:\n  inbox: Sorts the inbox.\n  drafts: Drafts answers.\n"
    f"{METRIC}      source: mailbox\n".replace("      source", "    source"),
    "tally": "seat: tally\nname: Tally\nrole: Scorekeeper\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\n"
    f"retire_when: Nobody reads.\n{METRIC}",
}
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAI"
GROUP = "seat: sales\nname: Sales\nrole: Team\nkind: group\nstatus: active\nowner: karen\nreports_to: ada\n"


@pytest.fixture
def acme(shell: Shell) -> Shell:
    """A small company: Karen holds two seats and owns an agent."""
    shell.git("init", "-q", "-b", "main")
    shell.git("config", "user.email", "ada@example.com")
    shell.git("config", "user.name", "Ada")
    shell.write("org.yaml", ORG)
    for seat, text in SEATS.items():
        shell.write(f"seats/{seat}.yaml", text)
    shell.write(".gitattributes", "scores/** -text merge=union\n")
    commit(shell, "Begin", when="2025-01-06T09:00:00-05:00")
    return shell


def commit(shell: Shell, what: str, when: str = "2026-11-20T10:00:00-05:00") -> None:
    shell.git("add", "-A")
    shell.git("commit", "-q", "-m", what, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)


def last(shell: Shell) -> str:
    return shell.git("log", "-1", "--format=%B").out


def seat(shell: Shell, id_: str, *more: str, now: str = NOW) -> Any:
    return shell("seat", "show", id_, "--json", *more, ORGTP_NOW=now).json["seat"]


def clean(shell: Shell) -> None:
    """Nothing is wrong with the org, and the audit finds that each commit does what it says."""
    errors = [
        one for one in shell("validate", "--format", "json", code=None).json["problems"] if one["severity"] == "error"
    ]
    # A command may add a seat before its metrics.
    assert [one for one in errors if one["rule"] != "no-metric"] == []
    shell("audit", "verify")
    assert shell.git("status", "--porcelain").out == ""


def test_a_handover_keeps_the_past_with_the_person_who_was_there(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--email", "gwen@example.com", "--from", "2026-11-16")
    assert last(acme).startswith("handover(karen): Gwen Ito from 2026-11-16, after Karen\n")
    assert "Orgtp-Action: handover\nOrgtp-Seat: karen\nOrgtp-By: ada" in last(acme)
    found = seat(acme, "karen")
    assert (found["name"], found["holder"]) == ("Gwen Ito", "Gwen Ito")
    assert found["holders"] == [
        {"name": "Karen", "since": "2025-01-06"},
        {"name": "Gwen Ito", "since": "2026-11-16"},
    ]
    assert found["email"] is None
    clean(acme)


def test_a_view_of_a_day_names_the_holder_of_that_day(acme: Shell) -> None:
    text = SEATS["karen"].replace("name: Karen", "name: Operations").replace("email: karen@example.com\n", "")
    holders = "holders:\n  2025-01-06: {name: Karen, email: karen@example.com}\n  2026-08-01: {name: Gwen Ito}\n"
    acme.write("seats/karen.yaml", text.replace("since: 2025-01-06\n", f"since: 2025-01-06\n{holders}"))
    commit(acme, "Say who holds it", when="2026-06-01T09:00:00-04:00")
    assert seat(acme, "karen", now="2026-07-31T12:00:00-04:00")["holder"] == "Karen"
    assert seat(acme, "karen", now="2026-08-01T00:00:00-04:00")["holder"] == "Gwen Ito"
    assert seat(acme, "karen", "--at", "2026-07-31")["holder"] == "Karen"
    assert seat(acme, "karen")["name"] == "Operations"
    for view in (["chart"], ["seat", "list"], ["seat", "show", "karen"], ["scorecard"], ["chart", "--format", "dot"]):
        assert "Operations (Gwen Ito)" in acme(*view).out, view
    rows = acme("chart", "--json").json["seats"]
    assert {row["human_owner"] for row in rows if row["owner"] == "karen"} == {"Gwen Ito"}
    card = acme("scorecard", "--weeks", "26").out
    assert "Operations: held by Gwen Ito since 2026-08-01; earlier numbers are those of Karen" in card
    assert "Karen" not in acme("scorecard", "--weeks", "4", "--seat", "karen").out


def test_only_the_holder_of_the_day_acts_as_the_seat(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--email", "gwen@example.com", "--by", "ada")
    acme.git("config", "user.email", "gwen@example.com")
    acme("score", "add", "bot", "renewals", "92%")
    assert "Orgtp-By: karen" in last(acme)
    acme.git("config", "user.email", "karen@example.com")
    acme.write("seats/cfo.yaml", SEATS["cfo"].replace("email: karen@example.com\n", ""))
    commit(acme, "Karen has no other address")
    refused = acme("score", "add", "bot", "renewals", "93%", code=2).err
    assert "karen@example.com" in refused
    who = {entry["what"]: entry["by"] for entry in acme("log", "--json").json["commits"]}
    # As of a commit, an address is whose it was before the commit: cfo's, and no longer karen's.
    assert who["Karen has no other address (changed seats/cfo.yaml)"] == "cfo"


def test_a_vacant_seat_owns_nothing_and_is_filled_again(acme: Shell) -> None:
    refused = acme("seat", "vacate", "karen", code=2).err
    assert "karen owns bot. Name the new owner, such as ada: --owner-to SEAT" in refused
    acme("seat", "vacate", "karen", "--owner-to", "ada")
    assert last(acme).startswith("vacate(karen): from 2026-11-20, held by Karen until then\n")
    assert (seat(acme, "karen")["status"], seat(acme, "bot")["owner"]) == ("vacant", "ada")
    assert "to: ada" in acme.read("org.yaml")
    clean(acme)
    assert "already" in acme("seat", "vacate", "karen", code=2).err
    acme("seat", "handover", "karen", "--to", "Gwen Ito")
    assert (seat(acme, "karen")["status"], seat(acme, "karen")["name"]) == ("active", "Gwen Ito")
    clean(acme)


def test_a_later_handover_changes_nothing_before_its_day(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--from", "2026-12-01")
    assert seat(acme, "karen")["name"] == "Karen"
    assert seat(acme, "karen", now="2026-12-01T09:00:00-05:00")["name"] == "Gwen Ito"
    clean(acme)
    shown = acme("seat", "show", "karen").out
    assert "held by       Karen since 2025-01-06; from 2026-12-01, Gwen Ito\n" in shown
    assert "those of" not in shown
    assert "Held by: “Karen since 2025-01-06; from 2026-12-01, Gwen Ito”" in acme("context", "karen").out


def test_a_seat_is_vacant_until_the_next_holder_comes(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--from", "2026-12-01")
    acme("seat", "vacate", "karen", "--owner-to", "ada")
    assert seat(acme, "karen")["status"] == "vacant"
    clean(acme)
    began = "2026-12-01T09:00:00-05:00"
    acme("seat", "handover", "karen", "--to", "Gwen Ito", ORGTP_NOW=began)
    assert (seat(acme, "karen", now=began)["status"], seat(acme, "karen", now=began)["holder"]) == (
        "active",
        "Gwen Ito",
    )
    acme("validate", ORGTP_NOW=began)


def test_a_handover_before_the_next_one_names_the_seat_after_the_holder_of_today(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--from", "2026-12-01")
    acme("seat", "handover", "karen", "--to", "Liv Ek")
    assert seat(acme, "karen")["name"] == "Liv Ek"
    assert "name: Liv Ek\nrole" in acme.read("seats/karen.yaml")
    assert "held by       Liv Ek since 2026-11-20; before that, Karen since" in acme("seat", "show", "karen").out


def test_a_seat_that_is_vacated_on_the_day_of_a_handover_is_not_called_after_who_left(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito")
    acme("seat", "handover", "cfo", "--to", "Gwen Ito")
    acme("leave", "Gwen Ito", "--owner-to", "ada", "--yes")
    assert [seat(acme, id_)["name"] for id_ in ("karen", "cfo")] == ["COO", "CFO"]
    assert "Gwen" not in acme("chart").out
    clean(acme)


def test_a_gap_in_the_past_leaves_what_the_holder_of_today_owns(acme: Shell) -> None:
    acme("seat", "handover", "karen", "--to", "Gwen Ito", "--from", "2026-10-01")
    acme("seat", "vacate", "karen", "--from", "2026-09-01")
    assert (seat(acme, "karen")["status"], seat(acme, "bot")["owner"]) == ("active", "karen")
    assert seat(acme, "karen", "--at", "2026-11-20")["holder"] == "Gwen Ito"
    clean(acme)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["handover", "bot", "--to", "Gwen"], "bot is an agent"),
        (["handover", "karen", "--to", " "], "name who holds the seat"),
        (["handover", "karen", "--to", "vacant"], "orgtp seat vacate karen"),
        (["handover", "karen", "--to", "Gwen", "--from", "2024-01-01"], "began on 2025-01-06"),
        (["handover", "karen", "--to", "Gwen", "--from", "soon"], "is not a date"),
        (["vacate", "bot"], "bot is an agent"),
        (["vacate", "karen", "--owner-to", "bot"], "bot cannot be the new owner"),
        (["vacate", "karen", "--owner-to", "tally=ada"], "does not own tally"),
        (["move", "ada", "--reports-to", "bot"], "which is below it"),
        (["move", "bot", "--reports-to", "bot"], "cannot report to itself"),
        (["own", "bot", "--owner", "tally"], "tally is not a human seat"),
        (["pause", "karen", "--reason", "Leave"], "karen owns bot"),
        (["pause", "bot", "--reason", " "], "say why"),
        (["pause", "bot", "--reason", "R", "--until", "2026-11-19"], "is over"),
        (["resume", "bot"], "not paused"),
        (["rename", "bot", "--name", ""], "the name is empty"),
        (["split", "bot", "--into", "pen"], "say what pen takes over"),
        (["split", "bot", "--into", "pen", "--capability", "inbx"], 'Did you mean "inbox"'),
        (["split", "bot", "--into", "karen", "--capability", "inbox"], "ids are never reused"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(acme: Shell, words: list[str], why: str) -> None:
    before = acme.head()
    assert why in acme("seat", *words, code=2).err
    assert acme.head() == before


CHANGES: list[tuple[list[str], str, set[str]]] = [
    (["handover", "karen", "--to", "Gwen"], "handover", {"karen"}),
    (["vacate", "karen", "--owner-to", "ada"], "vacate", {"karen", "bot"}),
    (["move", "bot", "--reports-to", "ada"], "move", {"bot"}),
    (["own", "bot", "--owner", "ada"], "own", {"bot"}),
    (["pause", "bot", "--reason", "The API moves.", "--until", "2026-12-31"], "pause", {"bot"}),
    (["rename", "bot", "--name", "Bot 2"], "rename", {"bot"}),
    (["split", "bot", "--into", "pen", "--capability", "drafts", "--role", "Writing"], "split", {"bot", "pen"}),
]


@pytest.mark.parametrize(("words", "action", "seats"), CHANGES, ids=[action for _, action, _ in CHANGES])
def test_each_change_is_one_commit_of_its_own_action(
    acme: Shell, words: list[str], action: str, seats: set[str]
) -> None:
    before = acme.head()
    dry = acme("seat", *words, "--dry-run", "--json").json
    assert (dry["commit"], dry["kind"], acme.head()) == (None, f"seat-{action}", before)
    done = acme("seat", *words, "--by", "ada", "--json").json
    assert done["subject"] == dry["subject"]
    assert done["paths"] == dry["paths"]
    assert acme.git("rev-parse", "HEAD^").out.strip() == before
    trailers = acme.git("log", "-1", "--format=%(trailers)").out
    assert f"Orgtp-Action: {action}\n" in trailers
    assert {line.split(": ")[1] for line in trailers.splitlines() if line.startswith("Orgtp-Seat")} == seats
    (entry,) = acme("log", "--action", action, "--json").json["commits"]
    assert (entry["commit"], entry["by"]) == (done["commit"], "ada")
    assert acme("diff", "HEAD^").out.count("\n") > 2
    assert acme("seat", "history", words[1]).out
    clean(acme)


def what_changed(diff: Any) -> list[dict[str, Any]]:
    """The changes of seats in a diff, without who made them."""
    items = [one for name in ("moved", "owners", "statuses", "fields", "added", "capabilities") for one in diff[name]]
    return [{key: value for key, value in one.items() if key != "made"} for one in items]


@pytest.mark.parametrize(("words", "action", "seats"), CHANGES, ids=[action for _, action, _ in CHANGES])
def test_the_same_edit_by_hand_is_as_good(acme: Shell, words: list[str], action: str, seats: set[str]) -> None:
    """A pull request with the same edits is accepted, and described in the same words."""
    acme("seat", *words)
    by_command = acme("diff", "HEAD^", "--json").json
    files = {path: acme.read(path) for path in acme.git("diff", "--name-only", "HEAD^").out.split()}
    acme.git("checkout", "-q", "-b", "by-hand", "HEAD^")
    for path, text in files.items():
        acme.write(path, text)
    found = acme("validate", "--base", "main^", "--format", "json", code=None).json["problems"]
    # A command may add a seat before its metrics. While a seat is paused, nobody does its work.
    assert {one["rule"] for one in found if one["severity"] != "notice"} <= {"no-metric", "capability-unused"}
    commit(acme, f"The same by hand: {action} of {', '.join(sorted(seats))}")
    by_hand = acme("diff", "HEAD^", "--json").json

    assert what_changed(by_hand) == what_changed(by_command)


def test_a_pause_ends_with_resume_and_nothing_is_due_in_between(acme: Shell) -> None:
    assert {one["seat"] for one in acme("stale", "--json", code=None).json["stale"]} >= {"bot"}
    acme("seat", "pause", "bot", "--reason", "The API moves.", "--until", "2026-12-31")
    found = seat(acme, "bot")
    assert (found["status"], found["paused_until"], found["paused_because"]) == (
        "paused",
        "2026-12-31",
        "The API moves.",
    )
    assert "bot" not in {one["seat"] for one in acme("stale", "--json", code=None).json["stale"]}
    assert "pause-over" in acme("validate", code=None, ORGTP_NOW="2027-01-01T09:00:00-05:00").out
    acme("seat", "resume", "bot")
    assert (seat(acme, "bot")["status"], seat(acme, "bot")["paused_because"]) == ("active", None)
    assert acme.read("seats/bot.yaml") == SEATS["bot"]
    clean(acme)


def test_a_person_in_two_seats_is_one_person(acme: Shell) -> None:
    assert seat(acme, "karen")["also_holds"] == ["cfo"]
    assert seat(acme, "ada")["also_holds"] == []
    rows = {row["seat"]: row["also_holds"] for row in acme("chart", "--json").json["seats"]}
    assert (rows["karen"], rows["cfo"], rows["bot"]) == (["cfo"], ["karen"], [])
    assert "also cfo" in acme("chart").out
    assert "also karen" in acme("seat", "list").out
    assert "also holds    cfo" in acme("seat", "show", "karen").out
    assert "email-shared" not in acme("validate", code=None).out


def test_a_person_in_several_seats_says_as_which_one_they_act(acme: Shell) -> None:
    acme.git("config", "user.email", "karen@example.com")
    refused = acme("score", "add", "bot", "renewals", "93%", code=2).err
    assert "cfo and karen" in refused
    assert "--by" in refused
    acme("score", "add", "bot", "renewals", "93%", "--by", "karen")


def test_a_dotted_line_is_drawn_dotted_everywhere(acme: Shell) -> None:
    acme.write("seats/bot.yaml", SEATS["bot"].replace("reports_to: karen", "reports_to: karen\nalso_reports_to: [cfo]"))
    commit(acme, "A dotted line")
    assert "┄┄> cfo" in acme("chart").out
    assert "seat_cfo -.- seat_bot" in acme("chart", "--format", "mermaid").out
    assert '"cfo" -> "bot" [style=dotted' in acme("chart", "--format", "dot").out
    assert 'class="dot" data-s="bot" data-b="cfo"' in acme("chart", "--format", "svg").out
    assert "┄" in acme("chart", "--format", "term-svg").out
    assert seat(acme, "bot")["also_reports_to"] == ["cfo"]
    assert "dotted line   cfo" in acme("seat", "show", "bot").out
    assert "`cfo`" in acme("context", "bot").out
    assert "dotted line" in acme("diff", "HEAD^").out


def test_a_group_has_members_and_a_leader_and_owns_nothing(acme: Shell) -> None:
    added = ["seat", "add", "sales", "--role", "Team", "--kind", "group"]
    assert "--owner" in acme(*added, "--reports-to", "ada", code=2).err
    acme(*added, "--owner", "karen", "--reports-to", "ada")
    acme("seat", "move", "bot", "--reports-to", "sales")
    tree = {row["seat"]: row for row in acme("chart", "--json").json["seats"]}
    assert (tree["sales"]["kind"], tree["sales"]["span"], tree["bot"]["reports_to"]) == ("group", 1, "sales")
    assert [row["seat"] for row in acme("chart", "--only", "group", "--json").json["seats"]] == ["sales"]
    assert "group" in acme("chart", "--kind").out
    clean(acme)
    warnings = {
        one["rule"]
        for one in acme("validate", "--format", "json").json["problems"]
        if one["path"] == "seats/sales.yaml"
    }
    assert warnings == set()
    assert (
        "Name the person who leads it: orgtp seat own tally --owner karen"
        in acme("seat", "own", "tally", "--owner", "sales", code=2).err
    )
    acme.write("seats/tally.yaml", SEATS["tally"].replace("owner: ada", "owner: sales"))
    assert "orgtp seat own tally --owner karen" in acme("validate", code=1).out


def test_what_is_sent_up_passes_through_a_group_to_its_owner(acme: Shell) -> None:
    acme.write("seats/sales.yaml", GROUP)
    acme.write(
        "seats/bot.yaml", SEATS["bot"].replace("owner: karen\nreports_to: karen", "owner: ada\nreports_to: sales")
    )
    commit(acme, "A team")
    done = acme("escalate", "open", "bot", "The mailbox is full", "--by", "bot", "--json").json
    assert done["commit"]
    assert acme("escalate", "list", "--json").json["escalations"][0]["with"] == "ada"
    refused = acme(
        "retire", "bot", "--to", "tally,tally", "--reason", "R", "--decided-by", "tally", "--yes", code=2
    ).err
    assert "ada and karen" in refused


def test_somebody_who_leaves_hands_over_all_they_have_in_one_commit(acme: Shell) -> None:
    acme("escalate", "open", "bot", "The mailbox is full", "--to", "karen", "--by", "ada")
    acme.write(
        "policy/allowed_signers",
        f"ada ssh-ed25519 {KEY}JY3zNvRlCgAOhcNmyIc9PAoFRCCjIMBXBSKFkVAHFLk\n"
        f"karen ssh-ed25519 {KEY}OMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n",
    )
    commit(acme, "Keys")
    before = acme.head()
    shown = acme(
        "leave", "Karen", "--seats", "cfo=Gwen Ito <gwen@example.com>", "--owner-to", "bot=ada", "--dry-run", "--json"
    ).json["plan"]
    assert acme.head() == before
    assert [(one["seat"], one["next"]) for one in shown["seats"]] == [("cfo", "Gwen Ito"), ("karen", None)]
    assert shown["owned"] == {"bot": "ada"}
    assert shown["reports"] == ["bot"]
    assert len(shown["escalations"]) == 1
    assert [(one["seat"], one["line"]) for one in shown["keys"]] == [("karen", 2)]
    assert {"routing.0.to"} <= {one["key"] for one in shown["named"]}
    done = acme(
        "leave",
        "karen@example.com",
        "--seats",
        "cfo=Gwen Ito <gwen@example.com>",
        "--owner-to",
        "bot=ada",
        "--reason",
        "A new job.",
    )
    assert acme.git("rev-parse", "HEAD^").out.strip() == before
    assert last(acme).startswith("leave: Karen from 2026-11-20\n\nA new job.\n")
    assert (seat(acme, "karen")["status"], seat(acme, "cfo")["name"], seat(acme, "bot")["owner"]) == (
        "vacant",
        "Gwen Ito",
        "ada",
    )
    (one,) = acme("escalate", "list", "--json").json["escalations"]
    assert one["with"] == "ada"
    assert "no seat" not in acme("validate", code=None).out
    command = next(line.strip() for line in done.err.splitlines() if "sed -i.bak" in line)
    acme.git("config", "alias.x", f"!{command}")
    acme.git("x")
    assert "karen" not in acme.read("policy/allowed_signers")


def test_another_person_can_take_over_all_seats(acme: Shell) -> None:
    acme("leave", "karen", "--to", "ada")
    assert {seat(acme, id_)["holder"] for id_ in ("karen", "cfo")} == {"Ada"}
    assert seat(acme, "ada")["also_holds"] == ["cfo", "karen"]
    assert seat(acme, "bot")["human_owner"] == "Ada"
    clean(acme)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["Nobody"], "nobody with the name, address or seat"),
        (["bot"], "orgtp retire bot --to HEIR"),
        (["Karen"], "own bot. Name the new owner"),
        (["Karen", "--to", "bot"], "bot cannot take over"),
        (["Karen", "--seats", "bot=Gwen"], "does not hold bot"),
        (["Karen", "--seats", "cfo"], "is not SEAT=NAME"),
        (["Karen", "--owner-to", "bot=karen"], "karen cannot be the new owner"),
    ],
)
def test_a_departure_that_would_leave_something_with_nobody_is_refused(acme: Shell, words: list[str], why: str) -> None:
    before = acme.head()
    assert why in acme("leave", *words, code=2).err
    assert acme.head() == before


def test_a_retirement_gives_each_owned_seat_to_a_named_person_and_records_it(acme: Shell) -> None:
    acme.write("seats/tally.yaml", SEATS["tally"].replace("owner: ada", "owner: karen"))
    commit(acme, "Karen owns two")
    asked = ["retire", "karen", "--by", "ada", "--decided-by", "ada", "--reason", "R", "--yes"]
    refused = acme(*asked, "--owner-to", "bot=ada", code=2).err
    assert "karen owns tally" in refused
    acme(*asked, "--owner-to", "bot=ada,tally=cfo")
    assert (seat(acme, "bot")["owner"], seat(acme, "tally")["owner"]) == ("ada", "cfo")
    assert acme.read("retirements/karen.yaml").count("owned:\n  bot: ada\n  tally: cfo\n") == 1
    assert seat(acme, "karen")["retirement"]["owned"] == {"bot": "ada", "tally": "cfo"}


@pytest.mark.parametrize("name", ["Karen", "karen"])
def test_a_handover_to_the_person_who_holds_the_seat_changes_nothing(acme: Shell, name: str) -> None:
    """Otherwise the new entry would have no address, and Karen's commits would no longer be those of the seat."""
    before, tip = acme.read("seats/karen.yaml"), acme.git("rev-parse", "HEAD").out
    acme("seat", "handover", "karen", "--to", name)
    acme("seat", "handover", "karen", "--to", name, "--email", "karen@example.com")
    assert (acme.read("seats/karen.yaml"), acme.git("rev-parse", "HEAD").out) == (before, tip)


def test_a_vacant_seat_can_be_filled_with_the_person_after_whom_it_is_called(acme: Shell) -> None:
    acme("seat", "set", "bot", "owner=ada")
    acme("seat", "set", "cfo", "status=vacant")
    acme("seat", "handover", "cfo", "--to", "Karen")
    assert acme("seat", "show", "cfo", "--json").json["seat"]["status"] == "active"


@pytest.fixture
def two(acme: Shell) -> Shell:
    """Eve has a weekly metric with two values that were withdrawn, and owns the bot."""
    add = ("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--since", "2026-10-26")
    acme(*add, "--email", "eve@example.com", "--by", "ada")
    words = ("--name", "Clients that renew", "--outcome", "Clients stay", "--target", ">= 5", "--cadence", "weekly")
    acme("metric", "add", "eve", "renewals", *words, "--by", "ada")
    for week in ("2026-W44", "2026-W45"):
        acme("score", "add", "eve", "renewals", "7", "--for", week, "--by", "ada")
    return acme


def states(here: Shell, seat: str) -> dict[str, str]:
    (row,) = here("scorecard", "--seat", seat, "--weeks", "4", "--json").json["rows"]
    return {one["period"]: one["state"] for one in row["cells"]}


@pytest.mark.parametrize("how", [("seat", "vacate", "eve"), ("leave", "eve", "--yes")], ids=["vacate", "leave"])
def test_what_was_owed_before_a_vacancy_stays_owed(two: Shell, how: tuple[str, ...]) -> None:
    before = states(two, "eve")
    assert before["2026-W46"] == "missing"
    ran = two(*how, "--by", "ada", "--json")
    assert ran.json["verdicts"] == []
    assert {week: state for week, state in states(two, "eve").items() if week < "2026-W47"} == {
        week: state for week, state in before.items() if week < "2026-W47"
    }
    assert "nothing is stale" in two("stale", "eve").out


def test_what_a_vacancy_of_the_past_changes_is_said_before_it_is_written(two: Shell) -> None:
    ran = two("seat", "vacate", "eve", "--from", "2026-11-09", "--by", "ada")
    assert "renewals: 2 of 2 past periods on target become 2 of 2: 1 turns from missing to none" in ran.err
    assert "1 turns from missing to none" in two("validate", "--base", "HEAD~1", code=None).out
    back = two("seat", "handover", "eve", "--to", "Gwen Ito", "--from", "2026-11-09", "--by", "ada")
    assert "1 turns from none to missing" in back.err


def test_two_people_can_have_one_name(two: Shell) -> None:
    words = ("--name", "Eve", "--role", "Counsel", "--kind", "human", "--reports-to", "ada")
    two("seat", "add", "legal", *words, "--email", "eve@law.example.com", "--by", "ada")
    two("seat", "rename", "eve", "--name", "Eve", "--by", "ada")
    assert two("seat", "show", "eve", "--json").json["seat"]["also_holds"] == []
    ran = two("leave", "Eve", "--yes", "--by", "ada", code=2)
    assert "several people are called Eve: those of eve and legal. Name one of the seats." in ran.err
    two("leave", "eve", "--yes", "--by", "ada")
    assert two("seat", "show", "legal", "--json").json["seat"]["status"] == "active"


def test_a_departure_that_was_noted_is_completed_when_the_day_comes(two: Shell) -> None:
    two("seat", "own", "bot", "--owner", "eve", "--by", "ada")
    ran = two("leave", "eve", "--from", "2026-12-01", "--yes", "--by", "ada")
    assert "On that day, complete it: orgtp seat vacate eve" in ran.out
    assert "needs a new owner on 2026-12-01" in ran.out
    later = "2026-12-01T15:00:00Z"
    refused = two("leave", "eve", "--yes", "--by", "ada", code=2, ORGTP_NOW=later)
    (command,) = re.findall("To complete it: orgtp (.*)", refused.err)
    two(*command.replace("SEAT", "ada").split(), "--by", "ada", ORGTP_NOW=later)
    assert two("seat", "show", "bot", "--json").json["seat"]["owner"] == "ada"
    assert "intact" in two("audit", "verify", ORGTP_NOW=later).out


def test_the_delegate_of_the_last_holder_does_not_stand_in_for_the_next(two: Shell) -> None:
    two("seat", "delegate", "eve", "--to", "ada", "--until", "2026-12-31", "--by", "eve")
    two("seat", "handover", "eve", "--to", "Gwen Ito", "--by", "ada")
    assert two("seat", "show", "eve", "--json").json["seat"]["delegate"] is None


def test_the_address_of_a_handed_over_seat_is_that_of_its_holder(two: Shell) -> None:
    two("seat", "handover", "eve", "--to", "Gwen Ito", "--email", "gwen@example.com", "--by", "ada")
    assert "gwen@example.com" in two("sql", "select email from seats where seat = 'eve'", "--csv").out


def test_the_plan_lists_what_a_handed_over_seat_owns(two: Shell) -> None:
    two("seat", "own", "bot", "--owner", "eve", "--by", "ada")
    ran = two("leave", "eve", "--to", "ada", "--dry-run", "--json", "--by", "ada")
    assert ran.json["plan"]["owned"] == {"bot": "eve"}


def test_a_dotted_line_is_set_by_command(two: Shell) -> None:
    two("seat", "set", "bot", "also_reports_to=eve", "--by", "ada")
    assert two("seat", "show", "bot", "--json").json["seat"]["also_reports_to"] == ["eve"]
    two("seat", "set", "bot", "also_reports_to=", "--by", "ada")
    assert two("seat", "show", "bot", "--json").json["seat"]["also_reports_to"] == []


def test_whoever_has_a_seat_keeps_the_part_that_is_split_off(two: Shell) -> None:
    two("seat", "split", "eve", "--into", "accounts", "--metric", "renewals", "--by", "ada")
    seat = two("seat", "show", "accounts", "--json").json["seat"]
    assert (seat["holder"], seat["also_holds"]) == ("Eve", ["eve"])


def test_the_commands_for_several_keys_of_one_person_can_be_typed_in_any_order(two: Shell, tmp_path: Path) -> None:
    lines = []
    for number, seat in enumerate(("eve", "eve", "ada")):
        key = tmp_path / f"key{number}"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        lines.append(f"{seat} {' '.join(key.with_suffix('.pub').read_text(encoding='utf-8').split()[:2])}\n")
    two.write("policy/allowed_signers", "".join(lines))
    two.git("add", "policy")
    two.git("commit", "-qm", "Name the keys")
    ran = two("leave", "eve", "--dry-run", "--json", "--by", "ada")
    for one in ran.json["plan"]["keys"]:
        subprocess.run(["bash", "-euc", one["remedy"]], cwd=two.folder, env=two.env(), check=True)
    assert two.read("policy/allowed_signers") == lines[2]
