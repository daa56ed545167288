"""Where commits are signed: who may write a to-do, and that a retirement may hand it over and change nothing else."""

from __future__ import annotations

import pytest

from tests.audit.signing import Signed, judged, make_signed, seat
from tests.conftest import Shell

PATH = "todos/2026-11-30-call-the-bank.yaml"
TODO = """\
todo: 2026-11-30-call-the-bank
what: Call the bank
owner: {owner}
due: {due}
state: {state}
events:
  - {{at: "2026-11-30T13:00:02Z", by: tally, action: added, to: bot, due: 2026-12-04}}
{more}"""
RECORD = """\
seat: bot
name: Bot
role: R
kind: agent
retired_on: 2026-11-30
reason: Others do it
decided_by: clara
capabilities: {mail: clerk}
"""


def todo(*events: str, owner: str = "bot", due: str = "2026-12-04", state: str = "open") -> str:
    return TODO.format(owner=owner, due=due, state=state, more="".join(f"  - {event}\n" for event in events))


def event(by: str, action: str, more: str = "") -> str:
    return f'{{at: "2026-12-01T09:00:00Z", by: {by}, action: {action}{more}}}'


@pytest.fixture
def signed(shell: Shell) -> Signed:
    signed = make_signed(shell)
    signed.admit("ada", "bob", "bot", "clerk", "tally")
    signed.commit({PATH: todo()}, "tally")
    return signed


@pytest.mark.parametrize(
    ("by", "rules"), [(name, []) for name in ("bot", "bob", "ada", "tally")] + [("clerk", ["signer-not-allowed"])]
)
def test_the_owner_those_above_and_who_added_it_may_write(signed: Signed, by: str, rules: list[str]) -> None:
    signed.commit({PATH: todo(event(by, "started"), state="working")}, by)
    assert judged(signed.shell).rules == rules


def test_an_event_names_the_signer(signed: Signed) -> None:
    signed.commit({PATH: todo(event("bob", "done"), state="done")}, "bot")
    (one,) = judged(signed.shell).violations
    assert (one.rule, one.path) == ("record-forged", PATH)
    assert "bob" in one.message


def test_anyone_may_add_one(signed: Signed) -> None:
    text = todo().replace("by: tally", "by: clerk").replace("call-the-bank", "sign")
    signed.commit({"todos/2026-11-30-sign.yaml": text}, "clerk")
    assert judged(signed.shell).rules == []


@pytest.mark.parametrize(
    ("moved", "rules"),
    [
        (todo(event("clara", "moved", ", to: clerk"), owner="clerk"), []),
        # The day, the events of others, and a second event are not part of a hand-over.
        (todo(event("clara", "moved", ", to: clerk, due: 2027-01-01"), owner="clerk", due="2027-01-01"), [PATH]),
        (todo(event("clara", "done"), state="done"), [PATH]),
        (todo(event("clara", "asked"), event("clara", "moved", ", to: clerk"), owner="clerk", state="waiting"), [PATH]),
    ],
)
def test_who_decides_a_retirement_may_hand_it_over_and_nothing_else(shell: Shell, moved: str, rules: list[str]) -> None:
    """Clara is an approver, and neither above the bot nor the one who added its to-do."""
    signed = make_signed(shell)
    keys = dict(signed.keys) | {"clara": signed.keys["mallory"]}
    signed = Signed(signed.shell, keys, signed.clock)
    org = "org: acme\nname: Acme\ntimezone: UTC\npolicy:\n  retirement: {approvers: [clara]}\n"
    signed.commit({"org.yaml": org, "seats/clara.yaml": seat("clara", "kind: human\nreports_to: ada\nowner: clara\n")})
    signed.admit("ada", "bob", "bot", "clerk", "tally", "clara")
    signed.commit({PATH: todo()}, "tally")
    files = {
        "seats/bot.yaml": seat("bot").replace("status: active", "status: retired"),
        "seats/clerk.yaml": seat("clerk", "capabilities: {mail: Answers mail.}\n").replace(
            "reports_to: bot", "reports_to: bob"
        ),
        "retirements/bot.yaml": RECORD,
        PATH: moved,
    }
    signed.commit(files, "clara")
    assert [one.path for one in judged(signed.shell).violations] == rules
