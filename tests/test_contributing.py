"""The worked examples of CONTRIBUTING.md work: they are applied to a copy of the code, and the result is run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Ran, Shell

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Each Python block by its first line, a comment that says where it goes.
BLOCKS = dict(re.findall(r"^```python\n# ([^\n]+)\n(.*?)^```", PAGE, re.S | re.M))
# Where a block goes that is not a file of its own: the file, and the line before which it is inserted.
PLACES = {
    "in OrgHandle, src/orgtp/api/org.py": ("src/orgtp/api/org.py", "    def chart("),
    "in COMMANDS, src/orgtp/cli/commands.py": ("src/orgtp/cli/commands.py", '    CommandEntry("demo"'),
    "in src/orgtp/rules/org/seats.py": ("src/orgtp/rules/org/seats.py", "def no_metric("),
    "in RULES, src/orgtp/rules/registry.py": (
        "src/orgtp/rules/registry.py",
        "        org_rule(seats.retire_when_missing",
    ),
}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code with all the examples in it."""
    folder = tmp_path_factory.mktemp("code")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for shipped in ("schema", "sample-org", "templates"):
        (folder / shipped).symlink_to(ROOT / shipped)
    for place, block in BLOCKS.items():
        if place in PLACES:
            path, before = PLACES[place]
            text = (folder / path).read_text(encoding="utf-8")
            assert text.count(before) == 1, f"{path} has no line that begins with {before}"
            gap = "" if block.startswith("        ") or "CommandEntry" in block else "\n"
            (folder / path).write_text(text.replace(before, block + gap * (1 if block[0] == " " else 2) + before))
        else:
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_text(block, encoding="utf-8")
    (points,) = re.findall(
        r"^```toml\n# in pyproject.toml\n\[project.entry-points.\"orgtp.sources\"\]\n(.*?)^```", PAGE, re.S | re.M
    )
    info = folder / "src" / "example-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: example\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[orgtp.sources]\n" + points.replace('"', ""), encoding="utf-8")
    return folder


def run_changed(shell: Shell, code: Path, *words: str) -> Ran:
    """Run `orgtp` with the examples in it."""
    env = shell.env({"PYTHONPATH": str(code / "src")})
    words = (sys.executable, "-m", "orgtp", *words)
    done = subprocess.run(words, cwd=shell.folder, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def test_every_block_says_where_it_goes() -> None:
    assert len(BLOCKS) == PAGE.count("```python\n") == 9
    assert set(PLACES) <= set(BLOCKS)


def test_the_command_works(sample: Shell, code: Path) -> None:
    (line,) = [
        line for line in run_changed(sample, code, "capabilities").out.splitlines() if line.startswith("ad-anomaly")
    ]
    assert line.split() == [
        "ad-anomaly-detection",
        "Dash",
        *["Flags", "anomalies", "in", "Meta", "and", "Google", "spend."],
    ]
    rows = run_changed(sample, code, "capabilities", "--json").json["capabilities"]
    assert list(rows[0]) == ["capability", "text", "seat"]
    assert {"dash", "jeff"} <= {row["seat"] for row in rows}
    assert "Example: orgtp capabilities" in run_changed(sample, code, "capabilities", "--help").out


def test_the_rule_works(acme: Shell, code: Path) -> None:
    ran = run_changed(acme, code, "validate")
    assert "mission-missing" in ran.out + ran.err
    assert "mission-missing (warning): bot has no mission\n" in ran.out
    assert '\n  Write one sentence: orgtp seat set bot "mission=…"\n' in ran.out
    assert run_changed(acme, code, "seat", "set", "bot", "mission=It answers.").code == 0
    assert "mission-missing" not in run_changed(acme, code, "validate").out
    assert "An active agent has no mission." in run_changed(acme, code, "rule", "mission-missing").out


def test_the_source_works(shell: Shell, code: Path) -> None:
    shell.write("inbox/a.pdf", "")
    shell.write("inbox/b.txt", "")
    shell.write("s.yaml", "all: {count: inbox}\npdf: {count: {folder: inbox, pattern: '*.pdf'}}\nlost: {count: gone}\n")
    assert run_changed(shell, code, "source", "test", "all", "--sources", "s.yaml").out.startswith("2  in ")
    assert run_changed(shell, code, "source", "test", "pdf", "--sources", "s.yaml").out.startswith("1  in ")
    lost = run_changed(shell, code, "source", "test", "lost", "--sources", "s.yaml")
    assert (lost.code, "there is no folder gone" in lost.err) == (1, True)


def test_the_examples_keep_to_the_style(code: Path) -> None:
    paths = [str(code / place) for place in BLOCKS if place not in PLACES and place.startswith("src/")]
    paths += [str(code / path) for path, _ in PLACES.values()]
    ruff = Path(sys.executable).with_name("ruff")
    for words in (["check", "--quiet", "--ignore", "INP001,F821"], ["format", "--check", "--quiet"]):
        done = subprocess.run(
            [ruff, *words, "--config", str(ROOT / "pyproject.toml"), *paths],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
