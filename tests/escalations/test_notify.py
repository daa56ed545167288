"""People are told, through the library itself and a real server; whatever comes of that, the record stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.conftest import Shell

TUESDAY = "2026-11-24T12:00:00-05:00"
SECRET = "s3cr3t-t0ken"  # noqa: S105  (what must never be printed)


class Inbox:
    """A server on this machine that takes what is told, or answers 500; `url` is its address for the library."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.status = 200
        inbox = self

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.got.append((self.path, json.loads(raw)))
                self.send_response(inbox.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Taker)
        self.url = f"json://127.0.0.1:{self.server.server_port}/{SECRET}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.server.shutdown()
    made.server.server_close()


def opened(org: Shell, *words: str, **env: str) -> str:
    """Open one, which must be recorded whoever is told; all that was printed."""
    head = org.head()
    ran = org("escalate", "open", "dash", "The ad account is locked", "--by", "dash", *words, code=0, **env)
    assert org.head() != head
    assert SECRET not in ran.out + ran.err
    return ran.err


def config(org: Shell, text: str) -> str:
    path = org.home / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_whoever_it_is_with_is_told_when_it_is_opened_and_when_it_goes_up(patient: Shell, inbox: Inbox) -> None:
    usual = patient.home / ".config" / "orgtp" / "notify.yaml"
    usual.parent.mkdir(parents=True)
    usual.write_text(f'bogdan: "{inbox.url}/bogdan"\ndefault: [env:BOSS]\n', encoding="utf-8")
    assert opened(patient, "--why", "Two logins failed.", BOSS=f"{inbox.url}/boss") == ""
    patient("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY, BOSS=f"{inbox.url}/boss")
    (first, to_bogdan), (second, to_boss) = inbox.got
    assert (first, second) == (f"/{SECRET}/bogdan", f"/{SECRET}/boss")
    assert to_bogdan["title"] == "Sneeze It: Dash needs you"
    assert to_bogdan["message"].splitlines() == [
        "The ad account is locked. Two logins failed.",
        "It is assigned to you. Due Mon 2026-11-23 13:00.",
        "orgtp escalate ack 2026-11-20-dash-the-ad-account-is-locked",
    ]
    assert "It moved up to you: Bogdan did not acknowledge it in time." in to_boss["message"]


def test_nobody_is_told_of_a_dry_run_or_of_what_is_said_already(sample: Shell, inbox: Inbox) -> None:
    path = config(sample, f"default: ['{inbox.url}']\n")
    sample("escalate", "open", "dash", "x", "--by", "dash", "--dry-run", "--notify", path)
    assert inbox.got == []
    sample("escalate", "open", "dash", "x", "--by", "dash", "--notify", path)
    sample("escalate", "open", "dash", "x", "--by", "dash", "--notify", path)
    assert len(inbox.got) == 1


@pytest.mark.parametrize("told", ["{down}", "{no}", "nonsense://{secret}", "{secret}", "env:NOT_SET", "json://"])
def test_what_cannot_be_told_is_reported_without_its_address(sample: Shell, inbox: Inbox, told: str) -> None:
    inbox.status = 500
    url = told.format(down=f"json://127.0.0.1:1/{SECRET}", no=inbox.url, secret=SECRET)
    err = opened(sample, ORGTP_NOTIFY=config(sample, f"bogdan: ['{url}']\n"))
    assert err.startswith("recorded, but bogdan was not notified at address 1 of 1: ")
    assert ("NOT_SET" in err) == (told == "env:NOT_SET")


@pytest.mark.parametrize("text", ["bogdan: [", "- a", "bogdan: {a: SECRET}", "Bo Gdan: [SECRET]", "a: SECRET\na: b"])
def test_a_file_that_is_none_changes_no_record(sample: Shell, text: str) -> None:
    err = opened(sample, "--notify", config(sample, text.replace("SECRET", SECRET) + "\n"))
    assert "people.yaml: " in err


def test_a_file_that_is_not_there_or_knows_nobody_is_said(sample: Shell) -> None:
    assert "cannot be read" in opened(sample, "--notify", "nowhere.yaml")
    err = sample("escalate", "open", "dash", "x", "--by", "dash", "--notify", config(sample, "david: [env:X]\n")).err
    assert err == "recorded, but bogdan was not notified: the file has no address for it, and no default\n"


def test_without_the_library_a_word_says_what_to_install(sample: Shell, inbox: Inbox) -> None:
    """A module that cannot be imported stands in its way, as if it had never been installed."""
    (sample.home / "apprise.py").write_text("raise ImportError\n", encoding="utf-8")
    err = opened(sample, ORGTP_NOTIFY=config(sample, f"bogdan: ['{inbox.url}']\n"), PYTHONPATH=str(sample.home))
    assert "pip install 'orgtp[notify]'" in err
    assert inbox.got == []


def test_whoever_a_retirement_leaves_trouble_with_is_told(patient: Shell, inbox: Inbox) -> None:
    patient("escalate", "open", "jeff", "Spend is high", "--to", "jeff", "--by", "dash")
    people = config(patient, f"default: '{inbox.url}/all'\n")
    words = ["--to", "dash,crystal", "--by", "david", "--reason", "Others do it better.", "--yes"]
    patient("retire", "jeff", *words, ORGTP_NOTIFY=people)
    ((_, told),) = inbox.got
    assert "It was reassigned to you: Jeff is retired." in told["message"]


def test_an_address_that_stands_after_env_is_not_said(patient: Shell) -> None:
    people = config(patient, f"default: 'env:json://127.0.0.1:1/{SECRET}'\n")
    said = opened(patient, "--notify", people)
    assert (
        said
        == "recorded, but bogdan was not notified at address 1 of 1: the text after env: is not a variable's name\n"
    )


def test_a_file_of_addresses_that_nobody_can_read(patient: Shell) -> None:
    assert opened(patient, "--notify", config(patient, "a: [")).startswith("recorded, but no notification was sent: /")


def test_whom_much_comes_to_at_once_reads_one_message(patient: Shell, inbox: Inbox) -> None:
    people = config(patient, f"default: '{inbox.url}/all'\n")
    for what in ("The deck is late", "The ad account is locked"):
        patient("escalate", "open", "dash", what, "--by", "dash")
    patient("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY, ORGTP_NOTIFY=people)
    ((_, told),) = inbox.got
    assert told["title"] == "Sneeze It: 2 escalations are assigned to you"
    assert [line for line in told["message"].splitlines() if line.startswith("Dash: ")] == [
        "Dash: The ad account is locked.",
        "Dash: The deck is late.",
    ]
    assert told["message"].splitlines()[-1] == "orgtp escalate list --seat david"


def test_whatever_is_late_together_is_one_message_for_each_recipient_by_name(sample: Shell, inbox: Inbox) -> None:
    people = sample.home / "people.yaml"
    people.write_text(f"default: '{inbox.url}/all'\n", encoding="utf-8")
    late = sample("stale", "--json", code=1, ORGTP_NOW=TUESDAY).json["stale"]
    ran = sample("escalate", "tick", "--by", "tally", "--json", ORGTP_NOW=TUESDAY, ORGTP_NOTIFY=str(people)).json
    opened = [one for one in sample("escalate", "list", "--json").json["escalations"] if one["kind"] == "stale"]
    assert len(opened) == len([one for one in late if not one["silenced"]]) > 3
    assert len(ran["escalations"]) >= len(opened)
    recipients = {one["with"] for one in opened}
    assert len(inbox.got) == len(recipients) > 1
    names = {one["seat"]: one["name"] for one in sample("seat", "list", "--json").json["seats"]}
    texts = [told["message"] for _, told in inbox.got]
    assert {text.splitlines()[-1] for text in texts} >= {f"orgtp escalate list --seat {seat}" for seat in ("bogdan",)}
    for one in late:
        (line,) = [
            line
            for text in texts
            for line in text.splitlines()
            if line.startswith(f"{names[one['seat']]}, {one['name']}: ")
        ]
        assert f" for {one['period']}. It was due " in line
        assert line.endswith(" ago.")
    for text in texts:
        if len(text.split("\n\n")) > 1:
            assert not [one["id"] for one in opened if one["id"] in text]
            assert not [one["metric"] for one in late if f" {one['metric']}" in text]


def test_the_list_shows_the_escalations_of_each_assignee_together(sample: Shell) -> None:
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY)
    found = sample("escalate", "list", "--json", ORGTP_NOW=TUESDAY).json["escalations"]
    heads = [
        line for line in sample("escalate", "list", ORGTP_NOW=TUESDAY).out.splitlines() if line.startswith("with ")
    ]
    counts = {seat: len([one for one in found if one["with"] == seat]) for seat in {one["with"] for one in found}}
    assert len(heads) == len(counts)
    for seat, count in counts.items():
        assert [head for head in heads if head.startswith(f"with {seat} ") and f": {count} escalation" in head]


def test_what_is_no_address_is_said_to_be_none(sample: Shell) -> None:
    said = opened(sample, "--notify", config(sample, "default: nonsense\n"))
    assert said.endswith("address 1 of 1: apprise does not support this address\n")
