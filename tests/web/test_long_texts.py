"""Pages of an org whose names, roles and values are as long as people make them, in several scripts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import Shell, make_home, make_once
from tests.web.browsers import Look, open_tab
from tests.web.written import list_html

WEEKS = [f"2026-W{week}" for week in range(36, 48)]
NOW = "2026-11-27T15:00:00Z"
ORG = """\
org: long
orgtp: 1
name: Vereinigte Donaudampfschifffahrtsgesellschaft und Töchter GmbH & Co. KG
timezone: Europe/Zurich
branch: main
"""
SEAT = """\
seat: {seat}
name: {name}
role: {role}
kind: human
status: active
owner: {seat}
{above}mission: {name} does what nobody else does.
since: 2026-01-05
capabilities:
  work-{seat}: Does the work of {role}
metrics:
  sales:
    name: Umsatz je Monat und Region nach Abzug aller Rückstellungen und Gutschriften
    outcome: Kunden und Lieferanten wissen jederzeit, woran sie sind, ohne jemanden anrufen zu müssen
    target: ">= CHF 1850000"
    cadence: weekly
"""
# More than a line has room for a sign of each.
MANY = "".join(
    f"""  more-{number}:
    name: Metric {number}
    outcome: Somebody gains
    target: ">= 1"
    cadence: weekly
"""
    for number in range(40)
)
AUTHOR = "Ada Lovelace-Wittgenstein von Hohenstaufen, on behalf of the Supervisory Board"
SEATS = {
    "ada": ("Ada Lovelace-Wittgenstein von Hohenstaufen", "Chief Executive Officer and Chair of the Supervisory Board"),
    "wei": ("王小明", "首席財務官兼人力資源總監"),
    "fatima": ("فاطمة الزهراء بنت عبد الرحمن", "مديرة العمليات والتخطيط الاستراتيجي"),
    "wide": ("W" + 40 * "w", "M" + 35 * "m"),
}


def _write_site(base: Path) -> None:
    home = make_home(base / "home")
    shell = Shell(base, home)
    folder = base / "long"
    (folder / "seats").mkdir(parents=True)
    shell.git("init", "-q", "-b", "main", str(folder))
    (folder / "org.yaml").write_text(ORG, encoding="utf-8")
    for seat, (name, role) in SEATS.items():
        above = "" if seat == "ada" else "reports_to: ada\n"
        text = SEAT.format(seat=seat, name=name, role=role, above=above) + (MANY if seat == "wei" else "")
        (folder / "seats" / f"{seat}.yaml").write_text(text, encoding="utf-8")
    at = shell.at(folder)
    at.git("add", "-A")
    at.git("commit", "-qm", "The org")
    path = folder / "seats/wei.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("does what", "also does what"), encoding="utf-8")
    at.git("-c", f"user.name={AUTHOR}", "commit", "-qam", "More")
    lines = [f"{seat},sales,{1_700_000 + 90_001 * n},{week}" for seat in SEATS for n, week in enumerate(WEEKS)]
    (base / "values.csv").write_text("seat,metric,value,period\n" + "\n".join(lines) + "\n")
    at("score", "add", "--from", str(base / "values.csv"))
    at("site", str(base / "site"))


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The written site of that org."""
    return make_once(tmp_path_factory, "long-site", partial(_write_site)) / "site"


# Links of the navigation that cannot be seen, as in a list that is cut off.
_CUT_OFF = """() => {
  const bar = document.querySelector(".top nav").getBoundingClientRect();
  return [...document.querySelectorAll(".top nav a")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.right > Math.min(bar.right, innerWidth) + 1 || box.left < bar.left - 1 || box.bottom > bar.bottom + 1;
  }).map((one) => one.textContent);
}"""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is tapped, beside links within a sentence.
_SMALL = """() => [...document.querySelectorAll(
    "button, select, summary, .top .org, .top nav a, .steps a, input:not([type=checkbox], [type=radio])")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))"""
# The row of a seat leads to its page wherever it is tapped, but for the square that folds it.
_TAPPED = """() => [...document.querySelectorAll("[role=treeitem] > .row")].slice(0, 4).flatMap((row) => {
  row.scrollIntoView({ block: "center" });
  const box = row.getBoundingClientRect();
  const at = (x, y) => document.elementFromPoint(x, y);
  const found = at(box.right - 8, box.bottom - 6)?.closest("a") === row.querySelector("a") ? [] : ["row"];
  const twist = row.querySelector(".tw svg")?.getBoundingClientRect();
  const square = twist && at(twist.left - 12, twist.top - 12);
  return twist && !square?.closest(".tw") ? [...found, "fold"] : found;
})"""


def look(page: Page, site: Path, script: str) -> list[str]:
    """What a script finds in any page."""
    found = []
    for path in list_html(site):
        page.goto(path.as_uri())
        if told := page.evaluate(script):
            found.append(f"{path.relative_to(site)}: {told}")
    return found


@pytest.mark.parametrize("width", [360, 1024, 1440])
def test_no_name_widens_a_page(chromium: Browser, long_site: Path, width: int) -> None:
    with open_tab(chromium, Look(width)) as tab:
        assert look(tab.page, long_site, _WIDER) == []


def test_a_seat_with_many_metrics_has_the_number_of_each_sign(chromium: Browser, long_site: Path) -> None:
    counts = []
    for scripts in (False, True):
        with open_tab(chromium, Look(scripts=scripts)) as tab:
            tab.page.goto((long_site / "chart.html").as_uri())
            marks = tab.page.locator("li[data-s=wei] > .row .marks")
            counts.append((marks.locator("b").all_inner_texts(), marks.locator("svg").count()))
            assert tab.page.locator("li[data-s=ada] > .row .marks b").count() == 0
    assert counts[0] == counts[1]
    assert sum(map(int, counts[0][0])) == 41
    assert counts[0][1] == len(counts[0][0])


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_name_cuts_off_the_navigation(chromium: Browser, long_site: Path, width: int) -> None:
    with open_tab(chromium, Look(width)) as tab:
        pages = [path for path in list_html(long_site) if path.name != "meeting.html"]
        assert pages
        for path in pages:
            tab.page.goto(path.as_uri())
            assert tab.page.evaluate(_CUT_OFF) == [], path


def test_what_is_tapped_on_a_phone_is_large_enough(chromium: Browser, long_site: Path) -> None:
    with open_tab(chromium, Look(360, 780)) as tab:
        assert look(tab.page, long_site, _SMALL) == []
        tab.page.goto((long_site / "chart.html").as_uri())
        assert tab.page.evaluate(_TAPPED) == []


def test_a_wide_table_begins_at_the_newest_week(chromium: Browser, long_site: Path) -> None:
    with open_tab(chromium, Look(1440)) as tab:
        tab.page.goto((long_site / "scorecard.html").as_uri())
        box = tab.page.locator("table.sc thead th").last.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 1440
