"""`orgtp metric add|target|set|end|rename|move|recadence|rebase`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import ChangeOptions, SeatArgument, changing_command
from orgtp.cli.session import (
    has_terminal,
    open_chosen_org,
    record_after_warning,
    report_change,
    write_proposals,
    write_stderr,
)
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import escape_control_chars

if TYPE_CHECKING:
    from collections.abc import Callable

    from orgtp.actions.metric_content import NewMetric
    from orgtp.actions.metrics import Continuation
    from orgtp.api import OrgHandle, RecordedChange

MetricArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of one of its metrics.")]
NameOption = Annotated[str, typer.Option("--name", metavar="TEXT", help="The name that people use.")]
OutcomeOption = Annotated[
    str, typer.Option("--outcome", metavar="TEXT", help="The business outcome that it serves: what the business gets.")
]
TargetOption = Annotated[
    str, typer.Option("--target", metavar="TARGET", help='When a value is on target: ">= 95%", "<= 1h", "by 08:00".')
]
CadenceOption = Annotated[
    str,
    typer.Option(
        "--cadence", metavar="CADENCE", help="How often it has a value: hourly, daily, weekdays, weekly, monthly …"
    ),
]
PerOption = Annotated[
    str, typer.Option("--per", metavar="SIZE", help="The cells in which it is judged: day, week, month or quarter.")
]
RollupOption = Annotated[
    str, typer.Option("--rollup", metavar="ROLLUP", help="How values become a cell: last, sum, mean, min, max or hits.")
]
DueOption = Annotated[
    str, typer.Option("--due", metavar="TIME", help="When a value is due after its period: 09:00, or mon 09:00.")
]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="NAME", help="The source on the machine that collects it.")
]
LeadsToOption = Annotated[
    str, typer.Option("--leads-to", metavar="METRIC", help="The outcome metric that an activity serves: SEAT/METRIC.")
]
AfterOption = Annotated[
    str,
    typer.Option(
        "--after",
        metavar="PERIOD",
        help="The last period of the old metric. Default: the last one that is over, or a later one that has a value.",
    ),
]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the commit message.")]


@changing_command
def add_metric(
    seat: SeatArgument,
    metric: Annotated[str, typer.Argument(metavar="ID", help="The id of the new metric.")],
    name: NameOption = "",
    outcome: OutcomeOption = "",
    target: TargetOption = "",
    cadence: CadenceOption = "",
    per: PerOption = "",
    rollup: RollupOption = "",
    due: DueOption = "",
    source: SourceOption = "",
    leads_to: LeadsToOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Add a metric to a seat, as a commit.

    On a terminal, orgtp asks for what is missing, and shows how the rules about outcomes judge the wording.
    """
    from orgtp.actions.metric_content import NewMetric

    handle = open_chosen_org(change.org, push=change.push)
    new = NewMetric(metric, name, outcome, target, cadence, per, rollup, due, source, leads_to)
    if new.missing and has_terminal():
        new = ask_until_valid(new, lambda one: handle.metrics.add(seat, one, by=change.by, dry_run=True))
    done = handle.metrics.add(seat, new, by=change.by, dry_run=change.dry_run)
    return report_change("metric-add", handle, done, change, seat=seat, metric=metric)


_QUESTIONS = {
    "name": "Name, as people say it",
    "outcome": "Outcome: what the business gets",
    "target": "Target, such as >= 95%, <= 1h or by 08:00",
    "cadence": "How often is a value recorded: hourly, daily, weekdays, weekly, monthly or quarterly",
}


def ask_until_valid(new: NewMetric, judge: Callable[[NewMetric], RecordedChange]) -> NewMetric:
    """Ask for the missing parts of a metric until it can be added, and show what the rules say of it.

    `judge` tries the change without writing it.
    """
    asked = list(new.missing)
    while True:
        for key in asked:
            before = getattr(new, key)
            default = before or ("weekly" if key == "cadence" else None)
            new = replace(new, **{key: typer.prompt(_QUESTIONS[key], default=default, err=True).strip()})
        try:
            found = judge(new)
        except OrgtpError as error:
            write_stderr(str(error))
            continue
        mine = [one for one in found.noted if new.metric in one.message or new.name in one.message]
        for problem in mine:
            write_stderr(f"{problem.rule}: {problem.message}. {problem.hint}".rstrip())
        if not mine:
            write_stderr(f"the rules about outcomes accept {escape_control_chars(new.metric)}")
            return new
        if typer.confirm("Add it as it is?", default=False, err=True):
            return new


@changing_command
def set_target(
    seat: SeatArgument,
    metric: MetricArgument,
    target: Annotated[str, typer.Argument(metavar="TARGET", help='">= 95%", "<= 1h", "10..20", "by 08:00", "yes" …')],
    start: Annotated[
        str, typer.Option("--from", metavar="PERIOD", help="The first period that it judges. Default: the current one.")
    ] = "",
    also_past: Annotated[bool, typer.Option("--also-past", help="Judge past periods by it, too.")] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Set the target of a metric, as a commit. Earlier periods keep the target that they had."""
    if start and also_past:
        raise BadInput(what="--from and --also-past cannot be combined")
    handle = open_chosen_org(change.org, push=change.push)

    def run(*, dry_run: bool) -> RecordedChange:
        return handle.metrics.set_target(
            seat, metric, target, start=start, also_past=also_past, by=change.by, dry_run=dry_run
        )

    return _report_metric("metric-target", handle, run, change, seat, metric)


@changing_command
def set_metric_keys(
    seat: SeatArgument,
    metric: MetricArgument,
    values: Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="Keys of the metric, such as due=09:00.")],
    *,
    change: ChangeOptions,
) -> int:
    """Set keys of a metric, as a commit. KEY= removes a key. A target applies from the current period on."""
    handle = open_chosen_org(change.org, push=change.push)
    pairs = [_parse_setting(text) for text in values]

    def run(*, dry_run: bool) -> RecordedChange:
        return handle.metrics.set_keys(seat, metric, pairs, by=change.by, dry_run=dry_run)

    return _report_metric("metric-set", handle, run, change, seat, metric)


def _parse_setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(what=f'"{text}" is not KEY=VALUE. Example: due="mon 12:00"')
    return key.strip(), value


@changing_command
def end_metric(
    seat: SeatArgument,
    metric: MetricArgument,
    after: AfterOption = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it ends.")] = "",
    succeeded_by: Annotated[
        str, typer.Option("--succeeded-by", metavar="SEAT/ID", help="The metric that continues its history.")
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """End a metric, as a commit. Its values stay; nothing more is owed, stale or escalated."""
    from orgtp.actions.metrics import MetricEnd

    handle = open_chosen_org(change.org, push=change.push)
    if not reason.strip() and has_terminal():
        reason = typer.prompt(f"Why does {escape_control_chars(metric)} end?", err=True)
    end = MetricEnd(seat, metric, reason, after, succeeded_by)

    def run(*, dry_run: bool) -> RecordedChange:
        return handle.metrics.end(end, by=change.by, dry_run=dry_run)

    return _report_metric("metric-end", handle, run, change, seat, metric)


@changing_command
def rename_metric(
    seat: SeatArgument,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The id of one of its metrics.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new id.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Its new name. Default: the old one.")] = "",
    after: AfterOption = "",
    reason: WhyOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Give a metric another id, as a commit. The old one ends and the new one continues it, as one row."""
    from orgtp.actions.metrics import Continuation

    step = Continuation("metric-rename", seat, old, seat, new, name, after=after, reason=reason)
    return _continue_metric(step, change)


@changing_command
def move_metric(
    seat: SeatArgument,
    metric: MetricArgument,
    to: Annotated[str, typer.Option("--to", metavar="SEAT", help="The seat that takes it over.")],
    new: Annotated[str, typer.Option("--id", metavar="NEW", help="Its id there. Default: the same.")] = "",
    after: AfterOption = "",
    reason: WhyOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Move a metric to another seat, as a commit. It ends here and continues there, as one row."""
    from orgtp.actions.metrics import Continuation

    return _continue_metric(
        Continuation("metric-move", seat, metric, to, new or metric, after=after, reason=reason), change
    )


@changing_command
def recadence_metric(
    seat: SeatArgument,
    metric: MetricArgument,
    cadence: Annotated[
        str, typer.Argument(metavar="CADENCE", help="hourly, daily, weekdays, weekly, monthly or quarterly.")
    ],
    new: Annotated[str, typer.Option("--id", metavar="NEW", help="Its new id. Default: ID-CADENCE.")] = "",
    target: Annotated[
        str, typer.Option("--target", metavar="TARGET", help="Its target at the new cadence. Default: the same.")
    ] = "",
    after: AfterOption = "",
    reason: WhyOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Measure a metric at another cadence, as a commit. The old one ends and a new one continues it, as one row."""
    from orgtp.actions.metrics import Continuation

    word = cadence.strip().lower()
    step = Continuation(
        "metric-recadence", seat, metric, seat, new or f"{metric}-{word}", "", word, target, after, reason
    )
    return _continue_metric(step, change)


@changing_command
def rebase_metric(
    seat: SeatArgument,
    metric: MetricArgument,
    start: Annotated[str, typer.Option("--from", metavar="PERIOD", help="The first period of the new phase.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What is different since then.")] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Begin a new phase of a metric, as a commit.

    orgtp health computes the limits of a phase from its first 12 values, and then keeps them. Begin a new phase when
    the work is another one, such as with a new source, and not because a value is bad. No verdict changes.
    """
    from orgtp.actions.phases import NewPhase

    handle = open_chosen_org(change.org, push=change.push)
    if not reason.strip() and has_terminal():
        reason = typer.prompt(f"What is different since {escape_control_chars(start)}?", err=True)
    done = handle.metrics.rebase(NewPhase(seat, metric, start, reason), by=change.by, dry_run=change.dry_run)
    return report_change("metric-rebase", handle, done, change, seat=seat, metric=metric)


def _continue_metric(step: Continuation, change: ChangeOptions) -> int:
    handle = open_chosen_org(change.org, push=change.push)

    def run(*, dry_run: bool) -> RecordedChange:
        return handle.metrics.continue_as(step, by=change.by, dry_run=dry_run)

    return _report_metric(step.action, handle, run, change, step.seat, step.metric, f"{step.to}/{step.new}")


def _report_metric(
    kind: str,
    handle: OrgHandle,
    run: Callable[..., RecordedChange],
    change: ChangeOptions,
    seat: str,
    metric: str,
    continued_by: str = "",
) -> int:
    """Say what happens to the past before anything is written, make the change, and report it."""
    done = record_after_warning(run, change, seat=seat)
    for left in done.change.doubts:
        write_stderr(f"note: {left}")
    write_proposals(done)
    body: dict[str, Any] = {
        "seat": seat,
        "metric": metric,
        "verdicts": done.verdicts,
        "still_named_in": done.change.doubts,
        "proposals": done.change.proposals,
    }
    return report_change(kind, handle, done, change, continued_by=continued_by or None, **body)
