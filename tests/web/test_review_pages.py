"""The pages of the review, its minutes and the briefing say what the commands say."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from orgtp.web.pages.page import PageMissing
from tests.cli.test_diff_markdown import HOSTILE
from tests.conftest import NOW, Shell
from tests.reviews.answers import write_answers
from tests.web.pages import ParsedPage

PAGES = ["review.html", "review/2026-W44.html", "meeting.html", "brief.html", "brief/david.html", "brief/bogdan.html"]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)


def words_of(element: Any) -> str:
    """The words of an element on one line."""
    return " ".join(" ".join(element.itertext()).split())


def find_all(page: ParsedPage, tag: str, name: str) -> list[Any]:
    """The elements with a class."""
    return [one for one in page.root.iter(tag) if name in one.attrib.get("class", "").split()]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid(sample_made: Path, path: str) -> None:
    page = ParsedPage(sample_made, path)
    assert len(page.ids) == len(set(page.ids))
    assert not page.attributes("style")
    assert not [name for one in page.root.iter() for name in one.attrib if str(name).startswith("on")]
    assert page.tags["h1"] == 1
    assert page.tags["script"] == 1
    assert page.tags["form"] == 0


def test_the_agenda_has_the_rows_of_the_command_in_its_order(sample: Shell) -> None:
    agenda = sample("review", "agenda", "--json").json["agenda"]
    page = ParsedPage(sample.folder, "review.html")
    shown = [words_of(one) for one in find_all(page, "section", "entry")]
    rows = [row for row in agenda["rows"] if row["state"] != "hit-or-miss"]
    assert len(shown) == len(rows) > 2
    for text, row in zip(shown, rows, strict=True):
        assert f"{row['seat'].capitalize()} : {row['name']}" in text
        assert f"owner {row['human_owner']}" in text
    lucky = [row for row in agenda["rows"] if row["state"] == "hit-or-miss"]
    table = words_of(next(one for one in page.root.iter("table") if "Limits" in words_of(one)))
    places = [table.index(row["name"]) for row in lucky]
    assert places == sorted(places)
    counts = f"{len(rows)} rows to discuss, {len(lucky)} hit or miss; {len(agenda['on_target'])} rows on target"
    assert counts in page.text


def test_the_agenda_has_the_todos_the_dates_and_the_ratings_of_the_command(sample: Shell) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--to", "david", "--by", "dash")
    agenda = sample("review", "agenda", "--json").json["agenda"]
    page = ParsedPage(sample.folder, "review.html")
    done = agenda["completion"]
    assert f"{done['done']} of {done['due']} done, {len(agenda['todos'])} open." in page.text
    assert agenda["todos"]
    assert all(one["what"] in page.text for one in [*agenda["todos"], *agenda["escalations"], *agenda["dates"]])
    assert all(f"todos.html#{one['todo']}" in page.addresses for one in agenda["todos"])
    (escalation,) = agenda["escalations"]
    assert f"escalations.html#{escalation['id']}" in page.addresses
    ratings = ", ".join(f"{one['rating']} ({one['week'][5:]})" for one in agenda["ratings"])
    assert f"The last ones: {ratings}." in page.text


def test_every_review_is_listed_with_what_the_command_says(sample: Shell) -> None:
    listed = sample("review", "list", "--json").json["reviews"]
    page = ParsedPage(sample.folder, "review.html")
    rows = {words_of(one).split()[0]: words_of(one) for one in page.root.iter("tr") if words_of(one)[:2] == "20"}
    assert list(rows) == [week["week"] for week in listed["weeks"]]
    for week in listed["weeks"]:
        if week["held"]:
            todos = f"{week['todos_done']} of {week['todos']} done"
            assert f"{week['minutes']} {week['rows']} {todos}" in rows[week["week"]]
            assert all(f"review/{id_}.html" in page.addresses for id_ in week["reviews"])
    assert f"{listed['held']} of {listed['due']} weeks held" in page.text
    assert rows[listed["open_week"]] == f"{listed['open_week']} due now"


@pytest.mark.parametrize("week", ["2026-W43", "2026-W44", "2026-W45"])
def test_the_minutes_say_what_the_command_says(sample: Shell, week: str) -> None:
    (view,) = sample("review", "show", week, "--json").json["reviews"]
    page = ParsedPage(sample.folder, f"review/{week}.html")
    entries = [words_of(one) for one in find_all(page, "section", "entry")]
    assert len(entries) == len(view["rows"]) > 0
    words = {"fix": "Fix", "watch": "Watch", "case": "Open a case", "no-action": "No action"}
    for text, row in zip(entries, view["rows"], strict=True):
        assert f"{row['seat'].capitalize()} : {row['name']}" in text
        assert f"Decision {words[row['decision']]}" in text
        assert all(row[key] in text for key in ("changed", "fix", "todo_what") if row[key])
    (facts,) = find_all(page, "dl", "four")
    text = words_of(facts)
    assert f"{view['minutes']} minutes" in text
    done = view["completion"]
    assert (f"{done['done']} of {done['due']} done" if done["due"] else "To-dos none due") in text
    assert f"Rating {view['rating']} of 10" in text
    assert view["led_by_name"] in text
    commit = sample.git("log", "-1", "--format=%H", "--", f"reviews/{week}.yaml").out[:10]
    assert commit in page.text
    todos = {row["todo"]: row for row in view["rows"] if row["todo"]}
    for todo in todos.values():
        assert f"{todo['todo_what']}" in page.text
        assert todo["todo_state"] in page.text or (todo["todo_state"] == "open" and "overdue" in page.text)


def test_the_minutes_show_the_numbers_of_the_week(sample: Shell) -> None:
    (view,) = sample("review", "show", "2026-W44", "--json").json["reviews"]
    page = ParsedPage(sample.folder, "review/2026-W44.html")
    card = sample("scorecard", "--weeks", "26", "--json").json
    column = card["columns"].index("2026-W44")
    cells = {(row["seat"], row["metric"]): row["cells"][column] for row in card["rows"]}
    sides = [words_of(one) for one in find_all(page, "div", "side")]
    for text, row in zip(sides, view["rows"], strict=True):
        value = cells[row["seat"], row["metric"]]["value"]
        shown = "unknown" if value is None else value.replace("USD", "").strip()
        assert text.replace(",", "").startswith((shown, f"USD {shown}")), (text, row)
    assert page.html.count('class="spark"') == len(view["rows"])


def test_a_second_review_of_a_week_has_its_own_minutes(sample: Shell) -> None:
    for _ in range(2):
        answers = write_answers(sample)
        sample("review", "--answers", answers, "--by", "david", "--again")
    page = ParsedPage(sample.folder, "review/2026-W46-2.html")
    assert "(2026-W46-2)" in page.text
    assert {"../review/2026-W46.html", "../review.html"} <= set(page.addresses)
    assert "W46 has a review already" in ParsedPage(sample.folder, "review.html").text


def test_a_week_without_a_review_has_no_minutes(sample_made: Path) -> None:
    with pytest.raises(PageMissing):
        ParsedPage(sample_made, "review/2026-W01.html")


def test_an_org_without_reviews_has_its_pages(unreviewed: Shell) -> None:
    page = ParsedPage(unreviewed.folder, "review.html")
    assert "No review was held yet." in page.text
    assert "None yet. The list begins with the first review." in page.text


def test_a_value_that_came_after_the_review_is_told_in_its_minutes(sample: Shell) -> None:
    sample("score", "add", "sift", "duplicate-records", "3", "--for", "2026-W45", "--by", "tally")
    text = ParsedPage(sample.folder, "review/2026-W45.html").text
    assert "W45 = 3, recorded Fri 20 Nov 2026, 18:00 by tally" in text


@pytest.mark.parametrize("seat", ["", "david", "janine"])
def test_the_briefing_has_the_lines_of_the_command(sample: Shell, seat: str) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--to", "david", "--by", "dash")
    sample("todo", "add", "Call the bank", "--owner", "janine", "--due", "2026-11-20", "--by", "janine")
    words = ("--for", seat) if seat else ()
    view = sample("brief", *words, "--json").json
    view = view.get("briefing", view)
    page = ParsedPage(sample.folder, f"brief/{seat}.html" if seat else "brief.html")
    needs = [need for one in view["needs"] for need in one["items"]]
    assert bool(needs)
    assert all(need["what"] in page.text for need in needs)
    # An escalation has a page, which its name leads to.
    assert all(need["type"] in page.text for need in needs if need["kind"] != "escalation")
    places = [page.text.index(need["what"]) for need in needs if need["kind"] != "escalation"]
    assert places == sorted(places)
    for one in [*view["late"], *view["off"]]:
        assert f"{one['seat'].capitalize()} , {one['name']} :" in page.text
    assert all(one["why"] in page.text for one in view["late"])
    for one in [*view["dates"], *view["unseen"]]:
        assert one["what"] in page.text
    headings = [words_of(one) for one in page.root.iter("h2")]
    assert [heading.split()[0] for heading in headings] == ["What", "Late", "Off", "New", "Dates", "What"]


def test_the_flags_of_the_briefing_have_their_odds(sample: Shell) -> None:
    view = sample("brief", "--json", ORGTP_NOW="2026-11-16T09:00:00-05:00").json
    flags = view.get("briefing", view)["flags"]
    text = sample("brief", ORGTP_NOW="2026-11-16T09:00:00-05:00").out
    assert flags is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORGTP_NOW", "2026-11-16T09:00:00-05:00")
        page = ParsedPage(sample.folder, "brief.html")
    assert page.text.count("By chance:") == text.count("By chance:") == len(flags)


def test_those_who_had_a_briefing_and_those_who_own_seats_can_be_chosen(sample_made: Path) -> None:
    page = ParsedPage(sample_made, "brief.html")
    assert {f"brief/{seat}.html" for seat in ("david", "bogdan", "janine", "kristen")} <= set(page.addresses)
    assert "brief/dash.html" not in page.addresses


def test_a_seat_that_works_no_more_has_no_briefing(sample_made: Path) -> None:
    with pytest.raises(PageMissing):
        ParsedPage(sample_made, "brief/echo.html")


HARMFUL = [*HOSTILE, "\u202eend\u2028two", "</script><script>alert(1)</script>\uffff"]


def test_a_text_of_a_user_is_no_markup(sample: Shell) -> None:
    """In the minutes, the to-dos, the escalations, the names and the reasons, which have all texts in turn."""
    texts = itertools.cycle(HARMFUL)
    sample("seat", "set", "penny", f"name={''.join(HARMFUL)}", "--by", "david")
    why = " ".join(HARMFUL)
    sample("score", "add", "penny", "days-to-pay", "--unavailable", why, "--for", "2026-W46", "--by", "tally")
    for text in HARMFUL:
        sample("escalate", "open", "--to", "david", "--by", "penny", "--", "penny", text)
        sample("todo", "add", "--owner", "janine", "--due", "2026-11-20", "--by", "janine", "--", text)
    quoted = sample.home / "answers.yaml"
    rows = [
        row
        for row in sample("review", "agenda", "--json").json["agenda"]["rows"]
        if row["state"] in {"silent", "late", "drifting", "off"}
    ]
    before = {path: ParsedPage(sample.folder, path).tags for path in ("review.html", "meeting.html", "brief.html")}
    answers = {
        "led_by": "david",
        "rows": [
            {
                "seat": row["seat"],
                "metric": row["metric"],
                "changed": " ".join([next(texts), next(texts)]),
                "fix": " ".join([next(texts), next(texts)]),
                "decision": "fix",
                "todo": {"what": next(texts), "owner": "janine", "due": "2026-12-01"},
            }
            for row in rows
        ],
        "skipped": [{"seat": "pixel", "why": next(texts)}],
    }
    quoted.write_text(json.dumps(answers), encoding="utf-8")
    sample("review", "--answers", str(quoted), "--by", "david")
    for path in ("review.html", "review/2026-W46.html", "meeting.html", "brief.html", "brief/janine.html"):
        page = ParsedPage(sample.folder, path)
        assert page.tags["script"] == 1, path
        assert page.tags["img"] == page.tags["iframe"] == 0, path
        assert not [one for one in page.addresses if one.startswith("javascript:")], path
        assert not [name for one in page.root.iter() for name in one.attrib if str(name).startswith("on")], path
        assert "\u202e" not in page.html
    assert set(before["review.html"]) >= {"table", "section"}
