"""Where the policy wants signatures, the server signs as a seat of its own and names the person as a claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.audit.keys import make_key, sign_with, signers
from tests.conftest import NOW, Shell, make_home
from tests.web.server.server import serve

NUMBER = "bot/number/2026-W47"


@pytest.fixture
def signed(acme: Shell) -> Shell:
    """Acme, where signatures are required: bob may record for bot, the desk may for anybody, and its key signs here."""
    acme.write(
        "seats/bob.yaml",
        "seat: bob\nname: Bob\nrole: Manager\nkind: human\nstatus: active\nreports_to: ada\nsince: 2026-01-05\n",
    )
    acme.write(
        "seats/desk.yaml",
        "seat: desk\nname: Desk\nrole: Records what people enter\nkind: agent\nstatus: active\nowner: ada\n"
        "reports_to: ada\nsince: 2026-01-05\nretire_when: Nobody enters numbers any more.\n",
    )
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("owner: ada", "owner: bob"))
    policy = "policy:\n  scorekeepers: [desk]\n"
    acme.write("org.yaml", acme.read("org.yaml").partition("policy:")[0] + policy)
    base = acme.folder.parent
    keys = {name: make_key(base, f"key-{name}") for name in ("ada", "desk")}
    acme.write("policy/allowed_signers", signers(**keys))
    ada, desk = (replace(acme, home=make_home(base / f"home-{name}")) for name in keys)
    sign_with(ada, keys["ada"])
    sign_with(desk, keys["desk"])
    ada.git("add", "-A")
    ada.git("commit", "-qm", "Who may sign", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    return desk


def read_trailer(shell: Shell, name: str) -> str:
    """A trailer of the newest commit."""
    return shell.git("log", "-1", f"--format=%(trailers:key={name},valueonly)").out.strip()


def test_the_server_signs_for_the_person_who_is_signed_in(signed: Shell) -> None:
    with serve(signed, "--allow-write", "--as", "bob", "--sign-as", "desk") as served:
        assert served.sign_in().act("scores", {f"value.{NUMBER}": "13"}).status == 303
    assert [read_trailer(signed, name) for name in ("Orgtp-By", "Orgtp-For")] == ["desk", "bob"]
    assert "for bob" in signed("log", "--limit", "1").out
    (entry,) = signed("log", "--limit", "1", "--json").json["commits"]
    assert (entry["by"], entry["by_claimed"], entry["acted_for"]) == ("desk", False, "bob")
    assert "(claimed: for bob)" in signed("log", "--limit", "1", COLUMNS="200").out
    assert signed("audit", "verify", "--full", "--json").json["violations"] == []


def test_the_server_records_for_nobody_what_the_policy_forbids_the_person(signed: Shell) -> None:
    """The desk may record for anybody, so only the person's own permission keeps bot from recording for others."""
    signed.write(
        "seats/kim.yaml",
        "seat: kim\nname: Kim\nrole: Sales\nkind: human\nstatus: active\nreports_to: ada\nsince: 2026-01-05\n",
    )
    before = signed.head()
    with serve(signed, "--allow-write", "--as", "bot", "--sign-as", "desk") as served:
        browser = served.sign_in()
        assert browser.act("scores", {f"value.{NUMBER}": "13"}).status == 303
        assert browser.act("scores", {"value.bob/talks/2026-W47": "3"}).status == 422
    assert signed.git("rev-list", "--count", f"{before}..main").out.strip() == "1"


def test_a_todo_is_closed_for_the_person(signed: Shell) -> None:
    with serve(signed, "--allow-write", "--as", "bob", "--sign-as", "desk") as served:
        browser = served.sign_in()
        added = {"do": "add", "what": "Call them", "owner": "bob", "due": "2026-12-01"}
        assert browser.act("todo", added).status == 303
        assert read_trailer(signed, "Orgtp-For") == "bob"
    assert signed("audit", "verify", "--full", "--json").json["violations"] == []


def test_a_queued_value_still_names_the_person(signed: Shell) -> None:
    lock = signed.folder / ".git/refs/heads/main.lock"
    with serve(signed, "--allow-write", "--as", "bob", "--sign-as", "desk") as served:
        browser = served.sign_in()
        browser.find_token()
        lock.touch()
        assert browser.act("scores", {f"value.{NUMBER}": "13"}).status == 303
        lock.unlink()
    signed("sync")
    assert [read_trailer(signed, name) for name in ("Orgtp-By", "Orgtp-For")] == ["desk", "bob"]


def test_a_key_of_another_seat_needs_to_be_named(signed: Shell) -> None:
    ran = signed("serve", "--allow-write", "--as", "bob", code=2)
    assert "git signs commits here with a key of desk" in ran.err
    assert "--sign-as desk" in ran.err
    assert (
        "git signs commits here with a key of desk"
        in signed("serve", "--allow-write", "--as", "bob", "--sign-as", "ada", code=2).err
    )


def test_a_person_that_never_was_is_a_violation(signed: Shell) -> None:
    """The audit cannot prove for whom a server acted, but it sees a name that no seat has."""
    signed.write("notes.txt", "x")
    signed.git("add", "notes.txt")
    text = "Note\n\nOrgtp-By: desk\nOrgtp-For: nobody\n"
    signed.git("commit", "-qm", text, GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    (found,) = signed("audit", "verify", "--json", code=1).json["violations"]
    assert (found["rule"], 'Orgtp-For names "nobody"' in found["message"]) == ("trailer-forged", True)
