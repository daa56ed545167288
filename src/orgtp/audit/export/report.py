"""The auditor's report: the content of an org and the result of the audit of its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from orgtp.audit.guarantees import Guarantee
from orgtp.audit.model import Audit, AuditNote, ExplainedViolation, Gap, History, Verdict, Violation
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Ending, Org, Retirement
from orgtp.model.problem import Place
from orgtp.model.score import Score, format_timestamp
from orgtp.model.seat import Seat, retirement_path
from orgtp.model.value import Unit
from orgtp.views.chart import unit_of
from orgtp.views.seats.imported import describe_import


@dataclass(frozen=True, slots=True)
class DatedTarget:
    """A target and the period since which it applies; `since` is null if it applied from the start."""

    since: str | None
    target: str


@dataclass(frozen=True, slots=True)
class ReportMetric:
    """A metric with all targets in its seat file, and how many periods were on target, of those with a value."""

    metric: str
    name: str
    outcome: str
    cadence: str
    unit: str | None
    targets: tuple[DatedTarget, ...]
    on_target: int
    known: int


@dataclass(frozen=True, slots=True)
class ReportSeat:
    """A seat, active or retired. `mission_note` says if an import wrote its mission and no person has reviewed it."""

    seat: str
    name: str
    role: str
    kind: str
    status: str
    owner: str | None
    owner_name: str | None
    reports_to: str | None
    reports_to_name: str | None
    since: date | None
    retired_on: date | None
    mission: str | None
    retire_when: str | None
    review_by: date | None
    capabilities: Mapping[str, str]
    metrics: tuple[ReportMetric, ...]
    mission_note: str = ""


@dataclass(frozen=True, slots=True)
class ReportHandover:
    """A capability or metric of a retired seat: its heir, or why it ended, and the last result of a metric."""

    what: str
    heir: str | None
    heir_name: str | None
    ended: str | None
    last: str | None
    period: str | None
    on_target: int
    known: int
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class ReportRetirement:
    """A retirement record. `recorded` is false for a retired seat without a record."""

    seat: str
    name: str
    role: str | None
    recorded: bool
    retired_on: date | None
    reason: str | None
    decided_by: str | None
    decided_by_name: str | None
    review: Mapping[str, str]
    capabilities: tuple[ReportHandover, ...]
    metrics: tuple[ReportHandover, ...]
    reports: Mapping[str, str]
    commit: str | None


@dataclass(frozen=True, slots=True)
class ReportCorrection:
    """A value and a later record that corrects or withdraws it. Null means unavailable or withdrawn."""

    seat: str
    name: str
    metric: str
    metric_name: str
    period: str
    before: str | None
    after: str | None
    withdrawn: bool
    at: str
    by: str | None
    by_name: str | None
    note: str | None
    id: str
    path: str
    line: int
    commit: str | None
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class ReportCheckpoint:
    """The checkpoint of an export, and the key that signed it.

    `fingerprint` is null if it is not signed. `signers` is whether the ledger has a list of signers; `seat` is null if
    that list does not contain the key.
    """

    origin: str
    commits: int
    head: str
    fingerprint: str | None
    seat: str | None
    signers: bool


# Maps a place to the commit that added its line, or None if unknown.
Origin = Callable[[Place], str | None]


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """The number of records: all, those that are unavailable, and those that correct or withdraw an earlier one."""

    recorded: int
    unavailable: int
    corrections: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The report on the ledger `branch` at the commit `head`, as of that commit's date `at`."""

    org: str
    name: str
    branch: str
    head: str
    at: datetime
    verdict: Verdict
    guarantees: tuple[Guarantee, ...]
    history: History
    values: ValueCounts
    violations: tuple[Violation, ...]
    explained: tuple[ExplainedViolation, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[AuditNote, ...]
    unreadable: tuple[str, ...]
    seats: tuple[ReportSeat, ...]
    retirements: tuple[ReportRetirement, ...]
    corrections: tuple[ReportCorrection, ...]
    checkpoint: ReportCheckpoint | None = None

    @property
    def verdict_text(self) -> str:
        """The verdict in words, as in the audit."""
        return Audit(self.head, 0, 0, self.violations, self.gaps, explained=self.explained).verdict_text


@dataclass(frozen=True, slots=True)
class AuditInput:
    """The result of an audit, its guarantees, and the history in numbers."""

    found: Audit
    guarantees: Sequence[Guarantee]
    history: History


def build_report(org: Org, audited: AuditInput, at: datetime, origin: Origin) -> AuditReport:
    """Build the report of `org`, loaded at the audited commit."""
    found, corrected = audited.found, report_corrections(org, origin)
    return AuditReport(
        org=org.id,
        name=org.name,
        branch=org.branch,
        head=found.head,
        at=at,
        verdict=found.verdict,
        guarantees=tuple(audited.guarantees),
        history=audited.history,
        values=_count_values(org, len(corrected)),
        violations=_sort_violations(found.violations, audited.history),
        explained=tuple(found.explained),
        gaps=tuple(found.gaps),
        notes=tuple(found.notes),
        unreadable=tuple(sorted(org.unreadable)),
        seats=tuple(_report_seat(org, seat, at) for seat in sorted(org.seats.values(), key=lambda seat: seat.id)),
        retirements=_report_retirements(org, origin),
        corrections=corrected,
    )


def find_corrections(org: Org) -> list[tuple[Score, Score]]:
    """Find each record that changes or withdraws the value of a period, with the record before it. Sorted by time."""
    pairs = []
    for seat, metric in sorted({(score.seat, score.metric) for scores in org.scores.values() for score in scores}):
        before: dict[str, Score] = {}
        for score in org.score_records(seat, metric):
            was = before.get(score.period)
            if was is not None and not was.void and was.outcome != score.outcome:
                pairs.append((was, score))
            before[score.period] = score
    return sorted(pairs, key=lambda pair: (pair[1].at, pair[1].seat, pair[1].id))


def report_corrections(org: Org, origin: Origin) -> tuple[ReportCorrection, ...]:
    """Report every correction, in order of time."""
    return tuple(_report_correction(org, was, now, origin) for was, now in find_corrections(org))


def _report_correction(org: Org, was: Score, now: Score, origin: Origin) -> ReportCorrection:
    seat = org.seats.get(now.seat)
    metric = seat.metrics.get(now.metric) if seat else None
    return ReportCorrection(
        seat=now.seat,
        name=seat.name if seat else now.seat,
        metric=now.metric,
        metric_name=metric.name if metric else now.metric,
        period=now.period,
        before=was.value,
        after=now.value,
        withdrawn=now.void,
        at=format_timestamp(now.at),
        by=now.by or None,
        by_name=_find_seat_name(org, now.by),
        note=now.note or None,
        id=now.id,
        path=now.place.path,
        line=now.place.line,
        commit=origin(now.place),
        measure=_find_unit(org, now.seat, now.metric),
    )


def _count_values(org: Org, corrected: int) -> ValueCounts:
    every = [score for scores in org.scores.values() for score in scores]
    return ValueCounts(len(every), sum(score.value is None and not score.void for score in every), corrected)


def _sort_violations(violations: Sequence[Violation], history: History) -> tuple[Violation, ...]:
    """Sort violations in the order of the history, whether this audit or an earlier one found them."""
    return tuple(sorted(violations, key=lambda one: (history.places.get(one.commit, 0), one.path, one.line, one.rule)))


def _report_seat(org: Org, seat: Seat, at: datetime) -> ReportSeat:
    record = org.retirements.get(seat.id)
    return ReportSeat(
        seat=seat.id,
        name=seat.name,
        role=seat.role,
        kind=seat.kind,
        status=seat.status,
        owner=seat.owner or None,
        owner_name=_find_seat_name(org, seat.owner),
        reports_to=seat.reports_to or None,
        reports_to_name=_find_seat_name(org, seat.reports_to),
        since=seat.since,
        retired_on=record.retired_on if record else None,
        mission=seat.mission or None,
        retire_when=seat.retire_when or None,
        review_by=seat.review_by,
        capabilities=seat.capabilities,
        metrics=tuple(_report_metric(MetricRow(org, seat, metric, at)) for metric in seat.metrics.values()),
        mission_note=imported.note if (imported := describe_import(seat)) else "",
    )


def _report_metric(row: MetricRow) -> ReportMetric:
    metric, (on_target, known) = row.metric, row.count_on_target()
    return ReportMetric(
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        cadence=metric.cadence,
        unit=unit_of(metric),
        targets=tuple(DatedTarget(since.text if since else None, at.text) for since, at in metric.targets.dated),
        on_target=on_target,
        known=known,
    )


def _report_retirements(org: Org, origin: Origin) -> tuple[ReportRetirement, ...]:
    """Report every retirement by date. Retired seats without a record come first, because that is a problem."""
    bare = [seat.id for seat in org.seats.values() if seat.is_retired and seat.id not in org.retirements]
    empty = (Retirement(seat, None, "", "") for seat in bare if not org.is_unreadable(retirement_path(seat)))
    records = [*empty, *org.retirements.values()]
    records.sort(key=lambda record: (str(record.retired_on or ""), record.seat))
    return tuple(_report_retirement(org, record, origin) for record in records)


def _report_retirement(org: Org, record: Retirement, origin: Origin) -> ReportRetirement:
    seat, recorded = org.seats.get(record.seat), record.seat in org.retirements
    return ReportRetirement(
        seat=record.seat,
        name=seat.name if seat else record.seat,
        role=seat.role if seat else None,
        recorded=recorded,
        retired_on=record.retired_on,
        reason=record.reason or None,
        decided_by=record.decided_by or None,
        decided_by_name=_find_seat_name(org, record.decided_by),
        review=record.review,
        capabilities=tuple(_report_handover(org, what, heir) for what, heir in record.capabilities.items()),
        metrics=tuple(_report_metric_handover(org, record, what, heir) for what, heir in record.metrics.items()),
        reports=record.reports,
        commit=origin(Place(retirement_path(record.seat))) if recorded else None,
    )


def _report_handover(
    org: Org, what: str, heir: str, ended: str = "", on: Ending | None = None, measure: Unit | None = None
) -> ReportHandover:
    end = on or Ending()
    return ReportHandover(
        what=what,
        heir=heir or None,
        heir_name=_find_seat_name(org, heir),
        ended=ended or None,
        last=end.last or None,
        period=end.period or None,
        on_target=end.on_target,
        known=end.known,
        measure=measure,
    )


def _report_metric_handover(org: Org, record: Retirement, metric: str, heir: str) -> ReportHandover:
    measure = _find_unit(org, record.seat, metric)
    return _report_handover(org, metric, heir, record.ended.get(metric, ""), record.results.get(metric), measure)


def _find_unit(org: Org, seat: str, metric: str) -> Unit | None:
    """Find the unit of a metric's values, if the seat file still has the metric."""
    held = org.seats[seat].metrics.get(metric) if seat in org.seats else None
    return held.targets.unit if held and held.targets.dated else None


def _find_seat_name(org: Org, seat: str) -> str | None:
    """Return the name of a seat; its id if the org has no such seat."""
    return (org.seats[seat].name if seat in org.seats else seat) or None
