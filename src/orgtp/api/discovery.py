"""Find the agents that run on this machine and in folders, and compare them with the seats of an org.

import orgtp
org = orgtp.open("sneeze-it")
found = org.discovery.scan([Path("~/agents").expanduser()])
view = org.discovery.compare(found)
view.unseated, view.still_running, org.discovery.propose(view, owner="david")
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from orgtp.actions.import_seats.result import ImportPlan
    from orgtp.api.ledger import LedgerActions
    from orgtp.history.locate import OrgSnapshot
    from orgtp.ledger.batch import RecordedChange
    from orgtp.model.inventory.found import Discovered
    from orgtp.model.org import Org
    from orgtp.model.seat import DefinitionPlace
    from orgtp.views.seats.discovery.types import Discovery, ProposedSeat


def scan_places(
    paths: Sequence[Path],
    parts: Collection[str] | None,
    seats_run_from: Sequence[DefinitionPlace] = (),
    zone: tzinfo = UTC,
) -> Discovered:
    """Look for agents in folders and files, and in parts of this machine, such as `crontab`; None means in all of them.

    Days are those of the time zone. Raises `BadPatterns` if the machine's own file of patterns is wrong.
    """
    from orgtp.discovery.scan import ALL_PARTS, MachinePart, ScanRequest, scan_machine

    chosen = ALL_PARTS if parts is None else frozenset(map(MachinePart, parts))
    return scan_machine(ScanRequest(tuple(paths), chosen, tuple(seats_run_from), zone=zone))


def describe_without_org(found: Discovered) -> Discovery:
    """What was found, for somebody who has no org yet: no agent has a seat."""
    from orgtp.history.locate import read_clock
    from orgtp.model.org import Org
    from orgtp.views.seats.discovery.build import build_discovery

    return build_discovery(Org(), found, read_clock())


@dataclass(frozen=True)
class AgentDiscovery:
    """The agents that were found, and the seats of one org."""

    snapshot: OrgSnapshot
    ledger: LedgerActions

    def scan(self, paths: Sequence[Path], parts: Collection[str] | None = None) -> Discovered:
        """Look for agents, and at the files that the seats of the org run from. See `scan_places`."""
        org = self._name_own_repository(self.snapshot.staff.org)
        places = dict.fromkeys(place for seat in org.seats.values() for place in seat.runs_from)
        return scan_places(paths, parts, [*places], org.zone)

    def compare(self, found: Discovered) -> Discovery:
        """Which of the agents have a seat, and what is wrong; see `orgtp.views.seats.discovery.build`."""
        return self._compare_with(self.snapshot.staff.org, found)

    def plan(self, view: Discovery, *, owner: str = "", under: str = "", by: str = "") -> ImportPlan:
        """The proposed seats of the agents without a seat, and what has to be asked first. Raises `UnknownSeat`."""
        from orgtp.actions.import_seats.plan import plan_import
        from orgtp.actions.import_seats.request import ImportRequest
        from orgtp.views.seats.discovery.drafts import draft_agents

        request = ImportRequest(under=under or owner, owner=owner, by=by)
        return plan_import(self.snapshot.staff.org, [draft_agents(view.unseated)], request, self.snapshot.now)

    def preview_seats(self, view: Discovery) -> dict[str, ProposedSeat]:
        """The seat that each agent without one would get, by the id of the agent, as far as it is known so far.

        Nothing is proposed while the file of a seat cannot be read: the agent may be that seat's.
        """
        from orgtp.actions.import_seats.groups import IDENTITY_KEYS
        from orgtp.files.apply import apply_change
        from orgtp.model.change import CreateFile
        from orgtp.model.seat import seat_path
        from orgtp.views.seats.discovery.types import ProposedSeat

        if self.snapshot.staff.org.list_unread_seats(*IDENTITY_KEYS):
            return {}
        plan = self.plan(view)
        new = tuple(edit for edit in plan.change.edits if isinstance(edit, CreateFile))
        files = apply_change({}, replace(plan.change, edits=new))
        seats = {(place.repo, place.path): row.seat for row in plan.rows for place in row.places}
        found = ((one.id, seats.get((one.agent.place.repo, one.agent.place.path), "")) for one in view.unseated)
        return {
            id_: ProposedSeat(seat, files[seat_path(seat)].decode()) for id_, seat in found if seat_path(seat) in files
        }

    def propose(
        self, view: Discovery, *, owner: str, under: str = "", by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Commit the agents without a seat as proposed seats. `owner` answers for all of them.

        They report to `under`, or else to the owner. Raises what `orgtp.actions.import_seats.plan` raises.
        """
        from orgtp.actions.import_seats.plan import import_seats
        from orgtp.actions.import_seats.request import ImportRequest
        from orgtp.views.seats.discovery.drafts import draft_agents

        acting, now = self.ledger.find_acting_seat(by), self.snapshot.now
        request = ImportRequest(under=under or owner, owner=owner, by=acting)
        source = draft_agents(view.unseated)
        return self.ledger.record(lambda org: import_seats(org, [source], request, now), dry_run=dry_run)

    def report_new(self, found: Discovered, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Open escalations for what is new; see `orgtp.actions.found_agents`.

        If the file of a seat cannot be read, an agent may be that seat's, so no agent counts as without a seat.
        """
        from orgtp.actions.found_agents import report_found_agents
        from orgtp.model.change import Change
        from orgtp.views.seats.discovery.build import list_reports, list_seated_ids

        acting, now = self.ledger.find_acting_seat(by), self.snapshot.now

        def report(org: Org) -> Change:
            named = self._name_own_repository(org)
            reports = list_reports(named, self._compare_with(org, found))
            return report_found_agents(org, now, reports, list_seated_ids(named), acting)

        return self.ledger.record(report, dry_run=dry_run)

    def _compare_with(self, org: Org, found: Discovered) -> Discovery:
        from orgtp.views.seats.discovery.build import build_discovery

        return build_discovery(self._name_own_repository(org), found, self.snapshot.now)

    def _name_own_repository(self, org: Org) -> Org:
        from orgtp.views.seats.discovery.build import name_own_repository

        return name_own_repository(org, self._own_repository)

    @cached_property
    def _own_repository(self) -> str:
        from orgtp.importers.repositories import read_repository_name

        return read_repository_name(self.snapshot.root)
