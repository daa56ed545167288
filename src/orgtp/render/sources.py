"""The sources of a machine, and what one of them said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, render_lines, safe_text
from orgtp.views.sources import Reading, SourceLine


def source_list_text(lines: Sequence[SourceLine], screen: Screen) -> str:
    """A row for each source: what it is here, and the metrics that name it."""
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
    """The value, how long it took, and how it reads against each metric."""
    head = join_spans(safe_text(value, "bold"), (f"  in {seconds:f}s", "dim"))
    return render_lines([head, *_readings(readings, screen)], screen)


def _readings(readings: Iterable[Reading], screen: Screen) -> Iterator[Line]:
    rows = [[safe_text(f"{reading.seat}/{reading.metric}"), _format_reading(reading)] for reading in readings]
    for line in align_columns(rows, Screen(max(1, screen.width - 2), screen.colour), give=1):
        yield join_spans("  ", line)


def _format_reading(reading: Reading) -> Line:
    if reading.stored is None:
        return join_spans(("✗ ", "bold red"), safe_text(reading.why or ""))
    stored = f" (stored as {reading.stored})" if reading.stored != reading.shown else ""
    return join_spans(("✓ ", "green"), safe_text(f"{reading.shown}{stored}"))
