"""The style sheet and the scripts of the pages, and the hashes by which a page allows them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

STYLE, SCRIPT = "orgtp.css", "orgtp.js"
_START = "main.js"
_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"\./([a-z0-9-]+\.js)";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.M)


@cache
def read_asset(name: str) -> str:
    """The text of a style sheet or a script: `orgtp.css` or `orgtp.js`. Raises `KeyError` for another name."""
    if name == STYLE:
        return _read_static(STYLE)
    if name == SCRIPT:
        return _bundle_scripts()
    raise KeyError(name)


def hash_asset(name: str) -> str:
    """The hash of an asset, as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(read_asset(name).encode()).digest()).decode()


def _read_static(name: str) -> str:
    return files("orgtp.web").joinpath("static", name).read_text(encoding="utf-8")


def _bundle_scripts() -> str:
    """All modules in one classic script, each after those that it imports. A browser loads no module from a folder.

    The names at the top of the modules are unique, so nothing but the imports and exports has to go.
    """
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name in ordered:
            return
        text = _read_static(name)
        for imported in _IMPORT.findall(text):
            add(imported)
        ordered[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    add(_START)
    return '(() => {\n"use strict";\n' + "\n".join(ordered.values()) + "})();\n"
