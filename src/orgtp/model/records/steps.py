"""What orgtp does with every kind of record. An entry of the registry has an answer for each step."""

from __future__ import annotations

from enum import StrEnum


class RecordStep(StrEnum):
    """A step that a kind of record takes part in, or gives a reason why not."""

    LOAD = "load"
    BASE = "base"
    AUDIT = "audit"
    AUTHORITY = "authority"
    SYNC = "sync"
    OUTBOX = "outbox"
    EXPORT = "export"
    NAMES = "names"
    DIFF = "diff"
    UNDO = "undo"
