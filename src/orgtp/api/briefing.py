"""Build, send and check the briefings of an org.

import orgtp
briefings = orgtp.open("sneeze-it").briefings
briefings.build(for_="david"), briefings.send(), briefings.check()
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.api.sending import (
    HOW_TO_NAME,
    BriefedClone,
    BriefingReading,
    BriefingRun,
    NoRecipients,
    SendRequest,
    SentBriefings,
    describe_briefed_org,
    list_recipients,
    read_addresses,
    read_known_deliveries,
    record_accepted,
)
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.ledger.batch import RecordedChange
    from orgtp.model.org import Org
    from orgtp.model.records.briefing import Delivery
    from orgtp.render.briefing.blocks import BriefedOrg
    from orgtp.views.briefing.types import Briefing
    from orgtp.views.briefing.variances import VarianceView
    from orgtp.views.selection import Selection

# A run that waited for another one still reads for so long.
_LEAST_SECONDS = 1.0
# How long a check waits for a process that is sending.
_CHECK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class CheckedRecipient:
    """Whether a recipient's briefing was delivered by the deadline; `why` says what is known if it was not."""

    to: str
    on_time: bool
    at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class CheckedBriefings:
    """The recipients of a day, and the escalation that was opened. `because`: why nothing is expected, or not yet."""

    day: date
    deadline: datetime
    recipients: tuple[CheckedRecipient, ...]
    escalated: RecordedChange | None = None
    because: str = ""

    @property
    def missed(self) -> list[CheckedRecipient]:
        """The recipients who had no briefing by the deadline."""
        return [one for one in self.recipients if not one.on_time]


class Briefings(BriefedClone):
    """The briefings of one org."""

    def build(self, selection: Selection | None = None, for_: str = "") -> Briefing:
        """The briefing of a selection, for one recipient or for everybody. Raises `UnknownSeat`."""
        from orgtp.views.briefing.build import build_briefing, read_sections
        from orgtp.views.briefing.scope import BriefingScope
        from orgtp.views.selection import Selection

        org = self.snapshot.staff.org
        scope = BriefingScope(org, self.snapshot.now, selection or Selection(), for_)
        return build_briefing(scope, read_sections(scope), self.list_unseen())

    def list_variances(self, selection: Selection | None = None, for_: str = "") -> VarianceView:
        """What varies since the last review, of a selection, or of what one seat leads. Raises `UnknownSeat`."""
        from orgtp.views.briefing.scope import BriefingScope
        from orgtp.views.briefing.variances import list_variances
        from orgtp.views.selection import Selection

        return list_variances(BriefingScope(self.snapshot.staff.org, self.snapshot.now, selection or Selection(), for_))

    def describe_org(self) -> BriefedOrg:
        """What a briefing says of the org that it is about: the name, and the commit."""
        return describe_briefed_org(self.snapshot)

    def find_deadline(self, text: str) -> datetime:
        """The time of day `text` (08:00) on the current day in the org's time zone. Raises `BadInput`."""
        zone = self.snapshot.head.zone
        return parse_deadline(zone, self.snapshot.now.astimezone(zone).date(), text)

    def explain_day_off(self) -> str:
        """Why nobody expects a briefing today: it is a weekend or a holiday; "" on a working day."""
        from orgtp.model.due import is_workday

        day = self.snapshot.now.astimezone(self.snapshot.head.zone).date()
        return "" if is_workday(self.snapshot.head.holidays, day) else f"{day} is a day off"

    def list_recipients(self, for_: Sequence[str] = (), named: Path | None = None) -> list[str]:
        """The active seats that get a briefing: `for_`, else those that this machine's file has an address for.

        Raises `UnknownSeat`, and `NoRecipients` if there are none.
        """
        return list_recipients(self.snapshot.staff.org, self.snapshot.now, for_, read_addresses(named))

    def send(
        self, request: SendRequest, selection: Selection | None = None, *, by: str = "", dry_run: bool = False
    ) -> SentBriefings:
        """Send each recipient the briefing of the day, unless it was delivered, and record what a service accepted.

        Nothing holds it up: the org is read for `request.seconds` at most, and if the deliveries cannot be recorded
        now, they are kept in the clone until the next run. Raises `NoRecipients`, `UnknownSeat`, `UnknownActor`,
        `Refused`, `BadNotify`, and `LedgerBusy` if another process is sending.
        """
        from orgtp.git.lock import hold_lock
        from orgtp.views.selection import Selection

        ledger = self.ledger.open_ledger()
        until = time.monotonic() + request.seconds
        addresses = read_addresses(request.named)
        reading = BriefingReading(self.snapshot, selection or Selection(), request.for_, addresses)
        if dry_run:
            return BriefingRun(self, ledger, request, reading, addresses).plan()
        with hold_lock(ledger.repo, "briefing"):
            # The time that another run took is not there any more.
            request = replace(request, seconds=max(_LEAST_SECONDS, until - time.monotonic()))
            return BriefingRun(self, ledger, request, reading, addresses).send(by)

    def record_sent(self, *, by: str = "") -> SentBriefings:
        """Record the deliveries that an earlier run could not record. Nothing is sent.

        Raises `LedgerBusy` if another process keeps sending.
        """
        from orgtp.git.lock import hold_lock

        ledger = self.ledger.open_ledger()
        with hold_lock(ledger.repo, "briefing", _CHECK_SECONDS):
            return record_accepted(self, ledger, by, ())

    def check(
        self,
        deadline: str,
        for_: Sequence[str] = (),
        named: Path | None = None,
        *,
        by: str = "",
        dry_run: bool = False,
    ) -> CheckedBriefings:
        """Check that each recipient's briefing was delivered by the `deadline` (08:00), and escalate if not.

        Before the deadline and on a day off, nothing is expected. If another process is sending, this waits for it, for
        a limited time. What a service accepted counts, also if it is not recorded yet. Raises `BadInput` for a deadline
        that is no time.
        """
        from orgtp.actions.brief import MissedBriefing, escalate_missed_briefings
        from orgtp.ledger.git_user import find_acting_seat
        from orgtp.notify.send_journal import SendJournal

        now, at = self.snapshot.now, self.find_deadline(deadline)
        day = at.date()
        if why := self.explain_day_off():
            return CheckedBriefings(day, at, (), because=f"{why}, so no briefing is expected")
        if now < at:
            return CheckedBriefings(day, at, (), because=f"it is not {deadline} yet")
        if not dry_run:
            with suppress(OrgtpError):
                self.record_sent(by=by)
        org, ledger = self.snapshot.staff.org, self.ledger.open_ledger()
        held = read_known_deliveries(ledger, SendJournal(ledger.repo), day)
        expected = self._list_expected(org, day, for_, named)
        found = tuple(_check_recipient(org, to, held, at) for to in expected)
        missed = [MissedBriefing(one.to, one.why) for one in found if not one.on_time]
        if not missed:
            return CheckedBriefings(day, at, found)
        acting = find_acting_seat(ledger, by, self.ledger.load_fallback)
        done = self.ledger.record(
            lambda current: escalate_missed_briefings(current, now, at, missed, acting), dry_run=dry_run
        )
        return CheckedBriefings(day, at, found, done)

    def _list_expected(self, org: Org, day: date, for_: Sequence[str], named: Path | None) -> list[str]:
        """Who should have a briefing: as `send` finds them, or without any address here, whoever had the last one."""
        from orgtp.views.briefing.recipients import list_earlier_recipients

        addresses = read_addresses(named)
        if for_ or any(name in org.seats for name in addresses):
            return list_recipients(org, self.snapshot.now, for_, addresses)
        found = list_earlier_recipients(org, day, self.snapshot.now)
        if not found:
            raise NoRecipients(why=f"it is not known who gets a briefing. {HOW_TO_NAME}")
        return found


def parse_deadline(zone: tzinfo, day: date, text: str) -> datetime:
    """The time of day `text` (08:00) on a day in a time zone; the later one if the clocks show it twice.

    Raises `BadInput`.
    """
    try:
        clock = datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007  (a time of day)
    except ValueError as error:
        raise BadInput(what=f'"{text}" is not a time of day. Write it as 08:00.') from error
    found = [datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    return max(found).astimezone(zone)


def _check_recipient(org: Org, to: str, held: Mapping[str, Delivery], deadline: datetime) -> CheckedRecipient:
    one = held.get(to)
    if one is None:
        return CheckedRecipient(to, False, None, "no delivery is recorded")
    if one.at > deadline.astimezone(UTC):
        return CheckedRecipient(to, False, one.at, f"delivered at {one.at.astimezone(org.zone):%H:%M}")
    return CheckedRecipient(to, True, one.at)


def write_whole_file(path: Path, text: str) -> None:
    """Write a file completely or not at all, in place of one that exists. Raises `CannotOutput`."""
    from orgtp.files.output import write_atomically

    with write_atomically(path, force=True) as temporary:
        temporary.write_text(text, encoding="utf-8")
