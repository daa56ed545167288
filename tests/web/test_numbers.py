"""My numbers, in a real browser on a real server: what a person sees while typing, and what is then in the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from orgtp.model.errors import BadValue
from orgtp.model.target import parse_target
from tests.conftest import NOW, Shell
from tests.web.browsers import Look, Tab, open_tab
from tests.web.keyboard import walk_with_tab
from tests.web.npm import check_html, run_axe
from tests.web.server.server import Serving, serve

# One metric of each kind that Ada enters herself; on this Friday, the values of the week are due in three days.
TARGETS = {
    "deals": ">= 12",
    "margin": ">= 95%",
    "cash": ">= USD 185000",
    "wait": "<= 1h",
    "open": "by 08:00",
    "audited": "yes",
}
RIGHT = {"deals": "13", "margin": "96%", "cash": "$186,300", "wait": "50m", "open": "07:52", "audited": "yes"}
WEEK = "2026-W47"


@pytest.fixture
def desk(acme: Shell) -> Shell:
    """The small org, in which Ada enters six numbers."""
    lines = [
        f'  {name}: {{name: The {name}, outcome: We grow, cadence: weekly, target: "{target}"}}'
        for name, target in TARGETS.items()
    ]
    acme.write("seats/ada.yaml", "\n".join([acme.read("seats/ada.yaml") + "metrics:", *lines, ""]))
    # Of the weeks before, nothing is owed.
    for path, since in (("seats/ada.yaml", "2026-01-05"), ("seats/bot.yaml", "2026-10-05")):
        acme.write(path, acme.read(path).replace(since, "2026-11-16"))
    acme.git("commit", "-qam", "Six numbers", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    return acme


def key(metric: str) -> str:
    """The key of a number of Ada's."""
    return f"ada/{metric}/{WEEK}"


@contextmanager
def signed_in(browser: Browser, served: Serving, look: Look | None = None) -> Iterator[Tab]:
    """The page of Ada's numbers, after she has opened the address that the server printed."""
    with open_tab(browser, look) as tab:
        origin = f"http://127.0.0.1:{served.port}"
        tab.page.goto(origin + re.findall(r"(/sign-in\?token=\S+)", served.said)[-1])
        tab.page.goto(f"{origin}/numbers.html")
        yield tab


@contextmanager
def numbers_of(desk: Shell, browser: Browser, look: Look | None = None) -> Iterator[Page]:
    """The same, with a server of its own. The page never complains."""
    with serve(desk, "--allow-write", "--as", "ada") as served, signed_in(browser, served, look) as tab:
        yield tab.page
        assert [error for error in tab.errors if "422" not in error and "409" not in error] == []


def enter(page: Page, metric: str, text: str) -> None:
    """Type a value, or choose it."""
    field = page.locator(f"[name='value.{key(metric)}']")
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(text)
    else:
        field.fill(text)


def send(page: Page) -> None:
    """Press the button, and wait for the answer."""
    page.locator("[data-send]").click()
    page.wait_for_load_state()


def told(page: Page, metric: str) -> str:
    """What is said below the field of a number."""
    return page.locator(f".owe:has([name='value.{key(metric)}']) [data-told]").inner_text().strip()


LOOKS = {"with-scripts": Look(), "without-scripts": Look(scripts=False), "phone": Look(360)}


@pytest.mark.parametrize("name", LOOKS)
def test_every_kind_of_number_is_recorded_in_one_commit(desk: Shell, chromium: Browser, name: str) -> None:
    before = desk.head()
    with numbers_of(desk, chromium, LOOKS[name]) as page:
        assert "6 numbers are owed" in page.inner_text("main")
        for metric, text in RIGHT.items():
            enter(page, metric, text)
        send(page)
        assert page.inner_text("h1") == "Recorded"
        assert page.locator("table.done tbody tr").count() == 6
        assert page.inner_text("table.done").count("on target") == 6
        assert "Nothing else is owed." in page.inner_text("main")
        page.goto(page.url.partition("?")[0])
        assert page.inner_text("h1") == "Nothing is owed"
    assert desk.git("rev-list", "--count", f"{before}..HEAD").out == "1\n"
    message = desk.git("log", "-1", "--format=%B").out
    assert "Orgtp-By: ada" in message
    assert "Orgtp-Action: score" in message
    found = {line["metric"]: line["value"] for line in recorded(desk)}
    assert found == {"deals": "13", "margin": "96", "cash": "186300", "wait": "50m", "open": "07:52", "audited": "yes"}


def test_firefox_records_it_too(desk: Shell, firefox: Browser) -> None:
    with numbers_of(desk, firefox) as page:
        enter(page, "deals", "13")
        assert told(page, "deals") == "On target"
        send(page)
        assert page.inner_text("h1") == "Recorded"
    assert [line["value"] for line in recorded(desk)] == ["13"]


def recorded(shell: Shell) -> list[dict[str, str | None]]:
    """The records of Ada's in the ledger, the oldest first."""
    path = shell.folder / "scores/ada/2026-11.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


TYPED = {
    "deals": ["12", "11.9", "1,200", "1,20", "12.5.1", "-3", "12%", " 13 ", "1e2", ""],
    "margin": ["95", "95%", "94.99 %", "100", "ninety"],
    "cash": ["185000", "185,000", "$184,999.99", "USD 185000", "185.000", "EUR 5"],
    "wait": ["1h", "61m", "90m", "1h30m", "3600s", "0.5h", "1 hour", "60"],
    "open": ["08:00", "8:00", "08:01", "24:15", "7"],
    "audited": ["yes", "no"],
}


def test_what_is_said_while_typing_is_the_verdict(desk: Shell, chromium: Browser) -> None:
    """The script may be unsure and say nothing. What it says is never another verdict than that of the record."""
    sure = 0
    with numbers_of(desk, chromium) as page:
        for metric, texts in TYPED.items():
            target = parse_target(TARGETS[metric])
            assert target
            for text in texts:
                enter(page, metric, text)
                said = told(page, metric)
                try:
                    expected = "On target" if target.is_met(target.unit.parse_amount(text)) else "Off target"
                except BadValue:
                    expected = ""
                assert said in {expected, ""} or "?" in said, (metric, text)
                sure += said == expected != ""
    assert sure >= 20


def test_a_value_that_does_not_fit_is_reported_at_its_field(desk: Shell, chromium: Browser) -> None:
    before = desk.head()
    with numbers_of(desk, chromium) as page:
        enter(page, "deals", "twelve")
        enter(page, "margin", "96")
        page.locator(f"[name='unknown.{key('cash')}']").check()
        send(page)
        assert "2 fields do not fit" in page.inner_text("[role=alert] h2")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        assert "twelve" in told(page, "deals")
        assert page.locator("[aria-invalid]").count() == 2
        # What was right is kept, and so is what was wrong.
        assert page.input_value(f"[name='value.{key('margin')}']") == "96"
        assert page.input_value(f"[name='value.{key('deals')}']") == "twelve"
        assert run_axe(page) == []
        page.locator("[role=alert] a", has_text="The deals").click()
        assert page.evaluate("document.activeElement.name") == f"value.{key('deals')}"
        assert desk.head() == before
        enter(page, "deals", "12")
        page.fill(f"[name='reason.{key('cash')}']", "The bank is closed.")
        send(page)
        assert page.inner_text("h1") == "Recorded"
        assert "The bank is closed." in page.inner_text("table.done")
    assert {line["metric"]: line["value"] for line in recorded(desk)} == {"deals": "12", "margin": "96", "cash": None}


def test_nobody_overwrites_what_they_have_not_seen(desk: Shell, chromium: Browser) -> None:
    """Two people enter the same number: the second sees the first value before their own is sent."""
    with numbers_of(desk, chromium) as page:
        enter(page, "deals", "20")
        desk("score", "add", "ada", "deals", "14", "--for", WEEK, "--by", "ada")
        send(page)
        assert "Somebody else has recorded a number meanwhile" in page.inner_text("[role=alert] h2")
        field = page.locator(f".owe:has([name='value.{key('deals')}'])")
        assert "14, recorded by Ada" in field.inner_text()
        assert page.input_value(f"[name='value.{key('deals')}']") == "20"
        assert [line["value"] for line in recorded(desk)] == ["14"]
        send(page)
        assert page.inner_text("h1") == "Recorded"
    assert [line["value"] for line in recorded(desk)] == ["14", "20"]


def test_a_number_whose_metric_has_gone_meanwhile_says_so_and_keeps_the_others(desk: Shell) -> None:
    """A form that was opened before a metric was removed by hand."""
    with serve(desk, "--allow-write", "--as", "ada") as served:
        browser = served.sign_in()
        token = browser.find_token("/numbers.html")
        typed = {"csrf": token, f"value.{key('margin')}": "96%", "value.ada/nothing/2026-W47": "7"}
        got = browser.post("/act/scores", typed)
        assert got.status == 422
        text = re.sub(r"<[^>]+>", "", got.text)
        assert "ada nothing 2026-W47 = 7: " in text
        assert 'value="96%"' in got.text
        assert browser.post("/act/scores", {"csrf": token, f"value.{key('margin')}": "96%"}).status == 303


def test_a_doubtful_value_is_doubted_and_recorded(desk: Shell, chromium: Browser) -> None:
    with numbers_of(desk, chromium) as page:
        enter(page, "margin", "0.96")
        assert "Is 96% meant?" in told(page, "margin")
        send(page)
        assert page.inner_text("h1") == "Recorded"
        assert "Is 96% meant?" in page.inner_text(".notice")
    assert [line["value"] for line in recorded(desk)] == ["0.96"]


def test_a_number_that_was_given_can_be_corrected(desk: Shell, chromium: Browser) -> None:
    desk("score", "add", "ada", "deals", "14", "--for", WEEK, "--by", "ada")
    with numbers_of(desk, chromium) as page:
        assert "5 numbers are owed" in page.inner_text("main")
        page.get_by_text("Correct one that I gave").click()
        assert page.inner_text("h1") == "Correct a number"
        assert "Now: 14, recorded by Ada" in page.inner_text("main")
        enter(page, "deals", "15")
        page.locator("summary").first.click()
        page.fill(f"[name='note.{key('deals')}']", "Counted again")
        send(page)
        assert page.inner_text("h1") == "Recorded"
    assert [(line["value"], line.get("note")) for line in recorded(desk)] == [("14", None), ("15", "Counted again")]


def test_what_can_only_be_queued_is_called_queued(desk: Shell, chromium: Browser) -> None:
    with numbers_of(desk, chromium) as page:
        enter(page, "deals", "14")
        (desk.folder / ".git" / "refs" / "heads" / "main.lock").touch()
        send(page)
        assert page.inner_text("h1") == "Queued, not recorded yet"
        assert "could only be queued" in page.inner_text(".notice")
    assert recorded(desk) == []


def test_the_page_works_by_keyboard_alone(desk: Shell, chromium: Browser) -> None:
    with numbers_of(desk, chromium) as page:
        assert [stop for stop in walk_with_tab(page) if not (stop.ring and stop.seen)] == []
        page.reload()
        page.locator(f"[name='value.{key('deals')}']").focus()
        page.keyboard.type("13")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator(f"[name='reason.{key('deals')}']").evaluate("one => one === document.activeElement")
        page.keyboard.press("Shift+Tab")
        page.locator(f"[name='value.{key('deals')}']").focus()
        page.keyboard.type("13")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.inner_text("h1") == "Recorded"


HOSTILE = "</script><img src=x onerror=alert(1)>'&amp;{{7*7}}"


def test_texts_of_users_stay_texts(desk: Shell, chromium: Browser, tmp_path: Path) -> None:
    desk.write("seats/ada.yaml", desk.read("seats/ada.yaml").replace("The audited", f'"{HOSTILE}"'))
    desk.git("commit", "-qam", "A name", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    with numbers_of(desk, chromium) as page:
        assert page.inner_text(".owe .q >> nth=0") == HOSTILE
        (tmp_path / "numbers.html").write_text(page.request.get(page.url).text(), encoding="utf-8")
        assert check_html([tmp_path / "numbers.html"]) == []
        page.locator("summary").first.click()
        page.locator(".note").first.fill(HOSTILE)
        enter(page, "audited", "yes")
        enter(page, "deals", HOSTILE)
        send(page)
        assert HOSTILE in page.inner_text("[role=alert]")
        assert page.input_value(f"[name='value.{key('deals')}']") == HOSTILE
        assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize("look", [Look(360, dark=True), Look(forced_colors=True)], ids=["phone-dark", "forced-colors"])
def test_axe_finds_nothing(desk: Shell, chromium: Browser, look: Look) -> None:
    with numbers_of(desk, chromium, look) as page:
        assert run_axe(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth")
