"""Sentences in which agents and businesses say what they are measured on, labelled by what they are about.

`runtime` is about the machine itself, `no metric` says how to work, `outcome` is a result. What counts most is that no
outcome is reported. No list was tuned on the `held_out` sentences.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from orgtp.model.period import Cadence
from orgtp.model.seat import Metric
from orgtp.model.target import Targets, parse_target
from orgtp.rules.metric_names.classifier import get_classifier
from orgtp.rules.metric_names.waivers import classify_with_target, find_wish_fault
from tests.conftest import ROOT, Shell

TABLE = Path(__file__).with_name("metric_statements.csv")
LABELS = {"outcome", "runtime", "no metric"}
# Accepted, and known to be no outcomes. Better lists may shorten this, nothing may lengthen it.
ACCEPTED = {
    "Architecture supports future growth",
    "Asset size",
    "Bundle reduced by 40%",
    "Check your work twice",
    "Compiler errors",
    "Coverage reported by Jest above 90%",
    "Data freshness lag of the warehouse",
    "Open file handles",
    "Pipeline success rate above 99%",
    "Pods restarted",
    "Respect deadlines and budgets",
    "Sonar quality gate",
    "Storage used",
    "Task completion time of the agent",
    "Tests green before merge",
    "Understand the codebase before changing it",
}


@dataclass(frozen=True)
class Statement:
    """A row of the table."""

    name: str
    target: str
    label: str
    held_out: bool


@cache
def table() -> list[Statement]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Statement(row["name"], row["target"], row["label"], row["held_out"] == "yes") for row in rows]


def taken_for(name: str, target: str) -> str:
    """What the rules take a metric of this name and target for."""
    parsed = parse_target(target)
    assert parsed, target
    metric = Metric("m", name, "Something else", Targets(((None, parsed),)), Cadence.WEEKLY)
    sense = classify_with_target(get_classifier(), metric).sense
    return "no metric" if find_wish_fault(get_classifier(), metric) else str(sense)


def recall(label: str, *, held_out: bool) -> float:
    """The share of the sentences with this label that are reported by any rule about names."""
    rows = [row for row in table() if row.label == label and (row.held_out or not held_out)]
    return sum(taken_for(row.name, row.target) != "outcome" for row in rows) / len(rows)


def test_the_table_is_large_and_mixed() -> None:
    rows = table()
    assert len(rows) > 900
    assert {row.label for row in rows} == LABELS
    assert len({row.name for row in rows}) == len(rows)
    for label in LABELS:
        assert sum(row.label == label for row in rows) >= 150, label
        assert sum(row.label == label and row.held_out for row in rows) >= 40, label


def test_no_outcome_is_reported() -> None:
    outcomes = [row for row in table() if row.label == "outcome"]
    assert len(outcomes) > 500
    found = {row.name: taken_for(row.name, row.target) for row in outcomes}
    assert {name: sense for name, sense in found.items() if sense != "outcome"} == {}


def test_what_is_accepted_and_is_no_outcome_is_known() -> None:
    accepted = {row.name for row in table() if row.label != "outcome" and taken_for(row.name, row.target) == "outcome"}
    assert accepted == ACCEPTED


@pytest.mark.parametrize(
    ("label", "everywhere", "among_held_out"), [("runtime", 0.95, 0.90), ("no metric", 0.97, 0.93)]
)
def test_recall(label: str, everywhere: float, among_held_out: float) -> None:
    found = recall(label, held_out=False), recall(label, held_out=True)
    print(f"\n{label}: {found[0]:.3f}, held out {found[1]:.3f}")
    assert found[0] >= everywhere
    assert found[1] >= among_held_out


def test_the_numbers_in_the_docs_are_those_of_the_table() -> None:
    text = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8")
    for label, what in (("runtime", "the machine itself"), ("no metric", "how to work"), ("outcome", "an outcome")):
        numbers = [
            len([row for row in table() if row.label == label and (row.held_out or not held)]) for held in (0, 1)
        ]
        shares = [recall(label, held_out=held) for held in (False, True)]
        assert f"| {what} | {numbers[0]} | {shares[0]:.2f} | {numbers[1]} | {shares[1]:.2f} |" in text


@pytest.mark.parametrize(
    ("name", "target", "word"),
    [
        ("Response time", "<= 2s", "a target of <= 2s"),
        ("Answers under 200 ms", "yes", "200 ms"),
        ("Answers under 200ms", "yes", "200ms"),
        ("Script below 50KB", "yes", "50kb"),
        ("Initial load < 3s", "yes", "load 3s"),
        ("Queries that end within 2 seconds", ">= 95%", "queries that end within 2 seconds"),
        ("Average load time", "<= 10", "load time"),
        ("Availability of 99.9%", "yes", "availability of 99 9"),
        ("Unit tests passed", ">= 99%", "unit tests"),
    ],
)
def test_the_words_that_show_a_machine(name: str, target: str, word: str) -> None:
    parsed = parse_target(target)
    assert parsed
    metric = Metric("m", name, "o", Targets(((None, parsed),)), Cadence.WEEKLY)
    assert classify_with_target(get_classifier(), metric).word == word


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Response time", "<= 1h"),
        ("Time to greet a customer", "<= 5s"),
        ("Calls answered within 20 seconds", ">= 80%"),
        ("Load time at the dock", "<= 45m"),
        ("Test pass rate of our driving students", ">= 80%"),
        ("Downtime of the packing line", "<= 4h"),
        ("Customer query response time", "<= 2h"),
        ("Customer service response time", "<= 2h"),
        ("Garbage collection on time", ">= 95%"),
        ("Data plans of 50 GB sold", ">= 200"),
    ],
)
def test_what_people_and_other_machines_do_is_an_outcome(name: str, target: str) -> None:
    assert taken_for(name, target) == "outcome"


@pytest.mark.parametrize(
    ("name", "yes", "percent"),
    [
        ("Always write tests", "no metric", "no metric"),
        ("You are a senior engineer", "no metric", "no metric"),
        ("Clean and readable code", "no metric", "outcome"),
        ("Cite sources", "no metric", "outcome"),
        ("Choose a new bank", "outcome", "outcome"),
        ("Never events", "outcome", "outcome"),
        ("Always on time", "outcome", "outcome"),
        ("Think before you answer", "no metric", "no metric"),
    ],
)
def test_an_instruction_is_no_metric_and_what_can_be_seen_is_one(name: str, yes: str, percent: str) -> None:
    assert (taken_for(name, "yes"), taken_for(name, ">= 90%")) == (yes, percent)


def test_validate_says_why_and_a_waiver_silences_it(acme: Shell) -> None:
    for number, name in enumerate(("Always write tests", "Page loads in under 2 seconds", "Clients who renew")):
        acme.write(
            f"seats/s{number}.yaml",
            f"seat: s{number}\nname: S{number}\nrole: R\nkind: human\nstatus: active\nreports_to: ada\n"
            f'metrics:\n  m:\n    name: {name}\n    outcome: Clients stay\n    target: ">= 90%"\n    cadence: weekly\n',
        )
    acme.git("add", ".")
    acme.git("commit", "-qm", "Three seats")
    said = acme("validate", code=1).out
    assert 'metric-wish: "Always write tests" says how to work, and not what came of it' in said
    assert 'metric-runtime: "Page loads in under 2 seconds" measures the machine (page loads)' in said
    assert "Clients who renew" not in said
    acme("seat", "set", "s0", "metrics.m.waive.metric-wish=The team votes on it.")
    assert "metric-wish" not in acme("validate", code=1).out
