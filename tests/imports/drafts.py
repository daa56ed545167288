"""Rows of sources for the tests of the plan. All names are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from orgtp.actions.import_seats.plan import import_seats, plan_import
from orgtp.actions.import_seats.request import ImportRequest
from orgtp.actions.import_seats.result import ImportPlan
from orgtp.files.apply import apply_change
from orgtp.files.load import LoadedOrg, load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.org import Org
from orgtp.model.seat import DefinitionPlace, SeatKind
from orgtp.model.text import fold_spelling

NOW = datetime(2026, 11, 20, 23, tzinfo=UTC)
EMPTY = {"org.yaml": b"org: acme\nname: Acme\ntimezone: UTC\nbranch: main\n"}


def person(line: int, id_: str, name: str, parent: str = "", **more: Any) -> SeatDraft:
    """A row of a table of people; `parent` is the id of another row."""
    keys = (f"id:{id_}", f"name:{fold_spelling(name)}") if id_ else (f"name:{fold_spelling(name)}",)
    return SeatDraft(
        where=f"people.csv:{line}",
        kind=SeatKind.HUMAN,
        name=name,
        role=more.pop("role", "Clerk"),
        keys=keys,
        aliases=(id_,) if id_ else (),
        parent=f"id:{parent}" if parent else "",
        text=f"{id_},{name},{parent}",
        **more,
    )


def agent(name: str, *places: tuple[str, str, str], **more: Any) -> SeatDraft:
    """A file that defines an agent; `places` are repositories, paths and hashes."""
    found = tuple(DefinitionPlace(*place) for place in places)
    where = f"{found[0].text}:1" if found else f"{name}.md:1"
    return SeatDraft(where=where, kind=SeatKind.AGENT, name=name, role="Desk", runs_from=found, **more)


def people(*drafts: SeatDraft, name: str = "people", format_: str = "people") -> DraftSource:
    """A source with these rows."""
    return DraftSource(f"{name}.csv", name, format_, tuple(drafts))


def load(files: dict[str, bytes]) -> LoadedOrg:
    """The org that the files are."""
    return load_org(MemoryTree(files))


def plan(org: Org, *sources: DraftSource, **request: Any) -> ImportPlan:
    """The plan of an import."""
    return plan_import(org, sources, ImportRequest(**request), NOW)


def imported(files: dict[str, bytes], sources: Sequence[DraftSource], **request: Any) -> dict[str, bytes]:
    """The files after an import."""
    change = import_seats(load(files).org, sources, ImportRequest(**request), NOW)
    return {**files, **apply_change(files, change)}


def changed(files: dict[str, bytes], path: str, old: str, new: str) -> dict[str, bytes]:
    """The files after a person has changed a text in one of them."""
    assert old in files[path].decode(), files[path].decode()
    return {**files, path: files[path].decode().replace(old, new).encode()}
