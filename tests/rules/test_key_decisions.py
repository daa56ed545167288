"""Every key of every file of an org has a decision: which rule reports its change, or why none does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from orgtp.files.json_schema import ALL_NAMES, read_schema
from orgtp.files.load import load_org
from orgtp.files.tree import ATTRIBUTES, SINGLE, MemoryTree
from orgtp.model.problem import Severity
from orgtp.rules.pull_request.key_decisions import ANY, FILE_DECISIONS, KEY_DECISIONS, OWN, find_decision
from orgtp.rules.registry import ALL_RULES, check_changes

RULES = {rule.id: rule for rule in ALL_RULES}
# The file of the sources is on a machine, and not in an org.
NOT_OF_AN_ORG = {"sources"}


def keys_of(schema: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of a schema that have a value of their own, from the top down. The items of a list are one value."""
    groups = [
        *schema.get("properties", {}).items(),
        *((OWN, {}) for name in schema.get("patternProperties", {}) if name == "^x-"),
    ]
    below = schema.get("additionalProperties")
    groups += [(ANY, below)] if isinstance(below, dict) else []
    for part in schema.get("anyOf", ()):
        yield from keys_of(part, above)
    if not groups and above:
        yield above
    for name, inner in groups:
        yield from keys_of(inner, (*above, name))


def every_key() -> list[tuple[str, str]]:
    names = [name for name in ALL_NAMES if name not in NOT_OF_AN_ORG]
    return sorted({(name, ".".join(keys)) for name in names for keys in keys_of(json.loads(read_schema(name)))})


def test_the_keys_are_found() -> None:
    keys = every_key()
    assert len(keys) > 90
    assert {("seat", "metrics.*.target.*"), ("seat", "metrics.*.target"), ("silenced", "*.until"), ("score", "by")} <= {
        *keys
    }
    assert {name for name, _ in keys} == KEY_DECISIONS.keys()


@pytest.mark.parametrize(("schema", "key"), every_key())
def test_a_key_of_a_schema_has_a_decision(schema: str, key: str) -> None:
    decision = KEY_DECISIONS[schema].get(key)
    assert decision, f"decide in key_decisions.py what validate --base says when {key} of a {schema} file changes"
    assert bool(decision.rule) != bool(decision.why), "a rule reports it, or a reason says why none does"
    assert not decision.rule or decision.rule in RULES


@pytest.mark.parametrize("path", [*SINGLE, ATTRIBUTES])
def test_a_file_without_a_schema_has_a_decision(path: str) -> None:
    assert path == "org.yaml" or FILE_DECISIONS[path].rule in RULES


def test_what_is_a_notice_fails_nobody_and_what_rewrites_the_record_does() -> None:
    rules = {decision.rule for keys in KEY_DECISIONS.values() for decision in keys.values() if decision.rule}
    weights = {rule: RULES[rule].severity for rule in rules}
    assert {rule for rule, weight in weights.items() if weight is Severity.ERROR} == {
        "escalation-record-touched",
        "explanation-touched",
        "id-not-file-name",
        "record-touched",
        "retirement-record-touched",
        "score-row-changed",
    }
    assert {rule for rule, weight in weights.items() if weight is Severity.WARNING} == {"kind-changed"}


def test_an_id_stands_for_any_and_keys_of_ones_own_for_all_below_them() -> None:
    found = find_decision("seat", ("metrics", "talks", "target", "2026-W48"))
    assert found
    assert found.rule == "target-changed"
    assert find_decision("seat", ("metrics", "talks", "x-note", "of", "ada")) == KEY_DECISIONS["seat"]["metrics.*.x-*"]
    assert find_decision("seat", ("x-crm", "id")) == KEY_DECISIONS["seat"]["x-*"]
    assert find_decision("seat", ("colour",)) is None
    assert find_decision("silenced", ("x-note",)) == KEY_DECISIONS["silenced"]["x-*"]


# What a key has before and after a change. Each change is in an org of its own; the files are JSON, which is YAML too.
SEAT: dict[str, Any] = {
    "seat": "bot", "name": "Bot", "role": "Desk", "kind": "agent", "status": "active", "owner": "ada",
    "reports_to": "ada", "since": "2026-01-05", "retire_when": "Nobody writes.",
    "metrics": {
        "answered": {"name": "Mails answered", "outcome": "No wait", "target": ">= 95%", "cadence": "daily"},
    },
}  # fmt: skip
SEAT_VALUES: dict[str, tuple[Any, Any]] = {
    "name": ("Bot", "Ada"),
    "role": ("Desk", "Help"),
    "kind": ("agent", "human"),
    "status": ("active", "paused"),
    "owner": ("ada", "ben"),
    "reports_to": ("ada", "ben"),
    "also_reports_to": (None, ["ben"]),
    "pauses.*.until": ("2026-12-01", "2036-12-01"),
    "pauses.*.reason": ("The API moves.", "Later."),
    "mission": ("Sorts mail.", "Helps."),
    "since": ("2026-01-05", "2026-11-05"),
    "email": ("bot@example.com", None),
    "holders.*": ({}, "vacant"),
    "holders.*.name": ("Ada", "Ben"),
    "holders.*.email": (None, "ada@example.com"),
    "inputs.*": ("model-1", "model-2"),
    "inputs.*.from": ("sift", "ada"),
    "inputs.*.is": ("daily", "weekly"),
    "retire_when": ("Nobody writes.", "Never."),
    "review_by": ("2026-12-01", "2036-12-01"),
    "delegate.to": ("ada", "ben"),
    "delegate.until": ("2026-12-01", "2027-12-01"),
    "aliases": (["D-1"], ["D-1", "D-2"]),
    "runs_from": ([{"path": "a"}], [{"path": "b"}]),
    "capabilities.*": ("Sorts mail.", None),
    "metrics.*.name": ("Mails answered", "Mails"),
    "metrics.*.outcome": ("No wait", "Fine"),
    "metrics.*.target": (">= 95%", ">= 60%"),
    "metrics.*.target.*": (">= 95%", ">= 60%"),
    "metrics.*.cadence": ("daily", "weekly"),
    "metrics.*.per": ("day", "week"),
    "metrics.*.due": ("09:00", "23:00"),
    "metrics.*.rollup": (None, "max"),
    "metrics.*.allow_misses": (None, 3),
    "metrics.*.source": ("mailbox", None),
    "metrics.*.ends": (None, "2026-W48"),
    "metrics.*.continues": (None, "old/answered"),
    "metrics.*.rebase.*": (None, "A new ad API."),
    "metrics.*.leads_to": (None, "renewals"),
    "metrics.*.waive.*": (None, "The client pays for each one."),
}
ORG: dict[str, Any] = {"org": "acme", "timezone": "UTC"}
ORG_VALUES: dict[str, tuple[Any, Any]] = {
    "org": ("acme", "other"),
    "orgtp": (None, 1),
    "timezone": ("UTC", "Europe/Berlin"),
    "holidays": (["2026-12-25"], ["2026-12-25", "2026-12-24"]),
    "branch": (None, "ledger"),
    "policy.grace": ("1h", "9h"),
    "policy.due.daily": (None, "23:00"),
    "policy.due.weekdays": ("09:00", "23:00"),
    "policy.due.weekly": ("mon 12:00", "fri 12:00"),
    "policy.due.monthly": ("5 12:00", "28 12:00"),
    "policy.due.quarterly": ("mon 12:00", None),
    "policy.scorekeepers": ([], ["bot"]),
    "policy.push": (None, True),
    "policy.retirement.approvers": (["ada"], ["ada", "ben"]),
    "policy.escalation.acknowledge": ("4h", "40h"),
    "policy.escalation.within": (None, "40h"),
    "policy.escalation.resolve": (None, "400h"),
    "policy.escalation.hours": (None, "09:00..10:00"),
    "policy.discover.to": (None, "ada"),
    "policy.require_signatures_since": ("4b825dc642cb", None),
    "policy.forges": (None, ["forge"]),
    "policy.words.runtime": (["spin"], None),
    "policy.words.activity": (["knocks"], None),
    "policy.words.outcome": (None, ["knocks"]),
    "routing": ([{"to": "ada"}], [{"to": "ben"}]),
}
SILENCED_VALUES: dict[str, tuple[Any, Any]] = {
    "*.until": ("2026-12-01", "2027-12-01"),
    "*.by": ("ada", "ben"),
    "*.reason": ("The server moves.", "Later."),
}
FILES = {"seat": "seats/bot.yaml", "org": "org.yaml", "silenced": "escalations/silenced/bot.yaml"}
WHOLE = {
    "seat": SEAT,
    "org": ORG,
    "silenced": {"answered": {"until": "2026-12-01", "by": "ada", "reason": "The server moves."}},
}
VALUES = {"seat": SEAT_VALUES, "org": ORG_VALUES, "silenced": SILENCED_VALUES}
NAMES_FOR_ANY = {
    "metrics": "answered",
    "target": "2026-W10",
    "rebase": "2026-W10",
    "waive": "metric-activity",
    "": "answered",
}


def with_value(schema: str, key: str, value: Any) -> dict[str, bytes]:
    """The org with this value of the key; None leaves the key out."""
    whole = json.loads(json.dumps(WHOLE[schema]))
    parts = [
        NAMES_FOR_ANY.get(above, "some") if part == ANY else part
        for above, part in zip(["", *key.split(".")], key.split("."), strict=False)
    ]
    group = whole
    for part in parts[:-1]:
        below = group.get(part)
        group[part] = below if isinstance(below, dict) else {}
        group = group[part]
    if value is None:
        group.pop(parts[-1], None)
    else:
        group[parts[-1]] = value
    person = {"kind": "human", "status": "active", "since": "2026-01-05", "role": "Founder"}
    people = {
        f"seats/{name}.yaml": {"seat": name, "name": name.title(), **person, **boss}
        for name, boss in (("ada", {}), ("ben", {"reports_to": "ada"}))
    }
    files = {"org.yaml": ORG, "seats/bot.yaml": SEAT, **people, FILES[schema]: whole}
    return {path: json.dumps(content).encode() for path, content in files.items()}


def rules_found(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The rules of the topic notices that a change breaks."""
    from orgtp.history.merge_base import pair_orgs

    old, new = load_org(MemoryTree(before)), load_org(MemoryTree(after))
    found = check_changes(new.org, None, pair_orgs(old, new))
    return {problem.rule for problem in found if RULES[problem.rule].topic == "notices"}


CHANGES = [(schema, key) for schema, values in VALUES.items() for key in values]


@pytest.mark.parametrize(("schema", "key"), CHANGES)
def test_a_changed_key_is_reported_by_its_rule(schema: str, key: str) -> None:
    before, after = (with_value(schema, key, value) for value in VALUES[schema][key])
    assert before != after
    assert rules_found(before, after) == {KEY_DECISIONS[schema][key].rule}
    assert rules_found(before, before) == set()


def test_each_key_that_a_notice_reports_is_tried() -> None:
    reported = {
        (schema, key)
        for schema, keys in KEY_DECISIONS.items()
        for key, decision in keys.items()
        if decision.rule and RULES[decision.rule].topic == "notices"
    }
    # The cases of escalation-changed and value-corrected try these.
    elsewhere = {pair for pair in reported if pair[0] in {"escalation", "score"}}
    assert reported - elsewhere == set(CHANGES)


@pytest.mark.parametrize(
    ("schema", "key", "value"),
    [("seat", "metrics.*.rollup", "last"), ("org", "branch", "main"), ("org", "policy.escalation.within", "4h")],
)
def test_a_default_that_is_written_down_changes_nothing(schema: str, key: str, value: str) -> None:
    assert rules_found(with_value(schema, key, None), with_value(schema, key, value)) == set()


def test_the_order_of_a_list_of_seats_or_days_means_nothing() -> None:
    days = ["2026-12-24", "2026-12-25"]
    assert rules_found(with_value("org", "holidays", days), with_value("org", "holidays", days[::-1])) == set()


@pytest.mark.parametrize(("schema", "key"), [("seat", "x-note"), ("seat", "metrics.*.x-note"), ("org", "name")])
def test_what_hides_nothing_is_not_reported(schema: str, key: str) -> None:
    assert rules_found(with_value(schema, key, "One"), with_value(schema, key, "Two")) == set()
