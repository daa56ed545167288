"""The one script that has all modules."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

from orgtp.web.assets import SCRIPT, STYLE, hash_asset, read_asset

_STATIC = Path(__file__).parents[2] / "src/orgtp/web/static"
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class) (\w+)", re.M)
_VARIABLES = re.compile(r"^(?:export )?(?:const|let|var) (.*?);$", re.M | re.S)
_NESTED = re.compile(r"\([^()]*\)|\[[^][]*\]|\{[^{}]*\}|\"[^\"\n]*\"|`[^`]*`|/(?![*/])[^/\n]+/")


def list_names(script: str) -> list[str]:
    """The names that a module has at its top level, each of `const A = 1, B = 2` too."""
    found = _NAME.findall(script)
    for text in _VARIABLES.findall(script):
        plain = text
        while (shorter := _NESTED.sub("0", plain)) != plain:
            plain = shorter
        found += re.findall(r"(?:^|,)\s*(\w+)\s*=(?!=|>)", plain)
    return found


def test_every_name_of_a_module_is_found() -> None:
    script = 'const A = 1, B = { c: 1, d: [2, e] },\n  F = (g, h) => g;\nexport let I = ", J = 1", K = f(l, 2);\n'
    script += "class M {}\n"
    assert list_names(f"{script}export async function n(o, p) {{\n  const q = 1;\n}}\n") == [*"MnABFIK"]


def test_the_bundle_has_every_module_once_and_parses(tmp_path: Path) -> None:
    bundle = read_asset(SCRIPT)
    for module in _STATIC.glob("*.js"):
        names = list_names(module.read_text())
        assert names, module
        assert all(bundle.count(f" {name}") for name in names), module
    assert not re.search(r"^(?:import|export)\b", bundle, re.M)
    script = tmp_path / "bundle.js"
    script.write_text(bundle)
    subprocess.run(["node", "--check", str(script)], check=True)


def test_no_two_modules_have_a_name_in_common() -> None:
    names = Counter(name for module in _STATIC.glob("*.js") for name in set(list_names(module.read_text())))
    assert [name for name, count in names.items() if count > 1] == []


def test_an_asset_loads_nothing_from_elsewhere() -> None:
    for name in (STYLE, SCRIPT):
        assert not re.search(r"https?://(?!www\.w3\.org/)", read_asset(name)), name


def test_the_hash_is_that_of_the_text() -> None:
    found = subprocess.run(
        ["openssl", "dgst", "-sha256", "-binary"], input=read_asset(STYLE).encode(), capture_output=True, check=True
    )
    encoded = subprocess.run(["base64", "-w0"], input=found.stdout, capture_output=True, check=True).stdout.decode()
    assert hash_asset(STYLE) == f"sha256-{encoded}"


def test_a_larger_font_counts_as_a_narrower_window() -> None:
    """A width in pixels would keep the columns of a wide window for people who read with a large font."""
    queries = re.findall(r"@media [^{]*", read_asset(STYLE))
    assert len(queries) > 10
    assert [one for one in queries if "px" in one] == []
