"""The newest verdicts as OpenMetrics, for Prometheus (https://prometheus.io/docs/specs/om/open_metrics_spec/).

What is unknown is absent: no sample is NaN, and none is 0 in place of a value that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.metric_row import list_current_rows
from orgtp.model.records.table import TableCell
from orgtp.model.text import one_line
from orgtp.model.value import write_number
from orgtp.views.tables.build import TableSet, name_cells
from orgtp.views.tables.columns import METRICS, SEATS

NamedRow = Mapping[str, TableCell]
# The value of a sample and its further labels; None if there is no sample.
SampleValue = tuple[str, NamedRow] | None
_KNOWN = {CellState.ON.value, CellState.OFF.value}


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """A family of samples, at most one for each metric of the org. `read` gets the rows of the metric and its seat."""

    name: str
    help: str
    read: Callable[[NamedRow, NamedRow], SampleValue]
    type: str = "gauge"


def _read_value(row: NamedRow, _: NamedRow) -> SampleValue:
    amount = row["latest_amount"]
    is_known = row["state"] in _KNOWN and isinstance(amount, Decimal)
    return (write_number(amount), {"unit": row["unit"]}) if is_known and isinstance(amount, Decimal) else None


def _read_hits(row: NamedRow, _: NamedRow) -> SampleValue:
    hits, slash, _judged = str(row["latest"] or "").partition("/")
    return (hits, {}) if slash and row["state"] in _KNOWN else None


def _read_judged(row: NamedRow, _: NamedRow) -> SampleValue:
    _hits, slash, judged = str(row["latest"] or "").partition("/")
    return (judged, {}) if slash and row["state"] in _KNOWN else None


def _read_on_target(row: NamedRow, _: NamedRow) -> SampleValue:
    return ("1" if row["state"] == CellState.ON.value else "0", {}) if row["state"] in _KNOWN else None


def _read_state(row: NamedRow, _: NamedRow) -> SampleValue:
    return ("1", {"state": row["state"]}) if row["state"] != CellState.NONE.value else None


def _read_misses(row: NamedRow, _: NamedRow) -> SampleValue:
    return (str(row["misses_in_a_row"]), {}) if row["known"] else None


def _read_names(row: NamedRow, seat: NamedRow) -> SampleValue:
    names = {"seat_name": seat["name"], "owner": seat["owner"], "owner_name": seat["owner_name"], "name": row["name"]}
    return "1", {**names, "outcome": row["outcome"], "target": row["target"], "unit": row["unit"]}


FAMILIES = (
    MetricFamily(
        "orgtp_metric_value",
        "The newest known value in the unit of the metric. A duration is in seconds, and yes is 1 and no is 0.",
        _read_value,
    ),
    MetricFamily(
        "orgtp_metric_hits", "How many values of the newest cell are on target, if it counts hits.", _read_hits
    ),
    MetricFamily("orgtp_metric_judged_values", "How many values of that cell are on or off target.", _read_judged),
    MetricFamily(
        "orgtp_metric_on_target", "1 if the newest cell is on target, 0 if it is off target.", _read_on_target
    ),
    MetricFamily("orgtp_metric_state", "1, with the state of the newest cell as a label.", _read_state),
    MetricFamily(
        "orgtp_metric_misses_in_a_row", "How many cells were off target in a row, up to the newest.", _read_misses
    ),
    MetricFamily("orgtp_metric", "The names and the target of the metric.", _read_names, "info"),
)


def write_openmetrics(tables: TableSet) -> Iterator[str]:
    """Yield the lines: each family with its samples, then `# EOF`. Retired seats and ended metrics have none."""
    seats = {str(row["seat"]): row for row in (name_cells(SEATS.names, cells) for cells in tables.rows("seats"))}
    rows = [name_cells(METRICS.names, cells) for cells in tables.rows("metrics")]
    shown = [(row, seats[str(row["seat"])]) for row in rows if str(row["seat"]) in seats]
    shown = [(row, seat) for row, seat in shown if seat["status"] != "retired" and row["current"]]
    for family in FAMILIES:
        yield f"# TYPE {family.name} {family.type}\n# HELP {family.name} {_escape(family.help)}\n"
        name = f"{family.name}_info" if family.type == "info" else family.name
        for row, seat in shown:
            if sample := family.read(row, seat):
                value, more = sample
                labels = {"org": tables.org.id, "seat": row["seat"], "metric": row["metric"], **more}
                yield f"{name}{{{','.join(_write_labels(labels))}}} {value}\n"
    yield "# EOF\n"


def count_samples(tables: TableSet) -> int:
    """How many metrics have samples."""
    current = {seat.id: list_current_rows(tables.org, seat, tables.now) for seat in tables.seats if not seat.is_retired}
    shown = {(row.seat.id, row.metric.id) for rows in current.values() for row in rows}
    return sum((seat.id, metric.id) in shown for seat, metric in tables.metrics)


def _write_labels(labels: NamedRow) -> Iterator[str]:
    return (f'{key}="{_escape(str(text))}"' for key, text in labels.items() if text not in {None, ""})


def _escape(text: str) -> str:
    """A text on one line, as the value of a label."""
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')
