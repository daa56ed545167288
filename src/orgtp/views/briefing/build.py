"""Build a briefing from its sections. Each section is computed on its own, so that a slow one holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatKind, SeatStatus
from orgtp.views.briefing.dates import list_dates
from orgtp.views.briefing.flags import has_unjudged, list_new_flags
from orgtp.views.briefing.needs import find_valid_until, list_needs
from orgtp.views.briefing.numbers import find_newest_collect, list_late_numbers, list_off_numbers
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import Briefing, SectionName, Unseen
from orgtp.views.selection import EVERYTHING, NOTHING_OMITTED

SECTIONS: Mapping[str, Callable[[BriefingScope], Any]] = {
    "collect": find_newest_collect,
    "valid_until": find_valid_until,
    SectionName.NEEDS: list_needs,
    SectionName.LATE: list_late_numbers,
    SectionName.OFF: list_off_numbers,
    SectionName.DATES: list_dates,
    SectionName.FLAGS: list_new_flags,
    "unjudged": has_unjudged,
    "left_out": lambda scope: scope.stale_list.left_out,
}
_TOO_YOUNG = Unseen("changes of metrics that have too few values for a flag", "orgtp health")
_TITLES = {
    SectionName.NEEDS: "what needs you today",
    SectionName.LATE: "which numbers are late or unknown",
    SectionName.OFF: "which numbers are newly off target",
    SectionName.FLAGS: "which numbers are newly flagged",
    SectionName.DATES: "the dates of the week",
}


def build_briefing(scope: BriefingScope, sections: Mapping[str, Any], unseen: Iterable[Unseen] = ()) -> Briefing:
    """The briefing from those `sections` that are known. What is not known is None, and in the list of the unseen."""
    blanks = [
        Unseen(f"{title}: it could not be read in time") for name, title in _TITLES.items() if name not in sections
    ]
    return Briefing(
        scope.today,
        scope.now,
        sections.get("valid_until", scope.day_end),
        scope.before,
        scope.for_ or None,
        scope.name_of(scope.for_) if scope.for_ else None,
        sections.get("collect"),
        sections.get(SectionName.NEEDS),
        sections.get(SectionName.LATE),
        sections.get(SectionName.OFF),
        sections.get(SectionName.FLAGS),
        sections.get(SectionName.DATES),
        (*blanks, *unseen, *([_TOO_YOUNG] if sections.get("unjudged") else [])),
        sections.get("left_out", NOTHING_OMITTED),
    )


def read_sections(scope: BriefingScope) -> dict[str, Any]:
    """All sections, however long that takes."""
    return {name: read(scope) for name, read in SECTIONS.items()}


def build_blank_briefing(zone: tzinfo, now: datetime, for_: str, unseen: Iterable[Unseen]) -> Briefing:
    """The briefing of an org that could not be read in time: a recipient learns at least that nothing is known."""
    org = Org(zone=zone, seats={for_: Seat(for_, for_, "", SeatKind.HUMAN, SeatStatus.ACTIVE, owner=for_)})
    return build_briefing(BriefingScope(org, now, EVERYTHING, for_), {}, unseen)
