"""The sources of a machine, and what one of them said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rich.text import Text

from orgtp.render.terminal import Screen, joined, say, table, text_of
from orgtp.views.sources import Reading, SourceLine


def source_list_text(lines: Sequence[SourceLine], screen: Screen) -> str:
    """A row for each source: what it is here, and the metrics that name it."""
    rows = [[say(line.source), _what(line), _uses(line)] for line in lines]
    return text_of(table(rows, screen, give=2), screen)


def _what(line: SourceLine) -> Text:
    if line.wrong:
        return joined(say(line.kind or "no kind"), (" (wrong)", "bold red"))
    near = f'. Did you mean "{line.near}"?' if line.near else ""
    return say(line.kind) if line.kind else say(f"not known here{near}", "yellow")


def _uses(line: SourceLine) -> Text:
    uses = ", ".join(f"{use.seat}/{use.metric}" for use in line.metrics)
    return say(uses) if uses else Text("no metric names it", style="dim")


def source_test_text(value: str, seconds: Decimal, readings: Iterable[Reading], screen: Screen) -> str:
    """The value, how long it took, and how it reads against each metric."""
    head = joined(say(value, "bold"), (f"  in {seconds:f}s", "dim"))
    return text_of([head, *_readings(readings, screen)], screen)


def _readings(readings: Iterable[Reading], screen: Screen) -> Iterator[Text]:
    rows = [[say(f"{reading.seat}/{reading.metric}"), _reading(reading)] for reading in readings]
    for line in table(rows, Screen(max(1, screen.width - 2), screen.colour), give=1):
        yield joined("  ", line)


def _reading(reading: Reading) -> Text:
    if reading.stored is None:
        return joined(("✗ ", "bold red"), say(reading.why or ""))
    stored = f" (stored as {reading.stored})" if reading.stored != reading.shown else ""
    return joined(("✓ ", "green"), say(f"{reading.shown}{stored}"))
