"""People use the server in real browsers: enter a number, see it, and see what others do meanwhile."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.conftest import Shell
from tests.web.browsers import Look, Tab, open_tab
from tests.web.server.server import Serving, serve

WRITE = ("--allow-write", "--as", "janine")
# The sample ends before that, so that numbers are owed.
MONDAY = "2026-11-30T07:00:00-05:00"


def enter_number(sample: Shell, browser: Browser) -> None:
    """Enter what does not fit, then what does, and look at what the pages say."""
    with serve(sample, *WRITE, ORGTP_NOW=MONDAY) as served, open_tab(browser) as tab:
        base = sign_in(served, tab)
        tab.page.get_by_role("link", name="My numbers").click()
        field = tab.page.locator("input[name^='value.']").first
        name = field.get_attribute("name") or ""
        field.fill("twelve")
        tab.page.locator("main form button[type=submit]").first.click()
        # What does not fit is told at its field, with what was typed.
        expect(tab.page.locator(f"input[name='{name}']")).to_have_value("twelve")
        assert read_by(sample) != "janine"
        tab.page.locator(f"input[name='{name}']").fill("31")
        tab.page.locator("main form button[type=submit]").first.click()
        tab.page.wait_for_url(f"{base}/numbers.html?sent=*")
        expect(tab.page.locator("main")).to_contain_text(sample.head()[:10])
        assert [text for text in tab.errors if "422" not in text] == []
        assert all(address.startswith(base) for address in tab.asked)
    assert read_by(sample) == "janine"


def read_by(sample: Shell) -> str:
    """Who made the newest commit."""
    return sample.git("log", "-1", "--format=%(trailers:key=Orgtp-By,valueonly)").out.strip()


def test_a_person_enters_a_number_in_chromium(sample: Shell, chromium: Browser) -> None:
    enter_number(sample, chromium)


def test_a_person_enters_a_number_in_firefox(sample: Shell, firefox: Browser) -> None:
    enter_number(sample, firefox)


def sign_in(served: Serving, tab: Tab) -> str:
    """Open the printed address, and return that of the server."""
    address = re.findall(r"(http://\S+)/sign-in(\?token=\S+)", served.said)[-1]
    tab.page.goto(f"{address[0]}/sign-in{address[1]}")
    return str(address[0])


def test_an_open_page_follows_the_org(sample: Shell, chromium: Browser) -> None:
    with serve(sample) as served, open_tab(chromium) as tab:
        tab.page.goto(f"http://127.0.0.1:{served.port}/seat/dash.html")
        with tab.page.expect_response(lambda answer: answer.url.endswith("/events")):
            tab.page.reload()
        sample("seat", "set", "dash", "mission=Says at once what moved.", "--by", "david")
        expect(tab.page.locator("main")).to_contain_text("Says at once what moved.")
        # A page that shows the same as before only shows the new time and commit.
        tab.page.evaluate("window.isTheSame = true")
        sample("seat", "set", "pixel", "mission=Another one.", "--by", "david")
        expect(tab.page.locator(".top .asof")).to_contain_text(sample.head()[:10])
        assert tab.page.evaluate("window.isTheSame") is True
        assert tab.errors == []


def test_what_a_person_types_stays_when_others_write(sample: Shell, chromium: Browser) -> None:
    with serve(sample, *WRITE, ORGTP_NOW=MONDAY) as served, open_tab(chromium) as tab:
        base = sign_in(served, tab)
        with tab.page.expect_response(lambda answer: answer.url.endswith("/events")):
            tab.page.goto(f"{base}/numbers.html")
        field = tab.page.locator("input[name^='value.']").first
        name = field.get_attribute("name") or ""
        seat, metric, period = name.removeprefix("value.").split("/")
        field.fill("31")
        sample("score", "add", seat, metric, "29", "--for", period, "--by", "david", ORGTP_NOW=MONDAY)
        expect(tab.page.locator(".notice.live")).to_contain_text("What you have typed is still here")
        expect(field).to_have_value("31")
        # Sent all the same, the page first shows what the other one recorded.
        tab.page.locator("main form button[type=submit]").first.click()
        expect(tab.page.locator("main")).to_contain_text("29")
        expect(tab.page.locator(f"input[name='{name}']")).to_have_value("31")
        assert read_by(sample) == "david"


def test_it_all_works_without_scripts(sample: Shell, chromium: Browser) -> None:
    with serve(sample, *WRITE, ORGTP_NOW=MONDAY) as served, open_tab(chromium, Look(scripts=False)) as tab:
        base = sign_in(served, tab)
        tab.page.goto(f"{base}/numbers.html")
        tab.page.locator("input[name^='value.']").first.fill("31")
        tab.page.locator("main form button[type=submit]").first.click()
        expect(tab.page.locator("main")).to_contain_text(sample.head()[:10])
        tab.page.get_by_role("button", name="Sign out").click()
        expect(tab.page.get_by_role("link", name="My numbers")).to_have_count(0)
