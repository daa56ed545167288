"""`orgtp retire`: show the plan, ask for what is missing, and record the retirement."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.notify import notify_people
from orgtp.cli.options import ChangeOptions, SeatArgument, changing_command
from orgtp.cli.seats.changes import OwnerToOption
from orgtp.cli.session import (
    finish_answer,
    has_terminal,
    open_chosen_org,
    report_change,
    say_unread_on_ledger,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import escape_control_chars, join_with_and

if TYPE_CHECKING:
    from orgtp.actions.retire import RetirementPlan, RetirementRequest
    from orgtp.api import OrgHandle

_ASKED = {"worked": "What worked?", "failed": "What failed?", "lesson": "What is the lesson?"}


class RetirementIncomplete(OrgtpError):
    """Information that only a person can give is missing, and there is no terminal to ask on."""

    text = "{what} Run:\n  {command}"


class RetirementDeclined(OrgtpError):
    """A person declined the plan."""

    exit_code = 130
    text = "nothing was written"


MoveOption = Annotated[
    list[str] | None,
    typer.Option("--move", metavar="CAP=HEIR", help="The heir of one capability or metric. Can be repeated."),
]
ReviewOption = Annotated[
    Path | None,
    typer.Option(
        "--review", metavar="FILE", help="A YAML file with the keys reason, worked, failed, lesson and rehire."
    ),
]


@changing_command
def retire_seat(
    seat: SeatArgument,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="A,B", help="One heir for each capability, in order, or for each that --move does not name."
        ),
    ] = "",
    move: MoveOption = None,
    owner_to: OwnerToOption = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="The reason.")] = "",
    decided_by: Annotated[str, typer.Option("--decided-by", metavar="SEAT", help="The human seat that decided.")] = "",
    review: ReviewOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing: show what still names the seat, and exit with 1 if something is in the way."
        ),
    ] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Retire a seat, with named heirs, in one commit.

    Each capability goes to an heir, and the record stays. The plan is shown first. The people listed in
    policy.retirement.approvers in org.yaml may decide; without that list, the owner of the seat and the people above.
    """
    from orgtp.actions.new_owners import parse_new_owners
    from orgtp.actions.retire import REVIEW_KEYS, RetirementRequest
    from orgtp.render.json import plan_body

    handle = open_chosen_org(change.org, push=change.push)
    handle.problems  # noqa: B018  (the plan needs the whole org)
    answers = _read_review_file(review) if review else {}
    request = RetirementRequest(
        seat=seat,
        to=tuple(heir.strip() for heir in to.split(",") if heir.strip()),
        moves=dict(_parse_move(text) for text in move or []),
        owners=parse_new_owners(owner_to),
        reason=reason or answers.get("reason", ""),
        review={key: text for key, text in answers.items() if key in REVIEW_KEYS},
        decided_by=decided_by,
        by="" if check else handle.ledger.find_acting_seat(change.by),
    )
    if check:
        return _report_check(handle, request, json=change.json)
    is_partial = finish_answer(handle)
    # A command that a message suggests does no more than the one that was typed.
    also = [*(["--dry-run"] if change.dry_run else []), *(["--json"] if change.json else [])]
    request, plan = _confirm_request(handle, request, review, also, ask=not (yes or change.dry_run), json=change.json)
    done = handle.ledger.retire(request, plan, dry_run=change.dry_run)
    if not (decided_by or request.by):
        write_stderr(f"recorded as decided by {request.decided_by}")
    code = report_change("retire", handle, done, change, seat=seat, plan=plan_body(plan))
    notify_people(handle, done)
    if done.unread and not is_partial:
        say_unread_on_ledger(handle, done.unread)
    return code or int(bool(done.unread))


def _report_check(handle: OrgHandle, request: RetirementRequest, *, json: bool) -> int:
    """Show what a retirement finds and would do. Returns 1 if something stands in its way."""
    from orgtp.render.seats.retire_check import check_body, check_text
    from orgtp.render.terminal import detect_screen

    found = handle.ledger.preview_retirement(request)
    if json:
        write_json("retire-check", handle, check_body(found))
    else:
        write_stdout(check_text(handle.org, found, detect_screen()))
    return max(finish_answer(handle) or 0, int(not found.is_ready))


def _confirm_request(
    handle: OrgHandle, request: RetirementRequest, review: Path | None, also: list[str], *, ask: bool, json: bool
) -> tuple[RetirementRequest, RetirementPlan]:
    """Return the completed request and its plan. `also` are the options that a suggested command keeps.

    On a terminal, it asks for what is missing, and for confirmation if `ask`. Raises `RetirementDeclined` and
    `RetirementIncomplete`.
    """
    plan = handle.ledger.plan_retirement(request)
    handle.ledger.check_retirement(request)
    _show_plan(handle, plan, json=json)
    request = _default_decider(handle, request)
    if not has_terminal():
        _refuse_incomplete(handle, request, plan, review, also)
        return request, plan
    had_gaps = bool(plan.unassigned)
    request, plan = _ask_missing(handle, request, plan)
    if had_gaps:
        # Confirmation is for the complete plan.
        _show_plan(handle, plan, json=json)
    if ask and not typer.confirm("Retire it?", err=True):
        raise RetirementDeclined
    return request, plan


def _parse_move(text: str) -> tuple[str, str]:
    name, equals, heir = text.partition("=")
    if not (equals and name.strip() and heir.strip()):
        raise BadInput(what=f'--move "{text}" is not CAP=HEIR. Example: --move ad-pacing-monitoring=dash')
    return name.strip(), heir.strip()


def _read_review_file(path: Path) -> dict[str, str]:
    """Read a review file. Raises `BadInput` with the location of a mistake."""
    from orgtp.api import read_review

    return read_review(path)


def _show_plan(handle: OrgHandle, plan: RetirementPlan, *, json: bool) -> None:
    """Print the plan, before anything is asked or done. With JSON output, it goes to standard error."""
    from orgtp.render.change import plan_text
    from orgtp.render.terminal import Screen, detect_screen

    text = plan_text(handle.org, plan, Screen(detect_screen().width) if json else detect_screen())
    write_stderr(text) if json else write_stdout(text)
    sys.stdout.flush()


def _default_decider(handle: OrgHandle, request: RetirementRequest) -> RetirementRequest:
    """Fill in who decided: as given, or else the acting seat if it may decide.

    Without a terminal and an acting seat, it is the only person who may decide, if there is exactly one. An acting
    seat that may not decide must name the person who did.
    """
    fit = handle.ledger.list_deciders(request.seat)
    sole = fit[0] if not (request.by or has_terminal()) and len(fit) == 1 else ""
    return replace(request, decided_by=request.decided_by or (request.by if request.by in fit else sole))


def _refuse_incomplete(
    handle: OrgHandle, request: RetirementRequest, plan: RetirementPlan, review: Path | None, also: list[str]
) -> None:
    """Raise `RetirementIncomplete` with everything that is missing, and a complete command."""
    missing = [f"who takes over {join_with_and(plan.unassigned)}"] if plan.unassigned else []
    missing += [] if request.reason.strip() else ["why (--reason; --review FILE can add the rest)"]
    missing += [] if request.decided_by else ["who decided"]
    if missing:
        moves = {**request.moves, **dict.fromkeys(plan.unassigned, _guess_heir(plan, request))}
        may = (
            ""
            if request.decided_by
            else f" May decide: {join_with_and(handle.ledger.list_deciders(request.seat)) or 'nobody'}."
        )
        command = shlex.join([*_list_words(handle, request, moves, review), *also])
        raise RetirementIncomplete(what=f"say {join_with_and(missing)}.{may}", command=command)


def _ask_missing(
    handle: OrgHandle, request: RetirementRequest, plan: RetirementPlan
) -> tuple[RetirementRequest, RetirementPlan]:
    """Ask for heirs, the reason and who decided, where missing. Returns the request and its plan."""
    for capability in plan.unassigned:
        request, plan = _ask_heir(handle, request, capability, _guess_heir(plan, request))
    request = _tell_prompt(request)
    fit = handle.ledger.list_deciders(request.seat)
    if not request.decided_by:
        request = replace(request, decided_by=typer.prompt("Who decided?", default=fit[0] if fit else None, err=True))
    return request, plan


def _guess_heir(plan: RetirementPlan, request: RetirementRequest) -> str:
    return request.to[0] if request.to else plan.seat.reports_to or plan.seat.owner


def _ask_heir(
    handle: OrgHandle, request: RetirementRequest, capability: str, guess: str
) -> tuple[RetirementRequest, RetirementPlan]:
    """Ask until the heir is valid."""
    while True:
        heir = typer.prompt(f"Who takes over {escape_control_chars(capability)}?", default=guess, err=True)
        asked = replace(request, moves={**request.moves, capability: heir})
        try:
            return asked, handle.ledger.plan_retirement(asked)
        except OrgtpError as error:
            write_stderr(str(error))


def _list_words(
    handle: OrgHandle, request: RetirementRequest, moves: Mapping[str, str], review: Path | None
) -> list[str]:
    """Return the complete command, with everything that was given already."""
    words = ["orgtp", *(["--org", str(handle.root)] if handle.root != _near_seat() else []), "retire", request.seat]
    words += ["--to", ",".join(request.to)] if request.to else []
    words += [word for name, heir in moves.items() for word in ("--move", f"{name}={heir}")]
    owners = [f"{seat}={owner}" if seat else owner for seat, owner in request.owners.items()]
    words += ["--owner-to", ",".join(owners)] if owners else []
    words += ["--review", str(review)] if review else []
    words += ["--by", request.by] if request.by else []
    words += ["--decided-by", request.decided_by or _ask_decider(handle, request)]
    return [*words, "--reason", request.reason or "WHY"]


def _ask_decider(handle: OrgHandle, request: RetirementRequest) -> str:
    """Suggest who decided, for a person to confirm by running the command. Agents get no suggestion."""
    acting = handle.org.seats.get(request.by)
    fit = handle.ledger.list_deciders(request.seat) if acting is None or acting.is_human else []
    return next(iter(fit), "SEAT")


def _near_seat() -> Path | None:
    """The org that a command without --org would use."""
    from orgtp.api import find_org_root

    try:
        return find_org_root()
    except OrgtpError:
        return None


def _tell_prompt(request: RetirementRequest) -> RetirementRequest:
    """Ask for the reason and the review, if no reason was given."""
    if request.reason.strip():
        return request
    reason = typer.prompt(f"Why is {request.seat} retired?", err=True)
    asked = {key: _ask_person(question) for key, question in _ASKED.items() if key not in request.review}
    return replace(request, reason=reason, review={**request.review, **{k: text for k, text in asked.items() if text}})


def _ask_person(question: str) -> str:
    return str(typer.prompt(f"{question} (leave empty to skip)", default="", show_default=False, err=True)).strip()
