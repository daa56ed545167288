"""`orgtp brief`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption, notify_people
from orgtp.cli.options import AtOption, ChangeOptions, changing_command, selecting_command
from orgtp.cli.session import (
    EXIT_QUEUED,
    finish_answer,
    is_unattended,
    open_chosen_org,
    report_change,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput, OrgtpError

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, Selection, SentBriefings

_LAST_REVIEW = "last-review"
# The org is read for so long, unless --deadline says until when; a deadline that is near or over leaves the least.
_READ_SECONDS, _LEAST_SECONDS = 60.0, 5.0
# What is left before a deadline for writing the briefings and sending them.
_MARGIN_SECONDS = 30.0
# A remote gets so long before a briefing is sent: the least without a deadline or shortly before it, and half of the
# time that is left, up to the most. After everybody has their briefing, and for a check, it gets the time in between.
_LEAST_SYNC_SECONDS, _SYNC_SECONDS, _MOST_SYNC_SECONDS = 5.0, 10.0, 30.0


class BriefFormat(StrEnum):
    """The output formats of `brief`."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


@selecting_command
@changing_command
def show_briefing(
    for_: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="SEAT", help="Brief this seat about what it leads. Can be repeated with --send."),
    ] = None,
    format_: Annotated[BriefFormat, typer.Option("--format", help="The output format.")] = BriefFormat.TEXT,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, and replace it.")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to --for, or to every active seat that has an address, once a day.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 and escalate if a briefing was not delivered by --deadline.")
    ] = False,
    deadline: Annotated[
        str,
        typer.Option(
            "--deadline", metavar="TIME", help="With --send, read until 30 seconds before it. With --check: 08:00."
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option("--since", metavar="last-review", help="Show only what varies since the last review instead."),
    ] = "",
    notify: NotifyOption = None,
    at: AtOption = None,
    *,
    change: ChangeOptions,
    selection: Selection,
) -> int:
    """Show what needs people today, in a fixed order, from the record alone.

    As of when; what needs you; late and unknown numbers; what is newly off target; new flags; the dates of the week;
    and what could not be seen. With --send, each recipient gets it once a day, and the delivery is recorded.
    """
    options = BriefOptions(tuple(for_ or ()), format_, out, deadline, notify, change, selection)
    _refuse_mixed_options(options, at, since, send=send, check=check)
    if send:
        return _send_briefings(options)
    if check:
        return _check_briefings(options)
    handle = open_chosen_org(change.org, at)
    return _show_variances(handle, options) if since else _show_one(handle, options)


class BriefOptions:
    """What the options of the command were set to."""

    def __init__(
        self,
        for_: tuple[str, ...],
        format_: BriefFormat,
        out: Path | None,
        deadline: str,
        notify: Path | None,
        change: ChangeOptions,
        selection: Selection,
    ) -> None:
        self.for_, self.out, self.deadline, self.notify = for_, out, deadline, notify
        self.change, self.selection = change, selection
        self.format = BriefFormat.JSON if change.json else format_
        self.is_json_format = format_ is BriefFormat.JSON and not change.json


def _refuse_mixed_options(options: BriefOptions, at: str | None, since: str, *, send: bool, check: bool) -> None:
    """Refuse options that contradict each other. Raises `BadInput`."""
    shows = not (send or check)
    wrong = {
        "--send and --check cannot be combined. The schedule runs one after the other": send and check,
        "--at shows the past, in which nothing is sent or checked. Leave out --at": not shows and at is not None,
        f'--since "{since}" is not known. Use: --since {_LAST_REVIEW}': since not in {"", _LAST_REVIEW},
        "--since shows variances before a meeting, and is not sent. Leave out --send and --check": since and not shows,
        "--deadline needs --send or --check": options.deadline and shows,
        "name one seat: --for SEAT. With --send, it can be repeated": shows and len(options.for_) > 1,
        "--out writes the briefing to a file. Run it without --send and --check": options.out and not shows,
        "a briefing is sent as text, md or html. --json reports what was sent": send and options.is_json_format,
        "--check needs the time by which the briefing is due: orgtp brief --check --deadline 08:00": check
        and not options.deadline,
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise BadInput(what=what)


def _show_one(handle: OrgHandle, options: BriefOptions) -> int:
    """Show the briefing of one seat, or of the whole org."""
    from orgtp.render.briefing.formats import briefing_html, briefing_markdown, briefing_text

    of = handle.briefings.describe_org()
    view = handle.briefings.build(options.selection, *options.for_)
    if options.format is BriefFormat.JSON:
        return _write_json(handle, options, "briefing", {"briefing": view})
    if options.format is BriefFormat.HTML:
        return _write_out(handle, options, briefing_html(view, of))
    if options.format is BriefFormat.MD:
        return _write_out(handle, options, briefing_markdown(view, of))
    return _write_out(handle, options, briefing_text(view, of, _choose_screen(options)))


def _show_variances(handle: OrgHandle, options: BriefOptions) -> int:
    """Show what varies since the last review."""
    from orgtp.render.briefing.variances import variances_html, variances_markdown, variances_text

    of = handle.briefings.describe_org()
    view = handle.briefings.list_variances(options.selection, *options.for_)
    if options.format is BriefFormat.JSON:
        return _write_json(handle, options, "variances", {"variances": view})
    if options.format is BriefFormat.HTML:
        return _write_out(handle, options, variances_html(view, of, handle.now))
    if options.format is BriefFormat.MD:
        return _write_out(handle, options, variances_markdown(view, of, handle.now))
    return _write_out(handle, options, variances_text(view, of, handle.now, _choose_screen(options)))


def _choose_screen(options: BriefOptions) -> Any:
    from orgtp.render.terminal import Screen, detect_screen

    return Screen() if options.out else detect_screen()


def _write_out(handle: OrgHandle, options: BriefOptions, text: str) -> int:
    if options.out:
        from orgtp.api import write_whole_file

        write_whole_file(options.out, text)
    else:
        write_stdout(text)
    return finish_answer(handle)


def _write_json(handle: OrgHandle, options: BriefOptions, kind: str, body: dict[str, Any]) -> int:
    if options.out:
        from orgtp.cli.session import count_unread, find_revision, is_dirty
        from orgtp.render.json import format_envelope

        facts = (handle.head.id, find_revision(handle), is_dirty(handle), body, count_unread(handle))
        return _write_out(handle, options, format_envelope(kind, *facts))
    write_json(kind, handle, body)
    return finish_answer(handle)


def _send_briefings(options: BriefOptions) -> int:
    """Send each recipient the briefing of the day, and record what was accepted."""
    from orgtp.api import BriefingForm, SendRequest

    change = options.change
    handle = open_chosen_org(change.org, push=change.push)
    if not options.for_ and (why := handle.briefings.explain_day_off()):
        return _report_nothing(handle, options, f"{why}, so nothing is sent. To send it anyway, use --for SEAT")
    left = _count_seconds_left(handle, options.deadline)
    handle, is_synced, why = _sync_first(handle, change, _LEAST_SYNC_SECONDS if left is None else left / 2)
    left = _count_seconds_left(handle, options.deadline)
    forms = {BriefFormat.MD: BriefingForm.MARKDOWN, BriefFormat.HTML: BriefingForm.HTML}
    request = SendRequest(
        options.for_,
        forms.get(options.format, BriefingForm.TEXT),
        options.notify,
        _READ_SECONDS if left is None else max(_LEAST_SECONDS, left),
        is_synced,
        why,
    )
    sent = handle.briefings.send(request, options.selection, by=change.by, dry_run=change.dry_run)
    return _report_sent(handle, options, sent)


def _count_seconds_left(handle: OrgHandle, deadline: str) -> float | None:
    """How many seconds are left for everything before the sending; None without a deadline."""
    if not deadline:
        return None
    return (handle.briefings.find_deadline(deadline) - handle.now).total_seconds() - _MARGIN_SECONDS


def _sync_first(handle: OrgHandle, change: ChangeOptions, seconds: float) -> tuple[OrgHandle, bool, str]:
    """Get the newest commits of others, if the deliveries will be pushed, and open the org again, with a fresh clock.

    Returns whether that worked, and why not. It waits for `seconds`, within limits, and goes on with what is here.
    """
    if change.dry_run or not (change.push or handle.head.policy.push):
        return handle, False, ""
    try:
        handle.ledger.sync(seconds=min(_MOST_SYNC_SECONDS, max(_LEAST_SYNC_SECONDS, seconds)))
    except OrgtpError as stopped:
        write_stderr(f"could not sync first, so the latest changes of others may be missing: {stopped}")
        is_down = getattr(stopped, "state", "") == "down"
        why = "the remote could not be reached" if is_down else f"the sync stopped: {stopped}"
        return open_chosen_org(change.org), False, why
    return open_chosen_org(change.org), True, ""


def _report_nothing(handle: OrgHandle, options: BriefOptions, why: str) -> int:
    if options.change.json:
        write_json("brief-send", handle, {"commit": None, "paths": [], "outbox": False, "briefings": [], "why": why})
    elif not is_unattended():
        write_stderr(why)
    return 0


def _report_sent(handle: OrgHandle, options: BriefOptions, sent: SentBriefings) -> int:
    """Report what became of each recipient. Returns the exit code: 1 if one could not be reached, 75 if queued."""
    change, quiet = options.change, is_unattended() and not options.change.dry_run
    for one in sent.briefings:
        if one.is_trouble or not (quiet or change.json):
            write_stderr(f"{one.to}: {one.state}{f', {one.why}' if one.why else ''}")
    body: dict[str, Any] = {
        "day": sent.day,
        "briefings": [{"to": one.to, "state": one.state, "why": one.why or None} for one in sent.briefings],
    }
    failed = int(bool(sent.failed))
    if sent.queued_because:
        write_stderr(f"delivered, and not recorded yet: {sent.queued_because}. The next run, or --check, records it")
    if sent.recorded:
        return (
            report_change("brief-send", handle, sent.recorded, change, quiet=quiet, push_seconds=_SYNC_SECONDS, **body)
            or failed
        )
    if change.json:
        nothing: dict[str, Any] = {
            "commit": None,
            "paths": [],
            "outbox": bool(sent.queued_because),
            "dry_run": change.dry_run,
        }
        write_json("brief-send", handle, {**nothing, **body})
    elif change.dry_run:
        for one in sent.briefings:
            write_stdout(f"---- {one.to} ----\n{one.text}\n")
    return EXIT_QUEUED if sent.queued_because else failed


def _check_briefings(options: BriefOptions) -> int:
    """Exit with 1 and open an escalation if a briefing of the day was not delivered by the deadline."""
    change = options.change
    handle, *_ = _sync_first(open_chosen_org(change.org, push=change.push), change, _SYNC_SECONDS)
    found = handle.briefings.check(options.deadline, options.for_, options.notify, by=change.by, dry_run=change.dry_run)
    body: dict[str, Any] = {"day": found.day, "deadline": found.deadline, "recipients": found.recipients}
    body["why"] = found.because or None
    for one in found.missed:
        write_stderr(f"{one.to}: not delivered by {options.deadline}: {one.why}")
    if found.escalated:
        quiet = is_unattended() and not change.dry_run
        code = report_change(
            "brief-check", handle, found.escalated, change, quiet=quiet, push_seconds=_SYNC_SECONDS, **body
        )
        notify_people(handle, found.escalated, options.notify)
        return code or 1
    if change.json:
        write_json("brief-check", handle, {"commit": None, "paths": [], "outbox": False, **body})
    elif not is_unattended():
        write_stderr(found.because or f"every briefing was delivered by {options.deadline}")
    return 0
