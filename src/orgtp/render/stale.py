"""What is stale, a line each: what, whose it is, for how long, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from rich.text import Text

from orgtp.model.seat import Seat
from orgtp.model.text import count_noun
from orgtp.render.terminal import STYLES, Screen, joined, say, table, text_of, width_of, wrapped
from orgtp.views.stale import Stale

_GAP = 2


def stale_text(found: Sequence[Stale], now: datetime, screen: Screen) -> str:
    """The lines, what is stale for longest first; on a narrow screen a metric takes several."""
    lines = table([_cells(one, now) for one in found], Screen())
    if any(width_of(line) > screen.width for line in lines):
        lines = [line for one in found for line in _narrow(one, now, screen)]
    return text_of(lines, screen)


def fresh_text(seat: Seat | None) -> str:
    """What is said where nothing is stale; `seat` is the one that was asked for."""
    if seat and not seat.is_active:
        return f"nothing is stale: {seat.id} is {seat.status}, and nobody is chased for its values\n"
    if seat and not seat.metrics:
        return f"nothing is stale: {seat.id} has no metrics\n"
    return "nothing is stale: no value is late\n"


def lasting(time: timedelta) -> str:
    """`45 minutes`, `5 hours`, `18 days`: whole ones, of the largest kind of which there are two."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 2 * _HOUR:
        return count_noun(minutes, "minute")
    return count_noun(minutes // _HOUR, "hour") if minutes < 2 * _DAY else count_noun(minutes // _DAY, "day")


_HOUR, _DAY = 60, 24 * 60


def _cells(one: Stale, now: datetime) -> list[Text]:
    return [say(one.seat_name, "bold"), say(one.name), _owner(one), _since(one, now), _period(one), _why(one)]


def _narrow(one: Stale, now: datetime, screen: Screen) -> Iterator[Text]:
    yield from wrapped(joined(say(one.seat_name, "bold"), ": ", say(one.name)), screen.width)
    facts = Text("  ").join([_owner(one), _since(one, now), _period(one)])
    for line in [*wrapped(facts, screen.width - _GAP), *wrapped(_why(one), screen.width - _GAP)]:
        yield joined(" " * _GAP, line)


def _owner(one: Stale) -> Text:
    return joined(("owner ", "dim"), say(one.human_owner or one.owner or "nobody"))


def _since(one: Stale, now: datetime) -> Text:
    return Text(f"stale for {lasting(now.astimezone(UTC) - one.since)}")


def _period(one: Stale) -> Text:
    return Text(one.period + (f", {one.in_a_row} in a row" if one.in_a_row > 1 else ""), style="dim")


def _why(one: Stale) -> Text:
    why = say(one.why, STYLES[one.state])
    return joined(why, (f" (silenced until {one.silenced})", "dim")) if one.silenced else why
