"""The files of a written site: whether each of their links leads somewhere, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

# Attributes that load something, and attributes that lead somewhere.
LOADS = ("src", "data", "poster", "srcset")
LEADS = ("href", "action", "formaction")


def list_html(folder: Path) -> list[Path]:
    """The pages of a site, in the order of their paths."""
    return sorted(folder.rglob("*.html"))


def read_html(path: Path) -> html.HtmlElement:
    """A page as a browser reads it."""
    return html.document_fromstring(path.read_bytes())


def find(page: html.HtmlElement, path: str) -> list[Any]:
    """What an XPath expression finds in a page: elements, or texts."""
    found: list[Any] = page.xpath(path)
    return found


def find_broken_links(folder: Path) -> list[str]:
    """What a page of the site leads to that is not there, and what it loads from elsewhere, as `PAGE: ADDRESS: what`.

    Addresses of other hosts may be linked, but nothing is loaded from them.
    """
    folder = folder.resolve()
    pages = {path: read_html(path) for path in list_html(folder)}
    anchors = {path: {str(name) for name in find(page, "//@id")} for path, page in pages.items()}
    return [
        f"{path.relative_to(folder)}: {address}: {wrong}"
        for path, page in pages.items()
        for address, loads in sorted(_list_addresses(page))
        if (wrong := _judge(folder, path, address, anchors, loads=loads))
    ]


def _list_addresses(page: html.HtmlElement) -> Iterator[tuple[str, bool]]:
    found = set()
    for element in page.iter():
        if isinstance(element.tag, str):
            loading = element.tag in {"link", "use", "image"}
            found |= {(str(element.get(name)), True) for name in LOADS if element.get(name) is not None}
            found |= {(str(element.get(name)), loading) for name in LEADS if element.get(name) is not None}
    yield from found


def _judge(folder: Path, page: Path, address: str, anchors: dict[Path, set[str]], *, loads: bool) -> str:
    """What is wrong with an address; "" if nothing is."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https", "mailto"} and not loads:
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return "is not in the folder"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_relative_to(folder):
        return "is not in the folder"
    if not target.is_file():
        return "there is no such file"
    anchor = unquote(parts.fragment)
    return "" if not anchor or anchor == "top" or anchor in anchors.get(target, {anchor}) else "there is no such part"
