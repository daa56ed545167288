"""Folders and files that are made to harm a scan: it ends, reads little, and says what it did not look at."""

from __future__ import annotations

import os
import plistlib
import socket
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orgtp.discovery.scan import ScanLimits
from orgtp.model.inventory.found import Discovered
from tests.discovery.conftest import DASH, Box, as_nobody, reasons
from tests.size import choose_size

_DEADLINE = 120.0


def within_deadline(run: Callable[[], Discovered]) -> Discovered:
    """The result of a scan, which fails the test instead of hanging it."""
    found: list[Discovered] = []
    thread = threading.Thread(target=lambda: found.append(run()), daemon=True)
    thread.start()
    thread.join(_DEADLINE)
    assert found, "the scan hangs, or has failed"
    return found[0]


def test_links_are_not_followed(box: Box) -> None:
    box.write("/secret/agents/x.md", DASH)
    top = box.root / "srv"
    (top / "agents").mkdir(parents=True)
    (top / "loop").symlink_to(".")
    (top / "out").symlink_to("../secret")
    (top / "agents/link.md").symlink_to("../../secret/agents/x.md")
    (top / "agents/self.md").symlink_to("self.md")
    (top / "agents/gone.md").symlink_to("/nowhere")
    (top / "AGENTS.md").symlink_to("/etc/passwd")
    found = within_deadline(lambda: box.scan("/srv"))
    assert not found.agents
    assert found.count_read == 0
    said = {where.removeprefix(str(top)): why for where, why in reasons(found).items()}
    assert said == {
        "/AGENTS.md": "a link", "/agents/gone.md": "a link", "/agents/link.md": "a link", "/agents/self.md": "a link",
        "/loop": "a link to a folder", "/out": "a link to a folder",
    }  # fmt: skip


def test_a_link_that_was_given_itself_is_followed(box: Box) -> None:
    box.write("/srv/a/agents/x.md", DASH)
    (box.root / "here").symlink_to("srv/a")
    assert [agent.name for agent in box.scan("/here").agents] == ["dash"]


def test_pipes_sockets_and_devices_are_never_opened(box: Box) -> None:
    folder = box.write("/srv/agents/x.md", DASH).parent
    os.mkfifo(folder / "pipe.md")
    os.mkfifo(box.root / "srv" / "CLAUDE.md")
    if not os.geteuid():
        os.mknod(folder / "zero.md", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    with socket.socket(socket.AF_UNIX) as bound:
        there = Path.cwd()
        os.chdir(folder)
        try:
            bound.bind("socket.md")
        finally:
            os.chdir(there)
        for path in ("~/.claude.json", "/etc/crontab", "/etc/cron.d/pipe", "/etc/systemd/system/pipe.service"):
            file = box.write(path, "")
            file.unlink()
            os.mkfifo(file)
        box.write("/etc/cron.d/agents", "0 6 * * * ada bash /srv/agents/pipe.md; sh /etc/crontab\n")
        found = within_deadline(lambda: box.scan("/srv"))
    assert [agent.name for agent in found.agents] == ["dash"]
    said = reasons(found)
    assert said["~/.claude.json"] == said["/etc/crontab"] == said["/etc/cron.d/pipe"] == "not a regular file"
    assert said["/etc/systemd/system/pipe.service"] == "not a regular file"
    assert said[f"{folder}/pipe.md"] == said[f"{folder}/socket.md"] == "not a regular file"


def test_a_file_of_a_gigabyte_is_not_read(box: Box) -> None:
    for path in ("/srv/agents/big.md", "/srv/.mcp.json", "/srv/compose.yaml", "/etc/crontab", "~/.claude.json"):
        with box.write(path, "").open("r+b") as file:
            file.truncate(1024**3)
    box.write("/etc/cron.d/agents", "0 6 * * * ada sh /srv/agents/big.md\n")
    found = within_deadline(lambda: box.scan("/srv"))
    assert not found.agents
    assert list(reasons(found).values()).count("larger than 1 MiB") >= 5


@pytest.mark.long
def test_100_000_files_are_looked_at_by_name_alone(box: Box) -> None:
    """Only the one that a pattern names is read."""
    folder = box.root / "srv" / "data"
    folder.mkdir(parents=True)
    target = box.write("/srv/data/file", "x")
    count = choose_size(5_000, 100_000)
    for number in range(count):
        os.link(target, folder / f"{number % 300}-{number}.txt") if number < count // 2 else (
            folder / f"{number}.py"
        ).symlink_to("file")
    box.write("/srv/agents/x.md", DASH)
    found = within_deadline(lambda: box.scan("/srv"))
    assert [agent.name for agent in found.agents] == ["dash"]
    assert (found.count_read, found.skipped) == (1, ())


def test_names_of_any_bytes(box: Box) -> None:
    (box.root / "srv" / "agents").mkdir(parents=True)
    folder = os.fsencode(box.root / "srv" / "agents")
    names = [
        b"new\nline.md",
        b"\x1b[31mred.md",
        b"\xff\xfe.md",
        b"..x.md",
        b"...md",
        "\u202eltr.md".encode(),
        b" .md",
        b"\tt.md",
        b"%s{}.md",
    ]
    for number, name in enumerate(names):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(DASH.replace("dash", f"dash-{number}").encode())
    found = within_deadline(lambda: box.scan("/srv"))
    assert sorted(agent.name for agent in found.agents) == sorted(f"dash-{number}" for number in range(len(names)))
    for agent in found.agents:
        for text in (agent.where, agent.place.path, agent.name):
            text.encode()
            assert text.isprintable() or " " in text
            assert "\n" not in text
            assert "\x1b" not in text


def test_a_definition_with_control_characters(box: Box) -> None:
    text = '---\nname: "a\\e[31m\\nb"\ndescription: "x\\u0007\\n\\ny"\ntools: ["Ba\\nsh"]\n---\n'
    box.write("/srv/agents/x.md", text)
    (agent,) = box.scan("/srv").agents
    assert (agent.name, agent.description, agent.tools) == ("a [31m b", "x y", ("Ba sh",))


@pytest.fixture
def deep_tree(box: Box) -> Iterator[None]:
    """A thousand folders in one another, whose path is longer than the system takes."""
    (box.root / "srv").mkdir()
    here = Path.cwd()
    os.chdir(box.root / "srv")
    try:
        for _ in range(1_000):
            Path("d" * 50).mkdir()
            os.chdir("d" * 50)
        yield
    finally:
        os.chdir(here)
        # Python's own removal of folders takes a level of recursion for each.
        subprocess.run(["rm", "-rf", str(box.root / "srv")], check=True, timeout=60)


@pytest.mark.usefixtures("deep_tree")
def test_folders_as_deep_as_the_system_allows(box: Box) -> None:
    box.write("/srv/agents/x.md", DASH)
    os.chdir("/")
    found = within_deadline(lambda: box.scan("/srv"))
    assert [agent.name for agent in found.agents] == ["dash"]
    assert list(reasons(found).values()) == ["deeper than 40 folders"]
    deep = within_deadline(lambda: box.scan("/srv", limits=ScanLimits(depth=5_000)))
    assert len(deep.agents) == 1


DEEP = 100_000
ENTITIES = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<plist><string>&b;</string></plist>"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/srv/.mcp.json", "[" * DEEP),
        ("/srv/.mcp.json", '{"mcpServers":' * DEEP),
        ("/srv/n8n.json", "[" * DEEP + "]" * DEEP),
        ("/srv/compose.yaml", "[" * DEEP),
        ("/srv/compose.yaml", "b0: &b0 [x]\n" + "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 60))),
        ("/srv/.codex/config.toml", "a = " + "[" * DEEP),
        ("~/.codex/config.toml", "[" + "a." * DEEP + "a]"),
        ("/Library/LaunchAgents/x.plist", "<plist>" + "<array>" * DEEP),
        ("/Library/LaunchAgents/x.plist", ENTITIES),
        ("/Library/LaunchAgents/x.plist", b"bplist00" + b"\xff" * 500),
        ("/srv/agents/x.md", "---\n" + "a: [" * DEEP + "\n---\n"),
        ("/srv/agents/x.md", "---\nname: " + "x" * 900_000 + "\n---\n"),
        ("/srv/.github/workflows/x.yml", "on: {schedule: [[], {cron: []}, x]}\njobs: [1, {steps: 3}]\n"),
        ("/srv/.github/workflows/x.yml", "on: 7\njobs: {a: {steps: [{uses: [x], run: {a: b}}, 3, null]}, b: null}\n"),
        ("/srv/.gitlab-ci.yml", "a: {script: [[[[x]]], {b: c}], rules: [3, null], only: 3}\n"),
        ("/srv/compose.yaml", "services: {a: {command: {x: y}, image: [1], build: [x], profiles: 3}, b: null}\n"),
        ("/srv/n8n.json", '{"nodes": [1, {"type": 3}, {"type": "n8n-nodes-x"}], "connections": 3, "active": true}'),
        ("/srv/assistants.json", '{"data": [{"object": "assistant", "tools": 3, "name": 3, "id": {}}, 3]}'),
        ("/srv/langgraph.json", '{"graphs": [1]}'),
        ("~/.openclaw/cron/jobs.json", '{"jobs": [3, {"schedule": 3}, {"schedule": {"everyMs": true}}]}'),
        ("~/.claude.json", '{"mcpServers": {"a": 3, "b": {"command": 3}, "c": {"command": ["", 3]}}, "projects": [3]}'),
        ("~/.claude.json", '{"mcpServers": {"d": {"url": "http://[x"}}, "projects": {"x": 3}}'),
        ("/etc/crontab", "* " * DEEP + "\n"),
        ("/etc/crontab", "0 6 * * * root " + "bash -c '" * 1000 + "\n"),
        ("/etc/systemd/system/x.service", "[Service]\n" + "ExecStart=claude -p '\n" * 10_000),
        ("/etc/systemd/system/x.service", "\\\n#\n" * DEEP),
        ("/etc/crontab", "0 6 * * * root claude -p x\n" * 30_000),
        ("/etc/crontab", "0 6 * * * root sh /srv/x.sh\n" * 30_000),
        ("/srv/compose.yaml", "services:\n" + "".join(f" a{n}: {{command: claude -p x}}\n" for n in range(9_000))),
        ("/srv/.github/workflows/x.yml", "on: push\njobs: {a: {steps: [" + "{run: claude -p}," * 9_000 + "]}}\n"),
        ("/srv/CODEOWNERS", "*" * DEEP),
        ("/srv/.mcp.json", b"\xff\xfe\x00"),
        ("/srv/.mcp.json", "1" * DEEP),
    ],
)  # fmt: skip
def test_a_hostile_file_harms_nothing(box: Box, path: str, text: str | bytes) -> None:
    box.write(path, text)
    box.write("/srv/agents/good.md", DASH.replace("dash", "good"))
    found = within_deadline(lambda: box.scan("/srv"))
    assert "good" in [agent.name for agent in found.agents]
    assert all(len(agent.name) <= 500 for agent in found.agents)
    assert found == box.scan("/srv")


def test_a_binary_property_list_that_holds_itself(box: Box) -> None:
    raw = bytearray(plistlib.dumps({"ProgramArguments": ["a"]}, fmt=plistlib.FMT_BINARY))
    position = raw.index(b"\xa1")
    raw[position + 1] = 2
    box.write("/Library/LaunchAgents/x.plist", bytes(raw))
    assert not within_deadline(box.scan).agents


def test_very_many_places_that_were_not_looked_at_are_counted(box: Box) -> None:
    (box.root / "srv/agents").mkdir(parents=True)
    for number in range(200):
        (box.root / f"srv/agents/{number}.md").symlink_to("x")
    found = box.scan("/srv")
    assert len(found.skipped) == 51
    assert found.skipped[-1].where == "150 more places"


def test_a_folder_that_may_not_be_entered(tmp_path: Path) -> None:
    if not os.geteuid():
        for path in [*tmp_path.parents, tmp_path]:
            path.chmod(path.stat().st_mode | 0o755)
    box = Box(tmp_path)
    box.home.mkdir(parents=True)
    closed = box.write("/srv/closed/agents/x.md", DASH).parent.parent
    box.write("/srv/agents/y.md", DASH).chmod(0o600 if not os.geteuid() else 0)
    closed.chmod(0o700 if not os.geteuid() else 0)
    try:
        with as_nobody():
            found = box.scan("/srv", parts=frozenset())
    finally:
        closed.chmod(0o700)
    assert (found.agents, found.count_read) == ((), 0)
    assert {where.removeprefix(str(box.root)): why for where, why in reasons(found).items()} == {
        "/srv/agents/y.md": "no permission",
        "/srv/closed": "no permission",
    }


def test_the_root_of_an_image_is_never_left(box: Box, tmp_path: Path) -> None:
    (tmp_path / "outside.sh").write_text("claude -p x\n")
    (box.root / "etc/cron.d").mkdir(parents=True)
    (box.root / "srv").mkdir()
    (box.root / "srv/link.sh").symlink_to(tmp_path / "outside.sh")
    (box.root / "etc/cron.d/link").symlink_to(tmp_path / "outside.sh")
    (box.root / "etc/cron.daily").symlink_to(tmp_path)
    box.write("/etc/cron.d/agents", "0 6 * * * root sh /srv/link.sh; sh /../../outside.sh\n")
    assert not box.scan().agents
