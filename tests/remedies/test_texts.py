"""Every command in a text of orgtp, printed by a test or not, has a name and options that exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from orgtp.cli.commands import add_default_command
from orgtp.cli.main import build_app
from tests.conftest import ROOT
from tests.remedies.commands import find_commands

# Manual pages mention commands by name. In one place, the last word of a command is added to it later.
PAGES = {"audit/rules/pages.py", "rules/parsing/keys.py", "views/context/build.py"}
SOURCES = [
    path
    for path in sorted((ROOT / "src" / "orgtp").rglob("*.py"))
    if path.relative_to(ROOT / "src" / "orgtp").as_posix() not in PAGES
]
_OPERATOR = re.compile(r" (?:&&|\|\||\||>)(?: |$)")


@cache
def command_line() -> Any:
    return get_command(build_app())


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each message in a file: with `X` for what is filled in, and without docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    skipped: set[int] = set()
    for node in nodes:
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node, clean=False):
            skipped.add(id(node.body[0].value))  # type: ignore[attr-defined]
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values]
            skipped |= {id(part) for part in ast.walk(node)}
            yield node.lineno, "".join(parts)
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def fault(command: str) -> str:
    """Why the command line of orgtp would not accept a command; "" if it would."""
    command = _OPERATOR.split(command)[0]
    words = shlex.split(re.sub(r"\{\w*\}", "X", command))[1:]
    while words[:1] == ["--org"]:
        words = words[2:]
    words = add_default_command(words)
    entry = command_line()
    while hasattr(entry, "commands"):
        if not words or words[0] not in entry.commands:
            return "" if words[:1] in ([], ["--help"]) else f"there is no command {words[0]}"
        entry, words = entry.commands[words[0]], words[1:]
    try:
        entry.make_context("orgtp", list(words))
    except Exception as error:  # noqa: BLE001  (typer has its own copy of click, with its own errors)
        kind = type(error).__name__
        if words[-1:] == ["X"]:  # it may stand for an option and its value
            return fault(command.removesuffix("X").rstrip())
        return "" if kind in {"BadParameter", "Exit"} else f"{kind}: {error}"
    return ""


@cache
def list_commands() -> list[tuple[str, str]]:
    """Where each command of orgtp is in the sources, and the command."""
    return [
        (f"{path.relative_to(ROOT / 'src')}:{line}", command)
        for path in SOURCES
        for line, text in texts(path)
        for command in find_commands(text)
        if command.startswith("orgtp")
    ]


def test_every_command_in_a_text_is_one() -> None:
    faults = {place: (command, why) for place, command in list_commands() if (why := fault(command))}
    assert faults == {}


def test_there_are_many_and_a_wrong_one_is_found() -> None:
    assert len(list_commands()) > 80
    assert "NoSuchOption" in fault("orgtp chart --al")
    assert "MissingParameter" in fault("orgtp retire")
    assert "there is no command" in fault("orgtp seat remove bot")
    assert "UsageError" in fault("orgtp sync later")
