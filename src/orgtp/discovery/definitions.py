"""Definitions of agents in files: what they are called, what they are for, and what they may do."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from orgtp.discovery.file_reading import ReadFile
from orgtp.discovery.items import FoundItem, find_risks
from orgtp.importers.agent_paths import find_agent_folder, remove_agent_ending
from orgtp.importers.front_matter import FrontMatter, read_front_matter
from orgtp.model.inventory.found import FoundKind

# What a persona is known by, the most telling first.
_PERSONA = ("SOUL.md", "IDENTITY.md", "HEARTBEAT.md")


def read_agent_file(file: ReadFile) -> None:
    """An agent in Markdown with front matter. Without front matter it is a page of text, and no agent."""
    if not find_agent_folder(PurePosixPath(file.inside or file.path)) and "/.claude/agents/" not in file.path:
        return
    matter = read_front_matter(file.text)
    if matter is None or not ({"name", "description"} & matter.values.keys()):
        return
    tools = _read_tools(matter)
    name = matter.text("name") or remove_agent_ending(PurePosixPath(file.path).name)
    file.joiner.add_definition(
        file.make_item(
            FoundKind.TEMPLATE,
            name,
            description=matter.text("description"),
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
