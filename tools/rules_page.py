"""Gather the manual pages of all rules into docs/rules.md. Run by `make rules`; a test holds the file to the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from orgtp.audit.rules.pages import PAGES
from orgtp.rules.registry import TOPICS
from orgtp.rules.rule import Rule

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
_HEAD = """\
# Rules

This page is generated from the rules' own docstrings by `make rules`; `orgtp rule ID` shows one of them in a terminal.

An error fails `orgtp validate`; a warning does so with `--strict`; a notice is only to be seen. What may not be in the
history is found by `orgtp audit verify`: see [audit.md](audit.md).
"""


def rules_page() -> str:
    """The whole page: a table by topic, then every rule's own."""
    return "\n".join([_HEAD, *_index(), *_pages()])


def by_topic() -> list[tuple[str, list[Rule]]]:
    """The rules of each topic, in the order of the list."""
    return [(topic, list(rules)) for topic, rules in groupby(PAGES, key=lambda rule: rule.topic)]


def _index() -> Iterator[str]:
    yield "| topic | rule | weight | what breaks it |\n|---|---|---|---|"
    for topic, rules in by_topic():
        for rule in rules:
            yield f"| {topic} | [{rule.id}](#{rule.id}) | {rule.severity} | {_cell(rule.title)} |"
    yield ""


def _pages() -> Iterator[str]:
    for topic, rules in by_topic():
        yield f"## {TOPICS.get(topic, topic.capitalize())}\n"
        for rule in rules:
            yield f"### {rule.id}\n\n*{rule.severity}.* {rule.page}\n"


def _cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(rules_page(), encoding="utf-8")
    sys.stdout.write("docs/rules.md\n")


if __name__ == "__main__":
    main()
