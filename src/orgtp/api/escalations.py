"""Read and change the escalations of an org.

import orgtp
escalations = orgtp.open("sneeze-it").escalations
escalations.list_open(), escalations.open("dash", "The ad account is locked"), escalations.tick()
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from orgtp.api.moved import find_moved
from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import EscalationSeverity

if TYPE_CHECKING:
    from orgtp.actions.escalate import FoundTrouble
    from orgtp.api.ledger import LedgerActions
    from orgtp.history.locate import OrgSnapshot
    from orgtp.ledger.batch import RecordedChange
    from orgtp.model.org import Org
    from orgtp.views.escalations import EscalationView, SilenceView


# Methods of 0.1 and their new names; see `orgtp.api.moved`.
_MOVED = {"listed": "list_open", "silences": "list_silences", "trouble": "record_trouble"}


def list_stale_values(org: Org, now: datetime) -> Sequence[FoundTrouble]:
    """The values that are stale at `now`, as problems to record."""
    from orgtp.actions.escalate import FoundTrouble
    from orgtp.model.escalation import EscalationKind
    from orgtp.views.stale import stale

    return [
        FoundTrouble(EscalationKind.STALE, one.seat, one.metric, f"{one.period}: {one.why}") for one in stale(org, now)
    ]


@dataclass(frozen=True)
class Escalations:
    """The escalations of one org."""

    snapshot: OrgSnapshot
    ledger: LedgerActions

    def list_open(self, seat: str = "", *, settled: bool = False) -> list[EscalationView]:
        """The open escalations, of one seat or all. `settled` includes resolved ones. Raises `UnknownSeat`."""
        from orgtp.views.escalations import escalations

        return escalations(self.snapshot.staff.org, self.snapshot.now, seat, settled=settled)

    def list_silences(self, seat: str = "") -> list[SilenceView]:
        """The silenced metrics, of one seat or all."""
        from orgtp.views.escalations import silences

        return silences(self.snapshot.staff.org, self.snapshot.now, seat)

    def show(self, id_: str) -> EscalationView:
        """One escalation. Raises `UnknownEscalation`."""
        from orgtp.views.escalations import escalation

        return escalation(self.snapshot.staff.org, self.snapshot.now, id_)

    def open(
        self,
        seat: str,
        what: str,
        *,
        why: str = "",
        to: str = "",
        metric: str = "",
        severity: EscalationSeverity = EscalationSeverity.NORMAL,
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Open an escalation about `seat`; see `orgtp.actions.escalate.open_escalation`."""
        from orgtp.actions.escalate import NewEscalation, open_escalation

        acting, new = self.ledger.find_acting_seat(by), NewEscalation(seat, what, why, to, metric, severity)
        return self.ledger.record(lambda org: open_escalation(org, self.snapshot.now, new, acting), dry_run=dry_run)

    def acknowledge(self, id_: str, note: str = "", *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Acknowledge an escalation. Raises `UnknownEscalation`, `BadInput`, `Refused`."""
        from orgtp.actions.escalate import acknowledge_escalation

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(
            lambda org: acknowledge_escalation(org, self.snapshot.now, id_, note, acting), dry_run=dry_run
        )

    def resolve(self, id_: str, note: str, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Resolve an escalation. Raises `UnknownEscalation`, `BadInput`, `Refused`."""
        from orgtp.actions.escalate import resolve_escalation

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(
            lambda org: resolve_escalation(org, self.snapshot.now, id_, note, acting), dry_run=dry_run
        )

    def silence(
        self, seat: str, metric: str, until: date, reason: str, *, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Mute alerts for a metric until the end of a day. Raises what `actions.silence.silence_metric` raises."""
        from orgtp.actions.silence import NewSilence, silence_metric

        acting, new = self.ledger.find_acting_seat(by), NewSilence(seat, metric, until, reason)
        return self.ledger.record(lambda org: silence_metric(org, self.snapshot.now, new, acting), dry_run=dry_run)

    def tick(self, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Do everything that is due, in one commit; see `orgtp.actions.escalate.run_escalation_tick`."""
        from orgtp.actions.escalate import run_escalation_tick

        acting, now = self.ledger.find_acting_seat(by), self.snapshot.now
        return self.ledger.record(
            lambda org: run_escalation_tick(org, now, list_stale_values(org, now), acting), dry_run=dry_run
        )

    def record_trouble(
        self,
        found: Sequence[FoundTrouble],
        good: Collection[tuple[str, str]] = (),
        *,
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Open or extend escalations for problems, and resolve those that have ended; see `orgtp.actions.escalate`."""
        from orgtp.actions import escalate

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(
            lambda org: escalate.record_trouble(org, self.snapshot.now, found, good, acting), dry_run=dry_run
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Find a method of 0.1 by its new name, with a `DeprecationWarning`."""
            return find_moved(self, "escalations", _MOVED, name)
