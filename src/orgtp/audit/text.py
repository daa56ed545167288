"""Format the result of an audit for people: violations, gaps, notes, the verdict and its guarantees."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from orgtp.audit.guarantees import Guarantee
from orgtp.audit.model import Audit, AuditNote, ExplainedViolation, Gap, Verdict, Violation
from orgtp.model.text import count_noun, escape_control_chars
from orgtp.render.spans import Line
from orgtp.render.terminal import PLACE, Screen, render_lines, wrap_line

_SHORT = 10
# How many violations the text lists; the JSON has all of them.
MAX_SHOWN = 50
# What earlier evidence proves is no accident of one commit.
_NOT_EXPLAINED = {"history-rewritten", "remote-rewritten", "checkpoint-not-contained", "checkpoint-forged"}
_SIGNS = {
    Verdict.INTACT: ("✓", "bold green"),
    Verdict.VIOLATED: ("✗", "bold red"),
    Verdict.UNPROVEN: ("?", "bold yellow"),
}


def format_audit(found: Audit, guarantees: Iterable[Guarantee], branch: str, screen: Screen) -> str:
    """Format the report: violations, gaps and notes first, then the verdict and its guarantees."""
    lines: list[Line] = []
    for violation in found.violations[:MAX_SHOWN]:
        lines += [*_format_violation(violation, screen.width), []]
    if len(found.violations) > MAX_SHOWN:
        lines += [
            *wrap_line(
                [(f"and {len(found.violations) - MAX_SHOWN:,} more; list all with --json", "dim")], screen.width, ""
            ),
            [],
        ]
    for one in found.explained:
        lines += [*_format_explained(one, screen.width), []]
    for gap in found.gaps:
        lines += [*_format_gap(gap, screen.width), []]
    for note in found.notes:
        lines += [*_format_note(note, screen.width), []]
    return render_lines(
        [*lines, *_format_verdict(found, branch, screen.width), *_format_guarantees(guarantees, screen.width)], screen
    )


def _format_violation(violation: Violation, width: int) -> Iterator[Line]:
    yield from _format_head(violation, [("✗ ", "bold red"), (violation.rule, "bold red")], width)
    for word, text in (("was", violation.before), ("is ", violation.after)):
        if text is not None:
            yield from wrap_line([(f"  {word} ", "dim"), (escape_control_chars(text), "")], width, "      ")
    for part in violation.hint.split("\n") if violation.hint else ():
        yield from wrap_line([(f"  {escape_control_chars(part)}", "dim")], width, "  ")


def _format_head(violation: Violation, head: Line, width: int) -> Iterator[Line]:
    """Format what a violation is about, and its commit. The author is whoever the commit names."""
    place = f"{violation.path}{f':{violation.line}' if violation.line else ''}"
    head += [(f" {escape_control_chars(place)}", PLACE)] if place else []
    yield from wrap_line([*head, (f": {escape_control_chars(violation.message)}", "")], width, "  ")
    if violation.commit:
        who = f" by {escape_control_chars(violation.author)}" if violation.author else ""
        yield from wrap_line([(f"  commit {violation.commit[:_SHORT]}{who}", "dim")], width, "  ")


def _format_explained(one: ExplainedViolation, width: int) -> Iterator[Line]:
    """Format a violation that an approver explained: what it is, and the explanation."""
    head = [("○ explained ", "bold cyan"), (one.violation.rule, "bold")]
    yield from _format_head(one.violation, head, width)
    said = one.explanation
    where = f"explained in commit {one.explained_in[:_SHORT]} on {said.at:%Y-%m-%d}"
    who = f"{where}, decided by {said.decided_by} as it says: {said.reason}"
    yield from wrap_line([(f"  {escape_control_chars(who)}", "")], width, "    ")


def _format_gap(gap: Gap, width: int) -> Iterator[Line]:
    yield from wrap_line([("? ", "bold yellow"), (escape_control_chars(gap.what), "")], width, "  ")
    yield from wrap_line([(f"  {escape_control_chars(gap.remedy)}", "dim")], width, "  ")


def _format_note(note: AuditNote, width: int) -> Iterator[Line]:
    where = f" (commit {note.commit[:_SHORT]})" if note.commit else ""
    yield from wrap_line([("· ", "bold cyan"), (f"{escape_control_chars(note.what)}{where}", "")], width, "  ")


def _format_verdict(found: Audit, branch: str, width: int) -> Iterator[Line]:
    sign, style = _SIGNS[found.verdict]
    wrong = f", {count_noun(len(found.violations), 'violation')}" if found.violations else ""
    before = found.commits - found.checked
    seen = f", {before:,} of them checked earlier" if before else ""
    commits = count_noun(found.commits, "commit")
    what = f": {escape_control_chars(branch)} up to {found.head[:_SHORT]}, {commits}{seen}{wrong}"
    yield from wrap_line([(f"{sign} {found.verdict_text}", style), (what, "")], width, "  ")
    accidents = [one for one in found.violations if one.commit and one.rule not in _NOT_EXPLAINED]
    if accidents:
        path = f" {shlex.quote(accidents[0].path)}" if accidents[0].path else ""
        about = escape_control_chars(f"{accidents[0].commit[:_SHORT]}{path}")
        command = f"orgtp audit explain {about} --reason TEXT --decided-by SEAT"
        what = f"  An approver can explain what was an accident, once it is undone: {command}"
        yield from wrap_line([(what, "dim")], width, "  ")


def _format_guarantees(guarantees: Iterable[Guarantee], width: int) -> Iterator[Line]:
    """Format the guarantees of an intact history."""
    for one in guarantees:
        by = f" by {one.enforced_by}" if one.enforced_by else ""
        yield from wrap_line([(f"  {one.label}{by}:", "dim"), (f" {one.what}", "")], width, "    ")


def audit_json(found: Audit, guarantees: Iterable[Guarantee], branch: str) -> dict[str, Any]:
    """The result of an audit as JSON."""
    return {
        "verdict": found.verdict_text,
        "branch": branch,
        "head": found.head,
        "commits": found.commits,
        "checked": found.checked,
        "violations": list(found.violations),
        "explained": [explained_json(one) for one in found.explained],
        "gaps": list(found.gaps),
        "notes": list(found.notes),
        "guarantees": list(guarantees),
        "signatures": found.signatures,
        "kept": list(found.confirmed_evidence),
    }


def explained_json(one: ExplainedViolation) -> dict[str, Any]:
    """An explained violation as JSON: the violation, and what the approver said."""
    said = one.explanation
    return {
        "violation": one.violation,
        "at": said.at,
        "reason": said.reason,
        "decided_by": said.decided_by,
        "by": said.by or None,
        "explained_in": one.explained_in,
    }
