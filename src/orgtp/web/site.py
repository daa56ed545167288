"""Write the pages of an org as a folder, or as one file that can be mailed. Neither needs a network or a server."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.records.kinds import RECORD_FOLDERS
from orgtp.views.redaction.parts import Part
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.history_faults import (
    ASK_KEEPER,
    describe_fault,
    explain_fault,
    find_history_fault,
    make_anyway,
    mark_without_history,
)
from orgtp.web.links import STATIC, FileLinks, FragmentLinks
from orgtp.web.outsiders import redact_facts
from orgtp.web.page_html import Frame, render_page, render_section, render_single_file
from orgtp.web.pages.page import (
    ANYONE,
    HISTORY_UNREAD,
    NO_HISTORY,
    Page,
    PageRequest,
    SiteFacts,
    check_record,
    gather_facts,
)
from orgtp.web.pages.registry import FIRST, SUFFIX, PageAddress, list_pages

if TYPE_CHECKING:
    from markupsafe import Markup

    from orgtp.api import OrgHandle
    from orgtp.web.pages.short_seat import ShortSeats

# A folder with this file was written by orgtp, so it may be replaced.
MARKER = "orgtp-site.json"
# A file that has this near its beginning was written by orgtp.
_FILE_MARK, _FILE_HEAD = b'<meta name="generator" content="orgtp">', 4096
# Names of files, whatever their case.
_FILE_SUFFIXES = {SUFFIX, ".htm"}
# With more seats, a page of each in one file would make it too large to mail, so each has a short one.
MOST_FULL_SEATS = 60
# Names that people give to files of other formats. A folder may have a dot in its name, as in `org.example.com`.
_OTHER_SUFFIXES = re.compile(
    r"\.(csv|docx?|epub|gif|gz|jpe?g|js|json|md|mht|mhtml|odt|pdf|png|pptx|svg|tar|tgz|txt|xhtml|xlsx|xml|ya?ml|zip)",
    re.IGNORECASE,
)
# The folders in which a site would be taken for a part of the org, besides those of its records.
_OWN_FOLDERS = frozenset({".git", ".orgtp", "seats", "policy", *RECORD_FOLDERS})

OnPage = Callable[[int, int], None]


class SiteExists(OrgtpError):
    """There is something at the path already."""

    text = "{path} exists already and was not changed. {advice}"


class CannotWriteSite(OrgtpError):
    """The site cannot be written."""

    text = "{path} could not be written: {words}.{kept}"


@dataclass(frozen=True, slots=True)
class PageFault:
    """A page that lacks something that could not be read; `is_made` is false for one that only says so.

    `path` is "" for what all pages lack. `why` is for whoever keeps the org, and on the pages of no outsider.
    """

    path: str
    why: str
    is_made: bool = True


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """A site that was written: its path, how many pages it has, and its size in bytes.

    `index` is the file to open. `replaced`: there was one before. `is_short`: its pages of seats are short, because one
    file would be too large with all that a folder shows. `is_untracked`: git lists it as untracked in the org's own
    work tree. `faults` says which pages lack something that could not be read.
    """

    path: Path
    index: Path
    pages: int
    size: int
    replaced: bool
    is_short: bool
    is_untracked: bool
    faults: tuple[PageFault, ...] = ()


def write_site(
    org: OrgHandle,
    target: Path,
    *,
    force: bool = False,
    without: Collection[Part] = frozenset(),
    on_page: OnPage | None = None,
) -> WrittenSite:
    """Write the pages to a folder, or to one file if the name of `target` ends with .html.

    What exists is replaced only with `force`, and only if orgtp wrote it. What was there before stays until the new
    pages are complete. The parts in `without` are in no file. `on_page` is called with the number of each page and
    their total. Raises `SiteExists`, `BadInput`, `CannotWriteSite`, and what the views raise.
    """
    is_file = target.suffix.lower() in _FILE_SUFFIXES
    # A link to the place where a site is stays a link.
    place = Path(os.path.realpath(target.expanduser()))
    if _OTHER_SUFFIXES.fullmatch(place.suffix) and not place.is_dir():
        raise BadInput(
            what=f"{target} would be a folder, in spite of its name. Name a folder, or a file that ends with .html: "
            f"orgtp site {shlex.quote(str(target.with_suffix(SUFFIX)))}"
        )
    _refuse_place_in_org(org, target, place)
    replaced = (
        _refuse_other_file(target, place, force=force) if is_file else _refuse_other_folder(target, place, force=force)
    )
    fault = find_history_fault(org)
    shown = org if fault is None else org.without_history()
    facts, faults = _read_facts(shown, fault, is_single=is_file)
    if without:
        shown = shown.without(without)
        facts = redact_facts(facts, shown, without)
    writer = _SiteWriter(shown, facts, on_page or _ignore_page, faults)
    with _explain_failure(target, replaced=replaced):
        done = writer.write_file(place) if is_file else writer.write_folder(place)
    index = target if is_file else target / f"index{SUFFIX}"
    is_untracked = org.history.lists_as_untracked(place)
    return replace(
        done, path=target, index=index, replaced=replaced, is_untracked=is_untracked, faults=tuple(writer.faults)
    )


def _ignore_page(number: int, total: int) -> None:
    """Nobody watches."""


def _read_facts(org: OrgHandle, fault: OrgtpError | None, *, is_single: bool) -> tuple[SiteFacts, list[PageFault]]:
    """The facts of the pages. What cannot be read is on every page, so what they show is read first.

    `fault` is why the history cannot be read. The audit may read more than the pages, and so fail where they do not.
    """
    org.health()
    verdict, why_unchecked, faults = None, NO_HISTORY if fault is None else HISTORY_UNREAD, list[PageFault]()
    try:
        verdict = check_record(org)
    except OrgtpError as error:
        why_unchecked = HISTORY_UNREAD
        faults.append(PageFault("", f"the record was not audited: {describe_fault(error)}"))
    facts = gather_facts(org, verdict=verdict, why_unchecked="" if verdict else why_unchecked, is_single=is_single)
    if fault is not None:
        facts = mark_without_history(facts, explain_fault(org, fault))
        faults.append(PageFault("", f"no page has the history: {describe_fault(fault)}"))
    return facts, faults


def _refuse_place_in_org(org: OrgHandle, target: Path, place: Path) -> None:
    """Refuse a place where the pages would be in the way of the org's own files."""
    root = Path(os.path.realpath(org.root))
    if root.is_relative_to(place):
        raise BadInput(what=f"{target} has the org itself. Name a folder for the pages: orgtp site public")
    inside = place.relative_to(root).parts if place.is_relative_to(root) else ()
    if inside and (inside[0] in _OWN_FOLDERS or (root / "objects").is_dir()):
        raise BadInput(what=f"{target} is among the org's own files. Name another folder: orgtp site public")


def _refuse_other_folder(target: Path, place: Path, *, force: bool) -> bool:
    """Refuse a folder that orgtp did not write, or that may not be replaced. Returns whether there is one."""
    if not os.path.lexists(place):
        return False
    if not place.is_dir():
        advice = "It is a file. Name a folder, or a file that ends with .html"
        raise SiteExists(path=target, advice=advice)
    if not any(place.iterdir()):
        return False
    if not (place / MARKER).is_file():
        raise SiteExists(path=target, advice="orgtp did not write it, so it is never replaced. Name another folder")
    if not force:
        raise SiteExists(path=target, advice="To replace it, add --force")
    return True


def _refuse_other_file(target: Path, place: Path, *, force: bool) -> bool:
    """Refuse a file that orgtp did not write, or that may not be replaced. Returns whether there is one."""
    if not os.path.lexists(place):
        return False
    if not place.is_file():
        raise SiteExists(path=target, advice="It is not a file. Name another one, or a folder without .html")
    with place.open("rb") as opened:
        is_ours = _FILE_MARK in opened.read(_FILE_HEAD)
    if not is_ours:
        raise SiteExists(path=target, advice="orgtp did not write it, so it is never replaced. Name another file")
    if not force:
        raise SiteExists(path=target, advice="To replace it, add --force")
    return True


@contextmanager
def _explain_failure(target: Path, *, replaced: bool) -> Iterator[None]:
    """Name the place that the user named, and not a temporary one, when it cannot be written."""
    kept = " What was there before is unchanged" if replaced else " Nothing was written"
    try:
        yield
    except OSError as error:
        raise CannotWriteSite(path=target, words=error.strerror or str(error), kept=kept) from error


@dataclass(frozen=True, slots=True)
class _SiteWriter:
    """Builds the pages of an org and writes them."""

    org: OrgHandle
    facts: SiteFacts
    on_page: OnPage
    faults: list[PageFault] = field(default_factory=list)

    def write_folder(self, place: Path) -> WrittenSite:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder, if that is possible: then the new folder takes the place of the old one at once.
        near = place.parent if os.access(place.parent, os.W_OK) else place
        with tempfile.TemporaryDirectory(prefix=".orgtp-site-", dir=near) as temporary:
            made = Path(temporary) / "site"
            addresses = list(list_pages(self.org, hidden=self.facts.hidden))
            # A page of a seat has its history, and one pass of git over all of them is cheaper than one for each page.
            with suppress(OrgtpError):
                # If it fails, each page reads what it can by itself, and says what it could not read.
                self.org.history.read_all_seats()
            for number, address in enumerate(addresses, 1):
                _write(made / address.path, self._render_document(address))
                self.on_page(number, len(addresses))
            shutil.copyfile(made / f"{FIRST}{SUFFIX}", made / f"index{SUFFIX}")
            for name in (STYLE, SCRIPT):
                _write(made / STATIC / name, read_asset(name))
            _write(made / MARKER, json.dumps({"org": self.org.head.id, "commit": self.facts.commit}) + "\n")
            size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
            _publish_folder(made, place, Path(temporary) / "before")
        return WrittenSite(place, place / f"index{SUFFIX}", len(addresses), size, False, False, False)

    def write_file(self, place: Path) -> WrittenSite:
        from orgtp.api import write_whole_file

        place.parent.mkdir(parents=True, exist_ok=True)
        addresses = list(list_pages(self.org, is_single=True, hidden=self.facts.hidden))
        is_short = len(self.org.org.seats) > MOST_FULL_SEATS
        frame = Frame(self.facts, FragmentLinks(addresses[0].path), ANYONE)
        text = render_single_file(frame, self._render_sections(addresses, is_short=is_short))
        write_whole_file(place, text)
        return WrittenSite(place, place, len(addresses), len(text.encode()), False, is_short, False)

    def _render_document(self, address: PageAddress) -> str:
        def render(org: OrgHandle, facts: SiteFacts) -> Markup:
            page = address.kind.build(PageRequest(org, address.subject))
            return render_page(page, Frame(facts, FileLinks(address.path), ANYONE))

        def say(page: Page) -> Markup:
            return render_page(page, Frame(self.facts, FileLinks(address.path), ANYONE))

        return self._render_anyway(address, render, say)

    def _render_sections(self, addresses: list[PageAddress], *, is_short: bool) -> Iterator[Markup]:
        from orgtp.web.pages.short_seat import list_short_seats

        short = list_short_seats(self.org) if is_short else None
        for number, address in enumerate(addresses, 1):
            yield self._render_section(address, short)
            self.on_page(number, len(addresses))

    def _render_section(self, address: PageAddress, short: ShortSeats | None) -> Markup:
        path, links = address.path.removesuffix(SUFFIX), FragmentLinks(address.path)

        def render(org: OrgHandle, facts: SiteFacts) -> Markup:
            return render_section(_build_section(org, address, short), Frame(facts, links, ANYONE), path)

        def say(page: Page) -> Markup:
            return render_section(page, Frame(self.facts, links, ANYONE), path)

        return self._render_anyway(address, render, say)

    def _render_anyway(
        self,
        address: PageAddress,
        render: Callable[[OrgHandle, SiteFacts], Markup],
        say: Callable[[Page], Markup],
    ) -> Markup:
        """A page; without the history, if it needs a part of that which cannot be read; else one that says why not."""

        def make(org: OrgHandle, fault: OrgtpError | None) -> Markup:
            return render(org, mark_without_history(self.facts, self._explain(fault)) if fault else self.facts)

        try:
            made, fault = make_anyway(self.org, make)
        except OrgtpError as error:
            self.faults.append(PageFault(address.path, describe_fault(error), is_made=False))
            return say(Page("error", "This page could not be made", {"message": self._explain(error)}))
        if fault is not None:
            self.faults.append(PageFault(address.path, describe_fault(fault)))
        return made

    def _explain(self, error: OrgtpError) -> str:
        """What a page says about what it lacks; to outsiders, nothing that an error quotes."""
        return ASK_KEEPER if self.facts.left_out else explain_fault(self.org, error)


def _build_section(org: OrgHandle, address: PageAddress, short: ShortSeats | None) -> Page:
    from orgtp.web.pages.short_seat import build_short_seat_page

    if short and address.kind.name == "seat" and address.subject in short.seats:
        return build_short_seat_page(org, short, address.subject)
    if short and address.kind.is_bulky_when_large:
        return Page("left_out", address.kind.name.capitalize(), {})
    return address.kind.build(PageRequest(org, address.subject, is_compact=short is not None))


def _publish_folder(made: Path, place: Path, before: Path) -> None:
    """Put the new folder in its place. The old one stays until then, and comes back if that fails."""
    if not place.exists():
        made.rename(place)
        return
    try:
        place.rename(before)
    except OSError:
        # The place cannot be moved, because it is a mount, or because its parent may not be written.
        _replace_content(made, place)
        return
    try:
        made.rename(place)
    except OSError:
        before.rename(place)
        raise


def _replace_content(made: Path, place: Path) -> None:
    """Put each file of the new folder in its place within the old one, and remove those that the new one lacks."""
    temporary = made.parent.name
    new = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    old = sorted(path.relative_to(place) for path in place.rglob("*") if path.is_file())
    fresh = [place / f"{path}.new" for path in new]
    try:
        for path, copy in zip(new, fresh, strict=True):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / path, copy)
    except OSError:
        for copy in fresh:
            copy.unlink(missing_ok=True)
        raise
    for copy in fresh:
        copy.replace(copy.with_name(copy.name.removesuffix(".new")))
    for path in old:
        if path not in new and path.parts[0] != temporary:
            (place / path).unlink()
            with suppress(OSError):
                (place / path).parent.rmdir()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
