"""All kinds of page: the path of each, its entry in the navigation, and the function that builds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from orgtp.api import OrgHandle
from orgtp.model.org import Org
from orgtp.model.text import is_id
from orgtp.views.briefing.recipients import list_briefed_seats
from orgtp.web.pages.page import Page, PageMissing, PageRequest
from orgtp.web.record_pages import RECORD_FIELDS, RECORD_PATH, list_months

SUFFIX = ".html"


def _list_reviews(org: Org) -> Iterable[str]:
    return sorted(org.reviews)


def _stamp_draft(org: OrgHandle) -> object:
    return org.reviews.stamp_draft()


def _list_seats(org: Org) -> Iterable[str]:
    """The seats, also those whose files cannot be read: their pages say so."""
    # If the folder itself cannot be read, its path is `seats`, which is no seat.
    paths = [path for path in org.unread_seat_files if path.startswith("seats/")]
    unread = (path.removeprefix("seats/").removesuffix(".yaml") for path in paths)
    return sorted({*org.seats, *filter(is_id, unread)})


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page: the function `build_NAME_page` of `orgtp.web.pages.NAME`, and the template NAME.html.j2.

    `path` is that of its file, without its suffix; a path that ends with `/` has a page for each subject, which
    `list_subjects` lists, or `list_from_history` if they depend on the history. `heading` is its entry in the
    navigation, "" without one. `needs_server`: it is about the person who is signed in, so it cannot be written as
    a file. `is_bulky`: a single file does without it, to stay small enough to be mailed. `is_bulky_when_large`: the
    single file of an org of many seats has a note in its place. `stamp` returns a value that changes whenever something
    changes that the page shows and the record does not have, such as the draft of a review. `part_of` names the kind
    whose entry in the navigation is marked for it. `query` names the parameters of its address
    when it is served; others are ignored.
    """

    name: str
    path: str
    heading: str = ""
    list_subjects: Callable[[Org], Iterable[str]] | None = None
    needs_server: bool = False
    list_from_history: Callable[[OrgHandle], Iterable[str]] | None = None
    is_bulky: bool = False
    is_bulky_when_large: bool = False
    stamp: Callable[[OrgHandle], object] | None = None
    part_of: str = ""
    query: tuple[str, ...] = ()

    def read_stamp(self, org: OrgHandle) -> object:
        """What a page of this kind depends on besides the record; None if it depends on nothing else."""
        return self.stamp(org) if self.stamp else None

    @property
    def has_subjects(self) -> bool:
        """Whether there is a page for each of several subjects."""
        return self.list_subjects is not None or self.list_from_history is not None

    def find_subjects(self, org: OrgHandle) -> Iterable[str]:
        """The subjects of its pages; "" for a kind that has one page."""
        if self.list_from_history is not None:
            return self.list_from_history(org)
        return [""] if self.list_subjects is None else self.list_subjects(org.org)

    def build(self, request: PageRequest) -> Page:
        """Build the page. Raises `PageMissing` for an unknown subject, and what its views raise."""
        build: Callable[[PageRequest], Page] = getattr(
            import_module(f"orgtp.web.pages.{self.name}"), f"build_{self.name}_page"
        )
        return build(request)


# In the order of the navigation.
KINDS: tuple[PageKind, ...] = (
    PageKind("chart", "chart", "Chart", query=("days",)),
    PageKind("scorecard", "scorecard", "Scorecard", query=("seat", "weeks", "q", "owner", "state", "order")),
    PageKind("review", "review", "Review"),
    PageKind("minutes", "review/", list_subjects=_list_reviews, part_of="review"),
    PageKind(
        "meeting", "meeting", stamp=_stamp_draft, part_of="review", is_bulky_when_large=True, query=("take", "minutes")
    ),
    PageKind("brief", "brief", "Brief"),
    PageKind("briefing", "brief/", list_subjects=list_briefed_seats, is_bulky=True, part_of="brief"),
    PageKind("escalations", "escalations", "Escalations"),
    PageKind("todos", "todos", "To-dos"),
    PageKind("numbers", "numbers", "My numbers", needs_server=True, query=("correct",)),
    PageKind("record", RECORD_PATH, "Record", query=RECORD_FIELDS),
    PageKind("record_month", f"{RECORD_PATH}/", list_from_history=list_months, is_bulky=True),
    PageKind("seat", "seat/", list_subjects=_list_seats),
)
KINDS_BY_NAME: Mapping[str, PageKind] = {kind.name: kind for kind in KINDS}
# The page at the top of the folder.
FIRST = "chart"


@dataclass(frozen=True, slots=True)
class PageAddress:
    """A page of an org: its kind and subject."""

    kind: PageKind
    subject: str = ""

    @property
    def path(self) -> str:
        """The path of its file, from the top of the site."""
        return f"{self.kind.path}{self.subject}{SUFFIX}"


def list_pages(
    org: OrgHandle, *, is_single: bool = False, hidden: Collection[str] = frozenset()
) -> Iterator[PageAddress]:
    """Every page that can be written as a file, in a stable order, except for the kinds whose paths are `hidden`.

    `is_single`: all go into one file.
    """
    for kind in KINDS:
        if not kind.needs_server and not (kind.is_bulky and is_single) and kind.path not in hidden:
            yield from (PageAddress(kind, subject) for subject in kind.find_subjects(org))


def find_page(path: str) -> PageAddress:
    """The page with a path, whether its subject exists or not. Raises `PageMissing`."""
    name = "chart" if path in {"", f"index{SUFFIX}"} else path.removesuffix(SUFFIX)
    for kind in KINDS:
        if kind.path == name and not kind.has_subjects:
            return PageAddress(kind)
        subject = name.removeprefix(kind.path)
        if kind.has_subjects and name.startswith(kind.path) and subject and "/" not in subject:
            return PageAddress(kind, subject)
    raise PageMissing(path=path)
