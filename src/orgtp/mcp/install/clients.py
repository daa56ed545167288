"""The configuration files of MCP clients, and how this org's server is added to them.

The paths and formats come from the clients' documentation, which docs/mcp.md links.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgtp.mcp.install.json_editor import NotJson, parse_json_object, set_json_member
from orgtp.model.errors import BadInput, OrgtpError, Refused
from orgtp.model.text import did_you_mean, join_sentences

Block = dict[str, Any]
# Clients limit the combined names of server and tool to 64 characters.
_LONGEST = 39


class BadConfig(OrgtpError):
    """A client's config is invalid. It is not changed."""

    text = "{path}:{why}. Nothing was written. Fix the file, or add the block above by hand"


class ConfigChanged(OrgtpError):
    """Another program changed the config in the meantime."""

    text = "another program has just changed {path}. Nothing was written; try again"


@dataclass(frozen=True)
class Machine:
    """What determines where a client's file is: the system (as in `sys.platform`), environment and home folder."""

    platform: str
    environment: Mapping[str, str]
    home: Path


@dataclass(frozen=True)
class Client:
    """A client: the path of its file (in the org's folder if `shared`), and the key of its servers.

    `typed`: each server has `type: stdio`. `comments`: the file may have comments.
    """

    name: str
    title: str
    where: Callable[[Machine, Path], Path]
    again: str
    key: str = "mcpServers"
    typed: bool = True
    comments: bool = False
    shared: bool = False


def _find_desktop_config(machine: Machine, _root: Path) -> Path:
    bases = {
        "win32": machine.environment.get("APPDATA") or machine.home / "AppData" / "Roaming",
        "darwin": machine.home / "Library" / "Application Support",
    }
    usual = machine.environment.get("XDG_CONFIG_HOME") or machine.home / ".config"
    return Path(bases.get(machine.platform, usual)) / "Claude" / "claude_desktop_config.json"


CLIENTS = (
    Client(
        "claude-desktop", "Claude Desktop", _find_desktop_config, "Quit Claude Desktop and start it again", typed=False
    ),
    Client(
        "claude-code",
        "Claude Code",
        lambda _machine, root: root / ".mcp.json",
        "Start claude in {root}, and approve the server",
        shared=True,
    ),
    Client(
        "cursor",
        "Cursor",
        lambda machine, _root: machine.home / ".cursor" / "mcp.json",
        "Restart Cursor, and check that the server is enabled in its settings",
        comments=True,
    ),
    Client(
        "vscode",
        "VS Code",
        lambda _machine, root: root / ".vscode" / "mcp.json",
        "Open {root} in VS Code, and start the server: MCP: List Servers",
        key="servers",
        comments=True,
        shared=True,
    ),
)


def find_client(name: str) -> Client:
    """Find the client with this name. Raises `BadInput`."""
    known = {client.name: client for client in CLIENTS}
    if name not in known:
        listed = f"Known clients: {', '.join(known)}"
        raise BadInput(what=join_sentences(f'"{name}" is not a known client', did_you_mean(name, known), listed))
    return known[name]


def server_name(org: str) -> str:
    """The name of this org's server in clients, cut to the length that they accept."""
    return f"orgtp-{org}"[:_LONGEST].rstrip("-") if org else "orgtp"


@dataclass(frozen=True)
class PlannedInstall:
    """The planned change of a client's config: `before` is its content, `text` the new one.

    `was` is the previous command of a server with this name, if it was different.
    """

    path: Path
    name: str
    before: bytes | None
    text: str
    was: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether the config already has the server."""
        return self.before is not None and self.text == self.before.decode()

    def write(self) -> Path | None:
        """Replace the file atomically, and return the path of the backup. Permissions and symlinks stay.

        Raises `ConfigChanged`, `OSError`.
        """
        target = self.path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if self.before is not None else 0o600
        copy = _write_backup(self.path, self.before, mode) if self.before else None
        beside = target.with_name(f".orgtp-{os.getpid()}-{target.name}")
        try:
            _write_new_file(beside, self.text.encode(), mode)
            if _read_config(self.path) != self.before:
                raise ConfigChanged(path=self.path)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        return copy


def build_server_block(client: Client, command: str, args: list[str], path: str = "") -> Block:
    """The config block that starts the server. `path` sets PATH if programs are in unusual folders."""
    kind = {"type": "stdio"} if client.typed else {}
    return {**kind, "command": command, "args": args, **({"env": {"PATH": path}} if path else {})}


def plan_install(client: Client, where: Path, name: str, server: Block) -> PlannedInstall:
    """Plan adding the server to the client's file, whose other content stays. Raises `BadConfig`, `OSError`."""
    before = _read_config(where)
    try:
        text = (before or b"").decode()
        servers = parse_json_object(text, comments=client.comments).get(client.key)
        old = servers.get(name) if isinstance(servers, dict) else None
        whole = _merge_server(old, server)
        if old == whole:
            return PlannedInstall(where, name, before, text)
        after = set_json_member(text, (client.key, name), whole, comments=client.comments)
        return PlannedInstall(
            where,
            name,
            before,
            after,
            _format_start_command(old) if _format_start_command(old) != _format_start_command(whole) else "",
        )
    except UnicodeDecodeError as error:
        raise BadConfig(path=where, why=" it is not UTF-8") from error
    except NotJson as error:
        raise BadConfig(path=where, why=str(error)) from error


def _format_start_command(server: Any) -> str:
    """The command line that starts a server; "" if the config does not have a valid one."""
    words = [server.get("command"), *_as_list(server.get("args"))] if isinstance(server, dict) else []
    return shlex.join(words) if words and all(isinstance(word, str) for word in words) else ""


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _merge_server(old: Any, server: Block) -> Block:
    """The new server block, with other settings of the old one, such as a timeout or a variable."""
    if not isinstance(old, dict):
        return server
    env = {**_as_dict(old.get("env")), **server.get("env", {})}
    return {**old, **server, **({"env": env} if env else {})}


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _read_config(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_backup(path: Path, before: bytes, mode: int) -> Path:
    """Write a backup next to the file, unless one with the same content exists. Earlier backups stay."""
    number, copy = 1, path.with_name(f"{path.name}.bak")
    while (existing := _read_config(copy)) is not None and existing != before:
        number += 1
        copy = path.with_name(f"{path.name}.bak-{number}")
    if existing is None:
        _write_new_file(copy, before, mode)
    return copy


def _write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a new file that is never readable by more users than `mode` allows."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(mode)


def refuse_without_workspace(client: Client, root: Path) -> None:
    """Refuse a config in the org's folder if that is not an org. Raises `Refused`."""
    if client.shared and not (root / "org.yaml").is_file():
        raise Refused(
            why=f"{root} is not an org's folder. Add the block above to a folder that you open in {client.title}"
        )
