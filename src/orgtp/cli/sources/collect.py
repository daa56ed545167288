"""`orgtp score collect`: collect values from the sources of this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption, notify_people
from orgtp.cli.options import (
    ChangeOptions,
    SourcesOption,
    TimesOption,
    changing_command,
)
from orgtp.cli.session import (
    is_unattended,
    open_chosen_org,
    report_change,
    say_unread_on_ledger,
    warn_of_doubts,
    write_json,
    write_stderr,
)
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.schedule import DEFAULT_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orgtp.actions.collect import CollectedValue
    from orgtp.api import Collected, CollectRequest, OrgHandle, SourceResult, Sources

BROKEN = 1
SeatOption = Annotated[str, typer.Option("--seat", metavar="SEAT", help="Only metrics of this seat.")]
MetricOption = Annotated[str, typer.Option("--metric", metavar="METRIC", help="Only metrics with this id.")]
ForOption = Annotated[
    str,
    typer.Option("--for", metavar="PERIOD", help="The period: 2026-W47, last … Default: each metric's current one."),
]
DueOption = Annotated[bool, typer.Option("--due", help="Only metrics without a value for the period.")]
AlwaysOption = Annotated[bool, typer.Option("--always", help="Record values that have not changed, too.")]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Keep running: collect at --times, and tick every quarter of an hour.")
]


@changing_command
def collect_scores(
    sources: SourcesOption = None,
    seat: SeatOption = "",
    metric: MetricOption = "",
    period: ForOption = "",
    due: DueOption = False,
    always: AlwaysOption = False,
    watch: WatchOption = False,
    times: TimesOption = "",
    notify: NotifyOption = None,
    *,
    change: ChangeOptions,
) -> int:
    """Collect values from this machine's sources.

    They are appended in one commit. If a source fails, a blank with the reason is recorded, and the exit code is 1. No
    value is ever made up. Unchanged values are not written again. Without a terminal, a successful run prints nothing.
    """
    from orgtp.api import CollectRequest

    request = CollectRequest(seat, metric, period, due, always)
    way = CollectOptions(sources, notify, change)

    def once() -> int:
        return _collect_once(open_chosen_org(change.org, push=change.push, to_record=True), request, way)

    if watch and period:
        raise BadInput(what="--watch and --for cannot be combined")
    if times and not watch:
        raise BadInput(what="--times needs --watch")
    return _watch_sources(once, way, times or DEFAULT_TIMES) if watch else once()


def _watch_sources(once: Callable[[], int], way: CollectOptions, times: str) -> int:
    from orgtp.cli.sources.collect_loop import run_collect_loop
    from orgtp.model.schedule import parse_timetable

    handle = open_chosen_org(way.change.org)
    # Fail now if the seat may not run the tick, not every quarter of an hour.
    handle.escalations.tick(by=way.change.by, dry_run=True)
    return run_collect_loop(parse_timetable(times, handle.head.zone), once, lambda: _tick_if_needed(way))


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """The files of this machine to use, and the options of the change."""

    sources: Path | None
    notify: Path | None
    change: ChangeOptions

    @property
    def quiet(self) -> bool:
        """Whether a successful run prints nothing."""
        return not (self.change.json or self.change.dry_run) and is_unattended()


def _collect_once(handle: OrgHandle, request: CollectRequest, way: CollectOptions) -> int:
    from orgtp.api import read_sources

    on_result = _show_source_result if way.change.dry_run or sys.stderr.isatty() else None
    sources = read_sources(way.sources)
    done = handle.collect(sources, request, by=way.change.by, dry_run=way.change.dry_run, on_result=on_result)
    for one in done.blanks:
        write_stderr(f"{one.seat} {one.metric}: unavailable: {one.note}")
    # If this machine has no source at all, say so even without a terminal.
    if on_result or not (done.said or request.due):
        _say_elsewhere(done, sources)
    # On a day off nothing is due, so cron prints nothing. For a period given with --for, report it.
    is_usual = request.period.lower() in {"", "last"}
    if done.left and (on_result or not is_usual):
        reason = "not a working day" if is_usual else f"no period {request.period}"
        write_stderr(f"skipped, {reason}: {', '.join(f'{one.seat} {one.metric}' for one in done.left)}")
    return _report_recorded(handle, done, way) or (BROKEN if done.blanks else 0)


def _tick_if_needed(way: CollectOptions) -> int:
    """Run the tick if anything is due, so that idle ticks print nothing."""
    if not open_chosen_org(way.change.org).escalations.tick(by=way.change.by, dry_run=True).files:
        return 0
    from orgtp.cli.escalate import report_tick

    return report_tick(way.notify, way.change)


def _show_source_result(said: SourceResult, came: Sequence[CollectedValue]) -> None:
    refused = [f"{one.seat} {one.metric}" for one in came if one.value is None] if said.value is not None else []
    mark, text = ("✗", said.why) if said.value is None else ("✗" if refused else "✓", said.value)
    no = f", which does not fit {' and '.join(refused)}" if refused else ""
    tries = f", {said.tries} tries" if said.tries > 1 else ""
    write_stderr(f"{mark} {said.name}: {text}{no} ({said.seconds} s{tries})")


def _say_elsewhere(done: Collected, sources: Sources) -> None:
    """Name the metrics whose sources this machine does not have. Another machine may collect them."""
    from orgtp.api import describe_unknown_sources

    if done.elsewhere:
        write_stderr(f"{describe_unknown_sources(done.elsewhere, sources)}. List the sources with: orgtp source list")


def _report_recorded(handle: OrgHandle, done: Collected, way: CollectOptions) -> int:
    if done.recorded:
        warn_of_doubts(done.recorded)
    if done.recorded is None:
        if way.change.json:
            body = {"commit": None, **_collected_json(done), "problems_total": len(done.unread)}
            write_json("score-collect", handle, body)
        elif way.change.dry_run or sys.stderr.isatty():
            write_stderr("nothing collected: no metric has a value due from this machine")
        if done.unread:
            say_unread_on_ledger(handle, done.unread)
        return int(bool(done.unread))
    then, body = done.escalated, _collected_json(done)
    code = report_change(
        "score-collect", handle, done.recorded, way.change, quiet=way.quiet, then=then, unread=done.unread, **body
    )
    if done.escalated:
        notify_people(handle, done.escalated, way.notify)
    return code


def _collected_json(done: Collected) -> dict[str, Any]:
    escalated = done.escalated.commit if done.escalated else None
    rest = {"elsewhere": done.elsewhere, "left": done.left, "escalated": escalated}
    warnings = done.recorded.change.doubts if done.recorded else ()
    return {"values": done.heard, "sources": done.said, **rest, "warnings": warnings}
