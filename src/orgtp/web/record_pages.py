"""On which page of the record each commit is: the newest on the first, all others on one page for each month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgtp.api import LogEntry, OrgHandle

# What a served page of the record selects by.
RECORD_FIELDS = ("text", "seat", "by", "action", "since", "until", "scores")
RECORD_PATH = "record"
# How many commits the first page has. A longer record has a page for each month as well.
NEWEST = 200


def name_month(org: OrgHandle, entry: LogEntry) -> str:
    """The month of a commit in the org's time zone: `2026-11`."""
    return f"{entry.at.astimezone(org.head.zone):%Y-%m}"


def list_months(org: OrgHandle) -> list[str]:
    """The months that have a page, the newest first; none if the first page has everything."""
    entries = org.history.whole_log.entries
    if len(entries) <= NEWEST:
        return []
    return sorted({name_month(org, entry) for entry in entries}, reverse=True)


@dataclass(frozen=True)
class CommitPages:
    """The page of the record on which a commit is found. `has_months` is false in a single file, to keep it small."""

    org: OrgHandle = field(repr=False)
    has_months: bool = True

    @cached_property
    def _paths(self) -> dict[str, str]:
        return dict(self._list_paths())

    def _list_paths(self) -> Iterator[tuple[str, str]]:
        for number, entry in enumerate(self.org.history.whole_log.entries):
            if number < NEWEST:
                yield entry.commit, f"{RECORD_PATH}.html"
            elif self.has_months:
                yield entry.commit, f"{RECORD_PATH}/{name_month(self.org, entry)}.html"

    def find(self, commit: str) -> str:
        """The path of the page, "" if no page has the commit."""
        return self._paths.get(commit, "")
