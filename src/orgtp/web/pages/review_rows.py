"""What the pages of a review have in common: the tags of a row, its number, and who somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.records.review import ReviewDecision, ReviewState
from orgtp.render.figures import format_target
from orgtp.render.values import format_value
from orgtp.views.agenda import AgendaRow
from orgtp.views.reviewed_numbers import ReviewedNumber

# The sign of each state, as the sprite names it.
STATE_SIGNS = {
    ReviewState.SILENT: "un",
    ReviewState.LATE: "late",
    ReviewState.DRIFTING: "drift",
    ReviewState.OFF: "off",
    ReviewState.HIT_OR_MISS: "hm",
    ReviewState.UNAVAILABLE: "un",
    ReviewState.MISSING: "mi",
    ReviewState.PENDING: "pe",
    ReviewState.NONE: "pe",
    ReviewState.ON: "on",
}
STATE_WORDS = {
    ReviewState.SILENT: "silent",
    ReviewState.LATE: "late",
    ReviewState.DRIFTING: "drifting",
    ReviewState.OFF: "off target",
    ReviewState.HIT_OR_MISS: "hit or miss",
    ReviewState.UNAVAILABLE: "unknown",
    ReviewState.MISSING: "missing",
    ReviewState.PENDING: "not due yet",
    ReviewState.NONE: "no value owed",
    ReviewState.ON: "on target",
}
DECISION_WORDS = {
    ReviewDecision.FIX: "Fix",
    ReviewDecision.WATCH: "Watch",
    ReviewDecision.CASE: "Open a case",
    ReviewDecision.NO_ACTION: "No action",
}
# Reasons that a tag says as well as a sentence.
_LATE_SINCE = "late since "


@dataclass(frozen=True, slots=True)
class RowTag:
    """A sign and its words. `day` is a time that the words end with."""

    sign: str
    words: str
    day: datetime | None = None


def list_row_tags(row: AgendaRow, zone_now: datetime) -> tuple[RowTag, ...]:
    """Why a row needs a person, as signs with words, what is most urgent first."""
    return tuple(_list_tags(row, zone_now))


def _list_tags(row: AgendaRow, zone_now: datetime) -> Iterator[RowTag]:
    for reason in row.reasons:
        if reason.startswith(_LATE_SINCE) and row.late_since:
            yield RowTag("late", "late since", row.late_since.astimezone(zone_now.tzinfo))
        elif reason.startswith("drifting"):
            since = row.health.since if row.health else None
            yield RowTag("drift", f"drifting since {name_week(since)}" if since else "drifting")
        elif reason.startswith("off target"):
            yield RowTag("off", reason.replace(row.period, name_week(row.period)))
        elif reason.startswith("hit or miss"):
            yield RowTag("hm", "hit or miss")
        else:
            yield RowTag(STATE_SIGNS[row.state], reason.replace(row.period, name_week(row.period)))


def list_row_sentences(row: AgendaRow) -> tuple[str, ...]:
    """What the reasons of a row say beyond its tags: why a value is late, and what hit or miss means."""
    found = []
    for reason in row.reasons:
        head, _, rest = reason.partition(": ")
        if rest and head.startswith(_LATE_SINCE):
            found.append(rest)
        elif rest and head == "hit or miss":
            found.append(f"{rest[:1].upper()}{rest[1:]}.")
    return tuple(found)


def name_week(period: str) -> str:
    """A week without its year; another period as it is."""
    year, _, week = period.partition("-")
    return week if year.isdigit() and week.startswith("W") else period


def show_value(row: AgendaRow | ReviewedNumber) -> str:
    """The value of a row with its unit; `unknown` for None."""
    return format_value(row.value, row.measure)


def show_target(row: AgendaRow | ReviewedNumber) -> str:
    """The target of a row, or `no target`."""
    return f"target {format_target(row.target)}" if row.target else "no target"
