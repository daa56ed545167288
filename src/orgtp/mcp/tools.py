"""The list of all tools, each with its function and the schema of its answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from orgtp.mcp.answer import Answer
from orgtp.mcp.history_tools import what_changed
from orgtp.mcp.output_schema import (
    LIST,
    OBJECT,
    TEXT,
    Schema,
    answer_schema,
    answer_schema_of_keys,
    list_schema,
    object_schema,
    rows_schema,
    view_schema,
)
from orgtp.mcp.read_tools import (
    BRIEF,
    get_seat,
    list_seats,
    metric_history,
    org_chart,
    scorecard,
    seat_context,
    validate,
)
from orgtp.mcp.write_tools import add_score, mark_unavailable, propose_retirement, withdraw_score
from orgtp.model.cell import Cell
from orgtp.views.chart import ChartSeat, MetricNow
from orgtp.views.log import LogEntry
from orgtp.views.scorecard import ScoreRow
from orgtp.views.scores import ScoreLine
from orgtp.views.seat import SeatView

_METRICS = list_schema(view_schema(MetricNow))
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
    Tool(org_chart, "Org chart", rows_schema("seats", view_schema(ChartSeat, metrics=_METRICS))),
    Tool(
        get_seat,
        "One seat",
        answer_schema(seat=view_schema(ChartSeat, SeatView, without="place"), hands_to=LIST, history=LIST, scores=LIST),
    ),
    Tool(
        seat_context,
        "Context of a seat",
        answer_schema_of_keys("seat", "not_owned", "metrics", "trouble", "decisions", "left_out"),
    ),
    Tool(list_seats, "Find seats", rows_schema("seats", object_schema(*BRIEF))),
    Tool(
        scorecard,
        "Scorecard",
        rows_schema("rows", view_schema(ScoreRow, cells=list_schema(view_schema(Cell))), "partial", columns=LIST),
    ),
    Tool(
        metric_history,
        "One metric",
        rows_schema("scores", view_schema(ScoreLine), seat=TEXT, metric=view_schema(MetricNow)),
    ),
    Tool(
        what_changed,
        "What changed",
        rows_schema("commits", view_schema(LogEntry), base=OBJECT, head=OBJECT, headline=TEXT),
    ),
    Tool(
        validate,
        "Validate the org",
        rows_schema("problems", object_schema("rule", "severity", "path", "line", "message", "hint")),
    ),
    Tool(add_score, "Record a value", answer_schema_of_keys(*_RECORDED), writes=True),
    Tool(mark_unavailable, "Record an unavailable value", answer_schema_of_keys(*_RECORDED), writes=True),
    Tool(withdraw_score, "Withdraw a value", answer_schema_of_keys(*_RECORDED), writes=True),
    Tool(
        propose_retirement,
        "Propose a retirement",
        answer_schema_of_keys(*_CHANGED, "branch", "plan", "missing", "deciders"),
        writes=True,
    ),
)
