"""The record: what happened, filtered, and the verdict of the audit with what was rewritten."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import pytest
from playwright.sync_api import Browser

import orgtp
from orgtp.api import OrgHandle
from orgtp.web.links import FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages.page import Page, PageMissing, PageRequest, check_record, gather_facts
from orgtp.web.pages.record import ChangedText, split_change
from orgtp.web.pages.registry import KINDS_BY_NAME, find_page
from orgtp.web.record_pages import NEWEST, CommitPages, list_months
from orgtp.web.violated_values import ViolatedValue
from tests.cli.test_diff_markdown import HOSTILE
from tests.conftest import NOW, Shell
from tests.web.browsers import Look, open_tab
from tests.web.npm import run_axe
from tests.web.parsed import parse_file, parse_page

ROWS = "//tr[@data-action]"


def read_rows(path: Path) -> list[Any]:
    """The rows of a page of the record."""
    return list(parse_file(path).xpath(ROWS))


def render_record(org: OrgHandle, subject: str = "", **query: str) -> Any:
    """A page of the record as the server shows it."""
    address = find_page(f"record/{subject}.html" if subject else "record.html")
    page = address.kind.build(PageRequest(org, address.subject, query=query, is_served=True))
    text = render_page(page, Frame(gather_facts(org), FileLinks(address.path), PageRequest(org).reader, is_served=True))
    html5lib.HTMLParser(strict=True).parse(text)
    return parse_page(text)


def test_the_page_has_the_newest_of_the_log_in_its_order(sample: Shell, sample_site: Path) -> None:
    entries = sample("log", "--json").json["commits"]
    rows = read_rows(sample_site / "record.html")
    assert len(rows) == NEWEST < len(entries)
    shown = [(row.get("id"), row.get("data-action"), row.get("data-seats")) for row in rows]
    told = [(f"commit-{e['commit'][:10]}", e["action"] or "hand", " ".join(e["seats"])) for e in entries[:NEWEST]]
    assert shown == told
    assert f"The newest {NEWEST} of {len(entries)}." in (sample_site / "record.html").read_text()


def test_every_commit_is_on_the_page_of_its_month(sample: Shell, sample_site: Path) -> None:
    entries = sample("log", "--json").json["commits"]
    pages = sorted((sample_site / "record").iterdir(), reverse=True)
    found = [row.get("id") for page in pages for row in read_rows(page)]
    assert found == [f"commit-{entry['commit'][:10]}" for entry in entries]
    org = orgtp.open(sample.folder)
    assert [page.stem for page in pages] == list_months(org)
    paths = CommitPages(org)
    assert paths.find(entries[0]["commit"]) == "record.html"
    assert paths.find(entries[-1]["commit"]) == f"record/{pages[-1].name}"
    assert CommitPages(org, has_months=False).find(entries[-1]["commit"]) == ""
    assert paths.find("0" * 40) == ""


def test_each_month_leads_to_the_newer_and_the_older_one(sample_site: Path) -> None:
    months = sorted((path.stem for path in (sample_site / "record").iterdir()), reverse=True)
    assert len(months) > 2
    for place, month in enumerate(months):
        links = parse_file(sample_site / f"record/{month}.html").xpath("//main//a[@class='btn']")
        told = {link.text.partition(":")[0]: link.get("href").rpartition("/")[2] for link in links}
        newer, older = months[place - 1 : place], months[place + 1 : place + 2]
        expected = {word: f"{found[0]}.html" for word, found in (("Newer", newer), ("Older", older)) if found}
        assert {word: told[word] for word in told if word in {"Newer", "Older"}} == expected


def test_a_single_file_has_the_newest_only(sample: Shell) -> None:
    sample("site", "../site.html")
    page = parse_file(sample.folder.parent / "site.html")
    assert len(page.xpath(ROWS)) == NEWEST
    assert not page.xpath("//section[starts-with(@id, 'record/')]")
    assert page.xpath("//a[@class='commit'][starts-with(@href, '#record:commit-')]")


def test_commits_link_to_the_record_where_no_forge_is_known(sample_site: Path) -> None:
    page = parse_file(sample_site / "chart.html")
    (link,) = page.xpath("//p[@class='asof']//a[@class='commit']")
    target = parse_file(sample_site / "record.html")
    assert link.get("href").startswith("record.html#commit-")
    assert target.get_element_by_id(link.get("href").partition("#")[2]) is not None


def test_the_days_are_those_of_the_org(sample: Shell, sample_site: Path) -> None:
    page = parse_file(sample_site / "record.html")
    zone = orgtp.open(sample.folder).head.zone
    for body in page.xpath("//tbody[@data-day]"):
        days = {
            entry.at.astimezone(zone).date().isoformat()
            for entry in orgtp.open(sample.folder).history.whole_log.entries
            if f"commit-{entry.commit[:10]}" in {row.get("id") for row in body.xpath(".//tr")}
        }
        assert days == {body.get("data-day")}
        break


def test_the_verdict_is_that_of_the_audit(sample: Shell, sample_site: Path) -> None:
    told = sample("audit", "verify", "--json").json
    text = " ".join(parse_file(sample_site / "record.html").text_content().split())
    assert f"{told['verdict']}{told['commits']} commits since" in text.replace(
        f" {told['commits']}", str(told["commits"])
    )
    assert all(one["what"] in text for one in told["guarantees"])
    assert "checked Fri 20 Nov 2026, 18:00" in text


@pytest.fixture
def rewritten(sample: Shell) -> Shell:
    """The sample, in which somebody rewrote a value."""
    path = max((sample.folder / "scores/jeff").iterdir())
    lines = path.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if "pacing-on-plan" in line and '"value":null' not in line)
    record = json.loads(lines[number])
    lines[number] = lines[number].replace(f'"value":"{record["value"]}"', '"value":"99.5"')
    path.write_text("\n".join(lines) + "\n")
    sample.git("commit", "-qam", "Fix it", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    return sample


def test_a_rewritten_value_is_shown_with_what_was_there(rewritten: Shell) -> None:
    rewritten("site", "../site")
    folder = rewritten.folder.parent / "site"
    (told,) = rewritten("audit", "verify", "--json", code=1).json["violations"]
    page = parse_file(folder / "record.html")
    (notice,) = page.xpath("//div[@role='alert']")
    text = notice.text_content()
    assert told["message"] in text
    assert f"{told['path']}, line {told['line']}" in text
    assert [told["before"], told["after"]] == [
        line[2:] for line in notice.xpath(".//pre")[0].text_content().strip().split("\n")
    ]
    assert [part.text for part in notice.xpath(".//pre/b")][1] == "99.5"
    assert told["commit"][:10] in text
    assert told["author"] in text


def test_every_page_says_that_the_record_is_violated(rewritten: Shell) -> None:
    rewritten("site", "../site")
    for path in (rewritten.folder.parent / "site").rglob("*.html"):
        page = parse_file(path)
        assert len(page.xpath("//div[@role='alert']")) == 1, path
        if path.name != "record.html":
            (link,) = page.xpath("//div[@role='alert']//a[not(@class)]")
            assert link.get("href").endswith("record.html#violations")


def test_the_touched_value_is_known_to_every_page(rewritten: Shell) -> None:
    org = orgtp.open(rewritten.folder)
    facts = gather_facts(org, verdict=check_record(org))
    (value,) = facts.violated
    assert (value.seat, value.metric) == ("jeff", "pacing-on-plan")
    assert facts.is_violated("jeff")
    assert facts.is_violated("jeff", "pacing-on-plan")
    assert facts.is_violated("jeff", "pacing-on-plan", value.period)
    assert not facts.is_violated("jeff", "pacing-on-plan", "2020-01-01")
    assert not facts.is_violated("jeff", "invoices-reconciled")
    assert not facts.is_violated("dash")
    anywhere = replace(facts, violated=frozenset({ViolatedValue("jeff")}))
    assert anywhere.is_violated("jeff", "invoices-reconciled", "2026-W47")


def test_an_explained_violation_is_told_apart(rewritten: Shell) -> None:
    path = str(max((rewritten.folder / "scores/jeff").iterdir()).relative_to(rewritten.folder))
    rewritten.git("config", "user.email", "david@example.com")
    wrong = rewritten.head()
    rewritten.git("revert", "--no-edit", "HEAD", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    for commit in (wrong, rewritten.head()):
        rewritten("audit", "explain", commit, path, "--reason", "A slip <b>", "--decided-by", "david")
    told = rewritten("audit", "verify", "--json", code=None).json
    rewritten("site", "../site")
    page = parse_file(rewritten.folder.parent / "site/record.html")
    assert told["verdict"] == "intact, 2 explained"
    assert f"{len(told['explained'])} violation" in page.text_content()
    assert "A slip <b>" in page.text_content()
    assert "Decided by david" in page.text_content()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"seat": "jeff"}, ("jeff",)),
        ({"action": "set"}, ("--action", "set")),
        ({"by": "kristen"}, ("--by", "kristen")),
        ({"since": "2026-11-09", "until": "2026-11-15"}, ("--since", "2026-11-09", "--until", "2026-11-15")),
        (
            {"since": "2026-W46", "action": "score", "seat": "radar"},
            ("radar", "--action", "score", "--since", "2026-W46"),
        ),
    ],
)
def test_a_served_page_is_filtered_like_the_log(sample: Shell, query: dict[str, str], words: tuple[str, ...]) -> None:
    told = [entry["commit"][:10] for entry in sample("log", *words, "--json").json["commits"]]
    page = render_record(orgtp.open(sample.folder), **query)
    assert [row.get("id") for row in page.xpath(ROWS)] == [f"commit-{commit}" for commit in told[:NEWEST]]
    assert told
    (form,) = page.xpath("//form[contains(@class, 'recordfilter')]")
    assert form.get("method") == "get"
    for name, value in query.items():
        field = form.fields[name]
        assert field == value


def test_a_served_page_finds_words_and_leaves_scores_out(sample: Shell) -> None:
    org = orgtp.open(sample.folder)
    found = render_record(org, text="BANK FEED").xpath(ROWS)
    assert found
    assert all("bank feed" in row.text_content().lower() for row in found)
    assert "score" not in {row.get("data-action") for row in render_record(org, scores="no").xpath(ROWS)}
    assert "0 commits fit" in render_record(org, text="no such words").text_content()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"seat": "bogdna"}, "bogdan"),
        ({"action": "scoer"}, "score"),
        ({"since": "yesterday"}, '"yesterday" is not a day or a period'),
    ],
)
def test_a_wrong_filter_is_explained(sample: Shell, query: dict[str, str], told: str) -> None:
    page = render_record(orgtp.open(sample.folder), **query)
    assert told in page.text_content()
    assert not page.xpath(ROWS)


def test_a_month_that_does_not_exist_has_no_page(sample: Shell) -> None:
    with pytest.raises(PageMissing):
        render_record(orgtp.open(sample.folder), "2020-01")


def test_a_folder_without_git_has_no_record(acme: Shell) -> None:
    (acme.folder / ".git").rename(acme.folder.parent / "elsewhere")
    acme("site", "../site")
    assert "This folder is not in git" in (acme.folder.parent / "site/record.html").read_text()


def test_hostile_messages_are_text(acme: Shell) -> None:
    for number, text in enumerate([*HOSTILE, "\x1b[31m\u202e\u2028", "'\"--></style><script>alert(1)</script>"]):
        acme.write("org.yaml", f"{acme.read('org.yaml')}x-a{number}: 1\n")
        acme.git("-c", "user.name=Eve&amp;Co", "commit", "-qam", f"x {text}", "-m", f"body {text}")
    page = render_record(orgtp.open(acme.folder), text="body")
    assert len(page.xpath(ROWS)) == len(HOSTILE) + 2
    assert not page.xpath("//script[not(@src)]|//img|//i|//*[@onerror]|//main//a[starts-with(@href, 'http')]")
    assert "Eve&amp;Co" in page.text_content()
    assert "<script>alert(1)</script>" in page.text_content()


def test_what_differs_between_two_texts() -> None:
    assert split_change('"value":"84.8"', '"value":"95.8"') == ChangedText('"value":"', "84", "95", '.8"')
    assert split_change("aa", "aaa") == ChangedText("aa", "", "a", "")
    assert split_change(None, "new") == ChangedText("", "", "new", "")


def test_the_filter_in_the_page(chromium: Browser, sample_site: Path) -> None:
    with open_tab(chromium) as tab:
        page = tab.page
        page.goto((sample_site / "record.html").as_uri())
        rows = page.locator("tr[data-action]:visible")
        assert rows.count() == NEWEST
        page.select_option("select[name=action]", "set")
        shown = rows.count()
        assert 0 < shown < NEWEST
        assert page.inner_text(".found") == f"{shown} of the {NEWEST} on this page"
        assert page.locator("tbody[data-day]:visible").count() <= shown
        page.select_option("select[name=action]", "")
        page.fill("input[name=text]", "BANK FEED")
        assert all("bank feed" in text.lower() for text in rows.evaluate_all("all => all.map(one => one.textContent)"))
        page.fill("input[name=text]", "")
        page.check("input[name=scores]")
        assert "score" not in rows.evaluate_all("all => all.map(one => one.dataset.action)")
        page.uncheck("input[name=scores]")
        page.fill("input[name=since]", "2026-11-16")
        page.fill("input[name=until]", "2026-11-16")
        days = page.locator("tbody[data-day]:visible").evaluate_all("all => all.map(one => one.dataset.day)")
        assert days == ["2026-11-16"]
        page.keyboard.press("Enter")
        assert page.url.endswith("record.html")
        assert tab.errors == []


def test_the_filter_in_firefox(firefox: Browser, sample_site: Path) -> None:
    with open_tab(firefox) as tab:
        tab.page.goto((sample_site / "record.html").as_uri())
        tab.page.fill("input[name=text]", "bank feed")
        assert 0 < tab.page.locator("tr[data-action]:visible").count() < NEWEST
        assert tab.errors == []


# The other widths and colours are those of test_every_page.py.
@pytest.mark.parametrize(("name", "scripts"), [("record", True), ("record", False), ("record/2026-11", False)])
def test_the_page_fits_and_shows_a_filter_only_where_it_works(
    chromium: Browser, sample_site: Path, name: str, scripts: bool
) -> None:
    look = Look(1920, 1080) if scripts else Look(360, 800, scripts=False)
    with open_tab(chromium, look) as tab:
        tab.page.goto((sample_site / f"{name}.html").as_uri())
        assert tab.page.evaluate("document.documentElement.scrollWidth") == look.width
        assert tab.errors == []
        assert tab.page.locator("form.recordfilter:visible").count() == int(scripts)
        if scripts:
            assert run_axe(tab.page) == []


def test_the_registry_has_the_pages_in_the_navigation() -> None:
    assert [KINDS_BY_NAME[name].heading for name in ("escalations", "todos", "record")] == [
        "Escalations",
        "To-dos",
        "Record",
    ]
    assert isinstance(Page("record", "Record", {}), Page)
