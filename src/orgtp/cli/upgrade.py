"""`orgtp upgrade`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.session import open_chosen_org, report_change, write_stderr
from orgtp.model.text import count_noun, escape_control_chars

if TYPE_CHECKING:
    from orgtp.api import Org, RecountedVerdict
    from orgtp.model.period import Grain

_MOST_LISTED = 3


@changing_command
def upgrade_org(*, change: ChangeOptions) -> int:
    """Bring an org up to date with this version of orgtp, in one commit.

    It updates the schemas in .orgtp/, .gitattributes, and the CI files that orgtp wrote and nobody edited. On a
    terminal, it asks how sums are judged. It says which past periods are judged differently than before.
    """
    from orgtp.api import list_recounted_verdicts

    handle = open_chosen_org(change.org, push=change.push)
    org, is_old = handle.org, not handle.org.version
    per = _choose_per(org, ask=sys.stdin.isatty() and sys.stderr.isatty() and not change.json)
    verdicts = list(list_recounted_verdicts(_set_per(org, per), handle.now)) if is_old else []
    for text in _describe_verdicts(verdicts):
        write_stderr(text)
    made = handle.ledger.upgrade(per, by=change.by, dry_run=change.dry_run)
    for path in made.edited:
        write_stderr(f"{path} was edited, so it stays as it is. Compare it with the file of a new org: orgtp init DIR")
    unread = [problem for part in handle.unread for problem in part.problems]
    return report_change("upgrade", handle, made.done, change, unread=unread, verdicts=verdicts, edited=made.edited)


def _choose_per(org: Org, *, ask: bool) -> dict[tuple[str, str], Grain]:
    """Ask for each sum in which cells it is judged. Without a terminal, say how to set it."""
    from orgtp.api import Grain, list_sums_without_per

    found: dict[tuple[str, str], Grain] = {}
    for seat, metric in list_sums_without_per(org):
        target = metric.targets.dated[-1][1].text if metric.targets.dated else "no target"
        if not ask:
            command = f"orgtp metric set {seat.id} {metric.id} per=week"
            write_stderr(f"{seat.id} {metric.id} does not say per day, week or month: {command}")
            continue
        choices = [str(grain) for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER)]
        question = escape_control_chars(f"{metric.name} of {seat.name}: is {target} per day, week, month or quarter?")
        answer = ""
        while answer not in choices:
            answer = typer.prompt(question, default="week", err=True).strip().lower()
        found[seat.id, metric.id] = Grain(answer)
    return found


def _set_per(org: Org, per: dict[tuple[str, str], Grain]) -> Org:
    """The org with the choices, to judge it as it will be."""
    seats = dict(org.seats)
    for (seat, metric), grain in per.items():
        held = seats[seat]
        seats[seat] = replace(held, metrics={**held.metrics, metric: replace(held.metrics[metric], per=grain)})
    return replace(org, seats=seats)


def _describe_verdicts(verdicts: Sequence[RecountedVerdict]) -> Iterator[str]:
    """A line for each metric: its state now, and the first of the weeks that are judged differently."""
    for (seat, metric), group in groupby(verdicts, key=lambda one: (one.seat, one.metric)):
        every = list(group)
        weeks = [one for one in every if one.period]
        parts = [f"{one.before} becomes {one.after} on the chart" for one in every if not one.period]
        listed = [f"{one.period} {one.before} becomes {one.after}" for one in weeks[:_MOST_LISTED]]
        more = [f"and {len(weeks) - _MOST_LISTED} more"] if len(weeks) > _MOST_LISTED else []
        if weeks:
            parts.append(f"{count_noun(len(weeks), 'past week')}: {', '.join([*listed, *more])}")
        yield f"{seat} {metric}: {'; '.join(parts)}"
