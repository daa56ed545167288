"""The review that several people walk through together: one leads, and the others see the same row.

Nothing of it is recorded: it ends when nobody has led for a while. `/meeting/events?week=2026-W48` sends once `draft`
with `{draft}`, the number of the answers that are saved (a page that shows other ones loads itself again), and events
`position` with `{week, row, leader, leader_name, at}` (`leader` is "" while nobody leads), and `saved` with
`{week, by}`. A page sends the fields `week`, `row`, `csrf`, and `take=1` to take over from another leader, to
`/meeting/position`; `row` is "" for the end. An answer 409 says who leads.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from orgtp.model.text import one_line
from orgtp.web.server.events import EventHub, EventStream, format_event
from orgtp.web.server.visitors import RequestRefused

# A leader who has gone leads no more.
LEAD_SECONDS = 600
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_MOST_ROW, _MOST_MEETINGS = 200, 50


@dataclass(frozen=True, slots=True)
class Position:
    """Where a meeting is: the row that is discussed, and who leads."""

    week: str
    row: str = ""
    leader: str = ""
    leader_name: str = ""
    at: str = ""
    used: float = 0.0

    @property
    def data(self) -> Mapping[str, object]:
        """What the pages of the meeting are told."""
        return {
            "week": self.week,
            "row": self.row,
            "leader": self.leader,
            "leader_name": self.leader_name,
            "at": self.at,
        }


class Meetings:
    """The meetings that are held now, one for each week. All methods run in the event loop."""

    def __init__(self, hub: EventHub, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub, self._clock = hub, clock
        self._found: dict[str, Position] = {}

    def find_position(self, week: str) -> Position:
        """Where the meeting of a week is. Raises `RequestRefused` for what is no week."""
        if not _WEEK.fullmatch(week):
            raise RequestRefused(400, "Which week?", "Name the week of the review: week=2026-W48.")
        known = self._found.get(week)
        return known if known and self._clock() - known.used < LEAD_SECONDS else Position(week)

    def move(self, week: str, row: str, leader: str, leader_name: str, *, take: bool) -> Position:
        """Go to a row, as the one who leads. Raises `RequestRefused` if another person leads."""
        known = self.find_position(week)
        if known.leader not in {"", leader} and not take:
            raise RequestRefused(409, "Another person leads", f"{known.leader_name} leads. To take over, say so.")
        row = one_line(row)[:_MOST_ROW]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        found = Position(week, row, leader, one_line(leader_name), now, self._clock())
        self._found = {key: one for key, one in self._found.items() if self._clock() - one.used < LEAD_SECONDS}
        if len(self._found) >= _MOST_MEETINGS:
            raise RequestRefused(503, "Too many meetings", "There are too many meetings at once.")
        self._found[week] = found
        self._hub.find_channel(_name(week)).publish("position", found.data)
        return found

    def tell_saved(self, week: str, by: str, name: str) -> None:
        """Tell everybody that answers were saved: whoever did that leads from then on."""
        known = self.find_position(week)
        if known.leader != by:
            self.move(week, known.row, by, name, take=True)
        self._hub.find_channel(_name(week)).publish("saved", {"week": week, "by": by})

    def watch(self, week: str, person: str) -> EventStream:
        """The response that sends where the meeting is."""
        here = self.find_position(week)
        return self._hub.find_channel(_name(week)).open_stream(person, format_event("position", here.data))


def _name(week: str) -> str:
    return f"meeting {week}"
