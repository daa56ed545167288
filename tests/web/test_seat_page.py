"""The page of a seat: current, new, paused, vacant, retired, or with a file that cannot be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import html5lib
import pytest
import yaml
from playwright.sync_api import Browser

from orgtp.model.errors import UnknownSeat
from tests.cli.test_diff_markdown import HOSTILE
from tests.conftest import NOW, Shell
from tests.size import combine
from tests.web.browsers import Look, open_tab
from tests.web.drawing import measure_drawing
from tests.web.npm import check_html, run_axe
from tests.web.pages import ParsedPage

SEATS = (
    "bogdan", "crystal", "dash", "david", "echo", "janine", "jeff", "kristen", "penny", "pixel", "radar", "sift",
    "tally",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)


@pytest.mark.parametrize("seat", SEATS)
def test_every_page_of_the_sample_is_valid(sample_made: Path, seat: str) -> None:
    page = ParsedPage(sample_made, f"seat/{seat}.html")
    assert len(page.ids) == len(set(page.ids))
    assert not page.attributes("style")
    assert not [name for one in page.root.iter() for name in one.attrib if str(name).startswith("on")]
    assert page.tags["h1"] == 1
    assert page.tags["script"] == 1


def test_a_seat_says_what_it_is_for_and_who_answers(sample_made: Path) -> None:
    page = ParsedPage(sample_made, "seat/jeff.html")
    for words in (
        "Sees that what we spend, what we do and what we invoice agree.",
        "Answers Bogdan Reports to Radar Below Sift Since Mon 12 May 2025",
        "Both metrics are off target eight weeks in a row",
        "Compares the hours and costs of a project with its invoice.",
        "project-reconciliation",
        "Input model: example-model-4 → example-model-5 Bogdan",
        "Candidates, not causes.",
        "is to be retired when: Both metrics are off target eight weeks in a row",
        "File seats/jeff.yaml",
    ):
        assert words in page.text
    assert {"../seat/bogdan.html", "../seat/radar.html", "../seat/sift.html"} <= set(page.addresses)


def test_the_history_says_what_the_chart_says(sample_made: Path) -> None:
    page = ParsedPage(sample_made, "seat/dash.html")
    assert "target of “Anomalies flagged before market open” raised from ≥ 90% to ≥ 95%, from W41" in page.text
    crystal = ParsedPage(sample_made, "seat/crystal.html").text
    assert "has client complaint alerts, before Echo" in crystal
    # The first commit says all of the seat.
    assert "added as Crystal, Projects" in crystal


def test_a_seat_names_the_first_of_many_escalations(sample: Shell) -> None:
    for number in range(10):
        sample("escalate", "open", "dash", f"Problem {number}", "--by", "radar")
    page = ParsedPage(sample.folder, "seat/dash.html")
    assert page.text.count("Problem ") == 8
    assert "2 more" in page.text


def test_a_metric_has_its_chart_in_two_sizes_its_words_and_its_values(sample_made: Path) -> None:
    page = ParsedPage(sample_made, "seat/penny.html")
    assert {"days-to-pay", "invoices-out-next-day"} <= set(page.ids)
    assert page.html.count('class="plot large"') == page.html.count('class="plot small"') == 2
    (words,) = [one for one in page.attributes("aria-label") if one.startswith("Average days")]
    assert "W43 30.1 on target" in words
    assert "W46 unknown" in words
    assert "Nobody knows since W44. Source broken: the bank feed answered 401" in page.text
    assert "The last value, 30.1 in W43, is not carried forward." in page.text
    assert "W44, 26 Oct – 1 Nov 2026" in page.text


def test_a_retired_seat_has_the_honest_record(sample_made: Path) -> None:
    page = ParsedPage(sample_made, "seat/echo.html")
    for words in (
        "Retired seat · retirements/echo.yaml",
        "Decided by David Wed 14 Oct 2026, 15:10",
        "Answered for by Kristen reported to Kristen",
        "On target 2 of 7 weeks last: 40% in W41, target ≥ 60%",
        "The id “echo” never again",
        "Echo found fewer than half of the complaints before the client did, for four weeks in a row.",
        "It was to be retired when: “Fewer than half of the complaints are found first for a month.”",
        "What worked Two complaints about late deliveries",
        "The lesson An alert is worth something only when it lands in the project it is about.",
        "client-complaint-alerts Crystal Crystal: ",
        "complaints-found-first nobody ended: with the seat; nobody took it over",
    ):
        assert words in page.text


def _write_seat(acme: Shell, seat: str, text: str) -> None:
    acme.write(
        f"seats/{seat}.yaml", f"seat: {seat}\nname: {seat.title()}\nrole: Desk\nowner: ada\nreports_to: ada\n{text}"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: agent\nstatus: proposed\n", "This seat is proposed: it does no work yet"),
        ("kind: human\nstatus: vacant\n", "Nobody holds this seat, so nothing is owed by it. Ada answers for it."),
        ("kind: agent\nstatus: paused\npauses: {2026-11-02: {reason: A new tool}}\n", "Paused: A new tool"),
        ("kind: agent\nstatus: active\n", "This seat has no metrics."),
    ],
)
def test_a_seat_that_is_not_at_work_says_so(acme: Shell, text: str, words: str) -> None:
    _write_seat(acme, "extra", text)
    page = ParsedPage(acme.folder, "seat/extra.html")
    assert words in page.text
    assert "Nothing about this seat is committed yet." in page.text


def test_a_seat_whose_file_cannot_be_read_has_a_page_that_says_so(acme: Shell) -> None:
    acme.write("seats/bot.yaml", "seat: [bot\nname: Bot\n")
    page = ParsedPage(acme.folder, "seat/bot.html")
    assert "cannot be read, so nothing is known of this seat" in page.text
    assert "seats/bot.yaml:" in page.text


def test_a_key_that_cannot_be_read_is_named(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("since: 2026-10-05", "since: last autumn"))
    page = ParsedPage(acme.folder, "seat/bot.html")
    assert "A part of seats/bot.yaml could not be read, so this page is incomplete" in page.text


def test_a_folder_without_git_has_pages_without_a_history(acme: Shell, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    for path in ("org.yaml", "seats/ada.yaml", "seats/bot.yaml"):
        acme.at(plain).write(path, acme.read(path))
    page = ParsedPage(plain, "seat/bot.html")
    assert page.text.count("git") >= 1
    assert "there is no page" not in page.text


@pytest.mark.parametrize("seat", ["jeff", "echo"])
def test_a_page_for_outsiders_says_that_things_are_left_out_and_not_that_there_are_none(
    sample: Shell, seat: str
) -> None:
    sample("site", "../site", "--without", "values", "--without", "notes")
    page = html5lib.HTMLParser(strict=True).parse((sample.folder.parent / f"site/seat/{seat}.html").read_bytes())
    text = " ".join(" ".join(page.itertext()).split())
    assert "The history is left out." in text
    for words in ("no metrics", "no reason", "no review", "git"):
        assert words not in text


def test_an_unknown_seat_has_no_page(acme: Shell) -> None:
    with pytest.raises(UnknownSeat, match='unknown seat "nobody"'):
        ParsedPage(acme.folder, "seat/nobody.html")


def _write_everywhere(acme: Shell, text: str) -> None:
    """An org in which everything that people write about two seats is `text`."""
    metric = {"name": text, "outcome": text, "target": ">= 5", "cadence": "weekly", "rebase": {"2026-W46": text}}
    bot = {
        "seat": "bot", "name": text, "role": text, "kind": "agent", "status": "active", "owner": "ada",
        "reports_to": "ada", "mission": text, "retire_when": text, "capabilities": {"desk": text},
        "inputs": {"model": text}, "metrics": {"calls": metric}, "x-note": text,
    }  # fmt: skip
    old = {**bot, "seat": "old", "status": "retired"}
    record = {
        "seat": "old", "name": text, "role": text, "kind": "agent", "retired_on": "2026-11-19", "reason": text,
        "decided_by": "ada", "review": {"worked": text, "failed": text, "lesson": text, "rehire": text},
        "capabilities": {"desk": "bot"}, "metrics": {"calls": {"ended": text}},
    }  # fmt: skip
    todo = {
        "todo": "2026-11-20-x", "what": text, "owner": "bot", "due": "2026-11-27", "state": "open",
        "events": [{"at": "2026-11-20T14:08:00Z", "by": "ada", "action": "added", "to": "bot", "note": text}],
    }  # fmt: skip
    files = {"seats/bot": bot, "seats/old": old, "retirements/old": record, "todos/2026-11-20-x": todo}
    for path, data in files.items():
        acme.write(f"{path}.yaml", yaml.safe_dump(data, sort_keys=False))
    line = {
        "id": "a",
        "at": "2026-11-20T13:00:00Z",
        "metric": "calls",
        "period": "2026-W47",
        "value": None,
        "by": "ada",
    }
    for seat in ("bot", "old"):
        acme.write(f"scores/{seat}/2026-11.jsonl", json.dumps({**line, "id": seat, "note": text}) + "\n")
    acme.git("add", ".")
    author = text.partition("\n")[0]
    acme.git("commit", "-qm", "Texts", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW, GIT_AUTHOR_NAME=author)


def test_what_people_write_is_never_markup(acme: Shell) -> None:
    seats = ("bot", "old")
    _write_everywhere(acme, "plain")
    plain = {seat: ParsedPage(acme.folder, f"seat/{seat}.html") for seat in seats}
    for text in [*HOSTILE, "\u202eend\u2028two", "</script><script>alert(1)</script>"]:
        _write_everywhere(acme, text)
        for seat in seats:
            page = ParsedPage(acme.folder, f"seat/{seat}.html")
            ours = set(plain[seat].tags) | {"p", "code", "b"}
            assert set(page.tags) <= ours, text
            assert page.tags["script"] == plain[seat].tags["script"], text
            assert len(page.ids) == len(set(page.ids)), text
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.html), text
            assert all(re.match(r"\.\./|#main$", address) for address in page.addresses), text


@pytest.mark.parametrize(("width", "size"), [(1280, "large"), (360, "small")])
def test_no_text_of_a_chart_overlaps_another_where_a_browser_draws_it(
    sample_site: Path, chromium: Browser, width: int, size: str
) -> None:
    with open_tab(chromium, Look(width=width)) as tab:
        for seat in SEATS:
            tab.page.goto((sample_site / f"seat/{seat}.html").as_uri())
            drawn = measure_drawing(tab.page, boxes=".plot .none", texts=f".plot.{size} text", lines=".plot .none")
            assert drawn.texts
            assert drawn.found == []
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("seat", "look"), combine(["jeff", "penny", "echo"], [Look(), Look(width=360, dark=True)]))
def test_axe_finds_nothing(sample_site: Path, chromium: Browser, seat: str, look: Look) -> None:
    with open_tab(chromium, look) as tab:
        tab.page.goto((sample_site / f"seat/{seat}.html").as_uri())
        for one in tab.page.query_selector_all("details > summary"):
            one.click()
        assert run_axe(tab.page) == []


def test_a_validator_accepts_the_pages_of_seats(sample_site: Path) -> None:
    assert check_html([sample_site / f"seat/{seat}.html" for seat in SEATS]) == []


def test_the_file_of_all_pages_has_every_seat_with_ids_of_its_own(sample: Shell) -> None:
    sample("site", "whole.html")
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(sample.read("whole.html"))
    ids = [one.attrib["id"] for one in page.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    assert {"seat/jeff", "seat/echo"} <= set(ids)
    assert {f"#{one}" for one in ids if one.endswith("pacing-on-plan")} & {one.attrib["href"] for one in page.iter("a")}
