"""Outcomes, not activity, as a user meets it: `orgtp validate` and `orgtp seat set`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import Shell

RULES = {
    "outcome-missing",
    "metric-runtime",
    "metric-activity",
    "leads-to-unknown",
    "metric-wish",
    "seat-only-activity",
    "waive-unknown",
    "waive-unused",
}
SEAT = "seat: scout\nname: Scout\nrole: Sales\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\nmetrics:\n"


def metric(id_: str, name: str, **more: str) -> str:
    keys = {"name": name, "outcome": "The quarter is full", "target": '">= 6"', "cadence": "weekly", **more}
    return f"  {id_}:\n" + "".join(f"    {key}: {value}\n" for key, value in keys.items() if value)


def found(shell: Shell, *metrics: str) -> list[dict[str, Any]]:
    """What the rules on outcomes say of Scout with these metrics."""
    shell.write("seats/scout.yaml", SEAT + "".join(metrics))
    problems: list[dict[str, Any]] = shell("validate", "--json", code=None).json["problems"]
    return [problem for problem in problems if problem["rule"] in RULES and problem["path"] == "seats/scout.yaml"]


def rules(shell: Shell, *metrics: str) -> list[str]:
    return [problem["rule"] for problem in found(shell, *metrics)]


TALKS = metric("talks-booked", "First talks booked")


def test_validate_names_the_word_and_stands_at_the_name(acme: Shell) -> None:
    (problem,) = found(acme, TALKS, metric("tokens", "Tokens used per day"))
    assert (problem["rule"], problem["severity"]) == ("metric-runtime", "error")
    assert (problem["line"], problem["column"]) == (15, 11)
    assert problem["message"] == '"Tokens used per day" measures the machine (tokens)'
    assert "waive" in problem["hint"]


def test_an_activity_is_a_warning_that_leads_to_clears(acme: Shell) -> None:
    (problem,) = found(acme, metric("sent", "Messages sent"), TALKS)
    assert (problem["rule"], problem["severity"]) == ("metric-activity", "warning")
    assert "orgtp metric set scout sent leads_to=talks-booked;" in problem["hint"]
    assert acme("validate", code=0)
    assert acme("validate", "--strict", code=1)
    assert rules(acme, metric("sent", "Messages sent", leads_to="talks-booked"), TALKS) == []
    assert rules(acme, metric("sent", "Messages sent", leads_to="bot/number"), TALKS) == []


@pytest.mark.parametrize("led", ["talks-bookd", "sent", "queries", "bot/nmber", "bott/number"])
def test_what_leads_nowhere_clears_nothing(acme: Shell, led: str) -> None:
    queries = metric("queries", "Queries run", leads_to="talks-booked")
    ran = rules(acme, metric("sent", "Messages sent", leads_to=led), queries, TALKS)
    assert ran == ["metric-activity", "leads-to-unknown"]


def test_a_missing_outcome_is_told_once(acme: Shell) -> None:
    acme.write("seats/scout.yaml", SEAT + metric("talks-booked", "First talks booked", outcome=""))
    problems = acme("validate", "--json", code=1).json["problems"]
    here = [problem["rule"] for problem in problems if "outcome" in problem["message"]]
    assert here == ["outcome-missing"]


@pytest.mark.parametrize("outcome", ["~", '""', "12", "[a]"])
def test_an_outcome_that_is_no_text_is_told_once(acme: Shell, outcome: str) -> None:
    assert rules(acme, metric("talks-booked", "First talks booked", outcome=outcome)) == []
    problems = acme("validate", "--json", code=1).json["problems"]
    assert len([problem for problem in problems if problem["severity"] == "error"]) == 1


def test_words_of_the_org_are_added(acme: Shell) -> None:
    metrics = (
        TALKS,
        metric("knocks", "Doors knocked"),
        metric("crawl", "Crawl budget"),
        metric("calls", "Calls at noon"),
    )
    assert rules(acme, *metrics) == []
    words = "policy:\n  words: {runtime: [crawl budget], activity: [doors knocked, calls], outcome: [at noon]}\n"
    acme.write("org.yaml", acme.read("org.yaml").partition("policy:")[0] + words)
    assert rules(acme, *metrics) == ["metric-activity", "metric-runtime"]


def test_a_waiver_silences_one_finding_and_only_while_there_is_one(acme: Shell) -> None:
    waived = metric("tokens", "Tokens sold back", waive="{metric-runtime: A token is the coin that the client buys.}")
    assert rules(acme, TALKS, metric("tokens", "Tokens used", waive="{metric-runtime: A coin.}")) == []
    assert rules(acme, TALKS, waived) == ["waive-unused"]
    assert rules(acme, TALKS, metric("tokens", "Tokens used", waive="{metric-runtim: A coin.}")) == [
        "metric-runtime",
        "waive-unknown",
    ]


@pytest.mark.parametrize(
    ("name", "target", "rule"),
    [
        ("Tokens used", '">= 1"', "metric-runtime"),
        ("Messages sent", '">= 1"', "metric-activity"),
        ("Great service", '"yes"', "metric-wish"),
    ],
)
def test_a_metric_is_waived_as_the_hint_says(acme: Shell, name: str, target: str, rule: str) -> None:
    (problem,) = found(acme, TALKS, metric("new", name, target=target))
    assert problem["rule"] == rule
    typed = re.search(r'orgtp metric set scout new "(waive\.[a-z-]+)=REASON"$', problem["hint"])
    assert typed
    acme.git("add", ".")
    acme.git("commit", "-qm", "Scout")
    acme("metric", "set", "scout", "new", f"{typed[1]}=The client pays for each: one by one.")
    problems = acme("validate", "--json", code=None).json["problems"]
    assert [problem for problem in problems if problem["path"] == "seats/scout.yaml" and problem["rule"] in RULES] == []


def test_an_outcome_that_repeats_the_name_is_told_so(acme: Shell) -> None:
    (problem,) = found(acme, metric("talks-booked", "First talks booked", outcome="first talks booked"))
    assert problem["message"] == 'outcome "first talks booked" of talks-booked only repeats the name'
    (problem,) = found(acme, metric("talks-booked", "First talks booked", outcome="TBD"))
    assert problem["message"] == 'outcome "TBD" of talks-booked says nothing'


def test_a_waiver_that_is_left_over_is_taken_out_as_the_hint_says(acme: Shell) -> None:
    waive = "{metric-wish: We wish it.}"
    (problem,) = found(acme, metric("talks-booked", "First talks booked", waive=waive))
    acme.git("add", ".")
    acme.git("commit", "-qm", "Scout")
    acme(*problem["hint"].removeprefix("Remove it: orgtp ").split())
    assert "metric-wish" not in acme.read("seats/scout.yaml")
    problems = acme("validate", "--json").json["problems"]
    assert [p for p in problems if p["path"] == "seats/scout.yaml" and p["severity"] == "error"] == []


def test_a_seat_of_activity_alone_fails(acme: Shell) -> None:
    sent = metric("sent", "Messages sent", leads_to="bot/number")
    assert rules(acme, sent) == ["seat-only-activity"]
    acme("validate", code=1)
    assert rules(acme, metric("sent", "Messages sent", waive="{metric-activity: Paid for each one.}")) == []


def test_a_retired_seat_is_left_in_peace(sample: Shell) -> None:
    text = sample.read("seats/echo.yaml")
    assert "status: retired" in text
    sample.write("seats/echo.yaml", text.replace("    name: ", "    name: Tokens and "))
    problems = sample("validate", "--json", code=None).json["problems"]
    assert [problem for problem in problems if problem["rule"] in RULES] == []


@pytest.mark.parametrize(
    ("name", "target", "more", "told"),
    [
        ("Tokens used", ">= 1", (), "measures the machine (tokens)"),
        ("Improve the onboarding", "yes", (), "is a wish without a number"),
        (
            "Messages sent",
            ">= 1",
            ("leads_to=numbr",),
            'leads_to "numbr" is not a metric of bot. Did you mean "number"?',
        ),
        ("Kept promises", ">= 1", ("waive.metric-activty=x",), 'Did you mean "metric-activity"?'),
    ],
)
def test_seat_set_refuses_what_is_no_outcome(
    acme: Shell, name: str, target: str, more: tuple[str, ...], told: str
) -> None:
    keys = (f"name={name}", "outcome=Clients stay", f"target={target}", "cadence=weekly", *more)
    with nothing_written(acme):
        ran = acme("seat", "set", "bot", *(f"metrics.new.{key}" for key in keys), code=2)
    assert told in ran.err


def test_seat_set_takes_an_activity_that_leads_to_an_outcome(acme: Shell) -> None:
    keys = ("name=Messages sent", "outcome=Clients stay", "target=>= 1", "cadence=weekly", "leads_to=number")
    acme("seat", "set", "bot", *(f"metrics.new.{key}" for key in keys))
    problems = acme("validate", "--json").json["problems"]
    assert "leads_to: number" in acme.read("seats/bot.yaml")
    assert [problem for problem in problems if problem["rule"] in RULES] == []


def test_a_name_that_would_drive_a_terminal_is_shown_as_plain_text(acme: Shell) -> None:
    acme.write("seats/scout.yaml", SEAT + TALKS + metric("t", '"Tokens \\e[2J\\n\\u202e used"'))
    ran = acme("validate", code=1)
    message = next(line for line in ran.out.splitlines() if "metric-runtime" in line)
    assert message.endswith('"Tokens [2J used" measures the machine (tokens)')
    assert not {"\x1b", "\u202e"} & set(ran.out)


@pytest.mark.parametrize(
    ("name", "target"),
    [("Average query time", ">= 1"), ("Test coverage", ">= 80%"), ("Fast answers", "<= 2s"), ("Always cite", "yes")],
)
def test_what_was_allowed_is_a_warning_until_the_org_is_upgraded(acme: Shell, name: str, target: str) -> None:
    keys = f'{{name: {name}, outcome: Clients stay, target: "{target}", cadence: weekly}}'
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml") + f"  other: {keys}\n")
    version = acme.read("org.yaml")
    acme.write("org.yaml", version.replace("orgtp: 1\n", ""))
    (found,) = [row for row in acme("validate", "--json").json["problems"] if row["rule"].startswith("metric-")]
    assert found["severity"] == "warning"
    assert found["message"].endswith("; an error from orgtp 0.2 on")
    acme.write("org.yaml", version)
    (found,) = [row for row in acme("validate", "--json", code=1).json["problems"] if row["rule"].startswith("metric-")]
    assert found["severity"] == "error"
    assert "0.2" not in found["message"]


def test_what_was_refused_is_still_refused_in_an_org_that_is_not_upgraded(acme: Shell) -> None:
    keys = '{name: Tokens used per day, outcome: Clients stay, target: "<= 100", cadence: weekly}'
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml") + f"  other: {keys}\n")
    acme.write("org.yaml", acme.read("org.yaml").replace("orgtp: 1\n", ""))
    (found,) = [row for row in acme("validate", "--json", code=1).json["problems"] if row["rule"] == "metric-runtime"]
    assert found["severity"] == "error"
