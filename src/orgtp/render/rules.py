"""Rules as text and JSON: the list of them, and the manual page of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from orgtp.model.problem import Severity
from orgtp.render.json import VERSION
from orgtp.render.terminal import Screen, joined, padded, text_of, width_of, wrapped
from orgtp.rules.rule import Rule

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
# Lines that are longer are hard to read, however wide the screen is.
_WIDEST = 100
# A title in less room than this goes below its rule.
_LEAST = 30
_CODE = "    "


def rules_json(rules: Iterable[Rule]) -> str:
    """Rules as JSON. There need not be an org, so this is not the envelope of a view."""
    rows = [
        {"rule": rule.id, "severity": rule.severity, "topic": rule.topic, "title": rule.title, "page": rule.page}
        for rule in rules
    ]
    return json.dumps({"orgtp": VERSION, "kind": "rules", "rules": rows}, ensure_ascii=False, indent=2) + "\n"


def rules_text(rules: Iterable[Rule], screen: Screen) -> str:
    """Every rule with its weight and title, topic by topic."""
    return text_of(_list_lines(list(rules), screen), screen)


def _list_lines(rules: list[Rule], screen: Screen) -> Iterator[Text]:
    ids = max((len(rule.id) for rule in rules), default=0)
    topics = dict.fromkeys(rule.topic for rule in rules)
    for number, topic in enumerate(topics):
        if number:
            yield Text()
        yield Text(topic, style="bold")
        for rule in (rule for rule in rules if rule.topic == topic):
            yield from _row(rule, ids, screen)


def _row(rule: Rule, ids: int, screen: Screen) -> Iterator[Text]:
    """One rule; its title beside it, or below it on a narrow screen."""
    weight = padded(Text(rule.severity, style=_STYLES[rule.severity]), len(Severity.WARNING))
    head = joined("  ", padded(Text(rule.id), ids), "  ", weight, "  ")
    room = screen.width - width_of(head)
    if room >= _LEAST:
        first, *rest = wrapped(Text(rule.title), room)
        yield joined(head, first)
        yield from (joined(" " * width_of(head), line) for line in rest)
    else:
        yield joined("  ", rule.id, " ", (f"({rule.severity})", _STYLES[rule.severity]))
        yield from (joined("    ", line) for line in wrapped(Text(rule.title), screen.width - 4))


def page_text(rule: Rule, screen: Screen) -> str:
    """The manual page: id, weight and topic; what breaks the rule, why, bad and good examples, and how to fix it."""
    narrow = Screen(min(screen.width, _WIDEST), screen.colour)
    head = joined((rule.id, "bold"), "  ", (rule.severity, _STYLES[rule.severity]), f", {rule.topic}")
    return text_of([*wrapped(head, narrow.width), *_page_lines(rule.page.split("\n\n"), narrow)], screen)


def _page_lines(blocks: Sequence[str], screen: Screen) -> Iterator[Text]:
    for block in blocks:
        yield Text()
        lines = block.strip("\n").split("\n")
        if all(line.startswith(_CODE) or not line for line in lines):
            yield from (Text(line, style="cyan") for line in lines)
        else:
            yield from wrapped(Text(" ".join(line.strip() for line in lines)), screen.width)
