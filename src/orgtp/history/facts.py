"""The files of an org as single facts, for blame."""

from __future__ import annotations

import re
from collections.abc import Collection

from orgtp.files.org import read_org_head
from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.history.blame import FactReader, Facts
from orgtp.model.org import Org
from orgtp.views.diff.policy import policy_facts
from orgtp.views.seats.fields import facts_of

_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9._-]{1,64})"')


def make_fact_reader(rows: Collection[str] = ()) -> FactReader:
    """A function that reads the facts of any file of the org. Of score files, only the record ids `rows` are facts."""
    wanted = {row.encode() for row in rows}

    def read(path: str, raw: bytes) -> Facts | None:
        if path.startswith("seats/"):
            seat, _ = read_seat(path, raw)
            return facts_of(seat) if seat else None
        if path == HEAD:
            return _read_head_facts(raw)
        if path.endswith(".yaml"):
            return _read_event_facts(path, raw)
        return {found.decode(): True for found in wanted.intersection(_ID.findall(raw))} if wanted else {}

    return read


def _read_event_facts(path: str, raw: bytes) -> Facts | None:
    """The events of a file that lists events; of any other file, only that it is there."""
    try:
        data = read_document(path, raw).data
    except NotStrict:
        return None
    found = data.get("events") if isinstance(data, dict) else None
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {f"events.{one.get('at')}.{one.get('what') or one.get('action')}": True for one in listed}


def _read_head_facts(raw: bytes) -> Facts | None:
    head, _ = read_org_head(raw)
    days, policy, routing = head.holidays, head.policy, head.routing
    own = dict(head.own)
    org = Org(
        head.id,
        head.name,
        head.zone,
        note=head.note,
        holidays=days,
        branch=head.branch,
        policy=policy,
        routing=routing,
        own=own,
        holiday_names=dict(head.holiday_names),
    )
    return policy_facts(org) if head.id else None
