"""The usual commands of a seat. The user replaces the words in capitals."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from orgtp.model.escalation import EscalationStatus
from orgtp.model.records.todo import TodoState
from orgtp.model.text import is_id, one_line
from orgtp.views.context.types import Handed, MetricContext, OpenTrouble, SeatCommand
from orgtp.views.escalations import EscalationView
from orgtp.views.todos import TodoView

# An example of a value in each unit. A bare number has no unit; the unit of money is its currency.
_FORMS = {"%": "92.5%", "duration": "1h30m", "time of day": "07:52", "yes/no": "yes", None: "12"}


def list_seat_commands(
    seat: str, metrics: Sequence[MetricContext], trouble: OpenTrouble, todos: Sequence[TodoView]
) -> Iterator[SeatCommand]:
    """The commands of an active seat."""
    to = trouble.goes_to
    by = _quote_command("--by", seat)
    yield from _list_score_commands(seat, metrics, by)
    whom = f", which goes to {to.seat}" if to and to.seat != seat else ""
    opened = _quote_command("orgtp", "escalate", "open", seat)
    yield SeatCommand(f"a problem that it cannot solve by itself{whom}", f'{opened} "WHAT" --why "WHY" {by}')
    yield from _list_escalation_commands([one for one in trouble.escalations if one.with_ == seat], by)
    yield from _list_todo_commands([one for one in todos if one.owner == seat], by)
    yield SeatCommand("its numbers over the last weeks", _quote_command("orgtp", "scorecard", "--seat", seat))


def _list_score_commands(seat: str, metrics: Sequence[MetricContext], by: str) -> Iterator[SeatCommand]:
    metrics = [metric for metric in metrics if is_id(metric.metric)]
    for metric in metrics:
        form = _FORMS.get(metric.unit, f"{metric.unit} 1200")
        added = _quote_command("orgtp", "score", "add", seat, metric.metric)
        yield SeatCommand(f"a value of {metric.metric}, VALUE like {form}", f"{added} VALUE {by}")
    if metrics:
        which = _quote_command(metrics[0].metric) if len(metrics) == 1 else "METRIC"
        added = f"{_quote_command('orgtp', 'score', 'add', seat)} {which}"
        yield SeatCommand(
            "a value that is unknown: never a guess, a zero or the last one", f'{added} --unavailable "WHY" {by}'
        )
        yield SeatCommand("a value of another period, or a correction", f'{added} VALUE --for PERIOD --note "WHY" {by}')


def _list_escalation_commands(held: Sequence[EscalationView], by: str) -> Iterator[SeatCommand]:
    """The commands for the escalations assigned to it."""
    which = _quote_command(held[0].id) if len(held) == 1 else "ID"
    if any(one.state is EscalationStatus.OPEN for one in held):
        yield SeatCommand("acknowledge an escalation assigned to it", f"orgtp escalate ack {which} {by}")
    if held:
        yield SeatCommand("resolve an escalation assigned to it", f'orgtp escalate resolve {which} --note "HOW" {by}')


def _list_todo_commands(own: Sequence[TodoView], by: str) -> Iterator[SeatCommand]:
    """The commands for its open to-dos."""
    which = _quote_command(own[0].id) if len(own) == 1 else "ID"
    if any(one.state is not TodoState.WORKING for one in own):
        yield SeatCommand("work on a to-do", f"orgtp todo start {which} {by}")
    if own:
        yield SeatCommand("a to-do that it cannot go on with", f'orgtp todo ask {which} --note "WHAT IT NEEDS" {by}')
        yield SeatCommand("a to-do that is done", f'orgtp todo done {which} --note "RESULT" {by}')


def list_handover_commands(handed: Sequence[Handed]) -> Iterator[SeatCommand]:
    """The commands that show who took over from a retired seat."""
    for seat in dict.fromkeys(one.by.seat for one in handed if one.by):
        yield SeatCommand("who has its work now", _quote_command("orgtp", "context", seat))


def _quote_command(*words: str) -> str:
    """The words as a command line, quoted for a shell."""
    return shlex.join([one_line(word) for word in words])
