"""What names a metric or a seat follows it in the same commit, or the command says that it stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import NOW, Shell

ROUTES = """\
routing:
  - {seat: bot, metric: number, to: ada}
  - {metric: number, to: ada}
  - seat: bot
    routes:
      - {metric: number, to: ada}
"""
MOVES = {
    "rename": ("metric rename bot number calls", "bot", "calls"),
    "recadence": ("metric recadence bot number monthly", "bot", "number-monthly"),
    "move": ("metric move bot number --to ada", "ada", "number"),
    "move and rename": ("metric move bot number --to ada --id calls", "ada", "calls"),
    "retire": ("retire bot --move number=ada --reason Done. --decided-by ada --yes", "ada", "number"),
    "split": ("seat split bot --into line --role Line --metric number", "line", "number"),
}


def data(here: Shell, path: str) -> dict[str, Any]:
    """The data of a YAML file."""
    found = yaml.safe_load(here.read(path))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def desk(acme: Shell) -> Shell:
    """Routes, a metric of the same seat and one of another seat name the bot's number."""
    acme.write("org.yaml", acme.read("org.yaml") + ROUTES)
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml") + "  calls-made: {name: Calls, outcome: Clients stay, "
               "cadence: weekly, target: '>= 5', leads_to: number}\n")  # fmt: skip
    acme.write("seats/ada.yaml", acme.read("seats/ada.yaml") + "metrics:\n  talks: {name: Talks, outcome: Clients "
               "stay, cadence: weekly, target: '>= 5', leads_to: bot/number}\n")  # fmt: skip
    acme.git("commit", "-qam", "What names the number", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    acme("score", "add", "bot", "number", "15", "--for", "2026-W46", "--by", "ada")
    return acme


@pytest.mark.parametrize("how", MOVES)
def test_what_a_metric_serves_names_the_heir(desk: Shell, how: str) -> None:
    command, seat, metric = MOVES[how]
    desk(*command.split(), "--by", "ada")
    bot, ada = (data(desk, f"seats/{one}.yaml")["metrics"] for one in ("bot", "ada"))
    assert ada["talks"]["leads_to"] == (metric if seat == "ada" else f"{seat}/{metric}")
    if how != "retire":
        assert bot["calls-made"]["leads_to"] == (metric if seat == "bot" else f"{seat}/{metric}")
    assert "intact" in desk("audit", "verify").out
    assert not [one for one in desk("validate", "--json", code=None).json["problems"] if one["severity"] == "error"]


@pytest.mark.parametrize("how", MOVES)
def test_routes_about_a_metric_name_the_heir(desk: Shell, how: str) -> None:
    command, seat, metric = MOVES[how]
    desk(*command.split(), "--by", "ada")
    own, every, below = data(desk, "org.yaml")["routing"]
    assert (own["seat"], own["metric"]) == (seat, metric)
    assert every["metric"] == metric
    # A route below one that is about the old seat cannot be about another seat.
    assert below["routes"][0]["metric"] == (metric if seat == "bot" else "number")


def test_a_route_about_every_seat_stays_where_another_seat_has_such_a_metric(desk: Shell) -> None:
    text = desk.read("seats/ada.yaml")
    number = "  number: {name: Number, outcome: Something, cadence: weekly, target: '>= 1'}\n"
    desk.write("seats/ada.yaml", text + number)
    desk.git("commit", "-qam", "Another number")
    left = desk("metric", "rename", "bot", "number", "calls", "--by", "ada", "--json").json["still_named_in"]
    assert data(desk, "org.yaml")["routing"][1] == {"metric": "number", "to": "ada"}
    assert left == ["a route in org.yaml names number. It does not apply to bot/calls."]


def test_two_metrics_that_move_together_still_serve_each_other(desk: Shell) -> None:
    moves = ("--move", "number=ada", "--move", "calls-made=ada")
    desk("retire", "bot", *moves, "--reason", "Done.", "--decided-by", "ada", "--yes", "--by", "ada")
    ada = data(desk, "seats/ada.yaml")["metrics"]
    assert ada["calls-made"]["leads_to"] == "ada/number"
    assert data(desk, "seats/bot.yaml")["metrics"]["calls-made"]["leads_to"] == "number"


def test_a_silence_stays_and_the_command_for_the_heir_is_named(desk: Shell) -> None:
    words = ("--until", "2026-12-01", "--reason", "The desk moves.", "--by", "ada")
    desk("escalate", "silence", "bot", "number", *words)
    (left,) = desk("metric", "rename", "bot", "number", "calls", "--by", "ada", "--json").json["still_named_in"]
    assert "number is silenced until 2026-12-01. It does not apply to bot/calls." in left
    desk(*left.partition("orgtp ")[2].replace("TEXT", "Moved.").split(), "--by", "ada")
    assert "calls" in desk.read("escalations/silenced/bot.yaml")


def test_an_undo_gives_everything_its_old_name_again(desk: Shell) -> None:
    desk.git("checkout", "-q", ".")
    before = {path: desk.read(path) for path in ("org.yaml", "seats/ada.yaml", "seats/bot.yaml")}
    desk("metric", "rename", "bot", "number", "calls", "--by", "ada")
    desk("undo", "--by", "ada")
    after = {path: data(desk, path) for path in before}
    assert after == {path: yaml.safe_load(text) for path, text in before.items()}


@pytest.mark.parametrize("how", ["retire eve --to ada --reason Left. --decided-by ada --yes", "seat vacate eve",
                                 "leave eve --yes"])  # fmt: skip
def test_nobody_is_the_delegate_of_a_person_who_is_gone(acme: Shell, how: str) -> None:
    acme("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    acme("seat", "delegate", "ada", "--to", "eve", "--until", "2026-12-24", "--by", "ada")
    acme(*how.split(), "--by", "ada")
    assert "delegate" not in acme.read("seats/ada.yaml")
    assert "Orgtp-Seat: ada" in acme.git("log", "-1", "--format=%B").out
    assert "intact" in acme("audit", "verify").out
    assert not [one for one in acme("validate", "--json", code=None).json["problems"] if one["severity"] == "error"]
