"""Show the list of rules, and the manual page of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from orgtp.model.problem import Severity
from orgtp.render.json import VERSION
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, measure_line, pad_line, render_lines, wrap_line
from orgtp.rules.rule import Rule

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
# Longer lines are hard to read, even on a wide screen.
_WIDEST = 100
# A title with fewer columns than this goes below its rule.
_LEAST = 30
_CODE = "    "


def rules_json(rules: Iterable[Rule]) -> str:
    """Rules as JSON. It has no envelope, because it needs no org."""
    rows = [
        {"rule": rule.id, "severity": rule.severity, "topic": rule.topic, "title": rule.title, "page": rule.page}
        for rule in rules
    ]
    return json.dumps({"orgtp": VERSION, "kind": "rules", "rules": rows}, ensure_ascii=False, indent=2) + "\n"


def rules_text(rules: Iterable[Rule], screen: Screen) -> str:
    """Every rule with its severity and title, by topic."""
    return render_lines(_format_rule_list(list(rules), screen), screen)


def _format_rule_list(rules: list[Rule], screen: Screen) -> Iterator[Line]:
    ids = max((len(rule.id) for rule in rules), default=0)
    topics = dict.fromkeys(rule.topic for rule in rules)
    for number, topic in enumerate(topics):
        if number:
            yield []
        yield [(topic, "bold")]
        for rule in (rule for rule in rules if rule.topic == topic):
            yield from _format_rule_row(rule, ids, screen)


def _format_rule_row(rule: Rule, ids: int, screen: Screen) -> Iterator[Line]:
    """A rule with its title beside it, or below it on a narrow screen."""
    severity = pad_line([(rule.severity, _STYLES[rule.severity])], len(Severity.WARNING))
    head = join_spans("  ", pad_line(join_spans(rule.id), ids), "  ", severity, "  ")
    room = screen.width - measure_line(head)
    if room >= _LEAST:
        first, *rest = wrap_line(join_spans(rule.title), room)
        yield join_spans(head, first)
        yield from (join_spans(" " * measure_line(head), line) for line in rest)
    else:
        yield join_spans("  ", rule.id, " ", (f"({rule.severity})", _STYLES[rule.severity]))
        yield from (join_spans("    ", line) for line in wrap_line(join_spans(rule.title), screen.width - 4))


def rule_text(rule: Rule, screen: Screen) -> str:
    """The manual page: id, severity and topic; what breaks the rule, why, examples, and how to fix it."""
    narrow = Screen(min(screen.width, _WIDEST), screen.colour)
    head = join_spans((rule.id, "bold"), "  ", (rule.severity, _STYLES[rule.severity]), f", {rule.topic}")
    return render_lines([*wrap_line(head, narrow.width), *_format_rule_page(rule.page.split("\n\n"), narrow)], screen)


def _format_rule_page(blocks: Sequence[str], screen: Screen) -> Iterator[Line]:
    for block in blocks:
        yield []
        lines = block.strip("\n").split("\n")
        if all(line.startswith(_CODE) or not line for line in lines):
            yield from ([(line, "cyan")] for line in lines)
        else:
            yield from wrap_line(join_spans(" ".join(line.strip() for line in lines)), screen.width)
