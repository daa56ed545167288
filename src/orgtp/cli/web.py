"""`orgtp site`: write the org as web pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout
from orgtp.model.text import count_noun

_KILO = 1000


def write_site(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE.html", help="A folder, or one file with all pages.")],
    org: OrgOption = None,
    at: AtOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what orgtp wrote there before.")] = False,
    json: JsonOption = False,
) -> int:
    """Write the org as web pages: a folder to publish, or one file to mail.

    The pages need no server and load nothing from the network.
    """
    from orgtp.web import site

    handle = open_chosen_org(org, at)
    written = site.write_site(handle, target, force=force)
    if json:
        write_json("site", handle, {"path": str(written.path), "pages": written.pages, "bytes": written.size})
    else:
        write_stdout(f"wrote {written.path}: {count_noun(written.pages, 'page')}, {written.size // _KILO:,} kB\n")
    return finish_answer(handle)
