"""Show the evidence of `orgtp why`, grouped by whether it came before or after the change began."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import tzinfo

from orgtp.model.text import count_noun
from orgtp.render.spans import SHORT_COMMIT, Line, format_seat, join_spans
from orgtp.render.terminal import Screen, render_lines, safe_text, wrap_hanging, wrap_line
from orgtp.views.why.types import ChangeStart, Evidence, StartRule, When, Why


def why_text(why: Why, zone: tzinfo, screen: Screen) -> str:
    """The change, the evidence of each group newest first, and what could not be seen."""
    return render_lines(_format_lines(why, zone, screen), screen)


def _format_lines(why: Why, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    metric = f", {why.metric}" if why.metric else ""
    yield from wrap_line(join_spans(format_seat(why.seat, why.name), safe_text(metric)), screen.width)
    yield from wrap_line(safe_text(_describe_start(why)), screen.width)
    yield from wrap_line([(_describe_meaning(why), "dim")], screen.width)
    for when, title in _list_groups(why.start):
        items = [one for one in why.evidence if one.when is when]
        if items or when is not When.WITHIN:
            yield []
            yield from wrap_line([(title, "bold")], screen.width)
            yield from _format_group(items, zone, screen)
    yield []
    yield [("What could not be seen", "bold")]
    for one in why.unseen:
        yield from wrap_hanging(join_spans("- ", safe_text(one.what)), 0, screen)
        if one.command:
            yield from wrap_hanging(safe_text(one.command, "dim"), 2, screen)


def _describe_start(why: Why) -> str:
    start = why.start
    if start is None:
        command = shlex.join(["orgtp", "why", why.seat, *([why.metric] if why.metric else [])])
        name = f"{why.metric} is not" if why.metric else "No metric is"
        return f"{name} off target or drifting, so no change is known. To name one: {command} --since PERIOD"
    name = f"{start.metric_name} ({start.metric})" if start.metric else "The change"
    row = f" ({start.misses_in_a_row} in a row)" if start.misses_in_a_row > 1 else ""
    off = f"off target since {start.off_since}{row}" if start.off_since else ""
    given = f"the change began in {start.period}, as --since says" if start.rule is StartRule.GIVEN else ""
    drifting = f"drifting since {start.flagged_since}, according to orgtp health" if start.flagged_since else ""
    # What came first is said first.
    facts = [given, drifting, off] if start.rule is StartRule.HEALTH else [given, off, drifting]
    return f"{name}: {'; '.join(fact for fact in facts if fact)}"


def _describe_meaning(why: Why) -> str:
    return f"{count_noun(len(why.evidence), 'piece')} of evidence since {why.since}. These are candidates, not causes."


def _list_groups(start: ChangeStart | None) -> Iterator[tuple[When | None, str]]:
    if start is None:
        yield None, "What changed"
        return
    yield When.AFTER, f"After the change began (after {start.period})"
    yield When.WITHIN, f"In {start.period}, in which the change began: before or after, the record cannot tell"
    yield When.BEFORE, f"Before the change began (before {start.period})"


def _format_group(items: list[Evidence], zone: tzinfo, screen: Screen) -> Iterator[Line]:
    if not items:
        yield [("  nothing on record", "dim")]
    for one in items:
        when = one.at.astimezone(zone).isoformat(" ", "minutes")[:16]
        who = one.who or one.by or ""
        commit = one.commit[:SHORT_COMMIT] if one.commit else "no commit"
        facts = join_spans((when, "bold"), f"  {one.kind}  ", safe_text(who), "  " if who else "", (commit, "dim"))
        yield from wrap_hanging(facts, 2, screen)
        yield from wrap_hanging(safe_text(one.what), 4, screen)
