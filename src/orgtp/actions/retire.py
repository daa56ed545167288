"""Retire a seat: a person decides, every capability goes to a named heir, and a record is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime

from orgtp.actions.acting_seat import explain_unread_approvers, require_acting_seat, suggest_owner
from orgtp.actions.delegate import list_delegating, without_delegate
from orgtp.actions.escalate import hand_over_retired
from orgtp.actions.metric_content import metric_content, order_content
from orgtp.actions.metric_heirs import follow_leads_to, list_edited_seats, list_heir_edits
from orgtp.actions.new_owners import EVERY_OTHER, assign_owned_seats
from orgtp.actions.retired_metrics import describe_retired_end, find_retired_ends
from orgtp.actions.todo import hand_over_todos
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile, DropKey, Edit, SetKey, YamlData
from orgtp.model.due import is_over
from orgtp.model.errors import Refused
from orgtp.model.escalation_policy import find_responsible_seat
from orgtp.model.org import Org
from orgtp.model.problem import Place
from orgtp.model.references.find import Reference, list_references, rename_reference
from orgtp.model.results import count_judged_cells, find_last_known
from orgtp.model.seat import Metric, MetricKey, Seat, retirement_path, seat_path
from orgtp.model.text import count_noun, did_you_mean, join_with_and

REVIEW_KEYS = ("worked", "failed", "lesson", "rehire")


@dataclass(frozen=True, slots=True)
class RetirementRequest:
    """A requested retirement. `moves` names the heir of a single capability or metric.

    `owner_to` is the new owner of the seats that it owned, and `owners` that of single ones.
    """

    seat: str
    to: tuple[str, ...] = ()
    moves: Mapping[str, str] = field(default_factory=dict)
    owner_to: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    review: Mapping[str, str] = field(default_factory=dict)
    decided_by: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class RetirementPlan:
    """What a retirement would do: who takes over what.

    A capability with the heir "" still needs one; a metric with the heir "" ends. `continued` has the metrics that
    another metric continues already, and that one as `SEAT/METRIC`. `routes` maps the key of each route in org.yaml
    that ends with the seat to the seat that gets its escalations instead.
    """

    seat: Seat
    capabilities: Mapping[str, str]
    metrics: Mapping[str, str]
    continued: Mapping[str, str]
    reports: Mapping[str, str]
    owned: Mapping[str, str]
    policy: tuple[tuple[str, ...], ...]
    routes: Mapping[str, str]
    mentions: tuple[tuple[Place, str], ...]

    @property
    def unassigned(self) -> list[str]:
        """The capabilities that have no heir yet."""
        return [capability for capability, heir in self.capabilities.items() if not heir]

    @property
    def metric_heirs(self) -> dict[MetricKey, MetricKey]:
        """Each metric that has an heir, and the metric that continues it."""
        return {MetricKey(self.seat.id, name): MetricKey(heir, name) for name, heir in self.metrics.items() if heir}

    @property
    def heirs(self) -> list[str]:
        """The seats that take over a capability or a metric, without duplicates."""
        return list(dict.fromkeys(heir for heir in [*self.capabilities.values(), *self.metrics.values()] if heir))


def plan_retirement(org: Org, request: RetirementRequest) -> RetirementPlan:
    """Compute what a retirement would do. Raises `UnknownSeat`, and `Refused` with the reason if it is impossible."""
    seat = org.seat(request.seat)
    # A seat that was retired by hand, without a record, still has to be retired.
    if seat.is_retired and (seat.id in org.retirements or org.is_unreadable(retirement_path(seat.id))):
        when = org.retirements[seat.id].retired_on if seat.id in org.retirements else None
        raise Refused(
            why=f"{seat.id} is already retired{f', since {when}' if when else ''}. See: orgtp seat show {seat.id}"
        )
    for heir in [*request.to, *request.moves.values()]:
        _check_heir(org, seat, heir)
    known = [*seat.capabilities, *seat.metrics]
    for name in request.moves:
        if name not in known:
            hint = did_you_mean(name, known) or f"It has: {', '.join(known) or 'none'}."
            raise Refused(why=f'{seat.id} has no capability or metric "{name}". {hint}')
    _refuse_too_many_heirs(seat, request)
    return RetirementPlan(
        seat=seat,
        capabilities=_assign_capabilities(seat, request),
        metrics={metric: _find_metric_heir(org, metric, request) for metric in seat.metrics},
        continued={metric: key.text for metric in seat.metrics if (key := org.heir_of(seat.id, metric))},
        reports={report.id: _find_new_superior(org, seat, report, request) for report in org.current_reports(seat.id)},
        owned=_assign_owned_seats(org, seat, request),
        policy=tuple(_list_policy_keys(org, seat.id)),
        routes={one.key: find_responsible_seat(org, seat.id) for one in _list_routes_to(org, seat.id)},
        mentions=tuple(_find_mentions(org, seat.id)),
    )


def _check_heir(org: Org, seat: Seat, heir: str) -> None:
    if heir not in org.seats:
        fit = [other.id for other in org.seats.values() if other.id != seat.id and not other.is_retired]
        hint = did_you_mean(heir, fit) or "List the seats: orgtp seat list"
        raise Refused(why=f'the heir "{heir}" is not a seat. {hint}')
    if heir == seat.id:
        raise Refused(why=f"{heir} cannot be its own heir. Name another seat.")
    if org.seats[heir].is_retired:
        raise Refused(why=f"the heir {heir} is retired. Name a seat that is not.")


def _refuse_too_many_heirs(seat: Seat, request: RetirementRequest) -> None:
    """Refuse heirs in `to` that no capability is left for. A seat at the top may name its successor, however few."""
    unassigned = [name for name in seat.capabilities if name not in request.moves]
    if len(request.to) in {len(seat.capabilities), len(unassigned)} or len(request.to) <= max(1, len(unassigned)):
        return
    heirs = f"--to names {count_noun(len(request.to), 'heir')} ({', '.join(request.to)})"
    if not unassigned:
        raise Refused(why=f"{heirs}, and no capability of {seat.id} needs one. Leave out --to, or name one successor.")
    needs = f"{count_noun(len(unassigned), 'capability', 'capabilities')} of {seat.id} ({', '.join(unassigned)})"
    verb = "needs" if len(unassigned) == 1 else "need"
    raise Refused(why=f"{heirs}, but {needs} {verb} one. Name one heir for each.")


def _assign_capabilities(seat: Seat, request: RetirementRequest) -> dict[str, str]:
    """Map each capability to its heir: the one in `moves`, or the one at the same place in `to`.

    `to` is used only if it has as many seats as there are capabilities, or as many as are not in `moves`.
    """
    heirs = {name: request.moves.get(name, "") for name in seat.capabilities}
    unassigned = [name for name, heir in heirs.items() if not heir]
    for names in (list(heirs), unassigned):
        if len(names) == len(request.to):
            by_order = dict(zip(names, request.to, strict=True))
            return {name: heir or by_order.get(name, "") for name, heir in heirs.items()}
    return heirs


def _find_metric_heir(org: Org, metric: str, request: RetirementRequest) -> str:
    heir = request.moves.get(metric, "")
    other = org.heir_of(request.seat, metric)
    if heir and other:
        instead = f"Move that one: --move {other.metric}={heir}" if other.seat == request.seat else _LEAVE_OUT
        raise Refused(why=f"{other.text} continues {metric} already. {instead}")
    if heir and not org.seats[request.seat].metrics[metric].targets.dated:
        raise Refused(why=f"the target of {metric} cannot be read, so nobody can take it over. See: orgtp validate")
    if heir and metric in org.seats[heir].metrics:
        raise Refused(
            why=f"{heir} already has a metric {metric}. Leave it out of --move to end it with {request.seat}."
        )
    return heir


_LEAVE_OUT = "Leave it out of --move."


def _find_new_superior(org: Org, seat: Seat, report: Seat, request: RetirementRequest) -> str:
    """Return the seat above the retired one, or the first heir if there is none. That heir itself goes to the top."""
    if seat.reports_to in org.seats:
        return seat.reports_to
    if not request.to:
        raise Refused(why=f"{seat.id} is at the top of the chart. Name its successor: --to SEAT")
    return request.to[0] if report.id != request.to[0] else ""


def _assign_owned_seats(org: Org, seat: Seat, request: RetirementRequest) -> dict[str, str]:
    owners = {**request.owners, **({EVERY_OTHER: request.owner_to} if request.owner_to else {})}
    return assign_owned_seats(org, [other.id for other in org.seats_owned_by(seat.id)], [seat.id], owners)


# Without it, the seat at the top hears of agents that have no seat.
_DISCOVER_TO = ("policy", "discover", "to")


def _list_policy_keys(org: Org, seat: str) -> Iterator[tuple[str, ...]]:
    if seat in org.policy.scorekeepers:
        yield ("policy", "scorekeepers")
    if seat in org.policy.approvers:
        yield ("policy", "retirement", "approvers")
    if seat == org.policy.discover_to:
        yield _DISCOVER_TO


def _list_routes_to(org: Org, seat: str) -> list[Reference]:
    return [one for one in list_references(org, seat) if one.kind.id == "org routing.*.to"]


def _list_dotted_to(org: Org, seat: str) -> list[Seat]:
    """The seats with a dotted line to `seat`, which a retirement ends."""
    return [one for one in org.seats.values() if seat in one.also_reports_to and not one.is_retired]


def _find_mentions(org: Org, seat: str) -> Iterator[tuple[Place, str]]:
    """Find texts of other seats that mention this one, for a person to look at. The retirement does not change them."""
    names = {seat, org.seats[seat].name.lower()}
    for other in org.seats.values():
        if other.id == seat or other.is_retired:
            continue
        for keys, text in _list_seat_texts(other):
            words = {word.strip(".,;:!?()'\"").removesuffix("'s") for word in text.lower().split()}
            if names & words:
                yield other.marks.value_place(*keys), text


def _list_seat_texts(seat: Seat) -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("mission",), seat.mission
    yield ("retire_when",), seat.retire_when
    for capability, text in seat.capabilities.items():
        yield ("capabilities", capability), text
    for metric in seat.metrics.values():
        yield ("metrics", metric.id, "name"), f"{metric.name} {metric.outcome}"


def retire_seat(org: Org, request: RetirementRequest, now: datetime, plan: RetirementPlan | None = None) -> Change:
    """Retire the seat in one change. `plan`: what `plan_retirement` returned for the same seats and policy, if known.

    Raises `Refused` if a capability has no heir, the reason is missing, or `decided_by` may not decide.
    """
    require_acting_seat(org, request.by)
    plan = plan or plan_retirement(org, request)
    if plan.unassigned:
        raise Refused(
            why=f"{join_with_and(plan.unassigned)} would have no heir. Name one for each: --move CAPABILITY=SEAT"
        )
    if not request.reason.strip():
        raise Refused(why=f"say why you retire {request.seat}: --reason TEXT")
    check_decider(org, request)
    for metric, heir in plan.metrics.items():
        if heir and is_over(org, held := plan.seat.metrics[metric], now):
            raise Refused(why=f"{metric} ended after {held.get_text('ends')}, so nobody can take it over. {_LEAVE_OUT}")
    escalations = hand_over_retired(without_delegate(org, [request.seat]), now, request.seat, request.by)
    # The one who takes over the work also does what is open; of several, nobody knows which.
    heir = plan.heirs[0] if len(plan.heirs) == 1 else ""
    todos = hand_over_todos(org, now, [request.seat], request.by, "{seat} is retired", heir)
    edits = tuple(list_retirement_edits(org, plan, request, now))
    touched = [
        request.seat,
        *plan.heirs,
        *plan.reports,
        *plan.owned,
        *list_edited_seats(edits),
        *escalations.seats,
        *todos.seats,
    ]
    return Change(
        action="retire",
        what=f"to {', '.join(plan.heirs)}" if plan.heirs else "nothing to hand over",
        seats=tuple(dict.fromkeys(touched)),
        edits=(*edits, *escalations.edits, *todos.edits),
        about=request.seat,
        by=request.by,
        approved_by=request.decided_by,
        body="\n".join(
            [
                request.reason,
                "",
                *_list_transfers(plan),
                *(one.body or one.what for one in (escalations, todos) if one.edits),
            ]
        ),
        events=escalations.events,
    )


def check_decider(org: Org, request: RetirementRequest) -> None:
    """Raise `Refused` if `decided_by` may not decide the retirement, and `UnknownSeat` if the seat does not exist."""
    allowed = org.eligible_deciders(org.seat(request.seat).id)
    if request.decided_by in allowed:
        return
    name = allowed[0] if len(allowed) == 1 else "SEAT"
    hint = (
        f"Allowed: {join_with_and(allowed)}. Name who decided: --decided-by {name}"
        if allowed
        else f"Nobody may decide it. {_suggest_decider(org, request.seat)}"
    )
    who = f'"{request.decided_by}" may not decide' if request.decided_by else "a person has to decide"
    raise Refused(why=f"{who} the retirement of {request.seat}. {hint}")


def _suggest_decider(org: Org, seat: str) -> str:
    """What to do if nobody may decide about `seat`."""
    if unread := explain_unread_approvers(org):
        return unread
    if org.policy.approvers:
        return "List an active human seat in policy.retirement.approvers in org.yaml, and commit it."
    return suggest_owner(org, seat)


def _list_transfers(plan: RetirementPlan) -> Iterator[str]:
    for capability, heir in plan.capabilities.items():
        yield f"{capability} to {heir}"
    for metric, heir in plan.metrics.items():
        yield f"{metric} to {heir}" if heir else f"{metric} {describe_metric_end(plan, metric)}"
    for report, boss in plan.reports.items():
        yield f"{report} reports to {boss}" if boss else f"{report} goes to the top"
    for seat, owner in plan.owned.items():
        yield f"{seat} is owned by {owner}"
    for route, heir in plan.routes.items():
        yield f"{route} goes to {heir}"


def describe_metric_end(plan: RetirementPlan, metric: str) -> str:
    """Say how a metric ends that nobody takes over: `ends`, or what continues it already."""
    heir, ends = plan.continued.get(metric), plan.seat.metrics[metric].get_text("ends")
    if heir:
        return f"is continued by {heir} already"
    return f"ends, at the latest after {ends}" if ends else "ends"


def list_retirement_edits(org: Org, plan: RetirementPlan, request: RetirementRequest, now: datetime) -> Iterator[Edit]:
    """Yield the edits of a retirement; a capability that has no heir yet has none."""
    seat = plan.seat
    yield SetKey(seat_path(seat.id), ("status",), "retired")
    yield CreateFile(retirement_path(seat.id), _retirement_data(org, plan, request, now))
    for capability, heir in plan.capabilities.items():
        if heir and capability not in org.seats[heir].capabilities:
            yield SetKey(seat_path(heir), ("capabilities", capability), seat.capabilities[capability])
    yield from _list_metric_edits(org, plan, now)
    for report, boss in plan.reports.items():
        path = seat_path(report)
        yield SetKey(path, ("reports_to",), boss) if boss else DropKey(path, ("reports_to",))
    for owned, owner in plan.owned.items():
        yield SetKey(seat_path(owned), ("owner",), owner)
    for other in _list_dotted_to(org, seat.id):
        path, left = seat_path(other.id), [boss for boss in other.also_reports_to if boss != seat.id]
        yield SetKey(path, ("also_reports_to",), left) if left else DropKey(path, ("also_reports_to",))
    yield from (DropKey(seat_path(one), ("delegate",)) for one in list_delegating(org, [seat.id]))
    yield from _list_policy_edits(org, plan)


def _list_metric_edits(org: Org, plan: RetirementPlan, now: datetime) -> Iterator[Edit]:
    """End each metric that has an heir, let the heir's continue it, and let what names it name the heir's.

    An end that was set for later stays that of the heir's.
    """
    seat, heirs = plan.seat, plan.metric_heirs
    for name, end in find_retired_ends(org, seat, [key.metric for key in heirs], now).items():
        if seat.metrics[name].ends != end:
            yield SetKey(seat_path(seat.id), ("metrics", name, "ends"), end.text)
    for name, heir in plan.metrics.items():
        if not heir:
            continue
        metric = seat.metrics[name]
        content = {**metric_content(seat, metric), "continues": MetricKey(seat.id, name).text}
        content |= {"ends": metric.ends.text} if metric.ends else {}
        if leads_to := content.get("leads_to"):
            content["leads_to"] = follow_leads_to(str(leads_to), heir, heirs)
        yield SetKey(seat_path(heir), ("metrics", name), order_content(content))
    yield from list_heir_edits(org, heirs)


def _list_policy_edits(org: Org, plan: RetirementPlan) -> Iterator[Edit]:
    lists = {"scorekeepers": org.policy.scorekeepers, "approvers": org.policy.approvers}
    for one in _list_routes_to(org, plan.seat.id):
        yield rename_reference(one, plan.routes[one.key])
    for keys in plan.policy:
        if keys == _DISCOVER_TO:
            yield DropKey("org.yaml", keys)
            continue
        yield SetKey("org.yaml", keys, [seat for seat in lists[keys[-1]] if seat != plan.seat.id])


def _retirement_data(org: Org, plan: RetirementPlan, request: RetirementRequest, now: datetime) -> dict[str, YamlData]:
    """Return the retirement record: the seat as it was, the decision, and what happens to everything it had."""
    seat = plan.seat
    fields = {"seat": seat.id, "name": seat.name, "role": seat.role, "kind": str(seat.kind), "owner": seat.owner}
    fields |= {"reports_to": seat.reports_to, "since": str(seat.since or ""), "mission": seat.mission}
    fields |= {"retired_on": f"{now.astimezone(org.zone):%Y-%m-%d}", "reason": request.reason}
    fields |= {"decided_by": request.decided_by}
    ends = find_retired_ends(org, seat, [key.metric for key in plan.metric_heirs], now)
    fates: dict[str, YamlData] = {
        name: {"to": heir} if heir else {"ended": describe_retired_end(org, seat, seat.metrics[name], ends.get(name))}
        for name, heir in plan.metrics.items()
    }
    parts: dict[str, YamlData] = {
        "review": {key: request.review[key] for key in REVIEW_KEYS if request.review.get(key, "").strip()},
        "capabilities": dict(plan.capabilities),
        "metrics": fates,
        "reports": {report: boss for report, boss in plan.reports.items() if boss},
        "owned": dict(plan.owned),
        "results": {metric.id: describe_result(org, seat, metric, now) for metric in seat.metrics.values()},
    }
    return {key: value for key, value in {**fields, **parts}.items() if value}


def describe_result(org: Org, seat: Seat, metric: Metric, now: datetime) -> dict[str, YamlData]:
    """Return a metric's final result: the last known value, and the periods on target out of the periods known."""
    last = find_last_known(org, seat.id, metric.id)
    on_target, count = count_judged_cells(org, seat, metric, now)
    result: dict[str, YamlData] = {"last": last.value, "period": last.period} if last else {}
    return result | {"on_target": on_target, "known": count}


def propose_retirement(org: Org, request: RetirementRequest, now: datetime) -> Change:
    """Return the retirement as a change that nobody has approved. Merging it is the decision.

    `decided_by` is the person who is asked to decide, and goes into the record. Raises what `retire_seat` raises, and
    `Refused` if the proposing seat is retired.
    """
    if request.by and org.seat(request.by).is_retired:
        raise Refused(why=f"{request.by} is retired and cannot propose a retirement")
    change = retire_seat(org, request, now)
    who = f" by {request.by}" if request.by else ""
    status = f"Proposed{who}, not decided yet. {request.decided_by} decides by merging or deleting this branch."
    return replace(change, approved_by="", body=f"{status}\n\n{change.body}")
