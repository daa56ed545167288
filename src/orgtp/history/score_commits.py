"""The commit of each of a number of records: what `orgtp why` finds for one seat, for a page of many."""

from __future__ import annotations

from collections.abc import Collection

from orgtp.history.blame import Blame, FileStates
from orgtp.history.facts import make_fact_reader
from orgtp.history.locate import OrgSnapshot
from orgtp.views.seats.fields import Spot


def find_score_commits(snapshot: OrgSnapshot, spots: Collection[Spot]) -> dict[Spot, str]:
    """The commits that added records, by the file and the id of each.

    A record that is not committed yet has none, and neither has one from before the history of a shallow clone. If
    several commits added the same record on branches that were merged, it is one of these.
    """
    if snapshot.repo is None or snapshot.revision is None or not spots:
        return {}
    reader = make_fact_reader([key for _, key in spots])
    blame = Blame(FileStates(snapshot.repo, reader), dict.fromkeys(sorted(spots), True))
    return {spot: commit.id for spot, commit in blame.find_setters(snapshot.revision) if commit}
