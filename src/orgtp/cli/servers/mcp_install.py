"""Add the org's server to the config of an MCP client on this machine."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.cli.session import remember_result, write_stderr, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.mcp.install.clients import Block, Client

ASK = (
    "Use OTP to show me the org chart for {org}. Which seats are agents, what are their business metrics, and how are "
    "they positioned relative to the human seats?"
)


def install_in_client(handle: OrgHandle, wanted: str, words: list[str], *, dry_run: bool) -> int:
    """Add the server to the client's config, or print the block with `dry_run`. `words` are options for the server.

    If the config cannot be updated, the block is printed for pasting, and the error is raised.
    """
    from orgtp.mcp.install.clients import (
        Machine,
        build_server_block,
        find_client,
        plan_install,
        refuse_without_workspace,
        server_name,
    )

    client, root, name = find_client(wanted), handle.root.resolve(), server_name(handle.head.id)
    _refuse_non_text(str(root), _script_path())
    server = build_server_block(client, _script_path(), ["--org", str(root), "mcp", *words], _program_folders())
    path = client.where(Machine(sys.platform, os.environ, _home_folder()), root)
    if dry_run:
        write_stdout(_format_client_block(client, name, server))
        write_stderr(f"dry run, nothing written. This would be added to {path}.")
        return 0
    try:
        refuse_without_workspace(client, root)
        made = plan_install(client, path, name, server)
    except Exception:
        write_stdout(_format_client_block(client, name, server))
        raise
    if made.is_installed:
        write_stdout(f"{name} is already in {path}; nothing was changed\n")
    else:
        copy = made.write()
        remember_result(f"{name} is in {path}")
        write_stdout(f"Added {name} to {path}.\n")
        write_stderr(f"backup: {copy}" if copy else "the file is new")
        if made.was:
            write_stderr(f"replaced the earlier command: {made.was}")
    write_stderr("the server is read-only" if not words else f"the server can write as {words[-1]}")
    _explain_next_steps(handle, client, name, server)
    return 0


def _refuse_non_text(*paths: str) -> None:
    """Refuse a path that is not UTF-8, because a config is JSON, which has no other text."""
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError as error:
            what = f'the path "{path}" is not UTF-8, which a config requires. Rename the folder'
            raise BadInput(what=what) from error


def _format_client_block(client: Client, name: str, server: Block) -> str:
    """The block to paste: the server under its client's key."""
    return json.dumps({client.key: {name: server}}, indent=2, ensure_ascii=False) + "\n"


def _script_path() -> str:
    """The path that orgtp was called by; a link stays valid after an upgrade. Raises `BadInput`."""
    script = Path(sys.argv[0]).absolute()
    if not script.is_file():
        script = Path(shutil.which(Path(sys.argv[0]).name) or script)
    if not script.is_file():
        raise BadInput(what=f"cannot find where orgtp is installed: {script} is not a file. Call orgtp by its path")
    return str(script)


def _program_folders() -> str:
    """A PATH with the folder of git, if git is not on the short PATH that clients use; else ""."""
    git = shutil.which("git")
    if git is None or shutil.which("git", path=os.defpath):
        return ""
    return os.pathsep.join([str(Path(git).parent), os.defpath])


def _home_folder() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise BadInput(what="cannot find your home folder. Print the block and paste it: --dry-run") from error


def _explain_next_steps(handle: OrgHandle, client: Client, name: str, server: Block) -> None:
    """Say what to do next, and what to ask first."""
    if client.shared:
        write_stderr("the file contains paths of this machine: do not commit it")
    if client.name == "claude-code":
        add = ["claude", "mcp", "add", "--scope", "user", name, "--", server["command"], *server["args"]]
        write_stderr(f"to use it in every folder: {shlex.join(add)}")
    write_stderr(f"next: {client.again.format(root=handle.root.resolve())}. Then ask: {ASK.format(org=handle.head.id)}")
