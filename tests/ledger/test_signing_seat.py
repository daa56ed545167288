"""In an org with a signing policy, orgtp's own commands make no commit that the audit reports for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.audit.keys import make_key, sign_with, signers
from tests.conftest import NOW, Shell, make_home
from tests.ledger.ledgers import ids

RETIRE = ("retire", "bot", "--to", "bob", "--reason", "Done", "--yes")


@pytest.fixture
def people(acme: Shell) -> Mapping[str, Shell]:
    """A shell for each seat in one clone, with a home folder and a key of its own, which the policy allows."""
    acme.write(
        "seats/bob.yaml",
        "seat: bob\nname: Bob\nrole: Manager\nkind: human\nstatus: active\nreports_to: ada\nsince: 2026-01-05\n"
        "metrics:\n  talks: {name: talks, outcome: Something, cadence: weekly, target: '>= 3'}\n",
    )
    bot = acme.read("seats/bot.yaml").replace("owner: ada", "owner: bob").replace("reports_to: ada", "reports_to: bob")
    acme.write("seats/bot.yaml", bot)
    base = acme.folder.parent
    keys = {name: make_key(base, f"key-{name}") for name in ("ada", "bob", "bot")}
    acme.write("policy/allowed_signers", signers(**keys))
    acme.write("org.yaml", acme.read("org.yaml") + "\n")
    found = {name: replace(acme, home=make_home(base / f"home-{name}")) for name in keys}
    for name, shell in found.items():
        sign_with(shell, keys[name])
    found["ada"].git("add", "-A")
    found["ada"].git("commit", "-qm", "Who may sign", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    return found


def _assert_intact(org: Shell) -> None:
    assert org("audit", "verify", "--full", "--json", code=0).json["violations"] == []


def _queue(shell: Shell, *words: str) -> None:
    lock = shell.folder / ".git/index.lock"
    lock.touch()
    shell(*words, code=75, ORGTP_WAIT="0")
    lock.unlink()


def test_a_queued_value_waits_for_a_command_of_the_seat_that_recorded_it(people: Mapping[str, Shell]) -> None:
    ada, bob = people["ada"], people["bob"]
    _queue(ada, "score", "add", "bot", "number", "7", "--by", "ada", "--id", "queued")
    bob("score", "add", "bob", "talks", "3", "--by", "bob", "--id", "bobs")
    bob("sync", code=None)
    assert ids(bob) == ["bobs"]
    (waiting,) = ada("sync", "--status", "--json", code=None).json["waiting"]
    assert waiting["id"] == "queued"
    assert "waits for a command of ada: git signs commits here with a key of bob" in waiting["why"]
    ada("score", "add", "bot", "percent", "90", "--by", "ada", "--id", "adas")
    assert ids(ada) == ["adas", "bobs", "queued"]
    assert ada("sync", "--status", "--json").json["waiting"] == []
    _assert_intact(ada)


def test_a_queued_value_is_written_by_a_sync_of_its_seat(people: Mapping[str, Shell]) -> None:
    _queue(people["ada"], "score", "add", "bot", "number", "7", "--by", "ada", "--id", "queued")
    people["bob"]("sync", code=None)
    people["ada"]("sync")
    assert ids(people["ada"]) == ["queued"]
    _assert_intact(people["ada"])


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("score", "add", "bot", "number", "3", "--by", "bot"), "Use --by bob, or let bot run"),
        (("seat", "set", "bot", "mission=x", "--by", "ada"), "Use --by bob, or let ada run"),
        ((*RETIRE, "--decided-by", "ada", "--by", "ada"), "Use --by bob, or let ada run"),
        ((*RETIRE, "--decided-by", "ada", "--by", "bob"), "Let ada run the command, as --by ada"),
        (("escalate", "open", "bot", "x", "--by", "bot"), "Use --by bob, or let bot run"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_command_is_refused_whose_key_is_not_that_of_the_seat_it_names(
    people: Mapping[str, Shell], words: tuple[str, ...], named: str, dry_run: bool
) -> None:
    bob = people["bob"]
    head = bob.head()
    ran = bob(*words, *(["--dry-run"] if dry_run else []), code=2)
    assert "git signs commits here with a key of bob" in ran.err
    assert named in ran.err
    assert bob.head() == head
    assert bob("sync", "--status", "--json", code=None).json["waiting"] == []


def test_what_the_own_key_signs_is_committed(people: Mapping[str, Shell]) -> None:
    people["bot"]("score", "add", "bot", "number", "3", "--by", "bot")
    people["bob"]("score", "add", "bot", "percent", "95", "--by", "bob")
    people["ada"](*RETIRE, "--decided-by", "ada", "--by", "ada")
    _assert_intact(people["ada"])


@pytest.mark.parametrize("key", ["unknown", "forge", "none"])
def test_a_key_that_belongs_to_no_seat_changes_nothing(people: Mapping[str, Shell], key: str) -> None:
    """Whose key it is cannot be told, so the command goes on as before."""
    ada, bob = people["ada"], people["bob"]
    other = make_key(ada.folder.parent, "key-other")
    if key == "forge":
        ada.write("policy/allowed_signers", ada.read("policy/allowed_signers") + signers(forge=other))
        ada.git("commit", "-qam", "A forge", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    sign_with(bob, None if key == "none" else other)
    bob("score", "add", "bot", "number", "3", "--by", "bot")


@pytest.mark.parametrize("form", ["key-bob.pub", "key-bob", "literal", "literal without key::"])
def test_the_key_is_known_in_every_form_that_git_takes(people: Mapping[str, Shell], form: str) -> None:
    bob = people["bob"]
    key = bob.folder.parent / "key-bob.pub"
    text = key.read_text(encoding="utf-8").strip()
    forms = {"literal": f"key::{text}", "literal without key::": text}
    bob.git("config", "--global", "user.signingkey", forms.get(form, str(key.with_name(form))))
    assert "a key of bob" in bob("score", "add", "bot", "number", "3", "--by", "bot", code=2).err


@pytest.mark.parametrize("by_hand", [False, True])
def test_sync_does_not_rewrite_a_commit_that_another_seat_signs(people: Mapping[str, Shell], by_hand: bool) -> None:
    ada, bob = people["ada"], people["bob"]
    ada.git("clone", "-q", "--bare", ".", "../hub.git")
    ada.git("remote", "add", "origin", "../hub.git")
    ada("sync")
    bob.git("clone", "-q", "../hub.git", "../other")
    other = bob.at(bob.folder.parent / "other")
    other("score", "add", "bob", "talks", "9", "--by", "bob", "--id", "theirs", "--push")
    if by_hand:
        ada.write("seats/bot.yaml", ada.read("seats/bot.yaml") + "x-note: mine\n")
        ada.git("commit", "-qam", "A note", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    else:
        ada("score", "add", "bot", "number", "8", "--by", "ada", "--id", "mine")
    head = ada.head()
    ran = bob("sync", code=1)
    assert "It is by ada, and git signs commits here with a key of bob" in ran.err
    assert bob.head() == head
    ada("sync")
    assert "theirs" in ids(ada)
    assert ada.git("show", "-s", "--format=%an", "main").out == "A Tester\n"
    _assert_intact(ada)
