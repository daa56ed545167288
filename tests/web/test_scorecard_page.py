"""The page of the scorecard: the verdicts of the command, in a grid that opens, filters and is walked with keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from lxml import html
from playwright.sync_api import Browser, Page, Route

from orgtp.api import open_org
from orgtp.model.errors import BadInput
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.links import FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages.page import ANYONE, PageRequest, gather_facts
from orgtp.web.pages.scorecard import build_scorecard_page
from tests.brief.test_brief import HOSTILE
from tests.conftest import NOW, Shell
from tests.web.browsers import Look, open_tab
from tests.web.npm import check_html, run_axe

SIGNS = {"on": "on", "off": "off", "unavailable": "un", "missing": "mi", "pending": "pe", "none": ""}
ROWS = "//tr[@data-n]"
FIXED = 5


def parse(text: str | bytes) -> Any:
    """A page as a tree."""
    return html.document_fromstring(text)


def read_page(site: Path) -> Any:
    """The page of a written site."""
    return parse((site / "scorecard.html").read_bytes())


def keys(page: Any) -> list[str]:
    """The rows of the page, as SEAT/METRIC."""
    return [str(row.get("id")) for row in page.xpath(ROWS)]


def rendered(folder: Path, query: dict[str, str] | None = None, *, served: bool = True, at: str | None = None) -> str:
    """The page as a server sends it."""
    org = open_org(folder, now=datetime.fromisoformat(NOW), at=at)
    page = build_scorecard_page(PageRequest(org, query=query or {}, is_served=served))
    return str(render_page(page, Frame(gather_facts(org), FileLinks("scorecard.html"), ANYONE, is_served=served)))


def test_the_verdicts_are_those_of_the_command(sample: Shell, sample_site: Path) -> None:
    """Every row and every cell: the state by class and sign, and the counts."""
    page, told = read_page(sample_site), sample("scorecard", "--json").json
    found = {f"{row['seat']}/{row['metric']}": row for row in told["rows"]}
    assert sorted(keys(page)) == sorted(found)
    heads = [head.text for head in page.xpath("//thead//th")][FIXED:]
    assert heads == [week.partition("-")[2] for week in told["columns"]]
    checked = 0
    for line in page.xpath(ROWS):
        row = found[line.get("id")]
        cells = line.xpath("./td[contains(concat(' ', @class, ' '), ' v ')]")
        assert len(cells) == len(row["cells"])
        for shown, cell in zip(cells, row["cells"], strict=True):
            sign = SIGNS[cell["state"]]
            assert {"on", "off", "un", "mi", "pe"} & set(shown.get("class").split()) == ({sign} if sign else set())
            assert [use.get("href") for use in shown.iter("use")] == ([f"#s-{sign}"] if sign else [])
            assert ("corrected" in (shown.xpath("string(a/@aria-label)"))) == cell["corrected"]
            checked += bool(sign)
        hits = line.xpath("string(td[@class='ot'])")
        assert hits == (f"{row['on_target']}/{row['known']}" if row["known"] else "")
    assert checked > 200
    states = [row["state"] for row in told["rows"]]
    text = page.xpath("string(//p[@class='tags'])")
    assert f"{states.count('on')} on target" in text
    assert f"{states.count('off')} off" in text


def test_what_needs_a_person_comes_first(sample: Shell, sample_site: Path) -> None:
    page = read_page(sample_site)
    order = ["late", "unknown", "drifting", "off", "hit-or-miss", "on", "waiting"]
    groups = [row.get("data-g") for row in page.xpath(ROWS)]
    assert groups == sorted(groups, key=order.index)
    health = {f"{one['seat']}/{one['metric']}": one for one in sample("health", "--json").json["metrics"]}
    late = {f"{one['seat']}/{one['metric']}" for one in sample("stale", "--json", code=1).json["stale"]}
    states = {f"{row['seat']}/{row['metric']}": row["state"] for row in sample("scorecard", "--json").json["rows"]}
    for row in page.xpath(ROWS):
        key, group = row.get("id"), row.get("data-g")
        assert (group == "late") == (key in late)
        if group == "drifting":
            assert health[key]["variation"] == "concern"
        if group == "off":
            assert states[key] == "off"
        if group == "hit-or-miss":
            assert (states[key], health[key]["assurance"]) == ("on", "hit-or-miss")
    assert {"late", "drifting", "off", "hit-or-miss", "on"} <= set(groups)
    needy = sum(group in order[:4] for group in groups)
    assert f"Needs a person {needy}" in page.xpath("string(//form)")


def test_a_cell_leads_to_the_chart_of_its_metric(sample_site: Path) -> None:
    """That is what it does without a script."""
    for row in read_page(sample_site).xpath(ROWS):
        seat, metric = row.get("id").split("/")
        links = {link.get("href") for link in row.xpath("td[contains(@class, 'v ')]/a")}
        assert links <= {f"seat/{seat}.html#{metric}"}


def test_the_page_is_strict_html_and_a_validator_accepts_it(sample_site: Path) -> None:
    html5lib.HTMLParser(strict=True).parse((sample_site / "scorecard.html").read_bytes())
    assert check_html([sample_site / "scorecard.html"]) == []


@contextmanager
def opened(browser: Browser, site: Path, look: Look | None = None) -> Iterator[Page]:
    """The page in a browser, which complains about nothing."""
    with open_tab(browser, look) as tab:
        tab.page.goto((site / "scorecard.html").as_uri())
        yield tab.page
        assert tab.errors == []


@pytest.fixture(params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest) -> Browser:
    """Each browser."""
    found: Browser = request.getfixturevalue(request.param)
    return found


def cell(page: Page, key: str, week: str) -> Any:
    """A cell of the page."""
    return page.locator(f'tr[id="{key}"] a[aria-label^="{week} "]')


def test_a_cell_opens_its_values_corrections_notes_and_commits(
    browser: Browser, sample: Shell, sample_site: Path
) -> None:
    (corrected,) = [
        (f"{row['seat']}/{row['metric']}", one["period"].partition("-")[2])
        for row in sample("scorecard", "--json").json["rows"]
        for one in row["cells"]
        if one["corrected"]
    ]
    records = sample("score", "list", *corrected[0].split("/"), "--json").json["scores"]
    week = f"2026-{corrected[1]}"
    old, new = [record for record in records if record["period"] == week]
    with opened(browser, sample_site) as page:
        cell(page, *corrected).click()
        dialog = page.get_by_role("dialog")
        text = dialog.inner_text()
        assert "on target" in text
        assert "target" in text
        assert new["note"] in text
        rows = dialog.locator("tbody tr")
        assert rows.count() == 2
        assert "corrected" in rows.nth(0).inner_text()
        assert rows.nth(0).locator("s").inner_text().replace(",", "").endswith(old["value"])
        for number, record in enumerate((old, new)):
            line = f'"id":"{record["id"]}"'
            made = sample.git("log", "--format=%H", "-S", line, "--", "scores").out.split()[-1]
            assert rows.nth(number).locator(".commit").inner_text() == made[:10]
        # The focus goes into it, Escape closes it, and the focus is back at the cell.
        assert page.evaluate("document.activeElement.getAttribute('role')") == "dialog"
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.closest('tr').id") == corrected[0]


def test_a_week_of_days_opens_every_day(chromium: Browser, sample_site: Path) -> None:
    with opened(chromium, sample_site) as page:
        cell(page, "radar/briefing-by-8", "W44").click()
        rows = page.get_by_role("dialog").locator("tbody tr")
        assert rows.count() == 5
        assert rows.nth(0).inner_text().startswith("Mon 26 Oct")


def test_an_unknown_week_says_why(chromium: Browser, sample: Shell, sample_site: Path) -> None:
    row = next(one for one in sample("scorecard", "--json").json["rows"] if one["metric"] == "days-to-pay")
    blank = [one for one in row["cells"] if one["state"] == "unavailable"][-1]
    with opened(chromium, sample_site) as page:
        cell(page, "penny/days-to-pay", blank["period"].partition("-")[2]).click()
        text = page.get_by_role("dialog").inner_text()
        assert blank["note"] in text
        assert "unknown" in text


def focused(page: Page) -> str:
    """The row and the label of the cell that has the focus."""
    told: str = page.evaluate(
        "(document.activeElement.closest('tr')?.id ?? '') + ' ' + (document.activeElement.ariaLabel ?? "
        "document.activeElement.getAttribute('aria-label'))"
    )
    return told


def test_arrows_move_between_cells_and_skip_empty_ones(browser: Browser, sample_site: Path) -> None:
    with opened(browser, sample_site, Look(1440, 900)) as page:
        # The grid is one stop of the Tab key.
        assert page.locator('td.v a[tabindex="0"]').count() == 1
        cell(page, "david/clients-under-contract", "W44").focus()
        page.keyboard.press("ArrowRight")
        assert focused(page).startswith("david/clients-under-contract W45")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowDown")
        assert focused(page).startswith("david/gross-margin Oct")
        page.keyboard.press("ArrowLeft")
        assert focused(page).startswith("david/gross-margin Sep")
        page.keyboard.press("ArrowLeft")
        assert focused(page).startswith("david/gross-margin Aug")
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        assert page.get_by_role("dialog").is_visible()
        page.keyboard.press("Escape")
        assert focused(page).startswith("david/gross-margin")
        page.keyboard.press("Home")
        assert focused(page).startswith("david/gross-margin Aug")
        assert page.locator('td.v a[tabindex="0"]').count() == 1


def shown(page: Page) -> list[str]:
    """The rows that can be seen, in the order of the page."""
    found: list[str] = page.locator("tr[data-n]:visible").evaluate_all("all => all.map((one) => one.id)")
    return found


def test_filters_leave_out_rows_and_their_groups(browser: Browser, sample: Shell, sample_site: Path) -> None:
    rows = sample("scorecard", "--json").json["rows"]
    every = {f"{row['seat']}/{row['metric']}": row for row in rows}
    with opened(browser, sample_site) as page:
        assert sorted(shown(page)) == sorted(every)
        page.get_by_role("searchbox").fill("  clients  ")
        wanted = {key for key, row in every.items() if "clients" in row["name"].lower()}
        assert set(shown(page)) == wanted
        assert f"{len(wanted)} of {len(every)} shown" in page.get_by_role("status").all_inner_texts()
        page.get_by_role("searchbox").fill("")
        page.get_by_label("Owner").select_option("janine")
        assert set(shown(page)) == {key for key, row in every.items() if row["owner"] == "janine"}
        page.get_by_label("Owner").select_option("")
        page.get_by_role("button", name="Needs a person").click()
        needy = shown(page)
        assert 0 < len(needy) < len(every)
        assert not page.get_by_text("On target, hit or miss", exact=False).first.is_visible()
        page.get_by_role("button", name="All").click()
        page.get_by_label("Order").select_option("chart")
        assert shown(page) == list(every), "the order of the chart is that of the command"
        page.get_by_label("Order").select_option("person")
        assert shown(page)[: len(needy)] == needy


@pytest.mark.parametrize(("width", "weeks", "line", "seats"), [(1440, 13, 1, 1), (1000, 6, 1, 1), (360, 1, 1, 0)])
def test_the_weeks_that_fit(browser: Browser, sample_site: Path, width: int, weeks: int, line: int, seats: int) -> None:
    with opened(browser, sample_site, Look(width, 900)) as page:
        row = page.locator("tr[data-n]").first
        assert sum(one.is_visible() for one in row.locator("td.v").all()) == weeks
        assert int(row.locator("td.tr").is_visible()) == line
        assert int(row.locator("td.c1").is_visible()) == seats
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if weeks < 13:
            page.get_by_label("all 13 weeks").check()
            assert sum(one.is_visible() for one in row.locator("td.v").all()) == 13


def test_the_head_and_the_names_stay_when_the_grid_is_scrolled(browser: Browser, sample_site: Path) -> None:
    with opened(browser, sample_site, Look(1440, 500)) as page:
        page.evaluate("scrollTo(0, 600)")
        assert abs(page.locator("thead th").first.bounding_box()["y"]) <= 1  # type: ignore[index]
    with opened(browser, sample_site, Look(800, 500)) as page:
        page.get_by_label("all 13 weeks").check()
        region = page.get_by_role("region", name="Scorecard")
        region.evaluate("box => box.scrollTo(400, 300)")
        top, name = region.bounding_box(), page.locator("thead .c1").bounding_box()
        assert top
        assert name
        assert abs(name["x"] - top["x"]) <= 1
        assert abs(name["y"] - top["y"]) <= 2


def test_without_scripts_all_rows_are_there_and_no_dead_controls(chromium: Browser, sample_site: Path) -> None:
    with opened(chromium, sample_site, Look(scripts=False)) as page:
        assert not page.get_by_role("searchbox").is_visible()
        assert len(shown(page)) == len(keys(read_page(sample_site)))


def test_axe_finds_nothing_with_a_cell_open(chromium: Browser, sample_site: Path) -> None:
    for dark in (False, True):
        with opened(chromium, sample_site, Look(1440, 900, dark=dark)) as page:
            cell(page, "radar/briefing-by-8", "W44").click()
            assert run_axe(page) == []


# As a server sends it.


def test_a_server_filters_without_scripts(sample: Shell) -> None:
    page = parse(rendered(sample.folder, {"state": "person", "owner": "janine"}))
    visible = [row for row in page.xpath(ROWS) if row.get("hidden") is None]
    assert {row.get("data-o") for row in visible} == {"janine"}
    assert {row.get("data-g") for row in visible} <= {"late", "unknown", "drifting", "off"}
    assert page.xpath("//tbody[@hidden]")
    assert not page.xpath("//form[@hidden]")
    chart = parse(rendered(sample.folder, {"order": "chart"}))
    told = sample("scorecard", "--json").json["rows"]
    assert keys(chart) == [f"{row['seat']}/{row['metric']}" for row in told]


def test_the_address_chooses_the_weeks_and_the_day(sample: Shell) -> None:
    page = parse(rendered(sample.folder, {"weeks": "4"}))
    assert len(page.xpath("//thead//th")) == FIXED + 4
    past = parse(rendered(sample.folder, at="2026-10-16"))
    told = sample("scorecard", "--at", "2026-10-16", "--json").json
    assert [head.text for head in past.xpath("//thead//th")][FIXED:] == [w.partition("-")[2] for w in told["columns"]]
    assert sorted(keys(past)) == sorted(f"{row['seat']}/{row['metric']}" for row in told["rows"])
    assert past.xpath("//form//input[@name='at']/@value") == ["2026-10-16"]
    for wrong in ("0", "x", "-1", "1000", "\u0664"):
        with pytest.raises(BadInput, match="number of weeks"):
            rendered(sample.folder, {"weeks": wrong})


def test_a_page_of_one_seat_leads_back_to_all(sample: Shell) -> None:
    page = parse(rendered(sample.folder, {"seat": "jeff"}))
    assert {key.partition("/")[0] for key in keys(page)} == {"jeff"}
    assert page.xpath("//main//a[.='The scorecard of all seats']/@href") == ["scorecard.html"]


def test_a_long_page_asks_the_server_for_what_a_cell_opens(
    chromium: Browser, sample: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many records, they are not in the page; a cell gets those of its seat when it is opened, once."""
    monkeypatch.setattr("orgtp.web.pages.scorecard._MOST_SERVED_RECORDS", 200)
    monkeypatch.setattr("orgtp.web.pages.scorecard._MOST_LINKED_ROWS", 10)
    asked: list[str] = []

    def answer(route: Route) -> None:
        path, _, query = route.request.url.removeprefix("http://org.test/").partition("?")
        asked.append(query)
        if path == "scorecard.html":
            parameters = dict(one.split("=") for one in query.split("&") if one)
            route.fulfill(body=rendered(sample.folder, parameters), content_type="text/html")
        elif path.startswith("static/"):
            kind = "text/css" if path.endswith("css") else "text/javascript"
            route.fulfill(body=read_asset(STYLE if kind == "text/css" else SCRIPT), content_type=kind)
        else:
            # The icon of the page.
            route.fulfill(status=204)

    whole = parse(rendered(sample.folder))
    assert json.loads(whole.xpath("string(//script[@data-cells])")) == {}
    with open_tab(chromium) as tab:
        tab.page.route("http://org.test/**", answer)
        tab.page.goto("http://org.test/scorecard.html")
        row = tab.page.locator('tr[id="radar/briefing-by-8"]')
        row.locator("td.v.off").click()
        dialog = tab.page.get_by_role("dialog")
        dialog.locator("tbody tr").first.wait_for()
        assert dialog.locator("tbody tr").count() == 5
        tab.page.keyboard.press("Escape")
        tab.page.keyboard.press("ArrowLeft")
        tab.page.keyboard.press("Enter")
        dialog.wait_for()
        assert [query for query in asked if "seat=radar" in query] == ["seat=radar"]
        assert tab.errors == []


# What is odd about an org.


def write_page(shell: Shell, code: int = 0) -> Any:
    """Write the site of an org, and read its scorecard."""
    shell("site", "../site", code=code)
    html5lib.HTMLParser(strict=True).parse((shell.folder.parent / "site" / "scorecard.html").read_bytes())
    return read_page(shell.folder.parent / "site")


def test_a_seat_that_cannot_be_read_is_named_and_in_no_count(sample: Shell) -> None:
    sample.write("seats/jeff.yaml", sample.read("seats/jeff.yaml") + "  broken: : x\n")
    page = write_page(sample, code=1)
    text = page.text_content()
    assert "could not be read, so this page is incomplete" in text
    assert "seats/jeff.yaml" in text
    assert not [key for key in keys(page) if key.startswith("jeff/")]
    assert page.xpath("//tbody[@class='unread']//tr[td='jeff']")
    told = sample("scorecard", "--json", code=1).json["rows"]
    assert f"{len(told)} metrics" in page.xpath("string(//main//p[@class='second'])")


def test_an_org_without_seats_or_metrics_says_how_to_begin(shell: Shell) -> None:
    shell("init", "acme")
    here = shell.at(shell.folder / "acme")
    assert "orgtp seat add" in write_page(here).text_content()
    here("seat", "add", "ada", "--role", "Founder", "--kind", "human", "--email", "ada@example.com")
    here("site", "../site", "--force")
    page = read_page(here.folder.parent / "site")
    assert "orgtp metric add SEAT METRIC" in page.text_content()
    assert not page.xpath("//table")


HARMFUL = [*HOSTILE, "</script><script>alert(1)</script>", "\ufdd0 \u2028 ' \" &lt; ]]>"]


def test_texts_of_users_stay_texts(sample: Shell, chromium: Browser) -> None:
    """Each in the grid, in the owners, and in what a cell opens."""
    rows = [row for row in sample("scorecard", "--json").json["rows"] if row["cells"][-1]["period"] == "2026-W47"]
    rows = rows[: len(HARMFUL)]
    assert len(rows) == len(HARMFUL)
    owners = ["bogdan", "david", "janine", "kristen"]
    for owner, text in zip(owners, (" ".join(HARMFUL[number::4]) for number in range(4)), strict=True):
        sample("seat", "set", owner, f"name=N {text}", "--by", "david")
    for row, text in zip(rows, HARMFUL, strict=True):
        seat, metric = row["seat"], row["metric"]
        sample("metric", "set", seat, metric, f"name=M {text}", "waive.metric-runtime=R", "--by", "david")
        sample("score", "add", seat, metric, "--unavailable", f"T {text}", "--by", "tally")
    page = write_page(sample)
    scripts = page.xpath("//script")
    assert [one.get("type") for one in scripts if one.get("src") is None] == ["application/json"]
    assert not page.xpath("//main//img | //main//*[starts-with(name(), 'h')]//a[starts-with(@href, 'http')]")
    with opened(chromium, sample.folder.parent / "site") as shown_page:
        shown_page.on("dialog", lambda _: pytest.fail("a script of a user ran"))
        for row in rows:
            cell(shown_page, f"{row['seat']}/{row['metric']}", "W47").click()
            dialog = shown_page.get_by_role("dialog")
            assert dialog.locator("img, script").count() == 0
            assert dialog.get_by_text("T ", exact=False).count() >= 1
            shown_page.keyboard.press("Escape")


def test_a_scorecard_without_values_says_how_to_record_one(sample: Shell) -> None:
    org = sample.home / "new"
    sample("init", str(org), "--name", "New")
    # A written page cannot change by itself.
    assert "as soon as it is committed" in rendered(org)
    assert "write these pages again" in rendered(org, served=False)
    words = (
        "--metric",
        "signed",
        "--metric-name",
        "Signed",
        "--target",
        ">= 2",
        "--outcome",
        "Enough work",
        "--cadence",
        "weekly",
    )
    sample("--org", str(org), "seat", "add", "ada", "--role", "Founder", "--kind", "human", *words)
    typed = "orgtp score add ada signed VALUE"
    assert typed in rendered(org)
    sample("--org", str(org), *typed.replace("VALUE", "2").split()[1:])
    assert typed not in rendered(org)
