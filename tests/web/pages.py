"""Pages for tests: built and rendered in this process, and parsed by a strict parser."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import html5lib

import orgtp
from orgtp.web.links import FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages.page import ANYONE, PageRequest, gather_facts
from orgtp.web.pages.registry import find_page


class ParsedPage:
    """A page as a browser reads it. Markup that is wrong fails."""

    def __init__(self, folder: Path, path: str) -> None:
        handle, address = orgtp.open(folder), find_page(path)
        page = address.kind.build(PageRequest(handle, address.subject))
        frame = Frame(gather_facts(handle), FileLinks(path), ANYONE)
        self.html = str(render_page(page, frame))
        self.root: Any = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(self.html)

    @property
    def text(self) -> str:
        """All words of the page, on one line, with a space between two elements."""
        return " ".join(" ".join(self.root.itertext()).split())

    @property
    def tags(self) -> Counter[str]:
        """How often each element occurs."""
        return Counter(str(one.tag) for one in self.root.iter())

    @property
    def ids(self) -> list[str]:
        """Every id of the page."""
        return [one.attrib["id"] for one in self.root.iter() if "id" in one.attrib]

    @property
    def addresses(self) -> list[str]:
        """Where its links lead."""
        return [one.attrib["href"] for one in self.root.iter("a")]

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute, wherever it occurs."""
        return [one.attrib[name] for one in self.root.iter() if name in one.attrib]
