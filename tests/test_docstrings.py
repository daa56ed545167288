"""Docstrings name errors that exist."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.conftest import ROOT

SOURCES = sorted((ROOT / "src" / "orgtp").rglob("*.py"))
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# A name in backticks that is written like a class: alone, or before a dot.
CLASS_NAME = re.compile(r"`(?:[a-z_]+\.)*((?:[A-Z]+[a-z0-9]+)+)(?:\.\w+)?`")


def docstrings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The docstrings of these nodes of a tree."""
    for node in nodes:
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
            yield text


def raised(text: str) -> set[str]:
    """The classes that a docstring names after "Raises"."""
    return set(CLASS_NAME.findall(text.partition("Raises ")[2]))


# Errors of the MCP SDK.
LIBRARIES = {"MCPError", "ResourceError", "ResourceNotFoundError", "ToolError"}
BUILTINS = {name for name, what in vars(builtins).items() if isinstance(what, type)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Do it. Raises `NoOrgYet`, and `OSError` from a file.", {"NoOrgYet", "OSError"}),
        ("Raises what `Ledger.tip` raises, and `model.errors.BadInput`.", {"Ledger", "BadInput"}),
        ("A `Thing`. Returns `Other`.", set()),
        ("Raises what `add_scores` raises.", set()),
    ],
)
def test_the_names_after_raises_are_found(text: str, names: set[str]) -> None:
    assert raised(text) == names


def test_every_error_that_a_docstring_names_exists() -> None:
    named: set[tuple[str, str]] = set()
    classes: set[str] = set()
    for path in SOURCES:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        classes |= {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        named |= {(str(path.relative_to(ROOT)), name) for text in docstrings(nodes) for name in raised(text)}
    assert len(named) > 100
    assert {(path, name) for path, name in named if name not in classes | BUILTINS | LIBRARIES} == set()
