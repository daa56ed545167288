"""The blocks of a briefing: what every format shows, in the same order and with the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.render.spans import CODE, NAME, SHORT_COMMIT, WORDS, Line, code_text, join_spans, user_text
from orgtp.render.terminal import to_local_time
from orgtp.render.wording.odds import format_share, shorten_limit
from orgtp.render.wording.values import format_value
from orgtp.views.briefing.types import (
    Briefing,
    ComingDate,
    LateNumber,
    Need,
    NeedKind,
    NewestCollect,
    OffNumber,
    SectionName,
    Unseen,
)
from orgtp.views.health.seats import describe_flag
from orgtp.views.health.types import HealthRow
from orgtp.views.variation.xmr import DetectionRule

_DAY = timedelta(days=1)
Listed: TypeAlias = LateNumber | OffNumber | HealthRow | ComingDate


class BlockKind(StrEnum):
    """What a block is: the first line, a paragraph, a heading, a name above its items, an item, or a line below one."""

    TITLE = "title"
    TEXT = "text"
    HEADING = "heading"
    GROUP = "group"
    ITEM = "item"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a briefing, and what it is."""

    kind: BlockKind
    line: Line


@dataclass(frozen=True, slots=True)
class BriefedOrg:
    """What a briefing says of its org: the name, the time zone, and the commit that it shows ("" without git)."""

    name: str
    zone: tzinfo
    commit: str
    is_dirty: bool = False


def list_briefing_blocks(view: Briefing, of: BriefedOrg) -> Iterator[Block]:
    """All blocks, in the fixed order of a briefing."""
    yield Block(BlockKind.TITLE, _format_title(view, of))
    yield Block(BlockKind.TEXT, _format_validity(view, of))
    if view.is_quiet:
        yield Block(BlockKind.TEXT, join_spans(_QUIET.format(name_day_before(view))))
    else:
        yield from _list_needs(view, of.zone)
        yield from _list_section(SectionName.LATE, "Late and unknown numbers", view.late, of.zone, view)
        since = f"Off target since {name_day_before(view)}"
        yield from _list_section(SectionName.OFF, since, view.off, of.zone, view)
        yield from _list_section(SectionName.FLAGS, "New flags", view.flags, of.zone, view)
        yield from _list_section(SectionName.DATES, "Dates of the week", view.dates, of.zone, view)
    yield from _list_unseen(view)


_QUIET = (
    "A quiet day: nothing needs you, no number is late or unknown, none is off target that was not before {}, "
    "there is no new flag, and the week has no dates."
)
_NOTHING = {
    SectionName.NEEDS: "nothing",
    SectionName.LATE: "none",
    SectionName.OFF: "none",
    SectionName.FLAGS: "none",
    SectionName.DATES: "none",
}


def _format_title(view: Briefing, of: BriefedOrg) -> Line:
    """The first line. If the numbers are old, it begins with that."""
    old = join_spans(describe_old(view.collect, of.zone), " ") if view.collect and view.collect.is_old else []
    about = join_spans(" for ", (view.for_name or "", NAME)) if view.for_ else []
    when = f", as of {format_time(view.at, of.zone)}"
    commit = join_spans(", commit ", code_text(of.commit[:SHORT_COMMIT])) if of.commit else []
    dirty = " with uncommitted changes" if of.is_dirty and of.commit else ""
    return join_spans(old, "Briefing of ", (of.name, NAME), about, when, commit, f"{dirty}.")


_SPANS = {
    "hourly": "hour",
    "daily": "day",
    "weekdays": "working day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
}


def describe_old(collect: NewestCollect, zone: tzinfo) -> str:
    """How old the numbers are, as the first words of a briefing."""
    if collect.at is None:
        return f"OLD NUMBERS: no {collect.cadence} value was ever collected."
    newest = format_time(collect.at, zone)
    return f"OLD NUMBERS: for a whole {_SPANS[collect.cadence]}, none was collected. The newest came on {newest}."


def _format_validity(view: Briefing, of: BriefedOrg) -> Line:
    until = to_local_time(view.valid_until, of.zone)
    if until.date() > view.day:
        return join_spans("It is valid until the end of the day.")
    return join_spans(f"It is valid until {until:%H:%M}, when something becomes due.")


def name_day_before(view: Briefing) -> str:
    """`yesterday`, or the weekday of the working day before."""
    before = view.before.date()
    return "yesterday" if view.day - before == _DAY else f"{before:%A}"


def _list_needs(view: Briefing, zone: tzinfo) -> Iterator[Block]:
    yield from _list_heading(SectionName.NEEDS, "What needs you today", view.needs)
    for one in view.needs or ():
        if not view.for_:
            yield Block(BlockKind.GROUP, [(one.seat_name, NAME)])
        for need in one.items:
            yield Block(BlockKind.ITEM, _format_need(need, zone))
            if need.type:
                yield Block(BlockKind.BELOW, code_text(need.type))


def _list_heading(name: SectionName, title: str, found: Sequence[object] | None) -> Iterator[Block]:
    """The heading of a section, which says so itself if there is nothing in it."""
    if found:
        yield Block(BlockKind.HEADING, join_spans(title))
    else:
        what = _NOTHING[name] if found is not None else "not known, because it could not be read in time"
        yield Block(BlockKind.HEADING, join_spans(f"{title}: {what}"))


def _list_section(
    name: SectionName,
    title: str,
    found: Sequence[Listed] | None,
    zone: tzinfo,
    view: Briefing,
) -> Iterator[Block]:
    yield from _list_heading(name, title, found)
    for one in found or ():
        yield Block(BlockKind.ITEM, _format_item(one, zone, view))


def _format_item(one: Listed, zone: tzinfo, view: Briefing) -> Line:
    if isinstance(one, LateNumber):
        return _format_late(one, zone)
    if isinstance(one, OffNumber):
        return _format_off(one)
    if isinstance(one, HealthRow):
        return format_flag(one)
    return _format_date(one, view)


def _format_need(need: Need, zone: tzinfo) -> Line:
    about = join_spans((need.seat_name, NAME), ": ")
    due = _format_due(need, zone)
    if need.kind is NeedKind.VALUE:
        return join_spans("Record a value today: ", (need.seat_name, NAME), ", ", user_text(need.what))
    if need.kind is NeedKind.TODO:
        return join_spans("To-do: ", user_text(need.what), due)
    return join_spans(about, user_text(need.what) if need.kind is NeedKind.ESCALATION else need.what, due)


def _format_due(need: Need, zone: tzinfo) -> str:
    if need.due is None:
        return ""
    when = format_time(need.due, zone) if isinstance(need.due, datetime) else _format_day(need.due)
    return f" (overdue since {when})" if need.overdue else f" (due {when})"


_STATES = {CellState.MISSING: "missing", CellState.UNAVAILABLE: "unavailable"}


def _format_late(one: LateNumber, zone: tzinfo) -> Line:
    run = f", {one.in_a_row} in a row" if one.in_a_row and one.in_a_row > 1 else ""
    since = f", late since {format_time(one.since, zone)}" if one.since else ""
    silenced = f", without alerts until {_format_day(one.silenced)}" if one.silenced else ""
    return join_spans(
        _format_metric(one.seat_name, one.name),
        f": {_STATES[one.state]} for {one.period}{since}{run}{silenced}: ",
        user_text(one.why),
    )


def _format_metric(seat_name: str, name: str) -> Line:
    return join_spans((seat_name, NAME), ", ", user_text(name))


def _format_off(one: OffNumber) -> Line:
    target = join_spans(", target ", (one.target, CODE)) if one.target else []
    run = f", {one.misses_in_a_row} misses in a row" if one.misses_in_a_row > 1 else ""
    value = (format_value(one.value, one.measure), CODE)
    return join_spans(_format_metric(one.seat_name, one.name), ": ", value, f" in {one.period}", target, run)


def format_flag(one: HealthRow) -> Line:
    """A flag: the rule, the limits, and the odds. The numbers are those of `health --json`, rounded as in its text."""
    odds = [*_list_odds(one)]
    about = _format_metric(one.facts.seat_name, one.facts.name)
    return join_spans(
        about, f": {_describe_rule(one)}{_format_limits(one)}. By chance: {'; '.join(odds) or 'not known'}"
    )


def _describe_rule(one: HealthRow) -> str:
    if one.rule is not DetectionRule.BINOMIAL:
        return describe_flag(one)
    more = "fewer" if one.is_drifting else "more"
    return f"{more} cells on target than in its baseline, since {one.since}"


def _format_limits(one: HealthRow) -> str:
    if one.mean is None or one.lower is None or one.upper is None:
        return ""
    mean, lower, upper = (shorten_limit(one, text) for text in (one.mean, one.lower, one.upper))
    return f" (mean {mean}, limits {lower} and {upper})"


def _list_odds(one: HealthRow) -> Iterator[str]:
    if one.odds.per_quarter is not None:
        yield f"a steady metric has a flag in {format_share(one.odds.per_quarter)} of quarters"
    if one.misses_in_a_row > 1 and one.odds.misses is not None:
        misses, odds = one.misses_in_a_row, format_share(one.odds.misses)
        yield f"with its own record, {odds} of quarters have {misses} misses in a row"


def _format_date(one: ComingDate, view: Briefing) -> Line:
    about = join_spans((one.seat_name or one.seat or "", NAME), ": ") if one.seat else []
    day = "Today" if one.on == view.day else _format_day(one.on)
    return join_spans(f"{day}: ", about, (one.what, WORDS), " (overdue)" if one.overdue else "")


def _list_unseen(view: Briefing) -> Iterator[Block]:
    title = "What could not be seen"
    if not view.unseen:
        yield Block(BlockKind.HEADING, join_spans(f"{title}: nothing, as far as orgtp can tell"))
        return
    yield Block(BlockKind.HEADING, join_spans(title))
    for one in view.unseen:
        yield Block(BlockKind.ITEM, _format_unseen(one))


def _format_unseen(one: Unseen) -> Line:
    return join_spans(user_text(one.what), join_spans(". See: ", code_text(one.type)) if one.type else [])


def format_time(time: datetime, zone: tzinfo) -> str:
    """A time in a time zone: `Mon 2026-11-30 07:45`."""
    return f"{to_local_time(time, zone):%a %Y-%m-%d %H:%M}"


def _format_day(day: date) -> str:
    return f"{day:%a %Y-%m-%d}"
