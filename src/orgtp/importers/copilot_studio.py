"""Read agents of Copilot Studio, as its extension for VS Code clones them: `agent.mcs.yml`.

The main agent has the kind `GptComponentMetadata`, with its name and its instructions; what it is for has no key of its
own. An agent that it calls is in a folder `agents` below it, and has the kind `AgentDialog` and a description for the
one that calls it. `settings.mcs.yml` next to a main agent has the name of its schema, which does not change.
"""

from __future__ import annotations

import re
from pathlib import Path

from orgtp.files.foreign_files import is_file
from orgtp.files.yaml.foreign import MAX_FOREIGN_BYTES, ForeignNode
from orgtp.importers.draft_texts import DraftTexts
from orgtp.importers.formats import SourceRequest
from orgtp.importers.repositories import RepositoryFinder
from orgtp.importers.source_files import SourceFile, SourceReading, has_file
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import DefinitionPlace, SeatKind
from orgtp.model.text import escape_control_chars

_KIND = re.compile(rb"^kind:[ \t]*[\"']?(?:GptComponentMetadata|AgentDialog)\b", re.MULTILINE)
_MAIN = "GptComponentMetadata"
_CALLED = "AgentDialog"
_SETTINGS = "settings.mcs.yml"
_METADATA = "mcs.metadata"


def recognise(path: Path, start: bytes) -> bool:
    """A file of the extension with the kind of an agent, or a folder with one."""
    return has_file(path, _is_named, _KIND.search) if path.is_dir() else _is_named(path) and bool(_KIND.search(start))


def _is_named(path: Path) -> bool:
    return path.name.endswith((".mcs.yml", ".mcs.yaml"))


def read(request: SourceRequest) -> DraftSource:
    """Read an agent, or all agents of a folder."""
    reading = SourceReading.begin(request.path)
    finder = RepositoryFinder()
    for file in reading.select(reading.list_files(_is_named), _KIND.search):
        raw = reading.read_bytes(file, MAX_FOREIGN_BYTES)
        for node in reading.parse_yaml(file, raw) if raw is not None else []:
            if node.text("kind") in {_MAIN, _CALLED}:
                settings = _read_settings(reading, file) if node.text("kind") == _MAIN else None
                reading.drafts.append(_make_draft(file, node, settings, finder.place(file.path, raw or b"")))
            else:
                kind = escape_control_chars(node.text("kind"))
                reading.refuse(f"{file.label}:{node.line}", f'the kind "{kind}" is not one of an agent')
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no agent of Copilot Studio in it")
    return reading.finish("copilot-studio")


def _read_settings(reading: SourceReading, file: SourceFile) -> ForeignNode | None:
    """The settings next to a main agent; None if there are none."""
    path = file.path.parent / _SETTINGS
    if not is_file(path) or path.is_symlink():
        return None
    documents = reading.read_yaml(SourceFile(path, escape_control_chars(str(path))))
    return documents[0] if documents else None


def _make_draft(file: SourceFile, node: ForeignNode, settings: ForeignNode | None, place: DefinitionPlace) -> SeatDraft:
    texts = DraftTexts.begin()
    unknown = ["role (the name stands for it)"]
    names = [
        node.text("displayName"),
        node.text(_METADATA, "componentName"),
        settings.text("displayName") if settings else "",
    ]
    name = next(filter(None, (texts.clean_name("name", one) for one in names)), "") or texts.clean_name(
        "folder", file.path.resolve().parent.name
    )
    schema = node.text(_METADATA, "schemaName") or (settings.text("schemaName") if settings else "")
    instructions = node.text("instructions") or node.text("settings", "instructions")
    descriptions = [
        node.text("description"),
        node.text(_METADATA, "description"),
        node.text("beginDialog", "description"),
    ]
    description = next(filter(None, descriptions), "")
    mission = texts.clean_mission("description", description)
    if not mission and instructions:
        mission = texts.clean_mission("instructions", instructions)
        unknown.append("what it is for (its instructions stand for it)")
    starters = [one.text("title") or one.text("text") for one in node.list("conversationStarters")]
    texts.lose("conversation starters", ", ".join(filter(None, starters)))
    texts.lose("model", node.text("aISettings", "model", "modelNameHint"))
    if node.text("kind") == _CALLED:
        unknown.append("which agents call it")
    alias = f"copilot-studio:{texts.clean_name('schema', schema)}" if schema else ""
    return SeatDraft(
        where=f"{file.label}:{node.line}",
        kind=SeatKind.AGENT,
        name=name,
        role=name,
        keys=(f"ref:{alias}",) if alias else (),
        aliases=(alias,) if alias else (),
        mission=mission,
        runs_from=(place,),
        lost=tuple(texts.lost),
        unknown=tuple(unknown),
    )
