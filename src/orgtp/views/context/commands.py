"""How a seat does the usual things: the commands, ready to be typed but for the words in capitals."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from orgtp.model.escalation import EscalationStatus
from orgtp.model.text import is_id, one_line
from orgtp.views.context.types import Handed, MetricContext, Way
from orgtp.views.escalations import EscalationView
from orgtp.views.seat_summary import SeatSummary

# How a value of each unit is typed; a bare number has none, and money its currency.
_FORMS = {"%": "92.5%", "duration": "1h30m", "time of day": "07:52", "yes/no": "yes", None: "12"}


def ways(
    seat: str, metrics: Sequence[MetricContext], escalations: Sequence[EscalationView], to: SeatSummary | None
) -> Iterator[Way]:
    """What a seat at work will want to do. `to` is whom what it escalates goes to."""
    by = _typed("--by", seat)
    yield from _values(seat, metrics, by)
    whom = f", which goes to {to.seat}" if to and to.seat != seat else ""
    opened = _typed("orgtp", "escalate", "open", seat)
    yield Way(f"trouble that it cannot settle by itself{whom}", f'{opened} "WHAT" --why "WHY" {by}')
    yield from _hands([one for one in escalations if one.with_ == seat], by)
    yield Way("its numbers over the last weeks", _typed("orgtp", "scorecard", "--seat", seat))


def _values(seat: str, metrics: Sequence[MetricContext], by: str) -> Iterator[Way]:
    metrics = [metric for metric in metrics if is_id(metric.metric)]
    for metric in metrics:
        form = _FORMS.get(metric.unit, f"{metric.unit} 1200")
        added = _typed("orgtp", "score", "add", seat, metric.metric)
        yield Way(f"a value of {metric.metric}, VALUE like {form}", f"{added} VALUE {by}")
    if metrics:
        which = _typed(metrics[0].metric) if len(metrics) == 1 else "METRIC"
        added = f"{_typed('orgtp', 'score', 'add', seat)} {which}"
        yield Way(
            "that nobody knows a value: never a guess, a zero or the last one", f'{added} --unavailable "WHY" {by}'
        )
        yield Way("a value of another period, or a correction", f'{added} VALUE --for PERIOD --note "WHY" {by}')


def _hands(held: Sequence[EscalationView], by: str) -> Iterator[Way]:
    """What to do about what is in its hands."""
    which = _typed(held[0].id) if len(held) == 1 else "ID"
    if any(one.state is EscalationStatus.OPEN for one in held):
        yield Way("take on what is in its hands", f"orgtp escalate ack {which} {by}")
    if held:
        yield Way("settle what is in its hands", f'orgtp escalate resolve {which} --note "HOW" {by}')


def ways_after(handed: Sequence[Handed]) -> Iterator[Way]:
    """Where to go on from a retired seat."""
    for seat in dict.fromkeys(one.by.seat for one in handed if one.by):
        yield Way("who has its work now", _typed("orgtp", "context", seat))


def _typed(*words: str) -> str:
    """Words as one types them in a shell."""
    return shlex.join([one_line(word) for word in words])
