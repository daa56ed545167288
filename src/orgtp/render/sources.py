"""Show the sources of a machine, and the value that one of them returned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, indent_lines, render_lines, safe_text
from orgtp.views.sources import Reading, SourceLine


def source_list_text(lines: Sequence[SourceLine], screen: Screen) -> str:
    """A line for each source: its kind, and the metrics that use it."""
    rows = [[safe_text(line.source), _format_source_kind(line), _format_source_uses(line)] for line in lines]
    return render_lines(align_columns(rows, screen, give=2), screen)


def _format_source_kind(line: SourceLine) -> Line:
    if line.wrong:
        return join_spans(safe_text(line.kind or "no kind"), (" (wrong)", "bold red"))
    near = f'. Did you mean "{line.near}"?' if line.near else ""
    return safe_text(line.kind) if line.kind else safe_text(f"not known here{near}", "yellow")


def _format_source_uses(line: SourceLine) -> Line:
    uses = ", ".join(f"{use.seat}/{use.metric}" for use in line.metrics)
    return safe_text(uses) if uses else [("no metric names it", "dim")]


def source_test_text(value: str, seconds: Decimal, readings: Iterable[Reading], screen: Screen) -> str:
    """The value, how long it took, and how each metric reads it."""
    head = join_spans(safe_text(value, "bold"), (f"  in {seconds:f}s", "dim"))
    rows = [[safe_text(f"{reading.seat}/{reading.metric}"), _format_reading(reading)] for reading in readings]
    lines = align_columns(rows, Screen(max(1, screen.width - 2)), give=1)
    return render_lines([head, *indent_lines(lines)], screen)


def _format_reading(reading: Reading) -> Line:
    if reading.stored is None:
        return join_spans(("✗ ", "bold red"), safe_text(reading.why or ""))
    stored = f" (stored as {reading.stored})" if reading.stored != reading.shown else ""
    return join_spans(("✓ ", "green"), safe_text(f"{reading.shown}{stored}"))
