"""Record that briefings were delivered, and open an escalation where one was not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orgtp.actions.acting_seat import require_acting_seat
from orgtp.actions.escalate import EscalationEdits, NewEscalation
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendRecords, Change
from orgtp.model.errors import Refused
from orgtp.model.escalation import EscalationKind
from orgtp.model.escalation_policy import find_first_assignee
from orgtp.model.org import Org
from orgtp.model.records.briefing import Delivery
from orgtp.model.text import count_noun, join_with_and, one_line

_MAX_NAMED = 5


def record_deliveries(org: Org, deliveries: Sequence[Delivery], by: str = "") -> Change:
    """Record briefings that a service accepted. One that is recorded already is left out.

    Raises `UnknownActor`, `UnknownSeat` for the acting seat, and `Refused` if that one may not send briefings.
    """
    check_sender(org, by)
    known = {one.id for one in org.deliveries}
    new = [one for one in deliveries if one.id not in known]
    edits: dict[str, list[Delivery]] = {}
    for one in new:
        edits.setdefault(one.path, []).append(one)
    seats = tuple(sorted({one.to for one in new if one.to in org.seats}))
    days = join_with_and(sorted({one.day.isoformat() for one in new}))
    lines = [f"{one.day} for {one.to}: accepted at {one.at:%H:%M} UTC" for one in new]
    notes = [one.note for one in new if one.note]
    return Change(
        "brief",
        f"{days} delivered" if len(new) == 1 else f"{count_noun(len(new), 'delivery', 'deliveries')}, {days}",
        seats,
        tuple(AppendRecords(path, tuple(some)) for path, some in sorted(edits.items())),
        by=by,
        body="\n".join([*lines, *notes]) if len(new) > 1 or notes else "",
    )


def check_sender(org: Org, by: str) -> None:
    """Raise `UnknownActor`, `UnknownSeat` or `Refused` if the acting seat may not send briefings."""
    require_acting_seat(org, by)
    if by and not org.seat(by).is_active:
        raise Refused(
            why=f"{by} is {org.seats[by].status}, so it may not send briefings. Name an active seat: --by SEAT"
        )


@dataclass(frozen=True, slots=True)
class MissedBriefing:
    """A briefing that was not delivered by its deadline: the seat that it is for, and what is known instead."""

    to: str
    why: str


def escalate_missed_briefings(
    org: Org, now: datetime, deadline: datetime, missed: Sequence[MissedBriefing], by: str = ""
) -> Change:
    """Open one escalation for the briefings of a day that were not delivered by `deadline`.

    It is about the acting seat, which checks them, or else about the scorekeeper or the top of the chart. If the day
    has one already, even a resolved one, there is nothing to do. Raises what `check_sender` raises.
    """
    check_sender(org, by)
    local = deadline.astimezone(org.zone)
    about = by or _find_subject(org)
    what = f"A briefing of {local:%Y-%m-%d} was not delivered by {local:%H:%M}"
    named = [f"{one.to}: {one.why}" for one in missed[:_MAX_NAMED]]
    more = [f"{len(missed) - _MAX_NAMED} more"] if len(missed) > _MAX_NAMED else []
    edits = EscalationEdits(org, now, by)
    # Another machine may check as another seat.
    is_known = any(one.what == what for one in org.escalations.values())
    if missed and not is_known and about:
        new = NewEscalation(about, what, one_line("; ".join([*named, *more])))
        to = find_first_assignee(org, about, "", EscalationKind.ISSUE, new.severity)
        edits.add_escalation(new, to)
    return edits.to_change(f"the escalation of {local:%Y-%m-%d} is there already" if is_known else "nothing is missing")


def _find_subject(org: Org) -> str:
    """The seat that is responsible for the briefings if it is not known which one checks them."""
    named = [*org.policy.scorekeepers, *org.top_deciders, *org.seats]
    return next((seat for seat in named if seat in org.seats and org.seats[seat].is_active), "")
