"""The lines of a chart: which columns each connects, and where its points are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from orgtp.model.target import Target
from orgtp.render.drawings.metric.axis import ValueAxis
from orgtp.render.drawings.metric.plot import Plot
from orgtp.render.drawings.value_runs import list_value_runs
from orgtp.views.metric_chart import ChartColumn, MetricChart

# The targets whose off side is above.
UPPER_LIMITS = {"<=", "by", "before"}


def list_target_runs(chart: MetricChart) -> Iterator[tuple[Target, int, int]]:
    """Each target, with the columns in which it applies: from the first to before the end."""
    number = 0
    for target, run in groupby(chart.columns, key=lambda one: one.target):
        first, number = number, number + len(list(run))
        if target is not None:
            yield target, first, number


def list_column_runs(columns: Sequence[ChartColumn]) -> Iterator[list[int]]:
    """The numbers of the columns that the line connects."""
    known = {number for number, one in enumerate(columns) if one.amount is not None}
    return list_value_runs([one.cell.state for one in columns], known)


def place_value(plot: Plot, axis: ValueAxis, number: int) -> tuple[float, float]:
    """Where the point of a column is. The column has a value."""
    amount = plot.chart.columns[number].amount
    assert amount is not None  # noqa: S101  (callers name columns with a value)
    return plot.middle(number), axis.place(amount)
