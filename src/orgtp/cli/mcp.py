"""The command that serves the org to MCP clients."""

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
    bool, typer.Option("--allow-write", help="Let clients record values and propose retirements, too.")
]
ActingOption = Annotated[
    str, typer.Option("--as", metavar="SEAT", help="The seat that the server acts as; the policy holds for it.")
]
InstallOption = Annotated[
    str,
    typer.Option(
        "--install",
        metavar="CLIENT",
        help="Serve nothing, but put the server on a client's list: claude-desktop, claude-code, cursor, vscode.",
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
    """Serve the org to an MCP client over standard input and output.

    The client starts it, and asks for the chart, a seat, the scorecard, what changed. It only reads, unless
    --allow-write and --as say otherwise. The org is read anew for each answer. With --install, a client is told how
    to start it: its config is merged, and what it was is kept beside it.
    """
    here = open_chosen_org(org, values=False)
    _refuse_unusable_org(here, as_, allow_write=allow_write)
    if install:
        return _install_server(here, install, as_, allow_write=allow_write, dry_run=dry_run)
    if dry_run:
        raise BadInput(what="--dry-run says what --install would write: --install CLIENT --dry-run")
    return _serve_client(here, as_, allow_write=allow_write)


def _serve_client(here: OrgHandle, acting: str, *, allow_write: bool) -> int:
    """Serve until the client leaves. Raises `ExtraMissing`, and `BadInput` where there is nothing to talk over."""
    if sys.stdin and sys.stdin.isatty():
        write_stderr(
            f"serving {here.head.id} to an MCP client, which starts this itself: see docs/mcp.md. Stop it with Ctrl-C"
        )
    from orgtp.mcp.stdio import call_on_interrupt, take_over_stdio

    take_over_stdio()
    call_on_interrupt(_exit_interrupted)
    with redirect_stdout(sys.stderr):
        made = _make_server(here, acting, allow_write=allow_write)
    from orgtp.mcp.server import serve_stdio

    serve_stdio(made)
    return 0


def _refuse_unusable_org(here: OrgHandle, acting: str, *, allow_write: bool) -> None:
    """Refuse what could not be answered later: no git, no such seat, a writer who is nobody. Raises what is wrong."""
    here.revision  # noqa: B018  (it asks git)
    if allow_write and not acting:
        raise BadInput(what="who writes? Say which seat the server acts as: --allow-write --as SEAT")
    if acting and not allow_write:
        raise BadInput(what="--as says who writes, and nothing is written without --allow-write. Say both, or neither")
    if acting and here.staff.org.seat(acting).is_retired:
        raise Refused(why=f"{acting} is retired, and acts no more. Name another seat: --as SEAT")
    if allow_write:
        here.ledger.writable  # noqa: B018  (it raises where nothing can be written)


def _install_server(here: OrgHandle, client: str, acting: str, *, allow_write: bool, dry_run: bool) -> int:
    """Put it on a client's list, to be started as it was called now. Raises `ExtraMissing`, and what is wrong there."""
    from orgtp.cli.mcp_install import install_in_client

    if find_spec("mcp") is None:
        raise ExtraMissing(why="it is not here")
    words = [*(["--allow-write"] if allow_write else []), *(["--as", acting] if acting else [])]
    return install_in_client(here, client, words, dry_run=dry_run)


def _make_server(here: OrgHandle, acting: str, *, allow_write: bool) -> OrgServer:
    """The server. Raises `ExtraMissing`."""
    try:
        from orgtp.mcp.server import OrgServer, configure_logging
    except ImportError as error:
        raise ExtraMissing(why=error) from error
    configure_logging()
    return OrgServer(here.root.resolve(), acting, allow_write=allow_write, alone=True)


def _exit_interrupted() -> None:
    write_stderr("interrupted")
    os._exit(130)
