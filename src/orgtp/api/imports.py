"""Import seats from files of other tools.

import orgtp
org = orgtp.open("sneeze-it")
sources = org.imports.read_sources([Path("people.csv")])
plan = org.imports.plan(sources, orgtp.api.ImportRequest(under="david"))
org.imports.record(sources, orgtp.api.ImportRequest(under="david"))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from orgtp.actions.import_seats.request import ImportRequest
    from orgtp.actions.import_seats.result import ImportPlan
    from orgtp.api.ledger import LedgerActions
    from orgtp.importers.bad_rows import KeptRows
    from orgtp.ledger.batch import RecordedChange
    from orgtp.model.inventory.draft import DraftSource


@dataclass(frozen=True)
class Imports:
    """Imports into one org."""

    snapshot: OrgSnapshot
    ledger: LedgerActions

    def read_sources(
        self,
        paths: Sequence[Path],
        format_: str = "",
        mapping: Mapping[str, str] | None = None,
        name: str = "",
        piped: BinaryIO | None = None,
    ) -> list[DraftSource]:
        """Read the paths. `format_` is one of `importers.formats`, "" to recognise it; `mapping` maps keys to columns.

        `name` is the name under which the source is known again; "" for that of its file. `piped` is read for the path
        `-`. Raises `BadInput` and `BadSource`.
        """
        from orgtp.importers.read import read_draft_sources
        from orgtp.importers.remembered import read_remembered

        remembered = read_remembered().maps
        if name in remembered and not mapping:
            mapping = remembered[name]
        found = read_draft_sources(paths, format_, mapping or {}, remembered, piped)
        return [replace(source, name=name) for source in found] if name else found

    def find_settings_fault(self) -> str:
        """Why the maps that this machine remembers cannot be used; "" if they can."""
        from orgtp.importers.remembered import read_remembered

        return read_remembered().fault

    def remember_maps(self, sources: Iterable[DraftSource]) -> str:
        """Remember the maps of the tables on this machine. Returns why that could not be done; "" if it was.

        A table without a map needs none any more, and what was remembered of it is forgotten.
        """
        from orgtp.importers.remembered import remember_mapping

        tables = [source for source in sources if source.format in {"people", "scorecard"}]
        faults = [remember_mapping(source.name, source.mapping) for source in tables]
        return next(filter(None, faults), "")

    def plan(self, sources: Sequence[DraftSource], request: ImportRequest) -> ImportPlan:
        """What becomes of each row, with the seats that new ones look like. Raises `UnknownSeat` and `BadInput`."""
        from orgtp.actions.import_seats.plan import plan_import
        from orgtp.actions.import_seats.result import RowFate
        from orgtp.views.seats.overlap.find import find_alike_drafts

        plan = plan_import(self.snapshot.loaded.org, sources, request, self.snapshot.now)
        drafts = {draft.where: draft for source in sources for draft in source.drafts}
        new = [row for row in plan.rows if row.fate is RowFate.NEW]
        found = find_alike_drafts(self.snapshot.loaded.org, [drafts[row.where] for row in new])
        alike = {row.where: some for row, some in zip(new, found, strict=True) if some}
        return replace(plan, rows=tuple(replace(row, alike=alike.get(row.where, ())) for row in plan.rows))

    def write_bad_rows(self, plan: ImportPlan, sources: Sequence[DraftSource], path: Path) -> dict[Path, KeptRows]:
        """Write the bad rows of a plan to new files; see `orgtp.importers.bad_rows`. Raises `BadInput`."""
        from orgtp.importers.bad_rows import write_bad_rows

        return write_bad_rows(plan.bad, sources, path)

    def record(
        self,
        sources: Sequence[DraftSource],
        request: ImportRequest,
        *,
        planned: ImportPlan | None = None,
        dry_run: bool = False,
    ) -> RecordedChange:
        """Import the rows in one commit, planned on the newest commit of the ledger branch.

        With the plan that the user saw, no other rows are left out than its bad ones. Raises `BadRows`,
        `OpenQuestion`, and what `plan` raises.
        """
        from orgtp.actions.import_seats.plan import import_seats

        now, known = self.snapshot.now, planned.bad if planned else None
        return self.ledger.record(lambda org: import_seats(org, sources, request, now, known), dry_run=dry_run)
