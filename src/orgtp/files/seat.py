"""Read a seat's file into a `Seat`. schema/seat.schema.json defines the same; a test checks that both agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from orgtp.files.due_time import read_due_time
from orgtp.files.key_order import HOLDER_KEYS, INPUT_KEYS, METRIC_ORDER, PAUSE_KEYS, RUNS_FROM_KEYS, SEAT_ORDER
from orgtp.files.mapping_reader import MappingReader, parse_day
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.inventory.places import PLACE_PATTERNS
from orgtp.model.period import GRAIN_SIZES, PERIOD_EXAMPLES, Cadence, Grain, Period, parse_period
from orgtp.model.problem import Place, Problem, Severity, select_unread
from orgtp.model.seat import (
    DefinitionPlace,
    Delegate,
    Holder,
    Metric,
    Pause,
    Rollup,
    Seat,
    SeatInput,
    SeatKind,
    SeatStatus,
)
from orgtp.model.target import Target, Targets, parse_target, target_hint
from orgtp.model.text import did_you_mean, find_nearest, is_id
from orgtp.model.value import ValueKind

_NO_TARGET = Targets(())
PER_GRAINS = tuple(str(grain) for grain in Grain if grain is not Grain.HOUR)
_CACHED = 4096


@lru_cache(maxsize=_CACHED)
def read_seat(path: str, raw: bytes) -> tuple[Seat | None, tuple[Problem, ...]]:
    """The seat in the file `path`, as far as it can be read, and the problems of the file."""
    try:
        document = read_document(path, raw)
    except NotStrict as error:
        return None, (error.problem,)
    if not isinstance(document.data, dict):
        return None, (build_mapping_problem(path),)
    problems: list[Problem] = []
    return _parse_seat(path, MappingReader(document.data, document.marks, problems, what="the seat")), tuple(problems)


def build_mapping_problem(path: str, key: str = "seat") -> Problem:
    """The problem of a file that is not a mapping."""
    hint = f"Begin it with the line: {key}: {'my-company' if key == 'org' else PurePosixPath(path).stem}"
    return Problem("wrong-type", Place(path), "the file does not contain keys with values", hint)


def _parse_seat(path: str, fields: MappingReader) -> Seat:
    fields.refuse_unknown_keys(SEAT_ORDER)
    name = PurePosixPath(path).stem
    kind = fields.choice("kind", SeatKind, SeatKind.AGENT, "bad-kind", required=True)
    return Seat(
        id=name,
        declared=fields.id("seat", required=True),
        name=fields.text("name", required=True) or name,
        role=fields.text("role", required=True),
        kind=kind,
        status=fields.choice("status", SeatStatus, SeatStatus.ACTIVE, "bad-status", required=True),
        owner=_read_owner(fields, name, kind),
        reports_to=fields.id("reports_to"),
        also_reports_to=tuple(boss for boss in fields.ids("also_reports_to") if boss),
        mission=fields.text("mission"),
        since=fields.day("since"),
        emails=_read_emails(fields),
        holders=_read_holders(fields),
        pauses=_read_pauses(fields),
        inputs=_read_inputs(fields),
        retire_when=fields.text("retire_when"),
        review_by=fields.day("review_by"),
        delegate=_read_delegate(fields),
        aliases=_read_aliases(fields),
        runs_from=_read_runs_from(fields),
        capabilities=fields.texts("capabilities"),
        metrics=_read_metrics(fields),
        own=_read_user_keys(fields.data),
        unread=_find_unread_keys(fields) if fields.problems else frozenset(),
        marks=fields.marks,
    )


def _find_unread_keys(fields: MappingReader) -> frozenset[str]:
    """The keys of a seat that have a problem, and those that another key seems to be a misspelling of."""
    problems = select_unread(fields.problems)
    spots = {(one.place.line, one.place.column) for one in problems}
    marks = (*fields.marks.values.items(), *fields.marks.keys.items())
    wrong = {keys[0] for keys, spot in marks if keys and spot in spots} & fields.data.keys()
    meant = {find_nearest(key, SEAT_ORDER) for key in wrong.difference(SEAT_ORDER)} - fields.data.keys()
    return frozenset({*wrong, *(key for key in meant if key)})


def _read_user_keys(data: Mapping[str, Any]) -> dict[str, str]:
    """The user's own keys (`x-…`) of the seat and of its metrics, flattened: dotted path to text."""
    metrics = data.get("metrics")
    below = metrics.items() if isinstance(metrics, dict) else ()
    found = flatten_user_keys(data)
    for name, metric in below:
        found |= flatten_user_keys(metric, f"metrics.{name}.") if isinstance(metric, dict) else {}
    return found


def flatten_user_keys(data: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """The user's own keys of a mapping, flattened: dotted path, with `above` before it, to text."""
    own = (key for key in data if isinstance(key, str) and key.startswith("x-"))
    return {name: text for key in own for name, text in _flatten_value(f"{above}{key}", data[key])}


def _flatten_value(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _flatten_value(f"{name}.{key}", below)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _read_owner(fields: MappingReader, name: str, kind: SeatKind) -> str:
    own = kind is SeatKind.HUMAN and "owner" not in fields.data
    return name if own else fields.id("owner")


def _read_delegate(fields: MappingReader) -> Delegate | None:
    """Who stands in for the seat, and until when; None if there is nobody, or a part is missing."""
    below = fields.mapping("delegate")
    if below is None:
        return None
    below.refuse_unknown_keys(("to", "until"))
    to, until = below.id("to", required=True), below.day("until", required=True)
    return Delegate(to, until) if to and until else None


def _read_aliases(fields: MappingReader) -> tuple[str, ...]:
    """The ids of the seat in other systems. Those that are listed again are left out."""
    below = fields.list_items("aliases")
    found: dict[str, None] = {}
    for number in below.data:
        text = below.text(number, named="an alias")
        if text in found:
            below.add_problem("alias-twice", number, f'the alias "{text}" is in the list twice', "Remove one of them.")
        elif text:
            found[text] = None
    return tuple(found)


_PLACE_HINTS = {
    "repo": "Write its address without a scheme and a user: git.example.com/acme/agents.",
    "path": "Write it from the root of the repository, with / and without . and .. as parts: agents/dash.md.",
    "sha256": "Write the 64 digits that this prints: sha256sum FILE. Or remove the key.",
}


def _read_runs_from(fields: MappingReader) -> tuple[DefinitionPlace, ...]:
    """The files that define an agent. One of which a part cannot be read is left out."""
    found = []
    for below in fields.groups("runs_from", "an item of runs_from"):
        below.refuse_unknown_keys(RUNS_FROM_KEYS)
        texts = {key: below.text(key, required=key == "path") for key in RUNS_FROM_KEYS}
        wrong = [key for key, text in texts.items() if text and not PLACE_PATTERNS[key].fullmatch(text)]
        for key in wrong:
            # An address that is not valid may have a password, which no message repeats.
            shown = "repo" if key == "repo" else f'{key} "{texts[key]}"'
            below.add_problem("bad-runs-from", key, f"{shown} is not valid", _PLACE_HINTS[key])
        if texts["path"] and not wrong:
            found.append(DefinitionPlace(**texts))
    return tuple(found)


def _read_emails(fields: MappingReader) -> tuple[str, ...]:
    """The addresses of a seat: one as a text, or several as a list. Those that are not addresses are left out."""
    if isinstance(fields.data.get("email"), list):
        below = fields.list_items("email")
        found = [_read_address(below, number) for number in below.data]
    else:
        found = [_read_address(fields, "email")]
    return tuple(address for address in found if address)


VACANT = "vacant"


def _read_holders(fields: MappingReader) -> tuple[Holder, ...]:
    """Those who hold a seat, the earliest first. Those without a day or a name that can be read are left out."""
    below = fields.mapping("holders")
    found = [holder for day in below.data if (holder := _read_holder(below, day))] if below else []
    return tuple(sorted(found, key=lambda one: one.since))


def _read_holder(holders: MappingReader, day: str) -> Holder | None:
    since = _read_first_day(holders, day)
    value = holders.data[day]
    if value == VACANT:
        return Holder(since) if since else None
    if not isinstance(value, dict):
        found = f'"{value}"' if isinstance(value, str) else "not a person"
        hint = "Write {name: NAME, email: ADDRESS}, or vacant."
        holders.add_problem("bad-holder", day, f"the holder of {day} is {found}", hint)
        return None
    fields = MappingReader(value, holders.marks, holders.problems, (*holders.keys, day), f"the holder of {day}")
    fields.refuse_unknown_keys(HOLDER_KEYS)
    name, emails = fields.text("name", required=True), _read_emails(fields)
    return Holder(since, name, emails) if since and name else None


def _read_first_day(fields: MappingReader, day: str) -> date | None:
    """The day that a key of `holders` or `pauses` names."""
    found = parse_day(day)
    if found is None:
        place = fields.marks.key_place(*fields.keys, day)
        hint = f"Write the first day of each {_ONE_OF[fields.keys[-1]]} as year-month-day, for example 2026-11-20."
        fields.problems.append(Problem("bad-date", place, f'"{day}" is not a date', hint))
    return found


_ONE_OF = {"holders": "holder", "pauses": "pause"}


def _read_pauses(fields: MappingReader) -> tuple[Pause, ...]:
    """The pauses of a seat, the earliest first. Those whose first day cannot be read are left out."""
    below = fields.mapping("pauses")
    found = [pause for day in below.data if (pause := _read_pause(below, day))] if below else []
    return tuple(sorted(found, key=lambda one: one.since))


def _read_pause(pauses: MappingReader, day: str) -> Pause | None:
    since, fields = _read_first_day(pauses, day), pauses.mapping(day)
    if fields is None:
        return None
    fields.refuse_unknown_keys(PAUSE_KEYS)
    reason, until = fields.text("reason", required=True), fields.day("until")
    return Pause(since, reason, until) if since else None


def _read_inputs(fields: MappingReader) -> dict[str, SeatInput]:
    """What the seat works with, by name. Those that say nothing that can be read are left out."""
    below = fields.mapping("inputs")
    if below is None:
        return {}
    names = {name: None for name in below.data if not name.startswith("x-")}
    MappingReader(names, below.marks, below.problems, below.keys).check_keys_are_ids()
    found = {name: _read_input(below, name) for name in names}
    return {name: one for name, one in found.items() if one.text}


def _read_input(inputs: MappingReader, name: str) -> SeatInput:
    """One input: a text, or a mapping that says what it is, from which seat it comes, or both."""
    if not isinstance(inputs.data[name], dict):
        return SeatInput(inputs.text(name, required=True, named=f"the input {name}"))
    fields = MappingReader(inputs.data[name], inputs.marks, inputs.problems, (*inputs.keys, name), f"the input {name}")
    fields.refuse_unknown_keys(INPUT_KEYS)
    is_, from_ = fields.text("is", required="from" not in fields.data), fields.id("from")
    return SeatInput(is_, from_)


def _read_address(fields: MappingReader, key: str) -> str:
    text = fields.text(key, named="email")
    if text and (text.count("@") != 1 or text.split() != [text] or "" in text.split("@")):
        fields.add_problem("bad-email", key, f'email "{text}" is not an address', "Write it as dash@example.com.")
        return ""
    return text


def _read_metrics(fields: MappingReader) -> dict[str, Metric]:
    below = fields.mapping("metrics")
    if below is None:
        return {}
    below.check_keys_are_ids()
    found = {name: _read_seat_metric(below, name) for name in below.data}
    return {name: metric for name, metric in found.items() if metric}


def _read_seat_metric(metrics: MappingReader, name: str) -> Metric | None:
    fields = metrics.mapping(name, required=True, what=f"the metric {name}")
    if fields is None:
        return None
    fields.refuse_unknown_keys(METRIC_ORDER)
    cadence = fields.choice("cadence", Cadence, Cadence.WEEKLY, "bad-cadence", required=True)
    targets = _read_targets(fields, cadence.grain)
    rollup = _read_rollup(fields, targets)
    return Metric(
        id=name,
        name=fields.text("name", required=True) or name,
        # A missing outcome is reported by its own rule, outcome-missing.
        outcome=fields.text("outcome", required="outcome" in fields.data),
        targets=targets,
        cadence=cadence,
        rollup=rollup,
        source=fields.id("source"),
        due=_read_due(fields, cadence),
        leads_to=_read_leads_to(fields),
        waive=fields.texts("waive"),
        per=_read_per(fields, cadence),
        allow_misses=_read_allow_misses(fields, rollup),
        ends=_read_ends(fields, cadence),
        continues=_read_continues(fields),
        rebase=_read_rebase(fields, cadence),
        own={key: value for key, value in fields.data.items() if isinstance(key, str) and key.startswith("x-")},
    )


def _read_ends(fields: MappingReader, cadence: Cadence) -> Period | None:
    """The last period for which a value is owed; None if it is missing or invalid."""
    text = fields.text("ends")
    period = parse_period(text) if text else None
    if text and period is None:
        hint = f"Write the last {cadence.grain} for which a value is owed, such as {PERIOD_EXAMPLES[cadence.grain]}."
        fields.add_problem("bad-ends", "ends", f'"{text}" is not a period', hint)
    if period is None or fields.data.get("cadence") != cadence:
        # An invalid cadence is reported on its own.
        return None
    if period.grain is not cadence.grain:
        last = period.matching(cadence.grain)[1].text
        message = f'ends "{text}" is not a period of the cadence {cadence}'
        fields.add_problem("bad-ends", "ends", message, f"Write ends: {last}")
        return None
    return period


def _read_continues(fields: MappingReader) -> str:
    text = fields.text("continues")
    seat, slash, metric = text.partition("/")
    if text and not (slash and is_id(seat) and is_id(metric)):
        hint = "Write the id of a seat, a slash and the id of its metric: jeff/anomalies."
        fields.add_problem("bad-id", "continues", f'continues "{text}" is not a metric', hint)
        return ""
    return text


def _read_rebase(fields: MappingReader, cadence: Cadence) -> tuple[tuple[Period, str], ...]:
    """The periods with which a new phase begins, each with its reason. What cannot be read begins none."""
    below = fields.mapping("rebase")
    if below is None:
        return ()
    found: dict[Period, str] = {}
    for name in below.data:
        reason, period = below.text(name, required=True), parse_period(name)
        if period is None:
            place = fields.marks.key_place(*below.keys, name)
            example = PERIOD_EXAMPLES[cadence.grain]
            hint = f"Write the {cadence.grain} with which the phase begins, such as {example}. It begins no phase now."
            fields.problems.append(
                Problem("bad-rebase", place, f'"{name}" is not a period', hint, severity=Severity.WARNING)
            )
        elif reason:
            found[period] = reason
    return tuple(sorted(found.items()))


def _read_per(fields: MappingReader, cadence: Cadence) -> Grain | None:
    """The size of the cells in which the metric is judged; None if it is missing or invalid."""
    text = fields.text("per")
    if text and text not in PER_GRAINS:
        known = f"It is one of: {', '.join(PER_GRAINS)}."
        hint = f"{did_you_mean(text.lower().removesuffix('s'), PER_GRAINS)} {known}".strip()
        fields.add_problem("bad-per", "per", f'per "{text}" is not known', hint)
    # An invalid cadence is reported on its own, and any size may fit it.
    if text not in PER_GRAINS or fields.data.get("cadence") != cadence:
        return None
    per = Grain(text)
    if GRAIN_SIZES[per] < GRAIN_SIZES[cadence.grain]:
        message = f"per {per} is shorter than the cadence {cadence}, so most cells would have no value"
        fields.add_problem("bad-per", "per", message, f"Write per: {cadence.grain}, or record values more often.")
        return None
    return per


def _read_allow_misses(fields: MappingReader, rollup: Rollup) -> int:
    """How many values of a cell may be off target or unknown; 0 if the key is missing or invalid."""
    allowed = fields.count("allow_misses")
    if "allow_misses" in fields.data and rollup is not Rollup.HITS and fields.data.get("rollup", rollup) == rollup:
        message = f"allow_misses has no meaning with the rollup {rollup}"
        fields.add_problem("bad-per", "allow_misses", message, "Add rollup: hits, or remove allow_misses.")
        return 0
    return allowed


def _read_due(fields: MappingReader, cadence: Cadence) -> str:
    """When a value is due after its period; "" if it is missing or invalid."""
    # An invalid cadence is reported on its own, and no due time fits it.
    return read_due_time(fields, "due", cadence if fields.data.get("cadence") == cadence else None)


def _read_leads_to(fields: MappingReader) -> str:
    text = fields.text("leads_to")
    seat, slash, metric = text.rpartition("/")
    if text and not (is_id(metric) and (is_id(seat) if slash else True)):
        hint = "Write the id of a metric of this seat (talks-booked) or of another (scout/talks-booked)."
        fields.add_problem("bad-id", "leads_to", f'leads_to "{text}" is not a metric', hint)
        return ""
    return text


def _read_rollup(fields: MappingReader, targets: Targets) -> Rollup:
    rollup = fields.choice("rollup", Rollup, Rollup.LAST, "bad-rollup")
    kind = targets.unit.kind if targets.dated else ValueKind.NUMBER
    no_sum = rollup is Rollup.SUM and kind in {ValueKind.PERCENT, ValueKind.TIME, ValueKind.YES_NO}
    if no_sum or (rollup is Rollup.MEAN and kind is ValueKind.YES_NO):
        hint = "Use hits (how many were on target), last, min or max."
        fields.add_problem("bad-rollup", "rollup", f'a metric of kind "{kind}" cannot use {rollup}', hint)
    return rollup


def _read_targets(fields: MappingReader, grain: Grain) -> Targets:
    value: Any = fields.data.get("target")
    if not isinstance(value, dict):
        target = _read_target(fields, "target")
        return Targets(((None, target),)) if target else _NO_TARGET
    below = MappingReader(value, fields.marks, fields.problems, (*fields.keys, "target"), "target")
    if not value:
        fields.add_problem("bad-target", "target", "target is empty", target_hint(""))
    dated = [(_read_target_start(below, name, grain), _read_target(below, name)) for name in value]
    return _require_one_unit(fields, sorted((begin, target) for begin, target in dated if begin and target))


def _read_target_start(fields: MappingReader, name: str, grain: Grain) -> Period | None:
    period = parse_period(name)
    if period is None:
        place = fields.marks.key_place(*fields.keys, name)
        hint = f"Write the {grain} from which the target applies: 2026-W30, 2026-07, 2026-07-20 …"
        fields.problems.append(Problem("bad-target", place, f'"{name}" is not a period', hint))
    return period


def _read_target(fields: MappingReader, key: str) -> Target | None:
    bare = fields.data.get(key)
    is_text = not isinstance(bare, (bool, int, Decimal))
    text = fields.text(key, required=True) if is_text else str(bare).lower()
    target = parse_target(text) if is_text else None
    if text and target is None:
        fields.add_problem("bad-target", key, f'target "{text}" is not a valid target', target_hint(text))
    return target


def _require_one_unit(fields: MappingReader, dated: list[tuple[Period, Target]]) -> Targets:
    units = {target.unit for _, target in dated}
    if len(units) > 1:
        hint = "A metric has values of one kind. Add a new metric for the other kind."
        fields.add_problem("bad-target", "target", "the dated targets are of different kinds", hint)
        return _NO_TARGET
    return Targets(tuple(dated))
