"""Tools that read the org: the chart, seats, values and problems.

Each function is a tool. Clients see its name, docstring and arguments.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from orgtp.api import NoGit, OrgHandle, Selection
from orgtp.mcp.answer import Answer, bound_rows, build_answer, describe_truncation, take_fitting
from orgtp.mcp.selecting import selecting_tool
from orgtp.model.escalation_policy import find_responsible_seat
from orgtp.model.org import Retirement
from orgtp.model.period import Period
from orgtp.model.problem import Severity
from orgtp.model.target import Target
from orgtp.render.json import (
    context_body,
    list_json_keys,
    problems_body,
    seat_body,
    seat_history_body,
    to_json_value,
)
from orgtp.views.chart import ChartSeat
from orgtp.views.scorecard.build import ScoreRow

StatusWord = Literal["proposed", "active", "paused", "vacant", "retired"]
SeatId = Annotated[str, "Seat id"]
Offset = Annotated[int, "next_offset of the answer before"]
_NEWEST, _EVENTS_ROOM, _SEAT_ROOM, _WHY_ROOM = 20, 15_000, 10_000, 15_000
DetailWord = Literal["compact", "full"]
_SELECT = "Ask with seat, root, owner, only or state"


@selecting_tool
def org_chart(
    handle: OrgHandle,
    depth: Annotated[int, "Levels below root; -1 (default) for all"] = -1,
    status: Annotated[StatusWord | None, "Default: all except retired"] = None,
    limit: int = 200,
    offset: Offset = 0,
    *,
    selection: Selection,
) -> Answer:
    """The org chart: seats depth first, with role, owner, metrics and position.

    Use it to see who reports to whom. depth counts from the top, span counts direct reports.
    """
    view = handle.chart(depth=depth if depth >= 0 else None, retired=status == "retired", selection=selection)
    found = [seat for seat in view.seats if status in {None, seat.status}]
    body = bound_rows("seats", found, limit, f"{_SELECT}, depth or status.", offset=offset)
    return build_answer(handle, "chart", {**body, "left_out": view.left_out, "hidden_below": view.hidden_below})


@selecting_tool
def list_seats(
    handle: OrgHandle,
    find: Annotated[str, "Words in the seat or its metrics"] = "",
    status: Annotated[StatusWord | None, "Default: all, including retired"] = None,
    limit: int = 200,
    offset: Offset = 0,
    *,
    selection: Selection,
) -> Answer:
    """Find seats and their ids by words, kind, status or owner. Use it first if you have a name and need an id."""
    view = handle.list_seats(selection, retired=True)
    found = [seat for seat in view.seats if status in {None, seat.status} and _matches_words(handle, seat, find)]
    brief = [{key: to_json_value(getattr(seat, key)) for key in BRIEF} for seat in found]
    body = bound_rows("seats", brief, limit, f"{_SELECT}, find or status.", offset=offset)
    return build_answer(handle, "seats", {**body, "left_out": view.left_out})


BRIEF = (
    "seat", "name", "role", "kind", "status", "owner", "human_owner", "reports_to", "depth", "span", "stale", "holder",
    "also_holds",
)  # fmt: skip


def _matches_words(handle: OrgHandle, seat: ChartSeat, words: str) -> bool:
    """Whether the seat's own text contains all of `words`."""
    own = [seat.seat, seat.name, seat.holder or "", seat.role, handle.org.seats[seat.seat].mission]
    metrics = [text for one in seat.metrics for text in (one.metric, one.name, one.outcome)]
    text = " ".join([*own, *seat.capabilities, *seat.capabilities.values(), *metrics]).lower()
    return all(word in text for word in words.lower().split())


def get_seat(handle: OrgHandle, seat: SeatId) -> Answer:
    """Everything about one seat: mission, owner, capabilities, metrics, reports, escalations, history, scores.

    hands_to is who gets the escalations that it cannot resolve, or who took over from a retired seat.
    """
    view = handle.seat(seat)
    known = sorted(handle.scores(seat), key=lambda line: line.at)
    scores = take_fitting([to_json_value(line) for line in known[-_NEWEST:]][::-1], _SEAT_ROOM)[::-1]
    events = _list_seat_events(handle, seat)
    shown = take_fitting(events[::-1], _EVENTS_ROOM)[:_NEWEST][::-1]
    whole, cut_off = _bound_seat_lists(seat_body(view)["seat"])
    successors = _list_successors(handle, seat, view.retirement)
    body = {
        "seat": whole,
        "hands_to": take_fitting(successors, _SEAT_ROOM),
        "history": shown,
        "history_whole": handle.history.is_complete,
        "scores": scores,
        "scores_total": len(known),
        **describe_truncation(
            truncated=cut_off or len(shown) < len(events) or len(scores) < len(known), narrow=_NARROW
        ),
    }
    return build_answer(handle, "seat", body)


_NARROW = "These are the newest events and values; call what_changed and metric_history for more."


def _bound_seat_lists(seat: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The seat with its lists cut to fit, and whether anything was cut."""
    lists = {key: take_fitting(items, _SEAT_ROOM) for key, items in seat.items() if isinstance(items, list)}
    bounded = {**seat, **lists, "capabilities": dict(take_fitting([*seat["capabilities"].items()], _SEAT_ROOM))}
    return bounded, bounded != seat


def _list_seat_events(handle: OrgHandle, seat: str) -> list[Any]:
    """The events of the seat, oldest first, as far as this clone has them; [] without git."""
    try:
        events = seat_history_body(handle.history.seat_history(seat))["events"]
        boundary = handle.history.shallow_boundary
        return [event for event in events if event["commit"] not in boundary]
    except NoGit:
        return []


def _list_successors(handle: OrgHandle, seat: str, retirement: Retirement | None) -> list[dict[str, str]]:
    """Who took over from a retired seat, or who gets the escalations that the seat cannot resolve."""
    heirs = {**retirement.capabilities, **retirement.metrics} if retirement else {}
    successors = heirs or {"escalations it cannot resolve": find_responsible_seat(handle.org, seat)}
    names = {to: handle.org.name_at(to, handle.now) for to in successors.values() if to in handle.org.seats}
    return [{"what": what, "seat": to, "name": names.get(to, "")} for what, to in successors.items() if to]


def seat_context(handle: OrgHandle, seat: SeatId) -> Answer:
    """Everything to know before working as a seat: owner, scope, targets, open to-dos and escalations.

    Call it first if you are that seat. left_out lists what was shortened.
    """
    return build_answer(handle, "context", context_body(handle.context(seat)))


def org_settings(handle: OrgHandle) -> Answer:
    """The org's settings and days off. No tool: a resource costs the context of clients nothing until it is read."""
    found = handle.settings()
    return build_answer(handle, "org", {"settings": found.settings, "holidays": found.holidays})


@selecting_tool
def scorecard(
    handle: OrgHandle,
    weeks: Annotated[int, "1 to 104; default: 6"] = 6,
    detail: Annotated[DetailWord | None, "full: also who recorded what when; default: if it fits"] = None,
    limit: int = 100,
    offset: Offset = 0,
    *,
    selection: Selection,
) -> Answer:
    """The values of all metrics by week. Use it to see what is off target, stale or unknown.

    state is on, off, unavailable (unknown; see note), missing (late), pending (not due yet) or none.
    """
    card = handle.scorecard(min(max(weeks, 1), 104), selection=selection)
    narrow = f"{_SELECT}, fewer weeks or detail=compact."
    body = {} if detail == "compact" else bound_rows("rows", card.rows, limit, narrow, offset=offset)
    is_short = not body or (detail is None and body["truncated"] and len(body["rows"]) < limit)
    if is_short:
        body = bound_rows("rows", [_shorten_row(row) for row in card.rows], limit, narrow, offset=offset)
    head = {"columns": card.columns, "partial": card.partial, "left_out": card.left_out}
    return build_answer(handle, "scorecard", {**head, "detail": "compact" if is_short else "full", **body})


# The keys of a row and of a cell that a compact scorecard leaves out, and those of a cell that it has only if set.
_LONG_KEYS = frozenset({"outcome", "human_owner"})
SHORT_ROW = tuple(key for key in list_json_keys(ScoreRow) if key not in _LONG_KEYS)
SHORT_CELL, _IF_SET = ("period", "value", "state"), ("note", "partial", "corrected", "from")


def _shorten_row(row: ScoreRow) -> dict[str, Any]:
    """A row without its long texts, and its cells without who recorded them when."""
    whole = to_json_value(row)
    cells = [
        {key: cell[key] for key in (*SHORT_CELL, *(key for key in _IF_SET if cell[key]))} for cell in whole["cells"]
    ]
    return {**{key: whole[key] for key in SHORT_ROW}, "cells": cells}


@selecting_tool
def health(handle: OrgHandle, limit: int = 60, offset: Offset = 0, *, selection: Selection) -> Answer:
    """Which seats drift or are silent, and why; each metric with its limits, flag and the odds of chance.

    A flag is a question, not a verdict.
    """
    view = handle.health(selection)
    body = bound_rows("metrics", view.metrics, limit, f"{_SELECT}.", offset=offset)
    shown = {row["seat"] for row in body["metrics"]}
    seats = [seat for seat in view.seats if seat.seat in shown]
    rest = {"seats": seats, "expected_false": view.expected_false, "left_out": view.left_out}
    return build_answer(handle, "health", {**body, **rest})


def metric_history(
    handle: OrgHandle,
    seat: SeatId,
    metric: Annotated[str, "Metric id; without it, only why of the seat"] = "",
    since: Annotated[str, "For why: the period in which the change began, if you know it"] = "",
    limit: int = 100,
    offset: Offset = 0,
) -> Answer:
    """Every value of one metric, with notes and corrections, and its targets over time. Use it for trends.

    why is what changed around it: candidates, not causes.
    """
    details = _describe_metric(handle, seat, metric) if metric else {}
    found = handle.scores(seat, metric) if metric else []
    body = {
        "seat": seat,
        "metric": details,
        **bound_rows(
            "scores", found, limit, "These are the newest; ask with a higher limit.", offset=offset, newest=True
        ),
        **({} if offset > 0 else {"why": _explain_change(handle, seat, metric, since)}),
    }
    return build_answer(handle, "scores", body)


def _describe_metric(handle: OrgHandle, seat: str, metric: str) -> dict[str, Any]:
    targets = handle.org.metric(seat, metric).targets.dated
    now = to_json_value(handle.metric(seat, metric))
    return {**now, "targets": [_describe_target(begin, target) for begin, target in targets]}


def _explain_change(handle: OrgHandle, seat: str, metric: str, since: str) -> dict[str, Any]:
    """The evidence of `orgtp why`, newest first, as far as it fits, and what could not be seen."""
    found = to_json_value(handle.history.why(seat, metric, since))
    shown = take_fitting(found["evidence"], _WHY_ROOM) if found["evidence"] else []
    return {
        "start": found["start"],
        "evidence": shown,
        "left_out": len(found["evidence"]) - len(shown),
        "unseen": found["unseen"],
    }


def _describe_target(begin: Period | None, target: Target) -> dict[str, str | None]:
    """A target, and the first period that it applies to (None: it has always applied)."""
    return {"since": begin.text if begin else None, "target": target.text}


def validate(
    handle: OrgHandle,
    severity: Annotated[Literal["error", "warning", "notice"] | None, "Only problems of this severity"] = None,
    limit: int = 100,
    offset: Offset = 0,
) -> Answer:
    """The problems in the org's files: rule, place, message, hint. Call it before you rely on or change the org."""
    found = handle.validate()
    wanted = [problem for problem in found if severity in {None, problem.severity}]
    worst = sorted(wanted, key=lambda problem: list(Severity).index(problem.severity))
    narrow = "Ask with severity, or fix these first."
    body = bound_rows("problems", problems_body(worst, 0)["problems"], limit, narrow, offset=offset)
    summary = problems_body(found, len(handle.org.seats))["summary"]
    return build_answer(handle, "validate", {**body, "summary": summary})
