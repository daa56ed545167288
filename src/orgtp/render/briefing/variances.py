"""The variances since the last review as text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.model.value import write_number
from orgtp.render.briefing.blocks import Block, BlockKind, BriefedOrg, format_flag, format_time
from orgtp.render.briefing.formats import blocks_to_html, blocks_to_markdown, blocks_to_text
from orgtp.render.spans import NAME, SHORT_COMMIT, Line, code_text, join_spans
from orgtp.render.terminal import Screen
from orgtp.render.wording.values import format_value
from orgtp.views.briefing.variances import Variance, VarianceItem, VarianceView


def variances_text(view: VarianceView, of: BriefedOrg, now: datetime, screen: Screen) -> str:
    """The variances for a terminal."""
    return blocks_to_text(_list_blocks(view, of, now), screen)


def variances_markdown(view: VarianceView, of: BriefedOrg, now: datetime) -> str:
    """The variances in Markdown."""
    return blocks_to_markdown(_list_blocks(view, of, now))


def variances_html(view: VarianceView, of: BriefedOrg, now: datetime) -> str:
    """The variances as a page of HTML."""
    return blocks_to_html([*_list_blocks(view, of, now)])


def _list_blocks(view: VarianceView, of: BriefedOrg, now: datetime) -> Iterator[Block]:
    commit = join_spans(", commit ", code_text(of.commit[:SHORT_COMMIT])) if of.commit else []
    when = format_time(now, of.zone)
    yield Block(BlockKind.TITLE, join_spans("Variances of ", (of.name, NAME), f", as of {when}", commit, "."))
    yield Block(BlockKind.TEXT, join_spans(_describe_since(view, of)))
    yield Block(BlockKind.TEXT, join_spans(_describe_chance(view)))
    for item in view.items:
        if item.source:
            yield Block(BlockKind.ITEM, _format_source(item))
            for one in item.variances:
                yield Block(BlockKind.BELOW, _format_variance(one))
        else:
            yield Block(BlockKind.ITEM, _format_variance(item.variances[0]))


def _describe_since(view: VarianceView, of: BriefedOrg) -> str:
    if view.since is None:
        return "No review is recorded, so every variance is new."
    news = "New" if view.items else "Nothing is new"
    return f"{news} since the review of {view.week}, which ended on {format_time(view.since, of.zone)}."


def _describe_chance(view: VarianceView) -> str:
    if not view.counted:
        return "No metric has enough values yet, so nothing can be told from chance."
    metrics = "1 metric" if view.counted == 1 else f"{view.counted} metrics"
    number = write_number(view.expected_by_chance)
    return f"By chance alone, about {number} flags were to be expected of {metrics} in that time, on either side."


def _format_source(item: VarianceItem) -> Line:
    what = f", the source of {item.of} metrics: these {len(item.variances)} moved together, so look at the source first"
    return join_spans("The source ", code_text(item.source), what)


def _format_variance(one: Variance) -> Line:
    value = format_value(one.value, one.row.facts.measure)
    away = f", {write_number(one.distance)} moving ranges from the mean" if one.distance is not None else ""
    return join_spans(format_flag(one.row), f". Newest: {value} in {one.period}{away}")
