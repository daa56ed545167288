"""Two people walk through the review in real browsers: one leads, the other watches, and both may want to lead."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.conftest import Shell
from tests.web.browsers import Look, open_tab
from tests.web.server.server import SECRET, give_address, proxy_options, serve

# Where pictures of both screens go, to be looked at.
SHOTS = os.environ.get("ORGTP_SHOTS")


@contextmanager
def two_people(sample: Shell, chromium: Browser, firefox: Browser) -> Iterator[tuple[Page, Page, str]]:
    """David in Chromium and Janine in Firefox, with the address of the server, which takes them for signed in."""
    give_address(sample, david="david@example.com", janine="janine@example.com")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    options = [base if word.startswith("https:") else word for word in proxy_options(sample)]
    names = {"X-Forwarded-Email": "david@example.com", "X-Orgtp-Proxy-Secret": SECRET}
    other = {**names, "X-Forwarded-Email": "janine@example.com"}
    with (
        serve(sample, *options, "--allow-write", "--port", str(port)),
        open_tab(chromium, Look(1280, 800), extra_http_headers=names) as david,
        open_tab(firefox, Look(1280, 800), extra_http_headers=other) as janine,
    ):
        yield david.page, janine.page, base


def shoot(name: str, *pages: Page) -> None:
    """Take a picture of what each person sees."""
    for number, page in enumerate(pages if SHOTS else ()):
        page.screenshot(path=Path(str(SHOTS)) / f"{name}-{number}.png")


def read_row(page: Page) -> str:
    """The id of the screen that is shown."""
    return page.locator(".screen.here").get_attribute("id") or ""


def expect_row(page: Page, row: str) -> None:
    """The screen that is shown, once it is."""
    expect(page.locator(".screen.here")).to_have_attribute("id", row)


def test_who_leads_is_told_to_both_and_the_other_one_follows(
    sample: Shell, chromium: Browser, firefox: Browser
) -> None:
    with two_people(sample, chromium, firefox) as (david, janine, base):
        with david.expect_response("**/meeting/position"):
            david.goto(f"{base}/meeting.html")
        janine.goto(f"{base}/meeting.html")
        # Nothing is saved yet, so both have the form. Only one of them leads, and the other one is told.
        told = janine.locator("[data-other]")
        expect(told).to_contain_text("David leads this review now")
        expect(david.locator("[data-other]")).to_have_count(0)
        david.keyboard.press("j")
        david.keyboard.press("j")
        expect_row(janine, read_row(david))
        shoot("follows", david, janine)
        # The other one takes over.
        told.get_by_role("button", name="Lead it yourself").click()
        expect(david.locator("[data-other]")).to_contain_text("Janine leads this review now")
        expect(told).to_have_count(0)
        before = read_row(janine)
        janine.keyboard.press("j")
        expect(janine.locator(".screen.here")).not_to_have_attribute("id", before)
        expect_row(david, read_row(janine))
        # What is typed is not taken away by a leader who goes on.
        row = read_row(david)
        david.locator(".screen.here [type=radio][value=watch]").check()
        janine.keyboard.press("k")
        expect(janine.locator(".screen.here")).not_to_have_attribute("id", row)
        expect_row(david, row)
        shoot("typing", david, janine)
        # Whoever saves leads, and the other one becomes a reader of the same row.
        david.locator(".screen.here .go .btn.main").click()
        expect(janine.locator("[data-watch]")).to_contain_text("David leads this review, and you see the same row.")
        expect(janine.locator("form [type=radio]")).to_have_count(0)
        expect(david.locator("[data-other]")).to_have_count(0)
        expect(david.locator(".screen.here")).not_to_have_attribute("id", row)
        expect_row(janine, read_row(david))
        shoot("watches", david, janine)


def test_who_takes_over_stays_at_the_row_that_was_opened(sample: Shell, chromium: Browser, firefox: Browser) -> None:
    """The connection may tell of the one before first, who was at another row."""
    with two_people(sample, chromium, firefox) as (david, janine, base):
        with david.expect_response("**/meeting/position"):
            david.goto(f"{base}/meeting.html#r2")

        def answer_later(route: Route) -> None:
            janine.wait_for_timeout(1500)
            route.continue_()

        janine.route("**/meeting/position", answer_later)
        with janine.expect_response("**/meeting/position"):
            janine.goto(f"{base}/meeting.html?take=yes#r1")
        assert read_row(janine) == "r1"
        expect(david.locator("[data-other]")).to_contain_text("Janine leads this review now")
        expect_row(david, "r1")


def test_a_page_that_was_opened_before_answers_were_saved_shows_them(
    sample: Shell, chromium: Browser, firefox: Browser
) -> None:
    """The connection is made after the page: what was saved in between is told first."""
    with two_people(sample, chromium, firefox) as (david, janine, base):
        with david.expect_response("**/meeting/position"):
            david.goto(f"{base}/meeting.html")
        janine.goto(f"{base}/meeting.html")
        expect(janine.locator("[data-other]")).to_contain_text("David leads")
        with_form = read_page(janine)
        david.locator(".screen.here .go .btn.main").click()
        expect(janine.locator("[data-watch]")).to_contain_text("David leads")
        # The page as it was before, as a browser keeps it, loads itself again.
        show_again(janine, with_form)
        expect(janine.locator("[data-watch]")).to_contain_text("David leads")
        without_form = read_page(janine)
        row = david.locator(".screen.row.here")
        expect(row).to_have_count(1)
        row.locator("[type=radio][value=watch]").check()
        david.locator(".screen.here .go .btn.main").click()
        expect(janine.locator(".meet-bar [data-step].done")).to_have_count(1)
        show_again(janine, without_form)
        expect(janine.locator(".meet-bar [data-step].done")).to_have_count(1)


def read_page(page: Page) -> str:
    """What the server answers with at the address of a page."""
    return page.request.get(page.url.partition("#")[0]).text()


def show_again(page: Page, text: str) -> None:
    """Open the address of a page once with an answer of before."""
    page.route("**/meeting.html", lambda route: route.fulfill(body=text, content_type="text/html"), times=1)
    page.goto(page.url.partition("#")[0])
