"""`orgtp retire --check`: what still names a seat, what its retirement would do, and what is in the way."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import NOW, Shell


@pytest.fixture
def firm(acme: Shell) -> Shell:
    """Eve has a capability, and is named in every way in which a seat can be named."""
    acme("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    acme("seat", "set", "eve", "capabilities.calls=Calls clients.", "owner=ada", "--by", "ada")
    acme("seat", "set", "bot", "owner=eve", "reports_to=eve", "--by", "ada")
    acme("seat", "delegate", "ada", "--to", "eve", "--until", "2026-12-24", "--by", "ada")
    acme("metric", "add", "eve", "deals", "--name", "Deals", "--outcome", "Clients stay", "--target", ">= 5",
         "--cadence", "weekly", "--by", "ada")  # fmt: skip
    acme("metric", "set", "bot", "number", "leads_to=eve/deals", "--by", "ada")
    text = acme.read("org.yaml").replace("scorekeepers: []", "scorekeepers: [ada, eve]")
    acme.write("org.yaml", text + "routing:\n  - {seat: bot, to: eve}\n")
    acme.git("commit", "-qam", "Policy", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    acme("escalate", "open", "bot", "The desk is gone", "--by", "ada")
    return acme


def outcomes(data: dict[str, Any]) -> dict[str, str]:
    """What becomes of each place that names the seat: `seats/ada.yaml reports_to` to the outcome."""
    return {f"{one['path'].partition('2026')[0]} {one['key']}": one["outcome"] for one in data["named"]}


def test_every_place_that_names_the_seat_is_listed_with_what_becomes_of_it(firm: Shell) -> None:
    with nothing_written(firm):
        data = firm("retire", "eve", "--check", "--to", "ada", "--owner-to", "ada", "--json").json
    assert (data["kind"], data["seat"], data["ready"], data["obstacles"]) == ("retire-check", "eve", True, [])
    assert outcomes(data) == {
        "seats/ada.yaml delegate.to": "is removed",
        "seats/bot.yaml owner": "becomes ada",
        "seats/bot.yaml reports_to": "becomes ada",
        "seats/bot.yaml metrics.number.leads_to": "stays",
        "org.yaml policy.scorekeepers.1": "is removed",
        "org.yaml routing.0.to": "becomes ada",
        "escalations/ with": "becomes ada",
    }
    assert data["plan"]["capabilities"] == {"calls": "ada"}


def test_what_it_says_is_what_the_retirement_does(firm: Shell) -> None:
    words = ("--to", "ada", "--owner-to", "ada", "--move", "deals=ada")
    assert firm("retire", "eve", "--check", *words, "--json").json["ready"]
    firm("retire", "eve", *words, "--reason", "Left.", "--decided-by", "ada", "--yes", "--by", "ada")
    after = firm("retire", "eve", "--check", "--json", code=1).json
    # A route about the seat itself, and its signing keys, would be all that is left.
    assert after["named"] == []
    assert "already retired" in after["obstacles"][0]["why"]


def test_in_text_it_ends_with_the_verdict(firm: Shell) -> None:
    with nothing_written(firm):
        out = firm("retire", "eve", "--check", "--to", "ada", "--owner-to", "ada").out
    assert out.endswith("eve can be retired.\n")
    assert "delegate.to" in out
    assert all(len(line) <= 60 for line in firm("retire", "eve", "--check", COLUMNS="60", code=1).out.splitlines()
               if "orgtp " not in line and "nobody" not in line)  # fmt: skip


def test_what_is_in_the_way_comes_with_a_command_that_helps(firm: Shell) -> None:
    ran = firm("retire", "eve", "--check", "--json", code=1)
    whys = [one["why"] for one in ran.json["obstacles"]]
    assert whys == ["nobody takes over calls", "bot needs a new owner"]
    (command,) = {one["command"] for one in ran.json["obstacles"]}
    assert command == "orgtp retire eve --check --move calls=ada --owner-to bot=ada"
    assert firm(*shlex.split(command)[1:], "--json").json["ready"]
    assert outcomes(ran.json)["seats/bot.yaml owner"] == "needs somebody else"
    assert "2 things stand in the way" in firm("retire", "eve", "--check", code=1).out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--to", "eve"), "cannot be its own heir"),
        (("--to", "ada", "--decided-by", "bot"), "may not decide"),
        (("--move", "calls=nobody"), "is not a seat"),
    ],
)
def test_a_request_that_cannot_be_is_an_obstacle(firm: Shell, words: tuple[str, ...], why: str) -> None:
    data = firm("retire", "eve", "--check", *words, "--json", code=1).json
    assert any(why in one["why"] for one in data["obstacles"])
    assert data["named"]


def test_a_seat_that_is_not_there_is_an_error(firm: Shell) -> None:
    assert "Did you mean" in firm("retire", "evee", "--check", code=2).err
