"""Options that several commands share, so that names and help texts are the same everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from orgtp.api import Selection

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
    return _add_options(command, "change", read_change_options)


SelectedSeatOption = Annotated[str, typer.Option("--seat", metavar="SEAT", help="Only this seat.")]
RootOption = Annotated[str, typer.Option("--root", metavar="SEAT", help="Only this seat and all below it.")]
OwnerOption = Annotated[str, typer.Option("--owner", metavar="SEAT", help="Only seats that this one answers for.")]
OnlyOption = Annotated[
    str, typer.Option("--only", metavar="KIND", help="Only seats of this kind: agent, human or group.")
]
StateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only metrics in this state, and seats with one: on, off, unavailable, missing, pending, late or "
        "drifting. Can be repeated, or several with commas.",
    ),
]
SortOption = Annotated[
    str,
    typer.Option("--sort", metavar="ORDER", help="Sort by chart, id, name, owner, state, misses (in a row) or late."),
]


def read_selection_options(
    seat: SelectedSeatOption = "",
    root: RootOption = "",
    owner: OwnerOption = "",
    only: OnlyOption = "",
    state: StateOption = None,
    sort: SortOption = "",
) -> Selection:
    """The options that every command takes that lists seats or metrics."""
    from orgtp.api import parse_selection

    return parse_selection(seat=seat, root=root, owner=owner, only=only, states=state or (), sort=sort)


def selecting_command(command: Callable[..., int]) -> Callable[..., int]:
    """Add the parameters of `read_selection_options` to a command, which gets them together as `selection`."""
    return _add_options(command, "selection", read_selection_options)


class ViewFormat(StrEnum):
    """The output formats of a view that has no others."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


ViewFormatOption = Annotated[ViewFormat, typer.Option("--format", help="The output format.")]


def read_format_option(format_: ViewFormatOption = ViewFormat.TEXT) -> ViewFormat:
    """The output format of a view."""
    return format_


def viewing_command(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--format text|json|csv` to a command that has `--json`."""

    def show(*, output_format: ViewFormat, **given: Any) -> int:
        if output_format is ViewFormat.CSV:
            from orgtp.cli.output_format import choose_csv

            choose_csv()
        given["json"] = given.get("json") or output_format is not ViewFormat.TEXT
        return command(**given)

    show.__doc__ = command.__doc__
    own = inspect.signature(command, eval_str=True, locals={"Selection": Any}).parameters
    chosen = inspect.Parameter("output_format", inspect.Parameter.KEYWORD_ONLY, annotation=ViewFormat)
    show.__signature__ = inspect.Signature([*own.values(), chosen])  # type: ignore[attr-defined]
    return _add_options(show, "output_format", read_format_option)


def _add_options(command: Callable[..., int], name: str, read: Callable[..., Any]) -> Callable[..., int]:
    """Add the parameters of `read` to a command, which gets its result as the argument `name`."""
    # `Selection` is not imported here, because most commands start without it.
    every = inspect.signature(command, eval_str=True, locals={"Selection": Any}).parameters
    own = [one for one in every.values() if one.name != name]
    shared = inspect.signature(read, eval_str=True, locals={"Selection": Any}).parameters

    def run(**given: Any) -> int:
        found = read(**{key: given.pop(key) for key in shared})
        return command(**given, **{name: found})

    run.__doc__ = command.__doc__
    run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]
    return run
