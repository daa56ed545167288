"""The health of a seat, from that of its metrics, and the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orgtp.model.cell import CellState
from orgtp.model.text import count_noun
from orgtp.views.health.types import HealthRow, SeatHealth
from orgtp.views.variation.judge import Assurance, Method, Variation
from orgtp.views.variation.xmr import BASELINE, DetectionRule, Side

_MOST_NAMED = 3


def judge_seat(rows: Sequence[HealthRow]) -> tuple[SeatHealth, str]:
    """The health of a seat with these metrics, and why.

    It is `drifting` with a change for the worse, `silent` if nothing is known of late about any of its metrics, `watch`
    with a miss, a blank or a target that its limits never reach, and `unknown` while each metric has too few values.
    """
    drifting = [one for one in rows if one.is_drifting]
    if drifting:
        return SeatHealth.DRIFTING, _join(drifting, describe_flag)
    silent = [one for one in rows if one.is_silent]
    if silent and len(silent) == len([one for one in rows if one.facts.state is not CellState.NONE]):
        return SeatHealth.SILENT, _join(silent, _describe_silence)
    watched = [one for one in rows if one.is_blank or one.misses_in_a_row or one.assurance is Assurance.FAILS]
    if watched:
        return SeatHealth.WATCH, _join(watched, _describe_watched)
    if all(one.variation is Variation.TRIAL for one in rows):
        return SeatHealth.UNKNOWN, _join(rows, _describe_trial)
    return SeatHealth.HEALTHY, "nothing changes, and the newest values are on target"


def _join(rows: Sequence[HealthRow], describe: Callable[[HealthRow], str]) -> str:
    """What is to say about each metric, with its name."""
    parts = [f"{one.facts.name}: {describe(one)}" for one in rows[:_MOST_NAMED]]
    more = len(rows) - len(parts)
    return "; ".join([*parts, *([f"{count_noun(more, 'more metric')}"] if more else [])])


def describe_flag(one: HealthRow) -> str:
    """What stands out and since when: `eight or more in a row below the mean, since 2026-W44`."""
    low = one.facts.signal_side is Side.LOW
    words = {
        DetectionRule.BEYOND_LIMIT: f"{'below the lower' if low else 'above the upper'} limit",
        DetectionRule.THREE_OF_FOUR: f"three of four far {'below' if low else 'above'} the mean",
        DetectionRule.RUN_OF_EIGHT: f"eight or more in a row {'below' if low else 'above'} the mean",
        DetectionRule.BINOMIAL: _describe_hits(one),
    }
    return f"{words[one.rule]}, since {one.since}" if one.rule else ""


def _describe_hits(one: HealthRow) -> str:
    """`9 of the newest 20 missed, 3 of 84 in the baseline`."""
    now, then = one.facts.hits_now, one.facts.hits_then
    if now is None or then is None:
        return ""
    return f"{now.misses} of the newest {now.total} missed, {then.misses} of {then.total} in the baseline"


def _describe_silence(one: HealthRow) -> str:
    return one.facts.silence.text


def _describe_blank(one: HealthRow) -> str:
    return f"{one.facts.state} in {one.facts.period}"


def _describe_watched(one: HealthRow) -> str:
    if one.is_blank:
        return _describe_blank(one)
    if one.misses_in_a_row:
        return describe_misses(one)
    return describe_fails(one)


def describe_misses(one: HealthRow) -> str:
    """`missed its target in the newest cell`, or `3 misses in a row`."""
    if one.misses_in_a_row == 1:
        return "missed its target in the newest cell"
    return f"{one.misses_in_a_row} misses in a row"


def describe_fails(one: HealthRow) -> str:
    """Say that a metric cannot meet its target as it is."""
    reach = "its limits do not reach" if one.facts.method is not Method.HITS else "it almost never meets"
    return f"{reach} {one.facts.target or 'its target'}, so its inputs have to change"


def _describe_trial(one: HealthRow) -> str:
    return f"{one.phase.n} of {BASELINE} values"
