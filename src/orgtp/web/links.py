"""How a page refers to other pages, to parts of pages, and to its styles and scripts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from orgtp.web.pages.registry import SUFFIX

STATIC = "static/"
# The ids of every page that are not made by `anchor`. A metric, a to-do or an escalation may have such an id, too.
OWN_IDS = frozenset(
    {"main", "hatch", *(f"s-{sign}" for sign in ("on", "off", "un", "mi", "pe", "late", "drift", "hm"))}
)
# What a fragment may contain as it is.
_SAFE = "/:"


class Links(ABC):
    """The addresses that one page uses."""

    @abstractmethod
    def link(self, path: str, anchor: str = "") -> str:
        """The address of a page by its path from the top of the site, or of the part `anchor` of it."""

    @abstractmethod
    def anchor(self, name: str) -> str:
        """The id of a part of this page, as `link` refers to it."""

    @abstractmethod
    def asset(self, name: str) -> str:
        """The address of a style sheet or a script."""


@dataclass(frozen=True, slots=True)
class FileLinks(Links):
    """Relative addresses, for a page at `path` of a folder or a server.

    `at` is the time of a page about the past, which links to pages of the same time.
    """

    path: str
    at: str = ""

    def link(self, path: str, anchor: str = "") -> str:
        """The relative address; see `Links`."""
        query = f"?{urlencode({'at': self.at})}" if self.at else ""
        return self._climb() + quote(path) + query + (f"#{quote(self.anchor(anchor))}" if anchor else "")

    def anchor(self, name: str) -> str:
        """The name itself: each page has its own names. No id of a user's ends with a dot."""
        return f"{name}." if name in OWN_IDS else name

    def asset(self, name: str) -> str:
        """The relative address; see `Links`."""
        return self._climb() + STATIC + quote(name)

    def _climb(self) -> str:
        return "../" * self.path.count("/")


@dataclass(frozen=True, slots=True)
class FragmentLinks(Links):
    """Addresses within one file that has all pages: the page `seat/dash.html` is `#seat/dash`."""

    path: str

    def link(self, path: str, anchor: str = "") -> str:
        """The fragment; see `Links`."""
        return f"#{quote(name_section(path, anchor), safe=_SAFE)}"

    def anchor(self, name: str) -> str:
        """The name, with that of its page before it, because ids are unique in a file."""
        return name_section(self.path, name)

    def asset(self, name: str) -> str:
        """Nothing is outside the file. Raises `ValueError`."""
        raise ValueError(f"a single file has no asset {name}")


def name_section(path: str, anchor: str = "") -> str:
    """The id of a page, or a part of it, in a single file."""
    page = path.removesuffix(SUFFIX)
    return f"{page}:{anchor}" if anchor else page
