"""One file that has all pages: it works from a disk, without a network, and as a site of many pages would."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import html5lib
import pytest
from lxml import html
from playwright.sync_api import Browser, Page

from tests.conftest import SCRIPT, Shell, make_home, make_once
from tests.web.browsers import Look, open_tab
from tests.web.npm import check_html
from tools.wide_org import NOW, make_wide_org

# What the issue of large orgs allows: one that is mailed.
MOST_PACKED = 400_000


def _write_file(sample: Path, base: Path) -> None:
    shell = Shell(base, make_home(base / "home"))
    shutil.copytree(sample, base / "sneeze-it", symlinks=True)
    shell.at(base / "sneeze-it")("site", str(base / "org.html"))


@pytest.fixture(scope="session")
def single(sample_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in one file."""
    return make_once(tmp_path_factory, "sample-file", partial(_write_file, sample_made)) / "org.html"


def _write_wide(base: Path) -> None:
    shell = Shell(base, make_home(base / "home"))
    make_wide_org(base / "wide", 1000)
    # Longer than any other command may take in the tests: it is a minute's work where all cores are busy.
    words = [str(SCRIPT), "site", str(base / "org.html")]
    env = shell.env({"ORGTP_NOW": NOW.isoformat()})
    subprocess.run(words, cwd=base / "wide", env=env, check=True, capture_output=True, timeout=900)


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org of 1,000 seats with a quarter of values in one file."""
    return make_once(tmp_path_factory, "wide-file", _write_wide) / "org.html"


@pytest.fixture(params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest) -> Browser:
    """Each browser."""
    found: Browser = request.getfixturevalue(request.param)
    return found


@contextmanager
def opened(browser: Browser, path: Path, part: str = "", look: Look | None = None) -> Iterator[Page]:
    """The file in a browser, which complains about nothing and asks for nothing else."""
    with open_tab(browser, look) as tab:
        tab.page.goto(path.as_uri() + part)
        yield tab.page
        assert tab.errors == []
        assert {address.partition("#")[0] for address in tab.asked} <= {path.as_uri()}


def shown(page: Page) -> list[str]:
    """The pages that can be seen."""
    found: list[str] = page.locator("section.page:visible").evaluate_all("all => all.map((one) => one.id)")
    return found


def test_the_file_is_strict_html_that_a_validator_accepts(single: Path) -> None:
    html5lib.HTMLParser(strict=True).parse(single.read_bytes())
    # One page is shown at a time, so the landmarks of two pages may have one name.
    assert [one for one in check_html([single]) if "(unique-landmark)" not in one] == []


def test_ids_are_unique_and_every_link_leads_to_a_part_of_the_file(single: Path) -> None:
    page: Any = html.document_fromstring(single.read_bytes())
    ids = [str(one) for one in page.xpath("//@id")]
    assert len(set(ids)) == len(ids)
    inner = {str(one) for one in page.xpath("//a/@href") if str(one).startswith("#")}
    assert inner
    assert {one for one in inner if one[1:] not in ids} == set()
    others = {str(one) for one in page.xpath("//a/@href")} - inner
    assert [one for one in others if not one.startswith("https://")] == []


def test_the_policy_allows_its_own_style_and_script_alone(single: Path) -> None:
    text = single.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_of_the_address_is_shown(chromium: Browser, single: Path, scripts: bool) -> None:
    """With and without scripts; a part of a page shows that page, and an unknown address the first."""
    for part, page_id in (
        ("", "chart"),
        ("#scorecard", "scorecard"),
        ("#seat/dash", "seat/dash"),
        ("#scorecard:jeff/pacing-on-plan", "scorecard"),
        ("#nowhere", "chart"),
    ):
        with opened(chromium, single, part, Look(scripts=scripts)) as page:
            assert shown(page) == [page_id]


def test_links_go_from_page_to_page_without_scripts(chromium: Browser, single: Path) -> None:
    with opened(chromium, single, look=Look(scripts=False)) as page:
        page.get_by_role("navigation").get_by_text("Scorecard").click()
        assert shown(page) == ["scorecard"]
        page.locator('tr[id="scorecard:dash/anomalies-before-open"] .c1 a').click()
        assert shown(page) == ["seat/dash"]
        page.go_back()
        assert shown(page) == ["scorecard"]


def wait_until(page: Page, what: str) -> None:
    """Wait until an expression is true. Playwright's own way evaluates a text in the page, which its policy forbids."""
    for _ in range(600):
        if page.evaluate(what):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never happened: {what}")


def state(page: Page) -> list[str]:
    """The title, the entry of the navigation that is marked, and what has the focus."""
    told: list[str] = page.evaluate(
        "[document.title, [...document.querySelectorAll('nav [aria-current]')].map((one) => one.textContent).join(), "
        "document.activeElement.tagName]"
    )
    return told


def test_title_focus_and_history_follow_the_page(browser: Browser, single: Path) -> None:
    with opened(browser, single) as page:
        assert state(page)[:2] == ["Chart \u00b7 Sneeze It", "Chart"]
        page.get_by_role("navigation").get_by_text("Scorecard").click()
        wait_until(page, "document.activeElement.tagName === 'H1'")
        assert state(page) == ["Scorecard \u00b7 Sneeze It", "Scorecard", "H1"]
        assert shown(page) == ["scorecard"]
        # The next Tab is in the page, not at the top of the file.
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('section.page')?.id") == "scorecard"
        # Playwright waits for a load, which Firefox has none of here.
        page.evaluate("history.back()")
        wait_until(page, "document.title.startsWith('Chart')")
        assert shown(page) == ["chart"]
        page.evaluate("history.forward()")
        wait_until(page, "document.title.startsWith('Scorecard')")
        assert shown(page) == ["scorecard"]


def test_a_page_opens_at_its_top_and_a_part_where_it_is(browser: Browser, single: Path) -> None:
    with opened(browser, single, "#scorecard") as page:
        page.evaluate("scrollTo(0, 600)")
        page.get_by_role("link", name="Chart", exact=True).first.evaluate("link => link.click()")
        wait_until(page, "document.title.startsWith('Chart')")
        assert page.evaluate("scrollY") == 0
        page.evaluate("location.hash = '#scorecard:tally/pushes-on-time'")
        wait_until(page, "document.title.startsWith('Scorecard')")


def test_the_scorecard_works_in_it(browser: Browser, single: Path) -> None:
    with opened(browser, single, "#scorecard") as page:
        assert state(page)[:2] == ["Scorecard \u00b7 Sneeze It", "Scorecard"]
        assert page.locator('td.v a[tabindex="0"]').count() == 1
        page.locator('tr[id="scorecard:radar/briefing-by-8"] a[aria-label^="W44 "]').click()
        assert page.get_by_role("dialog").locator("tbody tr").count() == 5
        assert shown(page) == ["scorecard"]


def test_the_skip_link_goes_to_the_page_that_is_shown(browser: Browser, single: Path) -> None:
    with opened(browser, single, "#scorecard") as page:
        skip = page.locator("a.skip")
        skip.focus()
        page.keyboard.press("Enter")
        assert shown(page) == ["scorecard"]
        assert state(page)[2] == "H1"


def test_print_prints_the_page_that_is_shown(chromium: Browser, single: Path) -> None:
    with opened(chromium, single, "#scorecard") as page:
        page.emulate_media(media="print")
        assert shown(page) == ["scorecard"]
        assert not page.get_by_role("navigation").is_visible()
        assert sum(one.is_visible() for one in page.locator("tr[data-n]").first.locator("td.v").all()) == 13


# A large org.


@pytest.mark.long
def test_an_org_of_a_thousand_seats_can_be_mailed(wide: Path) -> None:
    raw = wide.read_bytes()
    assert len(gzip.compress(raw, 9)) < MOST_PACKED
    assert raw.count(b'data-page="short_seat"') == 1000


def test_its_pages_say_less_and_lead_on(browser: Browser, wide: Path) -> None:
    with opened(browser, wide, "#seat/agent-00500") as page:
        assert shown(page) == ["seat/agent-00500"]
        note = page.evaluate("getComputedStyle(document.querySelector('section:target'), '::after').content")
        assert "has charts" in note
        page.locator("section.page:visible .items a").first.click()
        wait_until(page, "document.title.startsWith('Scorecard')")
        row = page.locator("tr:target")
        assert row.get_attribute("id") == "scorecard:agent-00500/invoices-reconciled"
        cell = row.locator("td.v:is(.on, .off):not(.old)").first
        cell.click()
        dialog = page.get_by_role("dialog")
        assert re.search(r"W43 [0-9.]+, (on|off) target", dialog.inner_text())
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.tagName") == "TD"
        page.keyboard.press("Enter")
        assert "W44 " in dialog.inner_text()


def test_a_browser_styles_what_is_seen_once(chromium: Browser, wide: Path) -> None:
    """Work, not time: the page that is shown is not styled again for each part of the file that the browser reads."""
    tab = chromium.new_page()
    chromium.start_tracing(page=tab, categories=["devtools.timeline"])
    tab.goto(wide.as_uri())
    events = json.loads(chromium.stop_tracing())["traceEvents"]
    styled = sum(one["args"].get("elementCount", 0) for one in events if one["name"] == "UpdateLayoutTree")
    elements = tab.locator("section.page").first.locator("*").count()
    tab.close()
    # The chart has several thousand elements, most of them in rows further down.
    assert elements > 5000
    assert 0 < styled < 2 * elements, styled


def test_a_note_says_that_its_pages_are_short(shell: Shell) -> None:
    make_wide_org(shell.folder / "wide", 80, weeks=1)
    here = shell.at(shell.folder / "wide")
    ran = here("site", "../org.html", ORGTP_NOW=NOW.isoformat())
    assert "each has a short page in one file" in ran.err
    html5lib.HTMLParser(strict=True).parse((shell.folder / "org.html").read_bytes())
    assert here("site", "../other.html", "--json", ORGTP_NOW=NOW.isoformat()).json["short"] is True
    assert here("site", "../folder", ORGTP_NOW=NOW.isoformat()).err == ""
