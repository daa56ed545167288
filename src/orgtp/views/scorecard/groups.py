"""The rows of the scorecard in groups, what needs a person first, by the verdicts of the scorecard and of health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orgtp.model.cell import CellState
from orgtp.model.seat import MetricKey
from orgtp.views.health.types import HealthRow, HealthView
from orgtp.views.scorecard.build import Scorecard, ScoreRow
from orgtp.views.variation.judge import Assurance


class RowGroup(StrEnum):
    """Why a row is where it is, in the order of the page. A row belongs to the first group that fits."""

    LATE = "late"
    UNKNOWN = "unknown"
    DRIFTING = "drifting"
    OFF = "off"
    HIT_OR_MISS = "hit-or-miss"
    ON = "on"
    WAITING = "waiting"

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to do something about the rows of this group."""
        return self in {RowGroup.LATE, RowGroup.UNKNOWN, RowGroup.DRIFTING, RowGroup.OFF}


@dataclass(frozen=True, slots=True)
class GroupedRow:
    """A row, its group, its place in the order of the chart, and its health if it has any."""

    row: ScoreRow
    group: RowGroup
    number: int
    health: HealthRow | None


@dataclass(frozen=True, slots=True)
class CardTotals:
    """How many rows are in each state, and how many are late or drifting. A late row has a state as well."""

    on: int
    off: int
    unknown: int
    waiting: int
    late: int
    drifting: int


def group_rows(card: Scorecard, health: HealthView) -> tuple[GroupedRow, ...]:
    """The rows in the order of their groups; within one, in the order of the scorecard."""
    found = {MetricKey(one.seat, one.metric): one for one in health.metrics}
    rows = [_group_row(number, row, found) for number, row in enumerate(card.rows)]
    order = list(RowGroup)
    return tuple(sorted(rows, key=lambda one: (order.index(one.group), one.number)))


def count_totals(rows: tuple[GroupedRow, ...]) -> CardTotals:
    """The totals of the rows."""
    states = [one.row.state for one in rows]
    return CardTotals(
        on=states.count(CellState.ON),
        off=states.count(CellState.OFF),
        unknown=sum(state.is_gap for state in states),
        waiting=states.count(CellState.PENDING) + states.count(CellState.NONE),
        late=sum(one.row.stale_since is not None for one in rows),
        drifting=sum(one.health is not None and one.health.is_drifting for one in rows),
    )


def _group_row(number: int, row: ScoreRow, found: Mapping[MetricKey, HealthRow]) -> GroupedRow:
    health = found.get(MetricKey(row.seat, row.metric))
    return GroupedRow(row, _find_group(row, health), number, health)


def _find_group(row: ScoreRow, health: HealthRow | None) -> RowGroup:
    if row.stale_since is not None:
        return RowGroup.LATE
    if row.state.is_gap:
        return RowGroup.UNKNOWN
    if health is not None and health.is_drifting:
        return RowGroup.DRIFTING
    if row.state is CellState.OFF:
        return RowGroup.OFF
    if row.state is not CellState.ON:
        return RowGroup.WAITING
    is_luck = health is not None and health.assurance is Assurance.HIT_OR_MISS
    return RowGroup.HIT_OR_MISS if is_luck else RowGroup.ON
