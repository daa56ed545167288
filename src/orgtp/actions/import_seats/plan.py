"""Plan an import: what becomes of each row, and the change that records it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orgtp.actions.import_seats.request import ImportRequest
from orgtp.actions.import_seats.result import ImportPlan
from orgtp.model.change import Change
from orgtp.model.inventory.draft import DraftSource
from orgtp.model.org import Org


def plan_import(org: Org, sources: Sequence[DraftSource], request: ImportRequest, now: datetime) -> ImportPlan:
    """What becomes of each row of the sources. Nothing is refused here: bad rows and questions are in the plan.

    Raises `UnknownSeat` and `BadInput` for a seat in the request that does not exist, or that cannot be what it should.
    """
    raise NotImplementedError


def import_seats(org: Org, sources: Sequence[DraftSource], request: ImportRequest, now: datetime) -> Change:
    """The change of an import. Raises what `plan_import` raises, and `Refused` for bad rows and open questions."""
    raise NotImplementedError
