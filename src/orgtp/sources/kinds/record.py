"""A source that computes its value from the record of the org that is collected for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from orgtp.sources.kind import Key, Kind, SourceFailed
from orgtp.views.record_measures import Measure


class Record(Kind):
    """`record: stale-to-flagged`, or `record: {measure: todos-done, seat: radar}`."""

    keys: ClassVar[Mapping[str, Key]] = {
        "measure": Key(required=True, options=tuple(measure.value for measure in Measure)),
        "seat": Key(),
    }
    bare = "measure"

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Read the org at the commit that is collected for, and return the measure of the period."""
        from orgtp.files.load import load_org
        from orgtp.git.repo import find_repo
        from orgtp.git.tree import GitTree
        from orgtp.model.period import parse_period
        from orgtp.views.record_measures import measure_record

        asked = self.asked_for
        period = parse_period(asked.period) if asked else None
        repo = find_repo(Path(asked.org)) if asked else None
        if asked is None or period is None or repo is None:
            raise SourceFailed("it reads the record of an org in git, and none is collected for", again=False)
        org = load_org(GitTree(repo, asked.revision), asked.org).org
        now = datetime.fromisoformat(asked.now)
        found = measure_record(org, Measure(settings["measure"]), period, now, settings.get("seat", ""))
        if found.value is None:
            raise SourceFailed(found.why, again=False)
        return found.value
