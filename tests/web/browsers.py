"""Debian's Chromium and Firefox, started by Playwright, and how a page is looked at in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

# Chromium looks for Google's hosts in the background, and some machines have no display and no sound.
CHROMIUM_ARGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
# Playwright speaks WebDriver BiDi with Firefox, where nothing of what a medium prefers can be set.
NO_MEDIA: dict[str, Any] = dict.fromkeys(("color_scheme", "reduced_motion", "forced_colors", "contrast"), "null")
# Firefox is told these at its start instead.
FIREFOX_DARK = {"layout.css.prefers-color-scheme.content-override": 0}
FIREFOX_LIGHT = {"layout.css.prefers-color-scheme.content-override": 1}
# In milliseconds. All cores may be busy with other tests, so this is more than the 30 seconds of Playwright for what it
# does, and the 5 seconds for what it expects.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)


def find_browser(*names: str, package: str) -> str:
    """The first program of these that is installed, or a skip that says how to have it."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip(f"{names[0]} is missing; Debian: apt-get install {package}")


@contextmanager
def start_playwright() -> Iterator[Playwright]:
    """Start Playwright. While it runs, this thread has an event loop, and can run no other."""
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def start_chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium; it cannot make a sandbox of its own for root."""
    browser = playwright.chromium.launch(
        executable_path=find_browser("chromium", "chromium-browser", "google-chrome", package="chromium"),
        chromium_sandbox=os.getuid() != 0,
        args=list(CHROMIUM_ARGS),
        timeout=PATIENCE,
    )
    with browser:
        yield browser


@contextmanager
def start_firefox(playwright: Playwright, *, dark: bool = False) -> Iterator[Browser]:
    """Start Firefox, which shows all pages in the same colours."""
    browser = playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=find_browser("firefox-esr", "firefox", package="firefox-esr"),
        firefox_user_prefs=dict(FIREFOX_DARK if dark else FIREFOX_LIGHT),
        timeout=PATIENCE,
    )
    with browser:
        yield browser


@dataclass(frozen=True)
class Look:
    """How a page is looked at. Of this, only the size and its scale count in Firefox."""

    width: int = 1280
    height: int = 900
    dark: bool = False
    forced_colors: bool = False
    scripts: bool = True
    reduced_motion: bool = False
    scale: float = 1

    def options(self, browser: Browser) -> dict[str, Any]:
        """The options of a context in this browser."""
        size = {"viewport": {"width": self.width, "height": self.height}, "device_scale_factor": self.scale}
        if browser.browser_type.name == "firefox":
            assert (self.dark, self.forced_colors, self.reduced_motion, self.scripts) == (False, False, False, True)
            return size | NO_MEDIA
        return size | {
            "color_scheme": "dark" if self.dark else "light",
            "forced_colors": "active" if self.forced_colors else "none",
            "reduced_motion": "reduce" if self.reduced_motion else "no-preference",
            "java_script_enabled": self.scripts,
        }


@dataclass
class Tab:
    """A page in a browser, what it complained about, and which addresses it asked for (Firefox tells only of http)."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen."""
        self.page.on("console", self._add_said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", self._add_failed)

    def _add_said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def _add_failed(self, request: Request) -> None:
        # A page that is left ends what it still waits for.
        if request.failure not in {"net::ERR_ABORTED", "NS_BINDING_ABORTED"}:
            self.errors.append(f"{request.url}: {request.failure}")


@contextmanager
def open_context(browser: Browser, look: Look, **more: Any) -> Iterator[BrowserContext]:
    """A context of its own: no cookies, nothing stored."""
    context = browser.new_context(**look.options(browser), **more)
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def open_tab(browser: Browser, look: Look | None = None, **more: Any) -> Iterator[Tab]:
    """An empty page in a context of its own."""
    with open_context(browser, look or Look(), **more) as context:
        yield Tab(context.new_page())
