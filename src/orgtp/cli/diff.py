"""The command that shows what changed between two moments."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orgtp.cli.door import opened, write, write_json
from orgtp.cli.options import JsonOption, OrgOption


class DiffFormat(StrEnum):
    """How `diff` says it."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def diff(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A commit, a branch or a date: what to compare with.")],
    head: Annotated[
        str | None,
        typer.Argument(metavar="[HEAD]", help="The same. Default: the files as they are."),
    ] = None,
    org: OrgOption = None,
    format_: Annotated[DiffFormat, typer.Option("--format", help="How to say it.")] = DiffFormat.TEXT,
    json: JsonOption = False,
    merge_base: Annotated[
        bool, typer.Option("--merge-base", help="Compare with where HEAD left BASE, as a pull request does.")
    ] = False,
) -> int:
    """Tell what changed between two moments: seats, who answers, targets, values, policy."""
    here = opened(org, head)
    found = here.since(base, parted=merge_base)
    if json or format_ is DiffFormat.JSON:
        from orgtp.render.json_text import plain
        from orgtp.views.diff import headline

        moments = {"base": {"given": base, "revision": found.base}, "head": {"given": head, "revision": here.commit}}
        write_json("diff", here, {**moments, "headline": headline(found.diff), **plain(found.diff)})
        return 0
    from orgtp.render.diff_story import end

    ends = end(base, found.base), end(head or "", here.commit or "")
    if format_ is DiffFormat.MARKDOWN:
        from orgtp.render.diff_markdown import diff_markdown

        write(diff_markdown(found.diff, *ends))
        return 0
    from orgtp.render.diff_text import diff_text
    from orgtp.render.page import screen

    write(diff_text(found.diff, *ends, screen()))
    return 0
