"""Add a seat, and set its keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime, time

from orgtp.actions.metric_content import NewMetric, build_metric_content
from orgtp.actions.phases import propose_phases
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import MAX_SUBJECT, Change, CreateFile, DropKey, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.period import Period, period_containing, period_containing_local
from orgtp.model.seat import Metric, Seat, seat_path
from orgtp.model.setting_text import summarize_settings
from orgtp.model.target import parse_target
from orgtp.model.text import id_hint, is_id, one_line

_FIXED = {
    "seat": "The id of a seat never changes. Retire the seat and add another.",
    "status": "A retirement needs a decision and a record. Use: orgtp retire {seat} --to HEIR",
}


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to add. Fields that are "" are left out of the file. `email` is an address, or several as a list."""

    seat: str
    name: str
    role: str
    kind: str
    status: str = "active"
    owner: str = ""
    reports_to: str = ""
    mission: str = ""
    since: str = ""
    email: str | Sequence[str] = ""
    retire_when: str = ""
    capabilities: Mapping[str, str] | None = None
    metrics: Sequence[NewMetric] = ()


def add_seat(org: Org, new: NewSeat, by: str = "") -> Change:
    """Add a seat to the chart. Its first day is written only if somebody named it.

    Raises `BadInput` for a malformed id, and `Refused` for one that was ever used.
    """
    if not is_id(new.seat):
        raise BadInput(what=f'"{new.seat}" is not a valid id. {id_hint(new.seat)}')
    if new.seat in org.seats or new.seat in org.retirements or new.seat in org.scores:
        raise Refused(why=f'"{new.seat}" is or was a seat, and ids are never reused. Choose another.')
    fields = {"seat": new.seat, "name": new.name, "role": new.role, "kind": new.kind, "status": new.status}
    fields |= {"owner": new.owner, "reports_to": new.reports_to, "mission": new.mission, "since": new.since}
    texts: dict[str, YamlData] = {**fields, "email": new.email, "retire_when": new.retire_when}
    content = {key: value for key, value in texts.items() if value}
    content |= {"capabilities": dict(new.capabilities)} if new.capabilities else {}
    content |= {"metrics": {one.metric: build_metric_content(one) for one in new.metrics}} if new.metrics else {}
    edit = CreateFile(seat_path(new.seat), content)
    return Change("add", f"{new.name}, {new.role}", (new.seat,), (edit,), by=by)


def add_seat_file(org: Org, seat: str, text: str, by: str = "", why: str = "") -> Change:
    """Add a seat from the text of its file, comments included. Raises `Refused` for an id that was ever used."""
    if seat in org.seats or seat in org.retirements:
        raise Refused(why=f'"{seat}" is or was a seat, and ids are never reused. Choose another.')
    return Change("add", why or seat_path(seat), (seat,), (CreateFile(seat_path(seat), text),), by=by)


def set_keys(
    org: Org,
    seat: str,
    values: Sequence[tuple[tuple[str, ...], YamlData]],
    by: str = "",
    why: str = "",
    now: datetime | None = None,
) -> Change:
    """Set keys of a seat, each a path such as ("metrics", "m", "target"). The value "" removes the key.

    A path that ends in a period, ("metrics", "m", "target", "2026-W48"), sets a dated target: earlier periods are
    still judged by the old one. With `now`, a target without a period applies from the period of `now` on if the metric
    has earlier values; without `now`, it applies to all periods that had a target.

    Raises `UnknownSeat`, `BadInput` for a key to remove that does not exist, and `Refused` for a retired seat, for its
    id, for the status `retired`, and for a target that does not fit the recorded values or begins after the metric's
    end.
    """
    found = org.seat(seat)
    if found.is_retired:
        raise Refused(why=f"{seat} is retired, so its file cannot be changed.")
    values = [_date_target(org, found, keys, value, now) for keys, value in values]
    values = _merge_target_dates(org, found, values)
    for keys, value in values:
        _refuse_other_unit(org, found, keys, value)
    values = [(keys, _build_places(found, value) if keys == ("runs_from",) else value) for keys, value in values]
    edits = tuple(_make_edit(found, keys, value) for keys, value in _place_inputs(found, values))
    words = [_format_setting(found, keys, value) for keys, value in values]
    body = why or ("\n".join(words) if len(words) > 1 else "")
    what = summarize_settings([one_line(word) for word in words], MAX_SUBJECT - len(f"set({seat}): "))
    proposals = propose_phases(org, found, edits, now)
    return Change("set", what, (seat,), edits, by=by, body=body, proposals=proposals)


def _date_target(
    org: Org, seat: Seat, keys: tuple[str, ...], value: YamlData, now: datetime | None
) -> tuple[tuple[str, ...], YamlData]:
    """Add the period from which a target applies to its path.

    That is the current one if it would change how earlier values are judged, and, if it is for all periods, the first
    one that has a target so far. Raises `Refused` if the metric has ended.
    """
    is_target = len(keys) == _DATED - 1 and keys[::2] == ("metrics", "target")
    metric = seat.metrics.get(keys[1]) if is_target else None
    if metric is None or not isinstance(value, str) or not value or not metric.targets.dated:
        return keys, value
    if now is None:
        first = metric.targets.first_period
        return keys, {first.text: value} if first else value
    current = period_containing(now, metric.cadence.grain, org.zone)
    if metric.has_end_before(current):
        raise Refused(why=explain_target_after_end(seat.id, metric, current, value))
    periods = [score.parsed_period for score in org.score_records(seat.id, metric.id)]
    has_past = any(period and period.start < current.start for period in periods)
    return ((*keys, current.text), value) if has_past or metric.targets.first_period else (keys, value)


def explain_target_after_end(seat: str, metric: Metric, begin: Period, target: str) -> str:
    """Say that a target would begin after the end of its metric, and how to judge the past by it."""
    judge = f"{shlex.join(['orgtp', 'metric', 'target', seat, metric.id, target])} --also-past"
    return f"{metric.id} ends after {metric.get_text('ends')}, before {begin.text}. To judge its past by it: {judge}"


def _make_edit(seat: Seat, keys: tuple[str, ...], value: YamlData) -> Edit:
    if keys == ("seat",) or (keys == ("status",) and value == "retired"):
        raise Refused(why=_FIXED[keys[0]].format(seat=seat.id))
    if value == "" and keys not in seat.marks.keys:
        raise BadInput(what=f"{seat.id} has no {'.'.join(keys)} to remove.")
    path = seat_path(seat.id)
    if value == "":
        return DropKey(path, keys)
    is_number = keys[-1] in _NUMBERS and isinstance(value, str) and value.isdecimal()
    return SetKey(path, keys, int(str(value)) if is_number else value)


def _build_places(seat: Seat, value: YamlData) -> YamlData:
    """The files that define an agent, of texts such as `git.example.com/acme/agents:agents/dash.md`, as groups of keys.

    A file that the seat has already keeps the hash of the content that was reviewed, unless the text ends with `@` and
    another hash.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    known = {(one.repo, one.path): one.sha256 for one in seat.runs_from}
    return [_build_place(item, known) if isinstance(item, str) else item for item in value]


_REVIEWED = re.compile(r"(.+)@([0-9a-f]{64})", re.DOTALL)


def _build_place(text: str, known: Mapping[tuple[str, str], str]) -> YamlData:
    reviewed = _REVIEWED.fullmatch(text)
    name = reviewed[1] if reviewed else text
    repo, _, path = name.rpartition(":")
    # A repository may have a port and a path may have a colon, so a file that the seat has already goes first.
    splits = [(name[:at], name[at + 1 :]) for at, sign in enumerate(name) if sign == ":"]
    repo, path = next((one for one in [*splits, ("", name)] if one in known), (repo, path))
    keys = {"repo": repo, "path": path, "sha256": reviewed[2] if reviewed else known.get((repo, path), "")}
    return {key: part for key, part in keys.items() if part or key == "path"}


def _place_inputs(
    seat: Seat, values: Sequence[tuple[tuple[str, ...], YamlData]]
) -> list[tuple[tuple[str, ...], YamlData]]:
    """The values, with those of `inputs` in the form that the file has, or needs to name the seat that one comes from.

    An input is a text, or a mapping with `is` and `from`. A new version of a mapping is its `is`, so that it still
    comes from the same seat.
    """
    parts: dict[str, dict[str, YamlData]] = {}
    for keys, value in values:
        if keys[0] == "inputs" and keys[2:] in {(), ("is",), ("from",)} and len(keys) > 1 and (keys[2:] or value):
            parts.setdefault(keys[1], {})["".join(keys[2:]) or "is"] = value
    found: dict[tuple[str, ...], YamlData] = {}
    for keys, value in values:
        name, of_input = keys[1] if len(keys) > 1 else "", keys[0] == "inputs" and len(keys) > 1
        given = parts.get(name) if of_input and (value or keys[2:]) else None
        if given is None:
            found[keys] = value
        elif any(one[:2] == ("inputs", name) for one in seat.marks.keys if len(one) > len(("inputs", name))):
            found |= {("inputs", name, part): text for part, text in given.items()}
        elif "from" not in given and given.get("is"):
            found["inputs", name] = given["is"]
        elif given.get("from"):
            is_ = given.get("is") or (seat.inputs[name].is_ if name in seat.inputs else "")
            found["inputs", name] = {"from": given["from"], **({"is": is_} if is_ else {})}
        else:
            found[keys] = value
    return list(found.items())


_DATED = 4
# The keys whose value is a whole number in the file; as an option, every value is text.
_NUMBERS = {"allow_misses"}


def _merge_target_dates(
    org: Org, seat: Seat, values: Sequence[tuple[tuple[str, ...], YamlData]]
) -> list[tuple[tuple[str, ...], YamlData]]:
    """Merge all dated values of a target into one value, in the given order."""
    merged: dict[tuple[str, ...], YamlData] = {}
    for keys, value in values:
        if len(keys) == _DATED and keys[::2] == ("metrics", "target"):
            before = merged.get(keys[:3])
            merged[keys[:3]] = _add_target_date(org, seat, keys, value, before if isinstance(before, Mapping) else None)
        else:
            merged[keys] = value
    return list(merged.items())


def _add_target_date(
    org: Org, seat: Seat, keys: tuple[str, ...], value: YamlData, before: Mapping[str, YamlData] | None
) -> YamlData:
    """Return the whole dated target with one date added. An undated target applies from the metric's first period."""
    metric = org.metric(seat.id, keys[1])
    dated: dict[str, YamlData] = dict(before or {b.text: target.text for b, target in metric.targets.dated if b})
    if not dated and metric.targets.dated:
        dated[_first_metric_period(org, seat, metric).text] = metric.targets.dated[0][1].text
    if value == "" and (keys[3] not in dated or len(dated) == 1):
        raise BadInput(what=f"{metric.id} has no other target dated {keys[3]} to remove.")
    return {begin: text for begin, text in sorted({**dated, keys[3]: value}.items()) if text != ""}


def _first_metric_period(org: Org, seat: Seat, metric: Metric) -> Period:
    """Return the period in which the seat began, or that of the metric's first value if that is earlier."""
    starts = [period.start for score in org.score_records(seat.id, metric.id) if (period := score.parsed_period)]
    starts += [datetime.combine(seat.since, time())] if seat.since else []
    return period_containing_local(min(starts, default=_LONG_AGO), metric.cadence.grain)


_LONG_AGO = datetime(2000, 1, 3)  # noqa: DTZ001  (wall time, as in every period)


def _refuse_other_unit(org: Org, seat: Seat, keys: tuple[str, ...], value: YamlData) -> None:
    """Refuse a target of another kind than the recorded values."""
    metric = seat.metrics.get(keys[1]) if len(keys) == _DATED - 1 and keys[::2] == ("metrics", "target") else None
    if metric is None or not metric.targets.dated:
        return
    texts = list(value.values()) if isinstance(value, Mapping) else [value]
    for text in texts:
        new = parse_target(text) if isinstance(text, str) else None
        if new and new.unit != metric.targets.unit and org.score_records(seat.id, metric.id):
            raise Refused(why=f"{metric.id} has values of another kind than {text}. Add a new metric instead.")


def _format_setting(seat: Seat, keys: tuple[str, ...], value: YamlData) -> str:
    """Return `owner bogdan -> david` for a short field, and `mission = …` for a long or new one."""
    name = ".".join(keys)
    if isinstance(value, list | tuple):
        return f"{name} = {', '.join(map(_format_item, value))}"
    if value == "":
        return f"{name} removed"
    if isinstance(value, Mapping):
        return f"{name}: " + ", ".join(f"{text} from {begin}" for begin, text in value.items())
    old = {"owner": seat.owner, "reports_to": seat.reports_to, "status": str(seat.status), "role": seat.role}
    before = old.get(keys[0], "") if len(keys) == 1 else ""
    return f"{name} {before} -> {value}" if before else f"{name} = {value}"


def _format_item(item: YamlData) -> str:
    """An item of a list in the words of a commit: a file that defines an agent is `REPOSITORY:PATH`."""
    if isinstance(item, Mapping):
        return ":".join(str(item[key]) for key in ("repo", "path") if key in item)
    return str(item)
