"""Options that several commands share, so that names and help texts are the same everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from orgtp.lazy_dataclass import dataclass

OrgOption = Annotated[
    Path | None,
    typer.Option(
        "--org",
        metavar="DIR",
        help="The org's folder, or a bare repository. Default: ORGTP_ORG, or the current folder or one above it.",
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="REV|DATE",
        help="Show the org as of a commit, or the end of a day, week, month, quarter or year.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
KindOption = Annotated[bool, typer.Option("--kind", help="Show which seats are human and which are agents.")]
AllOption = Annotated[bool, typer.Option("--all", help="Include retired seats.")]
ByOption = Annotated[
    str,
    typer.Option(
        "--by", metavar="SEAT", help="The acting seat. Default: ORGTP_SEAT, or the seat with git's user.email."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, without writing.")]
PushOption = Annotated[
    bool, typer.Option("--push", help="Push to the remote afterwards. Default: policy.push in org.yaml.")
]
SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FILE",
        help="The sources file of this machine. Default: ORGTP_SOURCES, or ~/.config/orgtp/sources.yaml.",
    ),
]
TimesOption = Annotated[
    str, typer.Option("--times", metavar="T,T", help="Times of day, Monday to Friday, in the org's timezone.")
]
SeatArgument = Annotated[str, typer.Argument(metavar="SEAT", help="The id of a seat.")]


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """What the options that every changing command takes were set to."""

    org: Path | None
    by: str
    push: bool
    dry_run: bool
    json: bool


def read_change_options(
    org: OrgOption = None,
    by: ByOption = "",
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> ChangeOptions:
    """The options that every changing command takes."""
    return ChangeOptions(org, by, push, dry_run, json)


def changing_command(command: Callable[..., int]) -> Callable[..., int]:
    """Add the parameters of `read_change_options` to a command, which gets them together as `change`."""
    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "change"]
    shared = inspect.signature(read_change_options, eval_str=True).parameters

    def run(**given: Any) -> int:
        change = read_change_options(**{name: given.pop(name) for name in shared})
        return command(**given, change=change)

    run.__doc__ = command.__doc__
    run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]
    return run
