"""For how long nothing has been known about a metric: its newest three cells, or all that it has, make it silent."""

from __future__ import annotations

from itertools import islice, takewhile

from orgtp.lazy_dataclass import dataclass
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import GRAIN_SIZES, Grain, Period, period_containing
from orgtp.model.text import count_noun

# So many cells without a known value, the newest ones, are silence.
SILENT_CELLS = 3
# Further back, nobody counts.
_MOST_COUNTED = 13


@dataclass(frozen=True, slots=True)
class UnknownRun:
    """For how many of its newest cells nothing is known about a metric, and the size of such a cell.

    `is_whole`: that are all cells that it has.
    """

    cells: int
    grain: Grain
    is_whole: bool

    @property
    def is_silent(self) -> bool:
        """Whether nothing is known of late: the newest three cells are unknown, or all of fewer."""
        return self.cells >= SILENT_CELLS or (self.cells > 0 and self.is_whole)

    @property
    def text(self) -> str:
        """`nothing known for 3 months`."""
        more = " or more" if self.cells >= _MOST_COUNTED and not self.is_whole else ""
        return f"nothing known for {count_noun(self.cells, self.grain.value)}{more}"


def find_unknown_run(row: MetricRow, last: Period | None = None) -> UnknownRun:
    """How long nothing has been known about a metric, up to the end of the period `last`, or to now.

    Cells in which nothing was owed, or whose value is not due yet, do not count.
    """
    grain = row.metric.cell_grain
    newest = _find_newest_cell(row, last, grain)
    seen = list(islice(row.list_cells_back(newest), _MOST_COUNTED))
    unknown = sum(1 for _ in takewhile(lambda cell: cell.state.is_gap, seen))
    return UnknownRun(unknown, grain, is_whole=unknown == len(seen) < _MOST_COUNTED)


def _find_newest_cell(row: MetricRow, last: Period | None, grain: Grain) -> Period:
    """The newest cell of a row that has ended by the end of a period, or the current one."""
    if last is None:
        return period_containing(row.now, row.metric.cadence.grain, row.org.zone).widen(grain)
    if GRAIN_SIZES[grain] < GRAIN_SIZES[last.grain]:
        return last.split(grain, row.org.zone)[-1]
    cell = last.widen(grain)
    return cell if cell.next().start <= last.next().start else cell.previous()
