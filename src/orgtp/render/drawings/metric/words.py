"""What the chart of a metric says in words: for people who do not see it, and as labels."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.cell import CellState
from orgtp.model.target import format_target
from orgtp.model.text import one_line
from orgtp.model.value import MINUS
from orgtp.render.wording.figures import format_full_figure
from orgtp.render.wording.odds import shorten_limit
from orgtp.render.wording.periods import name_period
from orgtp.views.metric_chart import ChartColumn, ChartPhase, ChartShape, MetricChart
from orgtp.views.signs import describe_state


def describe_metric_chart(chart: MetricChart) -> str:
    """What the chart shows, in words: each cell with its verdict, then the phases."""
    target = format_target(chart.health.facts.target)
    head = f"{one_line(chart.name)} by {chart.grain}" + (f", target {target}" if target else "")
    cells = [
        f"{name_period(one.period.text)} {describe_cell(chart, one)}"
        for one in chart.columns
        if one.cell.state is not CellState.NONE or one.cell.value is not None
    ]
    phases = [name_phase(chart, phase) for phase in chart.phases] if chart.has_phases else []
    return ". ".join([head, "; ".join(cells) or "no values yet", *phases])


def describe_cell(chart: MetricChart, column: ChartColumn) -> str:
    """The value of a cell with all of its decimals and its verdict: `75.98% off target`, `unknown`."""
    cell = column.cell
    value = format_full_figure(cell.value, chart.measure) if cell.value is not None else ""
    marks = [mark for mark, holds in (("corrected", cell.corrected), ("not all of it known", cell.partial)) if holds]
    return ", ".join([" ".join(filter(None, (value, describe_state(cell.state, cell.value)))), *marks])


def list_phase_names(chart: MetricChart, phase: ChartPhase) -> Iterator[str]:
    """The name of a phase, the longest first."""
    yield name_phase(chart, phase)
    since = f" from {name_period(phase.since)}" if phase.since else ""
    yield f"phase {phase.number}{since}"
    yield f"phase {phase.number}"


def name_phase(chart: MetricChart, phase: ChartPhase) -> str:
    """The name of a phase: its number, when it began, its mean or that it is on trial, and the reason for it."""
    since = f" from {name_period(phase.since)}" if phase.since else ""
    reason = f": \u201c{one_line(phase.reason)}\u201d" if phase.reason else ""
    facts = _describe_phase(chart, phase)
    return f"phase {phase.number}{since}{f', {facts}' if facts else ''}{reason}"


def _describe_phase(chart: MetricChart, phase: ChartPhase) -> str:
    if phase.health.variation == "trial":
        return "on trial"
    mean = shorten_limit(phase.health, phase.health.mean) if chart.shape is ChartShape.LINE else ""
    return f"mean {mean.replace('-', MINUS)}" if mean else ""
