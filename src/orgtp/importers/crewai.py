"""Read the agents of a CrewAI crew: `config/agents.yaml` (docs.crewai.com/concepts/agents).

The role of an agent is its role, and its goal the mission. Both may have {placeholders}, which the crew fills in when
it runs; they stay as they are, and are named as not known.
"""

from __future__ import annotations

import re
from pathlib import Path

from orgtp.files.yaml.foreign import ForeignNode
from orgtp.importers.draft_texts import DraftTexts
from orgtp.importers.formats import SourceRequest
from orgtp.importers.repositories import RepositoryFinder
from orgtp.importers.source_files import SourceReading, has_file
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import DefinitionPlace, SeatKind
from orgtp.model.text import escape_control_chars

_NAMES = frozenset({"agents.yaml", "agents.yml"})
_ROLE = re.compile(rb"^[ \t]+role[ \t]*:", re.MULTILINE)
_GOAL = re.compile(rb"^[ \t]+(?:goal|backstory)[ \t]*:", re.MULTILINE)
# Any other key may have a password in its value.
_SHOWN = frozenset(
    {"role", "goal", "backstory", "tools", "llm", "function_calling_llm", "allow_delegation", "verbose", "reasoning"}
    | {"max_iter", "max_rpm", "max_execution_time", "memory", "cache", "knowledge_sources", "multimodal"}
)
_PLACEHOLDER = re.compile(r"\{+\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}+")


def recognise(path: Path, start: bytes) -> bool:
    """A file `agents.yaml` whose agents have a role and a goal, or a folder with one."""
    return has_file(path, _is_named, _has_agents) if path.is_dir() else _is_named(path) and _has_agents(start)


def _is_named(path: Path) -> bool:
    return path.name in _NAMES


def _has_agents(start: bytes) -> bool:
    return bool(_ROLE.search(start) and _GOAL.search(start))


def read(request: SourceRequest) -> DraftSource:
    """Read the agents of a file, or of all such files of a folder."""
    reading = SourceReading.begin(request.path)
    finder = RepositoryFinder()
    for file in reading.select(reading.list_files(_is_named), _has_agents):
        raw = reading.read_bytes(file, _MOST_BYTES)
        documents = reading.parse_yaml(file, raw) if raw is not None else []
        place = finder.place(file.path, raw or b"")
        found = [(key, node, document.key_lines[key]) for document in documents for key, node in document.items.items()]
        for key, node, line in found:
            where = f"{file.label}:{line}"
            if isinstance(node.data, dict) and (node.text("role") or node.text("goal")):
                reading.drafts.append(_make_draft(where, key, node, place, is_alone=len(found) == 1))
            else:
                reading.refuse(where, f'"{escape_control_chars(key)}" has no role and no goal, so it is no agent')
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no agents of CrewAI in it, with a role and a goal")
    return reading.finish("crewai")


_MOST_BYTES = 1024 * 1024


def _make_draft(where: str, key: str, node: ForeignNode, place: DefinitionPlace, *, is_alone: bool) -> SeatDraft:
    texts = DraftTexts.begin()
    name = texts.clean_name("name", key)
    role = texts.clean_name("role", node.text("role"))
    goal = node.text("goal")
    for other, value in node.items.items():
        if other not in _SHOWN:
            texts.lose(other, "(not shown)")
        elif other not in {"role", "goal"}:
            texts.lose(
                other, ", ".join(one.data for one in value.parts if isinstance(one.data, str)) or node.text(other)
            )
    words = dict.fromkeys(_PLACEHOLDER.findall(f"{role} {goal}"))
    unknown = [f"what {{{word}}} is" for word in words]
    alias = f"crewai:{place.text}#{name}"
    return SeatDraft(
        where=where,
        kind=SeatKind.AGENT,
        name=name,
        role=role or name,
        keys=(f"ref:{alias}",),
        aliases=(alias,),
        mission=texts.clean_mission("goal", goal),
        # A file of several agents is the file of none: nobody could tell which of them changed when it did.
        runs_from=(place,) if is_alone else (),
        lost=tuple(texts.lost),
        unknown=tuple(unknown if role else (*unknown, "role (the name stands for it)")),
    )
