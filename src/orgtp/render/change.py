"""Changes as text: the plan of a retirement, and what a change did or would do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from orgtp.actions.retire import RetirementPlan
from orgtp.model.org import Org
from orgtp.model.problem import Place
from orgtp.model.text import escape_control_chars
from orgtp.render.terminal import Screen, align_columns, join_text, render_lines, safe_text, truncate_text


def plan_text(org: Org, plan: RetirementPlan, screen: Screen) -> str:
    """Everything that a retirement would do, before anything is done."""
    return render_lines(plan_lines(org, plan, screen), screen)


def plan_lines(org: Org, plan: RetirementPlan, screen: Screen) -> list[Text]:
    """The lines of the plan."""
    seat = plan.seat
    taken_off = [[safe_text(".".join(keys)), Text("the seat is taken off the list")] for keys in plan.policy]
    lines = [join_text("Retiring ", safe_text(seat.name, "bold"), ", ", safe_text(seat.role))]
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
    return [*lines, Text()]


def _format_plan_section(title: str, rows: list[list[Text]], screen: Screen) -> list[Text]:
    lines = align_columns(rows, Screen(screen.width - 2, screen.colour), give=0)
    return [Text(), Text(title, style="dim"), *(join_text("  ", line) for line in lines)] if rows else []


def _format_seat_name(org: Org, seat: str) -> Text:
    return safe_text(org.seats[seat].name, "bold") if seat in org.seats else safe_text(seat)


def _format_handover_row(org: Org, name: str, heir: str) -> list[Text]:
    return [
        safe_text(name),
        join_text("→ ", _format_seat_name(org, heir)) if heir else Text("→ nobody yet", style="bold red"),
    ]


def _format_metric_heir(org: Org, name: str, heir: str) -> list[Text]:
    return [safe_text(name), join_text("→ ", _format_seat_name(org, heir)) if heir else Text("ends")]


def _format_report_row(org: Org, name: str, boss: str) -> list[Text]:
    return [
        _format_seat_name(org, name),
        join_text("→ ", _format_seat_name(org, boss)) if boss else Text("→ the top of the chart"),
    ]


def _format_mentions(mentions: Iterable[tuple[Place, str]], screen: Screen) -> Iterator[Text]:
    """Words elsewhere that speak of the seat; people may want to change them, nothing else does."""
    found = list(mentions)
    if found:
        yield from [Text(), Text("also spoken of, and left as it is", style="dim")]
        for place, text in found:
            yield truncate_text(join_text("  ", safe_text(str(place)), "  ", safe_text(text, "dim")), screen.width)


def dry_run_text(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """What a change would do to the files, as a unified diff without context: for a dry run."""
    out: list[str] = []
    for path, raw in sorted(after.items()):
        old, new = (side.decode(errors="replace").splitlines() for side in (before.get(path, b""), raw))
        source = f"a/{path}" if path in before else "/dev/null"
        out += difflib.unified_diff(old, new, source, f"b/{path}", lineterm="", n=0)
    return "".join(f"{escape_control_chars(line)}\n" for line in out)
