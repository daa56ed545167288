"""Each view that lists something as one CSV table. The columns of a table are documented in docs/csv.md, and stay.

A table is made from the JSON of its view, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from orgtp.render.tables.csv import csv_lines

# The list of each view in its JSON, and the columns of its table: keys of an item. A dot leads to a key of a group.
TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "chart": (
        "seats",
        (
            "seat", "name", "role", "kind", "status", "owner", "human_owner", "reports_to", "depth", "span",
            "capabilities", "metrics", "stale",
        ),
    ),
    "seats": (
        "seats",
        (
            "seat", "name", "role", "kind", "status", "owner", "human_owner", "reports_to", "depth", "span",
            "capabilities", "metrics", "stale",
        ),
    ),
    "stale": (
        "stale",
        (
            "seat", "metric", "name", "owner", "human_owner", "period", "due", "since", "in_a_row", "state", "source",
            "why", "silenced",
        ),
    ),
    "health": (
        "metrics",
        (
            "seat", "metric", "variation", "assurance", "rule", "since", "phase.from", "phase.to", "phase.n", "mean",
            "lower", "upper", "misses_in_a_row", "odds.per_quarter", "odds.misses",
        ),
    ),
    "overlap": ("pairs", ("likeness", "seats", "words")),
    "why": (
        "evidence",
        (
            "at", "when", "kind", "seat", "metric", "period", "what", "key", "before", "after", "commit", "by",
            "by_claimed",
        ),
    ),
    "scores": (
        "scores",
        ("seat", "metric", "period", "value", "state", "at", "by", "note", "id", "counts", "corrected", "void", "n"),
    ),
    "escalations": (
        "escalations",
        (
            "id", "what", "why", "seat", "metric", "metric_name", "kind", "severity", "state", "with",
            "with_name", "due", "overdue", "next", "silenced", "opened_at", "by",
        ),
    ),
    "log": (
        "commits",
        (
            "commit", "at", "action", "seats", "by", "by_claimed", "approved_by", "approved_by_claimed", "author",
            "what", "paths", "acted_for",
        ),
    ),
    "seat-blame": ("fields", ("key", "value", "commit", "at", "by", "author", "action", "committed", "by_claimed")),
    "sources": ("sources", ("source", "kind", "metrics", "wrong", "near")),
    "org": ("settings", ("key", "value", "is_default")),
    "validate": ("problems", ("rule", "severity", "path", "line", "column", "message", "hint")),
    "rules": ("rules", ("rule", "severity", "topic", "title")),
}  # fmt: skip
SCORECARD = (
    "seat", "owner", "human_owner", "metric", "name", "outcome", "target", "unit", "latest", "state", "misses_in_a_row",
    "on_target", "known", "stale_since",
)  # fmt: skip
# A diff and a seat's history: one row for each difference.
CHANGE = ("seat", "name", "metric", "key", "before", "after")
DIFF = ("what", *CHANGE, "commit", "at", "by")
HISTORY = ("commit", "at", "action", "by", "author", "what", *CHANGE, "records", "on_target", "known")
FACTS = ("key", "value")
_KEYS = ("key", "rule", "period", "capability", "escalation", "id", "since")


def table_lines(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of a view, from its JSON body. A view of one thing has a row for each fact."""
    if kind in TABLES:
        name, _ = TABLES[kind]
        return list_lines(kind, [body[name]])
    if kind == "scorecard":
        return _scorecard_lines(body)
    if kind == "diff":
        return csv_lines(DIFF, _diff_rows(body))
    if kind == "seat-history":
        return csv_lines(HISTORY, _history_rows(body))
    return csv_lines(FACTS, _flatten_facts("", body))


def list_lines(kind: str, pages: Iterable[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the lines of the table of a list whose items come in pages."""
    _, columns = TABLES[kind]
    return csv_lines(columns, ([_to_cell(_get_value(item, key)) for key in columns] for page in pages for item in page))


def _get_value(item: Mapping[str, Any], column: str) -> Any:
    """The value of a column: that of a key, or of a key of a group, `phase.from`."""
    group, dot, key = column.partition(".")
    return item[group][key] if dot else item.get(column)


def _to_cell(value: Any) -> object:
    """A value as one cell: a group is its keys, and a list of groups the first text of each, with a seat before it."""
    if isinstance(value, Mapping):
        return list(value)
    if isinstance(value, list):
        return [_name_item(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _name_item(item: Mapping[str, Any]) -> str:
    metric = item.get("metric")
    if metric and item.get("seat"):
        return f"{item['seat']}/{metric}"
    return str(metric or next(iter(item.values()), ""))


def _scorecard_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """Each period has two columns: the value as stored, and its state."""
    periods: list[str] = body["columns"]
    header = [*SCORECARD, *(name for period in periods for name in (period, f"{period} state"))]
    return csv_lines(
        header,
        (
            [
                *(_to_cell(row.get(key)) for key in SCORECARD),
                *(text for cell in row["cells"] for text in (cell["value"], cell["state"])),
            ]
            for row in body["rows"]
        ),
    )


def _diff_rows(body: Mapping[str, Any]) -> Iterator[list[object]]:
    for what, items in body.items():
        for item in items if isinstance(items, list) else ():
            facts = item if isinstance(item, Mapping) else {"key": item}
            made = facts.get("made") or {}
            yield [what, *_describe_change(facts), made.get("commit"), made.get("at"), made.get("by")]


def _history_rows(body: Mapping[str, Any]) -> Iterator[list[object]]:
    blank = [None] * (1 + len(CHANGE))
    for event in body["events"]:
        head = [event.get(key) for key in HISTORY[:5]]
        for change in event["changes"]:
            yield [*head, change["what"], *_describe_change(change), None, None, None]
        for one in event["recorded"]:
            if one["metric"]:
                named = ["recorded", body["seat"], body["name"], one["metric"], None, None, None]
                yield [*head, *named, one["records"], one["on_target"], one["known"]]
        if not event["changes"] and not event["recorded"]:
            yield [*head, *blank, None, None, None]


def _describe_change(item: Mapping[str, Any]) -> list[object]:
    """The cells of a difference: its seat, metric and key, and what it was before and is after."""
    key = next((item[name] for name in _KEYS if item.get(name) is not None), None)
    before, after = (_describe_side(item.get(side)) for side in ("before", "after"))
    if after is None and "value" in item:
        after = _to_cell(item["value"])
    return [item.get("seat"), item.get("name"), item.get("metric"), key, before, after]


def _describe_side(side: Any) -> object:
    if isinstance(side, Mapping):
        return ", ".join(f"{key} {value}" for key, value in side.items() if value is not None)
    return _to_cell(side)


def _flatten_facts(above: str, value: Any) -> Iterator[list[object]]:
    """One row for each fact: its path in the JSON, such as `seat.metrics[0].name`, and its value."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _flatten_facts(f"{above}.{key}" if above else str(key), below)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _flatten_facts(f"{above}[{number}]", below)
    else:
        yield [above, value]
