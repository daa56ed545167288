"""Join what starts with what is started: a trigger, the agent that its command runs, and the definition of that agent.

A definition is known by its file alone: the command must name the file, the folder of the agent, or, in its own
folder of agents, the agent. That a name occurs in another is never enough.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from hashlib import sha256

from orgtp.discovery.commands import (
    AgentUse,
    FileKind,
    NamedUse,
    ScriptUse,
    find_library,
    find_started_program,
    find_uses,
    find_uses_of_words,
)
from orgtp.discovery.items import FoundItem
from orgtp.discovery.machine import ScannedMachine, hash_shown
from orgtp.discovery.patterns import ScanPatterns
from orgtp.discovery.recipes import find_package_scripts, find_recipes, list_known_names
from orgtp.discovery.scan_log import ScanLog
from orgtp.discovery.shell_text import UNKNOWN, join_folder, name_own_folder
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.found import FoundKind
from orgtp.model.seat import DefinitionPlace

_MOST_SCRIPTS = 20
_SCRIPTS = "scripts that are started"
_SHELL_NAMES = (".sh", ".bash", ".zsh", ".ksh")


@dataclass(frozen=True, slots=True)
class Start:
    """Something that runs a command: an entry of a crontab, a unit, a job.

    `source` and `where` are as in `FoundAgent`. `text` is a text of a shell, or `words` are the words of one command;
    neither is kept. `holder` is the file that has the entry, and `label` its name there. `trigger` is "" for a command
    that nothing starts. `place` is the identity of the entry itself, if it is more than a part of its holder.
    """

    source: str
    where: str
    trigger: str
    holder: str
    text: str = ""
    words: tuple[str, ...] = ()
    folder: str = ""
    label: str = ""
    place: DefinitionPlace | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    among: str = ""


@dataclass(frozen=True, slots=True)
class _Reached:
    """An agent that a command reaches, and the script that runs it ("" if the command itself does).

    `part` is the name of its recipe in a file of several.
    """

    use: AgentUse
    script: str = ""
    raw: bytes = b""
    part: str = ""


@dataclass(frozen=True, slots=True)
class _OpenedScript:
    """A script that something runs, the file that it is, and its content."""

    use: ScriptUse
    path: str
    raw: bytes

    @property
    def part(self) -> str:
        """The recipes of the file that are run, by those names that the file has itself."""
        if self.use.kind is FileKind.SCRIPT:
            return ""
        return " ".join(list_known_names(self.raw, self.use.words, package=self.use.kind is FileKind.PACKAGE))


class Joiner:
    """Adds triggers to definitions, and an item of its own for an agent that has no definition."""

    def __init__(self, patterns: ScanPatterns, machine: ScannedMachine, log: ScanLog, items: list[FoundItem]) -> None:
        self.patterns = patterns
        self.machine = machine
        self.log = log
        self.items = items
        self._by_path: dict[str, FoundItem] = {}
        self._by_folder: dict[str, list[FoundItem]] = {}
        self._by_place: dict[tuple[str, str], FoundItem] = {}
        self._labels: dict[tuple[str, str], int] = {}

    def add_definition(self, item: FoundItem) -> None:
        """Make a definition known, so that commands that name it are linked to it."""
        self.items.append(item)
        if item.path and item.kind is FoundKind.TEMPLATE:
            self._by_path.setdefault(os.path.realpath(item.path), item)
            for folder in {os.path.dirname(item.path), item.folder} - {""}:  # noqa: PTH120
                self._by_folder.setdefault(os.path.realpath(folder), []).append(item)

    def add_path(self, item: FoundItem) -> None:
        """Make a further file of a definition known."""
        self._by_path.setdefault(os.path.realpath(item.path), item)

    def add_start(self, start: Start) -> None:
        """Find what a command runs. If that is an agent, it has a trigger now."""
        reached = list(self._reach(start))
        for one in reached:
            for item in self._find_definitions(one.use):
                if start.trigger:
                    item.add_trigger(start.trigger, one.use.program, one.use.risks)
        if reached and not any(self._find_definitions(one.use) for one in reached):
            self._add_own_item(start, reached)

    def _reach(self, start: Start) -> Iterator[_Reached]:
        variables = {"HOME": self.machine.home, **start.variables}
        uses = (
            find_uses_of_words(start.words, variables, start.folder, self.patterns)
            if start.words
            else find_uses(start.text, variables, start.folder, self.patterns)
        )
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for use in uses:
            if isinstance(use, AgentUse):
                yield _Reached(use)
            else:
                yield from self._follow_all(use, start, variables, seen)

    def _follow_all(
        self,
        use: ScriptUse | NamedUse,
        start: Start,
        variables: Mapping[str, str],
        seen: set[tuple[str, tuple[str, ...]]],
    ) -> Iterator[_Reached]:
        for script in [use] if isinstance(use, ScriptUse) else use.scripts:
            yield from self._follow(script, start, variables, seen)

    def _follow(
        self, script: ScriptUse, start: Start, variables: Mapping[str, str], seen: set[tuple[str, tuple[str, ...]]]
    ) -> Iterator[_Reached]:
        """What a script runs. The scripts that it runs itself are followed too, a few in all."""
        path = self.machine.locate(script.path)
        part = script.words if script.kind is not FileKind.SCRIPT else ()
        if path is None or (path, part) in seen or not self._is_there(path, start):
            return
        if len(seen) >= _MOST_SCRIPTS:
            self.log.skip(start.where, f"more than {_MOST_SCRIPTS} scripts for one entry")
            return
        seen.add((path, part))
        if b"\0" in self.log.peek(path):
            # A program and not a script: what it does cannot be read.
            return
        raw = self.log.read(path, f"{self.machine.show(path)} (started by {start.source})", _SCRIPTS)
        if raw is not None:
            yield from self._read_script(_OpenedScript(script, path, raw), start, variables, seen)

    def _read_script(
        self, opened: _OpenedScript, start: Start, variables: Mapping[str, str], seen: set[tuple[str, tuple[str, ...]]]
    ) -> Iterator[_Reached]:
        script, path, raw = opened.use, opened.path, opened.raw
        text = raw.decode(errors="replace")
        if script.kind is FileKind.SCRIPT and not _is_shell(path, text):
            yield from self._read_program(script, path, raw, text)
            return
        folder = script.folder or os.path.dirname(script.path)  # noqa: PTH120
        for use in find_uses(_find_commands(script, raw, text), variables, folder, self.patterns):
            if isinstance(use, AgentUse):
                yield _Reached(use, path, raw, opened.part)
            else:
                yield from self._follow_all(use, start, variables, seen)

    def _is_there(self, path: str, start: Start) -> bool:
        """Whether a script exists. One that this user may not look for is remembered: it may run an agent."""
        try:
            os.lstat(path)
        except PermissionError:
            self.log.skip(f"{self.machine.show(path)} (started by {start.source})", "no permission")
            return False
        except (OSError, ValueError):
            return False
        return True

    def _read_program(self, script: ScriptUse, path: str, raw: bytes, text: str) -> Iterator[_Reached]:
        """A script in another language: by the library that it uses, or the program that it starts."""
        name = find_started_program(text, self.patterns) or find_library(text, self.patterns)
        if name:
            yield _Reached(AgentUse(name, script.words, script.folder), path, raw)

    def _find_definitions(self, use: AgentUse) -> list[FoundItem]:
        """The definitions that the words of a command name, each by its file, its folder or its exact name."""
        found = {id(item): item for word in use.words for item in self._find_named(word, use)}
        if not found and use.folder:
            found = {id(item): item for item in self._find_in_folder(self.machine.locate(use.folder))}
        return list(found.values())

    def _find_named(self, word: str, use: AgentUse) -> list[FoundItem]:
        words = {part for part in word.replace(UNKNOWN, " ").replace("=", " ").replace("@", " ").split() if part}
        found = [item for part in words | {word} for item in self._find_by_path(part.strip("\"'(),;"), use.folder)]
        return found or self._find_by_name(word, use)

    def _find_by_path(self, word: str, folder: str) -> list[FoundItem]:
        if not word or UNKNOWN in word or len(word) > 4096 or ("/" not in word and "." not in word):  # noqa: PLR2004
            return []
        path = self.machine.locate(join_folder(folder, word, self.machine.home) or "/")
        if path is None or path == (self.machine.root or "/"):
            return []
        return [self._by_path[path]] if path in self._by_path else self._find_in_folder(path)

    def _find_in_folder(self, path: str | None) -> list[FoundItem]:
        """The agent of a folder, if it has exactly one."""
        found = self._by_folder.get(path or "", [])
        return found if len(found) == 1 else []

    def _find_by_name(self, word: str, use: AgentUse) -> list[FoundItem]:
        """The agent with exactly this name in the folders where `--agent NAME` looks."""
        before = dict(zip(use.words[1:], use.words, strict=False)).get(word, "")
        name = word if before == "--agent" else word.removeprefix("--agent=") if word.startswith("--agent=") else ""
        if not name:
            return []
        for folder in (use.folder, self.machine.home):
            path = self.machine.locate(f"{folder}/.claude/agents") if folder else None
            matches = [item for item in self._by_folder.get(path or "", []) if item.name == name]
            if matches:
                return matches[:1]
        return []

    def _add_own_item(self, start: Start, reached: list[_Reached]) -> None:
        """An item for an agent whose only definition is what starts it, or the script that runs it."""
        first = next((one for one in reached if one.script), reached[0])
        place, path = self._make_place(start, first)
        known = self._by_place.get((place.repo, place.path))
        risks = sorted({risk for one in reached for risk in one.use.risks})
        if known is None:
            stem = os.path.splitext(os.path.basename(first.script))[0]  # noqa: PTH119, PTH122
            name = start.label or first.part or stem or first.use.program
            known = FoundItem(FoundKind.TEMPLATE, start.source, name, start.where, place, path, among=start.among)
            known.repository = self.machine.find_repository(path) if path else None
            known.inside = os.path.relpath(path, known.repository.root) if known.repository else ""
            self._by_place[place.repo, place.path] = known
            self.items.append(known)
        if start.trigger:
            known.add_trigger(start.trigger, first.use.program, risks)
        known.program, known.risks = known.program or first.use.program, tuple(sorted({*known.risks, *risks}))

    def _make_place(self, start: Start, first: _Reached) -> tuple[DefinitionPlace, str]:
        if first.script:
            return self.machine.place(first.script, sha256(first.raw).hexdigest(), first.part), first.script
        if start.place:
            return start.place, start.holder
        label = start.label or first.use.program
        key = (start.holder, label)
        self._labels[key] = self._labels.get(key, 0) + 1
        part = label if self._labels[key] == 1 else f"{label}-{self._labels[key]}"
        digest = hash_shown(start.trigger, first.use.program)
        if not start.holder.startswith("/"):
            return DefinitionPlace(self.machine.name, f"{start.holder}#{part}", digest), ""
        return self.machine.place(start.holder, digest, part), start.holder


def _find_commands(script: ScriptUse, raw: bytes, text: str) -> str:
    """The text of a shell that a script is, or that its words name in it."""
    if script.kind is FileKind.RECIPES:
        return find_recipes(text, script.words)
    if script.kind is FileKind.PACKAGE:
        return find_package_scripts(raw, script.words)
    return name_own_folder(text, script.path)


def _is_shell(path: str, text: str) -> bool:
    first = text.partition("\n")[0]
    if first.startswith("#!"):
        return any(name in first for name in ("sh", "zsh", "ksh")) and "python" not in first
    return path.endswith(_SHELL_NAMES) or "." not in os.path.basename(path)  # noqa: PTH119
