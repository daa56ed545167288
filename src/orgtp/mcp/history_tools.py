"""The tool that shows what changed since a date or commit: the differences, and the commits."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import chain, islice
from typing import Annotated, Any

from orgtp.api import NoOrgYet, OrgHandle
from orgtp.mcp.answer import ROOM, Answer, build_answer, clamp_limit, describe_truncation, measure_size, take_fitting
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.render.json import to_json_value
from orgtp.views.diff.build import Diff, diff, headline
from orgtp.views.log import LogFilter


def what_changed(
    handle: OrgHandle,
    since: Annotated[str, "Day, week or month (from its first day), or a commit (after it)"],
    seat: Annotated[str, "Seat id: only changes to it"] = "",
    scores: Annotated[bool, "Include commits that record values"] = False,
    limit: int = 100,
) -> Answer:
    """What changed: a headline, lists of differences (total counts their items), and the commits.

    Use it to find out what is new since a date or commit, up to at.
    """
    if seat:
        handle.org.seat(seat)
    limit = clamp_limit(limit)
    _refuse_backward_span(handle, since)
    revision, found = _diff_since(handle, _find_base(since))
    found = _filter_by_seat(found, seat) if seat else found
    pages = handle.history.log_pages(LogFilter(seat), since=revision or None)
    wanted = (commit for commit in chain.from_iterable(pages) if scores or commit.action != "score")
    commits = list(islice(wanted, limit + 1))
    lists, total = _fit_lists(to_json_value(found), limit)
    shown = take_fitting([to_json_value(commit) for commit in commits[:limit]], ROOM // 3)
    more = sum(map(len, lists.values())) < total or len(shown) < len(commits)
    body = {
        "base": {"given": since, "revision": revision or None},
        "head": {"given": handle.at, "revision": handle.snapshot.commit},
        "headline": headline(found),
        **lists,
        "commits": shown,
        "total": total,
        **describe_truncation(truncated=more, narrow="Ask with seat, a later since or an earlier at."),
    }
    return build_answer(handle, "diff", body)


def _refuse_backward_span(handle: OrgHandle, since: str) -> None:
    """Refuse a `since` that is after the end of the range."""
    span = parse_span(since)
    if span and span[0].start.replace(tzinfo=handle.head.zone) > handle.now:
        raise BadInput(what=f"since {since} is after {handle.at or 'now'}, the end of the range")


def _find_base(since: str) -> str:
    """The period before a span, so that the whole span is included; a commit is returned unchanged."""
    span = parse_span(since)
    return span[0].previous().text if span else since


def _diff_since(handle: OrgHandle, base: str) -> tuple[str, Diff]:
    """The base commit and the differences from it. If there was no org yet, everything is new."""
    try:
        found = handle.history.diff(base)
    except NoOrgYet:
        return "", diff(Org(), handle.org)
    return found.base, found.diff


def _filter_by_seat(found: Diff, seat: str) -> Diff:
    """The part of a difference that is about one seat."""
    filtered = {
        field.name: tuple(item for item in getattr(found, field.name) if seat in _list_item_seats(item))
        for field in fields(found)
    }
    return replace(found, **filtered)


def _list_item_seats(item: Any) -> set[Any]:
    """The seats that an item of a difference names."""
    return {getattr(item, key, None) for key in ("seat", "before", "after")}


def _fit_lists(lists: dict[str, list[Any]], limit: int) -> tuple[dict[str, list[Any]], int]:
    """Cut each list to its share of the room, and return the lists and the total number of items.

    Room that short lists leave unused goes to longer ones.
    """
    fitting, room, left = {}, ROOM // 2, len(lists)
    for key in sorted(lists, key=lambda key: measure_size(lists[key])):
        fitting[key] = take_fitting(lists[key][:limit], room // left)
        room, left = room - measure_size(fitting[key]), left - 1
    return {key: fitting[key] for key in lists}, sum(map(len, lists.values()))
