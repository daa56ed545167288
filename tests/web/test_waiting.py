"""The pages of escalations and to-dos: what the commands list, by whom it waits on, and the forms that act."""

from __future__ import annotations

import html as html_entities
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from playwright.sync_api import Browser as Chromium

import orgtp
from tests.cli.test_diff_markdown import HOSTILE
from tests.conftest import Shell
from tests.web.browsers import Look, open_tab
from tests.web.npm import run_axe
from tests.web.parsed import parse_file, parse_page
from tests.web.server.server import serve

BANK = "2026-11-20-penny-bank-feed-asks-for-a-password"


@pytest.fixture
def busy(sample: Shell) -> Shell:
    """The sample with escalations in every state, a silence, and a to-do that waits."""
    sample(
        "escalate", "open", "penny", "Bank feed asks for a password", "--why", "The bank locked it.", "--by", "penny"
    )
    sample("escalate", "open", "dash", "Ad account locked", "--severity", "high", "--by", "radar")
    sample("escalate", "open", "sift", "Records are there twice", "--by", "sift")
    opened = [one["id"] for one in sample("escalate", "list", "--json").json["escalations"]]
    sift, dash = (next(id_ for id_ in opened if f"-{seat}-" in id_) for seat in ("sift", "dash"))
    sample("escalate", "resolve", sift, "--note", "Merged by hand.", "--by", "david")
    sample("escalate", "ack", dash, "--note", "Asked support.", "--by", "bogdan")
    sample(
        "escalate",
        "silence",
        "dash",
        "anomalies-before-open",
        "--until",
        "2026-12-04",
        "--reason",
        "Locked.",
        "--by",
        "bogdan",
    )
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW="2026-11-24T12:00:00-05:00")
    return sample


def write_site(shell: Shell, now: str = "2026-11-25T18:00:00-05:00") -> Path:
    """Write the site of an org as of a time."""
    shell("site", "../site", ORGTP_NOW=now)
    return shell.folder.parent / "site"


def read_page(path: Path) -> Any:
    """A page, which is valid HTML."""
    html5lib.HTMLParser(strict=True).parse(path.read_bytes())
    return parse_file(path)


def test_the_page_has_the_escalations_of_the_command(busy: Shell) -> None:
    now = "2026-11-25T18:00:00-05:00"
    told = busy("escalate", "list", "--all", "--json", ORGTP_NOW=now).json
    page = read_page(write_site(busy, now) / "escalations.html")
    items = {item.get("id"): item for item in page.xpath("//article")}
    assert set(items) == {one["id"] for one in told["escalations"]}
    assert len(items) > 3
    for one in told["escalations"]:
        item = items[one["id"]]
        text = " ".join(item.text_content().split())
        assert ("overdue" in text) == one["overdue"], one["id"]
        assert (one["state"] == "resolved") == bool(item.xpath("ancestor::details")), one["id"]
        assert one["why"] is None or one["why"] in text
        if one["next"]:
            (step,) = item.xpath(".//ol[@class='ladder']/li[@class='next']")
            assert step.xpath(".//a/@href") == [f"seat/{one['next']}.html"]
        if one["state"] != "resolved":
            (current,) = item.xpath(".//li[@aria-current='step']")
            assert current.xpath(".//a/@href") == [f"seat/{one['with_']}.html"] if "with_" in one else True
        events = item.xpath(".//ol[@class='events']/li")
        assert len(events) == len(one["events"])
        assert all(event["note"] in row.text_content() for event, row in zip(one["events"], events, strict=True))
        assert item.xpath(".//details//a[@class='commit']")
    open_ones = [one["id"] for one in told["escalations"] if one["state"] != "resolved"]
    assert [id_ for id_ in items if id_ in open_ones] == sort_by_group(told["escalations"], open_ones)
    assert f"{len(open_ones)} open" in page.text_content()
    (silence,) = page.xpath("//h2[contains(., 'No alerts')]/following-sibling::ul/li")
    assert silence.xpath(".//a/@href")[0] == "seat/dash.html"
    assert "until Fri 4 Dec 2026" in " ".join(silence.text_content().split())
    assert "Locked." in silence.text_content()


def sort_by_group(told: list[dict[str, object]], ids: list[str]) -> list[str]:
    """The ids in the order of the command, those of each assignee together."""
    rows = [(str(one.get("with", one.get("with_"))), str(one["id"])) for one in told if one["id"] in ids]
    order = list(dict.fromkeys(seat for seat, _ in rows))
    return [id_ for seat, id_ in sorted(rows, key=lambda row: order.index(row[0]))]


def test_an_escalation_that_moved_up_shows_its_way(busy: Shell) -> None:
    page = read_page(write_site(busy) / "escalations.html")
    (item,) = page.xpath(f"//article[@id='{BANK}']")
    steps = [" ".join(step.text_content().split()) for step in item.xpath(".//ol[@class='ladder']/li")]
    assert steps[0].startswith("Janine opened Fri 20 Nov 2026")
    assert steps[1].startswith("David moved up Tue 24 Nov 2026")
    assert steps[-1] == "Nobody above it stays there"


def test_the_page_has_the_todos_of_the_command(sample: Shell, sample_site: Path) -> None:
    told = sample("todo", "list", "--all", "--json").json["todos"]
    page = read_page(sample_site / "todos.html")
    items = {item.get("id"): item for item in page.xpath("//article")}
    assert set(items) == {one["id"] for one in told}
    for one in told:
        text = " ".join(items[one["id"]].text_content().split())
        assert one["what"] in text
        assert (one["note"] or "") in text
        side = items[one["id"]].xpath("./div[@class='side']")[0].text_content()
        assert ("overdue" in side) == one["overdue"]
        assert bool(items[one["id"]].xpath("ancestor::details")) == (one["state"] in {"done", "failed", "dropped"})
        week = one["from"].removeprefix("review ")
        assert items[one["id"]].xpath(f".//a[@href='review/{week}.html']")


def test_nothing_open_is_said(acme: Shell) -> None:
    acme("site", "../site")
    folder = acme.folder.parent / "site"
    assert "Nothing is open." in read_page(folder / "escalations.html").text_content()
    assert "Nothing is left to do." in read_page(folder / "todos.html").text_content()


def test_a_written_page_has_no_form_that_acts(sample_site: Path) -> None:
    for name in ("escalations", "todos"):
        assert not read_page(sample_site / f"{name}.html").xpath("//form[@method='post']")


def test_hostile_texts_are_text(acme: Shell) -> None:
    for text in [*HOSTILE, "'\"--></style><script>alert(1)</script>"]:
        acme("escalate", "open", "--why", text, "--by", "ada", "--", "bot", text)
        acme("todo", "add", "--owner", "ada", "--due", "2026-12-04", "--by", "ada", "--", text)
    acme("site", "../site")
    for name in ("escalations", "todos"):
        page = read_page(acme.folder.parent / f"site/{name}.html")
        assert page.xpath("//article")
        assert not page.xpath("//script[not(@src)]|//img|//*[@onerror]|//main//a[starts-with(@href, 'http')]")
        assert "<script>alert(1)</script>" in page.text_content()


def find_form(page: Any, id_: str) -> Any:
    """The form of an item."""
    (form,) = page.xpath(f"//article[@id='{id_}']//form")
    return form


def test_the_forms_make_the_same_change_as_the_commands(busy: Shell) -> None:
    with serve(busy, "--allow-write", "--as", "david") as serving:
        browser = serving.sign_in()
        form = find_form(parse_page(browser.get("/escalations.html").body), BANK)
        fields = {**dict(form.form_values()), "note": "The bank calls back.", "do": "ack"}
        assert browser.post("/act/escalation", fields).status == 303
        fields |= {"do": "resolve", "note": ""}
        refused = browser.post("/act/escalation", fields)
        assert "Nothing was recorded" in refused.text
        todo = busy("todo", "list", "--json").json["todos"][0]["id"]
        form = find_form(parse_page(browser.get("/todos.html").body), todo)
        fields = {**dict(form.form_values()), "note": "Access is back.", "do": "done"}
        assert browser.post("/act/todo", fields).status == 303
    shown = busy("escalate", "show", BANK, "--json").json
    assert shown["escalation"]["state"] == "acknowledged"
    assert shown["escalation"]["events"][-1]["note"] == "The bank calls back."
    assert busy("todo", "show", todo, "--json").json["todo"]["state"] == "done"
    entry = busy("log", "--json").json["commits"][0]
    assert (entry["action"], entry["by"]) == ("todo", "david")


def test_what_was_typed_is_kept_when_it_is_refused(busy: Shell) -> None:
    with serve(busy, "--allow-write", "--as", "david") as serving:
        browser = serving.sign_in()
        todo = busy("todo", "list", "--json").json["todos"][0]["id"]
        fields = {
            "csrf": browser.find_token("/todos.html"),
            "todo": todo,
            "page": "todos.html",
            "do": "no",
            "note": 'say "it"',
        }
        answer = browser.post("/act/todo", fields)
        page = parse_page(answer.body)
        assert find_form(page, todo).fields["note"] == 'say "it"'


def test_who_only_looks_gets_no_forms(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "david") as serving:
        got = serving.browser().get("/todos.html")
        assert got.status in {200, 401, 403}
        assert not re.search(r"act/todo", html_entities.unescape(got.text))


def test_a_form_is_for_those_whom_the_policy_allows_it(busy: Shell) -> None:
    todo = next(one["id"] for one in busy("todo", "list", "--json").json["todos"] if one["owner"] == "janine")
    for seat, may in (("janine", True), ("david", True), ("kristen", False)):
        with serve(busy, "--allow-write", "--as", seat) as serving:
            browser = serving.sign_in()
            assert (f'name="todo" value="{todo}"' in browser.get("/todos.html").text) is may
            assert (f'name="escalation" value="{BANK}"' in browser.get("/escalations.html").text) is may
            status = browser.act("todo", {"do": "start", "todo": todo}).status
            assert status == (303 if may else 422)


def test_forms_fit_a_phone_and_axe_finds_nothing(chromium: Chromium, busy: Shell) -> None:
    with serve(busy, "--allow-write", "--as", "david") as serving, open_tab(chromium, Look(360, 800)) as tab:
        token = re.findall(r"(http://\S+/sign-in\?token=\S+)", serving.said)[-1]
        tab.page.goto(token)
        for name in ("escalations", "todos"):
            tab.page.goto(token.partition("/sign-in")[0] + f"/{name}.html")
            assert tab.page.locator("form.act").count() > 0
            assert tab.page.evaluate("document.documentElement.scrollWidth") == 360
            assert run_axe(tab.page) == []


def test_printed_pages_have_no_controls(chromium: Chromium, sample_site: Path) -> None:
    with open_tab(chromium) as tab:
        for name in ("record", "todos"):
            tab.page.goto((sample_site / f"{name}.html").as_uri())
            tab.page.emulate_media(media="print")
            assert tab.page.locator("form:visible, nav[aria-label=Pages]:visible").count() == 0
            assert tab.page.pdf().startswith(b"%PDF")


def test_the_note_of_the_org_is_on_every_page(sample_site: Path, acme: Shell) -> None:
    for path in sample_site.rglob("*.html"):
        (foot,) = parse_file(path).xpath("//footer")
        assert "Every number here is invented." in foot.text_content()
    assert orgtp.open(acme.folder).head.note == ""
