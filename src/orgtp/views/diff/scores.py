"""What changed in the values: rows that came, values that another one corrects, and rows that are not as they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from orgtp.model.org import Org
from orgtp.model.score import Score, format_timestamp
from orgtp.model.seat import Metric
from orgtp.model.value import Unit
from orgtp.views.diff.types import Made

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ValuesAdded:
    """The rows that came for one metric: how many, how many of them say that nobody knows, and the newest period's."""

    seat: str
    name: str
    metric: str
    metric_name: str
    added: int
    unavailable: int
    period: str
    value: str | None
    note: str | None
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class ValueCorrected:
    """A period whose value was another one before; both are in the record."""

    seat: str
    name: str
    metric: str
    metric_name: str
    period: str
    before: str | None
    after: str | None
    by: str | None
    note: str | None
    measure: Unit | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class RowChanged:
    """A recorded row that is not as it was: `after` is null where it is gone. Rows are only ever added."""

    seat: str
    name: str
    id: str
    before: Row
    after: Row | None


def values_added(before: Org, after: Org) -> Iterator[ValuesAdded]:
    """The rows that came, by seat and metric."""
    groups: dict[tuple[str, str], list[Score]] = {}
    for score in _came(before, after):
        groups.setdefault((score.seat, score.metric), []).append(score)
    for (seat, metric), scores in sorted(groups.items()):
        newest = after.scores_in_force(seat, metric)[max(score.period for score in scores)]
        yield ValuesAdded(
            seat=seat,
            name=_name(after, before, seat),
            metric=metric,
            metric_name=_metric_name(after, before, seat, metric),
            added=len(scores),
            unavailable=sum(score.value is None for score in scores),
            period=newest.period,
            value=newest.value,
            note=newest.note or None,
            measure=_measure(after, before, seat, metric),
        )


def corrections(before: Org, after: Org) -> Iterator[ValueCorrected]:
    """The periods that had a value before and have another one by a newer row."""
    for seat, metric in sorted({(score.seat, score.metric) for score in _came(before, after)}):
        old, new = before.scores_in_force(seat, metric), after.scores_in_force(seat, metric)
        for period in sorted(set(old) & set(new)):
            was, now = old[period], new[period]
            if was.value != now.value and was.id != now.id:
                yield _correction(before, after, was, now)


def _correction(before: Org, after: Org, was: Score, now: Score) -> ValueCorrected:
    return ValueCorrected(
        seat=now.seat,
        name=_name(after, before, now.seat),
        metric=now.metric,
        metric_name=_metric_name(after, before, now.seat, now.metric),
        period=now.period,
        before=was.value,
        after=now.value,
        by=now.by or None,
        note=now.note or None,
        measure=_measure(after, before, now.seat, now.metric),
    )


def rows_changed(before: Org, after: Org) -> Iterator[RowChanged]:
    """The rows that are gone or say something else, by seat and id."""
    gone, came = _by_id(_less(before, after)), _by_id(_less(after, before))
    for id_, rows in sorted(gone.items(), key=lambda item: (item[1][0].seat, item[0])):
        for was, now in zip_longest(rows, came.get(id_, [])[: len(rows)]):
            yield RowChanged(was.seat, _name(after, before, was.seat), id_, _row(was), _row(now) if now else None)


def _came(before: Org, after: Org) -> list[Score]:
    """The rows that are new, without those that are an old one rewritten."""
    gone = _by_id(_less(before, after))
    return [row for id_, rows in _by_id(_less(after, before)).items() for row in rows[len(gone.get(id_, ())) :]]


def _less(one: Org, other: Org) -> list[Score]:
    """The rows of `one` that `other` has not, or has fewer times, in the order of the files."""
    return [
        row
        for seat, rows in sorted(one.scores.items())
        if rows != other.scores.get(seat) and not (_closed(one, seat) or _closed(other, seat))
        for row in (Counter(rows) - Counter(other.scores.get(seat, ()))).elements()
    ]


def _closed(org: Org, seat: str) -> bool:
    """Whether a score file of the seat could not be read, so that nobody knows which rows it has."""
    return any(path.startswith(f"scores/{seat}/") for path in org.unreadable)


def _by_id(rows: list[Score]) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return found


def _row(score: Score) -> Row:
    return {
        "seat": score.seat,
        "metric": score.metric,
        "period": score.period,
        "value": score.value,
        "at": format_timestamp(score.at),
        "by": score.by or None,
        "note": score.note or None,
    }


def _name(after: Org, before: Org, seat: str) -> str:
    held = after.seats.get(seat) or before.seats.get(seat)
    return held.name if held else seat


def _metric_name(after: Org, before: Org, seat: str, metric: str) -> str:
    return next((held.name for held in _metrics(after, before, seat, metric)), metric)


def _measure(after: Org, before: Org, seat: str, metric: str) -> Unit | None:
    """The unit that the values are read in."""
    known = (held.targets.unit for held in _metrics(after, before, seat, metric) if held.targets.dated)
    return next(known, None)


def _metrics(after: Org, before: Org, seat: str, metric: str) -> list[Metric]:
    held = [org.seats[seat].metrics.get(metric) for org in (after, before) if seat in org.seats]
    return [one for one in held if one]
