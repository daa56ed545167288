"""`orgtp log`: the history in the org's words, with what people did by hand among it."""

from __future__ import annotations

import re
import subprocess
import time

import pytest

from tests.conftest import SCRIPT, Shell

KEYS = {"commit", "at", "action", "seats", "by", "approved_by", "author", "what", "body", "paths"}
CLAIMED = {"by_claimed", "approved_by_claimed", "acted_for"}


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
        "A Tester score bot number 2026-W47 = 13 (claimed: by ada)",
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
    assert all(set(entry) == KEYS | CLAIMED for entry in data["commits"])
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


FORGED = (
    "set(bot): role = Front desk\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: {by}\nOrgtp-Approved-By: {approved}\n"
)
ADA, BOB = "ada@example.com", "bob@example.com"
# Who wrote the commit, whom it names, what the log says, and which of the names are only claimed.
WRITTEN = {
    "by a stranger": ("eve@example.com", "bob", "ada", "Eve", "(claimed: by bob, approved by ada)", (True, True)),
    "by the one who acted": (BOB, "bob", "ada", "Bob", "(claimed: approved by ada)", (False, True)),
    "by the one who approved": (ADA, "bob", "ada", "Eve", "(approved by ada) (claimed: by bob)", (True, False)),
    "by the only one": (ADA.upper(), "ada", "ada", "Ada", "(approved by ada)", (False, False)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_name_that_only_the_commit_gives_is_shown_as_a_claim(acme: Shell, name: str) -> None:
    """In the log, in blame, in the history of the seat and in the diff: whose address it is has done it."""
    address, by, approved, who, said, claimed = WRITTEN[name]
    acme("seat", "add", "bob", "--name", "Bob", "--role", "R", "--kind", "human", "--email", BOB)
    acme("seat", "set", "ada", f"email={ADA}")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("Desk", "Front desk"))
    message = FORGED.format(by=by, approved=approved)
    acme.git("commit", "-qam", message, GIT_AUTHOR_NAME="Eve", GIT_AUTHOR_EMAIL=address)
    line = " ".join(acme("log", "-n", "1").out.split()[2:-1])
    assert line == f"{who} set bot role = Front desk {said}"
    (entry,) = acme("log", "-n", "1", "--json").json["commits"]
    assert (entry["by"], entry["approved_by"], entry["author"]) == (by, approved, "Eve")
    assert (entry["by_claimed"], entry["approved_by_claimed"]) == claimed
    (role,) = [row for row in acme("seat", "blame", "bot", "--json").json["fields"] if row["key"] == "role"]
    assert (role["by"], role["by_claimed"]) == (by, claimed[0])
    assert f" {who} " in next(row for row in acme("seat", "blame", "bot").out.splitlines() if "role = " in row)
    assert f"by {who} in" in acme("diff", "HEAD~1").out
    event = acme("seat", "history", "bot", "--json").json["events"][-1]
    assert (event["by"], event["by_claimed"]) == (by, claimed[0])
    assert f"  {who}  " in acme("seat", "history", "bot").out
    assert [one["commit"] for one in acme("log", "--by", by, "--json").json["commits"]] == [acme.head()]


def test_a_claim_is_not_cut_into_a_fact_on_a_narrow_screen(acme: Shell) -> None:
    acme("seat", "set", "bot", "role=Front desk of the house", "mission=Answers whoever asks.", "--by", "ada")
    for columns in ("40", "80", "120"):
        out = acme("log", "-n", "1", COLUMNS=columns).out
        assert "Ada" not in out
        assert "A Tester" in out


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


def whats(here: Shell, *words: str) -> list[str]:
    """What the commits that are wanted did, newest first."""
    return [entry["what"] for entry in here("log", *words, "--json").json["commits"]]


def test_filters_each_by_itself_and_together(mixed: Shell) -> None:
    assert whats(mixed, "--action", "score") == ["number 2026-W47 = 13"]
    assert whats(mixed, "--action", "hand")[:2] == ["Notes", "A better word (changed seats/bot.yaml)"]
    assert whats(mixed, "--by", "ada") == ["A better word (changed seats/bot.yaml)", "number 2026-W47 = 13"]
    assert whats(mixed, "ada", "--action", "set") == ["email = Ada@Example.com"]
    assert whats(mixed, "bot", "--by", "ada", "--action", "score", "-n", "1") == ["number 2026-W47 = 13"]
    assert mixed("log", "bot", "--action", "retire").out == "no such commits\n"
    assert mixed("log", "bot", "--action", "retire", "--json").json["commits"] == []


def test_of_one_metric(sample: Shell) -> None:
    told = whats(sample, "--metric", "milestones-on-date")
    assert any(what.startswith("milestones-on-date 2026-W") for what in told) or len(told) > 10
    bodies = sample("log", "crystal", "--metric", "milestones-on-date", "--json").json["commits"]
    assert all("crystal milestones-on-date" in entry["body"] for entry in bodies if len(entry["seats"]) > 1)
    raised = "metrics.first-round-approval.target: >= 70% from 2026-W35, >= 75% from 2026-W45"
    assert whats(sample, "kristen", "--metric", "first-round-approval", "--action", "set") == [raised]


def test_of_a_metric_that_people_changed_by_hand(mixed: Shell) -> None:
    assert whats(mixed, "--metric", "number") == [
        "number 2026-W47 = 13",
        "Two seats (added seats/ada.yaml and added seats/bot.yaml)",
    ]
    line = '{"id":"hand-1","at":"2026-11-20T22:50:00Z","metric":"number","period":"2026-W46","value":"9"}\n'
    mixed.write("scores/bot/2026-11.jsonl", mixed.read("scores/bot/2026-11.jsonl") + line)
    mixed.git("commit", "-qam", "Forgotten")
    assert whats(mixed, "bot", "--metric", "number")[0] == "Forgotten (changed scores/bot/2026-11.jsonl)"
    assert whats(mixed, "bot", "--metric", "percent") == ["Two seats (added seats/ada.yaml and added seats/bot.yaml)"]


def test_a_claim_does_not_hide_a_seat_that_was_touched(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("Desk", "Front desk"))
    acme.git("commit", "-qam", "set(ada): nothing\n\nOrgtp-Action: set\nOrgtp-Seat: ada")
    assert whats(acme, "bot")[0] == whats(acme, "ada")[0] == "nothing"


def test_since_and_until_are_days_of_the_org(acme: Shell) -> None:
    """Ten at night in New York is the next day in UTC."""
    late, early = "2031-11-21T03:00:00Z", "2031-11-21T05:00:00Z"
    for stamp in (late, early):
        acme.git("commit", "-q", "--allow-empty", "-m", stamp, GIT_COMMITTER_DATE=stamp)
    assert whats(acme, "--since", "2031-11-21") == [early]
    assert whats(acme, "--until", "2031-11-20")[0] == late
    assert whats(acme, "--since", "2031-11-20", "--until", "2031-11-20", "--action", "hand")[0] == late
    assert early in whats(acme, "--since", "2031-W47", "--until", "2031-11")
    assert whats(acme, "--since", "2032") == whats(acme, "--until", "2020-Q4") == []


def test_since_and_until_a_commit(mixed: Shell) -> None:
    assert whats(mixed, "--since", "HEAD~2") == ["New, R", "Notes"]
    assert whats(mixed, "--until", "HEAD~1", "-n", "1") == ["Notes"]
    assert whats(mixed, "--since", "HEAD~3", "--until", "HEAD~1", "ada") == []
    mixed.git("checkout", "-q", "-b", "side", "HEAD~1")
    mixed.git("commit", "-q", "--allow-empty", "-m", "Aside")
    mixed.git("checkout", "-q", "main")
    assert '"side" is not in the history that is shown' in mixed("log", "--until", "side", code=2).err


def test_columns_hold_what_comes_later(acme: Shell) -> None:
    """The first commits decide how wide the columns are; on a screen, no line ever gets longer than it."""
    long = "An author with a name that is longer than anybody would think"
    acme.git("commit", "-q", "--allow-empty", "-m", "x" * 200, GIT_AUTHOR_NAME=long)
    for number in range(60):
        acme.git("commit", "-q", "--allow-empty", "-m", f"{number} 語")
    for width in ("40", "80", "120", "200"):
        lines = acme("log", COLUMNS=width).out.splitlines()
        assert max(map(len, lines)) <= int(width)
    piped = acme("log").out.splitlines()
    assert any(long in line and "x" * 200 in line for line in piped)
    assert all(line.split()[-1] in acme.git("rev-list", "--abbrev-commit", "--abbrev=10", "HEAD").out for line in piped)


def test_the_first_lines_come_at_once_and_a_closed_pipe_ends_it(acme: Shell) -> None:
    """Of a history that git has not told to its end yet, the first lines are there; and then nobody reads on."""
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1764000000 + number} +0000\ndata 2\nx\n"
        + ("from refs/heads/main^0\n" if number == 0 else "")
        for number in range(20_000)
    )
    acme.git("fast-import", "--quiet", "--force", stdin=stream)
    begin = time.monotonic()
    with subprocess.Popen([str(SCRIPT), "log"], cwd=acme.folder, env=acme.env(), stdout=-1, stderr=-1) as running:
        assert running.stdout
        assert running.stderr
        assert running.stdout.readline().startswith(b"2025-11-2")
        first = time.monotonic() - begin
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141
    begin = time.monotonic()
    assert len(acme("log").out.splitlines()) == 20_002
    assert first < time.monotonic() - begin


@pytest.mark.parametrize("width", ["40", "60", "80", "100", "120", "200"])
def test_no_key_of_a_setting_is_cut(acme: Shell, width: str) -> None:
    """`metrics.won.outc…` says nothing. In a pipe, in JSON and in the commit, everything is there."""
    values = {"name": "Deals won", "outcome": "Customers get what they paid for and come back", "target": ">= 3"}
    acme(
        "seat",
        "set",
        "bot",
        *(f"metrics.won.{key}={value}" for key, value in values.items()),
        "metrics.won.cadence=weekly",
    )
    told = acme("log", "--limit", "1", COLUMNS=width).out
    assert re.search(r"metrics\.won: name(, outcome)?(, target)?(, cadence| and \d more)|4 keys|= weekly", told)
    assert "…" not in told.replace("A Tester", "")
    whole = ", ".join(
        [*(f"metrics.won.{key} = {value}" for key, value in values.items()), "metrics.won.cadence = weekly"]
    )
    assert whole in acme("log", "--limit", "1").out
    assert acme("log", "--limit", "1", "--json").json["commits"][0]["what"] == whole
    subject = acme.git("log", "-1", "--format=%s").out.strip()
    assert subject == "set(bot): metrics.won: name, outcome, target, cadence"


def test_a_subject_that_was_cut_before_is_whole_again(acme: Shell) -> None:
    """Commits of earlier versions have a cut subject, and all settings in their body."""
    lines = [f"metrics.won.key-{number} = {'value ' * 4}".rstrip() for number in range(6)]
    subject = f"set(bot): {', '.join(lines)}"[:119] + "…"
    message = "\n".join([subject, "", *lines, "", "Orgtp-Action: set", "Orgtp-Seat: bot", ""])
    acme.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message)
    assert ", ".join(lines) in acme("log", "--limit", "1").out
