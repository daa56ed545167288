"""What can be asked of the org as it stands: the chart, a seat, the numbers, what is wrong.

Each function is a tool: its name, its words and its arguments are what a client is told of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from orgtp.api import NoGit, OrgHandle
from orgtp.mcp.answer import Answer, bound_rows, build_answer, describe_truncation, take_fitting
from orgtp.model.escalation_policy import find_responsible_seat
from orgtp.model.org import Retirement
from orgtp.model.period import Period
from orgtp.model.problem import Severity
from orgtp.model.target import Target
from orgtp.render.json import context_body, problems_body, seat_body, seat_history_body, to_json_value
from orgtp.views.chart import ChartSeat

KindWord = Literal["", "human", "agent"]
StatusWord = Literal["", "proposed", "active", "paused", "vacant", "retired"]
SeatId = Annotated[str, "Seat id"]
_NEWEST, _EVENTS_ROOM, _SEAT_ROOM = 20, 15_000, 10_000


def org_chart(
    here: OrgHandle,
    root: Annotated[str, "Seat id: from it down"] = "",
    depth: Annotated[int, "Levels below root; -1: all"] = -1,
    kind: KindWord = "",
    status: Annotated[StatusWord, "Default: all but retired"] = "",
    limit: int = 200,
) -> Answer:
    """Who is there and where: seats depth first, with role, owner, metrics and position.

    Use it for the chart, who answers for whom, agents among people. depth counts from the top, span direct reports.
    """
    view = here.chart(root, depth if depth >= 0 else None, retired=status == "retired")
    found = [seat for seat in view.seats if kind in {"", seat.kind} and status in {"", seat.status}]
    return build_answer(here, "chart", bound_rows("seats", found, limit, "Ask with root, depth, kind or status."))


def list_seats(
    here: OrgHandle,
    find: Annotated[str, "Words of the seat or its metrics"] = "",
    kind: KindWord = "",
    status: Annotated[StatusWord, "Default: all, retired too"] = "",
    owner: Annotated[str, "Seat id that answers for them"] = "",
    limit: int = 200,
) -> Answer:
    """Find seats and their ids, by words, kind, status or owner. Use it first when you have a name and need an id."""
    if owner:
        here.org.seat(owner)
    found = [seat for seat in here.seats(retired=True) if kind in {"", seat.kind} and status in {"", seat.status}]
    found = [seat for seat in found if owner in {"", seat.owner} and _matches_words(here, seat, find)]
    brief = [{key: to_json_value(getattr(seat, key)) for key in BRIEF} for seat in found]
    return build_answer(here, "seats", bound_rows("seats", brief, limit, "Ask with find, kind, status or owner."))


BRIEF = ("seat", "name", "role", "kind", "status", "owner", "human_owner", "reports_to", "depth", "span", "stale")


def _matches_words(here: OrgHandle, seat: ChartSeat, words: str) -> bool:
    """Whether all of `words` are somewhere in what the seat says of itself."""
    own = [seat.seat, seat.name, seat.role, here.org.seats[seat.seat].mission]
    metrics = [text for one in seat.metrics for text in (one.metric, one.name, one.outcome)]
    text = " ".join([*own, *seat.capabilities, *seat.capabilities.values(), *metrics]).lower()
    return all(word in text for word in words.lower().split())


def get_seat(here: OrgHandle, seat: SeatId) -> Answer:
    """All about one seat: mission, owner, capabilities, metrics, reports, open trouble, history, newest scores.

    Use it for one worker. hands_to: who gets what it cannot hold, or who took over from a retired one.
    """
    view = here.seat(seat)
    known = sorted(here.scores(seat), key=lambda line: line.at)
    scores = take_fitting([to_json_value(line) for line in known[-_NEWEST:]][::-1], _SEAT_ROOM)[::-1]
    events = _list_seat_events(here, seat)
    shown = take_fitting(events[::-1], _EVENTS_ROOM)[:_NEWEST][::-1]
    whole, cut_off = _bound_seat_lists(seat_body(view)["seat"])
    handed = _list_successors(here, seat, view.retirement)
    body = {
        "seat": whole,
        "hands_to": take_fitting(handed, _SEAT_ROOM),
        "history": shown,
        "history_whole": here.history.is_complete,
        "scores": scores,
        "scores_total": len(known),
        **describe_truncation(
            truncated=cut_off or len(shown) < len(events) or len(scores) < len(known), narrow=_NARROW
        ),
    }
    return build_answer(here, "seat", body)


_NARROW = "The newest events and values are here; ask what_changed and metric_history for more."


def _bound_seat_lists(seat: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """A seat whose lists have room together, and whether something of them is left out."""
    lists = {key: take_fitting(items, _SEAT_ROOM) for key, items in seat.items() if isinstance(items, list)}
    kept = {**seat, **lists, "capabilities": dict(take_fitting([*seat["capabilities"].items()], _SEAT_ROOM))}
    return kept, kept != seat


def _list_seat_events(here: OrgHandle, seat: str) -> list[Any]:
    """What became of the seat, the oldest first, as far as this clone can tell; nothing where there is no history."""
    try:
        told = seat_history_body(here.history.seat_history(seat))["events"]
        cut = here.history.shallow_boundary
        return [event for event in told if event["commit"] not in cut]
    except NoGit:
        return []


def _list_successors(here: OrgHandle, seat: str, retirement: Retirement | None) -> list[dict[str, str]]:
    """Who gets what the seat does not hold (any more)."""
    heirs = {**retirement.capabilities, **retirement.metrics} if retirement else {}
    handed = heirs if heirs else {"trouble it cannot settle": find_responsible_seat(here.org, seat)}
    names = {id_: held.name for id_, held in here.org.seats.items()}
    return [{"what": what, "seat": to, "name": names.get(to, "")} for what, to in handed.items() if to]


def seat_context(here: OrgHandle, seat: SeatId) -> Answer:
    """What to know before working as a seat: owner, what it does and does not own, targets, due times, open trouble.

    Use it first when you are that seat. left_out: of what there is more.
    """
    return build_answer(here, "context", context_body(here.context(seat)))


def scorecard(
    here: OrgHandle,
    weeks: Annotated[int, "1 to 104"] = 6,
    seat: Annotated[str, "Seat id: its rows only"] = "",
    limit: int = 100,
) -> Answer:
    """Everyone's numbers by week. Use it for how things go, what is off target, stale or unknown.

    state: on, off, unavailable (nobody knows; see note), missing (late), pending (not due), none.
    """
    card = here.scorecard(min(max(weeks, 1), 104), seat)
    body = bound_rows("rows", card.rows, limit, "Ask with seat, or for fewer weeks.")
    return build_answer(here, "scorecard", {"columns": card.columns, "partial": card.partial, **body})


def metric_history(here: OrgHandle, seat: SeatId, metric: Annotated[str, "Metric id"], limit: int = 100) -> Answer:
    """Every value of one metric: who recorded it, notes, corrections, targets over time. Use it for a trend."""
    held = here.org.metric(seat, metric)
    now = next(one for one in here.seat(seat).place.metrics if one.metric == metric)
    body = {
        "seat": seat,
        "metric": {
            **to_json_value(now),
            "targets": [_describe_target(begin, target) for begin, target in held.targets.dated],
        },
        **bound_rows("scores", here.scores(seat, metric), limit, "These are the newest; ask with limit.", newest=True),
    }
    return build_answer(here, "scores", body)


def _describe_target(begin: Period | None, target: Target) -> dict[str, str | None]:
    """A target, and the first period that it judges (None: it always did)."""
    return {"since": begin.text if begin else None, "target": target.text}


def validate(
    here: OrgHandle,
    severity: Annotated[Literal["", "error", "warning", "notice"], "Only these"] = "",
    limit: int = 100,
) -> Answer:
    """What is wrong with the org's files: rule, place, message, way out. Use it before trusting or changing the org."""
    found = here.validate()
    wanted = [problem for problem in found if severity in {"", problem.severity}]
    worst = sorted(wanted, key=lambda problem: list(Severity).index(problem.severity))
    body = bound_rows("problems", problems_body(worst, 0)["problems"], limit, "Ask with severity, or mend these first.")
    summary = problems_body(found, len(here.org.seats))["summary"]
    return build_answer(here, "validate", {**body, "problems_total": len(found), "summary": summary})
