"""Show a change: the plan of a retirement, and what a dry run would write."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from orgtp.actions.retire import RetirementPlan, describe_metric_end
from orgtp.model.org import Org
from orgtp.model.text import count_noun, escape_control_chars
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, indent_lines, render_lines, safe_text, truncate_line


def plan_text(org: Org, plan: RetirementPlan, screen: Screen) -> str:
    """Everything that a retirement would change."""
    return render_lines(plan_lines(org, plan, screen), screen)


def plan_lines(org: Org, plan: RetirementPlan, screen: Screen) -> list[Line]:
    """The lines of the plan."""

    def heir_rows(heirs: Mapping[str, str], nobody: Line) -> list[list[Line]]:
        return [[safe_text(name), _format_heir(org, heir) if heir else nobody] for name, heir in heirs.items()]

    vacant: Line = [("→ nobody yet", "bold red")]
    sections = {
        "capabilities": heir_rows(plan.capabilities, vacant),
        "metrics": [
            [safe_text(name), _format_heir(org, heir) if heir else safe_text(describe_metric_end(plan, name))]
            for name, heir in plan.metrics.items()
        ],
        "reports": [
            [_format_seat_name(org, name), _format_heir(org, boss) if boss else [("→ the top of the chart", "")]]
            for name, boss in plan.reports.items()
        ],
        "answers for": heir_rows(plan.owned, vacant),
        "policy": [[safe_text(".".join(keys)), [("the seat is taken off the list", "")]] for keys in plan.policy],
        "routes": heir_rows(plan.routes, vacant),
    }
    lines = [join_spans("Retiring ", safe_text(plan.seat.name, "bold"), ", ", safe_text(plan.seat.role))]
    for title, rows in sections.items():
        if rows:
            lines += [[], [(title, "dim")], *indent_lines(align_columns(rows, Screen(screen.width - 2)))]
    if mentions := list(plan.mentions):
        lines += [[], [("also spoken of, and left as it is", "dim")]]
    for place, text in mentions:
        line = join_spans("  ", safe_text(str(place)), "  ", safe_text(text, "dim"))
        lines.append(truncate_line(line, screen.width))
    return [*lines, []]


def _format_seat_name(org: Org, seat: str) -> Line:
    return safe_text(org.seats[seat].name, "bold") if seat in org.seats else safe_text(seat)


def _format_heir(org: Org, seat: str) -> Line:
    return join_spans("→ ", _format_seat_name(org, seat))


def dry_run_text(before: Mapping[str, bytes], after: Mapping[str, bytes], removed: Sequence[str] = ()) -> str:
    """What a dry run would write, as a unified diff without context. Of removed files, it names the first paths."""
    out = [f"remove {path}" for path in removed[:_MOST_REMOVED]]
    if more := removed[_MOST_REMOVED:]:
        out.append(f"remove {count_noun(len(more), 'more file')}, the last of them {more[-1]}")
    for path, raw in sorted(after.items()):
        old, new = (side.decode(errors="replace").splitlines() for side in (before.get(path, b""), raw))
        source = f"a/{path}" if path in before else "/dev/null"
        if path.startswith(_SHIPPED):
            # A schema is long, and nobody edits it.
            out.append(f"{'update' if path in before else 'create'} {path} ({count_noun(len(new), 'line')})")
            continue
        out += difflib.unified_diff(old, new, source, f"b/{path}", lineterm="", n=0)
    return "".join(f"{escape_control_chars(line)}\n" for line in out)


_SHIPPED = ".orgtp/"
_MOST_REMOVED = 10
