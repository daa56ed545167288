"""Each package's `__init__` names its public interface: the names, or the modules, that other packages import."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

SRC = ROOT / "src"
PACKAGES = sorted(
    ".".join(path.parent.relative_to(SRC).parts)
    for path in SRC.glob("orgtp/**/__init__.py")
    if path.parent != SRC / "orgtp"
)


def is_module(name: str) -> bool:
    path = SRC / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def list_imports(path: Path) -> set[str]:
    """The modules that a file imports, with the names that it imports from packages."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@cache
def find_used_modules() -> dict[str, set[str]]:
    """Package -> its modules and subpackages that code outside it imports."""
    used: dict[str, set[str]] = defaultdict(set)
    for path in SRC.glob("orgtp/**/*.py"):
        inside = ".".join(path.relative_to(SRC).with_suffix("").parts)
        for name in filter(is_module, list_imports(path)):
            package, _, module = name.rpartition(".")
            while package and package != "orgtp":
                if not inside.startswith(f"{package}."):
                    used[package].add(module)
                package, _, module = package.rpartition(".")
    return used


def read_public_names(package: str) -> list[str]:
    tree = ast.parse((SRC / Path(*package.split(".")) / "__init__.py").read_text(encoding="utf-8"))
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    ]
    return [str(name) for value in lists for name in ast.literal_eval(value)]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_names_its_public_interface(package: str) -> None:
    public = read_public_names(package)
    assert public == sorted(set(public), key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    modules = [name for name in public if is_module(f"{package}.{name}")]
    if len(modules) == len(public):
        assert set(modules) == find_used_modules()[package]


def test_no_two_classes_have_the_same_name() -> None:
    """A name that is known means one thing, in an import, in the API and in a message."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SRC.glob("orgtp/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path.relative_to(SRC)}:{node.lineno}")
    assert len(places) > len(PACKAGES)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


# More names than this in one folder are a list that nobody reads.
MOST_ENTRIES = 32


def test_no_folder_of_the_code_has_more_than_one_can_take_in() -> None:
    """A folder that grows beyond that is split by meaning: see ARCHITECTURE.md for what each package is about."""
    folders = [SRC / "orgtp", *(path for path in SRC.glob("orgtp/**") if path.is_dir() and path.name != "__pycache__")]
    sizes = {
        str(folder.relative_to(SRC)): len({path.name for path in folder.iterdir()} - {"__init__.py", "__pycache__"})
        for folder in folders
    }
    assert len(sizes) > len(PACKAGES)
    assert {folder: size for folder, size in sizes.items() if size > MOST_ENTRIES} == {}
