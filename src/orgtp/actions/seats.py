"""Adding a seat, and setting its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Create, Data, Drop, Edit, Set
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.period import Period, period_containing_local
from orgtp.model.seat import Metric, Seat, seat_path
from orgtp.model.target import parse_target
from orgtp.model.text import id_hint, is_id

_FIXED = {
    "seat": "A seat's id never changes; retire the seat and add another.",
    "status": "Retiring is a decision with a record. Use: orgtp retire {seat} --to HEIR",
}


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to add. What is "" is left out of the file."""

    seat: str
    name: str
    role: str
    kind: str
    status: str = "active"
    owner: str = ""
    reports_to: str = ""
    mission: str = ""
    since: str = ""
    email: str = ""
    retire_when: str = ""
    capabilities: Mapping[str, str] | None = None


def add_seat(org: Org, new: NewSeat, now: datetime, by: str = "") -> Change:
    """Add a seat to the chart. Raises `Refused` for an id that was ever used, `BadInput` for one that is none."""
    if not is_id(new.seat):
        raise BadInput(what=f'"{new.seat}" is not an id. {id_hint(new.seat)}')
    if new.seat in org.seats or new.seat in org.retirements or new.seat in org.scores:
        raise Refused(why=f'"{new.seat}" is or was a seat. An id is never used again; choose another.')
    since = new.since or f"{now.astimezone(org.zone):%Y-%m-%d}"
    fields = {"seat": new.seat, "name": new.name, "role": new.role, "kind": new.kind, "status": new.status}
    fields |= {"owner": new.owner, "reports_to": new.reports_to, "mission": new.mission, "since": since}
    fields |= {"email": new.email, "retire_when": new.retire_when}
    content: dict[str, Data] = {key: value for key, value in fields.items() if value}
    content |= {"capabilities": dict(new.capabilities)} if new.capabilities else {}
    edit = Create(seat_path(new.seat), content)
    return Change("add", f"{new.name}, {new.role}", (new.seat,), (edit,), by=by)


def add_seat_file(org: Org, seat: str, text: str, by: str = "", why: str = "") -> Change:
    """Add a seat from the very text of its file, comments and all."""
    if seat in org.seats or seat in org.retirements:
        raise Refused(why=f'"{seat}" is or was a seat. An id is never used again; choose another.')
    return Change("add", why or seat_path(seat), (seat,), (Create(seat_path(seat), text),), by=by)


def set_keys(
    org: Org, seat: str, values: Sequence[tuple[tuple[str, ...], Data]], by: str = "", why: str = ""
) -> Change:
    """Set keys of a seat, each a path such as ("metrics", "m", "target"); "" takes a key out.

    A path that ends in a period, ("metrics", "m", "target", "2026-W48"), dates a target: periods before it stay
    judged by the old one. Raises `UnknownSeat`, and `Refused` for what is not changed in this way.
    """
    found = org.seat(seat)
    if found.is_retired:
        raise Refused(why=f"{seat} is retired. Its file and its record stay as they are.")
    values = _merge_target_dates(org, found, values)
    for keys, value in values:
        _refuse_other_unit(org, found, keys, value)
    edits = tuple(_make_edit(found, keys, value) for keys, value in values)
    words = [_format_setting(found, keys, value) for keys, value in values]
    body = why or ("\n".join(words) if len(words) > 1 else "")
    return Change("set", ", ".join(words), (seat,), edits, by=by, body=body)


def _make_edit(seat: Seat, keys: tuple[str, ...], value: Data) -> Edit:
    if keys == ("seat",) or (keys == ("status",) and value == "retired"):
        raise Refused(why=_FIXED[keys[0]].format(seat=seat.id))
    if value == "" and keys not in seat.marks.keys:
        raise BadInput(what=f"{seat.id} has no {'.'.join(keys)} to take out.")
    path = seat_path(seat.id)
    return Drop(path, keys) if value == "" else Set(path, keys, value)


def _is_dated(keys: tuple[str, ...]) -> bool:
    return len(keys) == _DATED and keys[::2] == ("metrics", "target")


_DATED = 4


def _merge_target_dates(
    org: Org, seat: Seat, values: Sequence[tuple[tuple[str, ...], Data]]
) -> list[tuple[tuple[str, ...], Data]]:
    """The values with all dates of one target in one: each is added to what the ones before it made."""
    folded: dict[tuple[str, ...], Data] = {}
    for keys, value in values:
        if _is_dated(keys):
            before = folded.get(keys[:3])
            folded[keys[:3]] = _add_target_date(org, seat, keys, value, before if isinstance(before, Mapping) else None)
        else:
            folded[keys] = value
    return list(folded.items())


def _add_target_date(
    org: Org, seat: Seat, keys: tuple[str, ...], value: Data, before: Mapping[str, Data] | None
) -> Data:
    """The whole dated target with one date more; a target that had none holds from the seat's first day."""
    metric = org.metric(seat.id, keys[1])
    dated: dict[str, Data] = dict(before or {b.text: target.text for b, target in metric.targets.dated if b})
    if not dated and metric.targets.dated:
        dated[_first_metric_period(org, seat, metric).text] = metric.targets.dated[0][1].text
    if value == "" and (keys[3] not in dated or len(dated) == 1):
        raise BadInput(what=f"{metric.id} has no further target from {keys[3]} on to take out.")
    wanted = {**dated, keys[3]: value}
    return {begin: text for begin, text in sorted(wanted.items()) if text != ""}


def _first_metric_period(org: Org, seat: Seat, metric: Metric) -> Period:
    """The period of a metric in which its seat began, or that of its first value if that is earlier."""
    starts = [period.start for score in org.score_records(seat.id, metric.id) if (period := score.parsed_period)]
    starts += [datetime.combine(seat.since, time())] if seat.since else []
    return period_containing_local(min(starts, default=_LONG_AGO), metric.cadence.grain)


def _refuse_other_unit(org: Org, seat: Seat, keys: tuple[str, ...], value: Data) -> None:
    """Refuse a plain target that would make something else of the values that stand, or forget dated ones."""
    metric = seat.metrics.get(keys[1]) if len(keys) == _DATED - 1 and keys[::2] == ("metrics", "target") else None
    if metric is None or not isinstance(value, str) or not metric.targets.dated:
        return
    new = parse_target(value)
    if new and new.unit != metric.targets.unit and org.score_records(seat.id, metric.id):
        raise Refused(why=f"{metric.id} has values of another kind than {value}. Begin a new metric for it.")
    if metric.targets.first_period:
        dated = f"orgtp seat set {seat.id} '{'.'.join(keys)}.PERIOD={value}'"
        raise Refused(why=f"the target of {metric.id} is dated. Say from which period on this one holds: {dated}")


_LONG_AGO = datetime(2000, 1, 3)  # noqa: DTZ001  (wall time, as in every period)


def _format_setting(seat: Seat, keys: tuple[str, ...], value: Data) -> str:
    """`owner bogdan -> david` where the old value is a plain field, `mission = …` where it is long or was not there."""
    name = ".".join(keys)
    if value == "":
        return f"{name} taken out"
    if isinstance(value, Mapping):
        return f"{name}: " + ", ".join(f"{text} from {begin}" for begin, text in value.items())
    old = {"owner": seat.owner, "reports_to": seat.reports_to, "status": str(seat.status), "role": seat.role}
    before = old.get(keys[0], "") if len(keys) == 1 else ""
    return f"{name} {before} -> {value}" if before else f"{name} = {value}"
