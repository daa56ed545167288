"""Which agents a command line runs, and which scripts. Its arguments are looked at here, and never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from orgtp.discovery.patterns import AgentProgram, ScanPatterns
from orgtp.discovery.shell_text import UNKNOWN, SimpleCommand, join_folder, read_simple_commands
from orgtp.lazy_dataclass import dataclass

_MOST_LEVELS = 6
# Programs that run the rest of their words: how many words they take for themselves, and their options with a value.
_WRAPPERS: Mapping[str, tuple[int, frozenset[str]]] = {
    "sudo": (0, frozenset({"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "--user", "--group", "--chdir"})),
    "doas": (0, frozenset({"-u", "-C"})),
    "env": (0, frozenset({"-u", "-C", "--unset", "--chdir"})),
    "nohup": (0, frozenset()),
    "nice": (0, frozenset({"-n"})),
    "ionice": (0, frozenset({"-c", "-n"})),
    "timeout": (1, frozenset({"-k", "-s", "--signal", "--kill-after"})),
    "gtimeout": (1, frozenset({"-k", "-s"})),
    "flock": (1, frozenset({"-w", "-E", "--timeout"})),
    "setsid": (0, frozenset()),
    "stdbuf": (0, frozenset({"-i", "-o", "-e"})),
    "exec": (0, frozenset({"-a"})),
    "command": (0, frozenset()),
    "builtin": (0, frozenset()),
    "chronic": (0, frozenset()),
    "unbuffer": (0, frozenset()),
    "caffeinate": (0, frozenset({"-t", "-w"})),
    "time": (0, frozenset({"-f", "-o"})),
    "xargs": (0, frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"})),
    "systemd-cat": (0, frozenset({"-t", "-p"})),
    "systemd-run": (0, frozenset({"-p", "-u", "--unit", "-E"})),
    "systemd-inhibit": (0, frozenset()),
    "npx": (0, frozenset({"-p", "--package"})),
    "bunx": (0, frozenset()),
    "uvx": (0, frozenset({"--from", "--with", "--python"})),
}
# The same for two words.
_TWO_WORDS = {
    ("npm", "exec"), ("pnpm", "dlx"), ("pnpm", "exec"), ("yarn", "dlx"), ("pipx", "run"), ("uv", "run"),
    ("poetry", "run"), ("pdm", "run"), ("hatch", "run"), ("mise", "exec"), ("doppler", "run"), ("op", "run"),
    ("bun", "x"),
}  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"})
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*")
_INTERPRETERS = frozenset({"node", "deno", "bun", "tsx", "ts-node", "ruby", "perl", "php"})
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "kubectl"})
# The options of ssh that have a value (ssh(1)).
_SSH_VALUES = frozenset(f"-{letter}" for letter in "bcDEeFIiJLlmOopQRSWw")
_WRITES = re.compile(r"\b(?:Write|Edit|MultiEdit|NotebookEdit|acceptEdits|workspace-write)\b")
_RUNS = re.compile(r"\bBash\b")


@dataclass(frozen=True, slots=True)
class AgentUse:
    """A command that runs an agent. `words` are its arguments: they are for finding definitions, and never shown.

    `risks` says what its options let it do.
    """

    program: str
    words: tuple[str, ...]
    folder: str
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScriptUse:
    """A command that runs a script: the path of the script as an absolute path."""

    path: str
    folder: str
    words: tuple[str, ...] = ()


def find_uses(
    text: str, variables: Mapping[str, str], folder: str, patterns: ScanPatterns
) -> list[AgentUse | ScriptUse]:
    """The agents and scripts that the text of a shell runs, in order."""
    finder = _Finder(patterns, dict(variables))
    found: list[AgentUse | ScriptUse] = []
    fed: tuple[str, ...] = ()
    for command in read_simple_commands(text, variables, folder):
        # `cat FILE | claude -p`: the file says what the agent does.
        found += [replace(use, words=use.words + fed) for use in finder.classify_command(command, 0)]
        fed = command.words[1:] if command.words[0] in _FEEDERS else ()
    return found


def find_uses_of_words(
    words: tuple[str, ...], variables: Mapping[str, str], folder: str, patterns: ScanPatterns
) -> list[AgentUse | ScriptUse]:
    """The same for the words of one command, as units and property lists have them."""
    return list(_Finder(patterns, dict(variables)).classify_command(SimpleCommand(words, folder), 0))


@dataclass(frozen=True, slots=True)
class _Finder:
    patterns: ScanPatterns
    variables: dict[str, str]

    def classify_command(self, command: SimpleCommand, level: int) -> Iterator[AgentUse | ScriptUse]:
        """What a command runs, behind all the programs that run other programs."""
        words, folder = command.words, command.folder
        if not words or level > _MOST_LEVELS:
            return
        name = _name_program(words[0])
        if inner := _find_inner_text(name, words):
            for below in read_simple_commands(inner, self.variables, folder):
                yield from self.classify_command(below, level + 1)
        elif program := self.find_program(words):
            yield self.make_use(program, words[1:], folder)
        elif name in _CONTAINERS:
            yield from self.classify_container(words, folder)
        elif (rest := _unwrap(name, words)) is not None:
            yield from self.classify_command(SimpleCommand(rest, folder), level + 1)
        else:
            yield from self.find_script(name, words, folder)

    def find_program(self, words: tuple[str, ...]) -> AgentProgram | None:
        """The program of the patterns that these words run; None if they run none, or not as an agent."""
        name, package = _name_program(words[0]), re.sub(r"(?<=.)@[^@/]*\Z", "", words[0])
        for program in self.patterns.programs:
            if (name == program.name or package in program.packages) and _runs_agent(program, words[1:]):
                return program
        return None

    def make_use(self, program: AgentProgram, words: tuple[str, ...], folder: str) -> AgentUse:
        options = " ".join(_list_tool_words(words))
        unasked = any(word in program.unasked or word.partition("=")[2] in program.unasked for word in words if word)
        risks = ["acts without asking"] if unasked else []
        risks += ["can run programs"] if unasked or _RUNS.search(options) else []
        risks += ["can write files"] if unasked or _WRITES.search(options) else []
        return AgentUse(program.name, words, folder, tuple(sorted(risks)))

    def classify_container(self, words: tuple[str, ...], folder: str) -> Iterator[AgentUse]:
        """An agent that `docker run` and the like start: by the image, or by the command in it."""
        for number, word in enumerate(words[1:], 1):
            if words[number - 1].startswith("-") and "=" not in words[number - 1]:
                continue
            if image := find_agent_image(word, self.patterns):
                yield AgentUse(image, words[number + 1 :], folder)
                return
            if program := self.find_program(words[number:]):
                yield self.make_use(program, words[number + 1 :], folder)
                return

    def find_script(self, name: str, words: tuple[str, ...], folder: str) -> Iterator[AgentUse | ScriptUse]:
        rest = list(words)
        if _PYTHON.fullmatch(name) and "-m" in rest[1:-1]:
            module = rest[rest.index("-m", 1) + 1]
            if module.partition(".")[0] in self.patterns.python or module in self.patterns.python:
                yield AgentUse(module, tuple(rest), folder)
            return
        if name in {".", "source"} | _SHELLS | _INTERPRETERS or _PYTHON.fullmatch(name):
            rest = [word for word in rest[1:] if not word.startswith("-")]
            rest = rest[1:] if name in {"deno", "bun"} and rest[:1] == ["run"] else rest
        elif "/" not in words[0]:
            return
        path = join_folder(folder, rest[0], self.variables.get("HOME", "")) if rest else ""
        if path and UNKNOWN not in path:
            yield ScriptUse(path, folder, tuple(rest[1:]))


def _name_program(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")


def _runs_agent(program: AgentProgram, words: tuple[str, ...]) -> bool:
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    first = next((word for word in words if not word.startswith("-")), words[0] if words else "")
    if program.with_ and not options & set(program.with_):
        return False
    if program.first and not set(words[:10]) & set(program.first):
        return False
    return first not in program.not_first


def _list_tool_words(words: tuple[str, ...]) -> Iterator[str]:
    """The values of the options that allow tools."""
    for option, value in zip(words, (*words[1:], ""), strict=True):
        if option.partition("=")[0].lower() in _TOOL_OPTIONS:
            yield f"{option.partition('=')[2]} {value}"


_TOOL_OPTIONS = {"--allowedtools", "--allowed-tools", "--tools", "--permission-mode", "--sandbox", "-s"}


def _find_inner_text(name: str, words: tuple[str, ...]) -> str:
    """The text of a shell that a command has as an argument: `bash -lc TEXT`, `su -c TEXT`, `ssh HOST TEXT`."""
    if name in _SHELLS | {"su", "flock", "script", "runuser"}:
        for number, word in enumerate(words[1:-1], 1):
            if re.fullmatch(r"-[a-z]*c|--command", word):
                return words[number + 1]
    if name in {"tmux", "screen"}:
        return words[-1] if " " in words[-1] else ""
    if name == "ssh":
        rest = _drop_options(words[1:], _SSH_VALUES)
        return " ".join(rest[1:])
    return words[1] if name == "eval" and len(words) > 1 else ""


def _unwrap(name: str, words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that another program runs; None if it runs none."""
    if words[:2] and (name, *words[1:2]) in _TWO_WORDS:
        return _drop_options(words[2:], frozenset({"--from", "--with", "--package", "-p"}))
    if name not in _WRAPPERS:
        return None
    own, values = _WRAPPERS[name]
    rest = _drop_options(words[1:], values)
    rest = _drop_options(rest[own:], values) if own else rest
    while rest and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*=.*", rest[0], re.DOTALL):
        rest = _drop_options(rest[1:], values)
    return rest


def _drop_options(words: tuple[str, ...], values: frozenset[str]) -> tuple[str, ...]:
    start = 0
    while start < len(words) and words[start].startswith("-"):
        if words[start] == "--":
            return words[start + 1 :]
        start += 2 if words[start] in values else 1
    return words[start:]


def find_agent_image(image: str, patterns: ScanPatterns) -> str:
    """The last part of the name of an image that runs an agent, without its tag; "" for another image."""
    bare = image.partition("@")[0]
    bare = re.sub(r":[^/:]*\Z", "", bare)
    if any(fnmatchcase(bare, pattern) for pattern in patterns.images):
        return bare.rpartition("/")[2]
    return ""


_FEEDERS = frozenset({"cat", "sed", "envsubst", "head", "tail"})
_SCRIPT_COMMAND = r"""["']{name}["']\s*,\s*[^\]\)\n]{{0,400}}?["'](?:{words})["']"""


def find_library(text: str, patterns: ScanPatterns) -> str:
    """The library for agents that a script in Python or JavaScript imports; "" if it imports none."""
    for name in patterns.python:
        if re.search(rf"^[ \t]*(?:from|import)[ \t]+{re.escape(name)}\b", text, re.MULTILINE):
            return name
    for name in patterns.javascript:
        if re.search(rf"""(?:from|require\(|import\(|import)\s*["']{re.escape(name)}["'/]""", text):
            return name
    return ""


def find_started_program(text: str, patterns: ScanPatterns) -> str:
    """The agent that a script starts with a list of words, such as `["claude", "-p", …]`; "" if it starts none."""
    code = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(("#", "//")))
    for program in patterns.programs:
        words = "|".join(map(re.escape, program.with_ or program.first))
        if words and re.search(_SCRIPT_COMMAND.format(name=re.escape(program.name), words=words), code):
            return program.name
    return ""
