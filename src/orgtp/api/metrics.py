"""Change the metrics of an org's seats: every change is a commit on the ledger branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orgtp.api.ledger import LedgerActions
from orgtp.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from orgtp.actions.metric_content import NewMetric
    from orgtp.actions.metrics import Continuation, MetricEnd
    from orgtp.actions.phases import NewPhase
    from orgtp.ledger.batch import RecordedChange


@dataclass(frozen=True)
class MetricActions:
    """Changes of metrics. Each is based on the newest commit of the ledger branch.

    `RecordedChange.verdicts` has the metrics whose past is judged differently, and `RecordedChange.change.doubts` what
    names a metric that ends and was not changed with it.
    """

    ledger: LedgerActions

    def add(self, seat: str, new: NewMetric, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Add a metric to a seat. Raises `BadInput` for what is missing, and `Refused` for an id that was used."""
        from orgtp.actions.metrics import add_metric

        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(lambda org: add_metric(org, seat, new, acting), dry_run=dry_run)

    def set_target(
        self,
        seat: str,
        metric: str,
        target: str,
        *,
        start: str = "",
        also_past: bool = False,
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Set a target from the current period on, from `start` on, or with `also_past` for all periods."""
        from orgtp.actions.metrics import set_metric_target

        acting = self.ledger.find_acting_seat(by)
        now = None if also_past else self.ledger.snapshot.now
        return self.ledger.record(
            lambda org: set_metric_target(org, seat, metric, target, start=start, by=acting, now=now), dry_run=dry_run
        )

    def set_keys(
        self, seat: str, metric: str, values: Sequence[tuple[str, str]], *, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Set keys of a metric; the value "" removes a key. A target applies from the current period on."""
        from orgtp.actions.metrics import set_metric_keys

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(
            lambda org: set_metric_keys(org, seat, metric, values, acting, now=now), dry_run=dry_run
        )

    def end(self, end: MetricEnd, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """End a metric: its values stay, and nothing more is owed. Raises `Refused` if it has later values."""
        from orgtp.actions.metrics import end_metric

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: end_metric(org, end, now, acting), dry_run=dry_run)

    def rebase(self, phase: NewPhase, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Begin a new phase of a metric, with a reason. Its limits are computed from the values since then."""
        from orgtp.actions.phases import rebase_metric

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: rebase_metric(org, phase, now, acting), dry_run=dry_run)

    def continue_as(self, step: Continuation, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Rename a metric, move it to another seat, or measure it at another cadence.

        The old metric ends, and a new one continues it, in one commit. Raises `Refused` if the id is taken.
        """
        from orgtp.actions.metrics import continue_metric

        acting, now = self.ledger.find_acting_seat(by), self.ledger.snapshot.now
        return self.ledger.record(lambda org: continue_metric(org, step, now, acting), dry_run=dry_run)
