"""Change who holds, owns and leads the seats of an org: every change is a commit on the ledger branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from orgtp.api.ledger import LedgerActions
from orgtp.lazy_dataclass import dataclass

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.actions.leave import LeavePlan
    from orgtp.actions.leave import LeaveRequest as Leave
    from orgtp.actions.seat_changes import SeatSplit
    from orgtp.ledger.batch import RecordedChange


@dataclass(frozen=True)
class PeopleActions:
    """Changes of people and their seats in one org. Each is based on the newest commit of the ledger branch."""

    ledger: LedgerActions

    def hand_over(
        self,
        seat: str,
        to: str,
        *,
        emails: Sequence[str] = (),
        since: date | None = None,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Say that the person `to` holds a human seat from `since` on, today unless named.

        Raises `UnknownSeat`, `BadInput`, and `Refused` for a seat that no person can hold.
        """
        from orgtp.actions.holders import NewHolder, hand_over_seat

        acting, now, holder = self.ledger.find_acting_seat(by), self.ledger.snapshot.now, NewHolder(to, tuple(emails))
        return self.ledger.record(
            lambda org: hand_over_seat(org, seat, holder, now, since=since, by=acting, why=reason), dry_run=dry_run
        )

    def vacate(
        self,
        seat: str,
        *,
        since: date | None = None,
        owners: Mapping[str, str] | None = None,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Say that nobody holds a human seat from `since` on, today unless named.

        `owners` maps the seats that it owns to their new owners; the key "" is for all others. Raises `UnknownSeat`,
        `BadInput`, and `Refused` if a seat that it owns has no new owner.
        """
        from orgtp.actions.holders import vacate_seat

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(
            lambda org: vacate_seat(org, seat, now, since=since, owners=owners, by=acting, why=reason),
            dry_run=dry_run,
        )

    def move(
        self, seat: str, reports_to: str, *, reason: str = "", by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Make a seat report to another one; "" puts it at the top. Raises `UnknownSeat` and `Refused`."""
        from orgtp.actions.seat_changes import move_seat

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(lambda org: move_seat(org, seat, reports_to, acting, reason), dry_run=dry_run)

    def own(self, seat: str, owner: str, *, reason: str = "", by: str = "", dry_run: bool = False) -> RecordedChange:
        """Make an active person accountable for a seat. Raises `UnknownSeat` and `Refused`."""
        from orgtp.actions.seat_changes import own_seat

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(lambda org: own_seat(org, seat, owner, acting, reason), dry_run=dry_run)

    def pause(
        self, seat: str, reason: str, *, until: date | None = None, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Pause a seat, so that nothing is due from it. Raises `UnknownSeat`, `BadInput` and `Refused`."""
        from orgtp.actions.seat_changes import pause_seat

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: pause_seat(org, seat, reason, now, until, acting), dry_run=dry_run)

    def resume(self, seat: str, *, reason: str = "", by: str = "", dry_run: bool = False) -> RecordedChange:
        """End the pause of a seat. Raises `UnknownSeat` and `Refused`."""
        from orgtp.actions.seat_changes import resume_seat

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: resume_seat(org, seat, now, acting, reason), dry_run=dry_run)

    def rename(self, seat: str, name: str, *, reason: str = "", by: str = "", dry_run: bool = False) -> RecordedChange:
        """Give a seat another name; its id stays. Raises `UnknownSeat`, `BadInput` and `Refused`."""
        from orgtp.actions.seat_changes import rename_seat

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: rename_seat(org, seat, name, now, acting, reason), dry_run=dry_run)

    def split(self, split: SeatSplit, *, reason: str = "", by: str = "", dry_run: bool = False) -> RecordedChange:
        """Move capabilities and metrics of a seat to a new one. Raises `UnknownSeat`, `BadInput` and `Refused`."""
        from orgtp.actions.seat_changes import split_seat

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: split_seat(org, split, now, acting, reason), dry_run=dry_run)

    def plan_leave(self, request: Leave) -> LeavePlan:
        """Everything that somebody who leaves leaves behind. Raises `UnknownSeat`, `BadInput` and `Refused`."""
        from orgtp.actions.leave import plan_leave

        return plan_leave(self.ledger.snapshot.loaded.org, request, self.ledger.snapshot.now)

    def leave(self, request: Leave, *, dry_run: bool = False) -> RecordedChange:
        """Hand over or leave vacant every seat of somebody who leaves. Raises what `plan_leave` raises."""
        from orgtp.actions.leave import leave_org

        now = self.ledger.snapshot.now
        return self.ledger.record(lambda org: leave_org(org, request, now), dry_run=dry_run)
