"""Finds the commands that a message suggests, and types them in the org in which it was printed."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgtp.cli.commands import COMMANDS
from tests.conftest import Shell, shell_path

ORGTP = {entry.group or entry.name for entry in COMMANDS}
GIT = {
    "add", "branch", "check-attr", "checkout", "clone", "commit", "config", "diff", "fetch", "fsck", "init", "log",
    "merge", "pull", "push", "rebase", "remote", "reset", "restore", "rev-parse", "rm", "show", "show-ref", "stash",
    "status", "switch",
}  # fmt: skip
_START = re.compile(r"(?<![\w/.\"'-])(?:orgtp|git) (?:(?:-C|--org) \S+ )?(?P<name>[a-z][a-z-]*)")
# Where a command ends, outside of quotes: the punctuation of the sentence, or the verb that says what it does.
_END = re.compile(r";|,(?= )|(?<! )\.(?= |$)|\)|`|: | \((?=[a-z])| (?:shows|lists|finds|has)\b|\n")
# "If orgtp sync added them" tells what happened, and suggests nothing.
_PROSE = re.compile(r"(?:\bif|\bnext|\boutput of|Usage:) $")
_READING = {
    "orgtp": {"validate", "chart", "stale", "log", "diff", "rule", "schema", "scorecard", "context"},
    "git": {"diff", "log", "status", "show", "show-ref", "rev-parse", "check-attr", "fsck"},
}
_READING_PARTS = {"show", "list", "history", "blame", "verify", "--help", "-v", "--status"}


def find_commands(text: str) -> Iterator[str]:
    """The commands in a message, each as somebody would type it."""
    end = 0
    for match in _START.finditer(text):
        if match.start() < end:
            continue  # the second command of `git add . && git commit`
        known = ORGTP if match[0].startswith("orgtp") else GIT
        before, command = text[: match.start()], _cut(text[match.start() :])
        # `orgtp seat add: No such option` begins with the name of the command that failed.
        is_sender = before[-1:] in {"", "\n"} and text[match.start() + len(command) :].startswith(":")
        if match["name"] in known and not is_sender and not _PROSE.search(before):
            end = match.start() + len(command)
            yield command


def _cut(text: str) -> str:
    quote = ""
    for at, sign in enumerate(text):
        if sign in "\"'" and quote in {"", sign}:
            quote = "" if quote else sign
        elif not quote and (match := _END.match(text, at)) and not text.startswith(" (", at - 1):
            return text[: match.start()].rstrip()
    return text.rstrip()


def find_ways(hint: str) -> list[list[str]]:
    """The ways out of a problem: each is one command, or several to be typed one after the other."""
    ways = [list(find_commands(part)) for part in re.split(r"; or |\. Or ", hint)]
    return [way for way in ways if way]


def only_reads(command: str) -> bool:
    """Whether a command only shows something."""
    program, *words = shlex.split(command)
    return any(word in _READING[program] for word in words[:1]) or not _READING_PARTS.isdisjoint(words)


@dataclass(frozen=True)
class Typed:
    """A command that was typed, and what it did."""

    command: str
    code: int
    said: str

    @property
    def is_misuse(self) -> bool:
        """Whether the program did not understand the command."""
        return bool(_MISUSE.search(self.said)) or (self.command.startswith("git") and self.code == 129)


_MISUSE = re.compile(
    r"No such (?:option|command)|unexpected extra argument|Missing (?:argument|option|parameter)|Invalid value for|"
    r"requires an argument|does not take a value|is not a git command|invalid refspec|unknown revision|"
    r"did not match any|ambiguous argument|Traceback|this is a bug"
)


def fill_in(command: str, words: Mapping[str, str]) -> str:
    """The command with the placeholders replaced: `SEAT`, or the dots after `name=` or `--name`."""
    filled: list[str] = []
    for word in shlex.split(command):
        new = re.sub(r"(?<=\.)ID(?=\.)|\b[A-Z][A-Z]+\b(?!-)", lambda match: words.get(match[0], match[0]), word)
        key, dots, _ = new.partition("…")
        name = key.rpartition(".")[2].removesuffix("=") or (filled[-1].removeprefix("--") if filled else "")
        filled.append(key + words.get(f"{name}=", words["…"]) if dots else new)
    return " ".join(word if word in {"&&", "||"} else shlex.quote(word) for word in filled)


def type_command(here: Shell, command: str, **env: str) -> Typed:
    """Type a command into a shell, as it is."""
    full = here.env(
        {
            "PATH": shell_path(),
            "GIT_EDITOR": "sh -c 'echo Done > \"$1\"' -",
            "GIT_TERMINAL_PROMPT": "0",
            **env,
        }
    )
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=here.folder,
        env=full,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Typed(command, done.returncode, (done.stdout + done.stderr).decode(errors="replace"))
