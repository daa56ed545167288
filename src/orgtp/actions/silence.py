"""Silence a metric: mute its alerts until a date, because people already know about the problem."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from orgtp.actions.acting_seat import require_acting_seat, suggest_owner
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import silences_path
from orgtp.model.escalation_policy import is_active_seat
from orgtp.model.org import Org
from orgtp.model.text import join_with_and, one_line

# A metric that is muted for longer should be removed instead.
MAX_SILENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A metric whose alerts are muted until the end of the day `until`, and the reason."""

    seat: str
    metric: str
    until: date
    reason: str


def silence_metric(org: Org, now: datetime, new: NewSilence, by: str = "") -> Change:
    """Mute alerts for a metric until a date.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for a date in the past or more than a year ahead or a missing
    reason, and `Refused` for a seat that may not silence the metric.
    """
    org.metric(new.seat, new.metric)
    require_acting_seat(org, by)
    today = now.astimezone(org.zone).date()
    if not today <= new.until <= today + MAX_SILENCE:
        last = today + MAX_SILENCE
        raise BadInput(what=f"--until {new.until} is out of range. Use a day from {today} to {last}.")
    if not one_line(new.reason):
        raise BadInput(what="say why the alerts are muted: --reason TEXT")
    _check_may_silence(org, new.seat, by)
    fields = {"until": new.until.isoformat(), "by": by, "reason": one_line(new.reason)}
    content: dict[str, YamlData] = {key: text for key, text in fields.items() if text}
    path, what = silences_path(new.seat), f"silence {new.metric} until {new.until}"
    edit: Edit = (
        SetKey(path, (new.metric,), content) if new.seat in org.silences else CreateFile(path, {new.metric: content})
    )
    return Change("escalate", what, (new.seat,), (edit,), by=by, body=new.reason)


def _check_may_silence(org: Org, seat: str, by: str) -> None:
    """Allow the human seats that own `seat` or are above it. A seat may silence itself only if it has nobody else."""
    owner = org.seats[seat].owner
    above = [owner, *org.leaders_above(owner), *org.leaders_above(seat)]
    people = [other for other in dict.fromkeys(above) if is_active_seat(org, other) and org.seats[other].is_human]
    allowed = [other for other in people if other != seat] or people
    if by and org.seat(by).id not in allowed:
        hint = f"Allowed: {join_with_and(allowed)}." if allowed else f"Nobody may. {suggest_owner(org, seat)}"
        raise Refused(why=f"{by} may not silence a metric of {seat}. {hint}")
