"""Imports the public names of a package when they are first used, so that importing the package is fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_exports(package: str, names_by_module: Mapping[str, str]) -> Callable[[str], object]:
    """Return a `__getattr__` for `package` (PEP 562) that finds each public name in the module that defines it.

    `names_by_module` maps a module to the names that it defines, separated by spaces.
    """
    module_by_name = {name: module for module, names in names_by_module.items() for name in names.split()}

    def get_public_name(name: str) -> object:
        if name not in module_by_name:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(module_by_name[name]), name)

    return get_public_name
