"""The command line's one entrance: the commands, and the handler around them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer
from typer.main import get_command

from orgtp import __version__
from orgtp.cli import score, seat, see, start
from orgtp.cli.door import remember
from orgtp.cli.failure import guarded
from orgtp.cli.options import OrgOption
from orgtp.cli.retire import retire

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# A value may begin with a minus: what looks like an option and is none is a value here.
_VALUES = {**_SETTINGS, "ignore_unknown_options": True}


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"orgtp {__version__}\n")
        raise typer.Exit


def _top(
    org: OrgOption = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Keep the organisation as text: people and agents on one chart and one scorecard, in git.

    A command is explained by: orgtp COMMAND --help
    """
    remember(org)


def _group(name: str, said: str, commands: Iterable[tuple[str, Callable[..., int], str]]) -> typer.Typer:
    group = typer.Typer(name=name, help=said, no_args_is_help=True, rich_markup_mode=None)
    for word, command, example in commands:
        settings = _VALUES if (name, word) == ("score", "add") else _SETTINGS
        group.command(word, epilog=f"Example: {example}", context_settings=settings)(command)
    return group


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS, name="orgtp")
    app.callback()(_top)
    alone: tuple[tuple[Callable[..., int], str], ...] = (
        (start.init, "orgtp init acme --name 'Acme Inc'"),
        (start.demo, "orgtp demo"),
        *see.COMMANDS,
        (retire, "orgtp retire jeff --to dash,crystal --reason 'Others do this better.' --decided-by david"),
    )
    for command, example in alone:
        app.command(epilog=f"Example: {example}", context_settings=_SETTINGS)(command)
    app.add_typer(_group("seat", "Show, list, add and change seats.", seat.COMMANDS))
    app.add_typer(_group("score", "Record values, and list them.", score.COMMANDS))
    return app


def run(words: list[str]) -> int:
    """Run one command line; its exit code."""
    return guarded(lambda: int(get_command(build()).main(words, prog_name="orgtp", standalone_mode=False) or 0))


def main() -> None:
    """The installed script."""
    sys.exit(run(sys.argv[1:]))
