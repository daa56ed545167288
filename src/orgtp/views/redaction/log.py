"""The log without the words of commits, which can have anything that is left out."""

from __future__ import annotations

from dataclasses import replace

from orgtp.views.log import LogEntry, WholeLog
from orgtp.views.redaction.parts import Part
from orgtp.views.redaction.redact import Redactor

# Who committed, if no seat is known or people are left out.
SOMEBODY = "somebody"


def redact_log(log: WholeLog, redactor: Redactor) -> WholeLog:
    """When something was done, by which seat, to which seats, and how: nothing that anybody wrote."""
    if Part.RECORD in redactor.parts:
        return WholeLog()
    return WholeLog(tuple(_redact_entry(entry, redactor) for entry in log.entries), log.is_cut)


def _redact_entry(entry: LogEntry, redactor: Redactor) -> LogEntry:
    by = redactor.map_seat(entry.by) if entry.by and not entry.by_claimed else None
    seat = redactor.org.seats.get(entry.by or "") if by else None
    return replace(
        entry,
        seats=tuple(redactor.map_seat(seat) for seat in entry.seats),
        by=by,
        by_claimed=False,
        approved_by=None,
        approved_by_claimed=False,
        author="",
        who=redactor.name_seat(seat, seat.name) if seat else SOMEBODY,
        what="",
        body="",
        paths=(),
        settings=(),
        acted_for=redactor.map_seat(entry.acted_for) if entry.acted_for else None,
    )
