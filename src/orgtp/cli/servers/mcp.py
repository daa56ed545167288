"""`orgtp mcp`: serve the org to MCP clients."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import DryRunOption, OrgOption
from orgtp.cli.session import open_chosen_org, write_stderr
from orgtp.model.errors import BadInput, OrgtpError, Refused

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.mcp.server import OrgServer


AllowWriteOption = Annotated[
    bool, typer.Option("--allow-write", help="Let clients record values and propose retirements.")
]
ActingOption = Annotated[
    str, typer.Option("--as", metavar="SEAT", help="The seat that the server acts as, with its permissions.")
]
InstallOption = Annotated[
    str,
    typer.Option(
        "--install",
        metavar="CLIENT",
        help="Do not serve; add the server to a client's config: claude-desktop, claude-code, cursor or vscode.",
    ),
]


class ExtraMissing(OrgtpError):
    """The SDK of the protocol is not installed, or is too old."""

    text = 'the MCP server needs the library mcp, 2.2 or later ({why}). Install it: pip install "orgtp[mcp]"'


def run_mcp(
    org: OrgOption = None,
    allow_write: AllowWriteOption = False,
    as_: ActingOption = "",
    install: InstallOption = "",
    dry_run: DryRunOption = False,
) -> int:
    """Serve the org to an MCP client.

    The client starts it. It is read-only unless --allow-write and --as are given. The org is read again for each
    answer. With --install, the client's config is updated, and a backup is kept.
    """
    handle = open_chosen_org(org)
    _refuse_unusable_org(handle, as_, allow_write=allow_write)
    if install:
        return _install_server(handle, install, as_, allow_write=allow_write, dry_run=dry_run)
    if dry_run:
        raise BadInput(what="--dry-run shows what --install would write. Use: --install CLIENT --dry-run")
    return _serve_client(handle, as_, allow_write=allow_write)


def _serve_client(handle: OrgHandle, acting: str, *, allow_write: bool) -> int:
    """Serve until the client disconnects. Raises `ExtraMissing`, and `BadInput` if a standard stream is closed."""
    if sys.stdin and sys.stdin.isatty():
        write_stderr(
            f"serving {handle.head.id}. MCP clients start this command themselves: see docs/mcp.md. Stop with Ctrl-C"
        )
    from orgtp.mcp.stdio import call_on_interrupt, take_over_stdio

    take_over_stdio()
    call_on_interrupt(_exit_interrupted)
    with redirect_stdout(sys.stderr):
        made = _make_server(handle, acting, allow_write=allow_write)
    from orgtp.mcp.server import serve_stdio

    serve_stdio(made)
    return 0


def _refuse_unusable_org(handle: OrgHandle, acting: str, *, allow_write: bool) -> None:
    """Raise now for what no answer could work with: no git, an unknown or retired seat, nowhere to write."""
    handle.revision  # noqa: B018  (it asks git)
    if allow_write and not acting:
        raise BadInput(what="--allow-write needs the seat that the server acts as: --allow-write --as SEAT")
    if acting and not allow_write:
        raise BadInput(what="--as needs --allow-write: give both, or neither")
    if acting and handle.staff.org.seat(acting).is_retired:
        raise Refused(why=f"{acting} is retired. Name another seat: --as SEAT")
    if allow_write:
        handle.ledger.writable_repo  # noqa: B018  (it raises if nothing can be written)


def _install_server(handle: OrgHandle, client: str, acting: str, *, allow_write: bool, dry_run: bool) -> int:
    """Add the server to a client's config, with the options of this call. Raises `ExtraMissing` and `BadInput`."""
    from orgtp.cli.servers.mcp_install import install_in_client

    if find_spec("mcp") is None:
        raise ExtraMissing(why="it is not installed")
    words = [*(["--allow-write"] if allow_write else []), *(["--as", acting] if acting else [])]
    return install_in_client(handle, client, words, dry_run=dry_run)


def _make_server(handle: OrgHandle, acting: str, *, allow_write: bool) -> OrgServer:
    """Create the server. Raises `ExtraMissing`."""
    try:
        from orgtp.mcp.server import OrgServer, configure_logging
    except ImportError as error:
        raise ExtraMissing(why=error) from error
    configure_logging()
    return OrgServer(handle.root.resolve(), acting, allow_write=allow_write, alone=True)


def _exit_interrupted() -> None:
    write_stderr("interrupted")
    os._exit(130)
