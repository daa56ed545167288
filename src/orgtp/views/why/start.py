"""Find when a number of a seat began to change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from orgtp.model.errors import BadInput
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import PERIOD_EXAMPLES, parse_period, parse_span
from orgtp.model.seat import MetricKey
from orgtp.views.variation.judge import Variation, judge_metric
from orgtp.views.why.runs import MissRun, find_open_run
from orgtp.views.why.types import ChangeStart, StartRule

# The period since which health flags a metric as drifting, by metric.
Flags = Mapping[MetricKey, str]


def find_flags(org: Org, seat: str, now: datetime) -> dict[MetricKey, str]:
    """The metrics of a seat, and of the seats that its inputs name, that are drifting, and since when."""
    names = {seat, *(one.from_ for one in org.seat(seat).inputs.values())} & org.seats.keys()
    rows = [row for name in sorted(names) for row in list_current_rows(org, org.seats[name], now)]
    found = {row.key: judge_metric(row) for row in rows}
    return {key: one.since for key, one in found.items() if one.since and one.variation is Variation.CONCERN}


def find_change_start(org: Org, seat: str, metric: str, since: str, now: datetime, flags: Flags) -> ChangeStart | None:
    """Find when the change began: `since` if it is given, else the first miss in a row or the flag of health.

    Of these two, the earlier one counts: people act on a miss before it is enough for a flag.
    Without `metric`, it is the change of the metric that needs a person most: flagged first, then with the most misses
    in a row, then with the earliest start. None if no metric is flagged or off target.

    Raises `UnknownSeat`, `UnknownMetric`, and `BadInput` for a `since` that is not a period or has not begun.
    """
    held = org.seat(seat)
    rows = [MetricRow(org, held, org.metric(seat, metric), now)] if metric else list_current_rows(org, held, now)
    if since:
        return _read_given_start(org, since, now, rows[0] if metric else None, flags)
    found = [start for row in rows if (start := _find_metric_start(org, row, flags))]
    return min(found, key=_rank, default=None)


def _rank(start: ChangeStart) -> tuple[bool, int, datetime, str]:
    return (start.flagged_since is None, -start.misses_in_a_row, start.begins, start.metric or "")


def _read_given_start(org: Org, since: str, now: datetime, row: MetricRow | None, flags: Flags) -> ChangeStart:
    span = parse_span(since)
    if span is None:
        examples = ", ".join(PERIOD_EXAMPLES.values())
        raise BadInput(what=f'"{since}" is not a period. Write one like these: {examples}')
    if span[0].begins(org.zone) > now:
        raise BadInput(what=f"{since} has not begun. Name the period in which the change began.")
    metric, name = (row.metric.id, row.metric.name) if row else (None, None)
    begins, ends, run = span[0].begins(org.zone), span[1].ends(org.zone), find_open_run(row) if row else None
    flagged = flags.get(row.key) if row else None
    return ChangeStart(metric, name, since, begins, ends, StartRule.GIVEN, *_describe_run(run), flagged)


def _describe_run(run: MissRun | None) -> tuple[int, str | None]:
    """How many misses there are in a row, and the first of them."""
    return (run.misses, run.first.text) if run else (0, None)


def _find_metric_start(org: Org, row: MetricRow, flags: Flags) -> ChangeStart | None:
    flagged, run = parse_period(flags.get(row.key, "")), find_open_run(row)
    starts = [(flagged, StartRule.HEALTH)] if flagged else []
    starts += [(run.first, StartRule.MISSES)] if run else []
    if not starts:
        return None
    period, rule = min(starts, key=lambda start: start[0].begins(org.zone).astimezone(UTC))
    facts = (row.metric.id, row.metric.name, period.text, period.begins(org.zone), period.ends(org.zone))
    return ChangeStart(*facts, rule, *_describe_run(run), flagged.text if flagged else None)
