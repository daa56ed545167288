"""Retiring a seat: a decision by a person that moves every capability to a named heir and leaves an honest record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime

from orgtp.actions.escalate import left_behind
from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import MetricRow
from orgtp.model.change import Change, Create, Data, Drop, Edit, Set
from orgtp.model.errors import Refused
from orgtp.model.org import Org
from orgtp.model.problem import Place
from orgtp.model.seat import Metric, Seat, retirement_path, seat_path
from orgtp.model.text import did_you_mean, join_with_and

REVIEW = ("worked", "failed", "lesson", "rehire")


@dataclass(frozen=True, slots=True)
class Request:
    """A retirement as somebody asks for it. `moves` names the heir of a capability or a metric."""

    seat: str
    to: tuple[str, ...] = ()
    moves: Mapping[str, str] = field(default_factory=dict)
    owner_to: str = ""
    reason: str = ""
    review: Mapping[str, str] = field(default_factory=dict)
    decided_by: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a retirement would do: who takes over what. An heir of "" is still to be named, for a metric it ends."""

    seat: Seat
    capabilities: Mapping[str, str]
    metrics: Mapping[str, str]
    reports: Mapping[str, str]
    owned: Mapping[str, str]
    policy: tuple[tuple[str, ...], ...]
    mentions: tuple[tuple[Place, str], ...]

    @property
    def open(self) -> list[str]:
        """The capabilities that nobody takes over yet."""
        return [capability for capability, heir in self.capabilities.items() if not heir]

    @property
    def heirs(self) -> list[str]:
        """Everyone who takes over a capability or a metric, each once."""
        return list(dict.fromkeys(heir for heir in [*self.capabilities.values(), *self.metrics.values()] if heir))


def plan(org: Org, request: Request) -> Plan:
    """Work out the retirement. Raises `UnknownSeat`, and `Refused` with the reason for what cannot be."""
    seat = org.seat(request.seat)
    if seat.is_retired:
        when = org.retirements[seat.id].retired_on if seat.id in org.retirements else None
        raise Refused(
            why=f"{seat.id} is retired already{f', since {when}' if when else ''}. See: orgtp seat show {seat.id}"
        )
    for heir in [*request.to, *request.moves.values()]:
        _fit(org, seat, heir)
    _known_moves(seat, request.moves)
    return Plan(
        seat=seat,
        capabilities=_dealt(seat, request),
        metrics={metric: _metric_heir(org, metric, request) for metric in seat.metrics},
        reports={report.id: _new_boss(org, seat, report, request) for report in org.current_reports(seat.id)},
        owned=_owned(org, seat, request),
        policy=tuple(_in_policy(org, seat.id)),
        mentions=tuple(_mentions(org, seat.id)),
    )


def _fit(org: Org, seat: Seat, heir: str) -> None:
    if heir not in org.seats:
        fit = [other.id for other in org.seats.values() if other.id != seat.id and not other.is_retired]
        hint = did_you_mean(heir, fit) or "orgtp seat list shows them all."
        raise Refused(why=f'the heir "{heir}" is not a seat. {hint}')
    if heir == seat.id:
        raise Refused(why=f"{heir} cannot be the heir of itself. Name a seat that stays.")
    if org.seats[heir].is_retired:
        raise Refused(why=f"the heir {heir} is retired. Name a seat that is at work.")


def _known_moves(seat: Seat, moves: Mapping[str, str]) -> None:
    known = [*seat.capabilities, *seat.metrics]
    for name in moves:
        if name not in known:
            hint = did_you_mean(name, known) or f"It has: {', '.join(known) or 'none'}."
            raise Refused(why=f'{seat.id} has no capability or metric "{name}". {hint}')


def _dealt(seat: Seat, request: Request) -> dict[str, str]:
    """As many heirs as capabilities (or as those not moved by name) are dealt in order; else names decide."""
    moved = {name: request.moves.get(name, "") for name in seat.capabilities}
    rest = [name for name, heir in moved.items() if not heir]
    for names in (list(moved), rest):
        if len(names) == len(request.to):
            dealt = dict(zip(names, request.to, strict=True))
            return {name: heir or dealt.get(name, "") for name, heir in moved.items()}
    return moved


def _metric_heir(org: Org, metric: str, request: Request) -> str:
    heir = request.moves.get(metric, "")
    if heir and not org.seats[request.seat].metrics[metric].targets.dated:
        raise Refused(why=f"the target of {metric} cannot be judged, so nobody can take it over. See: orgtp validate")
    if heir and metric in org.seats[heir].metrics:
        raise Refused(
            why=f"{heir} has a metric {metric} already. Leave it out of --move, and it ends with {request.seat}."
        )
    return heir


def _new_boss(org: Org, seat: Seat, report: Seat, request: Request) -> str:
    """The seat above the retired one; where there is none, the first heir, who goes to the top."""
    if seat.reports_to in org.seats:
        return seat.reports_to
    if not request.to:
        raise Refused(why=f"{seat.id} is at the top of the chart. Name who comes after it: --to SEAT")
    return request.to[0] if report.id != request.to[0] else ""


def _owned(org: Org, seat: Seat, request: Request) -> dict[str, str]:
    owned = [other.id for other in org.seats_owned_by(seat.id)]
    if owned and not request.owner_to:
        raise Refused(
            why=f"{seat.id} still answers for {join_with_and(owned)}. Say who does from now on: --owner-to SEAT"
        )
    if request.owner_to:
        owner = org.seat(request.owner_to)
        if not (owner.is_human and owner.is_active) or owner.id == seat.id:
            raise Refused(why=f"{owner.id} cannot answer for others: an owner is an active human seat that stays.")
    return dict.fromkeys(owned, request.owner_to)


def _in_policy(org: Org, seat: str) -> Iterator[tuple[str, ...]]:
    if seat in org.policy.scorekeepers:
        yield ("policy", "scorekeepers")
    if seat in org.policy.approvers:
        yield ("policy", "retirement", "approvers")


def _mentions(org: Org, seat: str) -> Iterator[tuple[Place, str]]:
    """Where other seats' words speak of this one: for people to look at, nothing is changed there."""
    names = {seat, org.seats[seat].name.lower()}
    for other in org.seats.values():
        if other.id == seat or other.is_retired:
            continue
        for keys, text in _texts(other):
            words = {word.strip(".,;:!?()'\"").removesuffix("'s") for word in text.lower().split()}
            if names & words:
                yield other.marks.value_place(*keys), text


def _texts(seat: Seat) -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("mission",), seat.mission
    yield ("retire_when",), seat.retire_when
    for capability, text in seat.capabilities.items():
        yield ("capabilities", capability), text
    for metric in seat.metrics.values():
        yield ("metrics", metric.id, "name"), f"{metric.name} {metric.outcome}"


def retire(org: Org, request: Request, now: datetime) -> Change:
    """Retire the seat in one change. Raises `Refused` where the plan has a gap or the decision is nobody's."""
    made = plan(org, request)
    if made.open:
        raise Refused(
            why=f"nobody takes over {join_with_and(made.open)}. Name an heir for each: --move CAPABILITY=SEAT"
        )
    if not request.reason.strip():
        raise Refused(why=f"say why {request.seat} is retired: --reason TEXT")
    _may_decide(org, request)
    trouble = left_behind(org, now, request.seat, request.by)
    touched = [request.seat, *made.heirs, *made.reports, *made.owned, *trouble.seats]
    return Change(
        action="retire",
        what=f"to {', '.join(made.heirs)}" if made.heirs else "nothing to hand over",
        seats=tuple(dict.fromkeys(touched)),
        edits=(*_edits(org, made, request, now), *trouble.edits),
        about=request.seat,
        by=request.by,
        approved_by=request.decided_by,
        body="\n".join([request.reason, "", *_told(made), *([trouble.body or trouble.what] if trouble.edits else ())]),
        events=trouble.events,
    )


def _may_decide(org: Org, request: Request) -> None:
    fit = org.eligible_deciders(request.seat)
    if request.decided_by in fit:
        return
    may = (
        f"May decide: {join_with_and(fit)}. Say who did: --decided-by SEAT" if fit else "Nobody here may; see org.yaml."
    )
    who = f'"{request.decided_by}" may not decide' if request.decided_by else "a person decides"
    raise Refused(why=f"{who} the retirement of {request.seat}. {may}")


def _told(made: Plan) -> Iterator[str]:
    for capability, heir in made.capabilities.items():
        yield f"{capability} to {heir}"
    for metric, heir in made.metrics.items():
        yield f"{metric} to {heir}" if heir else f"{metric} ends"
    for report, boss in made.reports.items():
        yield f"{report} reports to {boss}" if boss else f"{report} goes to the top"
    for seat, owner in made.owned.items():
        yield f"{seat} is owned by {owner}"


def _edits(org: Org, made: Plan, request: Request, now: datetime) -> Iterator[Edit]:
    seat = made.seat
    yield Set(seat_path(seat.id), ("status",), "retired")
    yield Create(retirement_path(seat.id), _record(org, made, request, now))
    for capability, heir in made.capabilities.items():
        if capability not in org.seats[heir].capabilities:
            yield Set(seat_path(heir), ("capabilities", capability), seat.capabilities[capability])
    for metric, heir in made.metrics.items():
        if heir:
            yield Set(seat_path(heir), ("metrics", metric), _metric(seat.id, seat.metrics[metric]))
    for report, boss in made.reports.items():
        path = seat_path(report)
        yield Set(path, ("reports_to",), boss) if boss else Drop(path, ("reports_to",))
    for owned, owner in made.owned.items():
        yield Set(seat_path(owned), ("owner",), owner)
    yield from _policy_edits(org, made)


def _policy_edits(org: Org, made: Plan) -> Iterator[Edit]:
    lists = {"scorekeepers": org.policy.scorekeepers, "approvers": org.policy.approvers}
    for keys in made.policy:
        yield Set("org.yaml", keys, [seat for seat in lists[keys[-1]] if seat != made.seat.id])


def _metric(seat: str, metric: Metric) -> dict[str, Data]:
    target: Data = {begin.text: held.text for begin, held in metric.targets.dated if begin}
    content: dict[str, Data] = {"name": metric.name, "outcome": metric.outcome}
    content |= {"target": target or metric.targets.dated[0][1].text, "cadence": str(metric.cadence)}
    content |= {"due": metric.due} if metric.due else {}
    content |= {"rollup": str(metric.rollup)} | ({"source": metric.source} if metric.source else {})
    # What stood beside it moves on with it: the record says who has a metric of the old seat now.
    leads_to = metric.leads_to if "/" in metric.leads_to or not metric.leads_to else f"{seat}/{metric.leads_to}"
    content |= {"leads_to": leads_to} if leads_to else {}
    return content | ({"waive": dict(metric.waive)} if metric.waive else {})


def _record(org: Org, made: Plan, request: Request, now: datetime) -> dict[str, Data]:
    """The seat as it stood, the decision, and what became of everything it had."""
    seat = made.seat
    stood = {"seat": seat.id, "name": seat.name, "role": seat.role, "kind": str(seat.kind), "owner": seat.owner}
    stood |= {"reports_to": seat.reports_to, "since": str(seat.since or ""), "mission": seat.mission}
    stood |= {"retired_on": f"{now.astimezone(org.zone):%Y-%m-%d}", "reason": request.reason}
    stood |= {"decided_by": request.decided_by}
    ended = "with the seat; nobody took it over"
    parts: dict[str, Data] = {
        "review": {key: request.review[key] for key in REVIEW if request.review.get(key, "").strip()},
        "capabilities": dict(made.capabilities),
        "metrics": {name: {"to": heir} if heir else {"ended": ended} for name, heir in made.metrics.items()},
        "reports": {report: boss for report, boss in made.reports.items() if boss},
        "results": {metric.id: _result(org, seat, metric, now) for metric in seat.metrics.values()},
    }
    return {key: value for key, value in {**stood, **parts}.items() if value}


def _result(org: Org, seat: Seat, metric: Metric, now: datetime) -> dict[str, Data]:
    """What a metric ended on: the last value that anybody knew, and periods on target of periods known."""
    row = MetricRow(org, seat, metric, now)
    known = [score for score in org.scores_in_force(seat.id, metric.id).values() if score.value is not None]
    last = max(known, key=lambda score: score.period, default=None)
    on_target, count = row.count_on_target()
    ended: dict[str, Data] = {"last": last.value, "period": last.period} if last else {}
    return ended | {"on_target": on_target, "known": count}


def propose(org: Org, request: Request, now: datetime) -> Change:
    """The retirement as a change that no one has approved. It is decided by merging it.

    `decided_by` is the person whom it is put before, and stands in the record. Raises what `retire` raises, and
    `Refused` where who proposes it is retired.
    """
    if request.by and org.seat(request.by).is_retired:
        raise Refused(why=f"{request.by} is retired, and proposes nothing")
    change = retire(org, request, now)
    who = f"by {request.by}" if request.by else "by nobody who is named"
    said = f"Proposed {who}, and not decided. {request.decided_by} decides: merge this branch, or delete it."
    return replace(change, approved_by="", body=f"{said}\n\n{change.body}")
