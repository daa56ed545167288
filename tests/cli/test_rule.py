"""`orgtp rule`: the list of rules, and the manual page of one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgtp.audit.rules.pages import PAGES as ALL
from orgtp.rules.registry import TOPICS
from tests.conftest import Shell


def test_the_list_has_every_rule_with_its_topic_weight_and_title(shell: Shell) -> None:
    ran = shell("rule", COLUMNS="200")
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert {line for line in lines if line and not line.startswith(" ")} == {rule.topic for rule in ALL}
    for rule in ALL:
        assert [line for line in lines if line.split()[:2] == [rule.id, rule.severity] and line.endswith(rule.title)]


def test_topics_come_once_in_the_order_of_docs_rules_md(shell: Shell) -> None:
    topics = [line for line in shell("rule").out.splitlines() if line and not line.startswith(" ")]
    page = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    assert topics == list(dict.fromkeys(re.findall(r"^\| (\w+) \| \[", page, re.MULTILINE)))
    assert topics == list(TOPICS)
    assert (topics[0], topics[-1]) == ("accountability", "form")


@pytest.mark.parametrize("width", [40, 80])
def test_the_list_fits_the_screen(shell: Shell, width: int) -> None:
    out = shell("rule", COLUMNS=str(width)).out
    assert [line for line in out.splitlines() if len(line) > width] == []
    for rule in ALL:
        assert rule.id in out
        assert rule.title.split()[-1] in out


def test_a_page(shell: Shell) -> None:
    out = shell("rule", "owner-not-human").out
    (rule,) = (rule for rule in ALL if rule.id == "owner-not-human")
    head, _, title, *_ = out.splitlines()
    assert head == "owner-not-human  error, accountability"
    assert title == rule.title
    assert " ".join(out.split()) == " ".join(f"{head} {rule.page}".split())
    assert "\n    owner: " in out


@pytest.mark.parametrize("width", [40, 72])
def test_every_page_fits_the_screen_but_for_its_examples(shell: Shell, width: int) -> None:
    for rule in ALL[:: max(1, len(ALL) // 6)]:
        lines = shell("rule", rule.id, COLUMNS=str(width)).out.splitlines()
        assert [line for line in lines if len(line) > width and not line.startswith("    ")] == []
        examples = [line for line in rule.page.splitlines() if line.startswith("    ")]
        assert [line for line in lines if line.startswith("    ")] == examples


def test_json_without_an_org(shell: Shell) -> None:
    data = shell("rule", "--json").json
    assert (data["orgtp"], data["kind"]) == (1, "rules")
    assert [rule["rule"] for rule in data["rules"]] == [rule.id for rule in ALL]
    (one,) = shell("rule", "owner-unknown", "--json").json["rules"]
    assert list(one) == ["rule", "severity", "topic", "title", "page"]
    assert one in data["rules"]
    assert one["page"].startswith(one["title"])


def test_an_unknown_rule_is_refused_with_the_nearest(shell: Shell) -> None:
    ran = shell("rule", "ownr-unknown", code=2)
    assert ran.out == ""
    assert 'there is no rule "ownr-unknown". Did you mean "owner-unknown"?' in ran.err
    assert "orgtp rule" in shell("rule", "qqqq", code=2).err


def test_what_validate_names_can_be_read(acme: Shell) -> None:
    acme.write("seats/x.yaml", "seat: x\nname: X\nrole: R\nkind: agent\nstatus: active\nowner: adda\n")
    hint = acme("validate", code=1).err.splitlines()[-1]
    named = re.fullmatch(r"what a rule means: orgtp rule (\S+) \(also: (\S+), (\S+)\)", hint)
    assert named
    for id_ in named.groups():
        assert acme("rule", id_).out.startswith(f"{id_}  ")
