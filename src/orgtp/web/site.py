"""Write the pages of an org as a folder, or as one file that can be mailed. Neither needs a network or a server."""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.model.errors import OrgtpError
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.links import STATIC, FileLinks, FragmentLinks
from orgtp.web.page_html import Frame, render_page, render_section, render_single_file
from orgtp.web.pages.page import ANYONE, PageRequest, RecordVerdict, SiteFacts, gather_facts
from orgtp.web.pages.registry import FIRST, SUFFIX, PageAddress, list_pages

if TYPE_CHECKING:
    from markupsafe import Markup

    from orgtp.api import OrgHandle

# A folder with this file was written by orgtp, so it may be replaced.
MARKER = "orgtp-site.json"


class SiteExists(OrgtpError):
    """There is something at the path already."""

    text = "{path} exists already and was not changed. {advice}"


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """A site that was written: its path, how many pages it has, and its size in bytes."""

    path: Path
    pages: int
    size: int


def write_site(org: OrgHandle, target: Path, *, force: bool = False) -> WrittenSite:
    """Write the pages to a folder, or to one file if the name of `target` ends with .html.

    What exists is replaced only with `force`, and a folder only if orgtp wrote it. Raises `SiteExists`, and what the
    views raise.
    """
    is_single = target.suffix == SUFFIX
    facts = gather_facts(org, verdict=check_record(org), is_single=is_single)
    if is_single:
        return _write_file(org, facts, target, force=force)
    return _write_folder(org, facts, target, force=force)


def check_record(org: OrgHandle) -> RecordVerdict | None:
    """Audit the record; None without git."""
    if org.revision is None:
        return None
    found, guarantees = org.audit.verify()
    return RecordVerdict(found, org.now.astimezone(org.head.zone), tuple(guarantees))


def render_address(org: OrgHandle, facts: SiteFacts, address: PageAddress) -> str:
    """Render one page of a written site."""
    page = address.kind.build(PageRequest(org, address.subject))
    return render_page(page, Frame(facts, FileLinks(address.path), ANYONE))


def _write_folder(org: OrgHandle, facts: SiteFacts, target: Path, *, force: bool) -> WrittenSite:
    _refuse_other_folder(target, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".orgtp-site-", dir=target.absolute().parent) as temporary:
        made = Path(temporary) / "site"
        count = 0
        for address in list_pages(org):
            _write(made / address.path, render_address(org, facts, address))
            count += 1
        shutil.copyfile(made / f"{FIRST}{SUFFIX}", made / f"index{SUFFIX}")
        for name in (STYLE, SCRIPT):
            _write(made / STATIC / name, read_asset(name))
        _write(made / MARKER, json.dumps({"org": org.head.id, "commit": facts.commit}) + "\n")
        size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
        if target.exists():
            target.rename(Path(temporary) / "before")
        made.rename(target)
    return WrittenSite(target, count, size)


def _refuse_other_folder(target: Path, *, force: bool) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / MARKER).is_file():
        raise SiteExists(path=target, advice="orgtp did not write it, so it is never replaced. Name another folder")
    if not force:
        raise SiteExists(path=target, advice=f"To replace it: orgtp site {shlex.quote(str(target))} --force")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_file(org: OrgHandle, facts: SiteFacts, target: Path, *, force: bool) -> WrittenSite:
    if target.exists() and not force:
        raise SiteExists(path=target, advice=f"To replace it: orgtp site {shlex.quote(str(target))} --force")
    addresses = list(list_pages(org, is_single=True))
    frame = Frame(facts, FragmentLinks(addresses[0].path), ANYONE)
    text = render_single_file(frame, _render_sections(org, facts, addresses))
    _write(target, text)
    return WrittenSite(target, len(addresses), len(text.encode()))


def _render_sections(org: OrgHandle, facts: SiteFacts, addresses: list[PageAddress]) -> Iterator[Markup]:
    for address in addresses:
        page = address.kind.build(PageRequest(org, address.subject))
        path = address.path.removesuffix(SUFFIX)
        yield render_section(page, Frame(facts, FragmentLinks(address.path), ANYONE), path)
