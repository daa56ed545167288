"""Permissions: which paths the policy before a commit allows its signer to change.

The org before the commit decides, so nobody can admit themselves. The signer is checked, not the author: a key
identifies the signer, but anyone can write any name as the author. A permission lists what may change; everything else
must stay as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

from orgtp.audit.rules.followed import find_new_heirs, follow_route_data, follow_routes, without_followed
from orgtp.model.escalation import Escalation, EscalationStatus, EventType, Route
from orgtp.model.escalation_policy import find_responsible_seat, is_with_responsible
from orgtp.model.org import Org, Retirement
from orgtp.model.records.kinds import (
    ESCALATION,
    RECORD_FILES,
    RECORD_FOLDERS,
    RECORD_KINDS,
    TODO,
    Growth,
    RecordKind,
    RecordWrite,
    find_kind,
)
from orgtp.model.records.todo import Todo, TodoAction
from orgtp.model.seat import Metric, MetricKey, Seat, retirement_path, seat_path
from orgtp.model.text import is_id, join_with_and

Item = TypeVar("Item")
# The org's top-level names. If one of them becomes a file or a link, it replaces everything below it.
_TOPS = ("org.yaml", "policy", "seats", *RECORD_FOLDERS)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that the signer may not change, and the seats that may (none if nobody may)."""

    path: str
    may: tuple[str, ...]

    @property
    def hint(self) -> str:
        """Who may change the path, as a sentence."""
        return f"Allowed: {join_with_and(self.may)}." if self.may else "Nobody may change this."


@dataclass(frozen=True)
class SignedChange:
    """A signed change: the org before and after, and the changed paths, each with whether it existed before.

    `withdrawn` are the score files to which it adds a record that withdraws a value.
    `read_data` returns the content of a YAML file before and after, for keys that have no meaning for orgtp.
    """

    signer: str
    before: Org
    after: Org
    paths: Mapping[str, bool]
    forge: bool = False
    withdrawn: Collection[str] = ()
    read_data: Callable[[str], tuple[object, object]] = lambda _: (None, None)

    @cached_property
    def retiring(self) -> list[str]:
        """The seats that the signer retires in this commit and may retire."""
        return [
            seat
            for seat in self.records
            if self.signer in list_retirement_deciders(self.before, seat) and not self.forge
        ]

    @cached_property
    def heirs(self) -> dict[MetricKey, MetricKey]:
        """The metrics that this commit adds to continue others, where the signer may change the seats of both."""
        if self.forge:
            return {}
        found = find_new_heirs(self.before, self.after)
        return {old: new for old, new in found.items() if self.may_change(old.seat) and self.may_change(new.seat)}

    @cached_property
    def gone(self) -> set[str]:
        """The people that this commit retires or leaves without a seat, where the signer may change the seat."""
        after = self.after.seats
        left = (one.id for one in self.before.seats.values() if one.may_decide)
        return {id_ for id_ in left if id_ in after and not after[id_].may_decide and self.may_change(id_)}

    def may_change(self, seat: str) -> bool:
        """Whether the signer may change a seat, or retires it or hands something of a retired one over to it."""
        if self.forge:
            return False
        heirs = {heir for one in self.retiring for heir in self.after.retirements[one].metrics.values()}
        return seat in {*self.retiring, *heirs} or self.signer in _find_seat_editors(
            self, seat, there=seat in self.before.seats
        )

    @cached_property
    def records(self) -> list[str]:
        """The seats whose retirement records this commit adds."""
        new = (
            seat
            for path, there in self.paths.items()
            if not there and (seat := _find_seat_of_file(path, "retirements"))
        )
        return sorted(new)


def find_refusals(claim: SignedChange) -> Iterator[Refusal]:
    """Find the changed paths that the signer was not allowed to change, sorted by path."""
    for path in sorted(claim.paths):
        may = _find_allowed_seats(claim, path)
        if may is not None and claim.signer not in may:
            yield Refusal(path, tuple(may))


def explain_ineligible_signer(org: Org, signer: str) -> str:
    """Explain why the seat of a key may not sign at all; "" if it may."""
    seat = org.seats.get(signer)
    if seat is None:
        return f"{signer} is neither a seat nor a forge of policy.forges"
    return f"{signer} is retired" if seat.is_retired else ""


def list_retirement_deciders(org: Org, seat: str) -> list[str]:
    """Return the seats that may decide a retirement; the policy approvers if the org does not have the seat."""
    return org.eligible_deciders(seat) if seat in org.seats else org.policy_approvers


def list_policy_editors(org: Org) -> list[str]:
    """Return the seats that may change the policy: its approvers, or those at the top if nobody can read who."""
    return org.top_deciders if org.policy.are_approvers_unread else org.policy_approvers


def _find_allowed_seats(claim: SignedChange, path: str) -> Collection[str] | None:
    """Return the seats that may change a path; None if every signer of the policy may."""
    top = path.partition("/")[0]
    if claim.forge:
        is_closed = path in RECORD_FILES or (top in _TOPS and (top != "seats" or path == top))
        return () if is_closed else None
    if seat := _find_seat_of_file(path, "seats"):
        return [
            *_select_current_seats(claim.before, _find_seat_editors(claim, seat, there=claim.paths[path])),
            *_allow_retirement_change(claim, seat),
            *_allow_own_inputs(claim, seat),
        ]
    if seat := _find_seat_of_folder(path, "scores"):
        return _select_current_seats(claim.before, _find_recorders(claim, seat, path))
    if top == "policy" or path in _TOPS or path in RECORD_FILES:
        return [*list_policy_editors(claim.before), *_allow_list_cleanup(claim, path)]
    kind = find_kind(path)
    return _find_record_writers(claim, kind, path) if kind else None


def _find_seat_of_file(path: str, folder: str) -> str:
    """Return the seat whose file in `folder` this is; "" if it is not one."""
    name = path.removeprefix(f"{folder}/").removesuffix(".yaml")
    return name if path == f"{folder}/{name}.yaml" and is_id(name) else ""


def _find_seat_of_folder(path: str, folder: str) -> str:
    """Return the seat whose subfolder of `folder` contains the path or is the path; "" if there is none."""
    top, _, rest = path.partition("/")
    name = rest.partition("/")[0]
    return name if top == folder and is_id(name) else ""


def _select_current_seats(org: Org, seats: Iterable[str]) -> list[str]:
    """Select the seats that exist in the org and are not retired, without duplicates."""
    return [seat for seat in dict.fromkeys(seats) if seat in org.seats and not org.seats[seat].is_retired]


def _find_seat_editors(claim: SignedChange, id_: str, *, there: bool) -> list[str]:
    """Return who may change a seat file: its owner, and the seats above the owner and the seat.

    If the file was not valid, only approvers may change it. Only approvers may also make a person report to nobody: if
    the policy names no approvers, the people at the top are approvers, and people usually own their own seat.
    """
    seat = claim.before.seats.get(id_)
    if (there and seat is None) or (_is_top_person(claim.after, id_) and not _is_top_person(claim.before, id_)):
        return claim.before.policy_approvers
    if seat is None:
        return _find_seat_creators(claim, id_)
    return [*_list_seat_and_above(claim.before, seat.owner), *_list_seat_and_above(claim.before, id_)[1:]]


def _is_top_person(org: Org, id_: str) -> bool:
    """Whether a seat is an active person who reports to nobody."""
    seat = org.seats.get(id_)
    return seat is not None and seat.is_human and seat.is_active and not seat.reports_to


def _find_seat_creators(claim: SignedChange, id_: str) -> list[str]:
    """Return who may add a seat: its owner, its manager, and the seats above them, all as of before the commit.

    If the owner or manager is new in the same commit, its own owner and manager count. A seat that reports to nobody
    is added by an approver.
    """
    found: list[str] = []
    ahead, seen = [id_], set[str]()
    while ahead:
        current = ahead.pop()
        seen.add(current)
        seat = claim.after.seats.get(current)
        if current in claim.before.seats:
            found += _list_seat_and_above(claim.before, current)
        elif seat:
            ahead += [name for name in (seat.reports_to, seat.owner) if name and name not in seen]
    return found or claim.before.policy_approvers


def _list_seat_and_above(org: Org, id_: str) -> list[str]:
    """Return a seat and the seats above it. For a group, it is the seat that leads it."""
    return [id_, *org.leaders_above(id_)]


def _find_recorders(claim: SignedChange, seat: str, path: str) -> list[str]:
    """Return who may change the score file `path`.

    If the same commit adds the seat, whoever may add it may record, too. If the commit withdraws a value, fewer may.
    """
    added = claim.paths.get(seat_path(seat)) is False
    if path in claim.withdrawn and not added:
        return claim.before.eligible_withdrawers(seat)
    return [*claim.before.eligible_recorders(seat), *(_find_seat_creators(claim, seat) if added else ())]


def _find_record_writers(claim: SignedChange, kind: RecordKind, path: str) -> Collection[str] | None:
    """Return who may write a record; None if everyone may.

    Whoever retires a seat may hand over its open escalations and to-dos, and change nothing else in them.
    """
    key = kind.find_key(path)
    if key is None:
        return claim.before.policy_approvers if kind.growth is Growth.EVENTS and claim.paths[path] else None
    old, new = (None if kind.is_lines else getattr(org, kind.attribute).get(key) for org in (claim.before, claim.after))
    may = kind.find_writers(claim.before, RecordWrite(key, not claim.paths[path], old, new))
    if may is None or old is None or new is None:
        return may
    is_handed_over = (kind is ESCALATION and _is_only_handed_over(claim, old, path)) or (
        kind is TODO and _is_only_moved(claim, old, path)
    )
    return [*may, claim.signer] if is_handed_over else may


def _is_only_moved(claim: SignedChange, old: Todo, path: str) -> bool:
    """Whether an open to-do only went from a seat that the signer retires to another one."""
    new = claim.after.todos[old.id]
    if old.is_closed or old.owner not in claim.retiring or len(new.events) != len(old.events) + 1:
        return False
    event = new.events[-1]
    if event.action is not TodoAction.MOVED or event.to != new.owner or event.by not in {"", claim.signer}:
        return False
    was, now = (
        {key: value for key, value in data.items() if key not in _MOVED_KEYS} if isinstance(data, Mapping) else data
        for data in claim.read_data(path)
    )
    return replace(old, owner=new.owner, events=(*old.events, event), marks=new.marks) == new and was == now


# What a move changes in the file of a to-do.
_MOVED_KEYS = frozenset({"owner", "events"})
# What a hand-over changes in the file of an escalation.
_HANDED_KEYS = frozenset({"with", "due", "state", "events"})


def _is_only_handed_over(claim: SignedChange, old: Escalation, path: str) -> bool:
    """Whether an escalation only went from or about a seat that the signer retires to the seat responsible for that."""
    new = claim.after.escalations.get(old.id)
    if new is None or old.is_resolved or len(new.events) != len(old.events) + 1:
        return False
    event = new.events[-1]
    heirs = {
        find_responsible_seat(claim.before, seat)
        for seat in claim.retiring
        if seat == old.with_ or (seat == old.seat and not is_with_responsible(claim.before, old))
    }
    if event.what is not EventType.HANDED or event.at is None or new.due is None or new.with_ not in heirs:
        return False
    if event.to != new.with_ or event.by not in {"", claim.signer}:
        return False
    span = claim.before.policy.escalation.acknowledge
    handed = replace(
        old, with_=new.with_, state=EscalationStatus.OPEN, due=new.due, events=(*old.events, event), marks=new.marks
    )
    was, now = (
        {key: value for key, value in data.items() if key not in _HANDED_KEYS} if isinstance(data, Mapping) else data
        for data in claim.read_data(path)
    )
    in_time = new.due <= claim.before.work_time.add_working_time(event.at, span)
    return in_time and handed == new and was == now


def _allow_retirement_change(claim: SignedChange, id_: str) -> list[str]:
    """Return the signer if the change of a seat results only from other changes that the signer may make.

    These are retirements, metrics that continue others, and people who are gone.

    Everything else must stay as it is. Without this check, whoever decides a retirement could change every seat that
    its record names.
    """
    old, new = claim.before.seats.get(id_), claim.after.seats.get(id_)
    if old is None or new is None or not (claim.retiring or claim.heirs or claim.gone):
        return []
    if id_ in claim.retiring and new.is_retired:
        new = replace(new, status=old.status, metrics=_without_ends(old, new))
    inherited = _find_inherited_metrics(claim, old, new)
    expected = _without_handover(claim, old, without_followed(old, new, claim.heirs, claim.gone))
    own = {key: text for key, text in new.own.items() if not _is_of_metric(key, inherited)}
    return [claim.signer] if expected == old and own == old.own else []


def _allow_own_inputs(claim: SignedChange, id_: str) -> list[str]:
    """Return the signer if it changes only the `inputs` of its own seat, as the job that deploys an agent does."""
    if claim.signer != id_ or id_ not in claim.before.seats or id_ not in claim.after.seats:
        return []
    was, now = (
        {key: value for key, value in data.items() if key != "inputs"} if isinstance(data, Mapping) else None
        for data in claim.read_data(seat_path(id_))
    )
    return [id_] if was is not None and was == now else []


def _is_of_metric(key: str, metrics: Collection[str]) -> bool:
    """Whether a user's own key, such as `metrics.won.x-crm`, is one of these metrics."""
    group, _, rest = key.partition(".")
    return group == "metrics" and rest.partition(".")[0] in metrics


def _without_handover(claim: SignedChange, old: Seat, new: Seat) -> Seat:
    """Return the seat `new` without what retirements gave it: inherited capabilities and metrics, a manager, an owner.

    What it inherited must be what the retired seat had.
    """
    return replace(
        new,
        capabilities=_without_keys(new.capabilities, _find_inherited_capabilities(claim, old, new)),
        metrics=_without_keys(new.metrics, _find_inherited_metrics(claim, old, new)),
        also_reports_to=_with_dotted_lines(claim, old, new),
        reports_to=old.reports_to if new.reports_to in _find_new_managers(claim, old) else new.reports_to,
        owner=old.owner if new.owner in _find_new_owners(claim, old) else new.owner,
    )


def _without_ends(old: Seat, new: Seat) -> dict[str, Metric]:
    """Return the metrics of a retired seat without the ends that its retirement gave those that others continue.

    It may bring an end forward, so that the one that continues takes the values from then on.
    """
    before = old.metrics
    return {
        name: replace(metric, ends=before[name].ends) if _is_earlier_end(before.get(name), metric) else metric
        for name, metric in new.metrics.items()
    }


def _is_earlier_end(old: Metric | None, new: Metric) -> bool:
    if old is None or new.ends is None:
        return False
    return old.ends is None or (new.ends.grain is old.ends.grain and new.ends < old.ends)


def _without_keys(items: Mapping[str, Item], without: Collection[str]) -> dict[str, Item]:
    return {name: item for name, item in items.items() if name not in without}


def _find_inherited_capabilities(claim: SignedChange, old: Seat, new: Seat) -> set[str]:
    """Find the new capabilities of a seat that a record gives it, with the text that they had."""
    return {
        name
        for retired, record in _list_records(claim)
        for name, heir in record.capabilities.items()
        if heir == old.id
        and name not in old.capabilities
        and new.capabilities.get(name) == retired.capabilities.get(name)
    }


def _find_inherited_metrics(claim: SignedChange, old: Seat, new: Seat) -> set[str]:
    """Find the new metrics of a seat that a record gives it, and that are measured as they were."""
    return {
        name
        for retired, record in _list_records(claim)
        for name, heir in record.metrics.items()
        if heir == old.id
        and name not in old.metrics
        and name in retired.metrics
        and name in new.metrics
        and _is_same_measure(retired, retired.metrics[name], new.metrics[name])
    }


# The settings of a metric that refer to the seat that has it, so an heir's differ.
_RELATIVE = ("leads_to", "continues")


def _is_same_measure(retired: Seat, old: Metric, new: Metric) -> bool:
    """Whether a metric is measured as for the retired seat. A setting that refers to a seat may name that one."""
    pairs = [(field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(Metric)]
    return all(
        now == was
        or (name == "ends" and now is None)
        or (name == "rebase" and not now)
        or (name in _RELATIVE and now in {"", f"{retired.id}/{was}", f"{retired.id}/{old.id}"})
        for name, was, now in pairs
    )


def _find_new_managers(claim: SignedChange, old: Seat) -> set[str]:
    """Find the managers that a retirement may give to a seat: that of the record, else the one above the retired seat.

    A seat that gets none goes to the top.
    """
    return {
        record.reports.get(old.id) or above
        for retired, record in _list_records(claim)
        if retired.id == old.reports_to
        for above in ("", retired.reports_to)
    }


def _with_dotted_lines(claim: SignedChange, old: Seat, new: Seat) -> tuple[str, ...]:
    """Return the dotted lines of a seat with those that ended with a retirement."""
    left = tuple(boss for boss in old.also_reports_to if boss not in claim.retiring)
    return old.also_reports_to if new.also_reports_to == left else new.also_reports_to


def _find_new_owners(claim: SignedChange, old: Seat) -> set[str]:
    """Find the owners that a retirement may give to a seat: that of the record; if the record names none, any."""
    records = [record for retired, record in _list_records(claim) if retired.id == old.owner]
    named = {record.owned[old.id] for record in records if old.id in record.owned}
    new = claim.after.seats.get(old.id)
    return named or ({new.owner} if new and any(not record.owned for record in records) else set())


def _list_records(claim: SignedChange) -> Iterator[tuple[Seat, Retirement]]:
    """List the seats that the signer retires, as they were, each with its record."""
    for id_ in claim.retiring:
        record, seat = claim.after.retirements.get(id_), claim.before.seats.get(id_)
        if record and seat:
            yield seat, record


def _allow_list_cleanup(claim: SignedChange, path: str) -> list[str]:
    """Return the signer if org.yaml only follows what the signer retires, or lets other metrics continue."""
    follows = path == "org.yaml" and (claim.retiring or claim.heirs) and _only_removes_retired(claim)
    return [claim.signer] if follows else []


# The parts of an org that are in other files than org.yaml, or only say where something is.
_OTHER_FILES = frozenset({"seats", "signers", "unreadable", "marks", *(kind.attribute for kind in RECORD_KINDS)})


def _only_removes_retired(claim: SignedChange) -> bool:
    """Whether org.yaml is as before, except for these seats in lists, and routes that named them or old metrics."""
    gone, old = set(claim.retiring), claim.before.policy
    policy = replace(
        old,
        scorekeepers=tuple(seat for seat in old.scorekeepers if seat not in gone),
        approvers=tuple(seat for seat in old.approvers if seat not in gone),
        discover_to="" if old.discover_to in gone else old.discover_to,
    )
    was, now = ({**_read_org_settings(org), "policy": org.policy} for org in (claim.before, claim.after))
    before, after = (_drop_lists(data) for data in claim.read_data("org.yaml"))
    heirs = {seat: find_responsible_seat(claim.before, seat) for seat in gone}
    handed = tuple(_hand_route_over(route, heirs) for route in claim.before.routing)
    routing = follow_routes(handed, claim.after.routing, claim.heirs)
    if claim.after.routing == routing != claim.before.routing and isinstance(before, dict):
        data = follow_route_data(_hand_over_data(before["routing"], heirs), routing)
        was, before = {**was, "routing": routing}, {**before, "routing": data}
    return {**was, "policy": policy} == now and before == after


def _hand_route_over(route: Route, heirs: Mapping[str, str]) -> Route:
    """Return the route as it is when each retired seat at its end is replaced by the one responsible for it."""
    below = tuple(_hand_route_over(one, heirs) for one in route.routes)
    return replace(route, to=heirs.get(route.to, route.to), routes=below)


def _hand_over_data(routes: object, heirs: Mapping[str, str]) -> object:
    """Return the same for the routes as they are in the file, with the keys that have no meaning for orgtp."""
    if isinstance(routes, list):
        return [_hand_over_data(one, heirs) for one in routes]
    if not isinstance(routes, Mapping):
        return routes
    to = {"to": heirs.get(routes["to"], routes["to"])} if isinstance(routes.get("to"), str) else {}
    below = {"routes": _hand_over_data(routes["routes"], heirs)} if "routes" in routes else {}
    return {**routes, **to, **below}


def _read_org_settings(org: Org) -> dict[str, object]:
    """Return everything that org.yaml sets, by its name in `Org`."""
    names = [field.name for field in fields(Org) if field.name not in _OTHER_FILES]
    return {name: str(org.zone) if name == "zone" else getattr(org, name) for name in names}


def _drop_lists(data: object) -> object:
    """Return the content of org.yaml without the lists from which a retirement removes a seat."""
    if not isinstance(data, Mapping) or not isinstance(policy := data.get("policy"), Mapping):
        return data
    rest = {key: value for key, value in policy.items() if key != "scorekeepers"}
    if isinstance(retirement := policy.get("retirement"), Mapping):
        rest["retirement"] = {key: value for key, value in retirement.items() if key != "approvers"}
    if isinstance(discover := policy.get("discover"), Mapping):
        rest["discover"] = {key: value for key, value in discover.items() if key != "to"}
    rest = {key: value for key, value in rest.items() if (key, value) != ("discover", {})}
    return {**data, "policy": rest}


def find_wrong_deciders(claim: SignedChange) -> Iterator[tuple[str, str]]:
    """Find retirement records that do not name the signer as the decider: their path and the name."""
    for seat in claim.retiring:
        record = claim.after.retirements.get(seat)
        if record and record.decided_by != claim.signer:
            yield retirement_path(seat), record.decided_by
