"""Definitions of agents in files: what they are called, what they are for, and what they may do."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from orgtp.discovery.file_reading import ReadFile
from orgtp.discovery.items import FoundItem, find_risks
from orgtp.importers.agent_files import parse_agent
from orgtp.importers.agent_paths import find_agent_folder, remove_agent_ending
from orgtp.importers.draft_texts import undo_literal_breaks
from orgtp.importers.formats import FORMATS, BadSource, SourceRequest
from orgtp.importers.front_matter import FrontMatter
from orgtp.model.inventory.found import FoundKind

_START = 64 * 1024
# What a persona is known by, the most telling first.
_PERSONA = ("SOUL.md", "IDENTITY.md", "HEARTBEAT.md")


def read_agent_file(file: ReadFile) -> None:
    """An agent in Markdown with front matter. Without front matter it is a page of text, and no agent."""
    path = PurePosixPath(file.inside or file.path)
    folder, agent = find_agent_folder(path), parse_agent(file.raw)
    # A page of a site in a folder `agents` may have a description, too.
    is_named = agent and (
        folder.startswith(".") or path.name.endswith(".agent.md") or (agent.name and agent.description)
    )
    if agent is None or not folder or not is_named:
        return
    tools = _read_tools(agent.front_matter)
    file.joiner.add_definition(
        file.make_item(
            FoundKind.TEMPLATE,
            agent.name or remove_agent_ending(path.name),
            description=undo_literal_breaks(agent.description),
            tools=tools or (),
            risks=find_risks(tools, file.patterns),
        )
    )


def _read_tools(matter: FrontMatter) -> tuple[str, ...] | None:
    """The tools that an agent may use; None if it may use all (a `tools` line is missing or empty in both formats)."""
    if matter.values.get("tools") is None:
        return None
    tools = matter.words("tools")
    return tools if tools or isinstance(matter.values["tools"], list) else None


def read_as_import(file: ReadFile, format_: str) -> None:
    """The agents of a file that `orgtp import` reads too, by the reader of that format."""
    reader = next(one for one in FORMATS if one.name == format_)
    path = Path(file.path)
    if not reader.recognise(path, file.raw[:_START]):
        return
    try:
        source = reader.read(SourceRequest(path, {}, {}))
    except BadSource:
        file.skip("it cannot be read as one of its format")
        return
    for draft in source.drafts:
        part = draft.name if len(source.drafts) > 1 else ""
        item = file.make_item(FoundKind.TEMPLATE, draft.name, part, description=draft.mission)
        file.joiner.add_definition(item)


def read_instructions(file: ReadFile) -> None:
    """A file of instructions for whichever agent works in a folder."""
    name = PurePosixPath(file.path).name
    file.joiner.add_definition(file.make_item(FoundKind.INSTRUCTIONS, name))


def read_persona(file: ReadFile, known: dict[str, FoundItem]) -> None:
    """One of the files that make a folder an agent. `known` has the agents of such folders; each folder is one."""
    name, folder = os.path.split(file.path)[::-1]
    item = known.get(folder)
    if item is None:
        title = _name_folder(file, folder)
        item = known[folder] = file.make_item(FoundKind.TEMPLATE, title, folder=folder)
        file.joiner.add_definition(item)
    elif _PERSONA.index(name) < _PERSONA.index(PurePosixPath(item.path).name):
        item.place, item.path, item.where, item.inside = file.place(), file.path, file.shown, file.inside
        file.joiner.add_path(item)
    if name == "HEARTBEAT.md" and "/.openclaw/" in file.path and file.repository is None:
        item.add_trigger("heartbeat of OpenClaw", "openclaw")


def _name_folder(file: ReadFile, folder: str) -> str:
    """The name of the folder of an agent: that of the repository, if the agent is the whole of it."""
    if file.repository and os.fspath(file.repository.root) == folder:
        return PurePosixPath(file.repository.name).name
    return PurePosixPath(folder).name
