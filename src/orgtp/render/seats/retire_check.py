"""Show whether a seat can be retired: the plan, what still names it, and what stands in the way."""

from __future__ import annotations

from typing import Any

from orgtp.actions.retire_check import NamedBy, RetirementCheck
from orgtp.model.org import Org
from orgtp.model.text import count_noun
from orgtp.render.change import plan_lines
from orgtp.render.json import plan_body
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, indent_lines, render_lines, safe_text


def check_text(org: Org, found: RetirementCheck, screen: Screen) -> str:
    """The plan, the places that name the seat with what becomes of each, and what is in the way."""
    lines: list[Line] = plan_lines(org, found.plan, screen) if found.plan else []
    if found.named:
        rows = [
            [safe_text(str(one.reference.place)), safe_text(one.reference.key), safe_text(one.what)]
            for one in found.named
        ]
        lines += [[("named in", "dim")], *indent_lines(align_columns(rows, Screen(screen.width - 2))), []]
    if not found.obstacles:
        return render_lines([*lines, join_spans(safe_text(found.seat, "bold"), " can be retired.")], screen)
    count = count_noun(len(found.obstacles), "thing stands", "things stand")
    lines.append(join_spans(f"{count} in the way of retiring ", safe_text(found.seat, "bold"), ":"))
    for one in found.obstacles:
        lines += [join_spans("  ", safe_text(one.why)), join_spans("    ", safe_text(one.command))]
    return render_lines(lines, screen)


def check_body(found: RetirementCheck) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "seat": found.seat,
        "ready": found.is_ready,
        "plan": plan_body(found.plan) if found.plan else None,
        "named": [_named_body(one) for one in found.named],
        "obstacles": [{"why": one.why, "command": one.command} for one in found.obstacles],
    }


def _named_body(named: NamedBy) -> dict[str, Any]:
    one = named.reference
    return {
        "path": one.path, "line": one.place.line, "key": one.key, "says": one.kind.what, "metric": one.metric or None,
        "outcome": named.what,
    }  # fmt: skip
