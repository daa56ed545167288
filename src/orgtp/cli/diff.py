"""`orgtp diff`: show what changed between two states of the org."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import JsonOption, OrgOption
from orgtp.cli.output_format import choose_csv
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout

if TYPE_CHECKING:
    from orgtp.api import DiffSinceBase
    from orgtp.render.spans import Line


class DiffFormat(StrEnum):
    """The output formats of `diff`."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def show_diff(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The commit, branch or date to compare with.")],
    head: Annotated[
        str | None,
        typer.Argument(metavar="[HEAD]", help="A commit, branch or date. Default: the current files."),
    ] = None,
    org: OrgOption = None,
    format_: Annotated[DiffFormat, typer.Option("--format", help="The output format.")] = DiffFormat.TEXT,
    json: JsonOption = False,
    merge_base: Annotated[
        bool, typer.Option("--merge-base", help="Compare with the merge base of BASE and HEAD, as a pull request does.")
    ] = False,
) -> int:
    """Show what changed between two states of the org.

    Compares seats, owners, targets, values and policy.
    """
    handle = open_chosen_org(org, head)
    found = handle.history.diff(base, from_merge_base=merge_base)
    if format_ is DiffFormat.CSV:
        choose_csv()
    if json or format_ in {DiffFormat.JSON, DiffFormat.CSV}:
        compared = {
            "base": {"given": base, "revision": found.base},
            "head": {"given": head, "revision": handle.snapshot.commit},
        }
        write_json("diff", handle, {**compared, **_diff_json(found)})
        return finish_answer(handle)
    from orgtp.render.spans import format_revision

    write_stdout(
        _format_diff(
            format_, found, format_revision(base, found.base), format_revision(head or "", handle.snapshot.commit or "")
        )
    )
    return finish_answer(handle)


def _diff_json(found: DiffSinceBase) -> dict[str, Any]:
    from orgtp.render.json import to_json_value
    from orgtp.views.diff.build import headline

    return {"headline": headline(found.diff), **to_json_value(found.diff)}


def _format_diff(format_: DiffFormat, found: DiffSinceBase, base: Line, head: Line) -> str:
    """Format the difference as text or Markdown."""
    if format_ is DiffFormat.MARKDOWN:
        from orgtp.render.diff.markdown import diff_markdown

        return diff_markdown(found.diff, base, head)
    from orgtp.render.diff.text import diff_text
    from orgtp.render.terminal import detect_screen

    return diff_text(found.diff, base, head, detect_screen())
