"""Values that fit their metric but look mistyped: a question on a terminal, and a warning elsewhere."""

from __future__ import annotations

import json

import pytest

from tests.cli.changes import nothing_written
from tests.cli.terminal import on_terminal
from tests.collect.conftest import Fed
from tests.conftest import Shell
from tests.mcp.clients import call, served


@pytest.fixture
def usual(acme: Shell) -> Shell:
    """An org whose bot has reported about 104 % and about 22:50 for three weeks, and 15 of something."""
    acme("seat", "set", "bot", "metrics.clock.target=by 23:00")
    for week, (percent, clock) in {44: ("104", "22:50"), 45: ("101.5", "22:40"), 46: ("106", "22:55")}.items():
        for metric, value in {"percent": percent, "clock": clock, "number": "15"}.items():
            acme("score", "add", "bot", metric, value, "--for", f"2026-W{week}")
    return acme


MISTYPED = [
    ("percent", "1.04", "1.04% is about a hundredth of the usual 104%. Is 104% meant?"),
    ("percent", "10400", "10,400% is about a hundred times the usual 104%. Is 104% meant?"),
    ("percent", "-104", "-104% is negative"),
    ("number", "-5", "-5 is negative; no earlier value is, and neither is its target."),
    ("number", "15,125", "15,125 is read as 15,125, about a thousand times the usual 15. Is 15.125 meant?"),
    ("clock", "00:15", "If it was after the midnight that ended the day, record 24:15."),
    ("money", "-5", "-USD 5 is negative; its target is not."),
]
PLAUSIBLE = [
    ("percent", "97"),
    ("percent", "250"),
    ("number", "0"),
    ("number", "1,000"),
    ("clock", "24:15"),
    ("clock", "21:00"),
    ("money", "190,000"),
    ("span", "36ms"),
    ("done", "no"),
]


@pytest.mark.parametrize(("metric", "value", "why"), MISTYPED)
def test_a_mistyped_value_is_recorded_with_a_warning(usual: Shell, metric: str, value: str, why: str) -> None:
    why = why.replace("-USD 5", "USD -5")
    ran = usual("score", "add", "bot", metric, value, "--json")
    assert f"warning: bot {metric} 2026-W47: " in ran.err
    assert why in ran.err
    (warning,) = ran.json["warnings"]
    assert why in warning
    assert ran.json["commit"] == usual.head()


@pytest.mark.parametrize(("metric", "value"), PLAUSIBLE)
def test_a_plausible_value_is_recorded_without_a_word(usual: Shell, metric: str, value: str) -> None:
    ran = usual("score", "add", "bot", metric, value, "--json")
    assert ran.err == ""
    assert ran.json["warnings"] == []


def test_what_was_recorded_before_is_not_asked_about_again(usual: Shell) -> None:
    usual("score", "add", "bot", "number", "-5", "--for", "2026-W43")
    assert usual("score", "add", "bot", "number", "-3").err == ""


def test_the_history_is_that_of_the_month_before(usual: Shell) -> None:
    """Only a few score files are read, and they are enough."""
    ran = usual("score", "add", "bot", "percent", "1.04", ORGTP_NOW="2026-12-16T12:00:00Z")
    assert "about a hundredth of the usual 104%" in ran.err


def test_without_a_history_the_target_says_what_is_usual(acme: Shell) -> None:
    assert "0.97% is about a hundredth of its target, >= 95%" in acme("score", "add", "bot", "percent", "0.97").err


def test_on_a_terminal_a_person_is_asked(usual: Shell) -> None:
    words = ("score", "add", "bot", "percent", "1.04", "--by", "ada")
    with nothing_written(usual):
        seen = on_terminal(usual, *words, answers=[("Record it anyway?", "n\n")])
        assert (seen.code, "Is 104% meant?" in seen.text, "nothing was written" in seen.text) == (130, True, True)
        on_terminal(usual, *words, "--dry-run")
    assert on_terminal(usual, *words, answers=[("Record it anyway?", "y\n")]).code == 0
    assert usual("score", "list", "bot", "percent", "--json").json["scores"][-1]["value"] == "1.04"


def test_a_file_warns_of_each_row(usual: Shell) -> None:
    rows = [{"seat": "bot", "metric": "percent", "value": "1.04"}, {"seat": "bot", "metric": "number", "value": -5}]
    ran = usual("score", "add", "--from", "-", stdin="\n".join(map(json.dumps, rows)))
    assert "warning: -:1: 1.04% is about a hundredth" in ran.err
    assert "warning: -:2: -5 is negative" in ran.err
    assert usual("log", "--limit", "1", "--json").json["commits"][0]["what"] == "2 values"


def test_a_source_that_reports_a_ratio_is_named(acme: Shell) -> None:
    fed = Fed(acme)
    acme("score", "add", "bot", "rate", "104", "--for", "2026-11-19")
    fed.set_up(rate="1.04")
    ran = fed.collect("--metric", "rate", "--json")
    assert "warning: bot rate 2026-11-20: 1.04% is about a hundredth of the usual 104%" in ran.err
    assert len(ran.json["warnings"]) == 1


def test_a_client_is_told(usual: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in usual.env().items():
        monkeypatch.setenv(name, value)
    server = served(usual, "bot", allow_write=True)
    found = call(server, "add_score", seat="bot", metric="percent", value="1.04")
    assert "about a hundredth" in found["warnings"][0]
    assert call(server, "add_score", seat="bot", metric="number", value="15")["warnings"] == []


def test_one_slip_does_not_make_the_next_one_plausible(usual: Shell) -> None:
    assert usual("score", "add", "bot", "percent", "1.04", "--json").json["warnings"]
    assert usual("score", "add", "bot", "percent", "1.04", "--for", "2026-W43", "--json").json["warnings"]
