"""An org without some of its parts, as a snapshot that reads no file and no commit: every view is of what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from orgtp.files.load import LoadedOrg
from orgtp.files.org import OrgHead
from orgtp.files.tree import FileInfo, Tree
from orgtp.history.locate import OrgSnapshot
from orgtp.history.queries import read_whole_log
from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.views.redaction.log import redact_log
from orgtp.views.redaction.parts import Part
from orgtp.views.redaction.redact import Redactor


@dataclass(frozen=True, slots=True)
class NamesTree:
    """A tree of which only the names of files are known: the ids of records, by folder. There is nothing to read."""

    names: Mapping[str, Collection[str]]

    def entries(self) -> list[FileInfo]:
        """Nothing."""
        return []

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Nothing."""
        del paths
        return {}

    def without_scores(self) -> Tree:
        """The same tree."""
        return self

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Nothing."""
        del paths
        return []

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """(name, is a folder) for each record of a folder."""
        return [(f"{name}.yaml", False) for name in sorted(self.names.get(folder, ()))]

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        """Nothing."""
        del folders
        return []


def redact_snapshot(snapshot: OrgSnapshot, parts: Collection[Part]) -> OrgSnapshot:
    """The org of a snapshot without the parts. It has no repository, so no query can reach what is left out."""
    loaded = snapshot.loaded
    redactor = Redactor(loaded.org, parts)
    org = redactor.redact_org()
    names = {"seats": org.seats, "retirements": org.retirements, "reviews": org.reviews}
    made = OrgSnapshot(Path(), None, NamesTree(names), _redact_head(snapshot.head, org), snapshot.now, snapshot.at)
    # What a cached property has is not read again.
    vars(made)["loaded"] = LoadedOrg(org, tuple(map(redactor.redact_problem, loaded.problems)), {})
    made.logs[""] = redact_log(read_whole_log(snapshot), redactor)
    return made


def _redact_head(head: OrgHead, org: Org) -> OrgHead:
    names = tuple(sorted(org.holiday_names.items()))
    return replace(
        head,
        id=org.id,
        name=org.name,
        note=org.note,
        holiday_names=names,
        policy=org.policy,
        routing=org.routing,
        own=(),
        marks=org.marks,
    )
