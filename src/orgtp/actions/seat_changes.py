"""Everyday changes of a seat: its manager, owner and name, a pause, and a split in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from orgtp.actions.metric_content import metric_content, order_content
from orgtp.actions.metric_heirs import follow_leads_to, list_edited_seats, list_heir_edits
from orgtp.actions.metrics import build_moved_metric
from orgtp.actions.seats import NewSeat, add_seat
from orgtp.lazy_dataclass import dataclass
from orgtp.model.candidates import format_choice, list_likely_owners
from orgtp.model.change import Change, CreateFile, DropKey, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.references.find import list_references
from orgtp.model.seat import MetricKey, Seat, SeatStatus, seat_path
from orgtp.model.text import did_you_mean, join_with_and, one_line


def move_seat(org: Org, seat: str, reports_to: str, by: str = "", why: str = "") -> Change:
    """Make a seat report to another one; "" puts it at the top of the chart.

    Raises `UnknownSeat`, and `Refused` for a retired seat, for the seat itself and for a seat below it.
    """
    found, path = _get_current_seat(org, seat), seat_path(seat)
    if reports_to == found.reports_to:
        return Change("move", f"it reports to {reports_to or 'nobody'} already", (seat,), by=by)
    if reports_to:
        boss = org.seat(reports_to)
        if boss.is_retired:
            raise Refused(why=f"{reports_to} is retired, so nobody can report to it. Name another seat.")
        if reports_to == seat or found in org.chain_above(reports_to):
            below = "itself" if reports_to == seat else f"{reports_to}, which is below it"
            raise Refused(why=f"{seat} cannot report to {below}. Move {reports_to} first, or name another seat.")
    edits: list[Edit] = [SetKey(path, ("reports_to",), reports_to) if reports_to else DropKey(path, ("reports_to",))]
    if reports_to in found.also_reports_to:
        edits.append(_drop_dotted_line(found, reports_to))
    what = f"{found.reports_to or 'the top'} -> {reports_to or 'the top'}"
    return Change("move", what, (seat,), tuple(edits), by=by, body=why)


def _drop_dotted_line(seat: Seat, boss: str) -> Edit:
    left = [one for one in seat.also_reports_to if one != boss]
    key = ("also_reports_to",)
    return SetKey(seat_path(seat.id), key, left) if left else DropKey(seat_path(seat.id), key)


def own_seat(org: Org, seat: str, owner: str, by: str = "", why: str = "") -> Change:
    """Make an active person accountable for a seat.

    Raises `UnknownSeat`, and `Refused` for a retired seat and for an owner that is no active human seat.
    """
    found, new = _get_current_seat(org, seat), org.seat(owner)
    if new.is_group:
        leader = f": orgtp seat own {seat} --owner {new.owner}" if new.owner else "."
        raise Refused(why=f"{owner} is a group, which owns nothing. Name the person who leads it{leader}")
    if not new.is_human:
        likely = format_choice(list_likely_owners(org, found))
        raise Refused(why=f"{owner} is not a human seat. Name a person{f', such as {likely}' if likely else ''}.")
    if not new.is_active:
        raise Refused(why=f"{owner} is {new.status}, so it cannot answer for {seat}. Name an active human seat.")
    if found.owner == owner:
        return Change("own", f"{owner} owns it already", (seat,), by=by)
    edit = SetKey(seat_path(seat), ("owner",), owner)
    return Change("own", f"{found.owner or 'nobody'} -> {owner}", (seat,), (edit,), by=by, body=why)


def pause_seat(org: Org, seat: str, reason: str, now: datetime, until: date | None = None, by: str = "") -> Change:
    """Pause a seat: nothing is due from it until it is resumed. `until` is the last day, if it is known.

    Raises `BadInput` without a reason or for a day that is over, and `Refused` for a seat that is neither active nor
    paused, and for one that owns active seats.
    """
    found = _get_current_seat(org, seat)
    if not one_line(reason):
        raise BadInput(what="say why it is paused: --reason TEXT")
    if until and until < org.day_of(now):
        raise BadInput(what=f"--until {until} is over. Use a day from {org.day_of(now)} on.")
    if found.status not in {SeatStatus.ACTIVE, SeatStatus.PAUSED}:
        raise Refused(why=f"{seat} is {found.status}, so it cannot be paused. Only an active seat can.")
    owned = [one.id for one in org.seats_owned_by(seat) if one.is_active]
    if owned:
        given = f"orgtp seat own {owned[0]} --owner SEAT"
        raise Refused(why=f"{seat} owns {join_with_and(owned)}, so it cannot pause. Name another owner first: {given}")
    route = next((one for one in list_references(org, seat) if one.kind.id == "org routing.*.to"), None)
    if route:
        likely = format_choice(list_likely_owners(org, found))
        such = f", such as {likely}" if likely else ""
        raise Refused(why=f"{route.place}: a route ends with {seat}. Name an active person there first{such}.")
    content: dict[str, YamlData] = {"until": until.isoformat()} if until else {}
    content["reason"] = one_line(reason)
    edits: list[Edit] = [] if found.status is SeatStatus.PAUSED else [SetKey(seat_path(seat), ("status",), "paused")]
    since = found.pause.since if found.pause else org.day_of(now)
    edits.append(SetKey(seat_path(seat), ("pauses", since.isoformat()), content))
    what = f"{f'until {until}: ' if until else ''}{one_line(reason)}"
    return Change("pause", what, (seat,), tuple(edits), by=by)


def resume_seat(org: Org, seat: str, now: datetime, by: str = "", why: str = "") -> Change:
    """End the pause of a seat: yesterday was its last day. The file keeps it, so that nothing was owed in it.

    Raises `Refused` if the seat is not paused, or if its owner is not active.
    """
    found = _get_current_seat(org, seat)
    if found.status is not SeatStatus.PAUSED:
        raise Refused(why=f"{seat} is {found.status}, not paused.")
    owner = org.owner_seat(found)
    if owner and owner.id != seat and not owner.is_active:
        given = f"orgtp seat own {seat} --owner SEAT"
        raise Refused(why=f"its owner {owner.id} is {owner.status}. Name an active one first: {given}")
    edits: list[Edit] = [SetKey(seat_path(seat), ("status",), "active"), *end_pause(found, org.day_of(now))]
    return Change("resume", one_line(why) or "works again", (seat,), tuple(edits), by=by)


def end_pause(seat: Seat, today: date) -> Iterator[Edit]:
    """Make yesterday the last day of the pause that goes on, if there is one. One that began today is taken away."""
    pause, path = seat.pause, seat_path(seat.id)
    if pause is None:
        return
    key = ("pauses", pause.since.isoformat())
    if pause.since < today:
        yield SetKey(path, (*key, "until"), (today - timedelta(days=1)).isoformat())
    else:
        yield DropKey(path, key if len(seat.pauses) > 1 else key[:1])


def rename_seat(org: Org, seat: str, name: str, now: datetime, by: str = "", why: str = "") -> Change:
    """Give a seat another name; its id stays. If it is called after its holder, the holder has the new name, too.

    Raises `UnknownSeat`, `BadInput` for an empty name, and `Refused` for a retired seat.
    """
    found, text = _get_current_seat(org, seat), one_line(name)
    if not text:
        raise BadInput(what="the name is empty. Type: orgtp seat rename SEAT --name NAME")
    if text == found.name:
        return Change("rename", f"it is called {text} already", (seat,), by=by)
    edits: list[Edit] = [SetKey(seat_path(seat), ("name",), text)]
    holder = found.holder_on(org.day_of(now))
    if holder and holder.name == found.name:
        edits.append(SetKey(seat_path(seat), ("holders", holder.since.isoformat(), "name"), text))
    return Change("rename", f"{one_line(found.name)} -> {text}", (seat,), tuple(edits), by=by, body=why)


@dataclass(frozen=True, slots=True)
class SeatSplit:
    """A seat to split in two: the new seat, and what it takes over. What is "" is as in the old seat.

    The name of the new seat is made from its id if it is "".
    """

    seat: str
    into: str
    capabilities: Sequence[str] = ()
    metrics: Sequence[str] = ()
    name: str = ""
    role: str = ""
    owner: str = ""


def split_seat(org: Org, split: SeatSplit, now: datetime, by: str = "", why: str = "") -> Change:
    """Add a seat next to another one, and move capabilities and metrics to it.

    A metric with values ends in the old seat, and one of the new seat continues it. Raises `UnknownSeat`,
    `UnknownMetric`, `BadInput` if nothing moves or the id is malformed, and `Refused` for a retired seat, for an id
    that was ever used, and for a metric that has ended.
    """
    old = _get_current_seat(org, split.seat)
    if not (split.capabilities or split.metrics):
        raise BadInput(what=f"say what {split.into} takes over: --capability ID or --metric ID")
    for name in split.capabilities:
        if name not in old.capabilities:
            hint = did_you_mean(name, old.capabilities) or f"It has: {', '.join(old.capabilities) or 'none'}."
            raise Refused(why=f'{old.id} has no capability "{name}". {hint}')
    taken = {name: _take_metric(org, old, name, split.into, now) for name in dict.fromkeys(split.metrics)}
    new = NewSeat(
        seat=split.into,
        name=split.name or split.into.replace("-", " ").capitalize(),
        role=split.role or old.role,
        kind=str(old.kind),
        status=str(old.status if old.status is not SeatStatus.VACANT else SeatStatus.PROPOSED),
        owner=split.owner or (split.into if old.is_human and old.owner == old.id else old.owner),
        reports_to=old.reports_to or old.id,
        retire_when=old.retire_when,
        capabilities={name: old.capabilities[name] for name in split.capabilities},
    )
    change = add_seat(org, new, by)
    contents = {name: content for name, (content, _) in taken.items()}
    # Whoever has the seat keeps both parts until one of them is handed over.
    person = old.person_on(org.day_of(now)) if old.is_human else ""
    holders = {org.day_of(now).isoformat(): {"name": person}} if person and person != new.name else {}
    heirs = {MetricKey(old.id, name): MetricKey(split.into, name) for name in taken}
    for content in contents.values():
        if leads_to := content.get("leads_to"):
            content["leads_to"] = follow_leads_to(str(leads_to), split.into, heirs)
    following = tuple(list_heir_edits(org, heirs))
    moved = [*dict.fromkeys([*split.capabilities, *split.metrics])]
    return Change(
        "split",
        f"{join_with_and(moved)} to {split.into}",
        tuple(dict.fromkeys([old.id, split.into, *list_edited_seats(following)])),
        (
            *(_complete_file(edit, contents, holders) for edit in change.edits),
            *_list_drops(old, split, [name for name, (_, end) in taken.items() if end is None]),
            *(end for _, end in taken.values() if end),
            *following,
        ),
        about=old.id,
        by=by,
        body=why,
    )


def _take_metric(org: Org, old: Seat, name: str, into: str, now: datetime) -> tuple[dict[str, YamlData], SetKey | None]:
    """The content of a metric in its new seat, and the edit that ends the old one; without values, it just moves."""
    metric = org.metric(old.id, name)
    if not org.score_records(old.id, name) and not metric.continues:
        rebase: dict[str, YamlData] = {period.text: reason for period, reason in metric.rebase}
        return order_content(metric_content(old, metric) | ({"rebase": rebase} if rebase else {})), None
    last, content = build_moved_metric(org, old, metric, into, now)
    return content, SetKey(seat_path(old.id), ("metrics", name, "ends"), last.text)


def _complete_file(
    edit: Edit, metrics: Mapping[str, Mapping[str, YamlData]], holders: Mapping[str, Mapping[str, YamlData]]
) -> Edit:
    """The new file with the metrics that it takes over, and with its holder."""
    if not isinstance(edit, CreateFile) or isinstance(edit.content, str):
        return edit
    more: dict[str, YamlData] = {"holders": dict(holders)} if holders else {}
    more |= {"metrics": dict(metrics)} if metrics else {}
    return CreateFile(edit.path, {**edit.content, **more})


def _list_drops(old: Seat, split: SeatSplit, metrics: Sequence[str]) -> list[Edit]:
    """Remove the capabilities and metrics from the old file that only move."""
    path, found = seat_path(old.id), list[Edit]()
    for group, names, every in (
        ("capabilities", split.capabilities, old.capabilities),
        ("metrics", metrics, old.metrics),
    ):
        whole = names and set(names) == set(every)
        found += [DropKey(path, (group,))] if whole else [DropKey(path, (group, name)) for name in dict.fromkeys(names)]
    return found


def _get_current_seat(org: Org, seat: str) -> Seat:
    found = org.seat(seat)
    if found.is_retired:
        raise Refused(why=f"{seat} is retired, so its file cannot be changed.")
    return found
