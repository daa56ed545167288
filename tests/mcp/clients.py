"""Clients: the SDK's own, against a server in this process or one that it starts."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import jsonschema
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult, TextContent

from orgtp.mcp.server import OrgServer
from orgtp.mcp.tools import TOOLS
from tests.conftest import SCRIPT, Shell

Result = TypeVar("Result")
Server = OrgServer | StdioServerParameters
# Both eras of the protocol: with the handshake, and without.
ERAS = ("legacy", "2026-07-28")
_OUTPUTS = {tool.name: tool.output for tool in TOOLS}


def started(shell: Shell, *words: str, **env: str) -> StdioServerParameters:
    """The installed script as a host starts it: in the root folder, with a path that has little in it."""
    env = {**shell.env(), "PATH": "/usr/bin:/bin", **env}
    return StdioServerParameters(
        command=str(SCRIPT), args=["--org", str(shell.folder), "mcp", *words], env=env, cwd="/"
    )


def served(shell: Shell, acting: str = "", *, allow_write: bool = False) -> OrgServer:
    """A server in this process."""
    return OrgServer(shell.folder, acting, allow_write=allow_write)


def talk(server: Server, talked: Callable[[Client], Awaitable[Result]], mode: str = "auto") -> Result:
    """What comes of talking to a server."""

    async def main() -> Result:
        with anyio.fail_after(60):
            async with Client(server, mode=mode) as client:
                return await talked(client)

    return anyio.run(main)


def call(server: Server, tool: str, mode: str = "auto", **arguments: Any) -> Any:
    """The answer of a tool, which is in order: it fits its schema, and is the same as text and as an object."""
    return good(tool, talk(server, lambda client: client.call_tool(tool, arguments), mode))


def good(tool: str, result: CallToolResult) -> Any:
    """The answer, if it is one."""
    text = said(result)
    assert not result.is_error, text
    assert json.loads(text) == result.structured_content
    jsonschema.validate(result.structured_content, _OUTPUTS[tool])
    return result.structured_content


def refusal(server: Server, tool: str, **arguments: Any) -> str:
    """What a tool says where it cannot."""
    result = talk(server, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    assert result.structured_content is None
    return said(result)


def said(result: CallToolResult) -> str:
    """The one text of a result."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


PYTHON = Path(sys.executable)
