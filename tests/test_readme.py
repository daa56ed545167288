"""The README and the guides in docs/ are true: every command in them runs, in order, and so does their Python."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from orgtp.cli.commands import GROUPS
from tests.conftest import ROOT, Shell, shell_path

README = ROOT / "README.md"
DOCS = ROOT / "docs"
# Pages whose commands run here, each in an empty folder, up to the given heading. Other pages have their own tests.
GUIDES = {"metrics.md": "", "seats.md": "", "why.md": "", "history.md": "", "mcp.md": "## Questions to ask\n"}
# Sections that continue with the organisation of the README, from the top of a page up to the given text.
CONTINUED = {
    "ci.md": "| exit code |",
    "sources.md": "## Kinds\n",
    "ledger.md": "## What you can rely on\n",
    "audit.md": "## Verdicts\n",
}
WEEK = DOCS / "week.md"
# What a test cannot run: these would install orgtp for the person who runs the tests (test_shipped.py tests the wheel),
# or run the tests within the tests. `make demo`, which has a test of its own, runs `orgtp demo`.
ELSEWHERE = ("make test", "uv tool install orgtp", "pipx install orgtp", "orgtp demo")


def blocks(path: Path, language: str, end: str = "") -> list[str]:
    """The code blocks of a page in one language, up to a heading."""
    text = path.read_text(encoding="utf-8")
    if end:
        assert end in text
        text = text.partition(end)[0]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def commands(path: Path, end: str = "") -> list[str]:
    """The shell commands of a page up to a heading, each with its continuation lines."""
    text = "\n".join(blocks(path, "sh", end)).replace("\\\n", " ")
    return [line.split("  #")[0].strip() for line in text.splitlines() if line.strip()]


def in_bash(shell: Shell, script: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a script as a person would type it."""
    path = shell_path()
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=shell.folder,
        env=shell.env({"PATH": path, **env}),
        capture_output=True,
        timeout=300,
        check=False,
    )


def run_all(shell: Shell, lines: list[str]) -> None:
    """Run the commands of a page in order; each must succeed."""
    ran = in_bash(shell, "set -x\n" + "\n".join(lines))
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


def test_every_command_runs(shell: Shell) -> None:
    script = [line for line in commands(README) if not line.startswith("make ") and line not in ELSEWHERE]
    assert len(script) > 10
    run_all(shell, script)


def test_every_command_runs_on_a_machine_without_an_identity(shell: Shell) -> None:
    """Git knows nobody there, so the README says who you are."""
    (shell.home / ".gitconfig").unlink()
    script = [line for line in commands(README) if not line.startswith("make ") and line not in ELSEWHERE]
    run_all(shell, script)
    acme = shell.at(shell.folder / "acme")
    assert {one["by"] for one in acme("log", "--action", "score", "--json").json["commits"]} == {"ada"}


def test_the_guides_that_continue_the_readme_run_after_it(shell: Shell) -> None:
    script = [line for line in commands(README) if not line.startswith("make ") and line not in ELSEWHERE]
    for page, end in CONTINUED.items():
        script += commands(DOCS / page, end)
    assert {"orgtp diff main", "orgtp score collect", "orgtp sync", "orgtp audit verify"} <= set(script)
    run_all(shell, script)


@pytest.mark.parametrize("page", GUIDES)
def test_every_command_of_a_guide_runs(shell: Shell, sample: Shell, page: str) -> None:
    """The copy of the sample org stands in for the first command, whose own tests are in test_start.py."""
    first, *script = commands(DOCS / page, GUIDES[page])
    assert first == f"orgtp init --sample {sample.folder.name}"
    assert len(script) > 1
    run_all(shell, script)


@pytest.mark.long
def test_the_week_prints_what_its_page_shows(shell: Shell) -> None:
    """Every block of commands is followed by their output, without the ids of commits. `ORGTP_ACCEPT=1` writes it."""
    page = WEEK.read_text(encoding="utf-8")
    parts = re.split(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", page, flags=re.S | re.M)
    scripts, shown = parts[1::3], [output or "" for output in parts[2::3]]
    end = "-- end of the block --"
    traced = [f"{script}echo '{end}'" for script in scripts]
    trap = "set +e; exec 2>&1; trap 'echo \"$BASH_COMMAND\" >> ~/failed' ERR"
    ran = in_bash(shell, "\n".join([trap, *traced]), PYTHONUNBUFFERED="1")
    assert ran.returncode == 0
    # Whatever is stale makes this command fail; that is what it is for.
    assert (shell.home / "failed").read_text(encoding="utf-8").splitlines() == ["orgtp stale"]
    printed = ran.stdout.decode().split(f"{end}\n")
    assert printed.pop() == ""
    # The first block sets the firm up, and prints nothing that a reader needs.
    printed[0] = ""
    if os.environ.get("ORGTP_ACCEPT"):
        outputs = [f"\n```text\n{output}```\n" if output else "" for output in printed]
        parts[1::3], parts[2::3] = [f"```sh\n{script}```\n" for script in scripts], outputs
        WEEK.write_text("".join(parts), encoding="utf-8")
    assert [without_ids(output) for output in shown] == [without_ids(output) for output in printed]


def without_ids(text: str) -> str:
    """Some output of orgtp, with the same id for every commit."""
    return re.sub(r"\b[0-9a-f]{10}\b", "0123456789", text)


@pytest.mark.long
def test_make_demo_runs(shell: Shell) -> None:
    assert "make demo" in commands(README)
    ran = in_bash(shell, f"make --no-print-directory -C '{ROOT}' demo")
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"retire(jeff): to dash, crystal" in ran.stdout


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_is_not_run_here_is_still_shown(command: str) -> None:
    assert command in commands(README) + commands(DOCS / "install.md")


def test_python_runs(shell: Shell, sample: Shell) -> None:
    assert sample.folder.parent == shell.folder
    script = blocks(DOCS / "api.md", "python")[0]
    assert len([line for line in script.splitlines() if line.strip()]) <= 10
    shell.write("example.py", script)
    ran = in_bash(shell, "python -W error::DeprecationWarning example.py")
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"David 2/2" in ran.stdout
    assert b"score(radar): escalations-routed 2026-11-20 = 97.5" in ran.stdout


def test_every_command_is_in_the_docs(shell: Shell) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", shell("--help").out, re.M)
    assert {"init", "chart", "retire"} <= set(listed)
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [name for name in listed if f"`orgtp {name}" not in page] == []
    for group in GROUPS:
        below = re.findall(r"^  ([a-z]+)  ", shell(group, "--help").out.partition("Commands:")[2], re.M)
        rows = "".join(line for line in page.splitlines() if line.startswith(f"| `orgtp {group}"))
        assert below
        assert [name for name in below if not re.search(rf"[ `]{name}[ `]", rows)] == []


@pytest.mark.parametrize("words", [[], *([group] for group in GROUPS)], ids=" ".join)
def test_every_command_has_help_with_an_example(shell: Shell, words: list[str]) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", shell(*words, "--help").out.partition("Commands:")[2], re.M)
    assert listed
    for name in set(listed) - set(GROUPS) if not words else listed:
        assert f"Example: orgtp {' '.join([*words, name])}" in shell(*words, name, "--help").out
