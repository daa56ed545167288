"""The meeting: one row a screen, with keys and without scripts, on the screen of a laptop and on that of a phone."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import NOW, Shell
from tests.web.browsers import Look, open_tab
from tests.web.keyboard import press_keys
from tests.web.pages import ParsedPage
from tests.web.server.server import SECRET, give_address, proxy_options, serve

LAPTOP = Look(1440, 900)
SVG = "{http://www.w3.org/2000/svg}"
_SHOWN = "[...document.querySelectorAll('.screen')].filter((one) => one.checkVisibility()).map((one) => one.id)"
_PRESS_TWICE = "for (let n = 0; n < 2; n++) dispatchEvent(new KeyboardEvent('keydown', { key: 'j' }))"
_FITS = "[document.scrollingElement.scrollWidth <= innerWidth, document.scrollingElement.scrollHeight <= innerHeight]"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)


def list_rows(shell: Shell) -> list[dict[str, str]]:
    """The rows of the agenda that have to be closed."""
    found = shell("review", "agenda", "--json").json["agenda"]["rows"]
    return [row for row in found if row["state"] != "hit-or-miss"]


def read_shown(page: Page) -> list[str]:
    """The ids of the screens that are shown."""
    shown: list[str] = page.evaluate(_SHOWN)
    return shown


def test_each_row_has_a_screen_with_its_chart_and_what_changed(sample: Shell) -> None:
    rows = list_rows(sample)
    page = ParsedPage(sample.folder, "meeting.html")
    assert [one for one in page.ids if re.fullmatch(r"r\d+", one)] == [f"r{n}" for n in range(1, len(rows) + 1)]
    for number, row in enumerate(rows, start=1):
        (screen,) = [one for one in page.root.iter("section") if one.attrib.get("id") == f"r{number}"]
        text = " ".join(" ".join(screen.itertext()).split())
        assert row["name"] in text
        assert "What changed in this seat’s inputs?" in text
        assert "What is the fix?" in text
        why = sample("why", row["seat"], row["metric"], "--json").json
        evidence = why.get("why", why)["evidence"]
        newest = [" ".join(one["what"].split()) for one in evidence[:9]]
        assert all(one in text for one in newest)
        # A letter in the list is on the chart, and the other way round.
        listed = [one.text for one in screen.iter("b") if one.attrib.get("class") == "ltr"]
        (large,) = [one for one in screen.iter(f"{SVG}svg") if one.attrib["class"].split()[:2] == ["plot", "large"]]
        drawn = " ".join(one.text or "" for one in large.iter(f"{SVG}text") if one.attrib.get("class") == "evt")
        assert sorted(listed) == sorted(set(drawn.split()))
    assert any(one.attrib.get("class") == "ltr" for one in page.root.iter("b"))
    assert page.tags["form"] == page.tags["input"] == page.tags["button"] == 0


def test_the_keys_go_from_row_to_row(chromium: Browser, firefox: Browser, sample_site: Path) -> None:
    for browser in (chromium, firefox):
        with open_tab(browser, LAPTOP) as tab:
            page = tab.page
            page.goto((sample_site / "meeting.html").as_uri())
            assert read_shown(page) == ["start"]
            press_keys(page, "k")
            assert read_shown(page) == ["start"]
            # Two keys at once, before the browser tells of a new address.
            page.evaluate(_PRESS_TWICE)
            page.wait_for_function(f"{_SHOWN}[0] === 'r2'")
            press_keys(page, "k")
            page.wait_for_function(f"{_SHOWN}[0] === 'r1'")
            press_keys(page, "j", "j")
            page.wait_for_function(f"{_SHOWN}[0] === 'r3'")
            press_keys(page, "k")
            page.wait_for_function(f"{_SHOWN}[0] === 'r2'")
            assert page.evaluate("document.activeElement.closest('.screen')?.id") == "r2"
            assert page.get_attribute(".steps [aria-current=step]", "data-step") == "r2"
            page.go_back()
            page.wait_for_function(f"{_SHOWN}[0] === 'r3'")
            assert re.fullmatch(r"\d+:\d\d", page.inner_text("[data-clock=all]"))
            assert tab.errors == []


def test_every_screen_fits_a_laptop(chromium: Browser, sample_site: Path) -> None:
    with open_tab(chromium, LAPTOP) as tab:
        tab.page.goto((sample_site / "meeting.html").as_uri())
        ids = tab.page.evaluate("[...document.querySelectorAll('.screen')].map((one) => one.id)")
        for name in ids:
            tab.page.goto(f"{(sample_site / 'meeting.html').as_uri()}#{name}")
            tab.page.wait_for_function(f"{_SHOWN}[0] === '{name}'")
            assert tab.page.evaluate(_FITS) == [True, True], name


def test_without_scripts_the_rows_follow_one_another(chromium: Browser, sample_site: Path) -> None:
    with open_tab(chromium, Look(1440, 900, scripts=False)) as tab:
        tab.page.goto((sample_site / "meeting.html").as_uri())
        screens = tab.page.locator(".screen")
        assert all(screens.nth(number).is_visible() for number in range(screens.count()))
        assert not tab.page.is_visible(".clock")
        tab.page.click("#r1 .go .main")
        assert tab.page.url.endswith("#r2")


def test_who_leads_answers_by_keyboard_and_closes_with_the_commit_of_the_command(
    chromium: Browser, sample: Shell
) -> None:
    rows = list_rows(sample)
    with serve(sample, "--allow-write", "--as", "david") as served, open_tab(chromium, LAPTOP) as tab:
        page, token = tab.page, re.findall(r"http\S+sign-in\S+", served.said)[-1]
        page.goto(token)
        page.goto(f"http://127.0.0.1:{served.port}/meeting.html#r1")
        assert read_shown(page) == ["r1"]
        assert page.evaluate(_FITS) == [True, True]
        for number, row in enumerate(rows, start=1):
            press_keys(page, "w")
            key = f"{row['seat']}/{row['metric']}"
            assert page.is_checked(f'#r{number} [name="decision.{key}"][value=watch]')
            # In a text, the letters are letters.
            page.fill(f'[name="fix.{key}"]', "")
            page.focus(f'[name="fix.{key}"]')
            page.keyboard.type("just wait, fjkw")
            page.click(f"#r{number} .go .main")
            # The policy of the server lets no test evaluate a text, so this waits for what is seen.
            page.locator(f"#r{number}").wait_for(state="hidden")
        assert page.locator(".steps .done").count() == len(rows)
        page.goto(f"http://127.0.0.1:{served.port}/meeting.html#end")
        page.fill('[name="rating"]', "8 9")
        page.click("text=Close the review >> nth=-1")
        page.wait_for_selector("text=The review is closed")
    (view,) = sample("review", "show", "--json").json["reviews"]
    assert (view["led_by"], view["rating"], view["week"]) == ("david", "8.5", "2026-W46")
    assert [row["fix"] for row in view["rows"]] == ["just wait, fjkw"] * len(rows)
    assert "Orgtp-By: david" in sample.git("log", "-1", "--format=%B", "main").out


def test_what_is_missing_is_told_at_its_field_without_scripts(chromium: Browser, sample: Shell) -> None:
    row = list_rows(sample)[0]
    key = f"{row['seat']}/{row['metric']}"
    before = sample.head()
    look = Look(1440, 900, scripts=False)
    with serve(sample, "--allow-write", "--as", "david") as served, open_tab(chromium, look) as tab:
        page = tab.page
        page.goto(re.findall(r"http\S+sign-in\S+", served.said)[-1])
        page.goto(f"http://127.0.0.1:{served.port}/meeting.html")
        page.fill(f'[name="changed.{key}"]', "The <b>sheet</b> moved")
        page.click("#r1 .go .main")
        # What was kept is there again, and the next row is shown.
        assert page.url.endswith("#r2")
        assert page.input_value(f'[name="changed.{key}"]') == "The <b>sheet</b> moved"
        page.fill('[name="rating"]', "eleven")
        page.click("text=Close the review >> nth=-1")
        assert "Decide what is done about it" in page.inner_text(f'[id="error.decision.{key}"]')
        assert f", {row['name']}: Decide what" in page.inner_text("[role=alert]")
        assert page.input_value('[name="rating"]') == "eleven"
        assert page.get_attribute('[name="rating"]', "aria-invalid") == "true"
        assert page.input_value(f'[name="changed.{key}"]') == "The <b>sheet</b> moved"
    assert sample.head() == before


def test_who_watches_sees_the_row_of_the_one_who_leads(chromium: Browser, sample: Shell) -> None:
    give_address(sample, david="david@example.com", janine="janine@example.com")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    options = [address if "://" in word else word for word in proxy_options(sample)]
    with serve(sample, *options, "--allow-write", "--port", str(port)):
        leads, watches = (
            {"X-Orgtp-Proxy-Secret": SECRET, "X-Forwarded-Email": f"{one}@example.com"} for one in ("david", "janine")
        )
        with (
            open_tab(chromium, LAPTOP, extra_http_headers=leads) as led,
            open_tab(chromium, LAPTOP, extra_http_headers=watches) as watched,
        ):
            led.page.goto(f"{address}/meeting.html")
            led.page.click("#start .go .main")
            led.page.locator("#r1").wait_for()
            watched.page.goto(f"{address}/meeting.html")
            watched.page.locator("[data-watch]").wait_for()
            assert watched.page.locator("[name^='decision.']").count() == 0
            watched.page.locator("#r1").wait_for()
            watched.page.get_by_text("David leads this review").wait_for()
            led.page.keyboard.press("j")
            watched.page.locator("#r2").wait_for()
