"""Who did it: an address belongs to a seat as of the commit, and the mailmap of the tip says who is shown."""

from __future__ import annotations

import itertools
import subprocess

import pytest

from orgtp.git.mailmap import parse_mailmap
from tests.cli.changes import trailers
from tests.conftest import Shell

ADA, NEW, WEB = "ada@example.com", "ada@new.example", "7+ada@users.noreply.github.com"


def by_hand(here: Shell, role: str, address: str, name: str = "Somebody") -> str:
    """A commit by hand that changes the role of the bot; its id."""
    text = here.read("seats/bot.yaml")
    rest = "\n".join(f"role: {role}" if line.startswith("role:") else line for line in text.split("\n"))
    here.write("seats/bot.yaml", rest)
    here.git("commit", "-qam", role, GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=address)
    return here.head()


def give(here: Shell, seat: str, email: str) -> None:
    """Give a seat an address, by a commit of somebody else."""
    here("seat", "set", seat, f"email={email}", GIT_AUTHOR_EMAIL="admin@example.com", GIT_AUTHOR_NAME="Admin")


def told(here: Shell, *words: str) -> dict[str, tuple[str | None, str]]:
    """Subject to acting seat and author of each commit in the log."""
    return {
        one["what"].split(" (")[0]: (one["by"], one["author"]) for one in here("log", "--json", *words).json["commits"]
    }


def shown_by_every_view(here: Shell) -> set[tuple[str | None, str]]:
    """Who changed the role of the bot last, as each view says it."""
    (blame,) = [row for row in here("seat", "blame", "bot", "--json").json["fields"] if row["key"] == "role"]
    (diff,) = [row["made"] for row in here("diff", "HEAD~1", "--json").json["fields"] if row["key"] == "role"]
    history = here("seat", "history", "bot", "--json").json["events"][-1]
    decided = here("context", "bot", "--json").json["decisions"][0]
    log = here("log", "-n", "1", "--json").json["commits"][0]
    return {(one["by"], one["author"]) for one in (blame, diff, history, decided, log)}


def test_an_address_that_another_seat_takes_over_leaves_the_past_as_it_was(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "First", ADA)
    give(acme, "ada", NEW)
    by_hand(acme, "Between", ADA)
    give(acme, "bot", ADA)
    by_hand(acme, "Second", ADA)
    found = told(acme)
    assert [found[what][0] for what in ("First", "Between", "Second")] == ["ada", None, "bot"]
    (row,) = [
        row for row in acme("seat", "blame", "bot", "--at", "HEAD~2", "--json").json["fields"] if row["key"] == "role"
    ]
    assert row["by"] is None, "nobody had it then"
    assert [one["what"] for one in acme("log", "--by", "ada", "--action", "hand", "--json").json["commits"]] == [
        "First (changed seats/bot.yaml)"
    ]


def test_an_address_that_changed_leaves_earlier_commits_with_the_seat(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "First", ADA)
    give(acme, "ada", NEW)
    by_hand(acme, "Second", NEW)
    assert [told(acme)[what][0] for what in ("First", "Second")] == ["ada", "ada"]
    assert shown_by_every_view(acme) == {("ada", "Somebody")}
    assert told(acme, "--at", "HEAD~1")["First"][0] == "ada"


def test_a_commit_does_not_give_its_author_the_address_of_a_seat_that_is_there(acme: Shell) -> None:
    acme.write("seats/ada.yaml", acme.read("seats/ada.yaml") + "email: mallory@example.com\n")
    text = acme.read("seats/bot.yaml").replace("role: Desk", "role: Mine")
    acme.write("seats/bot.yaml", text)
    acme.git("commit", "-qam", "Mine", GIT_AUTHOR_NAME="Mallory", GIT_AUTHOR_EMAIL="mallory@example.com")
    assert shown_by_every_view(acme) == {(None, "Mallory")}


def test_a_seat_that_a_commit_adds_may_be_its_author(acme: Shell) -> None:
    acme.write("seats/eve.yaml", f"seat: eve\nname: Eve\nrole: R\nkind: human\nstatus: active\nemail: {NEW}\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Eve comes", GIT_AUTHOR_EMAIL=NEW)
    assert told(acme)["Eve comes"][0] == "eve"


def test_the_first_commit_and_the_first_of_a_shallow_clone(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "First", ADA)
    acme.git("clone", "-q", "--depth", "1", f"file://{acme.folder}", "../shallow")
    shallow = acme.at(acme.folder.parent / "shallow")
    assert [one["by"] for one in shallow("log", "--json").json["commits"]] == ["ada"]


def test_a_merge_counts_as_of_the_branch_that_it_goes_into(acme: Shell) -> None:
    """What comes in by the merge says nothing about who merges."""
    acme.git("checkout", "-qb", "side")
    give_by_hand = acme.read("seats/ada.yaml") + "email: mallory@example.com\n"
    acme.write("seats/ada.yaml", give_by_hand)
    acme.git("commit", "-qam", "Address", GIT_AUTHOR_EMAIL="mallory@example.com")
    acme.git("checkout", "-q", "main")
    acme.git("commit", "-q", "--allow-empty", "-m", "Meanwhile")
    acme.git("merge", "-q", "-m", "Merged", "side", GIT_AUTHOR_EMAIL="mallory@example.com")
    by_hand(acme, "After", "mallory@example.com")
    assert [told(acme)[what][0] for what in ("Address", "Merged", "After")] == [None, None, "ada"]


def test_several_addresses_of_one_seat(acme: Shell) -> None:
    ran = acme("seat", "set", "ada", f"email={ADA}, {WEB}")
    assert ran.out.endswith(f"set(ada): email = {ADA}, {WEB}\n")
    assert f"email: [{ADA}, {WEB}]\n" in acme.read("seats/ada.yaml")
    assert {row["rule"] for row in acme("validate", "--json", code=None).json["problems"]} <= {"no-metric-of-its-own"}
    assert acme("seat", "show", "ada", "--json").json["seat"]["email"] == [ADA, WEB]
    assert f"email         {ADA}, {WEB}\n" in acme("seat", "show", "ada").out
    for address in (ADA, WEB.upper()):
        acme("score", "add", "bot", "number", "13", GIT_AUTHOR_EMAIL=address)
        assert "Orgtp-By: ada" in trailers(acme)
        by_hand(acme, f"By {address}", address)
        assert shown_by_every_view(acme) == {("ada", "Somebody")}
    acme("seat", "set", "ada", f"email={ADA}")
    assert f"email: {ADA}\n" in acme.read("seats/ada.yaml")
    assert acme("seat", "show", "ada", "--json").json["seat"]["email"] == ADA
    changed = acme("diff", "HEAD~1", "--json").json["fields"]
    assert [(row["key"], row["before"], row["after"]) for row in changed] == [("email", f"{ADA}, {WEB}", ADA)]
    assert acme("seat", "blame", "ada", "--json").json["fields"][0]["value"] == ADA


def test_a_new_seat_with_several_addresses(acme: Shell) -> None:
    acme("seat", "add", "eve", "--role", "R", "--kind", "human", "--reports-to", "ada", "--email", f"{NEW},{WEB}")
    assert f"email: [{NEW}, {WEB}]\n" in acme.read("seats/eve.yaml")
    err = acme("seat", "add", "zoe", "--role", "R", "--kind", "human", "--email", f"{NEW},zoe", code=2).err
    assert 'email "zoe" is not an address' in err


def test_the_first_of_several_addresses_stands_in_for_a_missing_identity(acme: Shell) -> None:
    acme("seat", "set", "ada", f"email={ADA},{WEB}")
    (acme.home / ".gitconfig").write_text("", encoding="utf-8")
    acme("score", "add", "bot", "number", "13", "--by", "ada")
    assert acme.git("log", "-1", "--format=%an <%ae>").out == f"Ada <{ADA}>\n"


MAILMAP = f"# People with more than one address\n\nAda Lovelace <{ADA}> <{WEB}>\n"


def map_authors(here: Shell, text: str = MAILMAP) -> None:
    """Commit a mailmap."""
    here.write(".mailmap", text)
    here.git("add", ".mailmap")
    here.git("commit", "-qm", "Mailmap")


def test_the_mailmap_of_the_tip_says_who_every_view_shows(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "By the web", WEB)
    assert shown_by_every_view(acme) == {(None, "Somebody")}
    commit = acme.head()
    acme.git("branch", "work")
    map_authors(acme)
    assert told(acme, "--by", "ada")["By the web"] == ("ada", "Ada Lovelace")
    assert told(acme, "--at", commit)["By the web"] == ("ada", "Ada Lovelace"), "of the tip, for the past as well"
    acme.git("checkout", "-q", "work")
    assert shown_by_every_view(acme) == {("ada", "Ada Lovelace")}, "of the ledger's tip, on another branch as well"
    bare = acme.at(acme.folder.parent / "bare.git")
    acme.git("checkout", "-q", "main")
    acme.git("clone", "-q", "--bare", ".", "../bare.git")
    assert told(bare)["By the web"] == ("ada", "Ada Lovelace")


def test_a_mailmap_to_the_address_of_today_finds_the_seat_by_the_one_of_then(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "By the web", WEB)
    give(acme, "ada", NEW)
    map_authors(acme, f"<{NEW}> <{ADA}>\n<{NEW}> <{WEB}>\n")
    assert told(acme)["By the web"][0] == "ada"


def test_a_mailmap_that_is_not_committed_or_is_a_link_is_none(acme: Shell) -> None:
    give(acme, "ada", ADA)
    by_hand(acme, "By the web", WEB)
    acme.write(".mailmap", MAILMAP)
    assert told(acme)["By the web"] == (None, "Somebody")
    (acme.folder / ".mailmap").rename(acme.folder / "mailmap")
    (acme.folder / ".mailmap").symlink_to("mailmap")
    acme.git("add", ".")
    acme.git("commit", "-qm", "A link")
    assert told(acme)["By the web"] == (None, "Somebody")
    acme("validate", code=None)
    assert "mailmap" not in acme("validate", code=None).out


def test_a_mailmap_gives_nobody_the_rights_of_a_seat(acme: Shell) -> None:
    give(acme, "ada", ADA)
    map_authors(acme, f"Ada <{ADA}> <mallory@example.com>\n")
    err = acme("score", "add", "bot", "number", "13", code=2, GIT_AUTHOR_EMAIL="mallory@example.com").err
    assert "mallory@example.com, and no seat has this address" in err
    acme("seat", "set", "bot", "role=Mine", GIT_AUTHOR_EMAIL="mallory@example.com")
    assert "Orgtp-By" not in acme.git("log", "-1", "--format=%B").out


def test_the_audit_ignores_a_mailmap(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13")
    acme.git("rm", "-q", "scores/bot/2026-11.jsonl")
    acme.git("commit", "-qm", "Gone", GIT_AUTHOR_NAME="Mallory", GIT_AUTHOR_EMAIL="mallory@example.com")
    before = acme("audit", "verify", code=1).out
    map_authors(acme, f"Ada <{ADA}> <mallory@example.com>\n")
    assert "Mallory" in before
    assert "Mallory" in acme("audit", "verify", code=1).out


def test_a_pull_request_that_changes_the_mailmap_is_noticed(acme: Shell) -> None:
    acme.git("tag", "base")
    map_authors(acme)
    (row,) = [
        r for r in acme("validate", "--base", "base", "--json", code=None).json["problems"] if "mailmap" in r["rule"]
    ]
    assert (row["severity"], row["path"], row["line"]) == ("notice", ".mailmap", 3)
    acme.write(".mailmap", "")
    found = acme("validate", "--base", "HEAD", "--json", code=None).json["problems"]
    assert [r["message"] for r in found if r["rule"] == "mailmap-changed"] == [
        f'authors are no longer shown by the line "Ada Lovelace <{ADA}> <{WEB}>"'
    ]


def test_addresses_are_found_in_a_history_in_which_seats_come_and_go(acme: Shell) -> None:
    """Against a slow reading: of each commit by hand, all seats of its parent."""
    emails = itertools.cycle([ADA, NEW, WEB, f"[{ADA}, {WEB}]", ""])
    for number in range(60):
        acme.write(f"seats/s{number}.yaml", f"seat: s{number}\nname: S\nrole: R\nkind: human\nstatus: active\n")
    for number in range(12):
        path = f"seats/s{number * 5}.yaml"
        email = next(emails)
        acme.write(path, acme.read(path) + (f"email: {email}\n" if email else "# none\n"))
        acme.git("add", ".")
        acme.git("commit", "-qm", f"c{number}", GIT_AUTHOR_EMAIL=[ADA, NEW, WEB][number % 3])
    found = told(acme)
    for number in range(12):
        rev = acme.git("log", "--format=%H", "--grep", f"^c{number}$").out.strip()
        address = acme.git("log", "-1", "--format=%ae", rev).out.strip()
        seats = acme.git("grep", "-l", address, f"{rev}^", "--", "seats", code=None).out.split()
        added = acme.git("show", "--diff-filter=A", "--name-only", "--format=", rev, "--", "seats").out.split()
        fresh = acme.git("grep", "-l", address, rev, "--", *added, code=None).out.split() if added else []
        ids = {one.rpartition("/")[2].removesuffix(".yaml") for one in (seats or fresh)}
        assert found[f"c{number}"][0] == (next(iter(ids)) if len(ids) == 1 else None), number


LINES = (
    "Proper Name <Commit@Example.com>",
    "<proper@example.com> <commit@example.com>",
    "Proper Name <proper@example.com> <other@example.com>",
    "Proper Name <proper@example.com> Commit Name <shared@example.com>",
    "  Another <another@example.com>   <shared@example.com>  ",
    "# Comment <proper@example.com> <comment@example.com>",
    "Later Name <commit@example.com>",
    "nonsense",
    "Half <half@example.com",
    "<chain@example.com> <proper@example.com>",
    "Trailing <trailing@example.com> # a comment",
    "",
)
AUTHORS = [
    (name, address)
    for name in ("Commit Name", "commit name", "Nobody")
    for address in (
        "commit@example.com", "COMMIT@example.com", "other@example.com", "shared@example.com", "comment@example.com",
        "proper@example.com", "half@example.com", "trailing@example.com", "nobody@example.com",
    )
]  # fmt: skip


@pytest.mark.parametrize("count", range(1, len(LINES) + 1))
def test_a_mailmap_means_what_git_says(shell: Shell, count: int) -> None:
    text = "\n".join(LINES[:count]) + "\n"
    shell.git("init", "-q", ".")
    shell.write(".mailmap", text)
    asked = "".join(f"{name} <{address}>\n" for name, address in AUTHORS)
    words = ["git", "check-mailmap", "--stdin"]
    said = subprocess.run(
        words, cwd=shell.folder, env=shell.env(), input=asked, capture_output=True, text=True, check=True
    )
    found = parse_mailmap(text)
    ours = [f"{name} <{address}>" for name, address in (found.find_author(*author) for author in AUTHORS)]
    assert ours == said.stdout.splitlines()
