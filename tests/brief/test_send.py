"""`orgtp brief --send` and `--check`: one delivery for each recipient and day, recorded when it is accepted."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.brief.conftest import MONDAY, Office
from tests.brief.mail import serve_mail
from tests.conftest import SCRIPT, Shell

TUESDAY = "2026-11-24T07:45:00-05:00"


def test_each_recipient_gets_their_own_and_it_is_recorded(office: Office) -> None:
    office("--send")
    assert office.mail.recipients == ["david", "janine"]
    for seat, name in (("david", "David"), ("janine", "Janine")):
        (mail,) = [mail for to, mail in office.mail.mails if to.startswith(seat)]
        assert mail["Subject"] == "Sneeze It: briefing of Mon 2026-11-23"
        said = office("--for", seat).out
        # The commit is another one by now, since the deliveries are recorded.
        assert office.mail.text_to(seat).splitlines()[1:] == said.splitlines()[1:]
        assert said.startswith(f"Briefing of Sneeze It for {name}, as of Mon 2026-11-23 07:45, commit ")
    first, second = office.deliveries()
    assert list(first) == ["id", "at", "to", "day", "commit", "by"]
    assert (first["to"], second["to"]) == ("david", "janine")
    assert {one["day"] for one in (first, second)} == {"2026-11-23"}
    assert first["commit"] == office.shell.git("rev-parse", "HEAD~1").out.strip()
    message = office.shell.git("log", "-1", "--format=%B").out
    assert message.splitlines()[0] == "brief: 2 deliveries, 2026-11-23"
    assert "Orgtp-Action: brief\nOrgtp-Seat: david\nOrgtp-Seat: janine\nOrgtp-By: tally" in message
    assert office.shell("validate", code=None).out.count("briefings/") == 0
    assert office.shell("audit", "verify", "--full").code == 0


def test_nobody_gets_a_second_one_on_the_same_day_and_everybody_one_on_the_next(office: Office) -> None:
    office("--send")
    head = office.shell.head()
    assert office("--send", ORGTP_NOW="2026-11-23T16:00:00-05:00").out == ""
    assert office.shell.head() == head
    assert office.mail.recipients == ["david", "janine"]
    office("--send", ORGTP_NOW=TUESDAY)
    assert office.mail.recipients == ["david", "david", "janine", "janine"]
    assert [one["day"] for one in office.deliveries()] == ["2026-11-23"] * 2 + ["2026-11-24"] * 2


def test_the_day_is_that_of_the_org(office: Office) -> None:
    """Late on Monday evening in New York it is Tuesday in UTC."""
    office("--send", ORGTP_NOW="2026-11-24T02:00:00Z")
    office("--send", ORGTP_NOW="2026-11-24T04:59:00Z")
    assert [one["day"] for one in office.deliveries()] == ["2026-11-23"] * 2
    office("--send", ORGTP_NOW="2026-11-24T05:00:00Z")
    assert [one["day"] for one in office.deliveries()][2:] == ["2026-11-24"] * 2


@pytest.mark.parametrize(
    ("moment", "due", "late"),
    [
        # Clocks go back on Sunday, November 1, and forward on Sunday, March 14: the Mondays after.
        ("2026-11-02T12:45:00Z", "2026-11-02T12:59:00Z", "2026-11-02T13:01:00Z"),
        ("2027-03-15T11:45:00Z", "2027-03-15T11:59:00Z", "2027-03-15T12:01:00Z"),
    ],
)
def test_eight_is_eight_on_the_clock_after_it_changed(office: Office, moment: str, due: str, late: str) -> None:
    office("--send", "--deadline", "08:00", ORGTP_NOW=moment)
    (first, _) = office.deliveries()
    assert first["day"] == moment[:10]
    office("--check", "--deadline", "08:00", ORGTP_NOW=late)
    office.people.write_text(office.mail.file("david", "janine", "kristen"), encoding="utf-8")
    assert office("--check", "--deadline", "08:00", ORGTP_NOW=due).err == ""
    ran = office("--check", "--deadline", "08:00", code=1, ORGTP_NOW=late)
    assert "kristen: not delivered by 08:00: no delivery is recorded" in ran.err


@pytest.mark.parametrize("day", ["2026-11-01", "2026-03-08"])
def test_a_briefing_on_the_sunday_itself(office: Office, day: str) -> None:
    """Nobody works, so nothing is sent unless somebody is named; the day has 25 or 23 hours."""
    office("--send", ORGTP_NOW=f"{day}T12:45:00Z")
    assert office.mail.mails == []
    for hour in ("00:30", "01:30", "03:30", "23:30"):
        at = subprocess.check_output(
            ["date", "-u", "-d", f'TZ="America/New_York" {day} {hour}', "+%FT%TZ"], text=True
        ).strip()
        office("--send", "--for", "david", ORGTP_NOW=at)
        assert office.mail.recipients == ["david"], hour
    assert [one["day"] for one in office.deliveries()] == [day]


def test_a_holiday_is_quiet_and_nothing_is_missing_on_it(office: Office) -> None:
    office.shell("holiday", "add", "2026-11-26", "--name", "Thanksgiving", "--by", "david", code=None)
    office.now = "2026-11-26T07:45:00-05:00"
    ran = office("--send", "--json")
    assert ran.json["why"] == "2026-11-26 is a day off, so nothing is sent. To send it anyway, use --for SEAT"
    assert office.mail.mails == []
    assert office("--check", "--deadline", "08:00", "--json", ORGTP_NOW="2026-11-26T09:00:00-05:00").json["why"]


def test_what_is_not_accepted_is_not_recorded_and_is_sent_by_the_next_run(office: Office) -> None:
    office.mail.answer = "451 Try again later"
    ran = office("--send", code=1)
    assert "david: failed" in ran.err
    assert "it was not accepted" in ran.err
    assert str(office.mail.port) not in ran.err, "an address is a secret"
    assert office.deliveries() == []
    office.mail.answer = "250 OK"
    office("--send")
    assert office.recorded == office.mail.recipients == ["david", "janine"]


def test_one_address_of_two_is_enough_and_the_record_says_so(office: Office) -> None:
    text = f'david: ["json://127.0.0.1:1/", "{office.mail.address("david")}"]\n'
    office.people.write_text(text, encoding="utf-8")
    assert "address 1 of 2" in office("--send").err
    (one,) = office.deliveries()
    assert one["note"] == "david was not notified at address 1 of 2: it was not accepted"


@pytest.mark.parametrize(("form", "type_"), [("text", "text/plain"), ("md", "text/plain"), ("html", "text/html")])
def test_it_is_sent_in_the_format_that_is_asked_for(office: Office, form: str, type_: str) -> None:
    office("--send", "--for", "david", "--format", form)
    ((_, mail),) = office.mail.mails
    body = mail.get_body()
    assert body is not None
    assert body.get_content_type() in {type_, "text/html"}
    assert "Briefing of" in office.mail.text_to("david")
    assert ("<h1>" in office.mail.text_to("david")) == (form == "html") or form == "md"


def test_only_active_seats_with_an_address_of_their_own_get_one(office: Office) -> None:
    office.people.write_text(office.mail.file("david", "nobody-here", "default"), encoding="utf-8")
    office("--send")
    assert office.mail.recipients == ["david"]
    # For a seat that is named, the default will do.
    office("--send", "--for", "janine")
    assert office.recorded == ["david", "janine"]
    assert sorted(to for to, _ in office.mail.mails) == ["david@example.com", "default@example.com"]


def test_without_an_address_it_says_what_to_write(office: Office) -> None:
    office.people.write_text("x-none: 1\n", encoding="utf-8")
    assert "--for SEAT, or write its address" in office("--send", code=2).err
    assert "david has no address on this machine" in office("--send", "--for", "david", code=1).err
    assert 'Did you mean "david"?' in office("--send", "--for", "davd", code=2).err


def test_a_dry_run_shows_it_and_sends_nothing(office: Office) -> None:
    ran = office("--send", "--dry-run")
    assert ran.out.startswith("---- david ----\nBriefing of Sneeze It for David, as of ")
    assert "david: planned" in ran.err
    assert office.mail.mails == []
    assert office.deliveries() == []


def test_whoever_is_away_gets_none_and_their_delegate_has_what_they_need(office: Office) -> None:
    office.shell(
        "seat", "delegate", "janine", "--to", "david", "--until", "2026-11-27", "--by", "david", ORGTP_NOW=MONDAY
    )
    office("--send")
    assert office.mail.recipients == ["david"]
    office("--send", ORGTP_NOW="2026-11-30T07:45:00-05:00")
    assert office.mail.recipients == ["david", "david", "janine"]


def test_the_json_says_what_became_of_everybody(office: Office) -> None:
    office("--send", "--for", "david")
    found = office("--send", "--json").json
    assert found["kind"] == "brief-send"
    assert found["briefings"] == [
        {"to": "david", "state": "already", "why": "delivered at 07:45"},
        {"to": "janine", "state": "sent", "why": None},
    ]
    assert found["commit"] == office.shell.head()


def test_two_at_once_send_one_each(office: Office) -> None:
    env = office.shell.env({"ORGTP_NOTIFY": str(office.people), "ORGTP_SEAT": "tally", "ORGTP_NOW": MONDAY})
    words = [str(SCRIPT), "brief", "--send"]
    runs = [subprocess.Popen(words, cwd=office.shell.folder, env=env) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    assert office.recorded == office.mail.recipients == ["david", "janine"]


HOLD = """
import sys
from pathlib import Path
from orgtp.git.lock import hold_lock
from orgtp.git.repo import find_repo
with hold_lock(find_repo(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_that_somebody_holds_does_not_hold_it_up(office: Office) -> None:
    """It is sent at once, and recorded when the ledger is free."""
    words = [sys.executable, "-c", HOLD, str(office.shell.folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=office.shell.env()) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        ran = office("--send", code=75, ORGTP_WAIT="0.2")
        assert "delivered, and not recorded yet" in ran.err
        assert office.mail.recipients == ["david", "janine"]
        assert office.deliveries() == []
        # It was delivered in time, although nobody can record that now.
        office("--check", "--deadline", "08:00", ORGTP_NOW="2026-11-23T08:00:00-05:00", ORGTP_WAIT="0.2")
        # A second run knows what was sent.
        assert office("--send", code=75, ORGTP_WAIT="0.2").out == ""
        assert office.mail.recipients == ["david", "janine"]
        holder.communicate(b"")
    office("--check", "--deadline", "08:00", ORGTP_NOW="2026-11-23T08:00:00-05:00")
    assert office.recorded == office.mail.recipients == ["david", "janine"]


def test_a_server_that_is_slow_for_one_holds_up_nobody_else(office: Office) -> None:
    """The server of the first mail waits until the second has come: they are not sent one after the other."""
    second = threading.Event()
    with serve_mail() as other:
        office.mail.on_mail = lambda: (second.wait(30), None)[1]
        other.on_mail = second.set
        office.people.write_text(office.mail.file("david") + other.file("janine"), encoding="utf-8")
        office("--send")
        assert office.mail.recipients == ["david"]
        assert other.recipients == ["janine"]
    assert second.is_set()


def test_where_none_is_recorded_the_check_fails_and_escalates_once(office: Office) -> None:
    office("--send", "--for", "david")
    eight = "2026-11-23T08:00:00-05:00"
    ran = office("--check", "--deadline", "08:00", code=1, ORGTP_NOW=eight)
    assert ran.err.splitlines()[0] == "janine: not delivered by 08:00: no delivery is recorded"
    (one,) = office.shell("escalate", "list", "--json").json["escalations"]
    assert (one["seat"], one["with"]) == ("tally", "bogdan")
    assert one["what"] == "A briefing of 2026-11-23 was not delivered by 08:00"
    assert one["why"] == "janine: no delivery is recorded"
    head = office.shell.head()
    for later in ("2026-11-23T08:00:00-05:00", "2026-11-23T08:15:00-05:00"):
        office("--check", "--deadline", "08:00", code=1, ORGTP_NOW=later)
    assert office.shell.head() == head, "it is escalated once"
    office.shell(
        "escalate", "resolve", one["id"], "--note", "The mail server is back.", "--by", "bogdan", ORGTP_NOW=eight
    )
    head = office.shell.head()
    office("--check", "--deadline", "08:00", code=1, ORGTP_NOW="2026-11-23T08:30:00-05:00")
    assert office.shell.head() == head, "it stays resolved"
    assert office.shell("escalate", "list", "--json").json["escalations"] == []


def test_two_machines_that_check_as_different_seats_escalate_once(office: Office) -> None:
    eight = "2026-11-23T08:00:00-05:00"
    office("--check", "--deadline", "08:00", code=1, ORGTP_NOW=eight)
    head = office.shell.head()
    office("--check", "--deadline", "08:00", code=1, ORGTP_NOW=eight, ORGTP_SEAT="bogdan")
    assert office.shell.head() == head
    (one,) = office.shell("escalate", "list", "--json").json["escalations"]
    assert one["seat"] == "tally"


def test_a_check_waits_for_the_run_that_is_sending(office: Office) -> None:
    """The mail server answers only when the check has waited for a while."""
    came, go_on = threading.Event(), threading.Event()

    def answer_late() -> None:
        came.set()
        go_on.wait(30)

    office.mail.on_mail = answer_late
    env = office.shell.env({"ORGTP_NOTIFY": str(office.people), "ORGTP_SEAT": "tally", "ORGTP_NOW": MONDAY})
    with subprocess.Popen([str(SCRIPT), "brief", "--send"], cwd=office.shell.folder, env=env) as sending:
        assert came.wait(30)
        threading.Timer(1, go_on.set).start()
        office("--check", "--deadline", "08:00", ORGTP_NOW="2026-11-23T08:00:00-05:00")
        assert sending.wait(60) == 0
    assert office.recorded == office.mail.recipients == ["david", "janine"]


def test_one_that_came_after_the_deadline_was_not_delivered_by_then(office: Office) -> None:
    office("--send", ORGTP_NOW="2026-11-23T08:05:00-05:00")
    ran = office("--check", "--deadline", "08:00", code=1, ORGTP_NOW="2026-11-23T08:15:00-05:00")
    assert "david: not delivered by 08:00: delivered at 08:05" in ran.err
    office("--check", "--deadline", "08:10", ORGTP_NOW="2026-11-23T08:15:00-05:00")


def test_the_check_on_another_machine_asks_for_those_who_had_the_last_one(office: Office) -> None:
    office("--send")
    office.people.write_text("x-none: 1\n", encoding="utf-8")
    ran = office("--check", "--deadline", "08:00", "--json", code=1, ORGTP_NOW="2026-11-24T08:00:00-05:00")
    assert [one["to"] for one in ran.json["recipients"]] == ["david", "janine"]
    assert [one["on_time"] for one in ran.json["recipients"]] == [False, False]


def test_the_people_of_the_escalation_are_told(office: Office) -> None:
    office.people.write_text(office.mail.file("david", "bogdan"), encoding="utf-8")
    office("--check", "--deadline", "08:00", "--for", "david", code=1, ORGTP_NOW="2026-11-23T08:00:00-05:00")
    assert office.mail.recipients == ["bogdan"]


def test_wrong_words_say_what_to_type(office: Office) -> None:
    wrong = {
        ("--check",): "orgtp brief --check --deadline 08:00",
        ("--send", "--check", "--deadline", "08:00"): "cannot be combined",
        ("--send", "--at", "2026-11-20"): "Leave out --at",
        ("--since", "monday"): "--since last-review",
        ("--deadline", "08:00"): "needs --send or --check",
        ("--for", "david", "--for", "janine"): "name one seat",
        ("--send", "--out", "x"): "Run it without --send",
        ("--send", "--format", "json"): "--json reports what was sent",
        ("--check", "--deadline", "eight"): "Write it as 08:00",
        ("--for", "davd"): 'Did you mean "david"?',
    }
    for words, hint in wrong.items():
        assert hint in office(*words, code=2).err


def test_a_seat_that_may_not_send_sends_nothing(office: Office) -> None:
    office.shell("seat", "pause", "dash", "--reason", "The ad API moves.", "--by", "bogdan", ORGTP_NOW=MONDAY)
    assert "dash is paused, so it may not send briefings" in office("--send", code=2, ORGTP_SEAT="dash").err
    assert office("--send", code=2, ORGTP_SEAT="echo").err.count("echo is retired") == 1
    assert "Name the acting seat" in office("--send", code=2, ORGTP_SEAT="").err
    assert office.mail.mails == []


def test_undo_says_that_a_delivery_stands(office: Office) -> None:
    office("--send")
    ran = office.shell("undo", code=2, ORGTP_SEAT="tally", ORGTP_NOW=MONDAY)
    assert "a delivery stands" in ran.err
    assert office.shell("log", "--action", "brief", "--json").json["commits"][0]["seats"] == ["david", "janine"]


def test_the_table_of_briefings(office: Office) -> None:
    office("--send")
    rows = office.shell("sql", "select seat, day from briefings order by seat", "--json").out
    assert [row["seat"] for row in json.loads(rows)["rows"]] == ["david", "janine"]


def test_two_clones_that_both_sent_keep_both_records(office: Office, shell: Shell) -> None:
    """A merge keeps both lines, and the first one counts."""
    office.shell.git("checkout", "-qb", "other")
    office.shell.git("checkout", "-q", "main")
    office("--send", "--for", "david")
    line = office.shell.read("briefings/2026-11.jsonl")
    office.shell.git("checkout", "-q", "other")
    office.shell.write("briefings/2026-11.jsonl", line.replace('"id":"', '"id":"X').replace("12:45:00", "12:50:00"))
    office.shell.git("add", ".")
    office.shell.git("commit", "-qm", "Sent elsewhere")
    office.shell.git("checkout", "-q", "main")
    office.shell.git("merge", "-q", "--no-edit", "other")
    assert len(office.deliveries()) == 2
    office("--check", "--deadline", "07:50", "--for", "david", ORGTP_NOW="2026-11-23T08:00:00-05:00")


class SilentServer:
    """A server that takes every connection and never answers."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/org.git"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                self.taken.append(self.socket.accept()[0])


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.socket.close()
    for one in server.taken:
        one.close()


@pytest.mark.long
def test_a_remote_that_never_answers_does_not_hold_it_up(office: Office, silent: SilentServer) -> None:
    """It is sent with what is here, says so in its last section, and ends although the push gets no answer either."""
    office.shell.git("remote", "add", "origin", silent.url)
    ran = office("--send", "--push", "--deadline", "07:45", code=75)
    assert len(silent.taken) >= 2, "it asked before it sent, and tried to push"
    assert "git did not finish within 5 seconds" in ran.err
    assert office.mail.recipients == office.recorded == ["david", "janine"]
    said = " ".join(office.mail.text_to("david").partition("What could not be seen")[2].split())
    assert "what others pushed since the last sync of this clone, because the remote could not be reached" in said
    office("--check", "--push", "--deadline", "08:00", ORGTP_NOW="2026-11-23T08:00:00-05:00")


def test_a_sync_of_another_process_that_hangs_does_not_hold_it_up(office: Office, silent: SilentServer) -> None:
    """The lock `sync` is held by whoever waits for the remote."""
    office.shell.git("remote", "add", "origin", silent.url)
    hold = HOLD.replace("(Path(sys.argv[1]))", '(Path(sys.argv[1])), "sync"')
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(office.shell.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=office.shell.env(),
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        ran = office("--send", "--push", code=75, ORGTP_WAIT="0.2")
        assert "the latest changes of others may be missing" in ran.err
        assert office.mail.recipients == office.recorded == ["david", "janine"]
        assert "because the sync stopped: " in " ".join(office.mail.text_to("david").split())
        holder.communicate(b"")
