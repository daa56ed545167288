"""What people look at when they discuss a row of the agenda: its chart, and what changed around its seat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from orgtp.lazy_dataclass import dataclass
from orgtp.model.metric_row import A_SECOND, MetricRow
from orgtp.model.org import Org
from orgtp.model.records.review import find_last_week
from orgtp.views.metric_chart import MetricChart, build_metric_chart, letter_inputs, list_chart_columns
from orgtp.views.review.agenda import AgendaRow, RowEvidence
from orgtp.views.why.types import Evidence, EvidenceKind, Why

# So many pieces of evidence fit on the screen of a row.
_MOST_EVIDENCE = 9


@dataclass(frozen=True, slots=True)
class RowDiscussion:
    """The chart of a row up to the reviewed week, and what changed, newest first, with the letters of the chart."""

    chart: MetricChart
    evidence: tuple[RowEvidence, ...]


def build_row_discussion(org: Org, now: datetime, row: AgendaRow, why: Why) -> RowDiscussion:
    """The discussion of a row of the agenda as of `now`. The week in progress is not judged yet, so it is not drawn."""
    ended = min(now, find_last_week(now, org.zone).ends(org.zone) - A_SECOND)
    held = MetricRow(org, org.seat(row.seat), org.metric(row.seat, row.metric), ended)
    columns = list_chart_columns(held)
    began = columns[0].begins(org.zone) if columns else None
    inputs = letter_inputs(one for one in why.evidence if began is None or one.at >= began)
    chart = build_metric_chart(held, inputs)
    drawn = {mark.letter for mark in chart.marks}
    letters = {id(one.evidence): one.letter for one in inputs if one.letter in drawn}
    listed = [one for number, one in enumerate(why.evidence) if number < _MOST_EVIDENCE or id(one) in letters]
    evidence = (replace(_view_evidence(one, org.zone), letter=letters.get(id(one), "")) for one in listed)
    return RowDiscussion(chart, tuple(evidence))


def list_row_evidence(why: Why, zone: tzinfo) -> tuple[RowEvidence, ...]:
    """The newest pieces of evidence, as many as fit on the screen of a row."""
    return tuple(_view_evidence(one, zone) for one in why.evidence[:_MOST_EVIDENCE])


def _view_evidence(one: Evidence, zone: tzinfo) -> RowEvidence:
    is_review = one.kind is EvidenceKind.REVIEW
    return RowEvidence(
        one.at.astimezone(zone).date(), one.what, one.commit or "", str(one.when or ""), is_review=is_review
    )
