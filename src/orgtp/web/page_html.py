"""Render a page as HTML, with the templates of this package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from orgtp.render.templates import make_environment, mark_as_html
from orgtp.render.wording.dates import format_date, format_day, format_short_day, format_weekday
from orgtp.render.wording.periods import name_period
from orgtp.web.assets import SCRIPT, STYLE, hash_asset, read_asset
from orgtp.web.links import Links
from orgtp.web.pages.page import Page, Reader, SentForm, SiteFacts
from orgtp.web.pages.registry import KINDS, KINDS_BY_NAME, PageKind

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_SHORT = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the content of a page: the facts of the site, who looks, and how it refers to other pages.

    `sent` is the form that the reader has just sent. `version` is that of the org in the process that serves it.
    """

    facts: SiteFacts
    links: Links
    reader: Reader
    is_served: bool = False
    sent: SentForm | None = None
    version: int = 0

    @property
    def navigation(self) -> list[PageKind]:
        """The pages that the navigation lists."""
        return [
            kind
            for kind in KINDS
            if kind.heading and kind.path not in self.facts.hidden and (not kind.needs_server or self.reader.may_write)
        ]

    def section_of(self, page: Page) -> str:
        """The kind of page whose entry in the navigation a page belongs to; "" for none."""
        return KINDS_BY_NAME[page.kind].part_of if page.kind in KINDS_BY_NAME else ""


@cache
def load_page_templates() -> Environment:
    """Load the templates of the pages, with their filters."""
    environment = make_environment("orgtp.web", "templates")
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.filters.update(
        day=format_day, weekday=format_weekday, monthday=format_short_day, periodname=name_period
    )
    environment.filters.update(minute=format_minute, short=shorten_commit, utc=format_iso_utc)
    environment.filters.update(dayname="{:%a}".format, daydate=format_date)
    return environment


def render_page(page: Page, frame: Frame) -> Markup:
    """Render a page as a whole document."""
    return _render(f"{page.kind}.html.j2", frame, page.content, page=page, layout="frame/document.html.j2")


def render_section(page: Page, frame: Frame, path: str) -> Markup:
    """Render a page as one section of a file that has all pages."""
    return _render(
        f"{page.kind}.html.j2", frame, page.content, page=page, layout="frame/section.html.j2", section_id=path
    )


def render_single_file(frame: Frame, sections: Iterable[Markup]) -> Markup:
    """Render a file that has all pages, each as a section. It allows its own style and script by their hashes."""
    assets = {"style": mark_as_html(read_asset(STYLE)), "script": mark_as_html(read_asset(SCRIPT))}
    hashes = {"style_hash": hash_asset(STYLE), "script_hash": hash_asset(SCRIPT)}
    return _render("frame/single.html.j2", frame, assets | hashes, sections=sections)


def _render(template: str, frame: Frame, content: Mapping[str, Any], **more: Any) -> Markup:
    links = frame.links
    values = {"frame": frame, "facts": frame.facts, "reader": frame.reader, "sprite": _read_sprite()}
    addresses = {"link": links.link, "anchor": links.anchor, "asset": links.asset}
    return mark_as_html(load_page_templates().get_template(template).render(**content, **values, **addresses, **more))


@cache
def _read_sprite() -> Markup:
    """The signs, as markup that is ours and so not escaped."""
    return mark_as_html(files("orgtp.web").joinpath("templates/frame/sprite.svg").read_text(encoding="utf-8"))


def format_minute(time: datetime, zone: tzinfo | None = None) -> str:
    """A time as `Fri 27 Nov 2026, 17:35`, in a zone if one is given."""
    local = time.astimezone(zone) if zone else time
    return f"{format_day(local)}, {local:%H:%M}"


def format_iso_utc(time: datetime) -> str:
    """A time for the attribute `datetime` of an element."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def shorten_commit(commit: str) -> str:
    """The first ten digits of a commit."""
    return commit[:_SHORT]
