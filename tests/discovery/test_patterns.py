"""The patterns: data in one file, which a machine can add to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orgtp.discovery.patterns import BadPatterns, HowToRead, compile_glob, read_patterns, read_shipped_patterns
from orgtp.discovery.scan import MachinePart, ScanRequest, scan_machine
from tests.discovery.conftest import DASH, Box, triggers

OWN = """files:
  - {path: "**/crew/*.agent", read: agent-file, what: our agents}
  - {path: "**/robots.yaml", read: compose}
machine:
  - {part: crontab, path: /opt/cron/*, read: user-crontab}
programs:
  - {name: robot, first: [go]}
  - {name: claude, with: [--go]}
actions: [acme/robot-action]
images: ["*/robot"]
libraries: {python: [robot_sdk]}
folders: {other_people: [attic], samples: [old]}
tools: {write: [paint]}
"""


def test_the_patterns_of_the_package_are_whole() -> None:
    patterns = read_shipped_patterns()
    assert {pattern.part for pattern in patterns.machine} == set(MachinePart)
    read = {pattern.read for pattern in patterns.files} | {pattern.read for pattern in patterns.machine}
    assert read == set(HowToRead)
    assert {program.name for program in patterns.programs} >= {
        "claude", "codex", "gemini", "cursor-agent", "opencode", "openclaw",
    }  # fmt: skip


def test_a_machine_adds_its_own(box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/orgtp").mkdir(parents=True)
    (tmp_path / "config/orgtp/discover.yaml").write_text(OWN)
    box.write("/srv/robots.yaml", "services: {r: {image: acme/robot}}\n")
    box.write("/srv/attic/.claude/agents/x.md", DASH)
    box.write(
        "/opt/cron/ada", "0 6 * * * robot go\n0 7 * * * robot stop\n0 8 * * * claude --go\n0 9 * * * claude -p x\n"
    )
    assert triggers(box.scan("/srv")) == [
        ("claude", "0 8 * * *", "claude"),
        ("robot", "0 6 * * *", "robot"),
        ("r", "compose service", "robot"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("files: [\n", ":2:1: "),
        ("files: 3\n", ":1:8: files is a number, but must be a list"),
        ("fils: []\n", ':1:1: unknown key "fils" in the file. Did you mean "files"?'),
        ("files: [{path: x}]\n", 'an item of files has no "read"'),
        ("files: [{path: x, read: agnet-file}]\n", 'read "agnet-file" is not known. Did you mean "agent-file"?'),
        ("files: [{path: /etc/passwd, read: agent-file}]\n", '"/etc/passwd" is not a path below a folder'),
        ("files: [{path: ../x, read: agent-file}]\n", '"../x" is not a path below a folder'),
        ("machine: [{part: crontab, path: x, read: user-crontab}]\n", '"x" is not a place of the machine'),
        ("machine: [{part: cron, path: /x, read: user-crontab}]\n", 'part "cron" is not known'),
        ("programs: [{name: x, frist: [y]}]\n", 'unknown key "frist"'),
        ("folders: {sample: [x]}\n", 'unknown key "sample"'),
        ("- x\n", "does not hold groups of patterns"),
        ("a: &a b\n", "anchors and aliases are not allowed"),
    ],
)
def test_a_broken_file_is_a_clear_error(tmp_path: Path, text: str, message: str) -> None:
    own = tmp_path / "discover.yaml"
    own.write_text(text)
    with pytest.raises(BadPatterns) as raised:
        scan_machine(ScanRequest(parts=frozenset(), patterns=own))
    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{own}:")
    assert str(raised.value).endswith("Nothing was looked at.")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadPatterns, match="there is no such file"):
        read_patterns(tmp_path / "none.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(BadPatterns, match="not a regular file"):
        read_patterns(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**/SOUL.md", "SOUL.md", True),
        ("**/SOUL.md", "a/b/SOUL.md", True),
        ("**/SOUL.md", "a/MYSOUL.md", False),
        ("**/.claude/agents/**/*.md", ".claude/agents/x.md", True),
        ("**/.claude/agents/**/*.md", "a/.claude/agents/b/c/x.md", True),
        ("**/.claude/agents/**/*.md", "a/xclaude/agents/x.md", False),
        (".github/workflows/*.yml", ".github/workflows/x.yml", True),
        (".github/workflows/*.yml", "a/.github/workflows/x.yml", False),
        (".github/workflows/*.yml", ".github/workflows/a/x.yml", False),
        ("**/compose*.yaml", "compose.dev.yaml", True),
        ("a.b", "axb", False),
    ],
)
def test_which_paths_a_pattern_names(pattern: str, path: str, matches: bool) -> None:
    assert bool(compile_glob(pattern).fullmatch(path)) is matches
