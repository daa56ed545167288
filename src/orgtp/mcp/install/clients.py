"""Where MCP clients keep the list of servers that they start, and how this org's server is put on it.

Each client's file and form are those of its own documentation; docs/mcp.md says which.
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
from orgtp.model.text import did_you_mean

Block = dict[str, Any]
# What a client makes of a server's and a tool's names together has at most 64 characters.
_LONGEST = 39


class BadConfig(OrgtpError):
    """A client's config is broken. It is left as it is, for nobody but its owner knows what was meant."""

    text = "{path}:{why}. Nothing was written. Mend that, or paste the block above by hand"


class ConfigChanged(OrgtpError):
    """Somebody else wrote the file while we did."""

    text = "{path} was changed by somebody else just now. Nothing was written; try again"


@dataclass(frozen=True)
class Machine:
    """What decides where a client's file is: the system (as `sys.platform`), the environment, the home folder."""

    platform: str
    environment: Mapping[str, str]
    home: Path


@dataclass(frozen=True)
class Client:
    """A client: where its file is (of a workspace's own, the org's folder), and the key its servers are under.

    `typed`: a server says that it talks over stdio. `comments`: the file may have some.
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
        "Start claude in {root}, and say yes to the server",
        shared=True,
    ),
    Client(
        "cursor",
        "Cursor",
        lambda machine, _root: machine.home / ".cursor" / "mcp.json",
        "Start Cursor again, and see that the server is on in its settings",
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
    """The client of this name. Raises `BadInput`."""
    known = {client.name: client for client in CLIENTS}
    if name not in known:
        near = f" {did_you_mean(name, known)}".rstrip()
        raise BadInput(what=f'"{name}" is no client known here.{near} There are: {", ".join(known)}')
    return known[name]


def server_name(org: str) -> str:
    """What clients call this org's server: always the same, and no longer than they take."""
    return f"orgtp-{org}"[:_LONGEST].rstrip("-") if org else "orgtp"


@dataclass(frozen=True)
class PlannedInstall:
    """An org's server on a client's list: `text` is what the file is to hold, `before` what it does.

    `was` is how the client started a server of this name until now, where it started it otherwise.
    """

    path: Path
    name: str
    before: bytes | None
    text: str
    was: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether nothing is to be done."""
        return self.before is not None and self.text == self.before.decode()

    def write(self) -> Path | None:
        """Write the file in one step, with the permissions it has; a link stays one. The copy of what was there before.

        Raises `Elsewhere`, `OSError`.
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
    """How a client is told to start the server. `path`: the folders where programs are, if not the usual ones."""
    kind = {"type": "stdio"} if client.typed else {}
    return {**kind, "command": command, "args": args, **({"env": {"PATH": path}} if path else {})}


def plan_install(client: Client, where: Path, name: str, server: Block) -> PlannedInstall:
    """The client's file with the server in it: what else stands there stays. Raises `BadConfig`, `OSError`."""
    before = _read_config(where)
    try:
        text = (before or b"").decode()
        servers = parse_json_object(text, comments=client.comments).get(client.key)
        had = servers.get(name) if isinstance(servers, dict) else None
        whole = _merge_server(had, server)
        if had == whole:
            return PlannedInstall(where, name, before, text)
        after = set_json_member(text, (client.key, name), whole, comments=client.comments)
        return PlannedInstall(
            where,
            name,
            before,
            after,
            _format_start_command(had) if _format_start_command(had) != _format_start_command(whole) else "",
        )
    except UnicodeDecodeError as error:
        raise BadConfig(path=where, why=" it is not UTF-8") from error
    except NotJson as error:
        raise BadConfig(path=where, why=str(error)) from error


def _format_start_command(server: Any) -> str:
    """How a client starts a server, as one types it; "" where that does not say."""
    words = [server.get("command"), *_as_list(server.get("args"))] if isinstance(server, dict) else []
    return shlex.join(words) if words and all(isinstance(word, str) for word in words) else ""


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _merge_server(had: Any, server: Block) -> Block:
    """The server as it is to be, with what somebody else said of it (a timeout, a variable) beside that."""
    if not isinstance(had, dict):
        return server
    env = {**_as_dict(had.get("env")), **server.get("env", {})}
    return {**had, **server, **({"env": env} if env else {})}


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _read_config(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_backup(path: Path, before: bytes, mode: int) -> Path:
    """A copy of what was there, beside it; copies of earlier days stay. The same content is kept once."""
    number, copy = 1, path.with_name(f"{path.name}.bak")
    while (there := _read_config(copy)) is not None and there != before:
        number += 1
        copy = path.with_name(f"{path.name}.bak-{number}")
    if there is None:
        _write_new_file(copy, before, mode)
    return copy


def _write_new_file(path: Path, content: bytes, mode: int) -> None:
    """A new file that is never, not for a moment, open to more eyes than `mode` says."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(mode)


def refuse_without_workspace(client: Client, root: Path) -> None:
    """Refuse to put a workspace's file where no workspace can be. Raises `Refused`."""
    if client.shared and not (root / "org.yaml").is_file():
        raise Refused(
            why=f"{root} is no folder to open in {client.title}. Paste the block above into the file of one that is"
        )
