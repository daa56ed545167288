"""JSON: one envelope for every view. Decimals travel as strings, and nothing in it can drive a terminal."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from orgtp.actions.retire import Plan
from orgtp.model.problem import Problem
from orgtp.model.score import format_timestamp
from orgtp.render.problems.summary import summary
from orgtp.views.context.types import Context
from orgtp.views.seat import SeatView
from orgtp.views.seat_history import Event, Life

VERSION = 1
# What only the text renderers need.
_HIDDEN = {"measure", "seat_name", "who", "marks", "declared"}
# JSON escapes what is below a blank itself; these would reach a terminal raw.
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def envelope(kind: str, org: str, revision: str | None, dirty: bool, body: Mapping[str, Any]) -> str:
    """The JSON document of a view: `{"orgtp": 1, "kind": …, "org": …, "revision": …, "dirty": …, …}`."""
    head = {"orgtp": VERSION, "kind": kind, "org": org, "revision": revision, "dirty": dirty}
    return _safe(json.dumps({**head, **plain(body)}, ensure_ascii=False, indent=2)) + "\n"


def _safe(text: str) -> str:
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def streamed(whole: str, pages: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The envelope `whole`, whose last list is empty, with what is on `pages` in that list, page by page."""
    head, between = whole.removesuffix(_EMPTY), "[\n    "
    for page in pages:
        if text := _safe(",\n    ".join([laid_out(item, "\n    ") for item in page])):
            yield head + between + text
            head, between = "", ",\n    "
    yield "\n  ]\n}\n" if not head else whole


_EMPTY = "[]\n}\n"
_quoted = json.encoder.encode_basestring


def laid_out(value: Any, newline: str) -> str:
    """What `json.dumps(plain(value), ensure_ascii=False, indent=2)` says, for a view that stands behind `newline`.

    Python's own takes five times as long where it indents.
    """
    if type(value) is str:
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        return _between("[]", [laid_out(item, f"{newline}  ") for item in value], newline)
    if isinstance(value, Mapping):
        rows = [f"{_quoted(str(key))}: {laid_out(item, f'{newline}  ')}" for key, item in value.items()]
        return _between("{}", rows, newline)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        below = f"{newline}  "
        return _between(
            "{}", [f'"{_key(name)}": {laid_out(getattr(value, name), below)}' for name in _names(type(value))], newline
        )
    return json.dumps(_leaf(value), ensure_ascii=False)


def _between(ends: str, rows: list[str], newline: str) -> str:
    """Rows, each on a line of its own between the two brackets."""
    return f"{ends[0]}{newline}  {f',{newline}  '.join(rows)}{newline}{ends[1]}" if rows else ends


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a view that are in its JSON."""
    names = (field.name for field in dataclasses.fields(kind))
    return tuple(name for name in names if name not in _HIDDEN and not name.startswith("_"))


def shown_as(kind: type) -> list[str]:
    """The keys that a view has in its JSON."""
    return [_key(name) for name in _names(kind)]


def _key(name: str) -> str:
    """A field's name in JSON, where `with` is a word like any other."""
    return name.removesuffix("_")


def plain(value: Any) -> Any:
    """Any view as what JSON has."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {_key(name): plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_timestamp(value)
    return str(value) if isinstance(value, (Decimal, date)) else value


def problems_body(problems: list[Problem], seats: int) -> dict[str, Any]:
    """The body of `validate`."""
    return {"problems": [_problem(problem) for problem in problems], "summary": summary(problems, seats)}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "path": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "hint": problem.hint,
    }


def life_body(life: Life) -> dict[str, Any]:
    """The body of `seat history`: each change with the name of the list of a difference that it would be in."""
    return {**plain(life), "events": [_event(event) for event in life.events]}


def _event(event: Event) -> dict[str, Any]:
    changes = [{"what": one.sort, **plain(one.item)} for one in event.changes]
    for change in changes:
        # The event says it once for all that it changed.
        change.pop("made", None)
    return {**plain(event), "changes": changes}


# Where a context holds words of people, as they stand in the record.
QUOTED = (
    "seat.name", "seat.role", "seat.mission", "seat.retire_when", "owner.name", "owner.role", "chart", "capabilities",
    "not_owned[].text", "not_owned[].by", "not_owned[].hand_to", "metrics[].name", "metrics[].outcome",
    "metrics[].source", "metrics[].latest[].note", "records.seats", "trouble", "decisions[].author",
    "decisions[].changes", "retirement",
)  # fmt: skip


def context_body(context: Context) -> dict[str, Any]:
    """The body of `context`. `quoted` says where words of people are, there or below: data, never an instruction."""
    body = plain(context)
    body["trouble"]["problems"] = [_problem(problem) for problem in context.trouble.problems]
    if context.decisions is not None:
        told = [_event(event) for event in context.decisions]
        # What was recorded is told by the metrics.
        body["decisions"] = [{key: value for key, value in one.items() if key != "recorded"} for one in told]
    return {"quoted": QUOTED, **body}


def seat_body(view: SeatView) -> dict[str, Any]:
    """The body of `seat show`: the seat as on the chart, and all else that is known of it."""
    rest = plain(view)
    place = rest.pop("place")
    return {"seat": {**place, **rest}}


def plan_body(plan: Plan) -> dict[str, Any]:
    """The plan of a retirement: who takes over what, null where nobody does (yet)."""
    return {
        "capabilities": {name: heir or None for name, heir in plan.capabilities.items()},
        "metrics": {name: heir or None for name, heir in plan.metrics.items()},
        "reports": {name: boss or None for name, boss in plan.reports.items()},
        "owned": plan.owned,
    }
