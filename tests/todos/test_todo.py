"""`orgtp todo` on a real repository: what it prints, writes, takes back and refuses."""

from __future__ import annotations

import pytest

from tests.conftest import Shell

ID = "2026-11-20-call-the-bank"
LATER = "2026-12-01T09:00:00-05:00"


@pytest.fixture
def org(acme: Shell) -> Shell:
    """Acme with a to-do of the bot's."""
    acme("todo", "add", "Call the bank", "--owner", "bot", "--due", "2026-11-27", "--from", "the call", "--by", "ada")
    return acme


def state(org: Shell, id_: str = ID) -> tuple[str, str, str]:
    found = org("todo", "show", id_, "--json").json["todo"]
    return found["state"], found["owner"], found["due"]


def test_the_file_is_what_the_page_says(org: Shell) -> None:
    assert org.read(f"todos/{ID}.yaml") == (
        "# yaml-language-server: $schema=../.orgtp/schema/todo.schema.json\n"
        f"todo: {ID}\n"
        "what: Call the bank\n"
        "owner: bot\n"
        "due: 2026-11-27\n"
        "from: the call\n"
        "state: open\n"
        "events:\n"
        '  - {at: "2026-11-20T23:00:00Z", by: ada, action: added, to: bot, due: 2026-11-27}\n'
    )
    assert org("validate", "--json", code=None).json["problems_total"] == 0
    assert (org.folder / ".orgtp/schema/todo.schema.json").is_file()


def test_one_event_is_one_line_and_the_commit_says_it(org: Shell) -> None:
    org("todo", "start", "call", "--by", "bot", "--note", "On it")
    added = [row for row in org.git("show", "-U0", "--format=", "HEAD").out.splitlines() if row[:1] in "+-"][2:]
    assert added == [
        "-state: open",
        "+state: working",
        '+  - {at: "2026-11-20T23:00:00Z", by: bot, action: started, note: On it}',
    ]
    message = org.git("log", "-1", "--format=%B").out
    assert message.startswith(f"todo(bot): {ID} started: On it\n")
    assert "Orgtp-Action: todo\nOrgtp-Seat: bot\nOrgtp-By: bot\n" in message
    assert org("audit", "verify", "--json").json["verdict"] == "intact"
    assert org("log", "--action", "todo", "--json").json["commits"][0]["what"] == f"{ID} started: On it"


def test_every_command_leaves_the_state_that_it_says(org: Shell) -> None:
    for words, expected in (
        (["start"], "working"),
        (["ask", "--note", "Which one?"], "waiting"),
        (["move", "--to", "ada", "--due", "2026-12-04"], "waiting"),
        (["done"], "done"),
    ):
        org("todo", words[0], ID, *words[1:], "--by", "ada")
        assert state(org)[0] == expected
    assert state(org)[1:] == ("ada", "2026-12-04")
    assert org("validate", "--json", code=None).json["problems_total"] == 0
    assert org("audit", "verify", "--json").json["verdict"] == "intact"


def test_the_list_in_a_wide_and_a_narrow_terminal(org: Shell) -> None:
    org("todo", "ask", ID, "--note", "Which one?", "--by", "bot")
    org("todo", "add", "Sign the lease", "--owner", "ada", "--due", "2026-12-04", "--by", "ada")
    wide = org("todo", "list", ORGTP_NOW=LATER, COLUMNS="160").out
    assert wide == (
        "bot (Bot): 1 to-do, 1 overdue\n"
        f"  overdue, waiting  due 2026-11-27  Call the bank (waits for: Which one?)  {ID}\n"
        "\n"
        "ada (Ada): 1 to-do\n"
        "  open  due 2026-12-04  Sign the lease  2026-11-20-sign-the-lease\n"
    )
    narrow = org("todo", "list", ORGTP_NOW=LATER, COLUMNS="44").out.splitlines()
    assert max(map(len, narrow)) <= 44
    assert "Sign the lease" in org("todo", "list", "--as", "ada").out
    assert org("todo", "list", "--as", "ada", "--json").json["todos"][0]["id"] == ID
    assert [row["id"] for row in org("todo", "list", "--seat", "ada", "--json").json["todos"]] == [
        "2026-11-20-sign-the-lease"
    ]
    assert org("todo", "list", "--status", "done").out == "nothing to do\n"


def test_the_selection_is_that_of_the_other_lists(sample: Shell) -> None:
    """`--state` is the state of a metric, as everywhere; that of the to-do is `--status`."""

    def owners(*words: str) -> list[str]:
        return [row["owner"] for row in sample("todo", "list", "--all", *words, "--json").json["todos"]]

    for seat in ("jeff", "david", "dash"):
        sample("todo", "add", f"Ask {seat}", "--owner", seat, "--due", "2026-11-27", "--by", "david")
    off = [row["seat"] for row in sample("seat", "list", "--state", "off", "--json").json["seats"]]
    assert "jeff" in off
    assert set(owners("--state", "off")) == set(owners()) & set(off)
    assert set(owners("--state", "off")) < set(owners())
    assert set(owners("--status", "open")) >= {"jeff", "david", "dash"}
    by_id = owners("--sort", "id")
    assert by_id == sorted(by_id)
    assert set(owners("--owner", "bogdan")) - set(owners("--owner", "bogdan", "--only", "agent")) == {"bogdan"}
    assert "done" in sample("todo", "list", "--state", "done", code=2).err


def test_the_list_of_another_day(org: Shell) -> None:
    org("todo", "done", ID, "--by", "bot")
    assert org("todo", "list").out == "nothing to do\n"
    assert "done" in org("todo", "list", "--all").out
    assert [row["state"] for row in org("todo", "list", "--json", "--at", "HEAD~1").json["todos"]] == ["open"]


def test_a_dry_run_writes_nothing(org: Shell) -> None:
    head = org.head()
    ran = org("todo", "done", ID, "--by", "bot", "--dry-run")
    assert "+state: done" in ran.out + ran.err
    assert (org.head(), state(org)[0]) == (head, "open")


def test_undo_sets_back_what_the_commit_changed_and_keeps_the_events(org: Shell) -> None:
    org("todo", "move", ID, "--to", "ada", "--due", "2026-12-04", "--by", "ada")
    org("todo", "done", ID, "--by", "ada")
    org("undo", "HEAD", "--by", "ada")
    assert state(org) == ("open", "ada", "2026-12-04")
    org("undo", "HEAD~2", "--by", "ada")
    assert state(org) == ("open", "bot", "2026-11-27")
    # What was undone can be done again.
    org("undo", "HEAD", "--by", "ada")
    assert state(org) == ("open", "ada", "2026-12-04")
    events = org("todo", "show", ID, "--json").json["todo"]["events"]
    assert [event["action"] for event in events] == ["added", "moved", "done", "undone", "undone", "undone"]
    assert org("audit", "verify", "--json").json["verdict"] == "intact"
    assert org("validate", "--json", code=None).json["problems_total"] == 0


def test_undo_of_what_has_changed_since_says_what_it_is_now(org: Shell) -> None:
    org("todo", "start", ID, "--by", "bot")
    started = org.head()
    org("todo", "ask", ID, "--note", "Which?", "--by", "bot")
    ran = org("undo", started, "--by", "bot", code=2)
    assert f"state of {ID} is waiting now. See: orgtp todo show {ID}" in ran.err


def test_undo_of_adding_one_drops_it(org: Shell) -> None:
    org("undo", "--by", "ada")
    assert state(org)[0] == "dropped"
    assert org("audit", "verify", "--json").json["verdict"] == "intact"


def test_the_errors_say_what_to_type(org: Shell) -> None:
    wrong = org("todo", "add", "Sign", "--owner", "bott", "--due", "2026-12-04", "--by", "ada", code=2)
    assert 'unknown seat "bott". Did you mean "bot"?' in wrong.err
    assert '--due "friday" is not a date. Write it as 2026-12-04.' in (
        org("todo", "add", "Sign", "--owner", "bot", "--due", "friday", "--by", "ada", code=2).err
    )
    assert "orgtp todo list --all shows all to-dos" in org("todo", "done", "nothing", "--by", "ada", code=2).err
    assert 'Did you mean "working"?' in org("todo", "list", "--status", "workin", code=2).err


def test_a_retired_seats_todos_go_to_its_heir(acme: Shell) -> None:
    acme(
        "seat",
        "add",
        "cat",
        "--role",
        "Desk",
        "--kind",
        "agent",
        "--owner",
        "ada",
        "--reports-to",
        "ada",
        "--by",
        "ada",
    )
    acme("seat", "set", "bot", "capabilities.mail=Sorts mail.", "--by", "ada")
    acme("todo", "add", "Call the bank", "--owner", "bot", "--due", "2026-11-27", "--by", "ada")
    acme("retire", "bot", "--to", "cat", "--reason", "Cat does it", "--decided-by", "ada", "--by", "ada", "--yes")
    assert state(acme)[:2] == ("open", "cat")
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"


def test_who_leaves_sees_the_open_todos_and_they_go_on(acme: Shell) -> None:
    for seat, above in (("eve", "ada"), ("max", "eve")):
        acme("seat", "add", seat, "--role", "R", "--kind", "human", "--reports-to", above, "--by", "ada")
    acme("todo", "add", "Call the bank", "--owner", "max", "--due", "2026-11-27", "--by", "ada")
    shown = acme("leave", "max", "--dry-run", "--by", "ada").out
    assert "open to-dos" in shown
    assert ID in shown
    assert acme("leave", "max", "--yes", "--json", "--by", "ada").json["plan"]["todos"] == [ID]
    assert state(acme)[1] != "max"
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"


def test_another_name_of_the_seat_changes_no_todo(org: Shell) -> None:
    org("seat", "rename", "bot", "--name", "Robot", "--by", "ada")
    assert org("todo", "list").out.startswith("bot (Robot): 1 to-do\n")


def test_the_context_of_an_agent_has_what_it_has_to_do(org: Shell) -> None:
    text = org("context", "bot").out
    assert "## What it has to do" in text
    assert f"- open, due 2026-11-27: “Call the bank”, from “the call” `{ID}`\n" in text
    assert f"orgtp todo done {ID}" in text
    body = org("context", "bot", "--format", "json").json
    assert [one["id"] for one in body["todos"]] == [ID]
    assert "todos" in body["quoted"]
    assert org("context", "ada", "--format", "json").json["todos"] == []
    # What waits is shown to the seat that asked for it, too.
    org("todo", "ask", ID, "--note", "Which one?", "--by", "bot")
    assert "**Bot** (`bot`) waits for it: waiting" in org("context", "ada").out.replace("\n", " ")


def test_diff_and_sql_show_it(org: Shell) -> None:
    org("todo", "move", ID, "--due", "2026-12-04", "--by", "ada")
    found = org("diff", "HEAD~1", "HEAD", "--json").json["todos"]
    assert [(one["todo"], one["due_before"], one["due_after"]) for one in found] == [(ID, "2026-11-27", "2026-12-04")]
    assert f"Bot (bot): Call the bank ({ID}): open, due 2026-11-27 → 2026-12-04" in org("diff", "HEAD~1", "HEAD").out
    assert "1 to-do added" in org("diff", "HEAD~2", "HEAD").out
    rows = org("sql", "select seat, state, due, overdue from todos", "--json").json["rows"]
    assert rows == [{"seat": "bot", "state": "open", "due": "2026-12-04", "overdue": False}]
