"""A rule's docstring is its manual page: every one has the same layout, and docs/rules.md has them all."""

from __future__ import annotations

import re

import pytest

from orgtp.audit.rules.pages import PAGES as ALL
from orgtp.rules.registry import TOPICS
from orgtp.rules.rule import Rule
from tools.rules_page import PAGE, by_topic, rules_page

LAYOUT = re.compile(
    r"(?P<title>[^\n]+\.)\n\n(?P<why>.+?)\n\nBad:\n\n(?P<bad>.+?)\n\nGood:\n\n(?P<good>.+?)\n\nFix: (?P<fix>.+)",
    re.DOTALL,
)
_CODE = re.compile(r"(?: {4}[^\n]*\S|)(?:\n(?: {4}[^\n]*\S|))*")


def pages() -> list[object]:
    return [pytest.param(rule, id=rule.id) for rule in ALL]


@pytest.mark.parametrize("rule", pages())
def test_a_page_has_why_a_bad_example_a_good_one_and_a_fix(rule: Rule) -> None:
    found = LAYOUT.fullmatch(rule.page)
    assert found, rule.page
    assert all(len(found[part].split()) > 1 for part in ("title", "why", "fix")), rule.page
    for example in (found["bad"], found["good"]):
        assert example.strip()
        assert _CODE.fullmatch(example), f"an example is indented by four blanks:\n{example}"
    assert found["bad"] != found["good"]


@pytest.mark.parametrize("rule", pages())
def test_a_page_is_plain_text_of_a_readable_width(rule: Rule) -> None:
    assert max(map(len, rule.page.splitlines())) <= 120
    assert rule.title == rule.page.splitlines()[0]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|\bTODO\b|TO BE WRITTEN", rule.page)


@pytest.mark.parametrize("rule", pages())
def test_an_id_is_readable(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule.id)
    assert rule.topic in TOPICS


def test_every_rule_stands_on_the_page_once() -> None:
    listed = [rule.id for _, rules in by_topic() for rule in rules]
    assert sorted(listed) == sorted(rule.id for rule in ALL)
    headings = re.findall(r"^### (\S+)$", rules_page(), re.MULTILINE)
    assert headings == listed


def test_the_page_of_all_rules_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == rules_page(), "docs/rules.md is stale: make rules"


def test_a_flood_of_one_rule_is_counted_and_not_listed() -> None:
    from orgtp.model.problem import Place, Problem
    from orgtp.rules.rule import MAX_PER_RULE, limit_problems

    flood = [Problem("owner-missing", Place("seats/a.yaml", line), "no owner") for line in range(1, MAX_PER_RULE + 5)]
    found = list(limit_problems(iter(flood)))
    assert found[:MAX_PER_RULE] == flood[:MAX_PER_RULE]
    assert [problem.message for problem in found[MAX_PER_RULE:]] == [
        "no owner (the first of 4 that are not listed one by one)"
    ]
    assert list(limit_problems(iter(flood[:MAX_PER_RULE]))) == flood[:MAX_PER_RULE]
