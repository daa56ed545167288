"""The rules at work in the installed `orgtp`: what a person types, and what the commands refuse."""

from __future__ import annotations

import shlex

from tests.cli.changes import nothing_written
from tests.conftest import Shell


def found(here: Shell, *words: str, code: int = 0, **env: str) -> list[tuple[str, str]]:
    """The rule and path of each problem that `validate` prints as JSON."""
    ran = here("validate", "--json", *words, code=code, **env)
    return [(problem["rule"], problem["path"]) for problem in ran.json["problems"]]


def told_of(here: Shell, path: str, code: int = 0) -> set[str]:
    return {rule for rule, where in found(here, code=code) if where == path}


def test_a_seat_may_be_added_first_and_measured_next(acme: Shell) -> None:
    """What the hint says is what mends it."""
    acme("seat", "add", "desk", "--role", "Desk", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
    assert "no-metric" in told_of(acme, "seats/desk.yaml", code=1)
    problems = acme("validate", "--json", code=1).json["problems"]
    (hint,) = (problem["hint"] for problem in problems if problem["rule"] == "no-metric")
    texts = {"ID": "answered", "--name": "Mails answered within the hour", "--outcome": "Clients do not wait"}
    words = shlex.split(hint.partition(": orgtp ")[2])
    typed = [texts[before] if word == "…" else texts.get(word, word) if word == "ID" else word
             for before, word in zip(["", *words], words, strict=False)]  # fmt: skip
    assert typed[:4] == ["metric", "add", "desk", "answered"]
    acme(*typed)
    assert "no-metric" not in told_of(acme, "seats/desk.yaml", code=0)


def test_a_seat_with_a_name_that_windows_reserves_is_not_added(acme: Shell) -> None:
    with nothing_written(acme):
        ran = acme(
            *("seat", "add", "aux", "--role", "Desk", "--kind", "agent", "--owner", "ada", "--reports-to", "ada"),
            code=2,
        )
    assert 'Windows cannot create a file named "aux.yaml"' in ran.err


def test_a_review_is_past_on_the_day_after_it(acme: Shell) -> None:
    acme("seat", "set", "bot", "review_by=2026-11-20")
    warned = ("review-by-past", "seats/bot.yaml")
    assert warned not in found(acme, ORGTP_NOW="2026-11-20T23:59:59-05:00")
    assert warned in found(acme, ORGTP_NOW="2026-11-21T00:00:01-05:00")
    assert warned in found(acme, "--strict", code=1, ORGTP_NOW="2026-11-21T00:00:01-05:00")


def test_a_retired_seat_that_was_set_back_by_hand(sample: Shell) -> None:
    sample("retire", "jeff", "--to", "dash,crystal", "--reason", "R", "--yes", "--by", "david")
    assert "id-of-retired-seat" not in told_of(sample, "seats/jeff.yaml")
    sample.write("seats/jeff.yaml", sample.read("seats/jeff.yaml").replace("status: retired", "status: active"))
    assert "id-of-retired-seat" in told_of(sample, "seats/jeff.yaml", code=1)


def test_a_chain_below_a_retired_seat_is_reported_once(sample: Shell) -> None:
    """Of all that hangs below a boss who is gone, the seat to mend is named, with how many come along."""
    sample("seat", "set", "dash", "reports_to=bogdan")
    sample("seat", "set", "sift", "reports_to=dash")
    sample.write("seats/dash.yaml", sample.read("seats/dash.yaml").replace("reports_to: bogdan", "reports_to: echo"))
    sample.write("seats/echo.yaml", sample.read("seats/echo.yaml").replace("status: paused", "status: retired"))
    problems = [
        problem
        for problem in sample("validate", "--json", code=1).json["problems"]
        if problem["rule"] in {"reports-to-retired", "no-human-above"}
    ]
    assert [(problem["path"], problem["message"]) for problem in problems] == [
        ("seats/dash.yaml", 'reports_to "echo" is retired (this also cuts off 1 seat below dash)')
    ]
