"""The list of all tools, each with its function and the schema of its answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from orgtp.mcp.answer import Answer
from orgtp.mcp.history_tools import what_changed
from orgtp.mcp.output_schema import (
    OBJECT,
    OBJECTS,
    TEXT,
    TEXTS,
    Schema,
    object_schema,
    rows_schema,
    view_schema,
)
from orgtp.mcp.query_tool import query
from orgtp.mcp.read_tools import (
    BRIEF,
    SHORT_ROW,
    get_seat,
    health,
    list_seats,
    metric_history,
    org_chart,
    scorecard,
    seat_context,
    validate,
)
from orgtp.mcp.write_tools import add_score, mark_unavailable, prepare_review, propose_retirement, todo, withdraw_score
from orgtp.views.chart import ChartSeat

_PAGED = "next_offset"
_LISTED = ("left_out", _PAGED)
_CHANGED = ("commit", "paths", "dry_run", "subject", "seat")
_RECORDED = (*_CHANGED, "outbox", "id", "warnings")


@dataclass(frozen=True)
class Tool:
    """A tool. `function` takes the org, then the acting seat if the tool `writes`, then the client's arguments.

    Tools that write are available only if the server allows it. No tool deletes anything or accesses other systems.
    """

    function: Callable[..., Answer]
    title: str
    output: Schema
    writes: bool = False

    @property
    def name(self) -> str:
        """The name of the tool: that of its function."""
        return self.function.__name__

    @cached_property
    def description(self) -> str:
        """The description for the model, on one line."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    @property
    def leading_arguments(self) -> int:
        """The number of leading arguments that do not come from the client."""
        return 2 if self.writes else 1


TOOLS = (
    Tool(org_chart, "Org chart", rows_schema("seats", view_schema(ChartSeat), *_LISTED)),
    Tool(get_seat, "One seat", object_schema(seat=OBJECT, hands_to=OBJECTS, history=OBJECTS, scores=OBJECTS)),
    Tool(seat_context, "Context of a seat", object_schema("seat", "metrics", "trouble", "left_out")),
    Tool(list_seats, "Find seats", rows_schema("seats", object_schema(*BRIEF), *_LISTED)),
    Tool(
        scorecard,
        "Scorecard",
        rows_schema("rows", object_schema(*SHORT_ROW), "partial", "detail", *_LISTED, columns=TEXTS),
    ),
    Tool(health, "Health", rows_schema("metrics", OBJECT, "expected_false", *_LISTED, seats=OBJECTS)),
    Tool(metric_history, "One metric", rows_schema("scores", OBJECT, _PAGED, metric=OBJECT)),
    Tool(what_changed, "What changed", rows_schema("commits", OBJECT, base=OBJECT, head=OBJECT, headline=TEXT)),
    Tool(query, "Query with SQL", rows_schema("table", OBJECT, columns=TEXTS)),
    Tool(validate, "Validate the org", rows_schema("problems", OBJECT, _PAGED)),
    Tool(add_score, "Record a value", object_schema(*_RECORDED), writes=True),
    Tool(mark_unavailable, "Record an unavailable value", object_schema(*_RECORDED), writes=True),
    Tool(withdraw_score, "Withdraw a value", object_schema(*_RECORDED), writes=True),
    Tool(todo, "Add or change a to-do", object_schema(*_CHANGED[:-1], "outbox", "warnings", todos=TEXTS), writes=True),
    Tool(prepare_review, "Prepare the weekly review", object_schema("week", "prepared_by", next=TEXTS), writes=True),
    Tool(
        propose_retirement,
        "Propose a retirement",
        object_schema(*_CHANGED, "branch", "plan", "missing", "deciders"),
        writes=True,
    ),
)
