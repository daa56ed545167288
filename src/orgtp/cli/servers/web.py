"""`orgtp site` and `orgtp serve`: write the org as web pages, or serve them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption
from orgtp.cli.session import chosen_org, finish_answer, open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.text import count_noun, join_with_and
from orgtp.views.redaction.parts import Part

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.web.site import WrittenSite

_KILO = 1000
# How many pages a message names.
_MOST_NAMED = 3
# Fewer pages are written before anyone looks.
_WATCHED_FROM, _STEP = 100, 50


class WebExtraMissing(OrgtpError):
    """The libraries of the server are not installed, or are too old."""

    text = (
        "the server needs the libraries Starlette and uvicorn ({why}). Install them as you installed orgtp: "
        "uv tool install 'orgtp[web]', or pip install 'orgtp[web]', or pipx install --force 'orgtp[web]'"
    )


def write_site(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE.html", help="A folder, or one file with all pages.")],
    org: OrgOption = None,
    at: AtOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what orgtp wrote there before.")] = False,
    without: Annotated[
        list[Part] | None,
        typer.Option(
            "--without",
            metavar="PART",
            help=f"Leave out a part that outsiders may not see: {', '.join(Part)}. Can be repeated.",
        ),
    ] = None,
    json: JsonOption = False,
) -> int:
    """Write the org as web pages: a folder to publish, or one file to mail.

    The pages need no server and load nothing from the network. With --without, what is left out is in no file, and a
    person's seat is named by its role.
    """
    from orgtp.web import site

    handle = open_chosen_org(org, at)
    is_watched = sys.stderr.isatty()
    left_out = frozenset(without or ())
    shown = _show_progress if is_watched else None
    written = site.write_site(handle, target, force=force, without=left_out, on_page=shown)
    if json:
        body = {
            "path": str(written.path),
            "index": str(written.index),
            "pages": written.pages,
            "bytes": written.size,
            "replaced": written.replaced,
            "short": written.is_short,
            "without": sorted(left_out),
            "faults": [{"page": one.path, "why": one.why, "made": one.is_made} for one in written.faults],
        }
        write_json("site", handle, body)
    else:
        done = "replaced" if written.replaced else "wrote"
        write_stdout(f"{done} {written.path}: {count_noun(written.pages, 'page')}, {written.size // _KILO:,} kB\n")
        write_stdout(f"To see it, open {written.index}\n")
    _explain_site(handle, written)
    _say_faults(written)
    return finish_answer(handle, int(bool(written.faults)))


def _say_faults(written: WrittenSite) -> None:
    """Say on standard error which pages lack something, and why: each reason once."""
    found: dict[tuple[str, bool], list[str]] = {}
    for one in written.faults:
        found.setdefault((one.why, one.is_made), []).append(one.path)
    for (why, is_made), paths in found.items():
        names = join_with_and([*paths[:_MOST_NAMED], *_count_rest(paths)]) if any(paths) else ""
        if not names:
            write_stderr(why)
        else:
            lacks = "without the history" if is_made else "could not be made"
            be = ("is " if len(paths) == 1 else "are ") if is_made else ""
            write_stderr(f"{names} {be}{lacks}: {why}")


def _count_rest(paths: Sequence[str]) -> list[str]:
    rest = len(paths) - _MOST_NAMED
    return [count_noun(rest, "more page")] if rest > 0 else []


def _show_progress(number: int, total: int) -> None:
    """Say on a terminal how far it is, on one line."""
    if total >= _WATCHED_FROM and (number % _STEP == 0 or number == total):
        text = f"page {number:,} of {total:,}"
        sys.stderr.write(f"\r{text}" if number < total else f"\r{' ' * len(text)}\r")
        sys.stderr.flush()


def _explain_site(handle: OrgHandle, written: WrittenSite) -> None:
    """Say on standard error what a person may not expect."""
    if written.is_short:
        write_stderr("note: with this many seats, each has a short page in one file. A folder has them in full")
    if written.is_untracked:
        place, root = Path(os.path.realpath(written.path)), Path(os.path.realpath(handle.root))
        line = f"/{place.relative_to(root).as_posix()}{'/' if place.is_dir() else ''}"
        command = f"echo {shlex.quote(line)} >> {shlex.quote(os.path.relpath(root / '.gitignore'))}"
        where = f"{written.path} is in the org's work tree, so git lists it as untracked"
        write_stderr(f"note: {where}. Unless you want to commit it: {command}")


_HostOption = Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen on.")]
_PortOption = Annotated[int, typer.Option("--port", metavar="PORT", help="The port to listen on; 0 for any.")]
_AsOption = Annotated[str, typer.Option("--as", metavar="SEAT", help="Your seat, on this machine.")]
_AllowWriteOption = Annotated[
    bool, typer.Option("--allow-write", help="Let people enter numbers, as far as the policy allows their seat.")
]
_AuthHeaderOption = Annotated[
    str,
    typer.Option(
        "--auth-header",
        metavar="HEADER",
        help="The header in which a proxy gives the address of the person who is signed in: X-Forwarded-Email.",
    ),
]
_UrlOption = Annotated[
    str, typer.Option("--url", metavar="URL", help="The address of the proxy, as people type it, without a path.")
]
_SocketOption = Annotated[
    Path | None,
    typer.Option("--socket", "--uds", metavar="PATH", help="Listen on a Unix socket that the proxy may open."),
]
_SecretOption = Annotated[
    Path | None,
    typer.Option(
        "--proxy-secret-file", metavar="FILE", help="A secret that the proxy sends in the header X-Orgtp-Proxy-Secret."
    ),
]
_PublicOption = Annotated[bool, typer.Option("--public", help="Let people look whose address belongs to no seat.")]
_SignAsOption = Annotated[
    str,
    typer.Option(
        "--sign-as", metavar="SEAT", help="The seat whose key git signs with here. It records for the others."
    ),
]


def serve_pages(
    org: OrgOption = None,
    host: _HostOption = "127.0.0.1",
    port: _PortOption = 8484,
    as_: _AsOption = "",
    allow_write: _AllowWriteOption = False,
    auth_header: _AuthHeaderOption = "",
    url: _UrlOption = "",
    socket: _SocketOption = None,
    proxy_secret_file: _SecretOption = None,
    public: _PublicOption = False,
    sign_as: _SignAsOption = "",
) -> int:
    """Serve the org as web pages that follow the ledger branch, and let people enter their numbers.

    On this machine alone, nobody has to sign in to look. For others, a proxy signs people in, and says who they are:
    see docs/web.md.
    """
    try:
        from orgtp.web.server import serve, settings
    except ImportError as error:
        raise WebExtraMissing(why=error) from error
    from orgtp.api import LiveOrg

    secret = settings.read_secret(proxy_secret_file) if proxy_secret_file else b""
    wanted = settings.ServerSettings(
        host, port, socket, as_, allow_write, auth_header, secret, url.rstrip("/"), public, sign_as
    )
    settings.check_settings(wanted)
    return serve.run_server(LiveOrg(chosen_org(org)), wanted, write_stderr)
