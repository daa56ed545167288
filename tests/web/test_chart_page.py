"""The chart page in a browser: the list by keyboard, folding, search, the slider, the address, and no script at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Browser, Page

from orgtp.api import open_org
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.links import FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages.page import ANYONE, PageRequest, gather_facts
from orgtp.web.pages.registry import find_page
from tests.conftest import Shell
from tests.web.browsers import Look, open_tab
from tests.web.drawing import measure_drawing
from tests.web.keyboard import press_keys

IDS = ["bogdan", "crystal", "dash", "david", "janine", "jeff", "kristen", "penny", "pixel", "radar", "sift", "tally"]


@contextmanager
def open_chart(browser: Browser, site: Path, look: Look | None = None, hash_: str = "") -> Iterator[Page]:
    """The chart page of a written site, without errors at the end."""
    with open_tab(browser, look) as tab:
        tab.page.goto((site / "chart.html").as_uri() + hash_)
        yield tab.page
        assert tab.errors == []


def stop_clock(page: Page) -> None:
    """Stop the time of the page, so that what it does does not depend on how busy the machine is."""
    page.clock.install(time=0)
    page.clock.pause_at(60)


def list_seen(page: Page) -> list[str]:
    """The seats of the list that can be seen, in order."""
    found: list[str] = page.locator("li[data-s]:visible").evaluate_all("all => all.map((one) => one.dataset.s)")
    return found


def find_focus(page: Page) -> str:
    """The seat whose item has the focus."""
    return str(page.evaluate("document.activeElement.dataset.s ?? document.activeElement.tagName"))


def test_every_seat_is_once_in_the_list_in_the_order_of_the_chart(sample_site: Path) -> None:
    """Read from the file, as a screen reader does."""
    page = html.document_fromstring((sample_site / "chart.html").read_bytes())
    items = [one for one in page.iter("li") if one.get("role") == "treeitem"]
    assert sorted(str(item.get("data-s")) for item in items) == IDS
    assert [item.get("data-s") for item in items][:4] == ["david", "bogdan", "janine", "penny"]
    assert [len([*item.iterancestors("li")]) + 1 for item in items] == [
        int(item.get("aria-level", 0)) for item in items
    ]
    assert [item.get("tabindex") for item in items].count("0") == 1


def test_the_list_is_moved_through_by_keys(sample_site: Path, chromium: Browser) -> None:
    """One tab stop; arrows, Home, End, letters and Enter."""
    with open_chart(chromium, sample_site) as page:
        stop_clock(page)
        page.locator("li[data-s=david]").focus()
        press_keys(page, "ArrowDown", "ArrowDown")
        assert find_focus(page) == "janine"
        press_keys(page, "ArrowRight")
        assert find_focus(page) == "penny"
        press_keys(page, "ArrowLeft")
        assert find_focus(page) == "janine"
        press_keys(page, "ArrowLeft")
        assert page.locator("li[data-s=janine]").get_attribute("aria-expanded") == "false"
        assert "penny" not in list_seen(page)
        press_keys(page, "ArrowDown")
        assert find_focus(page) == "kristen"
        press_keys(page, "End")
        assert find_focus(page) == "tally"
        press_keys(page, "Home")
        assert find_focus(page) == "david"
        press_keys(page, "j")
        assert find_focus(page) == "janine"
        page.clock.run_for(800)
        press_keys(page, "j", "e")
        assert find_focus(page) == "jeff"
        assert page.locator("li[tabindex='0']").count() == 1
        press_keys(page, "Enter")
        page.wait_for_url("**/seat/jeff.html")


def test_a_phone_gets_the_list_first(sample_site: Path, chromium: Browser) -> None:
    """The drawing is not for a narrow screen."""
    with open_chart(chromium, sample_site, Look(360, 700)) as page:
        tree, rail = page.locator("[role=tree]").bounding_box(), page.locator(".changes").bounding_box()
        assert tree
        assert rail
        assert tree["y"] < rail["y"]
        assert not page.locator("[data-draw]").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_search_unfolds_the_way_to_its_hits(sample_site: Path, chromium: Browser) -> None:
    """By name, role and capability; what was folded before is folded again."""
    with open_chart(chromium, sample_site) as page:
        page.get_by_role("button", name="1", exact=True).click()
        assert list_seen(page) == ["david", "bogdan", "janine", "kristen", "radar"]
        press_keys(page, "/")
        page.keyboard.type("record clean")
        assert page.locator("[data-found]").inner_text() == "1 seat"
        assert "sift" in list_seen(page)
        assert "penny" not in list_seen(page)
        press_keys(page, "Escape")
        assert list_seen(page) == ["david", "bogdan", "janine", "kristen", "radar"]
        page.keyboard.type("client complaint")
        assert page.locator("li.hit").count() == 1


def test_only_what_needs_a_person(sample_site: Path, chromium: Browser) -> None:
    """Those that are off, late or drifting, and the way to them."""
    with open_chart(chromium, sample_site) as page:
        page.get_by_label("only what needs a person").check()
        seen = list_seen(page)
        assert 1 < len(seen) < len(IDS)
        needed = [one.get_attribute("data-s") for one in page.locator("li.needs").all() if one.is_visible()]
        assert needed
        leaves = [one for one in seen if page.locator(f"li[data-s={one}] li:visible").count() == 0]
        assert set(leaves) <= set(needed)


def test_kinds_are_shown_only_on_request(sample_site: Path, chromium: Browser) -> None:
    """Views do not label a seat as a person or an agent."""
    with open_chart(chromium, sample_site) as page:
        assert page.locator("li .kd:visible").count() == 0
        page.get_by_label("show kinds").check()
        assert page.locator("li .kd:visible").count() == len(IDS)


def move_slider(page: Page, day: str) -> None:
    """Move the slider to a day."""
    number = page.evaluate(
        "day => JSON.parse(document.querySelector('[data-chart]').textContent).days.days.indexOf(day)", day
    )
    assert number >= 0
    page.locator("[data-time] input").evaluate(
        "(one, number) => { one.value = number; one.dispatchEvent(new Event('input', {bubbles: true})); }", number
    )


def test_the_slider_shows_the_day_in_list_counts_and_rail(sample_site: Path, chromium: Browser) -> None:
    """On 5 October, Echo is not retired yet, and Pixel is there."""
    with open_chart(chromium, sample_site) as page:
        before = page.locator("[data-counts]").inner_text()
        move_slider(page, "2026-10-05")
        slider = page.get_by_role("slider")
        assert slider.get_attribute("aria-valuetext") == "Monday 5 October 2026"
        assert page.locator("[data-day]").inner_text() == "Mon 5 Oct 2026"
        assert page.locator("[data-total]").inner_text() == "13 seats then"
        assert "echo" in list_seen(page)
        assert page.locator("li[data-s=echo]").get_attribute("aria-level") == "3"
        assert page.locator("li[data-s=echo] a").get_attribute("href") == "seat/echo.html"
        assert page.locator("[data-counts]").inner_text() != before
        later = page.locator("[data-changes] li.later").all_inner_texts()
        assert any("Echo" in one for one in later)
        assert page.locator("[data-changes] li.now").count() >= 1
        page.get_by_role("link", name="The scorecard of this day").click()
        table = page.locator("[data-then] table")
        assert "Echo" in table.inner_text()
        assert "Kristen" in table.inner_text()
        page.get_by_role("button", name="Change before").click()
        assert page.locator("[data-day]").inner_text() == "Mon 28 Sep 2026"
        move_slider(page, "2026-11-20")
        assert "echo" not in list_seen(page)
        assert page.locator("[data-counts]").inner_text() == before
        assert not page.locator("[data-then]").is_visible()
        assert not page.get_by_role("link", name="The scorecard of this day").is_visible()
        assert "now" in (slider.get_attribute("aria-valuetext") or "")


def test_the_slider_is_moved_by_keys(sample_site: Path, chromium: Browser) -> None:
    """It is a slider like any other."""
    with open_chart(chromium, sample_site) as page:
        page.get_by_role("slider").focus()
        press_keys(page, "ArrowLeft")
        assert page.locator("[data-day]").inner_text() == "Thu 19 Nov 2026"
        press_keys(page, "Home")
        assert page.locator("[data-day]").inner_text() == "Mon 24 Aug 2026"


def test_the_scorecard_leads_to_the_slider(sample_site: Path, chromium: Browser) -> None:
    with open_tab(chromium) as tab:
        tab.page.goto((sample_site / "scorecard.html").as_uri())
        tab.page.get_by_role("link", name="As of another day").click()
        tab.page.wait_for_url("**/chart.html#slider")
        assert tab.page.get_by_role("slider").is_visible()


def test_no_two_buttons_fold_to_the_same(sample_site: Path, acme: Shell, chromium: Browser) -> None:
    """An org with one level below the first seat has nothing to choose."""
    acme("site", "../small")
    for site, expected in ((sample_site, ["1", "2", "all levels"]), (acme.folder.parent / "small", [])):
        with open_chart(chromium, site) as page:
            shown = [one.inner_text() for one in page.locator("[data-levels]").all() if one.is_visible()]
            assert shown == expected


def test_the_address_marks_a_seat(sample_site: Path, chromium: Browser) -> None:
    """`#seat/sift` unfolds the way to it."""
    with open_chart(chromium, sample_site, hash_="#seat/sift") as page:
        assert page.locator("li[data-s=sift]").is_visible()
        page.get_by_role("button", name="1", exact=True).click()
        assert not page.locator("li[data-s=sift]").is_visible()
        page.evaluate("location.hash = '#seat/dash'")
        page.locator("li[data-s=dash]").wait_for()


def test_without_scripts_the_page_has_list_and_rail(sample_site: Path, chromium: Browser) -> None:
    """What does nothing without a script is not there."""
    with open_chart(chromium, sample_site, Look(scripts=False)) as page:
        assert page.locator("li[data-s]").count() == len(IDS)
        assert page.locator("[data-changes] li").count() > 10
        for part in ("[data-controls]", "[data-time]", "[data-keys]", "[data-then]"):
            assert not page.locator(part).is_visible()


@pytest.mark.parametrize("name", ["list", "slider"])
def test_firefox_does_the_same(sample_site: Path, firefox: Browser, name: str) -> None:
    """The list by keys, and the slider."""
    with open_chart(firefox, sample_site) as page:
        if name == "list":
            page.locator("li[data-s=david]").focus()
            press_keys(page, "ArrowDown", "ArrowDown", "ArrowRight")
            assert find_focus(page) == "penny"
        else:
            move_slider(page, "2026-10-05")
            assert "echo" in list_seen(page)


BOXES = {"boxes": ".boxes .body", "texts": ".boxes text", "lines": ".lines path:not(.dot)"}


def list_drawn(page: Page) -> list[str]:
    """The seats of the drawing, as boxes or frames."""
    found: list[str] = page.locator("[data-draw] g[data-s]").evaluate_all("all => all.map((one) => one.dataset.s)")
    return sorted(found)


def test_every_seat_is_once_in_the_drawing(sample_site: Path, chromium: Browser) -> None:
    """The drawing that Python wrote is the one that the script would draw, so nothing moves at the start."""
    with open_chart(chromium, sample_site, Look(scripts=False)) as page:
        assert list_drawn(page) == IDS
        written = page.locator("[data-draw] svg g.boxes").evaluate("one => one.innerHTML")
    with open_chart(chromium, sample_site) as page:
        assert list_drawn(page) == IDS
        drawn = page.locator("[data-draw] svg g.boxes").evaluate("one => one.innerHTML")
    assert drawn.replace("\n", "") == written.replace("\n", "")


def test_folding_lays_the_drawing_out_again(sample_site: Path, chromium: Browser) -> None:
    """List and drawing say the same, nothing overlaps, and what is folded away is counted."""
    with open_chart(chromium, sample_site, Look(reduced_motion=True)) as page:
        width = page.locator("[data-draw] > svg").evaluate("one => one.viewBox.baseVal.width")
        page.locator("g[data-s=radar] .fold").click()
        assert list_drawn(page) == sorted(list_seen(page))
        assert "jeff" not in list_drawn(page)
        assert page.locator("g[data-s=radar] .fold").text_content() == "+521"
        assert page.locator("[data-draw] > svg").evaluate("one => one.viewBox.baseVal.width") < width
        page.locator("li[data-s=radar]").focus()
        press_keys(page, "ArrowRight")
        assert list_drawn(page) == IDS
        assert measure_drawing(page, **BOXES).found == []


def test_an_address_that_was_cut_off_shows_the_chart(sample_site: Path, chromium: Browser) -> None:
    """A fragment that cannot be decoded names nothing, and ends no script."""
    with open_tab(chromium) as tab:
        errors: list[str] = []
        tab.page.on("pageerror", lambda error: errors.append(str(error)))
        tab.page.goto(f"{(sample_site / 'chart.html').as_uri()}#seat/%E0%A4%A")
        assert tab.page.get_by_label("only what needs a person").is_visible()
        assert errors == []


def test_a_filter_lays_the_drawing_out_again(sample_site: Path, chromium: Browser) -> None:
    """Only what needs a person, and the way to it."""
    with open_chart(chromium, sample_site, Look(reduced_motion=True)) as page:
        page.get_by_label("only what needs a person").check()
        assert list_drawn(page) == sorted(list_seen(page))
        assert measure_drawing(page, **BOXES).found == []
        page.get_by_label("only what needs a person").uncheck()
        assert list_drawn(page) == IDS


def test_the_drawing_follows_the_slider(sample_site: Path, chromium: Browser) -> None:
    """Boxes that stay are the same elements, and slide; with reduced motion, they are there at once."""
    with open_chart(chromium, sample_site, Look(reduced_motion=True)) as page:
        page.locator("g[data-s=crystal]").evaluate("one => { one.isKept = true; }")
        move_slider(page, "2026-09-04")
        assert list_drawn(page) == sorted(list_seen(page))
        assert "echo" in list_drawn(page)
        assert page.locator("g[data-s=crystal]").evaluate("one => one.isKept")
        assert page.locator("path[data-s=crystal]").count() == 1
        assert page.locator("g[data-s=sift]").text_content() or ""
        assert "owner Bogdan" in (page.locator("g[data-s=sift]").text_content() or "")
        assert measure_drawing(page, **BOXES).found == []


def test_boxes_slide_for_a_moment(sample_site: Path, chromium: Browser) -> None:
    """On the way from one day to another, a box is between its two places, and so is its line."""
    with open_chart(chromium, sample_site) as page:
        find = "() => document.querySelector('g[data-s=pixel]').getAttribute('transform')"
        start = page.evaluate(find)
        stop_clock(page)
        move_slider(page, "2026-10-05")
        places = []
        for _ in range(20):
            places.append(page.evaluate(find))
            page.clock.run_for(50)
        assert places[0] == start
        assert places[-1] == places[-2] != start
        assert len(set(places)) > 2


def test_focus_in_the_list_marks_the_box(sample_site: Path, chromium: Browser) -> None:
    """And the address does, too; a screen reader gets only the list."""
    with open_chart(chromium, sample_site, hash_="#seat/sift") as page:
        assert page.locator("g.cur").get_attribute("data-s") == "sift"
        page.locator("li[data-s=david]").focus()
        press_keys(page, "ArrowDown")
        assert page.locator("g.cur").get_attribute("data-s") == "bogdan"
        assert page.locator("[data-draw] > svg").get_attribute("aria-hidden") == "true"


def test_the_drawing_zooms_and_is_dragged(sample_site: Path, chromium: Browser) -> None:
    """Buttons, the wheel with Ctrl, and a pointer; a click that ends a drag opens no page."""
    with open_chart(chromium, sample_site, Look(800, 700)) as page:
        told = page.locator("[data-zoomed]")
        page.get_by_role("button", name="Fit").click()
        before = int(told.inner_text().rstrip("%"))
        assert before < 100
        page.get_by_role("button", name="Larger").click()
        assert int(told.inner_text().rstrip("%")) == before + 10
        view = page.locator("[data-draw]")
        box = view.bounding_box()
        assert box
        page.mouse.move(box["x"] + 300, box["y"] + 150)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -100)
        page.keyboard.up("Control")
        page.wait_for_function(
            "before => parseInt(document.querySelector('[data-zoomed]').textContent) > before + 10", arg=before
        )
        page.get_by_role("button", name="100%").or_(page.get_by_title("Actual size")).first.click()
        view.evaluate("one => { one.scrollLeft = 0; }")
        page.mouse.move(box["x"] + 400, box["y"] + 180)
        page.mouse.down()
        page.mouse.move(box["x"] + 250, box["y"] + 180, steps=5)
        page.mouse.up()
        assert view.evaluate("one => one.scrollLeft") >= 100
        assert page.url.endswith("chart.html")


def test_small_drawings_show_names_and_what_is_off(sample_site: Path, chromium: Browser) -> None:
    """Below 70 per cent, roles cannot be read."""
    with open_chart(chromium, sample_site, Look(1000, 800)) as page:
        for _ in range(8):
            page.get_by_role("button", name="Smaller").click()
        assert page.locator("g[data-s=sift] .rl").first.is_hidden()
        assert page.locator("g[data-s=sift] .nm").is_visible()
        assert page.locator("g[data-s=sift] .is-off").first.is_visible()


def test_on_paper_each_branch_has_its_own_page(sample_site: Path, chromium: Browser) -> None:
    """The drawing, what changed, the top of the list, and a page for each branch, also for what is folded."""
    with open_chart(chromium, sample_site) as page:
        page.get_by_role("button", name="1", exact=True).click()
        page.emulate_media(media="print")
        assert page.locator("li[data-s=sift]").is_visible()
        assert not page.locator("[data-controls]").is_visible()
        branches = page.locator("li[data-s=janine], li[data-s=kristen], li[data-s=radar]")
        assert branches.evaluate_all("all => all.map((one) => getComputedStyle(one).breakBefore)") == ["page"] * 3
        path = "one => getComputedStyle(one, '::before').content"
        assert page.locator("li[data-s=radar] > .row .who").evaluate(path) == '"David › "'
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 6


@contextmanager
def open_thousand(browser: Browser, thousand: Shell) -> Iterator[Page]:
    """The chart page of an org of 1,000 seats."""
    org = open_org(thousand.folder)
    page = render_page(
        find_page("chart.html").kind.build(PageRequest(org)), Frame(gather_facts(org), FileLinks("chart.html"), ANYONE)
    )
    for name in (STYLE, SCRIPT):
        thousand.write(f"site/static/{name}", read_asset(name))
    thousand.write("site/chart.html", page)
    with open_chart(browser, thousand.folder / "site", Look(reduced_motion=True)) as shown:
        yield shown


def test_a_thousand_seats_begin_folded_and_open_one_branch_at_a_time(thousand: Shell, chromium: Browser) -> None:
    """At most 60 boxes at first; opening a branch closes those beside it; search unfolds the way to its hits."""
    with open_thousand(chromium, thousand) as page:
        assert len(gzip.compress(thousand.read("site/chart.html").encode())) < 90_000
        assert page.locator("li[data-s]").count() == 1000
        first = list_drawn(page)
        assert len(first) <= 60
        page.locator("g[data-s=david] .fold").click()
        ids = [one for one in list_seen(page) if one.startswith("manager")][:2]
        assert len(ids) == 2
        for id_ in ids:
            page.locator(f"g[data-s={id_}] .fold").click()
            assert page.locator(f"li[data-s={id_}]").get_attribute("aria-expanded") == "true"
        assert page.locator(f"li[data-s={ids[0]}]").get_attribute("aria-expanded") == "false"
        assert list_drawn(page) == sorted(list_seen(page))
        assert measure_drawing(page, **BOXES).found == []
        press_keys(page, "/")
        page.keyboard.type("agent-00777")
        page.locator("g.b.hit").wait_for()
        assert list_drawn(page) == sorted(list_seen(page))
