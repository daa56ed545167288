"""Where the tools of other people are that the formats are held against."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT

NPM = ROOT / "tests" / "npm"


def npm_file(path: str) -> Path:
    """A file of a package in tests/npm. Without npm the test is skipped; with it, a package that is missing fails."""
    found = NPM / "node_modules" / path
    if not found.exists():
        if shutil.which("npm") is None or shutil.which("node") is None:
            pytest.skip("there is no npm here")
        pytest.fail(f"{path} is missing. Install it: npm ci --prefix tests/npm")
    return found


def node(script: Path, *words: str, stdin: Sequence[object]) -> str:
    """What a script for node prints."""
    done = subprocess.run(
        ["node", str(script), *words], input=json.dumps(stdin), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
