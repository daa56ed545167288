"""MCP servers in the settings of clients. Only the name of a server and of its program, or its host, is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from orgtp.discovery.file_reading import ReadFile
from orgtp.discovery.parsing import Unparsed, as_list, as_mapping, as_text, parse_json, parse_toml
from orgtp.model.inventory.found import FoundKind

# The keys that hold servers: most clients, Codex, VS Code, Zed, opencode.
_KEYS = ("mcpServers", "mcp_servers", "servers", "context_servers", "mcp")
_MOST_SERVERS = 1_000
_PROGRAM = re.compile(r"\w[\w.+-]{0,63}")


def read_mcp_servers(file: ReadFile) -> None:
    """The MCP servers of a file of settings."""
    try:
        data = parse_toml(file.raw) if file.path.endswith(".toml") else parse_json(file.raw)
    except Unparsed as error:
        file.skip(str(error))
        return
    found = dict(list(_list_servers(as_mapping(data)))[:_MOST_SERVERS])
    for name, server in sorted(found.items()):
        program, about = _describe_server(server)
        item = file.make_item(FoundKind.CONNECTOR, name, name, program=program, description=about)
        item.source = "MCP servers"
        file.joiner.add_definition(item)


def _list_servers(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in _KEYS:
        below = as_mapping(data.get(key))
        for name, server in below.items():
            if isinstance(server, dict) and server.keys() & {"command", "url", "serverUrl", "httpUrl", "type"}:
                yield str(name), server
        if key == "mcp" and "servers" in below:
            yield from _list_servers({"servers": below["servers"]})
    # Claude Code keeps the servers of each project in its own settings.
    for project in as_mapping(data.get("projects")).values():
        yield from _list_servers({"mcpServers": as_mapping(project).get("mcpServers")})


def _describe_server(server: dict[str, Any]) -> tuple[str, str]:
    """The name of the program of a server, or its host. An address may have a token anywhere else."""
    command = server.get("command")
    words = [as_text(command)] if isinstance(command, str) else [as_text(word) for word in as_list(command)]
    # Some write the whole command line as the command, with settings before it.
    program = next((word for word in " ".join(words[:1]).split() if "=" not in word), "")
    program = program.replace("\\", "/").rstrip("/").rpartition("/")[2]
    # What is no name of a program may be a token.
    program = program if _PROGRAM.fullmatch(program) else ""
    address = next((as_text(server[key]) for key in ("url", "serverUrl", "httpUrl") if server.get(key)), "")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return program, f"at {host}" if host else ""
