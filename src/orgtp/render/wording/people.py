"""Say who holds a seat, who held it before, and what else the same person does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orgtp.model.text import join_with_and
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import safe_text
from orgtp.views.seats.people import HeldBy

VACANT = "vacant"


def name_suffix(name: str, holder: str | None) -> Line:
    """` (Gwen Ito)` after the name of a seat that is not called after its holder; nothing after any other."""
    return join_spans((" (", "dim"), safe_text(holder, "dim"), (")", "dim")) if holder and holder != name else []


def holders_sentence(holders: Sequence[HeldBy], day: date) -> str:
    """Who holds a seat on a day, who did before, and who will; "" without holders.

    `Gwen Ito since 2026-08-01; before that, Karen since 2025-02-03; from 2027-01-01, Max Ode`.
    """
    newest_first = [f"{one.name or VACANT} since {one.since}" for one in reversed(select_begun(holders, day))]
    first, *before = newest_first or [""]
    later = [f"from {one.since}, {one.name or VACANT}" for one in holders if one.since > day]
    earlier = [f"before that, {join_with_and(before)}"] if before else []
    return "; ".join(part for part in (first, *earlier, *later) if part)


def select_begun(holders: Sequence[HeldBy], day: date) -> list[HeldBy]:
    """Those who hold or held a seat by that day, the earliest first: the last one holds it."""
    return [one for one in holders if one.since <= day]


def earlier_numbers_note(seat: str, holders: Sequence[HeldBy]) -> str:
    """`COO: held by Gwen Ito since 2026-08-01; earlier numbers are those of Karen`; "" if nobody held it before."""
    if len(holders) < 2:  # noqa: PLR2004  (the present holder and the one before)
        return ""
    now, before = holders[-1], [one.name for one in holders[:-1] if one.name]
    held = f"held by {now.name}" if now.name else VACANT
    earlier = f"; earlier numbers are those of {join_with_and(dict.fromkeys(before))}" if before else ""
    return f"{seat}: {held} since {now.since}{earlier}"


def also_holds_text(seats: Sequence[str]) -> str:
    """`also cfo and board`, of a person who holds several seats; "" for one."""
    return f"also {join_with_and(seats)}" if seats else ""
