"""Which agents a command line runs, and which scripts. Its arguments are looked at here, and never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TypeAlias

from orgtp.discovery.items import RUNS, WRITES
from orgtp.discovery.patterns import AgentProgram, ScanPatterns
from orgtp.discovery.shell_text import UNKNOWN, SimpleCommand, join_folder, read_simple_commands
from orgtp.lazy_dataclass import dataclass

_MOST_LEVELS = 6
# Programs that run the rest of their words: how many words they take for themselves, and their options with a value.
_WRAPPERS: Mapping[str, tuple[int, frozenset[str]]] = {
    "sudo": (0, frozenset({"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "--user", "--group", "--chdir"})),
    "doas": (0, frozenset({"-u", "-C"})),
    "runuser": (0, frozenset({"-u", "-g", "-G", "-s", "--user", "--group"})),
    "setpriv": (0, frozenset({"--reuid", "--regid", "--groups"})),
    "gosu": (1, frozenset()),
    "su-exec": (1, frozenset()),
    "chpst": (0, frozenset({"-u", "-U", "-e", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-t", "-r"})),
    "chroot": (1, frozenset()),
    "unshare": (0, frozenset()),
    "firejail": (0, frozenset()),
    "sandbox-exec": (0, frozenset({"-f", "-n", "-p", "-D"})),
    "env": (0, frozenset({"-u", "-C", "--unset", "--chdir"})),
    "dotenv": (0, frozenset({"-f", "-e"})),
    "nohup": (0, frozenset()),
    "nice": (0, frozenset({"-n"})),
    "ionice": (0, frozenset({"-c", "-n"})),
    "taskset": (1, frozenset()),
    "timeout": (1, frozenset({"-k", "-s", "--signal", "--kill-after"})),
    "gtimeout": (1, frozenset({"-k", "-s"})),
    "flock": (1, frozenset({"-w", "-E", "--timeout", "--wait", "--conflict-exit-code"})),
    "lockf": (1, frozenset({"-t"})),
    "setsid": (0, frozenset()),
    "stdbuf": (0, frozenset({"-i", "-o", "-e"})),
    "exec": (0, frozenset({"-a"})),
    "command": (0, frozenset()),
    "builtin": (0, frozenset()),
    "chronic": (0, frozenset()),
    "cronic": (0, frozenset()),
    "unbuffer": (0, frozenset()),
    "script": (1, frozenset({"-t"})),
    "xvfb-run": (0, frozenset({"-n", "-s", "-f", "-e", "-w", "-p"})),
    "dbus-run-session": (0, frozenset()),
    "caffeinate": (0, frozenset({"-t", "-w"})),
    "time": (0, frozenset({"-f", "-o"})),
    "watch": (0, frozenset({"-n", "--interval"})),
    "xargs": (0, frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"})),
    "parallel": (0, frozenset({"-j", "--jobs", "-a", "--arg-file"})),
    "screen": (0, frozenset({"-S", "-c", "-t", "-s", "-h", "-p"})),
    "systemd-cat": (0, frozenset({"-t", "-p"})),
    "systemd-run": (0, frozenset({"-p", "-u", "--unit", "-E"})),
    "systemd-inhibit": (0, frozenset()),
    "npx": (0, frozenset({"-p", "--package"})),
    "bunx": (0, frozenset()),
    "uvx": (0, frozenset({"--from", "--with", "--python"})),
    "wsl": (0, frozenset({"-d", "-u", "--distribution", "--user"})),
}
_PACKAGE_VALUES = frozenset({"--from", "--with", "--package", "--python", "-p", "-n", "--name"})
_TMUX_VALUES = frozenset({"-s", "-n", "-c", "-x", "-y", "-t", "-F", "-e"})
# The same for two words and more.
_SEVERAL_WORDS: Mapping[tuple[str, ...], tuple[int, frozenset[str]]] = {
    **{
        tuple(words.split()): (0, _PACKAGE_VALUES)
        for words in (
            "npm exec", "pnpm dlx", "pnpm exec", "yarn dlx", "yarn exec", "bun x", "pipx run", "uv run", "uv tool run",
            "poetry run", "pdm run", "hatch run", "rye run", "conda run", "mamba run", "micromamba run", "bundle exec",
            "mise exec", "mise x", "asdf exec", "pyenv exec", "fnm exec", "volta run", "doppler run", "op run",
            "infisical run", "dotenvx run",
        )
    },
    ("nvm", "exec"): (1, frozenset()),
    ("direnv", "exec"): (1, frozenset()),
    ("aws-vault", "exec"): (1, frozenset()),
    ("cronitor", "exec"): (1, frozenset()),
    **{
        ("tmux", words): (0, _TMUX_VALUES)
        for words in ("new-session", "new", "new-window", "neww", "split-window", "respawn-pane", "respawn-window")
    },
}  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"})
_BARE_SHELLS = {(name,) for name in _SHELLS}
# Programs that run the text of their input later.
_LATER = frozenset({"at", "batch"})
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*")
_INTERPRETERS = frozenset({"node", "deno", "bun", "tsx", "ts-node", "ruby", "perl", "php"})
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose", "kubectl", "oc"})
# What runs a command in a container; all else (`docker logs NAME`) is about a container or an image.
_CONTAINER_VERBS = frozenset({"run", "exec", "create"})
# Options of these without a value; all others have one.
_CONTAINER_FLAGS = re.compile(
    r"-[ditTPq]+|--(?:rm|detach|interactive|tty|no-tty|no-TTY|init|privileged|read-only|publish-all|no-healthcheck|"
    r"oom-kill-disable|sig-proxy|disable-content-trust|no-deps|service-ports|use-aliases|build|quiet|quiet-pull|"
    r"remove-orphans|stdin|replace)"
)
# The options of ssh that have a value (ssh(1)).
_SSH_VALUES = frozenset(f"-{letter}" for letter in "bcDEeFIiJLlmOopQRSWw")
_WRITES = re.compile(r"\b(?:Write|Edit|MultiEdit|NotebookEdit|acceptEdits|workspace-write)\b")
_RUNS = re.compile(r"\bBash\b|\brun_shell_command\b|\bdanger-full-access\b")


@dataclass(frozen=True, slots=True)
class AgentUse:
    """A command that runs an agent. `words` are its arguments: they are for finding definitions, and never shown.

    `risks` says what its options let it do.
    """

    program: str
    words: tuple[str, ...]
    folder: str
    risks: tuple[str, ...] = ()


class FileKind(StrEnum):
    """What is run of a file: all of it, or what its words name in it."""

    SCRIPT = "script"
    RECIPES = "recipes"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class ScriptUse:
    """A command that runs a script: the path of the script as an absolute path.

    Of a Makefile and the like, it runs what `words` name.
    """

    path: str
    folder: str
    words: tuple[str, ...] = ()
    kind: FileKind = FileKind.SCRIPT


@dataclass(frozen=True, slots=True)
class NamedUse:
    """A command that names a program without a path: a script, if a folder of `search` has one with the name."""

    name: str
    search: tuple[str, ...]
    folder: str
    words: tuple[str, ...] = ()

    @property
    def scripts(self) -> Iterator[ScriptUse]:
        """The scripts that it may be."""
        return (ScriptUse(f"{place.rstrip('/')}/{self.name}", self.folder, self.words) for place in self.search)


CommandUse: TypeAlias = AgentUse | ScriptUse | NamedUse
# Programs of the system are in these: none of them is somebody's script.
_SYSTEM_FOLDERS = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin"})
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_PACKAGE_RUNNERS = frozenset({"npm", "pnpm", "yarn", "bun"})


def find_uses(text: str, variables: Mapping[str, str], folder: str, patterns: ScanPatterns) -> list[CommandUse]:
    """The agents and scripts that the text of a shell runs, in order."""
    finder = _Finder(patterns, dict(variables))
    found: list[CommandUse] = []
    fed: tuple[str, ...] = ()
    said = ""
    for command in read_simple_commands(text, variables, folder):
        # `cat FILE | claude -p`: the file says what the agent does.
        found += [replace(use, words=use.words + fed) for use in finder.classify_command(command, 0)]
        if command.words[0] in _LATER or command.words in _BARE_SHELLS:
            # `echo TEXT | bash`, `echo TEXT | at 08:00`.
            for below in read_simple_commands(said, variables, command.folder):
                found += finder.classify_command(below, 1)
        fed = command.words[1:] if command.words[0] in _FEEDERS else ()
        said = " ".join(command.words[1:]) if command.words[0] in {"echo", "printf"} else ""
    return found


def find_uses_of_words(
    words: tuple[str, ...], variables: Mapping[str, str], folder: str, patterns: ScanPatterns
) -> list[CommandUse]:
    """The same for the words of one command, as units and property lists have them."""
    return list(_Finder(patterns, dict(variables)).classify_command(SimpleCommand(words, folder), 0))


@dataclass(frozen=True, slots=True)
class _Finder:
    patterns: ScanPatterns
    variables: dict[str, str]

    def classify_command(self, command: SimpleCommand, level: int) -> Iterator[CommandUse]:
        """What a command runs, behind all the programs that run other programs."""
        words, folder = command.words, command.folder
        if not words or level > _MOST_LEVELS:
            return
        name = _name_program(words[0])
        for inner in _list_inner_texts(name, command):
            for below in read_simple_commands(inner, self.variables, folder):
                yield from self.classify_command(below, level + 1)
        if _find_inner_text(name, words):
            return
        if program := self.find_program(words):
            yield self.make_use(program, words[1:], folder)
        elif name in _CONTAINERS:
            yield from self.classify_container(command, level)
        elif (rest := _unwrap(name, words)) is not None:
            yield from self.classify_command(replace(command, words=rest), level + 1)
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
        found = find_option_risks(options)
        unasked = any(word in program.unasked or word.partition("=")[2] in program.unasked for word in words if word)
        risks = ["acts without asking"] if unasked else []
        risks += [RUNS, WRITES] if unasked else found
        return AgentUse(program.name, words, folder, tuple(sorted(risks)))

    def classify_container(self, outer: SimpleCommand, level: int) -> Iterator[AgentUse]:
        """An agent that `docker run` and the like start: by the image, or by the command in it."""
        entry, rest = _read_container(outer.words)
        if not rest:
            return
        image = find_agent_image(rest[0], self.patterns)
        command = (*entry, *rest[1:])
        # The files of a container are not those of the machine, so its scripts are not followed.
        inside = self.classify_command(SimpleCommand(command, "", outer.document), level + 1)
        uses = [use for use in inside if isinstance(use, AgentUse)]
        if image and not uses and not _ASKS.intersection(command):
            uses = [AgentUse(image, command, "")]
        yield from (replace(use, folder=outer.folder) for use in uses)

    def find_script(self, name: str, words: tuple[str, ...], folder: str) -> Iterator[CommandUse]:
        rest = list(words)
        if _PYTHON.fullmatch(name) and "-m" in rest[1:-1]:
            yield from self.find_module(tuple(rest[rest.index("-m", 1) + 1 :]), folder)
            return
        if named := _find_named_commands(name, words, folder):
            yield from named
            return
        if name in {".", "source"} | _SHELLS | _INTERPRETERS or _PYTHON.fullmatch(name):
            rest = [word for word in rest[1:] if not word.startswith("-")]
            rest = rest[1:] if name in {"deno", "bun"} and rest[:1] == ["run"] else rest
        elif "/" not in words[0]:
            yield NamedUse(words[0], tuple(self.list_search_folders()), folder, words[1:])
            return
        package = re.search(r"(?:^|/)node_modules/(@[^/]+/[^/]+|[^/@]+)/", rest[0]) if rest else None
        after = words[words.index(rest[0]) + 1 :] if rest else ()
        if package and (program := self.find_program((package[1], *after))):
            yield self.make_use(program, after, folder)
            return
        path = join_folder(folder, rest[0], self.variables.get("HOME", "")) if rest else ""
        if path and UNKNOWN not in path:
            yield ScriptUse(path, folder, tuple(rest[1:]))

    def list_search_folders(self) -> Iterator[str]:
        """The folders in which people keep scripts."""
        home = self.variables.get("HOME", "")
        own = [f"{home}/bin", f"{home}/.local/bin"] if home else []
        known = [place for place in self.variables.get("PATH", "").split(":") if place.startswith("/")]
        yield from (place for place in dict.fromkeys([*known, "/usr/local/bin", *own]) if place not in _SYSTEM_FOLDERS)

    def find_module(self, words: tuple[str, ...], folder: str) -> Iterator[AgentUse]:
        """An agent that `python -m MODULE` runs."""
        if program := self.find_program(words):
            yield self.make_use(program, words, folder)
        elif words[0].partition(".")[0] in self.patterns.python or words[0] in self.patterns.python:
            yield AgentUse(words[0], words, folder)


def _find_named_commands(name: str, words: tuple[str, ...], folder: str) -> list[ScriptUse]:
    """What `make TARGET`, `just RECIPE` and `npm run SCRIPT` run: commands in a file of the folder."""
    if name in {"make", "gmake", "just"}:
        options = {first: second for first, second in pairwise(words) if first in {"-C", "-f", "--directory", "--file"}}
        values = {*options.values()}
        chosen = options.get("-C") or options.get("--directory")
        top = join_folder(folder, chosen, "") if chosen else folder
        targets = tuple(word for word in words[1:] if word[0:1] != "-" and "=" not in word and word not in values)
        own = options.get("-f") or options.get("--file")
        files = [own] if own else ["justfile"] if name == "just" else _MAKEFILES
        paths = [join_folder(top, file, "") for file in files] if top else []
        return [ScriptUse(path, top, targets, FileKind.RECIPES) for path in paths if path]
    if name in _PACKAGE_RUNNERS:
        options = {first: second for first, second in pairwise(words) if first in {"--prefix", "-C", "--dir", "--cwd"}}
        top = join_folder(folder, next(iter(options.values())), "") if options else folder
        rest = [word for word in words[1:] if not word.startswith("-") and word not in options.values()]
        rest = rest[1:] if rest[:1] in (["run"], ["run-script"]) else rest
        is_file = bool(rest) and ("/" in rest[0] or "." in rest[0])
        path = f"{top}/package.json" if top else ""
        return [ScriptUse(path, top, tuple(rest[:1]), FileKind.PACKAGE)] if rest and path and not is_file else []
    return []


def _name_program(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")


def find_option_risks(options: str) -> list[str]:
    """What the values of options let an agent do."""
    found = [RUNS] if _RUNS.search(options) else []
    return found + ([WRITES] if _WRITES.search(options) else [])


# With one of these, a program says something about itself, and does nothing else.
_ASKS = frozenset({"--help", "--version"})


def _runs_agent(program: AgentProgram, words: tuple[str, ...]) -> bool:
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    first = next((word for word in words if not word.startswith("-")), words[0] if words else "")
    if options & _ASKS:
        return False
    if program.with_:
        # A prompt may be one of these words, so only the very first word is a command of the program itself.
        command = set(words[:1])
        runs = command & set(program.first) or _has_option(options, program.with_)
        return bool(runs) and not command & set(program.not_first)
    if program.first and not set(words[:10]) & set(program.first):
        return False
    # `openclaw gateway status` only asks.
    return first not in program.not_first and not {"status", "stop"} & set(words[1:2])


def _has_option(options: set[str], wanted: tuple[str, ...]) -> bool:
    """Whether one of the options is there, also together with others, as in `-cp`."""
    letters = {one[1] for one in wanted if re.fullmatch(r"-[a-zA-Z]", one)}
    together = {letter for word in options if re.fullmatch(r"-[a-zA-Z]{2,3}", word) for letter in word[1:]}
    return bool(options & set(wanted) or letters & together)


def _read_container(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `docker run` and the like start: the entry point that is set; and the image or container, with a command."""
    start = 1
    while start < len(words) and words[start] not in _CONTAINER_VERBS:
        is_value = words[start - 1].startswith("-") and "=" not in words[start - 1]
        if not (words[start].startswith("-") or words[start] in {"compose", "container"} or is_value):
            return (), ()
        start += 1
    rest, entry = words[start + 1 :], ()  # type: tuple[str, ...], tuple[str, ...]
    if words[0].rpartition("/")[2] in {"kubectl", "oc"}:
        image = next((word.partition("=")[2] for word in rest if word.startswith("--image=")), "") or UNKNOWN
        return (), (image, *rest[rest.index("--") + 1 :]) if "--" in rest else ((image,) if image != UNKNOWN else ())
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, equals, value = rest[0].partition("=")
        has_value = not equals and not _CONTAINER_FLAGS.fullmatch(name) and (len(name) == 2 or name.startswith("--"))  # noqa: PLR2004
        if name == "--entrypoint":
            entry = tuple((value or (rest[1] if len(rest) > 1 else "")).split())
        rest = rest[2 if has_value else 1 :]
    return entry, rest


def _list_tool_words(words: tuple[str, ...]) -> Iterator[str]:
    """The values of the options that allow tools."""
    for option, value in zip(words, (*words, "")[1:], strict=True):
        if option.partition("=")[0].lower() in _TOOL_OPTIONS:
            yield f"{option.partition('=')[2]} {value}"


_TOOL_OPTIONS = {"--allowedtools", "--allowed-tools", "--tools", "--permission-mode", "--sandbox", "-s"}


def _list_inner_texts(name: str, command: SimpleCommand) -> Iterator[str]:
    """The texts of a shell that a command runs: an argument, or its here-document."""
    if command.document and name in _SHELLS | _LATER | {"ssh", "su"}:
        yield command.document
    if inner := _find_inner_text(name, command.words):
        yield inner


def _find_inner_text(name: str, words: tuple[str, ...]) -> str:
    """The text of a shell that a command has as an argument: `bash -lc TEXT`, `su -c TEXT`, `ssh HOST TEXT`."""
    if name in _SHELLS | {"su", "flock", "script", "runuser", "nix-shell", "powershell", "pwsh"}:
        for number, word in enumerate(words[1:-1], 1):
            if re.fullmatch(r"-[a-z]*c|--command|--run|-Command", word):
                return next((text for text in words[number + 1 :] if not text.startswith("-")), "")
    if name in {"tmux", "screen", "byobu", "watch"}:
        return next((word for word in reversed(words[1:]) if " " in word), "")
    if name == "ssh":
        rest = _drop_options(words[1:], _SSH_VALUES)
        return " ".join(rest[1:])
    if name == "env":
        return next((after for word, after in pairwise(words) if word in {"-S", "--split-string"}), "")
    return words[1] if name in {"eval", "trap"} and len(words) > 1 else ""


def _unwrap(name: str, words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that another program runs; None if it runs none."""
    if words[0] == UNKNOWN:
        # `$SUDO claude -p`: what comes first is not known.
        return words[1:]
    if name == "find":
        return next((words[at + 1 :] for at, word in enumerate(words) if word in {"-exec", "-execdir", "-ok"}), ())
    taken = next((number for number in (2, 3) if (name, *words[1:number]) in _SEVERAL_WORDS), 1)
    if taken == 1 and name not in _WRAPPERS:
        return None
    own, values = _WRAPPERS[name] if taken == 1 else _SEVERAL_WORDS[name, *words[1:taken]]
    rest = _drop_options(words[taken:], values)
    rest = _drop_options(rest[own:], values) if own else rest
    while rest and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*=.*", rest[0], re.DOTALL):
        rest = _drop_options(rest[1:], values)
    return rest


def _drop_options(words: tuple[str, ...], values: frozenset[str]) -> tuple[str, ...]:
    start = 0
    while start < len(words) and words[start].startswith("-"):
        if words[start] == "--":
            return words[start + 1 :]
        # The last of several letters may have a value: `sudo -iu NAME`.
        last = f"-{words[start][-1]}" if re.fullmatch(r"-[A-Za-z]+", words[start]) else words[start]
        start += 2 if last in values else 1
    return words[start:]


def find_agent_image(image: str, patterns: ScanPatterns) -> str:
    """The last part of the name of an image that runs an agent, without its tag; "" for another image."""
    bare = image.partition("@")[0]
    bare = re.sub(r":[^/:]*\Z", "", bare)
    if any(fnmatchcase(bare, pattern) for pattern in patterns.images):
        return bare.rpartition("/")[2]
    return ""


_FEEDERS = frozenset({"cat", "sed", "envsubst", "head", "tail"})
# `["claude", "-p", …]`, on one line or several; and `os.system("claude -p …")`, which a shell splits.
_LIST_COMMAND = r"""["']{name}["']\s*,\s*[^\]\)]{{0,400}}?["'](?:{words})["']"""
_TEXT_COMMAND = (
    r"""(?:\b(?:exec|execSync|system|popen|run|Popen|check_output|check_call|call|getoutput|spawn|spawnSync|"""
    r"""create_subprocess_shell|shell_exec|sh)\s*\(|\$)\s*f?["'`](?:[^"'`\n]{{0,200}}?[;&|]\s?)?"""
    r"""{name}\s(?:[^"'`\n]{{0,200}}?\s)?(?:{words})\b"""
)


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
        name = re.escape(program.name)
        if words and any(re.search(one.format(name=name, words=words), code) for one in (_LIST_COMMAND, _TEXT_COMMAND)):
            return program.name
    return ""
