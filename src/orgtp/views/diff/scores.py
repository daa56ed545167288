"""Compare recorded values: new rows, corrections, and rows that were changed or removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from orgtp.model.org import Org
from orgtp.model.records.kinds import SCORE
from orgtp.model.score import Score, format_timestamp
from orgtp.model.seat import Metric
from orgtp.model.value import Unit
from orgtp.views.diff.records import name_seat
from orgtp.views.diff.types import Made

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ValuesAdded:
    """The new values of a metric: how many, how many of them unavailable, and the value of the newest period.

    `withdrawn` is the number of further rows that withdraw a value. `period` is null if all new values were withdrawn.
    """

    seat: str
    name: str
    metric: str
    metric_name: str
    added: int
    unavailable: int
    withdrawn: int
    period: str | None
    value: str | None
    note: str | None
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class ValueCorrected:
    """A period whose value was corrected by a newer row, or `withdrawn` by it."""

    seat: str
    name: str
    metric: str
    metric_name: str
    period: str
    before: str | None
    after: str | None
    withdrawn: bool
    by: str | None
    note: str | None
    measure: Unit | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class RowChanged:
    """A row that was changed or removed (`after` null). Rows should only ever be added."""

    seat: str
    name: str
    id: str
    before: Row
    after: Row | None


def values_added(before: Org, after: Org) -> Iterator[ValuesAdded]:
    """The new values, by seat and metric."""
    groups: dict[tuple[str, str], list[Score]] = {}
    for score in _list_new_rows(before, after):
        groups.setdefault((score.seat, score.metric), []).append(score)
    for (seat, metric), scores in sorted(groups.items()):
        withdrawn = sum(score.void for score in scores)
        if withdrawn == len(scores):
            continue
        left = {score.period for score in scores} & set(after.scores_in_force(seat, metric))
        newest = after.scores_in_force(seat, metric)[max(left)] if left else None
        yield ValuesAdded(
            seat=seat,
            name=name_seat(after, before, seat),
            metric=metric,
            metric_name=_find_metric_name(after, before, seat, metric),
            added=len(scores) - withdrawn,
            unavailable=sum(score.value is None and not score.void for score in scores),
            withdrawn=withdrawn,
            period=newest.period if newest else None,
            value=newest.value if newest else None,
            note=newest.note or None if newest else None,
            measure=_find_unit(after, before, seat, metric),
        )


def corrections(before: Org, after: Org) -> Iterator[ValueCorrected]:
    """The periods that had a value before, and have another one by a newer row, or none because it is withdrawn."""
    for seat, metric in sorted({(score.seat, score.metric) for score in _list_new_rows(before, after)}):
        old, new = before.scores_in_force(seat, metric), after.newest_scores(seat, metric)
        for period in sorted(set(old) & set(new)):
            was, now = old[period], new[period]
            if was.outcome != now.outcome and was.id != now.id:
                yield _correction(before, after, was, now)


def _correction(before: Org, after: Org, was: Score, now: Score) -> ValueCorrected:
    return ValueCorrected(
        seat=now.seat,
        name=name_seat(after, before, now.seat),
        metric=now.metric,
        metric_name=_find_metric_name(after, before, now.seat, now.metric),
        period=now.period,
        before=was.value,
        after=now.value,
        withdrawn=now.void,
        by=now.by or None,
        note=now.note or None,
        measure=_find_unit(after, before, now.seat, now.metric),
    )


def rows_changed(before: Org, after: Org) -> Iterator[RowChanged]:
    """The rows that were changed or removed, by seat and id."""
    gone, came = _group_by_id(_subtract(before, after)), _group_by_id(_subtract(after, before))
    for id_, rows in sorted(gone.items(), key=lambda item: (item[1][0].seat, item[0])):
        for was, now in zip_longest(rows, came.get(id_, [])[: len(rows)]):
            yield RowChanged(
                was.seat, name_seat(after, before, was.seat), id_, _row_facts(was), _row_facts(now) if now else None
            )


def _list_new_rows(before: Org, after: Org) -> list[Score]:
    """The new rows, without changed ones."""
    gone = _group_by_id(_subtract(before, after))
    return [
        row for id_, rows in _group_by_id(_subtract(after, before)).items() for row in rows[len(gone.get(id_, ())) :]
    ]


def _subtract(one: Org, other: Org) -> list[Score]:
    """The rows of `one` that `other` lacks, or has fewer times, in the order of the files."""
    return [
        row
        for seat, rows in sorted(one.scores.items())
        if rows != other.scores.get(seat) and not (_is_unreadable(one, seat) or _is_unreadable(other, seat))
        for row in (Counter(rows) - Counter(other.scores.get(seat, ()))).elements()
    ]


def _is_unreadable(org: Org, seat: str) -> bool:
    """Whether a score file of the seat cannot be read."""
    return any(SCORE.find_seat(path) == seat for path in org.unreadable)


def _group_by_id(rows: list[Score]) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return found


def _row_facts(score: Score) -> Row:
    return {
        "seat": score.seat,
        "metric": score.metric,
        "period": score.period,
        "value": score.value,
        "void": "true" if score.void else None,
        "at": format_timestamp(score.at),
        "by": score.by or None,
        "note": score.note or None,
    }


def _find_metric_name(after: Org, before: Org, seat: str, metric: str) -> str:
    return next((held.name for held in _find_metrics(after, before, seat, metric)), metric)


def _find_unit(after: Org, before: Org, seat: str, metric: str) -> Unit | None:
    """The unit of the values."""
    known = (held.targets.unit for held in _find_metrics(after, before, seat, metric) if held.targets.dated)
    return next(known, None)


def _find_metrics(after: Org, before: Org, seat: str, metric: str) -> list[Metric]:
    held = [org.seats[seat].metrics.get(metric) for org in (after, before) if seat in org.seats]
    return [one for one in held if one]
