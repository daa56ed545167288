"""Every page of a written site: in three widths and all colours, on paper, by keyboard alone, and without scripts.

The pages are those that the registry lists, so a new page is in all of these tests. The sample has all kinds of them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from orgtp.web.pages.registry import KINDS, SUFFIX
from tests.ci.steps import need
from tests.web.browsers import Look, Tab, open_context, open_tab, start_firefox
from tests.web.keyboard import find_missed, walk_with_tab
from tests.web.npm import check_html, check_scripts, run_axe
from tests.web.written import find, find_broken_links, list_html, read_html

PHONE, DESK, WALL = 360, 1280, 1920
# The pages that the navigation lists.
HEADED = {kind.path for kind in KINDS if kind.heading}
WRITTEN_KINDS = [kind for kind in KINDS if not kind.needs_server]


def pages_of(site: Path) -> list[Path]:
    """All pages; `index.html` is one of them a second time."""
    return [path for path in list_html(site) if path != site / "index.html"]


def one_of_each_kind(site: Path) -> list[Path]:
    """Of each kind a page; of seats, the page of one that works and of one that was retired."""
    found = []
    for kind in WRITTEN_KINDS:
        if not kind.path.endswith("/"):
            found.append(site / f"{kind.path}{SUFFIX}")
            continue
        several = list_html(site / kind.path)
        found += [path for path in several if path.stem in {"dash", "jeff"}] or several[:1]
    return found


def test_the_registry_and_the_folder_have_the_same_pages(sample_site: Path) -> None:
    names = {path.relative_to(sample_site).as_posix() for path in pages_of(sample_site)}
    for kind in WRITTEN_KINDS:
        mine = (
            {name for name in names if name.startswith(kind.path)} if kind.path.endswith("/") else {kind.path + SUFFIX}
        )
        assert mine
        names -= mine
    assert names == set()
    assert (sample_site / "index.html").read_bytes() in [path.read_bytes() for path in pages_of(sample_site)]


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(sample_site: Path) -> None:
    report(find_broken_links(sample_site))


def test_a_validator_accepts_every_page(sample_site: Path) -> None:
    report(check_html(list_html(sample_site)))


def test_the_scripts_have_the_types_that_they_name() -> None:
    report(check_scripts())


def test_no_page_has_a_script_or_a_style_of_its_own(sample_site: Path) -> None:
    """A policy without inline code can be sent with every page; data for scripts is not code."""
    for path in pages_of(sample_site):
        page = read_html(path)
        assert find(page, "//style | //@style | //@*[starts-with(name(), 'on')]") == [], path
        assert find(page, "//script[not(@src)][not(@type='application/json')]") == [], path
        assert find(page, "//a[starts-with(@href, 'javascript:')]") == [], path


def test_every_page_has_its_landmarks(sample_site: Path) -> None:
    titles = []
    for path in pages_of(sample_site):
        page = read_html(path)
        assert [len(find(page, f"//{name}")) for name in ("h1", "main", "body/header", "body/footer")] == [1] * 4, path
        # The meeting takes the whole screen, and its bar leads back.
        if path.stem in {kind.name for kind in KINDS} - {"meeting"}:
            assert find(page, "//nav[@aria-label]//a[@aria-current='page']"), path
        (first, *_) = find(page, "//body//a")
        (to,) = find(page, "//main/@id")
        assert first.get("href") == f"#{to}", path
        assert page.get("lang") == "en"
        levels = [int(str(heading.tag)[1]) for heading in find(page, "//h1 | //h2 | //h3 | //h4 | //h5 | //h6")]
        assert all(below - above <= 1 for above, below in pairwise(levels)), path
        titles.append(page.findtext(".//title"))
    assert len(set(titles)) == len(titles)


# In browsers.

Check = Callable[[Page], list[str]]


def report(found: list[str]) -> None:
    """Fail with the first of what was found, if anything was."""
    assert not found, "\n".join([f"{len(found)} problems", *found[:40]])


@contextmanager
def visited(tab: Tab, path: Path, site: Path) -> Iterator[Page]:
    """A page of the site, which complains about nothing and asks for nothing outside of the folder."""
    tab.page.goto(path.as_uri())
    yield tab.page
    assert tab.errors == [], path
    assert [address for address in tab.asked if not address.startswith(site.as_uri())] == []


def look_at_all(
    browser: Browser, look: Look, site: Path, paths: list[Path], check: Check, *, new_tabs: bool = False
) -> None:
    """Every page looked at in one way, in one tab or in `new_tabs`; what is wrong with any of them is told together."""
    found = []
    with open_context(browser, look) as context:
        tab = Tab(context.new_page())
        for path in paths:
            with visited(tab, path, site) as page:
                found += [f"{path.relative_to(site)}: {told}" for told in check(page)]
            if new_tabs:
                tab.page.close()
                tab = Tab(context.new_page())
    report(found)


# What reaches beyond the right edge, the innermost first.
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width + 1);
  return ["too wide", ...wide.reverse().slice(0, 3).map((one) => one.outerHTML.slice(0, 160))];
}"""


def find_too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    told: list[str] = page.evaluate(_TOO_WIDE)
    return ["; ".join(told)] if told else []


@pytest.mark.parametrize("width", [PHONE, DESK, WALL])
def test_no_page_scrolls_sideways(chromium: Browser, sample_site: Path, width: int) -> None:
    look_at_all(chromium, Look(width), sample_site, pages_of(sample_site), find_too_wide)


def test_no_page_scrolls_sideways_in_firefox(firefox: Browser, sample_site: Path) -> None:
    look_at_all(firefox, Look(PHONE), sample_site, pages_of(sample_site), find_too_wide)
    look_at_all(firefox, Look(DESK), sample_site, pages_of(sample_site), find_too_wide)


def test_axe_finds_nothing_on_any_page(chromium: Browser, sample_site: Path) -> None:
    """A month of the record is long and slow, so one of them is enough."""
    examined = [path for path in pages_of(sample_site) if path.parent.name != "record"]
    paths = sorted({*examined, *one_of_each_kind(sample_site)})
    look_at_all(chromium, Look(DESK), sample_site, paths, run_axe)


# Only the colours differ from the look in which each page is examined in full. Axe is a script itself, so it cannot
# look at a page without scripts.
LOOKS = {"dark": Look(dark=True), "forced-colors": Look(forced_colors=True)}


def test_axe_finds_nothing_on_a_phone(chromium: Browser, sample_site: Path) -> None:
    look_at_all(chromium, Look(PHONE, dark=True), sample_site, one_of_each_kind(sample_site), run_axe)


@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_in_other_colors(chromium: Browser, sample_site: Path, name: str) -> None:
    look_at_all(chromium, LOOKS[name], sample_site, one_of_each_kind(sample_site), examine_colors)


def examine_colors(page: Page) -> list[str]:
    """What axe finds in the colours of the page."""
    return run_axe(page, colors_only=True)


def test_axe_finds_nothing_in_firefox(firefox: Browser, sample_site: Path) -> None:
    look_at_all(firefox, Look(DESK), sample_site, one_of_each_kind(sample_site), run_axe)


def test_axe_finds_nothing_in_firefox_in_the_dark(playwright: Playwright, sample_site: Path) -> None:
    with start_firefox(playwright, dark=True) as browser:
        with open_tab(browser) as tab, visited(tab, pages_of(sample_site)[0], sample_site) as page:
            assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        look_at_all(browser, Look(DESK), sample_site, one_of_each_kind(sample_site), examine_colors)


_COLORS = "() => { const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]; }"


def test_dark_is_dark(chromium: Browser, sample_site: Path) -> None:
    """The same page in both: the paper and the ink change places."""
    seen = []
    for dark in (False, True):
        with open_tab(chromium, Look(dark=dark)) as tab, visited(tab, pages_of(sample_site)[0], sample_site) as page:
            paper, ink = page.evaluate(_COLORS)
            seen.append(lightness(paper) > lightness(ink))
    assert seen == [True, False]


def lightness(color: str) -> int:
    """The sum of red, green and blue of `rgb(…)`."""
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))


def find_lost(page: Page) -> list[str]:
    """Where Tab leads to something that cannot be seen or told from the rest, or past what may be clicked."""
    stops = walk_with_tab(page)
    found = [f"no ring: {stop.html}" for stop in stops if not stop.ring]
    found += [f"out of sight: {stop.html}" for stop in stops if not stop.seen]
    if "skip" not in stops[0].html:
        found.append(f"the skip link is not the first: {stops[0].html}")
    return found + [f"Tab does not reach: {element}" for element in find_missed(page)]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_page_works_by_keyboard_alone(chromium: Browser, sample_site: Path, width: int) -> None:
    look_at_all(chromium, Look(width), sample_site, one_of_each_kind(sample_site), find_lost)


def test_every_page_works_by_keyboard_alone_in_firefox(firefox: Browser, sample_site: Path) -> None:
    look_at_all(firefox, Look(DESK), sample_site, one_of_each_kind(sample_site), find_lost, new_tabs=True)


def test_the_skip_link_skips(chromium: Browser, sample_site: Path) -> None:
    def check(page: Page) -> list[str]:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
        links: int = page.evaluate("document.querySelectorAll('main a[href], main button, main input').length")
        return [] if inside or not links else [page.evaluate("document.activeElement.outerHTML")]

    look_at_all(chromium, Look(DESK), sample_site, one_of_each_kind(sample_site), check)


# Buttons and fields that nothing works without scripts, and content that only scripts show.
_DEAD = """() => {
  const controls = [...document.querySelectorAll("button, input, select, textarea, output")];
  const sends = (one) => one.form && one.form.querySelector("button:not([type=button]), input[type=submit]");
  const dead = controls.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !sends(one));
  const heading = document.querySelector("h1")?.checkVisibility({ visibilityProperty: true });
  return [...(heading ? [] : ["no heading is visible"]), ...dead.map((one) => one.outerHTML.slice(0, 160))];
}"""


def find_dead_controls(page: Page) -> list[str]:
    """What needs scripts, and is there all the same."""
    found: list[str] = page.evaluate(_DEAD)
    return found


def test_every_page_works_without_scripts(chromium: Browser, sample_site: Path) -> None:
    """What would need a script is not shown, and all that is said with scripts is said without."""
    look_at_all(chromium, Look(DESK, scripts=False), sample_site, pages_of(sample_site), find_dead_controls)
    said = {}
    for scripts in (True, False):
        with open_tab(chromium, Look(DESK, scripts=scripts)) as tab:
            for path in one_of_each_kind(sample_site):
                with visited(tab, path, sample_site) as page:
                    said[path, scripts] = page.evaluate(_WORDS)
    report([f"{path}: {sorted(lost)}" for path in one_of_each_kind(sample_site) if (lost := lose(said, path))])


def lose(said: dict[tuple[Path, bool], list[str]], path: Path) -> set[str]:
    """The words that only scripts say."""
    return set(said[path, True]) - set(said[path, False])


# The words that can be read, without those of controls.
_WORDS = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const isControl = parent.closest(
      "form, label, button, select, output, script, [role=toolbar], [role=status], [data-time], "
      + "span:has(> kbd)",
    );
    if (isControl || !parent.checkVisibility({ visibilityProperty: true })) continue;
    words.push(...walker.currentNode.data.split(/\\s+/));
  }
  return words;
}"""


def test_every_page_can_be_printed(chromium: Browser, sample_site: Path, tmp_path: Path) -> None:
    """Black on white, without controls, with the title of the page, the commit on each sheet, and no empty sheet."""
    pdftotext = need("pdftotext", "poppler-utils")
    with open_tab(chromium, Look(dark=True)) as tab:
        for path in pages_of(sample_site):
            with visited(tab, path, sample_site) as page:
                title, commit = page.inner_text("h1"), page.locator(".asof .commit").first.inner_text()
                (tmp_path / "page.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
                page.emulate_media(media="print")
                paper, ink = page.evaluate(_COLORS)
                assert lightness(ink) < 100, path
                assert paper in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}, path
                assert page.evaluate(_SHOWN_CONTROLS) == [], path
                # With "screen", the next page would be printed as it is on a screen.
                page.emulate_media(media="null")
            words = [pdftotext, "-layout", str(tmp_path / "page.pdf"), "-"]
            *sheets, last = subprocess.run(words, capture_output=True, check=True).stdout.decode().split("\f")
            assert last == ""
            assert " ".join(title.split()) in " ".join(" ".join(sheets).split()), path
            assert all(commit[:7] in sheet.strip().splitlines()[-1] for sheet in sheets), path
            assert all(len(sheet.strip().splitlines()) > 1 for sheet in sheets), path


_SHOWN_CONTROLS = """() => [...document.querySelectorAll("button, input, select, textarea")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => one.outerHTML.slice(0, 160))"""


def test_off_target_is_told_apart_with_forced_colors(chromium: Browser, sample_site: Path) -> None:
    """Colours of the page are gone, so every sign of a state still has a shape that is drawn."""

    def check(page: Page) -> list[str]:
        found: list[str] = page.evaluate(_PALE_SIGNS)
        return found

    look_at_all(chromium, Look(DESK, forced_colors=True), sample_site, one_of_each_kind(sample_site), check)


_PALE_SIGNS = """() => [...document.querySelectorAll("main svg.sg")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => getComputedStyle(one).color === getComputedStyle(document.body).backgroundColor)
  .map((one) => one.outerHTML.slice(0, 160))"""
