"""Show what somebody who leaves leaves behind, and who takes it over."""

from __future__ import annotations

from typing import Any

from orgtp.actions.leave import LeavePlan
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, indent_lines, render_lines, safe_text, wrap_line


def leave_text(plan: LeavePlan, screen: Screen) -> str:
    """Everything that the person leaves behind, in lists."""
    nobody: Line = [("→ nobody: vacant", "yellow")]
    held = {one.seat for one in plan.seats}
    needed = f"→ needs a new owner{f' on {plan.since}' if plan.is_later else ''}"
    unowned: Line = [(needed, "bold red")]
    sections = {
        "holds": [
            [
                safe_text(one.seat, "bold"),
                safe_text(one.name),
                safe_text(one.role),
                safe_text(f"→ {one.next}") if one.next else nobody,
            ]
            for one in plan.seats
        ],
        "owns": [
            [safe_text(seat, "bold"), _format_owner(owner, stays=owner in held) if owner else unowned]
            for seat, owner in plan.owned.items()
        ],
        "reports": [[safe_text(seat, "bold")] for seat in plan.reports],
        "open escalations": [[safe_text(one)] for one in plan.escalations],
        "open to-dos": [[safe_text(one)] for one in plan.todos],
        "sources": [[safe_text(f"{one.seat} {one.metric}"), safe_text(one.source)] for one in plan.sources],
        "keys": [
            [
                safe_text(f"policy/allowed_signers:{one.line}"),
                safe_text(f"signs as {one.seat}"),
                safe_text(one.fingerprint),
            ]
            for one in plan.keys
        ],
        "also named": [[safe_text(str(one.place)), safe_text(one.key)] for one in plan.named],
    }
    lines = [join_spans(safe_text(plan.person, "bold"), f" leaves; {plan.since} is the first day without them")]
    if plan.is_later and any(one.next is None for one in plan.seats):
        ids = [one.seat for one in plan.seats if one.next is None]
        lines += wrap_line(
            safe_text(f"On that day, complete it: {'; '.join(f'orgtp seat vacate {id_}' for id_ in ids)}"), screen.width
        )
    for title, rows in sections.items():
        if rows:
            lines += [[], [(title, "dim")], *indent_lines(align_columns(rows, Screen(screen.width - 2)))]
    return render_lines([*lines, []], screen)


def _format_owner(owner: str, *, stays: bool) -> Line:
    """The owner that a seat gets; or that it stays with a seat which somebody else holds then."""
    return safe_text(f"stays with {owner}" if stays else f"→ {owner}")


def leave_body(plan: LeavePlan) -> dict[str, Any]:
    """The plan as JSON."""
    return {
        "person": plan.person,
        "since": str(plan.since),
        "seats": [{"seat": one.seat, "name": one.name, "role": one.role, "next": one.next} for one in plan.seats],
        "owned": {seat: owner or None for seat, owner in plan.owned.items()},
        "reports": list(plan.reports),
        "escalations": list(plan.escalations),
        "todos": list(plan.todos),
        "sources": [{"seat": one.seat, "metric": one.metric, "source": one.source} for one in plan.sources],
        "keys": [
            {"seat": one.seat, "line": one.line, "fingerprint": one.fingerprint, "remedy": one.remedy}
            for one in plan.keys
        ],
        "named": [
            {"path": one.path, "line": one.place.line, "key": one.key, "seat": one.seat, "metric": one.metric or None}
            for one in plan.named
        ],
    }
