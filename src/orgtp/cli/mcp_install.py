"""Putting the org's server on the list of an MCP client on this machine."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.cli.session import write_stderr, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.mcp.install.clients import Block, Client

ASK = (
    "Use OTP to show me the org chart for {org}. Which seats are agents, what are their business metrics, and how are "
    "they positioned relative to the human seats?"
)


def install_in_client(here: OrgHandle, wanted: str, words: list[str], *, dry_run: bool) -> int:
    """Put the server on the client's list, or print what is to be put there. `words` are said to the server, too.

    What cannot be merged is printed, and left to its owner. Raises what is wrong.
    """
    from orgtp.mcp.install.clients import (
        Machine,
        build_server_block,
        find_client,
        plan_install,
        refuse_without_workspace,
        server_name,
    )

    client, root, name = find_client(wanted), here.root.resolve(), server_name(here.head.id)
    server = build_server_block(client, _script_path(), ["--org", str(root), "mcp", *words], _program_folders())
    path = client.where(Machine(sys.platform, os.environ, _home_folder()), root)
    if dry_run:
        write_stdout(_format_client_block(client, name, server))
        write_stderr(f"dry run, nothing written: this would be in {path}")
        return 0
    try:
        refuse_without_workspace(client, root)
        made = plan_install(client, path, name, server)
    except Exception:
        write_stdout(_format_client_block(client, name, server))
        raise
    if made.is_installed:
        write_stdout(f"{name} is in {path} already: nothing was changed\n")
    else:
        copy = made.write()
        write_stdout(f"{name} is in {path}\n")
        write_stderr(f"as it was before: {copy}" if copy else "the file is new")
        if made.was:
            write_stderr(f"it was started otherwise until now: {made.was}")
    write_stderr("it reads, and that is all" if not words else f"it may write, as {words[-1]}")
    _explain_next_steps(here, client, name, server)
    return 0


def _format_client_block(client: Client, name: str, server: Block) -> str:
    """What somebody may paste: the server under its client's key."""
    return json.dumps({client.key: {name: server}}, indent=2, ensure_ascii=False) + "\n"


def _script_path() -> str:
    """Where orgtp is: the link that it was called by, which an upgrade leaves as it is. Raises `BadInput`."""
    script = Path(sys.argv[0]).absolute()
    if not script.is_file():
        script = Path(shutil.which(Path(sys.argv[0]).name) or script)
    if not script.is_file():
        raise BadInput(what=f"nobody knows where orgtp is installed: {script} is no file. Call it by its path")
    return str(script)


def _program_folders() -> str:
    """The folders where programs are, if git is not where a client would find it: clients start servers with few."""
    git = shutil.which("git")
    if git is None or shutil.which("git", path=os.defpath):
        return ""
    return os.pathsep.join([str(Path(git).parent), os.defpath])


def _home_folder() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise BadInput(what="nobody knows where your home is. Print the block, and paste it: --dry-run") from error


def _explain_next_steps(here: OrgHandle, client: Client, name: str, server: Block) -> None:
    """What is to be done now, and what to ask first."""
    if client.shared:
        write_stderr("the file has paths of this machine: leave it out of commits")
    if client.name == "claude-code":
        add = ["claude", "mcp", "add", "--scope", "user", name, "--", server["command"], *server["args"]]
        write_stderr(f"for every folder, not for this one alone: {shlex.join(add)}")
    write_stderr(f"next: {client.again.format(root=here.root.resolve())}. Then ask: {ASK.format(org=here.head.id)}")
