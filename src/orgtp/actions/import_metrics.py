"""Import a scorecard: add the metrics that it describes, and record its values.

A metric is added if the file says all that it needs: what it serves and what its target is are never invented. A value
is recorded by the rules of every other value. What was imported before is known by its id, so that a second import
records nothing twice, follows a value that the file has changed, and leaves one that people have corrected.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum

from orgtp.actions.import_scores import find_metric, find_seat
from orgtp.actions.metric_content import NewMetric, build_metric_content
from orgtp.actions.record_scores import NewScore, RejectedValues, add_scores, parse_metric_period
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, OrgtpError, UnknownMetric
from orgtp.model.inventory.draft import BadDraft, DraftSource, DraftValue, MetricDraft
from orgtp.model.org import Org
from orgtp.model.period import Cadence
from orgtp.model.score import Score
from orgtp.model.seat import Metric, Seat, seat_path
from orgtp.model.target import Targets, parse_target
from orgtp.model.text import count_noun, is_id, join_with_and, one_line, suggest_id

_ID_PREFIX = "import-"
_ID_DIGITS = 24
_EXAMPLES = {
    "outcome": "'WHAT THE BUSINESS GETS'",
    "target": "'>= 95%'",
    "cadence": "weekly",
}


class MetricFate(StrEnum):
    """What becomes of a row of a scorecard: a new metric, or one that the seat has."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PlannedMetric:
    """What becomes of a row of a scorecard.

    `where` is its place, and `named` what the file calls the metric, if its id is another. `recorded` counts the values
    that are recorded, and `known` those that the org has. `notes` are sentences about what was left as it is.
    """

    where: str
    fate: MetricFate
    seat: str
    metric: str
    name: str
    target: str
    cadence: str
    named: str = ""
    recorded: int = 0
    known: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricPlan:
    """What an import makes of scorecards.

    `edits` are those of seats that exist, and of all values. `content` has the metrics of seats that the same import
    creates, by seat and metric, for their files. `seats` are all seats that are touched.
    """

    rows: tuple[PlannedMetric, ...] = ()
    bad: tuple[BadDraft, ...] = ()
    edits: tuple[Edit, ...] = ()
    content: Mapping[str, Mapping[str, Mapping[str, YamlData]]] = field(default_factory=dict)
    seats: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def plan_metrics(
    org: Org, sources: Iterable[DraftSource], now: datetime, by: str = "", created: Iterable[Seat] = ()
) -> MetricPlan:
    """What becomes of the metrics of all sources. `created` are the seats that the same import adds.

    A row that cannot be imported is in `bad`. Raises `UnknownActor` if nobody knows who records the values.
    """
    new = {seat.id: seat for seat in created}
    planner = _MetricPlanner(replace(org, seats={**org.seats, **new}), frozenset(new), now, by)
    for source in sources:
        for draft in source.metrics:
            planner.add_draft(source.name, draft)
    return planner.finish()


@dataclass(slots=True, eq=False)
class _MetricRow:
    """A row of a scorecard, the metric that it is about, and its values that are to be recorded."""

    draft: MetricDraft
    seat: Seat
    metric: Metric
    fate: MetricFate
    entries: list[tuple[NewScore, DraftValue]] = field(default_factory=list)
    known: int = 0
    notes: list[str] = field(default_factory=list)


class _MetricPlanner:
    """One import of scorecards, row by row."""

    def __init__(self, org: Org, created: frozenset[str], now: datetime, by: str) -> None:
        self.org, self.created, self.now, self.by = org, created, now, by
        self.rows: list[_MetricRow] = []
        self.bad: dict[str, BadDraft] = {}
        self._order: dict[str, int] = {}
        self.content: dict[str, dict[str, dict[str, YamlData]]] = {}
        self._added: dict[tuple[str, str], MetricDraft] = {}
        self._chosen: dict[str, DraftValue] = {}
        self._seats: dict[str, Seat] = {}
        self._records: dict[tuple[str, str], dict[str, Score]] = {}

    def add_draft(self, source: str, draft: MetricDraft) -> None:
        """Find the metric of a row, or add it, and choose which of its values are recorded."""
        for where in (draft.where, *(value.where for value in draft.values)):
            self._order.setdefault(where, len(self._order))
        try:
            row = self._find_row(draft)
        except OrgtpError as error:
            places = [(value.where, value.text) for value in draft.values] if _is_long(draft) else []
            for where, text in places or [(draft.where, draft.text)]:
                self._add_bad(where, str(error), text)
            return
        self.rows.append(row)
        for value in draft.values:
            self._choose_value(source, row, value)

    def _add_bad(self, where: str, why: str, text: str) -> None:
        self.bad.setdefault(where, BadDraft(where, why, text))

    def _find_row(self, draft: MetricDraft) -> _MetricRow:
        """The metric of a row. Raises `OrgtpError` for one that the org has not and the row does not describe."""
        if not draft.seat:
            seat_id, metric_id = find_metric(self.org, "", draft.metric)
            seat = self.org.seats[seat_id]
            return self._build_known(draft, seat, seat.metrics[metric_id])
        seat = self._find_seat(draft.seat)
        try:
            _, metric_id = find_metric(self.org, seat.id, draft.metric)
        except UnknownMetric as error:
            if not (draft.target or draft.outcome):
                metric_id = draft.metric if is_id(draft.metric) else suggest_id(draft.metric)
                what = f"{error} If it is a new one, add it first: {_format_metric_add(draft, seat, metric_id)}"
                raise BadInput(what=what) from error
            return self._add_metric(draft, seat)
        metric = seat.metrics[metric_id]
        first = self._added.get((seat.id, metric_id))
        if first is not None and (draft.target, draft.outcome) != (first.target, first.outcome):
            raise BadInput(what=f"{first.where} describes the metric {metric_id} of {seat.id} in another way")
        return self._build_known(draft, seat, metric)

    def _find_seat(self, text: str) -> Seat:
        if text not in self._seats:
            self._seats[text] = find_seat(self.org, text)
        # A seat may have got a metric since it was found.
        return self.org.seats[self._seats[text].id]

    def _build_known(self, draft: MetricDraft, seat: Seat, metric: Metric) -> _MetricRow:
        row = _MetricRow(draft, seat, metric, MetricFate.KNOWN)
        told = parse_target(draft.target) if draft.target else None
        current = metric.targets.dated[-1][1] if metric.targets.dated else None
        if told and current and told.text != current.text:
            command = shlex.join(["orgtp", "metric", "target", seat.id, metric.id, told.text])
            row.notes.append(f"its target stays {current.text}, and the file has {told.text}. To change it: {command}")
        return row

    def _add_metric(self, draft: MetricDraft, seat: Seat) -> _MetricRow:
        """Add a metric that a row describes. Raises `BadInput` if the row does not say all that a metric needs."""
        name = one_line(draft.name or draft.metric)
        metric_id = draft.metric if is_id(draft.metric) else suggest_id(draft.metric)
        missing = [key for key in _EXAMPLES if not getattr(draft, key).strip()]
        if missing and metric_id:
            raise BadInput(what=_explain_missing(draft, seat, metric_id, missing))
        new = NewMetric(metric_id, name, draft.outcome, draft.target, draft.cadence)
        content = build_metric_content(new)
        if metric_id in seat.metrics or ("metrics", metric_id) in seat.marks.keys:
            raise BadInput(what=f'{seat.id} has a metric {metric_id}, with another name than "{name}"')
        if self.org.score_records(seat.id, metric_id):
            raise BadInput(
                what=f"{seat.id} has values of a metric {metric_id}. Choose another id: ids are never reused"
            )
        target = parse_target(draft.target.strip())
        metric = Metric(
            metric_id,
            name,
            one_line(draft.outcome),
            Targets(((None, target),) if target else ()),
            Cadence(draft.cadence),
        )
        held = replace(seat, metrics={**seat.metrics, metric_id: metric})
        self.org = replace(self.org, seats={**self.org.seats, seat.id: held})
        self.content.setdefault(seat.id, {})[metric_id] = content
        self._added[seat.id, metric_id] = draft
        return _MetricRow(draft, held, metric, MetricFate.NEW)

    def _choose_value(self, source: str, row: _MetricRow, value: DraftValue) -> None:
        """Decide on a value: it is recorded, or the org has it, or people have recorded another one."""
        seat, metric = row.seat.id, row.metric.id
        period = self._name_period(row, value)
        stored = _normalize(row.metric, value.value)
        score_id, past = value.id, None
        if not score_id:
            prefix = _build_prefix(source, seat, metric, period)
            past, count = self._find_past(seat, metric, prefix)
            score_id = f"{prefix}-{count + 1}"
        else:
            past = self._find_records(seat, metric).get(score_id)
        current = self.org.newest_scores(seat, metric).get(period)
        if past and (past.value, past.void) == (stored, value.void):
            row.known += 1
            return
        if not value.id and current and not current.void and current.value == stored:
            row.known += 1
            return
        other = self._chosen.setdefault(score_id, value)
        if other is not value:
            if (_normalize(row.metric, other.value), other.void) != (stored, value.void):
                why = (
                    f"{other.where} has another value for {period or 'the same period'}: {other.value or 'unavailable'}"
                )
                self._add_bad(value.where, why, value.text)
            return
        is_ours = current is not None and past is not None and current.id == past.id
        if not value.id and current and not is_ours and not value.void:
            row.known += 1
            row.notes.append(_explain_kept(row, value, current))
            return
        entry = NewScore(
            seat,
            metric,
            value.value,
            score_id,
            period=value.period,
            note=value.note,
            where=value.where,
            has_caller_id=bool(value.id),
            void=value.void,
            n=value.n,
        )
        row.entries.append((entry, value))

    def _name_period(self, row: _MetricRow, value: DraftValue) -> str:
        """The period of a value as the org names it; as the file does, if it is none. `add_scores` says why."""
        try:
            return parse_metric_period(self.org, row.seat.id, row.metric, value.period, self.now)
        except OrgtpError:
            return value.period.strip().upper()

    def _find_records(self, seat: str, metric: str) -> dict[str, Score]:
        """The records of a metric by id."""
        if (seat, metric) not in self._records:
            self._records[seat, metric] = {one.id: one for one in self.org.score_records(seat, metric)}
        return self._records[seat, metric]

    def _find_past(self, seat: str, metric: str, prefix: str) -> tuple[Score | None, int]:
        """What was imported last for a period, and how often something was."""
        records, count = self._find_records(seat, metric), 0
        while f"{prefix}-{count + 1}" in records:
            count += 1
        return records.get(f"{prefix}-{count}"), count

    def finish(self) -> MetricPlan:
        """The edits, after every value was checked by the rules of all values."""
        change = self._record()
        metrics = [
            SetKey(seat_path(seat), ("metrics", metric), content)
            for seat, found in sorted(self.content.items())
            if seat not in self.created
            for metric, content in found.items()
        ]
        touched = {*self.content, *(change.seats if change else ())}
        return MetricPlan(
            rows=tuple(map(_describe_row, self.rows)),
            bad=tuple(sorted(self.bad.values(), key=lambda one: self._order[one.where])),
            edits=(*metrics, *(change.edits if change else ())),
            content={seat: found for seat, found in self.content.items() if seat in self.created},
            seats=tuple(sorted(touched)),
            doubts=change.doubts if change else (),
        )

    def _record(self) -> Change | None:
        """The change that records the values; those that are refused become bad rows. None if there are none."""
        while entries := [entry for row in self.rows for entry, _ in row.entries]:
            try:
                return add_scores(self.org, entries, self.now, self.by)
            except RejectedValues as error:
                self._take_out(error)
        return None

    def _take_out(self, error: RejectedValues) -> None:
        whys = {id(entry): str(why) for entry, why in error.wrong}
        for row in self.rows:
            for entry, value in row.entries:
                if id(entry) in whys:
                    self._add_bad(value.where, whys[id(entry)], value.text)
            row.entries = [(entry, value) for entry, value in row.entries if id(entry) not in whys]


def _is_long(draft: MetricDraft) -> bool:
    """Whether the values are rows of their own."""
    return bool(draft.values) and all(value.text for value in draft.values) and draft.where == draft.values[0].where


def _build_prefix(source: str, seat: str, metric: str, period: str) -> str:
    """The beginning of the ids of the values that one source has for a period."""
    digits = hashlib.sha256(f"{source}\0{seat}/{metric}\0{period}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_ID_PREFIX}{digits[:_ID_DIGITS]}"


def _normalize(metric: Metric, value: str | None) -> str | None:
    """A value as it is stored; as the file has it, if it is none. `add_scores` says why."""
    if value is None or not metric.targets.dated:
        return value
    try:
        return metric.targets.unit.format_stored(metric.targets.unit.parse_amount(value))
    except OrgtpError:
        return value


def _explain_kept(row: _MetricRow, value: DraftValue, current: Score) -> str:
    """Why a value of the file is not recorded: people have recorded another one."""
    has = "withdrawn" if current.void else current.value or "unavailable"
    command = ["orgtp", "score", "add", row.seat.id, row.metric.id, value.value or "", "--for", current.period]
    if value.value is None:
        command[5:6] = ["--unavailable", value.note]
    return (
        f"{current.period} stays {has}, and the file has {value.value or 'unavailable'}. To record that: "
        f"{shlex.join(command)}"
    )


def _explain_missing(draft: MetricDraft, seat: Seat, metric: str, missing: Sequence[str]) -> str:
    """Why a metric cannot be added, and what to type."""
    columns = join_with_and(f'"{key}"' for key in missing)
    noun = "column" if len(missing) == 1 else "columns"
    needs = {"outcome": "which business outcome it serves", "target": "what its target is",
             "cadence": "how often it is recorded"}  # fmt: skip
    said = join_with_and(needs[key] for key in missing)
    return (
        f"{seat.id} has no metric {metric}, and the file does not say {said}. Add the {noun} {columns}, or name one "
        f'that has it with --map {missing[0]}="COLUMN". Or add the metric first: '
        + _format_metric_add(draft, seat, metric)
    )


def _format_metric_add(draft: MetricDraft, seat: Seat, metric: str) -> str:
    """The command that adds the metric of a row, with what the row says of it, and examples of the rest."""
    known = {"name": draft.name or draft.metric} | {key: getattr(draft, key) for key in _EXAMPLES}
    options = [f"--{key} {shlex.quote(one_line(text)) if text else _EXAMPLES[key]}" for key, text in known.items()]
    return " ".join(["orgtp", "metric", "add", seat.id, metric or "METRIC", *options])


def _describe_row(row: _MetricRow) -> PlannedMetric:
    draft, metric = row.draft, row.metric
    return PlannedMetric(
        where=draft.where,
        fate=row.fate,
        seat=row.seat.id,
        metric=metric.id,
        name=metric.name,
        target=metric.targets.dated[-1][1].text if metric.targets.dated else "",
        cadence=str(metric.cadence),
        named=draft.metric if draft.metric not in {metric.id, metric.name} else "",
        recorded=len(row.entries),
        known=row.known,
        notes=tuple(row.notes),
    )


def describe_values(rows: Iterable[PlannedMetric]) -> str:
    """`2 new metrics, 24 values`, for the subject of the commit; "" if there is nothing."""
    every = list(rows)
    new, values = sum(row.fate is MetricFate.NEW for row in every), sum(row.recorded for row in every)
    parts = [count_noun(new, "new metric")] if new else []
    return ", ".join([*parts, *([count_noun(values, "value")] if values else [])])
