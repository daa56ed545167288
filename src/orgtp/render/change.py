"""Changes as text: the plan of a retirement, and what a change did or would do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from orgtp.actions.retire import RetirementPlan
from orgtp.model.org import Org
from orgtp.model.problem import Place
from orgtp.model.text import escape_control_chars
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, render_lines, safe_text, truncate_line


def plan_text(org: Org, plan: RetirementPlan, screen: Screen) -> str:
    """Everything that a retirement would do, before anything is done."""
    return render_lines(plan_lines(org, plan, screen), screen)


def plan_lines(org: Org, plan: RetirementPlan, screen: Screen) -> list[Line]:
    """The lines of the plan."""
    seat = plan.seat
    taken_off = [[safe_text(".".join(keys)), join_spans("the seat is taken off the list")] for keys in plan.policy]
    lines = [join_spans("Retiring ", safe_text(seat.name, "bold"), ", ", safe_text(seat.role))]
    lines += _format_plan_section(
        "capabilities", [_format_handover_row(org, name, heir) for name, heir in plan.capabilities.items()], screen
    )
    lines += _format_plan_section(
        "metrics", [_format_metric_heir(org, name, heir) for name, heir in plan.metrics.items()], screen
    )
    lines += _format_plan_section(
        "reports", [_format_report_row(org, name, boss) for name, boss in plan.reports.items()], screen
    )
    lines += _format_plan_section(
        "answers for", [_format_handover_row(org, name, owner) for name, owner in plan.owned.items()], screen
    )
    lines += _format_plan_section("policy", taken_off, screen)
    lines += _format_mentions(plan.mentions, screen)
    return [*lines, []]


def _format_plan_section(title: str, rows: list[list[Line]], screen: Screen) -> list[Line]:
    lines = align_columns(rows, Screen(screen.width - 2, screen.colour), give=0)
    return [[], [(title, "dim")], *(join_spans("  ", line) for line in lines)] if rows else []


def _format_seat_name(org: Org, seat: str) -> Line:
    return safe_text(org.seats[seat].name, "bold") if seat in org.seats else safe_text(seat)


def _format_handover_row(org: Org, name: str, heir: str) -> list[Line]:
    return [
        safe_text(name),
        join_spans("→ ", _format_seat_name(org, heir)) if heir else [("→ nobody yet", "bold red")],
    ]


def _format_metric_heir(org: Org, name: str, heir: str) -> list[Line]:
    return [safe_text(name), join_spans("→ ", _format_seat_name(org, heir)) if heir else join_spans("ends")]


def _format_report_row(org: Org, name: str, boss: str) -> list[Line]:
    return [
        _format_seat_name(org, name),
        join_spans("→ ", _format_seat_name(org, boss)) if boss else join_spans("→ the top of the chart"),
    ]


def _format_mentions(mentions: Iterable[tuple[Place, str]], screen: Screen) -> Iterator[Line]:
    """Words elsewhere that speak of the seat; people may want to change them, nothing else does."""
    found = list(mentions)
    if found:
        yield from [[], [("also spoken of, and left as it is", "dim")]]
        for place, text in found:
            yield truncate_line(join_spans("  ", safe_text(str(place)), "  ", safe_text(text, "dim")), screen.width)


def dry_run_text(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """What a change would do to the files, as a unified diff without context: for a dry run."""
    out: list[str] = []
    for path, raw in sorted(after.items()):
        old, new = (side.decode(errors="replace").splitlines() for side in (before.get(path, b""), raw))
        source = f"a/{path}" if path in before else "/dev/null"
        out += difflib.unified_diff(old, new, source, f"b/{path}", lineterm="", n=0)
    return "".join(f"{escape_control_chars(line)}\n" for line in out)
