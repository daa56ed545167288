"""`orgtp score collect`: the numbers that come by themselves."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.door import changed, is_unseen, opened, tell, write_json
from orgtp.cli.news import NotifyOption, tell_people
from orgtp.cli.options import ByOption, DryRunOption, JsonOption, OrgOption, PushOption, SourcesOption

if TYPE_CHECKING:
    from orgtp.api import OpenOrg
    from orgtp.sources.collect import Collected, Request
    from orgtp.sources.source import Said

BROKEN = 1
SeatOption = Annotated[str, typer.Option("--seat", metavar="SEAT", help="Only this seat's metrics.")]
MetricOption = Annotated[str, typer.Option("--metric", metavar="METRIC", help="Only metrics of this id.")]
ForOption = Annotated[
    str, typer.Option("--for", metavar="PERIOD", help="2026-W47, last … Default: each metric's current one.")
]
DueOption = Annotated[bool, typer.Option("--due", help="Only what has no value yet for its period.")]
AlwaysOption = Annotated[bool, typer.Option("--always", help="Write a value again that has not changed.")]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Stay, and collect at the times of orgtp schedule, as cron would.")
]


def collect(
    sources: SourcesOption = None,
    seat: SeatOption = "",
    metric: MetricOption = "",
    period: ForOption = "",
    due: DueOption = False,
    always: AlwaysOption = False,
    watch: WatchOption = False,
    org: OrgOption = None,
    by: ByOption = "",
    notify: NotifyOption = None,
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Ask this machine's sources, and append what they say, in one commit.

    A source that fails leaves a blank with its reason, and exit code 1: no number is ever made up. A value that has not
    changed is not written again. Without a terminal nothing is said when all is well.
    """
    from orgtp.sources.collect import Request

    request = Request(seat, metric, period, due, always)
    way = _Way(sources, notify, by, push, dry_run, json)

    def once() -> int:
        return _once(opened(org, whole=False, push=push), request, way)

    if not watch:
        return once()
    from orgtp.cli.watch import watching

    return watching(opened(org, whole=False).head.zone, once)


@dataclass(frozen=True, slots=True)
class _Way:
    """How it is done: with which files of this machine, as whom, and what is said of it."""

    sources: Path | None
    notify: Path | None
    by: str
    push: bool
    dry_run: bool
    json: bool

    @property
    def quiet(self) -> bool:
        """Whether nothing is said where all is well."""
        return not (self.json or self.dry_run) and is_unseen()


def _once(here: OpenOrg, request: Request, way: _Way) -> int:
    from orgtp.sources.file import read_sources

    told = _progress if way.dry_run or sys.stderr.isatty() else None
    done = here.collect(read_sources(way.sources), request, by=way.by, dry_run=way.dry_run, told=told)
    for one in done.blanks:
        tell(f"{one.seat} {one.metric}: unavailable: {one.note}")
    if told:
        _say_elsewhere(done)
    return _recorded(here, done, way) or (BROKEN if done.blanks else 0)


def _progress(said: Said) -> None:
    mark, text = ("✓", said.value) if said.value is not None else ("✗", said.why)
    tries = f", {said.tries} tries" if said.tries > 1 else ""
    tell(f"{mark} {said.name}: {text} ({said.seconds} s{tries})")


def _say_elsewhere(done: Collected) -> None:
    """Whose numbers this machine cannot know: another may collect them, so cron is told nothing of it."""
    names = sorted({one.source for one in done.elsewhere})
    if names:
        tell(f"not known on this machine: {', '.join(names)}. See: orgtp source list")


def _recorded(here: OpenOrg, done: Collected, way: _Way) -> int:
    if done.recorded is None:
        return _nothing(here, done, json=way.json)
    said, body = {"json": way.json, "dry_run": way.dry_run, "push": way.push, "quiet": way.quiet}, _body(done)
    code = changed("score-collect", here, done.recorded, **said, **body)
    if done.escalated and done.escalated.commit:
        if not (way.quiet or way.json):
            tell(f"{done.escalated.commit[:10]} {done.escalated.change.subject}")
        tell_people(here, done.escalated, way.notify)
    return code


def _nothing(here: OpenOrg, done: Collected, *, json: bool) -> int:
    if json:
        write_json("score-collect", here, {"commit": None, **_body(done)})
    elif sys.stderr.isatty():
        tell("nothing collected: no metric asks for it now")
    return 0


def _body(done: Collected) -> dict[str, Any]:
    escalated = done.escalated.commit if done.escalated else None
    return {"values": done.heard, "sources": done.said, "elsewhere": done.elsewhere, "escalated": escalated}
