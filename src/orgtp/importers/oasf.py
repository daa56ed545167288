"""Read OASF records of agents (schema.oasf.outshift.com, the object `record`), of all versions of the schema.

A record has a name, a version, a description, authors, skills, domains and locators. Skills and domains are entries of
a catalog that all agents share, and no capabilities; they are listed as what the import leaves out, with the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orgtp.importers.draft_texts import DraftTexts
from orgtp.importers.formats import SourceRequest
from orgtp.importers.json_files import (
    MOST_JSON_BYTES,
    is_json,
    parse_json,
    read_json_object,
    take_objects,
    take_text,
    take_words,
)
from orgtp.importers.repositories import RepositoryFinder
from orgtp.importers.source_files import SourceFile, SourceReading, has_file
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind

_PARTS = ("skills", "locators", "domains", "modules", "extensions")


def recognise(path: Path, start: bytes) -> bool:
    """A JSON file with `schema_version` and a part of a record, or a folder with one."""
    return has_file(path, is_json, has_record) if path.is_dir() else is_json(path) and has_record(start)


def has_record(start: bytes) -> bool:
    """Whether a file seems to be a record; one that is longer than its first part is judged by its words."""
    if b'"schema_version"' not in start or b'"name"' not in start:
        return False
    try:
        found = parse_json(start)
    except ValueError:
        return b'"locators"' in start or (b'"skills"' in start and b'"authors"' in start)
    return isinstance(found, dict) and _is_record(found)


def _is_record(data: dict[str, Any]) -> bool:
    has_parts = any(isinstance(data.get(part), list) for part in _PARTS)
    return bool(take_text(data, "schema_version") and take_text(data, "name") and has_parts)


def read(request: SourceRequest) -> DraftSource:
    """Read a record, or all records of a folder."""
    reading = SourceReading.begin(request.path)
    finder = RepositoryFinder()
    for file in reading.select(reading.list_files(is_json), has_record):
        record = read_json_object(reading, file)
        if record is not None and not take_text(record, "name"):
            reading.refuse(f"{file.label}:1", "a record without a name")
        elif record is not None:
            reading.drafts.append(_make_draft(file, record, finder))
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no OASF record in it")
    return reading.finish("oasf")


def _make_draft(file: SourceFile, record: dict[str, Any], finder: RepositoryFinder) -> SeatDraft:
    texts = DraftTexts.begin()
    full = take_text(record, "name")
    # A name may be an address, `https://example.com/agents/dash`; its last part names the agent.
    name = texts.clean_name("name", full.rstrip("/").rpartition("/")[2] if "/" in full else full)
    for part in ("skills", "domains"):
        texts.lose(part, ", ".join(filter(None, map(_name_class, take_objects(record, part)))))
    for locator in take_objects(record, "locators"):
        urls = [*take_words(locator, "url"), *take_words(locator, "urls")]
        texts.lose(f"locator {take_text(locator, 'type')}".strip(), ", ".join(urls))
    modules = [*take_objects(record, "modules"), *take_objects(record, "extensions")]
    texts.lose("modules", ", ".join(filter(None, (take_text(one, "name") for one in modules))))
    texts.lose("authors", ", ".join(take_words(record, "authors")))
    for key in ("version", "schema_version", "created_at"):
        texts.lose(key, take_text(record, key))
    alias = f"oasf:{texts.clean_name('name', full)}"
    place = finder.place_in_repository(file.path, MOST_JSON_BYTES)
    return SeatDraft(
        where=f"{file.label}:1",
        kind=SeatKind.AGENT,
        name=name,
        role=name,
        keys=(f"ref:{alias}",),
        aliases=(alias,),
        mission=texts.clean_mission("description", take_text(record, "description")),
        runs_from=(place,) if place else (),
        lost=tuple(texts.lost),
        unknown=("role (the name stands for it)",),
    )


def _name_class(one: dict[str, Any]) -> str:
    """The name of a skill or domain: `name`, or in versions before 0.4 `category_name/class_name`."""
    old = [take_text(one, key) for key in ("category_name", "class_name")]
    return take_text(one, "name") or "/".join(filter(None, old)) or take_text(one, "id")
