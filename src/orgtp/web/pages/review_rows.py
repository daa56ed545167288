"""What the pages of a review have in common: the tags of a row, its number, and who somebody is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from orgtp.model.cell import CellState
from orgtp.model.records.review import ReviewDecision, ReviewState
from orgtp.model.target import format_target
from orgtp.render.wording.periods import name_period
from orgtp.render.wording.values import format_value
from orgtp.views.review.agenda import AgendaRow
from orgtp.views.review.numbers import ReviewedNumber
from orgtp.views.signs import find_sign

# The sign of each state, and its words. Those of cells are the same everywhere.
_CELL_SIGNS = {ReviewState(state.value): sign for state in CellState if (sign := find_sign(state))}
STATE_SIGNS: Mapping[ReviewState, str] = {
    **_CELL_SIGNS,
    ReviewState.SILENT: "un",
    ReviewState.LATE: "late",
    ReviewState.DRIFTING: "drift",
    ReviewState.HIT_OR_MISS: "hm",
    ReviewState.NONE: "pe",
}
STATE_WORDS: Mapping[ReviewState, str] = {
    **{state: sign.word for state, sign in _CELL_SIGNS.items()},
    ReviewState.SILENT: "silent",
    ReviewState.LATE: "late",
    ReviewState.DRIFTING: "drifting",
    ReviewState.HIT_OR_MISS: "hit or miss",
    ReviewState.NONE: "no value owed",
}
DECISION_WORDS = {
    ReviewDecision.FIX: "Fix",
    ReviewDecision.WATCH: "Watch",
    ReviewDecision.CASE: "Open a case",
    ReviewDecision.NO_ACTION: "No action",
}


@dataclass(frozen=True, slots=True)
class RowTag:
    """A sign and its words. `day` is a time that the words end with."""

    sign: str
    words: str
    day: datetime | None = None


def list_row_tags(row: AgendaRow, zone: tzinfo) -> tuple[RowTag, ...]:
    """Why a row needs a person, as signs with words, what is most urgent first."""
    return tuple(_list_tags(row, zone))


def _list_tags(row: AgendaRow, zone: tzinfo) -> Iterator[RowTag]:
    for state, reason in zip(row.reason_states, row.reasons, strict=True):
        if state is ReviewState.LATE and row.late_since:
            yield RowTag(STATE_SIGNS[state], "late since", row.late_since.astimezone(zone))
        elif state is ReviewState.DRIFTING:
            since = row.health.since if row.health else None
            yield RowTag(STATE_SIGNS[state], f"drifting since {name_period(since)}" if since else "drifting")
        elif state is ReviewState.HIT_OR_MISS:
            yield RowTag(STATE_SIGNS[state], STATE_WORDS[state])
        else:
            yield RowTag(STATE_SIGNS[state], reason.replace(row.period, name_period(row.period)))


def list_row_sentences(row: AgendaRow) -> tuple[str, ...]:
    """What the reasons of a row say beyond its tags: why a value is late, and what hit or miss means."""
    found = []
    for state, reason in zip(row.reason_states, row.reasons, strict=True):
        rest = reason.partition(": ")[2]
        if rest and state is ReviewState.LATE:
            found.append(rest)
        elif rest and state is ReviewState.HIT_OR_MISS:
            found.append(f"{rest[:1].upper()}{rest[1:]}.")
    return tuple(found)


def show_value(row: AgendaRow | ReviewedNumber) -> str:
    """The value of a row with its unit; `unknown` for None."""
    return format_value(row.value, row.measure)


def show_target(row: AgendaRow | ReviewedNumber) -> str:
    """The target of a row, or `no target`."""
    return f"target {format_target(row.target)}" if row.target else "no target"
