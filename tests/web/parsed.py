"""Pages as trees of elements, to be asked with XPath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import html


def parse_page(page: bytes | str) -> Any:
    """The elements of a page. What XPath finds can be of many types, so it is not typed here."""
    return html.document_fromstring(page)


def parse_file(path: Path) -> Any:
    """The elements of a file."""
    return parse_page(path.read_bytes())
