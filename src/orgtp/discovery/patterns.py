"""The patterns of a scan: what `patterns.yaml` of this package says, and what the machine's own file adds to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from orgtp.discovery.request import MachinePart
from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Place, Problem

_MOST_BYTES = 256 * 1024


class BadPatterns(OrgtpError):
    """The machine's own file of patterns is wrong. Nothing was looked at."""

    text = "{where}: {what}. {hint} Nothing was looked at."


class HowToRead(StrEnum):
    """How a file is read that a pattern names."""

    AGENT_FILE = "agent-file"
    CREWAI = "crewai"
    COPILOT_STUDIO = "copilot-studio"
    A2A = "a2a"
    OASF = "oasf"
    PERSONA = "persona"
    INSTRUCTIONS = "instructions"
    LANGGRAPH = "langgraph"
    N8N = "n8n"
    ASSISTANTS = "assistants"
    GITHUB_WORKFLOW = "github-workflow"
    GITHUB_WORKFLOW_ELSEWHERE = "github-workflow-elsewhere"
    GITLAB = "gitlab"
    COMPOSE = "compose"
    MCP_SERVERS = "mcp-servers"
    SYSTEM_CRONTAB = "system-crontab"
    USER_CRONTAB = "user-crontab"
    ANACRONTAB = "anacrontab"
    CRON_SCRIPT = "cron-script"
    OPENCLAW_JOBS = "openclaw-jobs"
    SYSTEMD = "systemd"
    LAUNCHD = "launchd"


@dataclass(frozen=True, slots=True)
class FilePattern:
    """Files in folders: a pattern of their path, how they are read, and what they are called in answers."""

    path: str
    read: HowToRead
    what: str


@dataclass(frozen=True, slots=True)
class MachinePattern:
    """Files at a fixed place of the machine. `trigger` is what starts them, if their place alone says it."""

    part: MachinePart
    path: str
    read: HowToRead
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class AgentProgram:
    """A program that runs an agent, and the words by which its command line does so; see `patterns.yaml`."""

    name: str
    packages: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    not_first: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanPatterns:
    """All patterns of a scan. `write` and `run` are names of tools in lower case."""

    files: tuple[FilePattern, ...] = ()
    machine: tuple[MachinePattern, ...] = ()
    programs: tuple[AgentProgram, ...] = ()
    actions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    javascript: tuple[str, ...] = ()
    other_people: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    run: tuple[str, ...] = ()

    def __add__(self, more: ScanPatterns) -> ScanPatterns:
        """These patterns, and then those of `more`. A program of `more` replaces the one of the same name."""
        names = {program.name for program in more.programs}
        kept = tuple(program for program in self.programs if program.name not in names)
        both = {one.name: getattr(self, one.name) + getattr(more, one.name) for one in fields(self)}
        return ScanPatterns(**{**both, "programs": kept + more.programs})


def patterns_path() -> Path:
    """The machine's own file of patterns: `orgtp/discover.yaml` in XDG_CONFIG_HOME, or else in `~/.config`."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(os.path.expanduser(base)) / "orgtp" / "discover.yaml"  # noqa: PTH111  (it never raises)


def read_patterns(own: Path | None = None) -> ScanPatterns:
    """The patterns of the package, and those of the machine's own file `own`, if it exists. Raises `BadPatterns`."""
    where = own or patterns_path()
    if not os.path.lexists(where):
        if own is not None:
            raise BadPatterns(where=where, what="there is no such file", hint="Write it, or name another.")
        return read_shipped_patterns()
    try:
        raw = read_regular_file(where, _MOST_BYTES)
    except UnreadableFile as error:
        raise BadPatterns(where=where, what=str(error), hint="Mend it, or remove it.") from error
    return read_shipped_patterns() + parse_patterns(str(where), raw)


@lru_cache(maxsize=1)
def read_shipped_patterns() -> ScanPatterns:
    """The patterns of the package alone."""
    source = files("orgtp.discovery") / "patterns.yaml"
    return parse_patterns("patterns.yaml", source.read_bytes())


def parse_patterns(where: str, raw: bytes) -> ScanPatterns:
    """The patterns in the content of a file. Raises `BadPatterns` with the first thing that is wrong."""
    problems: list[Problem] = []
    try:
        document = read_document(where, raw)
    except NotStrict as error:
        _refuse([error.problem])
    if not isinstance(document.data, dict):
        hint = "Begin with a key such as files:."
        _refuse([Problem("wrong-type", Place(where), "the file does not hold groups of patterns", hint)])
    found = _read_groups(MappingReader(document.data, document.marks, problems))
    _refuse(problems)
    return found


def _refuse(problems: Iterable[Problem]) -> None:
    for problem in sorted(problems, key=lambda one: one.sort_key):
        raise BadPatterns(where=problem.place, what=problem.message, hint=problem.hint)


_GROUPS = ("files", "machine", "programs", "actions", "images", "libraries", "folders", "tools")


def _read_groups(top: MappingReader) -> ScanPatterns:
    top.refuse_unknown_keys(_GROUPS)
    lists = {
        name: below.text_list(name) if below else ()
        for key, names in _LISTS.items()
        for below in [_read_below(top, key, names)]
        for name in names
    }
    return ScanPatterns(
        files=tuple(map(_read_file, top.groups("files", "an item of files"))),
        machine=tuple(map(_read_machine, top.groups("machine", "an item of machine"))),
        programs=tuple(map(_read_program, top.groups("programs", "an item of programs"))),
        actions=top.text_list("actions"),
        images=top.text_list("images"),
        **lists,
    )


_LISTS = {
    "libraries": ("python", "javascript"),
    "folders": ("other_people", "samples", "templates"),
    "tools": ("write", "run"),
}


def _read_below(top: MappingReader, key: str, names: tuple[str, ...]) -> MappingReader | None:
    below = top.mapping(key)
    if below:
        below.refuse_unknown_keys(names)
    return below


def _read_file(item: MappingReader) -> FilePattern:
    item.refuse_unknown_keys(("path", "read", "what"))
    path = item.text("path", required=True)
    if path.startswith("/") or ".." in path.split("/"):
        item.add_problem("bad-path", "path", f'"{path}" is not a path below a folder', "Begin it with **/.")
    read = item.choice("read", HowToRead, HowToRead.AGENT_FILE, "bad-choice", required=True)
    return FilePattern(path, read, item.text("what") or path)


def _read_machine(item: MappingReader) -> MachinePattern:
    item.refuse_unknown_keys(("part", "path", "read", "trigger"))
    path = item.text("path", required=True)
    if not path.startswith(("/", "~/")) or "**" in path or ".." in path.split("/"):
        hint = "Begin it with / or ~/, without ** and without .. in it."
        item.add_problem("bad-path", "path", f'"{path}" is not a place of the machine', hint)
    part = item.choice("part", MachinePart, MachinePart.CLIENTS, "bad-choice", required=True)
    read = item.choice("read", HowToRead, HowToRead.MCP_SERVERS, "bad-choice", required=True)
    return MachinePattern(part, path, read, item.text("trigger"))


def _read_program(item: MappingReader) -> AgentProgram:
    item.refuse_unknown_keys(("name", "packages", "with", "first", "not_first", "unasked"))
    lists = [item.text_list(key) for key in ("packages", "with", "first", "not_first", "unasked")]
    return AgentProgram(item.text("name", required=True), *lists)


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """A pattern of paths as a regular expression: `**/` is any number of folders, `*` any part of a name."""
    words = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts), re.DOTALL)
