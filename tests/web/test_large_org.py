"""Pages of an org with more metrics than a browser shows: they have what needs a person, and find the rest."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser, expect

from orgtp.api import open_org
from orgtp.views.scorecard.groups import RowGroup
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.links import FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages import review, scorecard
from orgtp.web.pages.page import ANYONE, PageRequest, gather_facts
from orgtp.web.pages.registry import find_page
from tests.conftest import Shell, make_home, make_once
from tests.web.browsers import open_tab
from tests.web.server.server import serve
from tools.wide_org import NOW, make_wide_org

SEATS = 1500


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org with more than 2,000 metrics."""
    return make_once(tmp_path_factory, "large-org", partial(_make_large)) / "large"


def _make_large(base: Path) -> None:
    make_wide_org(base / "large", SEATS, weeks=1)


def read_page(folder: Path, path: str, *, served: bool = True, **query: str) -> Any:
    """A page as a server sends it."""
    org = open_org(folder, now=NOW)
    page = find_page(path).kind.build(PageRequest(org, query=query, is_served=served))
    text = render_page(page, Frame(gather_facts(org), FileLinks(path), ANYONE, is_served=served))
    return html.document_fromstring(str(text))


def list_rows(page: Any) -> list[str]:
    """The rows of a scorecard, as SEAT/METRIC."""
    return [str(row.get("id")) for row in page.xpath("//tr[@data-n]")]


def test_the_scorecard_has_the_rows_that_need_a_person_first(large: Path) -> None:
    card = open_org(large, now=NOW).scorecard()
    page = read_page(large, "scorecard.html")
    rows = list_rows(page)
    assert len(rows) == scorecard.MOST_ROWS < len(card.rows)
    assert (
        f"The first {len(rows)} metrics of {len(card.rows)}, what needs a person first. To find" in page.text_content()
    )
    order = [list(RowGroup).index(RowGroup(one.get("data-g"))) for one in page.xpath("//tr[@data-n]")]
    assert order == sorted(order)
    off = {f"{row.seat}/{row.metric}" for row in card.rows if row.state == "off"}
    assert off <= set(rows)
    assert "Others are on the pages of their seats." in read_page(large, "scorecard.html", served=False).text_content()


def test_the_server_finds_the_others(large: Path) -> None:
    shown = set(list_rows(read_page(large, "scorecard.html")))
    card = open_org(large, now=NOW).scorecard()
    other = next(row for row in card.rows if f"{row.seat}/{row.metric}" not in shown)
    found = read_page(large, "scorecard.html", q=other.seat)
    assert f"{other.seat}/{other.metric}" in list_rows(found)
    assert all(row.startswith(f"{other.seat}/") for row in list_rows(found))
    assert "No metric fits." in read_page(large, "scorecard.html", q="nobody has this").text_content()
    owned = [f"{row.seat}/{row.metric}" for row in card.rows if row.owner == other.owner]
    by_owner = read_page(large, "scorecard.html", owner=other.owner or "", order="chart")
    assert list_rows(by_owner) == owned
    assert f"{len(owned)} metrics of {len(card.rows)}." in by_owner.text_content()
    in_order = [f"{row.seat}/{row.metric}" for row in card.rows[: scorecard.MOST_ROWS]]
    assert list_rows(read_page(large, "scorecard.html", order="chart")) == in_order


def test_a_filter_of_a_large_scorecard_asks_the_server(large: Path, chromium: Browser, tmp_path: Path) -> None:
    """By Enter and by choosing an owner; what was chosen before stays."""
    shell = Shell(large, make_home(tmp_path / "home"))
    with serve(shell, ORGTP_NOW=NOW.isoformat()) as served, open_tab(chromium) as tab:
        tab.page.set_default_timeout(120_000)
        tab.page.goto(served.browser().origin + "/scorecard.html")
        tab.page.get_by_label("Find a seat or a metric").fill("agent-0139")
        assert tab.page.locator("tr[data-n]:visible").count() == scorecard.MOST_ROWS
        tab.page.get_by_label("Find a seat or a metric").press("Enter")
        tab.page.wait_for_url("**/scorecard.html?*q=agent-0139*")
        count = tab.page.locator("tr[data-n]").count()
        assert 5 <= count <= 20
        tab.page.get_by_role("button", name="Needs a person").click()
        tab.page.wait_for_url("**state=person*")
        tab.page.get_by_label("Owner").select_option(index=1)
        tab.page.wait_for_url("**owner=manager*")
        assert "state=person" in tab.page.url
        assert "q=agent-0139" in tab.page.url
        expect(tab.page.locator("tr[data-n]")).to_have_count(
            tab.page.locator("tr[data-n][data-g=off], tr[data-n][data-g=late], tr[data-n][data-g=unknown]").count()
        )
        assert not tab.errors


def test_an_opened_branch_stays_in_the_window(large: Path, chromium: Browser, tmp_path: Path) -> None:
    """Its box slides to another place, in a drawing that has another width."""
    org = open_org(large, now=NOW)
    page = render_page(
        find_page("chart.html").kind.build(PageRequest(org)), Frame(gather_facts(org), FileLinks("chart.html"), ANYONE)
    )
    (tmp_path / "static").mkdir()
    (tmp_path / "chart.html").write_text(str(page), encoding="utf-8")
    for name in (STYLE, SCRIPT):
        (tmp_path / "static" / name).write_text(read_asset(name), encoding="utf-8")
    with open_tab(chromium) as tab:
        tab.page.set_default_timeout(120_000)
        tab.page.goto((tmp_path / "chart.html").as_uri())
        view = tab.page.locator("[data-draw]")
        for seat in ("david", "manager-060", "manager-003"):
            view.locator(f"[data-s={seat}] .fold").first.click()
            expect(view.locator("[data-at]")).to_have_count(0)
            tab.page.wait_for_function(IS_IN_WINDOW, arg=seat)
        assert not tab.errors


# Whether the box of a seat is in the window onto the drawing.
IS_IN_WINDOW = """seat => {
  const view = document.querySelector("[data-draw]");
  const [box, frame] = [view.querySelector(`.b[data-s=${seat}]`), view].map((one) => one.getBoundingClientRect());
  return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
}"""


def test_the_review_shows_the_first_rows_and_counts_all(large: Path) -> None:
    agenda = open_org(large, now=NOW).reviews.agenda()
    most = len([row for row in agenda.rows if row.state.must_close])
    page = read_page(large, "review.html")
    assert len(page.xpath("//section[@class='entry']")) == min(most, review.MOST_ROWS)
    assert most > review.MOST_ROWS
    assert f"{most} rows to discuss" in page.text_content()
    assert f"These are the first {review.MOST_ROWS} of {most} rows to discuss." in page.text_content()
