"""Proposing a retirement: the very change that it would be, put before the person who decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from orgtp.actions.retire import Request, retire
from orgtp.model.change import Change
from orgtp.model.errors import Refused
from orgtp.model.org import Org


def propose(org: Org, request: Request, now: datetime) -> Change:
    """The retirement as a change that no one has approved. It is decided by merging it.

    `decided_by` is the person whom it is put before, and stands in the record. Raises what `retire` raises, and
    `Refused` where who proposes it is retired.
    """
    if request.by and org.seat(request.by).is_retired:
        raise Refused(why=f"{request.by} is retired, and proposes nothing")
    change = retire(org, request, now)
    who = f"by {request.by}" if request.by else "by nobody who is named"
    said = f"Proposed {who}, and not decided. {request.decided_by} decides: merge this branch, or delete it."
    return replace(change, approved_by="", body=f"{said}\n\n{change.body}")
