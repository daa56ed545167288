"""The entry point of the command line."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any, cast

import typer
from typer.main import get_command

from orgtp import __version__
from orgtp.api import WaitNotice
from orgtp.cli.commands import COMMANDS, GROUPS, CommandEntry, add_default_command, find_commands
from orgtp.cli.error_handler import run_with_error_handler
from orgtp.cli.options import OrgOption
from orgtp.cli.session import remember_org_option, write_stderr
from orgtp.model.errors import BadInput

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# A value can begin with a minus, so unknown options are values here, and `-h` in `-1h` is not a call for help.
_VALUES = {**_SETTINGS, "help_option_names": ["--help"], "ignore_unknown_options": True}


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"orgtp {__version__}\n")
        raise typer.Exit


def _read_global_options(
    org: OrgOption = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The organisation as text: people and agents on one chart and one scorecard, in git.

    For help on a command: orgtp COMMAND --help
    """
    remember_org_option(org)


def build_app(commands: Iterable[CommandEntry] = COMMANDS) -> typer.Typer:
    """Build the command line with these commands."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS, name="orgtp")
    app.callback()(_read_global_options)
    groups = {
        name: typer.Typer(name=name, help=GROUPS[name], no_args_is_help=True, rich_markup_mode=None) for name in GROUPS
    }
    for command in commands:
        settings = _VALUES if (command.group, command.name) == ("score", "add") else _SETTINGS
        place = groups.get(command.group, app)
        place.command(command.name, epilog=f"Example: {command.example}", context_settings=settings)(command.load())
    for group in groups.values():
        if group.registered_commands:
            app.add_typer(group)
    return app


def run_command_line(words: list[str]) -> int:
    """Run one command line. Returns the exit code."""
    return run_with_error_handler(lambda: _run_app([_decode_argument(word) for word in words]), _command_name(words))


def _command_name(words: list[str]) -> str:
    """The called command with its group, or `orgtp` if that is unclear."""
    found = find_commands(words)
    parts = (found[0].group, found[0].name) if len(found) == 1 else ()
    return " ".join(["orgtp", *(part for part in parts if part)])


def _decode_argument(word: str) -> str:
    """Return an argument if it is UTF-8. Raises `BadInput` if not, because it could not be written to any file."""
    try:
        word.encode()
    except UnicodeEncodeError as error:
        raise BadInput(what=f"the argument {word!r} is not UTF-8 text") from error
    return word


def _run_app(words: list[str]) -> int:
    words = add_default_command(words)
    command = get_command(build_app(find_commands(words)))
    words = ["--help" if word == "-h" else word for word in words]
    return int(command.main(words, prog_name="orgtp", standalone_mode=False) or 0)


def _refuse_closed_stdout() -> None:
    """Exit if standard output is closed. Python has None for a stream that was closed before it started."""
    streams: dict[str, object] = vars(sys)
    if streams["stderr"] is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    if streams["stdout"] is None:
        sys.stderr.write("orgtp: standard output is closed\n")
        sys.exit(2)


def main() -> None:
    """Run the installed script."""
    # A command is short-lived and makes few reference cycles. Collecting them during start-up would take a tenth of the
    # time.
    gc.set_threshold(100_000, 20, 20)
    WaitNotice.on_wait = write_stderr
    _refuse_closed_stdout()
    # Show the code of a character that a terminal cannot display, never `?`, which means an unavailable value.
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    code = run_command_line(sys.argv[1:])
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Skip Python's clean-up, which takes a tenth of a command.
    os._exit(code)
