"""What a page is made of: who looks at it, what it is asked for, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem, select_unread

if TYPE_CHECKING:
    from orgtp.api import Audit, OrgHandle
    from orgtp.views.forge import Forge


class PageMissing(OrgtpError):
    """No page has this path."""

    text = "there is no page {path}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page. A written site has no reader, so nobody can write there.

    `seat` is the seat of the person who is signed in, or "". `csrf` is the token that each of their forms contains.
    """

    seat: str = ""
    may_write: bool = False
    csrf: str = ""


ANYONE = Reader()


@dataclass(frozen=True, slots=True)
class RecordVerdict:
    """An audit of the record, and when it was made, in the org's time zone."""

    audit: Audit
    checked: datetime


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What every page states: the org, its time zone, the commit, and when it was read.

    `verdict` is None if the record was not audited, `why_unchecked` says why. `unread` are the places that could not be
    read.
    """

    org_name: str
    zone: str
    read_at: datetime
    commit: str
    is_past: bool
    has_uncommitted_changes: bool
    forge: Forge | None = None
    verdict: RecordVerdict | None = None
    why_unchecked: str = ""
    unread: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that is asked for: of which org, by whom, and for which `subject` (the seat of a seat page, ...).

    `query` has the parameters of the address; a written page has none. `is_compact`: the page is one of many in
    a single file of a large org, so it shows less.
    """

    org: OrgHandle
    subject: str = ""
    reader: Reader = ANYONE
    query: Mapping[str, str] = field(default_factory=dict)
    is_served: bool = False
    is_compact: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, its template, and the values that the template shows.

    `kind` names the entry of the registry, and the script that the page starts. `is_wide` is for tables and the chart.
    """

    kind: str
    title: str
    content: Mapping[str, Any]
    is_wide: bool = False
    main_class: str = ""


def gather_facts(org: OrgHandle, *, verdict: RecordVerdict | None = None, why_unchecked: str = "") -> SiteFacts:
    """The facts of every page of this org."""
    return SiteFacts(
        org.head.name,
        name_zone(str(org.head.zone)),
        org.now.astimezone(org.head.zone),
        org.revision or "",
        is_past=org.at is not None,
        has_uncommitted_changes=org.dirty,
        forge=org.history.forge,
        verdict=verdict,
        why_unchecked=why_unchecked,
        unread=tuple(select_unread(org.problems_so_far)),
    )


def name_zone(timezone: str) -> str:
    """The name of a time zone as people say it: America/New_York is New York."""
    return timezone.rpartition("/")[2].replace("_", " ")
