"""`orgtp score collect`: the numbers that come by themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.door import changed, opened, tell, write_json
from orgtp.cli.news import NotifyOption
from orgtp.cli.options import ByOption, DryRunOption, JsonOption, OrgOption, PushOption, SourcesOption

if TYPE_CHECKING:
    from orgtp.api import OpenOrg
    from orgtp.sources.collect import Collected, Request
    from orgtp.sources.source import Said

BROKEN = 1


def collect(
    sources: SourcesOption = None,
    seat: Annotated[str, typer.Option("--seat", metavar="SEAT", help="Only this seat's metrics.")] = "",
    metric: Annotated[str, typer.Option("--metric", metavar="METRIC", help="Only metrics of this id.")] = "",
    period: Annotated[
        str, typer.Option("--for", metavar="PERIOD", help="2026-W47, last … Default: each metric's current one.")
    ] = "",
    due: Annotated[bool, typer.Option("--due", help="Only what has no value yet for its period.")] = False,
    always: Annotated[bool, typer.Option("--always", help="Write a value again that has not changed.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and collect at the times of orgtp schedule, as cron would.")
    ] = False,
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

    def once() -> int:
        return _once(
            opened(org, whole=False, push=push), sources, request, by, notify, push=push, dry_run=dry_run, json=json
        )

    if not watch:
        return once()
    from orgtp.cli.watch import watching

    return watching(opened(org, whole=False).head.zone, once)


def _once(
    here: OpenOrg,
    sources: Path | None,
    request: Request,
    by: str,
    notify: Path | None,
    *,
    push: bool,
    dry_run: bool,
    json: bool,
) -> int:
    from orgtp.sources.file import read_sources

    found = read_sources(sources)
    seen = sys.stderr.isatty()
    done = here.collect(found, request, by=by, dry_run=dry_run, told=_progress if seen or dry_run else None)
    for one in done.blanks:
        tell(f"{one.seat} {one.metric}: unavailable: {one.note}")
    _say_elsewhere(done, seen or dry_run)
    return _recorded(here, done, notify, push=push, dry_run=dry_run, json=json) or (BROKEN if done.blanks else 0)


def _progress(said: Said) -> None:
    mark, text = ("✓", said.value) if said.value is not None else ("✗", said.why)
    tries = f", {said.tries} tries" if said.tries > 1 else ""
    tell(f"{mark} {said.name}: {text} ({said.seconds} s{tries})")


def _say_elsewhere(done: Collected, seen: bool) -> None:
    """Whose numbers this machine cannot know: another may collect them, so cron is told nothing of it."""
    names = sorted({one.source for one in done.elsewhere})
    if names and seen:
        tell(f"not known on this machine: {', '.join(names)}. See: orgtp source list")


def _recorded(here: OpenOrg, done: Collected, notify: Path | None, *, push: bool, dry_run: bool, json: bool) -> int:
    recorded = done.recorded
    if recorded is None:
        return _nothing(here, done, json=json)
    quiet = not (json or dry_run or sys.stdout.isatty() or sys.stderr.isatty())
    return changed("score-collect", here, recorded, json=json, dry_run=dry_run, push=push, quiet=quiet, **_body(done))


def _nothing(here: OpenOrg, done: Collected, *, json: bool) -> int:
    if json:
        write_json("score-collect", here, {"commit": None, **_body(done)})
    elif sys.stderr.isatty():
        tell(
            "nothing to collect: every value is there"
            if done.said == () and not done.elsewhere
            else "nothing collected"
        )
    return 0


def _body(done: Collected) -> dict[str, Any]:
    escalated = done.escalated.commit if done.escalated else None
    return {"values": done.heard, "sources": done.said, "elsewhere": done.elsewhere, "escalated": escalated}
