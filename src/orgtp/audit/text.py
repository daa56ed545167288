"""The verdict of an audit for people: each violation with its place and what was there, and what the verdict means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from orgtp.audit.guarantees import Guarantee
from orgtp.audit.model import Audit, Gap, Noted, Verdict, Violation
from orgtp.model.text import counted, visible
from orgtp.render.problems.fast_lines import Line, flow, painted
from orgtp.render.terminal import Screen

_SHORT = 10
# So many violations are told in full; the JSON has all of them.
MOST = 50
_SIGNS = {
    Verdict.INTACT: ("✓", "bold green"),
    Verdict.VIOLATED: ("✗", "bold red"),
    Verdict.UNPROVEN: ("?", "bold yellow"),
}


def audit_text(found: Audit, sure: Iterable[Guarantee], branch: str, screen: Screen) -> str:
    """The whole report: violations, gaps and notes first, the verdict and what it stands on last."""
    lines: list[Line] = []
    for violation in found.violations[:MOST]:
        lines += [*_violation(violation, screen.width), []]
    if len(found.violations) > MOST:
        lines += [
            *flow([(f"and {len(found.violations) - MOST:,} more; all of them: --json", "dim")], screen.width, ""),
            [],
        ]
    for gap in found.gaps:
        lines += [*_gap(gap, screen.width), []]
    for note in found.notes:
        lines += [*_note(note, screen.width), []]
    return painted([*lines, *_verdict(found, branch, screen.width), *_sure(sure, screen.width)], screen)


def _violation(violation: Violation, width: int) -> Iterator[Line]:
    place = f"{violation.path}{f':{violation.line}' if violation.line else ''}"
    head = [("✗ ", "bold red"), (violation.rule, "bold red")]
    head += [(f" {visible(place)}", "bold")] if place else []
    yield from flow([*head, (f": {visible(violation.message)}", "")], width, "  ")
    if violation.commit:
        who = f" by {visible(violation.author)}" if violation.author else ""
        yield from flow([(f"  commit {violation.commit[:_SHORT]}{who}", "dim")], width, "  ")
    for word, text in (("was", violation.before), ("is ", violation.after)):
        if text is not None:
            yield from flow([(f"  {word} ", "dim"), (visible(text), "")], width, "      ")
    for part in violation.hint.split("\n") if violation.hint else ():
        yield from flow([(f"  {visible(part)}", "dim")], width, "  ")


def _gap(gap: Gap, width: int) -> Iterator[Line]:
    yield from flow([("? ", "bold yellow"), (visible(gap.what), "")], width, "  ")
    yield from flow([(f"  {visible(gap.remedy)}", "dim")], width, "  ")


def _note(note: Noted, width: int) -> Iterator[Line]:
    where = f" (commit {note.commit[:_SHORT]})" if note.commit else ""
    yield from flow([("· ", "bold cyan"), (f"{visible(note.what)}{where}", "")], width, "  ")


def _verdict(found: Audit, branch: str, width: int) -> Iterator[Line]:
    sign, style = _SIGNS[found.verdict]
    wrong = f", {counted(len(found.violations), 'violation')}" if found.violations else ""
    before = found.commits - found.checked
    seen = f", {before:,} of them looked at before" if before else ""
    what = f": {visible(branch)} up to {found.head[:_SHORT]}, {counted(found.commits, 'commit')}{seen}{wrong}"
    yield from flow([(f"{sign} {found.verdict}", style), (what, "")], width, "  ")


def _sure(sure: Iterable[Guarantee], width: int) -> Iterator[Line]:
    """What an intact history may be relied on for."""
    for one in sure:
        by = f" by {one.by}" if one.by and one.label == "enforced" else ""
        yield from flow([(f"  {one.label}{by}:", "dim"), (f" {one.what}", "")], width, "    ")


def audit_body(found: Audit, sure: Iterable[Guarantee], branch: str) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "verdict": found.verdict,
        "branch": branch,
        "head": found.head,
        "commits": found.commits,
        "checked": found.checked,
        "violations": list(found.violations),
        "gaps": list(found.gaps),
        "notes": list(found.notes),
        "guarantees": list(sure),
        "signatures": found.signatures,
        "kept": list(found.kept),
    }
