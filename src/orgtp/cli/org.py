"""`orgtp org show|set` and `orgtp holiday add|remove`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, ChangeOptions, JsonOption, OrgOption, changing_command, viewing_command
from orgtp.cli.session import (
    finish_answer,
    open_chosen_org,
    record_after_warning,
    report_change,
    write_json,
    write_stdout,
)
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange

DaysArgument = Annotated[
    str,
    typer.Argument(metavar="DATE|RANGE", help="A day, 2026-12-25, or all from one to another, 2026-12-24..2026-12-31."),
]


@viewing_command
def show_org(org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Show the settings of the org: its time zone, policy and holidays, and the defaults of what is not set."""
    handle = open_chosen_org(org, at)
    found = handle.settings()
    if json:
        write_json("org", handle, {"settings": found.settings, "holidays": found.holidays})
        return finish_answer(handle)
    from orgtp.render.org_settings import org_settings_text
    from orgtp.render.terminal import detect_screen

    write_stdout(org_settings_text(found, detect_screen()))
    return finish_answer(handle)


@changing_command
def set_org_settings(
    values: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE…", help="A key can be a path, such as policy.due.weekly.")
    ],
    *,
    change: ChangeOptions,
) -> int:
    """Set keys of org.yaml, as a commit.

    Only the lines concerned change. KEY= removes a key, so that its default applies. Lists are written with commas:
    policy.scorekeepers=tally,radar. If the change alters the verdict of past periods, it says how many, and in which
    direction.
    """
    handle = open_chosen_org(change.org, push=change.push)
    settings = [_parse_setting(text) for text in values]
    by = change.by
    return _record_and_report("org-set", handle, change, partial(handle.ledger.set_org_keys, settings, by=by))


@changing_command
def add_holiday(
    days: DaysArgument,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the day off is called.")] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Add days off to the org, as a commit.

    On a day off, weekdays metrics have no value, and nothing is due or moves up. If that alters the verdict of past
    periods, the command says how many, and in which direction.
    """
    handle = open_chosen_org(change.org, push=change.push)
    by = change.by
    return _record_and_report("holiday-add", handle, change, partial(handle.ledger.add_holidays, days, name, by=by))


@changing_command
def remove_holiday(days: DaysArgument, *, change: ChangeOptions) -> int:
    """Remove days off from the org, as a commit. It says which verdicts on the past that alters."""
    handle = open_chosen_org(change.org, push=change.push)
    by = change.by
    return _record_and_report("holiday-remove", handle, change, partial(handle.ledger.remove_holidays, days, by=by))


def _record_and_report(
    kind: str, handle: OrgHandle, change: ChangeOptions, record: Callable[..., RecordedChange]
) -> int:
    """Say what happens to the past, then record the change and report it. Returns the exit code."""
    done = record_after_warning(record, change)
    return report_change(kind, handle, done, change, verdicts=done.verdicts)


def _parse_setting(text: str) -> tuple[tuple[str, ...], str]:
    key, equals, value = text.partition("=")
    parts = tuple(key.strip().split("."))
    if not equals or not all(parts):
        raise BadInput(what=f'"{text}" is not KEY=VALUE. Example: policy.grace=2h')
    return parts, value.strip()
