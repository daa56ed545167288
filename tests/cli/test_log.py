"""`orgtp log`: the history in the org's words, with what people did by hand among it."""

from __future__ import annotations

import pytest

from tests.conftest import Shell

KEYS = {"commit", "at", "action", "seats", "by", "approved_by", "author", "what", "body", "paths"}


@pytest.fixture
def mixed(acme: Shell) -> Shell:
    """Acme with actions of ours, and commits by hand between them."""
    acme("score", "add", "bot", "number", "13", "--by", "ada", "--note", "as counted")
    acme("seat", "set", "ada", "email=Ada@Example.com")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("Desk", "Front desk"))
    acme.git("commit", "-qam", "A better word", "--author", "A. Lovelace <ada@example.com>")
    acme.write("notes.txt", "x\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Notes", GIT_AUTHOR_NAME="Stranger", GIT_AUTHOR_EMAIL="s@example.com")
    acme("seat", "add", "new", "--role", "R", "--kind", "human")
    return acme


def test_newest_first_in_words(mixed: Shell) -> None:
    lines = mixed("log").out.splitlines()
    assert len(lines) == 7
    told = [" ".join(line.split()[2:-1]) for line in lines]
    assert told == [
        "A Tester add new New, R",
        "Stranger by hand Notes",
        "Ada by hand bot A better word (changed seats/bot.yaml)",
        "A Tester set ada email = Ada@Example.com",
        "Ada score bot number 2026-W47 = 13",
        "A Tester by hand ada, bot Two seats (added seats/ada.yaml and added seats/bot.yaml)",
        "A Tester init the organisation as text",
    ]
    assert [line.split()[-1] for line in lines] == [
        commit[:10] for commit in mixed.git("rev-list", "--topo-order", "HEAD").out.split()
    ]


def test_dates_are_the_orgs_own(mixed: Shell) -> None:
    assert mixed("log", "--limit", "1").out.startswith("2026-11-20 18:00  ")


def test_of_one_seat(mixed: Shell) -> None:
    whats = [entry["what"] for entry in mixed("log", "bot", "--json").json["commits"]]
    assert len(whats) == 3
    assert whats[0].startswith("A better word")
    assert "bott" in mixed("log", "bott", code=2).err
    assert 'Did you mean "bot"?' in mixed("log", "bott", code=2).err


def test_json(mixed: Shell) -> None:
    data = mixed("log", "--json").json
    assert (data["kind"], data["revision"]) == ("log", mixed.head())
    assert all(set(entry) >= KEYS for entry in data["commits"])
    newest, stranger, by_hand, _, score, *_ = data["commits"]
    assert (newest["commit"], newest["action"], newest["seats"]) == (mixed.head(), "add", ["new"])
    assert (stranger["by"], stranger["author"], stranger["action"]) == (None, "Stranger", None)
    assert (by_hand["by"], by_hand["author"], by_hand["paths"]) == ("ada", "A. Lovelace", ["seats/bot.yaml"])
    assert (score["by"], score["body"].splitlines()[0]) == ("ada", "as counted")
    assert newest["at"] == "2026-11-20T23:00:00Z"


def test_limit(sample: Shell) -> None:
    everything = sample("log").out.splitlines()
    assert sample("log", "--limit", "3").out.splitlines() != []
    assert len(sample("log", "-n", "3", "--json").json["commits"]) == 3
    assert len(everything) == int(sample.git("rev-list", "--count", "HEAD").out)
    assert "--limit" in sample("log", "--limit", "0", code=2).err


def test_a_retirement_names_who_approved(sample: Shell) -> None:
    lines = sample("log", "echo").out.splitlines()
    assert any("retire" in line and "(approved by david)" in line for line in lines)
    assert any("add" in line for line in lines)


def test_at_an_earlier_revision(mixed: Shell) -> None:
    assert mixed("log", "--at", "HEAD~5", "--json").json["commits"][0]["what"].startswith("Two seats")


def test_a_seat_that_is_gone_from_the_files(mixed: Shell) -> None:
    mixed.git("rm", "-q", "seats/new.yaml")
    mixed.git("commit", "-qm", "Not needed")
    assert "deleted seats/new.yaml" in mixed("log", "--limit", "1").out


def test_a_merge_and_odd_paths(acme: Shell) -> None:
    acme.git("checkout", "-qb", "side")
    acme.write("notes/ä b\n.txt", "x")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Side\n\n\x1e odd \x1f body")
    acme.git("checkout", "-q", "main")
    acme("score", "add", "bot", "number", "13")
    acme.git("merge", "-q", "-m", "Merged", "side")
    entries = acme("log", "--json").json["commits"]
    assert [entry["what"] for entry in entries][:1] == ["Merged"]
    assert {entry["what"] for entry in entries} >= {"Side", "number 2026-W47 = 13"}
    assert next(entry for entry in entries if entry["what"] == "Side")["paths"] == ["notes/ä b\n.txt"]


def test_without_a_history(shell: Shell) -> None:
    shell.write("org.yaml", "org: plain\ntimezone: UTC\n")
    assert "git -C" in shell("log", code=2).err
    shell.git("init", "-q", ".")
    assert "no commits yet" in shell("log").out
    assert shell("log", "--json").json["commits"] == []
