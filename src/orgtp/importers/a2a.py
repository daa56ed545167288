"""Read A2A agent cards, of protocol 0.x and 1.0 (a2a-protocol.org, AgentCard).

In 0.x the address of the agent is `url`, in 1.0 that of the first of `supportedInterfaces`. What the card calls skills
are what the agent offers to other agents, and no capabilities: nobody has said yet that no other seat has them. They
are listed, with their texts, as what the import leaves out. Signatures are not checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
from orgtp.model.text import count_noun

_MARKS = (b'"skills"', b'"name"')
_LAYOUTS = ("supportedInterfaces", "supported_interfaces", "protocolVersion", "protocol_version", "capabilities")


def recognise(path: Path, start: bytes) -> bool:
    """A JSON file with the keys of an agent card, or a folder with one."""
    return has_file(path, is_json, has_card) if path.is_dir() else is_json(path) and has_card(start)


def has_card(start: bytes) -> bool:
    """Whether a file seems to be an agent card; one that is longer than its first part is judged by its words."""
    if not all(mark in start for mark in _MARKS):
        return False
    try:
        return _is_card(parse_json(start))
    except ValueError:
        return any(f'"{key}"'.encode() in start for key in _LAYOUTS[:4])


def _is_card(data: Any) -> bool:
    """Whether an object has what a card must have in all versions, and the address or layout of one of them."""
    if not isinstance(data, dict) or not isinstance(data.get("skills"), list) or not take_text(data, "name"):
        return False
    return any(key in data for key in _LAYOUTS[:4]) or ("url" in data and isinstance(data.get("capabilities"), dict))


def read(request: SourceRequest) -> DraftSource:
    """Read a card, or all cards of a folder."""
    reading = SourceReading.begin(request.path)
    finder = RepositoryFinder()
    signed = 0
    for file in reading.select(reading.list_files(is_json), has_card):
        card = read_json_object(reading, file)
        if card is None:
            continue
        if not take_text(card, "name"):
            reading.refuse(f"{file.label}:1", "an agent card without a name")
            continue
        signed += bool(card.get("signatures"))
        reading.drafts.append(_make_draft(file, card, finder))
    if signed:
        reading.notes.append(f"the signatures of {count_noun(signed, 'card')} were not checked")
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no A2A agent card in it")
    return reading.finish("a2a")


def _make_draft(file: SourceFile, card: dict[str, Any], finder: RepositoryFinder) -> SeatDraft:
    texts = DraftTexts.begin()
    name = texts.clean_name("name", take_text(card, "name"))
    address = _find_address(card)
    for skill in take_objects(card, "skills"):
        tags = ", ".join(take_words(skill, "tags"))
        parts = [take_text(skill, "name"), take_text(skill, "description"), f"({tags})" if tags else ""]
        texts.lose(
            f"skill {take_text(skill, 'id')}".strip(), ": ".join(filter(None, parts[:2])) + f" {parts[2]}".rstrip()
        )
    provider = [take_text(card, "provider", key) for key in ("organization", "url")]
    texts.lose("provider", ", ".join(filter(None, provider)))
    texts.lose("version", take_text(card, "version"))
    texts.lose("documentation", take_text(card, "documentationUrl"))
    alias = f"a2a:{address}" if address else ""
    place = finder.place_in_repository(file.path, MOST_JSON_BYTES)
    return SeatDraft(
        where=f"{file.label}:1",
        kind=SeatKind.AGENT,
        name=name,
        role=name,
        keys=(f"ref:{alias}",) if alias else (),
        aliases=(alias,) if alias else (),
        mission=texts.clean_mission("description", take_text(card, "description")),
        runs_from=(place,) if place else (),
        lost=tuple(texts.lost),
        unknown=("role (the name stands for it)", *(() if address else ("the address of the agent",))),
    )


def _find_address(card: dict[str, Any]) -> str:
    """The address of an agent without its scheme, user and query: `agents.example.com/a2a`."""
    interfaces = take_objects(card, "supportedInterfaces") or take_objects(card, "supported_interfaces")
    url = next((take_text(one, "url") for one in interfaces if take_text(one, "url")), "") or take_text(card, "url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host or not url.isprintable():
        return ""
    return f"{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
