"""`python -m orgtp` is the installed script under another name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import Ran, Shell


def run_module(shell: Shell, *words: str) -> Ran:
    """Run `python -m orgtp WORDS`."""
    done = subprocess.run(
        [sys.executable, "-m", "orgtp", *words], cwd=shell.folder, env=shell.env(), capture_output=True, check=False
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["seat", "--help"],
        ["chart", "--help"],
        [],
        ["chrat"],
        ["chart", "--depht", "2"],
        ["score", "add", "nobody"],
        ["chart"],
    ],
)
def test_module_says_what_the_script_says(shell: Shell, words: list[str]) -> None:
    script, module = shell(*words, code=None), run_module(shell, *words)
    assert (module.code, module.out, module.err) == (script.code, script.out, script.err)
    assert "__main__" not in module.out + module.err
    assert "python -m" not in module.out + module.err


def test_module_reads_and_writes_an_org(acme: Shell) -> None:
    assert run_module(acme, "score", "add", "bot", "number", "14", "--by", "ada").code == 0
    assert run_module(acme, "score", "list", "bot").out == acme("score", "list", "bot").out
    assert run_module(acme, "validate").code == acme("validate", code=None).code
