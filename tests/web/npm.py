"""Programs from npm that read the pages: the type checker of the scripts, the validator of the HTML, and axe."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from playwright.sync_api import Page

from tests.formats.readers import npm_file

CONFIG = Path(__file__).with_name("html-validate.json")
SCRIPTS = Path(__file__).with_name("jsconfig.json")
# Without preload, which would ask for the style sheet once more.
_RUN_AXE = "(more) => axe.run(document, {resultTypes: ['violations'], preload: false, ...more})"
_COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}


def check_html(paths: Iterable[Path]) -> list[str]:
    """What html-validate finds in these files, as `FILE:LINE: what (rule)`.

    A form that only scripts use needs no button that sends it; the browser tests look for those that are dead without.
    """
    program = npm_file("html-validate/bin/html-validate.mjs")
    words = ["node", str(program), "--config", str(CONFIG), "--formatter", "json", *map(str, paths)]
    # It ends before a pipe has taken all that it says.
    with TemporaryFile("w+", encoding="utf-8") as out:
        subprocess.run(words, stdout=out, check=False, timeout=300)
        out.seek(0)
        told = out.read()
    return [
        f"{result['filePath']}:{one['line']}: {one['message']} ({one['ruleId']})"
        for result in json.loads(told)
        for one in result["messages"]
    ]


def check_scripts(config: Path = SCRIPTS) -> list[str]:
    """What the type checker finds in the scripts of the pages, one line for each problem."""
    program = npm_file("typescript/bin/tsc")
    words = ["node", str(program), "--project", str(config), "--pretty", "false"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    return (done.stdout + done.stderr).splitlines()


@cache
def _axe() -> str:
    return npm_file("axe-core/axe.min.js").read_text(encoding="utf-8")


def run_axe(page: Page, *, colors_only: bool = False) -> list[str]:
    """What axe finds on the page, as `rule: element: why`. A strict policy of the page does not keep it out.

    `colors_only` is for a page whose rest was examined in other colours.
    """
    page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE, _COLORS if colors_only else {})["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}: {' '.join(node['failureSummary'].split())}"
        for one in found
        for node in one["nodes"]
    ]
