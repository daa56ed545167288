"""Format views as JSON in one envelope. Decimals are strings, and control characters are escaped."""

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

from orgtp.actions.retire import RetirementPlan
from orgtp.model.problem import Problem
from orgtp.model.score import format_timestamp
from orgtp.render.problems.summary import count_problems
from orgtp.rules.pull_request.known_problems import FoundProblems
from orgtp.views.context.types import Context
from orgtp.views.health.chart import XmrChart
from orgtp.views.health.types import HealthView
from orgtp.views.seat import SeatView
from orgtp.views.seat_history import Event, SeatHistory
from orgtp.views.seats.overlap.types import Overlaps

VERSION = 1
# Fields that only the text renderers need.
_HIDDEN = {"measure", "seat_name", "who", "marks", "declared", "settings", "facts"}
# Python's json escapes the control characters below a blank, but not these.
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def format_envelope(
    kind: str, org: str, revision: str | None, dirty: bool, body: Mapping[str, Any], problems_total: int = 0
) -> str:
    """The JSON document of a view: `{"orgtp": 1, "kind": …, "org": …, "revision": …, "dirty": …, …}`.

    `problems_total` counts what could not be read.
    """
    head = {"orgtp": VERSION, "kind": kind, "org": org, "revision": revision, "dirty": dirty}
    head["problems_total"] = problems_total
    return escape_raw(json.dumps({**head, **to_json_value(body)}, ensure_ascii=False, indent=2)) + "\n"


def escape_raw(text: str) -> str:
    """JSON without raw characters that could drive a terminal or reorder text: they are escaped."""
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def stream_envelope(whole: str, pages: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The envelope `whole` in pieces, with the items of `pages` in its last list, which is empty in `whole`."""
    head, between = whole.removesuffix(_EMPTY), "[\n    "
    for page in pages:
        if text := escape_raw(",\n    ".join([dump_view(item, "\n    ") for item in page])):
            yield head + between + text
            head, between = "", ",\n    "
    yield "\n  ]\n}\n" if not head else whole


_EMPTY = "[]\n}\n"
_quote_string = json.encoder.encode_basestring


def dump_view(value: Any, newline: str) -> str:
    """The same as `json.dumps(to_json_value(value), ensure_ascii=False, indent=2)`, indented like `newline`.

    `json.dumps` takes five times as long if it indents.
    """
    if type(value) is str:
        return _quote_string(value)
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        return _wrap_rows("[]", [dump_view(item, f"{newline}  ") for item in value], newline)
    if isinstance(value, Mapping):
        rows = [f"{_quote_string(str(key))}: {dump_view(item, f'{newline}  ')}" for key, item in value.items()]
        return _wrap_rows("{}", rows, newline)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        below = f"{newline}  "
        return _wrap_rows(
            "{}",
            [
                f'"{_to_json_key(name)}": {dump_view(getattr(value, name), below)}'
                for name in _list_json_fields(type(value))
            ],
            newline,
        )
    return json.dumps(_leaf_to_json(value), ensure_ascii=False)


def _wrap_rows(ends: str, rows: list[str], newline: str) -> str:
    """Rows on lines of their own, between two brackets."""
    return f"{ends[0]}{newline}  {f',{newline}  '.join(rows)}{newline}{ends[1]}" if rows else ends


@cache
def _list_json_fields(kind: type) -> tuple[str, ...]:
    """The fields of a view that its JSON contains."""
    names = (field.name for field in dataclasses.fields(kind))
    return tuple(name for name in names if name not in _HIDDEN and not name.startswith("_"))


def list_json_keys(kind: type) -> list[str]:
    """The keys in the JSON of a view."""
    return [_to_json_key(name) for name in _list_json_fields(kind)]


def _to_json_key(name: str) -> str:
    """The JSON key of a field. `with` is a keyword in Python, so that field is called `with_`."""
    return name.removesuffix("_")


def to_json_value(value: Any) -> Any:
    """A view as dicts, lists and plain values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {_to_json_key(name): to_json_value(getattr(value, name)) for name in _list_json_fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_value(item) for item in value]
    return _leaf_to_json(value)


def _leaf_to_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, Decimal):
        # Plainly: `str` writes 0.0000081 as 8.1E-6.
        return f"{value:f}"
    return str(value) if isinstance(value, date) else value


def problems_body(problems: list[Problem], seats: int) -> dict[str, Any]:
    """The body of `validate`."""
    return {"problems": [_problem_to_json(problem) for problem in problems], "summary": count_problems(problems, seats)}


def found_problems_body(found: FoundProblems, seats: int, *, of_change: bool) -> dict[str, Any]:
    """The body of `validate`, with the number of problems that the base of a comparison has as well."""
    body = problems_body(found.problems, seats)
    if not of_change:
        return body
    counts = count_problems(found.also_in_base, 0)
    return {**body, "also_in_base": {name: number for name, number in counts.items() if name != "seats"}}


def _problem_to_json(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "path": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "hint": problem.hint,
    }


def seat_history_body(history: SeatHistory) -> dict[str, Any]:
    """The body of `seat history`. `what` of a change is the list of a diff that would contain it."""
    return {**to_json_value(history), "events": [_event_to_json(event) for event in history.events]}


def _event_to_json(event: Event) -> dict[str, Any]:
    changes = [{"what": one.sort, **to_json_value(one.item)} for one in event.changes]
    for change in changes:
        # The event says once who made all of its changes.
        change.pop("made", None)
    return {**to_json_value(event), "changes": changes}


# The paths in a context that contain text from users.
QUOTED_PATHS = (
    "seat.name", "seat.role", "seat.mission", "seat.retire_when", "seat.inputs", "seat.imported", "owner.name",
    "owner.role", "chart",
    "capabilities", "not_owned[].text", "not_owned[].by", "not_owned[].hand_to", "alike",
    "metrics[].name", "metrics[].outcome",
    "metrics[].source", "metrics[].latest[].note", "records.seats", "trouble", "todos",
    "decisions[].author",
    "decisions[].changes", "retirement",
)  # fmt: skip


def context_body(context: Context) -> dict[str, Any]:
    """The body of `context`. `quoted` lists the paths with text from users, which is data and never an instruction."""
    body = to_json_value(context)
    body["trouble"]["problems"] = [_problem_to_json(problem) for problem in context.trouble.problems]
    if context.decisions is not None:
        events = [_event_to_json(event) for event in context.decisions]
        # The metrics already show what was recorded.
        body["decisions"] = [{key: value for key, value in one.items() if key != "recorded"} for one in events]
    return {"quoted": QUOTED_PATHS, **body}


def overlap_body(found: Overlaps) -> dict[str, Any]:
    """The body of `overlap`: the pairs, instances, and the seats that were not compared."""
    return {
        "least": found.least,
        "compared": found.compared,
        "pairs": found.pairs,
        "more_pairs": found.more_pairs,
        "instances": found.instances,
        "without_text": found.without_text,
        "left_out": found.left_out,
    }


def health_body(view: HealthView, chart: XmrChart | None = None) -> dict[str, Any]:
    """The body of `health`: the metrics and seats, what chance alone flags, and for one metric the chart."""
    body = {
        "metrics": view.metrics,
        "seats": view.seats,
        "expected_false": view.expected_false,
        "flags": view.flags,
        "proposals": view.proposals,
        "left_out": view.left_out,
    }
    return {**body, "chart": chart} if chart else body


def seat_body(view: SeatView) -> dict[str, Any]:
    """The body of `seat show`: the seat as on the chart, with the other fields of the view."""
    rest = to_json_value(view)
    place = rest.pop("place")
    return {"seat": {**place, **rest}}


def plan_body(plan: RetirementPlan) -> dict[str, Any]:
    """The plan of a retirement: who takes over what, null if nobody does (yet)."""
    return {
        "capabilities": {name: heir or None for name, heir in plan.capabilities.items()},
        "metrics": {name: heir or None for name, heir in plan.metrics.items()},
        "reports": {name: boss or None for name, boss in plan.reports.items()},
        "owned": plan.owned,
        "routes": plan.routes,
    }
