"""Read folders of agents: Markdown files with front matter, as Claude Code and GitHub Copilot have them.

`.claude/agents/**/*.md`, `.github/agents/*.agent.md` and `agents/*.md` are read from a folder; if it has none of these,
all its Markdown files whose front matter has a name and a description. The description is the mission. Headings and the
rest of a file are instructions for a program, and nothing is made of them.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

from orgtp.files.foreign_files import list_folder
from orgtp.files.yaml.foreign import ForeignData
from orgtp.importers.agent_paths import find_agent_folder, list_folders_below, remove_agent_ending
from orgtp.importers.draft_texts import DraftTexts, undo_literal_breaks
from orgtp.importers.formats import SourceRequest
from orgtp.importers.front_matter import FrontMatter, read_front_matter
from orgtp.importers.repositories import RepositoryFinder
from orgtp.importers.source_files import SourceFile, SourceReading, read_start
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind
from orgtp.model.text import count_noun

MOST_AGENT_BYTES = 4 * 1024 * 1024
_OWN_KEYS = ("name", "description")


@dataclass(frozen=True, slots=True)
class AgentDefinition:
    """What the file of an agent says: `tools` is empty if it has all tools, or says nothing about them.

    `fault` says why its front matter is not YAML, or is "".
    """

    name: str
    description: str
    tools: tuple[str, ...]
    model: str
    fault: str
    front_matter: FrontMatter


def parse_agent(raw: bytes) -> AgentDefinition | None:
    """The agent that a Markdown file defines; None if it has no front matter with a name or a description."""
    front_matter = read_front_matter(raw.decode("utf-8", "replace"))
    if front_matter is None:
        return None
    name, description = front_matter.text("name"), front_matter.text("description")
    if not name and not description:
        return None
    model, tools = front_matter.text("model"), front_matter.words("tools")
    return AgentDefinition(name, description, tools, model, front_matter.fault, front_matter)


def recognise(path: Path, start: bytes) -> bool:
    """A Markdown file with an agent's front matter, or a folder with such files in the usual places."""
    if path.is_dir():
        place = _ReadFolder(path)
        files = [file for file in list_folder(path).files if _is_markdown(file)]
        usual = [file for file in files if place.is_usual(file)]
        return any(place.is_agent(file, parse_agent(read_start(file) or b"")) for file in usual or files[:_TRIED])
    return _is_markdown(path) and parse_agent(start) is not None


# A folder without the usual places is one of agents if one of these has the front matter of one.
_TRIED = 200


def _is_markdown(path: Path) -> bool:
    return path.suffix == ".md"


def read(request: SourceRequest) -> DraftSource:
    """Read a file or a folder of agents."""
    reading = SourceReading.begin(request.path)
    place = _ReadFolder(request.path)
    finder = RepositoryFinder()
    without = 0
    for file in reading.list_files(_is_markdown, place.is_usual):
        raw = reading.read_bytes(file, MOST_AGENT_BYTES)
        agent = parse_agent(raw) if raw is not None else None
        if raw is None:
            continue
        if agent is None or not place.is_agent(file.path, agent):
            without += 1
            continue
        reading.drafts.append(_make_draft(place, file, raw, agent, finder))
    if without:
        reading.notes.append(f"left out: {count_noun(without, 'Markdown file')} without the front matter of an agent")
    if not reading.drafts and not reading.bad:
        why = "no Markdown file has the front matter of an agent, with a name or a description"
        reading.refuse(str(request.path), why)
    return reading.finish("agents")


class _ReadFolder:
    """The folder that is read, with as much of the path above it as tells which files in it are agents."""

    def __init__(self, path: Path) -> None:
        self.is_file = path.is_file()
        self.folder = path.parent if self.is_file else path
        above = self.folder.resolve().parts
        size = next((size for size in (3, 2) if above[-size : -size + 1][:1] in {(".claude",), (".github",)}), 1)
        self.above = above[-size:]

    def find_path(self, file: Path) -> PurePosixPath:
        """The path of a file from above the folder, as far as it counts: `.claude/agents/dash.md`."""
        return PurePosixPath(*self.above, *file.relative_to(self.folder).parts)

    def is_usual(self, file: Path) -> bool:
        """Whether a file is in a folder of agents."""
        return bool(find_agent_folder(self.find_path(file)))

    def is_agent(self, file: Path, agent: AgentDefinition | None) -> bool:
        """Whether the front matter is one of an agent. Pages of a site in a folder `agents` have descriptions, too.

        Programs read all Markdown files in `.claude/agents` and `.github/agents` as agents.
        """
        if agent is None:
            return False
        is_named = bool(agent.name and agent.description) or file.name.endswith(".agent.md")
        return self.is_file or is_named or find_agent_folder(self.find_path(file)).startswith(".")


def _make_draft(
    folder: _ReadFolder, file: SourceFile, raw: bytes, agent: AgentDefinition, finder: RepositoryFinder
) -> SeatDraft:
    place = finder.place(file.path, raw)
    texts = DraftTexts.begin()
    stem = remove_agent_ending(file.path.name)
    name = texts.clean_name("name", agent.name) or texts.clean_name("file name", stem)
    role, unknown = _find_role(folder.find_path(file.path), name, texts)
    if agent.fault:
        unknown = (*unknown, "all of the front matter, which is not YAML and was read line by line")
    if not _is_utf8(raw):
        unknown = (*unknown, "the characters that are not UTF-8, which are shown as \ufffd")
    for key, value in agent.front_matter.values.items():
        if key not in _OWN_KEYS:
            texts.lose(key, _write_value(key, value))
    mission = texts.clean_mission("description", undo_literal_breaks(agent.description))
    return SeatDraft(
        where=f"{file.label}:1",
        kind=SeatKind.AGENT,
        name=name,
        role=role,
        # A name without a letter or digit of ASCII makes no id.
        id_hint="" if has_plain_letters(name) or not has_plain_letters(stem) else stem,
        keys=(f"ref:{place.text}",),
        mission=mission,
        runs_from=(place,),
        lost=tuple(texts.lost),
        unknown=unknown,
    )


def _find_role(path: PurePosixPath, name: str, texts: DraftTexts) -> tuple[str, tuple[str, ...]]:
    """The role of an agent, and what is not known of it: such files say none, and a seat must have one.

    It is the folder below the folder of agents, which people sort agents into, or else the name.
    """
    below = list_folders_below(path)
    if below and (role := texts.clean_name("folder", below[0])):
        return role, ("role (the name of its folder stands for it)",)
    return name, ("role (the name stands for it)",)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def has_plain_letters(name: str) -> bool:
    """Whether an id can be made from a name."""
    return any(sign.isascii() and sign.isalnum() for sign in unicodedata.normalize("NFKD", name))


# Any other key may have commands and passwords in its value or below it.
_SHOWN = frozenset(
    {"tools", "disallowedTools", "model", "color", "skills", "target", "version", "author", "memory", "effort"}
    | {"permissionMode", "maxTurns", "background", "isolation", "infer", "argument-hint", "user-invocable"}
)
_NOT_SHOWN = "(not shown)"


def _write_value(key: str, value: ForeignData) -> str:
    """A value of the front matter in one line of text: of what is nested, or not known, only the names."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_write_value(key, one) for one in value)))
    if isinstance(value, dict):
        return ", ".join(value)
    return _NOT_SHOWN if value and key not in _SHOWN else value or ""
