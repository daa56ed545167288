"""What changed since a moment, in the org's words: the difference that it makes, and the commits that made it."""

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
from orgtp.views.log import Wanted


def what_changed(
    here: OrgHandle,
    since: Annotated[str, "Day, week or month, from its first day on; or a commit, after it"],
    seat: Annotated[str, "Seat id: what is about it only"] = "",
    scores: Annotated[bool, "Commits of values too"] = False,
    limit: int = 100,
) -> Answer:
    """What changed, in one headline, in lists (total counts their items), and decision by decision (commits).

    Use it for what is new since a date or commit, up to at.
    """
    if seat:
        here.org.seat(seat)
    limit = clamp_limit(limit)
    _refuse_backward_span(here, since)
    revision, found = _diff_since(here, _find_base(since))
    found = _filter_by_seat(found, seat) if seat else found
    pages = here.history.log_pages(Wanted(seat), since=revision or None)
    told = (commit for commit in chain.from_iterable(pages) if scores or commit.action != "score")
    commits = list(islice(told, limit + 1))
    kept, total = _fit_lists(to_json_value(found), limit)
    shown = take_fitting([to_json_value(commit) for commit in commits[:limit]], ROOM // 3)
    more = sum(map(len, kept.values())) < total or len(shown) < len(commits)
    body = {
        "base": {"given": since, "revision": revision or None},
        "head": {"given": here.at, "revision": here.snapshot.commit},
        "headline": headline(found),
        **kept,
        "commits": shown,
        "total": total,
        **describe_truncation(truncated=more, narrow="Ask with seat, or a later since; at ends the stretch."),
    }
    return build_answer(here, "diff", body)


def _refuse_backward_span(here: OrgHandle, since: str) -> None:
    """Refuse a stretch that begins after its end: it would be told backwards."""
    span = parse_span(since)
    if span and span[0].start.replace(tzinfo=here.head.zone) > here.now:
        raise BadInput(what=f"since {since} is after {here.at or 'now'}, where the stretch ends")


def _find_base(since: str) -> str:
    """The moment before a span begins, so that what happened in it is told; a commit stands for itself."""
    span = parse_span(since)
    return span[0].previous().text if span else since


def _diff_since(here: OrgHandle, base: str) -> tuple[str, Diff]:
    """The commit to compare with, and what differs; where there was no org yet, all of it is new."""
    try:
        found = here.history.diff(base)
    except NoOrgYet:
        return "", diff(Org(), here.org)
    return found.base, found.diff


def _filter_by_seat(found: Diff, seat: str) -> Diff:
    """What of a difference is about one seat."""
    ours = {
        field.name: tuple(item for item in getattr(found, field.name) if seat in _list_item_seats(item))
        for field in fields(found)
    }
    return replace(found, **ours)


def _list_item_seats(item: Any) -> set[Any]:
    """The seats that an item of a difference names: whose it is, and between whom it went."""
    return {getattr(item, key, None) for key in ("seat", "before", "after")}


def _fit_lists(lists: dict[str, list[Any]], limit: int) -> tuple[dict[str, list[Any]], int]:
    """As much of each list as there is room for, and how many items there are in all.

    What a short list leaves of its share, longer ones have.
    """
    kept, room, left = {}, ROOM // 2, len(lists)
    for key in sorted(lists, key=lambda key: measure_size(lists[key])):
        kept[key] = take_fitting(lists[key][:limit], room // left)
        room, left = room - measure_size(kept[key]), left - 1
    return {key: kept[key] for key in lists}, sum(map(len, lists.values()))
