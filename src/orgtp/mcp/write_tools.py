"""Tools that write, as the server's acting seat: they record values and propose retirements, but never retire."""

from __future__ import annotations

import shlex
from datetime import date
from typing import Annotated, Any, Literal

from orgtp.actions.retire import REVIEW_KEYS, RetirementRequest
from orgtp.api import OrgHandle, RecordedChange, TodoAction, parse_review_answers
from orgtp.mcp.answer import Answer, build_answer
from orgtp.mcp.read_tools import SeatId
from orgtp.model.errors import BadInput, OrgtpError, Refused
from orgtp.model.records.kinds import TODO
from orgtp.model.text import join_with_and, one_line
from orgtp.render.json import plan_body

MetricId = Annotated[str, "Metric id"]
PeriodWord = Annotated[str, "2026-11-20, 2026-W47, 2026-11 …; default: the current period"]
ScoreId = Annotated[str, "Your own id, so that a retry changes nothing"]
# The keys are listed, because some providers refuse an object with any keys.
_REVIEW = {"type": "object", "properties": {key: {"type": "string"} for key in REVIEW_KEYS}}


def add_score(
    handle: OrgHandle,
    by: str,
    seat: SeatId,
    metric: MetricId,
    value: Annotated[str, "In the form of its target: 12, 96.5%, USD 1200, 1h30m, 07:52, yes"],
    period: PeriodWord = "",
    note: str = "",
    id: ScoreId = "",  # noqa: A002  (as in the record)
    n: Annotated[int | None, "Number of cases behind a percentage"] = None,
) -> Answer:
    """Record one value of a metric in one commit. Only record values that you were given, never a guess.

    To correct a wrong value, add it again. If warnings is not empty, ask whether the value is right.
    """
    return _record_score(handle, by, seat, metric, value, period, note, id, n)


def mark_unavailable(
    handle: OrgHandle,
    by: str,
    seat: SeatId,
    metric: MetricId,
    reason: Annotated[str, "Why the value is unknown"],
    period: PeriodWord = "",
    id: ScoreId = "",  # noqa: A002  (as in the record)
) -> Answer:
    """Record that a value is unknown, and why, such as a failed source. Use it instead of zero or a guess."""
    if not one_line(reason):
        raise BadInput(what="say why the value is unknown: reason")
    return _record_score(handle, by, seat, metric, None, period, reason, id)


def _record_score(
    handle: OrgHandle,
    by: str,
    seat: str,
    metric: str,
    value: str | None,
    period: str,
    note: str,
    score_id: str,
    n: int | None = None,
) -> Answer:
    entry = handle.ledger.new_score(seat, metric, value, period=period, note=note, score_id=score_id, n=n)
    return _answer_recorded(handle, "score-add", seat, metric, entry.id, handle.ledger.add_scores([entry], by=by))


def withdraw_score(
    handle: OrgHandle,
    by: str,
    seat: SeatId,
    metric: MetricId,
    period: str,
    reason: str,
) -> Answer:
    """Withdraw a value that should never have been recorded, if a person asks for it. A value is then owed again.

    Only the owner, those above and scorekeepers may.
    """
    if not one_line(reason):
        raise BadInput(what="say why the value should not be there: reason")
    entry_id = handle.ledger.new_id()
    done = handle.ledger.withdraw_score(seat, metric, period=period, reason=reason, score_id=entry_id, by=by)
    return _answer_recorded(handle, "score-withdraw", seat, metric, entry_id, done)


def _answer_recorded(
    handle: OrgHandle, kind: str, seat: str, metric: str, entry_id: str, done: RecordedChange
) -> Answer:
    body = {
        **_describe_commit(done, dry_run=False),
        "seat": seat,
        "metric": metric,
        "id": entry_id,
        "kept": done.queued_because or None,
        "warnings": list(done.change.doubts),
    }
    return build_answer(handle, kind, {**body, **_sync_if_required(handle, done)})


def _describe_commit(done: RecordedChange, *, dry_run: bool) -> dict[str, Any]:
    return {
        "commit": done.commit,
        "paths": done.paths,
        "outbox": bool(done.queued_because),
        "dry_run": dry_run,
        "subject": done.change.subject,
    }


def _sync_if_required(handle: OrgHandle, done: RecordedChange) -> dict[str, Any]:
    """Sync with the remote if the org's policy requires it, and describe the result."""
    if done.queued_because or not handle.head.policy.push:
        return {}
    try:
        sent = handle.ledger.sync(needed=True)
    except OrgtpError as stopped:
        return {"sent": getattr(stopped, "state", "no"), "sent_why": str(stopped)}
    commit = {"commit": sent.rewritten.get(done.commit or "", done.commit)}
    if sent.left_out:
        return {"sent": "left out", "sent_why": "\n".join(one.text for one in sent.left_out), **commit}
    return {"sent": "yes" if sent.remote else "no remote", **commit}


def propose_retirement(
    handle: OrgHandle,
    by: str,
    seat: SeatId,
    heirs: Annotated[list[str] | None, "ID=SEAT: a capability or metric id, and who takes it over"] = None,
    owner_to: Annotated[str, "Seat id of the new owner of its seats"] = "",
    reason: str = "",
    review: Annotated[dict[str, str], _REVIEW] = {},  # noqa: B006
    decided_by: Annotated[str, "Seat id of the person asked to decide; never choose one yourself"] = "",
    dry_run: Annotated[bool, "Default: true"] = True,
) -> Answer:
    """Plan a retirement: who takes over what, and what people still have to decide.

    dry_run=false commits it on the branch retire/SEAT, for a person to merge or delete (see next).
    """
    moves = dict(_parse_heir(text) for text in heirs or ())
    request = RetirementRequest(
        seat, moves=moves, owner_to=owner_to, reason=reason, review=_check_review(review), decided_by=decided_by, by=by
    )
    plan, deciders = handle.ledger.plan_retirement(request), handle.ledger.list_deciders(seat)
    missing = _list_open_questions(request, plan.unassigned, deciders)
    body = {"seat": seat, "branch": f"retire/{seat}", "plan": plan_body(plan), "missing": missing, "deciders": deciders}
    body |= {"next": [] if missing or dry_run else _suggest_commands(handle.head.branch, seat, decided_by)}
    if missing and not dry_run:
        raise Refused(why=f"nothing was proposed. Ask the people for: {'; '.join(missing)}")
    if missing:
        return build_answer(handle, "retire", {"commit": None, "paths": [], "dry_run": True, "subject": None, **body})
    return build_answer(
        handle,
        "retire",
        {**_describe_commit(handle.ledger.propose_retirement(request, dry_run=dry_run), dry_run=dry_run), **body},
    )


def _suggest_commands(ledger: str, seat: str, decider: str) -> list[str]:
    """The commands for the person who decides: view the branch, approve it by merging, or reject it."""
    lines = [f"retire({seat}): approved", f"Orgtp-Action: retire\nOrgtp-Seat: {seat}\nOrgtp-By: {decider}"]
    lines[1] += f"\nOrgtp-Approved-By: {decider}"
    words = " ".join(f"-m {shlex.quote(text)}" for text in lines)
    branch = f"retire/{seat}"
    return [
        f"git diff {shlex.quote(f'{ledger}...{branch}')}",
        f"git switch {shlex.quote(ledger)} && git merge --no-ff {branch} {words}",
        f"git branch -D {branch}",
    ]


def _parse_heir(text: str) -> tuple[str, str]:
    what, equals, heir = (part.strip() for part in text.partition("="))
    if not (what and equals and heir):
        raise BadInput(what=f'heirs "{one_line(text)}" is not ID=SEAT. Example: ad-pacing-monitoring=dash')
    return what, heir


def _check_review(review: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(set(review) - set(REVIEW_KEYS)):
        raise BadInput(what=f"a review has no {join_with_and(unknown)}. It has: {', '.join(REVIEW_KEYS)}.")
    return review


def _list_open_questions(request: RetirementRequest, left: list[str], deciders: list[str]) -> list[str]:
    """The questions that people have to answer before the retirement can be proposed."""
    questions = [f"who takes over {join_with_and(left)} (heirs)"] if left else []
    questions += [] if request.reason.strip() else ["why (reason)"]
    if request.decided_by not in deciders:
        questions += [f"who is to decide (decided_by: {' or '.join(deciders) or 'nobody may; see org.yaml'})"]
    return questions


def prepare_review(
    handle: OrgHandle, by: str, answers: Annotated[str, "YAML, with the keys of answers in the prompt weekly-review"]
) -> Answer:
    """Keep answers to the weekly review as a draft. Nothing is recorded: a person confirms and closes it."""
    draft = handle.reviews.prepare(parse_review_answers(answers), by)
    body = {"week": draft.answers.week, "prepared_by": by, "rows": len(draft.answers.rows), "next": ["orgtp review"]}
    return build_answer(handle, "review-hold", {"commit": None, "paths": [], **body})


TodoWord = Literal["add", "start", "ask", "done", "fail", "drop", "move"]
_CLOSING = {"done": TodoAction.DONE, "fail": TodoAction.FAILED, "drop": TodoAction.DROPPED}


def todo(
    handle: OrgHandle,
    by: str,
    action: TodoWord,
    id: Annotated[str, "Of the to-do; not for add"] = "",  # noqa: A002  (as in the record)
    what: str = "",
    owner: Annotated[str, "For add and move: the seat that does it"] = "",
    due: Annotated[str, "For add and move: 2026-12-04"] = "",
    note: Annotated[str, "What it comes from (add), what you need (ask), or why"] = "",
) -> Answer:
    """Add a to-do, or say what becomes of one. seat_context lists yours; query has the table todos.

    ask: you cannot go on without an answer.
    """
    todos, day = handle.todos, _parse_due(due)
    if action == "add":
        if day is None:
            raise BadInput(what="say by when: due")
        done = todos.add(what, owner, day, from_=note, by=by)
    elif action == "move":
        done = todos.move(id, owner, day, note, by=by)
    elif action in _CLOSING:
        done = todos.close(id, _CLOSING[action], note, by=by)
    else:
        done = (todos.start if action == "start" else todos.ask)(id, note, by=by)
    body = {
        **_describe_commit(done, dry_run=False),
        "todos": TODO.list_keys(done.paths),
        "warnings": list(done.change.doubts),
    }
    return build_answer(handle, f"todo-{action}", {**body, **_sync_if_required(handle, done)})


def _parse_due(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(what=f'due "{text}" is not a date. Write it as 2026-12-04') from error
