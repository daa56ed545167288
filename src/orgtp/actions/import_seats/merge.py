"""Compare what a source says of an existing seat with what the seat says, field by field.

The base of the comparison is what the source said when it was imported last: `was` of `x-imported`. A field that people
did not touch follows the source; one that they changed stays. A seat that another source wrote, or that people added,
has no base: only what it lacks is added to it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from orgtp.actions.import_seats.groups import DraftGroup, is_whole_seat, list_places
from orgtp.actions.import_seats.references import Named
from orgtp.actions.import_seats.result import FieldFate, FieldMerge
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendItems, Edit, SetKey, YamlData
from orgtp.model.inventory.imported import (
    IMPORTED_KEY,
    ImportedMark,
    build_imported_mark,
    remember_value,
)
from orgtp.model.seat import DefinitionPlace, Seat, SeatKind, SeatStatus, seat_path

# A seat must have a role, and not every source says it.
NO_ROLE = "not known"


@dataclass(slots=True)
class MergedSeat:
    """What becomes of an existing seat: the edits of its file, and the fields that differ from the source."""

    edits: list[Edit] = field(default_factory=list)
    fields: list[FieldMerge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reports_to: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the file of the seat changes."""
        return bool(self.edits)


def list_source_fields(group: DraftGroup, named: Named) -> dict[str, YamlData]:
    """What the rows of a seat say of it, by key of its file. What they do not say is left out."""
    drafts = [row.draft for row in group.rows]
    first = group.first
    emails = list(dict.fromkeys(email for draft in drafts for email in draft.emails))
    fields: dict[str, YamlData] = {
        "name": first.name,
        "role": next((draft.role for draft in drafts if draft.role), ""),
        "owner": named.owner if first.kind is not SeatKind.HUMAN or named.owner != group.seat else "",
        "reports_to": named.reports_to,
        "also_reports_to": sorted(named.also),
        "mission": next((draft.mission for draft in drafts if draft.mission), ""),
        "email": emails[0] if len(emails) == 1 else emails,
    }
    return {key: value for key, value in fields.items() if value}


def list_aliases(group: DraftGroup) -> list[str]:
    """The ids that a seat should remember."""
    return list(dict.fromkeys(alias for row in group.rows for alias in row.draft.aliases))


def build_new_content(group: DraftGroup, named: Named, reports_to: str, owner: str) -> dict[str, YamlData]:
    """The file of a new seat. `reports_to` and `owner` may be answers, which the source does not own."""
    theirs = list_source_fields(group, named)
    draft = group.first
    content: dict[str, YamlData] = {"seat": group.seat, "name": draft.name, "role": theirs.get("role", NO_ROLE)}
    content |= {"kind": str(draft.kind), "status": str(SeatStatus.PROPOSED), "owner": owner, "reports_to": reports_to}
    content |= {key: theirs[key] for key in ("also_reports_to", "mission", "email") if key in theirs}
    content |= {"aliases": list_aliases(group), "runs_from": [format_place(place) for place in list_places(group)]}
    content = {key: value for key, value in content.items() if value}
    if is_whole_seat(group):
        # A person may be named as the owner of their own seat, too.
        itself = {"owner": group.seat} if draft.owner and not owner and draft.kind is SeatKind.HUMAN else {}
        return content | itself | dict(draft.content)
    unreviewed = ["mission"] if "mission" in theirs else []
    content |= dict(draft.content)
    return content | {IMPORTED_KEY: build_imported_mark(group.source.name, group.source.format, theirs, unreviewed)}


def format_place(place: DefinitionPlace) -> dict[str, YamlData]:
    """A place as it is written in the file of a seat."""
    parts = {"repo": place.repo, "path": place.path, "sha256": place.sha256}
    return {key: value for key, value in parts.items() if value}


def merge_seat(group: DraftGroup, seat: Seat, mark: ImportedMark | None, named: Named) -> MergedSeat:
    """Compare the rows of an existing seat with its file."""
    done = MergedSeat(reports_to=seat.reports_to)
    theirs = list_source_fields(group, named)
    is_ours = mark is None or mark.source == group.source.name
    was = mark.was if mark and is_ours else {}
    for key in dict.fromkeys([*theirs, *(["reports_to"] if "reports_to" in was else [])]):
        merged = _merge_field(key, _read_ours(seat, key), theirs.get(key, ""), was.get(key))
        if merged is None:
            continue
        done.fields.append(merged)
        if merged.fate in {FieldFate.FOLLOWED, FieldFate.ADDED}:
            done.edits.append(SetKey(seat_path(seat.id), (key,), theirs[key]))
            done.reports_to = str(theirs[key]) if key == "reports_to" else done.reports_to
    if seat.kind is not group.first.kind:
        done.fields.append(FieldMerge("kind", FieldFate.OTHER, str(seat.kind), str(group.first.kind)))
    _merge_lists(done, group, seat)
    if is_whole_seat(group):
        _add_content(done, group, seat)
    elif is_ours:
        done.edits += _list_mark_edits(done, group, seat, mark, theirs)
    return done


def _add_content(done: MergedSeat, group: DraftGroup, seat: Seat) -> None:
    """Add the keys of a line of seats that the seat lacks. Those that it has stay as they are, and are named."""
    known = [key for key in group.first.content if (key,) in seat.marks.keys and key not in {"seat", "status", "kind"}]
    for key, value in group.first.content.items():
        if (key,) not in seat.marks.keys:
            done.edits.append(SetKey(seat_path(seat.id), (key,), value))
            done.fields.append(FieldMerge(key, FieldFate.ADDED, "", format_field(value)))
    if known:
        done.notes.append(
            f"{seat.id} is a seat already, so these keys of its line were not compared: {', '.join(known)}"
        )


def _merge_field(key: str, ours: YamlData, theirs: YamlData, was: str | None) -> FieldMerge | None:
    """What becomes of a field; None if the seat says what the source says, or the source says nothing."""
    here, there = remember_value(ours), remember_value(theirs)
    if here == there or (not theirs and key != "reports_to"):
        return None
    shown = FieldMerge(key, FieldFate.KEPT, format_field(ours), format_field(theirs), was or "")
    if was is None and (not ours or ours == NO_ROLE):
        return replace(shown, fate=FieldFate.ADDED)
    if was is None:
        return replace(shown, fate=FieldFate.OTHER)
    if not theirs:
        return shown
    if here == was:
        return replace(shown, fate=FieldFate.FOLLOWED)
    return replace(shown, fate=FieldFate.KEPT if there == was else FieldFate.BOTH)


def _read_ours(seat: Seat, key: str) -> YamlData:
    if key == "also_reports_to":
        return sorted(seat.also_reports_to)
    if key == "email":
        return seat.emails[0] if len(seat.emails) == 1 else list(seat.emails)
    if key == "owner":
        return "" if seat.is_human and seat.owner == seat.id else seat.owner
    return str(getattr(seat, key))


def format_field(value: YamlData) -> str:
    """A value of a field as text: the items of a list with commas."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _merge_lists(done: MergedSeat, group: DraftGroup, seat: Seat) -> None:
    """Add the aliases and places that the seat lacks. A place with another hash stays until a person has read it."""
    path = seat_path(seat.id)
    if new := [alias for alias in list_aliases(group) if alias not in seat.aliases]:
        done.edits.append(AppendItems(path, ("aliases",), tuple(new)))
        done.fields.append(FieldMerge("aliases", FieldFate.ADDED, ", ".join(seat.aliases), ", ".join(new)))
    known = {(place.repo, place.path): (number, place) for number, place in enumerate(seat.runs_from)}
    hashes = {place.sha256 for place in seat.runs_from if place.sha256}
    is_read = seat.status is not SeatStatus.PROPOSED
    added: list[DefinitionPlace] = []
    for place in list_places(group):
        number, old = known.get((place.repo, place.path), (0, None))
        if old is None:
            # A text that nobody has read is no reason to call it reviewed.
            kept = place if not is_read or place.sha256 in hashes else DefinitionPlace(place.repo, place.path)
            added.append(kept)
        elif place.sha256 and place.sha256 != old.sha256:
            key = f"runs_from.{number}.sha256"
            if is_read and old.sha256:
                done.fields.append(FieldMerge(key, FieldFate.KEPT, old.sha256, place.sha256, old.sha256))
                done.notes.append(_explain_changed_file(seat, place))
            elif not is_read:
                done.edits.append(SetKey(path, ("runs_from", str(number), "sha256"), place.sha256))
                done.fields.append(FieldMerge(key, FieldFate.FOLLOWED, old.sha256, place.sha256, old.sha256))
    if added:
        done.edits.append(AppendItems(path, ("runs_from",), tuple(format_place(place) for place in added)))
        texts = (", ".join(place.text for place in places) for places in (seat.runs_from, added))
        done.fields.append(FieldMerge("runs_from", FieldFate.ADDED, *texts))


def _explain_changed_file(seat: Seat, changed: DefinitionPlace) -> str:
    """Say that a file is not the one that was reviewed, with the command that says that somebody has read it."""
    texts = []
    for place in seat.runs_from:
        is_changed = (place.repo, place.path) == (changed.repo, changed.path)
        texts.append(f"{place.repo}:{place.path}{f'@{changed.sha256}' if is_changed else ''}")
    command = shlex.join(["orgtp", "seat", "set", seat.id, f"runs_from={','.join(texts)}"])
    return f"{changed.text} has changed since {seat.id} was reviewed. When you have read it: {command}"


def _list_mark_edits(
    done: MergedSeat, group: DraftGroup, seat: Seat, mark: ImportedMark | None, theirs: Mapping[str, YamlData]
) -> Iterator[Edit]:
    """The edits that make `x-imported` say what the source says now."""
    path, source = seat_path(seat.id), group.source
    changed = {one.key for one in done.fields if one.fate in {FieldFate.FOLLOWED, FieldFate.ADDED}}
    unreviewed = ["mission"] if "mission" in changed else []
    if mark is None:
        yield SetKey(path, (IMPORTED_KEY,), build_imported_mark(source.name, source.format, theirs, unreviewed))
        return
    if unreviewed and "mission" not in mark.unreviewed:
        yield SetKey(path, (IMPORTED_KEY, "unreviewed"), ", ".join([*mark.unreviewed, *unreviewed]))
    for key, value in theirs.items():
        if mark.was.get(key) != remember_value(value):
            yield SetKey(path, (IMPORTED_KEY, "was", key), remember_value(value))
