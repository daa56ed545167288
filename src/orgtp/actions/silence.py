"""Silencing: of trouble with a metric nobody is told for a while, because a person knows of it already."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Create, Data, Edit, Set
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import silences_path
from orgtp.model.escalation_policy import is_active_seat
from orgtp.model.org import Org
from orgtp.model.text import join_with_and, one_line

# Who silences for longer has given up on the number: then the metric is what should go.
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A metric of which no trouble is to be told, to the end of the day `until`, and why."""

    seat: str
    metric: str
    until: date
    reason: str


def silence_metric(org: Org, now: datetime, new: NewSilence, by: str = "") -> Change:
    """Tell of no trouble with a metric for a while. It ends by itself.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for a day that will not do, and `Refused` for a seat that may not.
    """
    org.metric(new.seat, new.metric)
    today = now.astimezone(org.zone).date()
    if not today <= new.until <= today + LONGEST:
        last = today + LONGEST
        raise BadInput(what=f"--until {new.until} is not a day from today on, within a year: {today} to {last}")
    if not one_line(new.reason):
        raise BadInput(what="say why nobody should be told: --reason TEXT")
    _may_silence(org, new.seat, by)
    told = {"until": new.until.isoformat(), "by": by, "reason": one_line(new.reason)}
    content: dict[str, Data] = {key: text for key, text in told.items() if text}
    path, said = silences_path(new.seat), f"silence {new.metric} until {new.until}"
    known = new.seat in org.silences
    edit: Edit = Set(path, (new.metric,), content) if known else Create(path, {new.metric: content})
    return Change("escalate", said, (new.seat,), (edit,), by=by, body=new.reason)


def _may_silence(org: Org, seat: str, by: str) -> None:
    """Refuse a seat that would silence itself, where somebody else answers for it: its owner, or who is above."""
    owner = org.seats[seat].owner
    above = [owner, *(held.id for held in (*org.chain_above(owner), *org.chain_above(seat)))]
    people = [held for held in dict.fromkeys(above) if is_active_seat(org, held) and org.seats[held].is_human]
    # Who is at the top has nobody else to ask.
    fit = [held for held in people if held != seat] or people
    if by and org.seat(by).id not in fit:
        may = f"May: {join_with_and(fit)}." if fit else "Nobody here may."
        raise Refused(why=f"{by} may not silence a metric of {seat}: a person who answers for it does. {may}")
