"""`init --remote`, and `--push` on whatever changes something."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Shell
from tests.sync.clones import FILE, Clones, add, assert_one_line, assert_same, state, values

SEAT_ADD = ("seat", "add", "cy", "--role", "Desk", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
RETIRE = ("retire", "cat", "--to", "bot", "--reason", "Enough", "--decided-by", "ada", "--yes")


def test_a_new_org_is_sent_to_an_empty_remote(shell: Shell) -> None:
    shell.git("init", "-q", "--bare", "-b", "main", "org.git")
    ran = shell("init", "acme", "--remote", "org.git")
    assert "pushed to" in ran.err
    acme = shell.at(shell.folder / "acme")
    assert acme.git("ls-remote", "origin", "main").out.split()[0] == acme.head()
    assert acme.git("status", "-sb").out == "## main...origin/main\n"


def test_a_remote_that_has_commits_takes_no_new_org(clones: Clones) -> None:
    here = clones.a.at(clones.folder)
    ran = here("init", "more", "--remote", str(clones.remote.folder), code=2)
    assert f"git clone {clones.remote.folder}" in ran.err
    assert not (clones.folder / "more").exists()


def test_a_new_org_is_there_though_its_remote_cannot_be_reached(shell: Shell) -> None:
    ran = shell("init", "acme", "--remote", str(shell.folder / "later.git"), code=75)
    assert "not pushed" in ran.err
    acme = shell.at(shell.folder / "acme")
    assert acme("validate").code == 0
    shell.git("init", "-q", "--bare", "-b", "main", "later.git")
    acme("sync")
    assert acme.git("ls-remote", "origin", "main").out.split()[0] == acme.head()


def test_a_dry_run_makes_no_org_and_sends_nothing(shell: Shell) -> None:
    shell.git("init", "-q", "--bare", "-b", "main", "org.git")
    shell("init", "acme", "--remote", "org.git", "--dry-run")
    assert not (shell.folder / "acme").exists()
    assert shell.git("--git-dir=org.git", "for-each-ref").out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("score", "add", "bot", "number", "12", "--by", "ada"),
        ("score", "add", "bot", "number", "--unavailable", "no source", "--by", "ada"),
        SEAT_ADD,
        ("seat", "set", "bot", "mission=Does less"),
        RETIRE,
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_push_sends_the_change_after_what_others_sent(clones: Clones, words: tuple[str, ...]) -> None:
    clones.by_hand(clones.b, "notes/other.txt", "other\n")
    ran = clones.a(*words, "--push")
    assert clones.a.head()[:10] in ran.out
    assert clones.remote.git("log", "--format=%s", "-2", "main").out.splitlines()[1] == "Edit notes/other.txt"
    assert_same(clones, clones.a)


def test_a_dry_run_with_push_sends_nothing(clones: Clones) -> None:
    before = clones.remote.git("rev-parse", "main").out, state(clones.a)
    add(clones.a, "12", "--push", "--dry-run")
    assert (clones.remote.git("rev-parse", "main").out, state(clones.a)) == before


def test_the_policy_sends_without_being_told(clones: Clones) -> None:
    clones.by_hand(clones.a, "org.yaml", clones.a.read("org.yaml") + "  push: true\n", push=False)
    add(clones.a, "12")
    assert values(clones.remote) == ["12"]
    clones.remote.folder.rename(clones.folder / "away.git")
    ran = clones.a("score", "add", "bot", "number", "13", "--by", "ada", "--json", code=75)
    assert (ran.json["sent"], ran.json["exit_code"], ran.json["outbox"]) == ("down", 75, False)
    assert values(clones.a) == ["12", "13"]


def test_push_without_a_remote_is_refused_before_anything_is_recorded(clones: Clones) -> None:
    clones.a.git("remote", "remove", "origin")
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--push", code=2)
    assert "git remote add origin URL" in ran.err
    assert values(clones.a) == []
    assert "no remote" in clones.a("sync").out


def test_one_value_that_two_clones_push_by_its_id_is_there_once(clones: Clones) -> None:
    for here in (clones.a, clones.b):
        add(here, "12", "--id", "run-4711")
    add(clones.a, "13", "--push")
    ran = clones.b("score", "add", "bot", "number", "14", "--by", "ada", "--push")
    assert ran.out.split()[0] == clones.b.head()[:10]
    assert values(clones.remote) == ["12", "13", "14"]
    clones.a("sync")
    assert_same(clones, clones.a, clones.b)
    assert_one_line(clones.remote)


def test_a_value_that_is_there_already_is_named_by_a_commit_that_the_history_has(clones: Clones) -> None:
    add(clones.a, "12", "--id", "run-4711", "--push")
    ran = clones.b("score", "add", "bot", "number", "12", "--by", "ada", "--id", "run-4711", "--push", "--json")
    clones.b.git("merge-base", "--is-ancestor", ran.json["commit"] or "HEAD", "main")
    assert values(clones.remote) == ["12"]


def test_what_status_says_waits(clones: Clones) -> None:
    assert "every commit was sent" in clones.a("sync", "--status").out
    add(clones.a, "12")
    clones.a.write(".git/index.lock", "")
    add(clones.a, "13", code=75, env={"ORGTP_WAIT": "0.1"})
    text = clones.a("sync", "--status").out
    assert "in the outbox" in text
    assert "not sent yet" in text
    found = clones.a("sync", "--status", "--json").json
    assert (found["kind"], found["outbox"], found["remote"]) == ("sync-status", True, str(clones.remote.folder))
    assert [row["value"] for row in found["waiting"]] == ["13"]
    assert "another git command is running in" in found["waiting"][0]["why"]
    assert [row["subject"] for row in found["unsent"]] == ["score(bot): number 2026-W47 = 12"]
    (clones.a.folder / ".git/index.lock").unlink()
    assert clones.a("sync").code == 0
    assert values(clones.remote) == ["12", "13"]
    assert clones.a("sync", "--status", "--json").json["unsent"] == []


def test_a_dry_run_moves_nothing_and_says_what_would_be(clones: Clones) -> None:
    add(clones.b, "12", "--push")
    add(clones.a, "13")
    before = state(clones.a), clones.a.git("for-each-ref").out, clones.remote.git("rev-parse", "main").out
    ran = clones.a("sync", "--dry-run", "--json")
    assert (ran.json["received"], ran.json["sent"], ran.json["paths"]) == (1, 1, [FILE])
    assert ran.json["commit"] is None
    assert "would do" in clones.a("sync", "--dry-run").out
    assert (state(clones.a), clones.a.git("for-each-ref").out, clones.remote.git("rev-parse", "main").out) == before


def test_what_a_sync_says_for_programs(clones: Clones) -> None:
    add(clones.b, "12", "--push")
    add(clones.a, "13")
    old = clones.a.head()
    found = clones.a("sync", "--json").json
    head = clones.a.head()
    assert found["remade"] == {old: head}
    assert (found["commit"], found["received"], found["sent"], found["waiting"]) == (head, 1, 1, [])
    assert json.loads(json.dumps(found["paths"])) == [FILE]
    assert values(clones.remote) == ["12", "13"]
