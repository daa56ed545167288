"""`orgtp mcp --install`: the server on a client's own list, and nothing else of that list touched."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters

from orgtp.mcp.install.clients import CLIENTS, Machine, build_server_block, find_client, server_name
from orgtp.mcp.install.json_editor import parse_json_object
from orgtp.model.errors import BadInput
from tests.conftest import SCRIPT, Shell
from tests.mcp.clients import call, refusal

NAME = "orgtp-sneeze-it"
QUESTION = "Use OTP to show me the org chart for sneeze-it."


def _desktop(shell: Shell) -> Path:
    return shell.home / ".config" / "Claude" / "claude_desktop_config.json"


def _file(shell: Shell, client: str) -> Path:
    """Where the client's file is on this machine; the tests run on Linux."""
    return {
        "claude-desktop": _desktop(shell),
        "claude-code": shell.folder / ".mcp.json",
        "cursor": shell.home / ".cursor" / "mcp.json",
        "vscode": shell.folder / ".vscode" / "mcp.json",
    }[client]


def _given(shell: Shell, text: str, mode: int = 0o640) -> Path:
    """A config of Claude Desktop that is there already."""
    path = _desktop(shell)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(mode)
    return path


def _listed(path: Path) -> Any:
    return parse_json_object(path.read_text(encoding="utf-8"), comments=True)


@pytest.mark.parametrize(
    ("platform", "env", "where"),
    [
        ("darwin", {}, "/h/Library/Application Support/Claude/claude_desktop_config.json"),
        ("win32", {"APPDATA": "/r"}, "/r/Claude/claude_desktop_config.json"),
        ("win32", {}, "/h/AppData/Roaming/Claude/claude_desktop_config.json"),
        ("linux", {}, "/h/.config/Claude/claude_desktop_config.json"),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/x/Claude/claude_desktop_config.json"),
    ],
)
def test_where_each_client_looks(platform: str, env: dict[str, str], where: str) -> None:
    machine = Machine(platform, env, Path("/h"))
    found = {client.name: str(client.where(machine, Path("/org"))) for client in CLIENTS}
    assert found == {
        "claude-desktop": where,
        "claude-code": "/org/.mcp.json",
        "cursor": "/h/.cursor/mcp.json",
        "vscode": "/org/.vscode/mcp.json",
    }


def test_the_sdk_looks_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol's own SDK has a command that writes Claude Desktop's file."""
    from mcp.cli.claude import get_claude_config_path

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "Claude").mkdir()
    found = find_client("claude-desktop").where(Machine("linux", os.environ, Path.home()), tmp_path)
    assert found.parent == get_claude_config_path()


@pytest.mark.parametrize("client", [client.name for client in CLIENTS])
def test_a_bare_home(asked: Shell, client: str, tmp_path: Path) -> None:
    """What is printed with --dry-run is what is written, and says how to go on."""
    here = Shell(asked.folder, tmp_path)
    path, before = _file(here, client), asked.git("status", "--porcelain").out
    told = here("mcp", "--install", client, "--dry-run")
    assert str(path) in told.err
    assert not path.exists()
    ran = here("mcp", "--install", client)
    assert ran.out == f"Added {NAME} to {path}.\n"
    assert QUESTION in ran.err
    assert _listed(path) == json.loads(told.out)
    ((key, servers),) = _listed(path).items()
    assert key == ("servers" if client == "vscode" else "mcpServers")
    assert servers[NAME]["command"] == str(SCRIPT)
    assert servers[NAME]["args"] == ["--org", str(here.folder), "mcp"]
    assert servers[NAME].get("type") == (None if client == "claude-desktop" else "stdio")
    assert here("mcp", "--install", client).out == f"{NAME} is already in {path}; nothing was changed\n"
    assert list(path.parent.glob("*.bak*")) == []
    # A file in the org's folder is no part of the org.
    assert here("chart", "--json").json["dirty"] is False
    if here.folder in path.parents:
        assert "do not commit it" in ran.err
        path.unlink()
    assert asked.git("status", "--porcelain").out == before


def test_it_starts_by_what_is_written(sample: Shell) -> None:
    """From the root folder, with hardly a path: what a client does with the block is all that it needs."""
    sample("--org", str(sample.folder), "mcp", "--install", "claude-desktop", "--allow-write", "--as", "tally")
    entry = _listed(_desktop(sample))["mcpServers"][NAME]
    env = {**sample.env(), "PATH": "/usr/bin:/bin", **entry.get("env", {})}
    server = StdioServerParameters(command=entry["command"], args=entry["args"], env=env, cwd="/")
    assert call(server, "list_seats")["org"] == "sneeze-it"
    assert call(server, "add_score", seat="radar", metric="briefing-by-8", value="7:52am")["commit"] == sample.head()
    sample.at(sample.folder / "seats")("mcp", "--install", "claude-desktop")
    entry = _listed(_desktop(sample))["mcpServers"][NAME]
    server = StdioServerParameters(command=entry["command"], args=entry["args"], env=env, cwd="/")
    assert "there is no tool" in refusal(server, "add_score", seat="radar", metric="briefing-by-8", value="7:53am")


OTHERS = """{
    "globalShortcut": "Ctrl+Space",
    "mcpServers": {
        "files": {"command": "npx", "args": ["-y", "files"], "env": {"TOKEN": "x"}}
    },
    "last": 1.50
}
"""


def test_others_stay(asked: Shell, tmp_path: Path) -> None:
    """Their order, their layout, the file's permissions; and what was there is kept beside it."""
    here = Shell(asked.folder, tmp_path)
    path = _given(here, OTHERS)
    ran = here("mcp", "--install", "claude-desktop")
    text = path.read_text(encoding="utf-8")
    own = text.partition(f',\n        "{NAME}": ')[2].partition("\n    },")[0]
    assert text.replace(f',\n        "{NAME}": {own}', "") == OTHERS
    assert json.loads(own)["command"] == str(SCRIPT)
    copy = path.with_name(path.name + ".bak")
    assert copy.read_text(encoding="utf-8") == OTHERS
    assert str(copy) in ran.err
    assert (path.stat().st_mode & 0o777, copy.stat().st_mode & 0o777) == (0o640, 0o640)
    # Another change is another copy; the first one is the user's own, and stays.
    ran = here("mcp", "--install", "claude-desktop", "--allow-write", "--as", "tally")
    assert f"replaced the earlier command: {SCRIPT} --org" in ran.err
    assert "the server can write as tally" in ran.err
    assert copy.read_text(encoding="utf-8") == OTHERS
    assert path.with_name(path.name + ".bak-2").read_text(encoding="utf-8") == text
    assert sorted(entry.name for entry in path.parent.iterdir()) == [
        path.name + more for more in ("", ".bak", ".bak-2")
    ]


def test_what_others_said_of_our_server_stays(asked: Shell, tmp_path: Path) -> None:
    here = Shell(asked.folder, tmp_path)
    entry = {"disabled": True, "command": "/old", "args": [], "env": {"ORGTP_NOW": "2026-11-20T18:00:00Z"}}
    path = _given(here, json.dumps({"mcpServers": {NAME: entry}}))
    here("mcp", "--install", "claude-desktop")
    args = ["--org", str(here.folder), "mcp"]
    assert _listed(path)["mcpServers"][NAME] == {**entry, "command": str(SCRIPT), "args": args}


def test_comments_stay(sample: Shell) -> None:
    text = '{\n  // mine\n  "servers": {\n    "a": {"url": "https://a.example"}, // one\n  },\n}\n'
    sample.write(".vscode/mcp.json", text)
    sample("mcp", "--install", "vscode")
    made = sample.read(".vscode/mcp.json")
    assert all(line in made.splitlines() for line in text.splitlines())
    assert set(_listed(_file(sample, "vscode"))["servers"]) == {"a", NAME}


def test_a_link_stays_one(asked: Shell, tmp_path: Path) -> None:
    here = Shell(asked.folder, tmp_path)
    path, real = _given(here, OTHERS), tmp_path / "dotfiles.json"
    path.rename(real)
    path.symlink_to(real)
    here("mcp", "--install", "claude-desktop")
    assert path.is_symlink()
    assert set(_listed(real)["mcpServers"]) == {"files", NAME}
    assert path.with_name(path.name + ".bak").read_text(encoding="utf-8") == OTHERS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "mcpServers": {\n    "a": {},\n  }\n}\n', ":"),
        ('{\n  "mcpServers": {} // mine\n}\n', ":2:20: "),
        ('{"mcpServers": ["a"]}', ":1:16: an object is required"),
        ("[]", ":1:1: an object is required"),
    ],
)
def test_what_is_broken_is_left(asked: Shell, tmp_path: Path, text: str, told: str) -> None:
    """It is said where it is broken, and what to paste is printed."""
    here = Shell(asked.folder, tmp_path)
    path = _given(here, text)
    ran = here("mcp", "--install", "claude-desktop", code=2)
    assert f"{path}{told}" in ran.err
    assert "Nothing was written" in ran.err
    assert json.loads(ran.out)["mcpServers"][NAME]["command"] == str(SCRIPT)
    assert path.read_text(encoding="utf-8") == text
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_read(asked: Shell, tmp_path: Path) -> None:
    here = Shell(asked.folder, tmp_path)
    path = _given(here, "")
    path.write_bytes(OTHERS.encode("utf-16"))
    assert "it is not UTF-8" in here("mcp", "--install", "claude-desktop", code=2).err
    path.unlink()
    path.mkdir()
    ran = here("mcp", "--install", "claude-desktop", code=2)
    assert f"{path}: Is a directory" in ran.err
    assert json.loads(ran.out)
    shutil.rmtree(here.home / ".config")
    (here.home / ".config").write_text("a file", encoding="utf-8")
    assert here("mcp", "--install", "claude-desktop", code=2).err.startswith("orgtp: ")


def test_where_no_workspace_is(asked: Shell, tmp_path: Path) -> None:
    """A bare repository is served, but nobody opens it in an editor."""
    asked.git("clone", "-q", "--bare", str(asked.folder), str(tmp_path / "bare.git"))
    here = Shell(tmp_path / "bare.git", tmp_path)
    ran = here("mcp", "--install", "vscode", code=2)
    assert "a folder that you open in VS Code" in ran.err
    assert json.loads(ran.out)["servers"][NAME]["args"] == ["--org", str(here.folder), "mcp"]
    here("mcp", "--install", "cursor")
    assert set(_listed(_file(here, "cursor"))["mcpServers"]) == {NAME}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--install", "vscod"), '"vscod" is not a known client. Did you mean "vscode"? Known clients: claude-desktop'),
        (("--install", "cursor", "--allow-write"), "--allow-write --as SEAT"),
        (("--install", "cursor", "--allow-write", "--as", "dahs"), 'Did you mean "dash"?'),
        (("--dry-run",), "--install CLIENT --dry-run"),
    ],
)
def test_what_is_asked_wrongly(asked: Shell, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    ran = Shell(asked.folder, tmp_path)("mcp", *words, code=2)
    assert told in ran.err
    assert list(tmp_path.iterdir()) == []


def test_where_git_is_elsewhere(asked: Shell, tmp_path: Path) -> None:
    """Where a client would not find git, it is told where: it starts servers with a path of its own."""
    desktop = find_client("claude-desktop")
    assert build_server_block(desktop, "/o", [], "/opt/bin:/bin")["env"] == {"PATH": "/opt/bin:/bin"}
    assert "env" not in build_server_block(desktop, "/o", [])


def test_a_name_fits() -> None:
    assert server_name("sneeze-it") == NAME
    assert server_name("") == "orgtp"
    long = server_name("a" * 30 + "-" * 10 + "b" * 20)
    assert long == "orgtp-" + "a" * 30
    # As clients write it: mcp__NAME__TOOL.
    assert len(f"mcp__{server_name('a' * 63)}__propose_retirement") <= 64
    with pytest.raises(BadInput):
        find_client("")


@pytest.mark.parametrize("client", ["claude-code", "cursor"])
@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_a_path_that_no_config_can_contain_is_refused(acme: Shell, client: str, words: tuple[str, ...]) -> None:
    folder = os.fsencode(acme.folder) + b"\xff"
    os.rename(acme.folder, folder)  # noqa: PTH104  (a path of bytes)
    here = acme.at(Path(os.fsdecode(folder)))
    err = here("mcp", "--install", client, *words, code=2).err
    assert "is not UTF-8" in err
    assert r"\udcff" in err
