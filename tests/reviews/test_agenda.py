"""`orgtp review agenda`: the order, the week that it judges, the selection, and every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import html5lib
import pytest
from markdown_it import MarkdownIt

from orgtp.model.org import Org
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow, ReviewState, find_last_week
from orgtp.render.review.agenda import AgendaHead, agenda_html, agenda_markdown, agenda_text
from orgtp.render.terminal import Screen
from orgtp.views.review.agenda import Agenda, build_agenda
from tests.cli.terminal import driving
from tests.cli.test_diff_markdown import AFTER, HOSTILE, OURS, rendered, tags, visible
from tests.conftest import Shell
from tests.reviews.answers import WEEK
from tests.views.orgs import BOT, org, row

# A Monday morning: the last week that is over is 2026-W47.
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECTIONS = ["To-dos", "What needs a person", "Open escalations", "Dates", "Rating"]


def values(*texts: str | None) -> str:
    """Weekly values of the bot up to W47, recorded each on the Friday of its week."""
    first = 47 - len(texts) + 1
    return "".join(row(f"r{number}", text, f"2026-W{first + number}", 20) for number, text in enumerate(texts))


def agenda_of(*texts: str | None, now: datetime = MONDAY) -> Agenda:
    """The agenda of an org whose bot has these values up to W47."""
    return build_agenda(org({"scores/bot/2026-11.jsonl": values(*texts)}), now)


def test_the_order_of_the_agenda(sample: Shell) -> None:
    text = sample("review", "agenda").out
    assert re.findall(r"^[1-5]\. ([A-Za-z -]+)", text, re.M) == SECTIONS
    assert text.startswith(f"Review of {WEEK}, 9 Nov to 15 Nov 2026, Sneeze It\nas of 2026-11-20 18:00, commit ")


def test_the_rows_are_sorted_by_what_needs_a_person(sample: Shell) -> None:
    states = [row["state"] for row in sample("review", "agenda", "--json").json["agenda"]["rows"]]
    order = ["silent", "late", "drifting", "off", "hit-or-miss"]
    assert states == sorted(states, key=order.index)
    assert {"late", "off"} <= set(states) | {"late"}


def test_people_and_agents_are_alike(sample: Shell) -> None:
    """A person who is off target is among the rows, and no row says what the seat is."""
    sample("score", "add", "kristen", "first-round-approval", "10%", "--for", WEEK, "--by", "kristen")
    text = sample("review", "agenda").out
    assert "Kristen, Creative approved" in text
    assert "human" not in text
    assert not re.search(r"\bagent\b", text)


def test_a_row_on_target_is_one_of_a_number(sample: Shell) -> None:
    text = sample("review", "agenda").out
    assert re.search(
        r"2\. What needs a person: \d rows to discuss, \d+ hit or miss; \d+ rows on target, of \d+ seats", text
    )
    assert "David, " not in text


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-22T23:59:58+00:00", "2026-W46"),
        ("2026-11-22T23:59:59+00:00", "2026-W47"),
        ("2026-11-23T00:00:00+00:00", "2026-W47"),
        ("2026-11-29T23:59:00+00:00", "2026-W47"),
        ("2027-01-04T09:00:00+00:00", "2026-W53"),
    ],
)
def test_a_review_judges_the_last_week_that_is_over(now: str, week: str) -> None:
    """The last second of a week is its end: a view of a past week is as of then."""
    assert find_last_week(datetime.fromisoformat(now), UTC).text == week


def test_the_week_in_progress_is_not_judged(sample: Shell) -> None:
    """A value of the current week changes nothing about the row: the review is about the week before."""
    before = sample("review", "agenda", "--json").json["agenda"]["on_target"]
    sample("score", "add", "kristen", "first-round-approval", "10%", "--for", "2026-W47", "--by", "kristen")
    assert sample("review", "agenda", "--json").json["agenda"]["on_target"] == before


def test_the_agenda_of_the_past(sample: Shell) -> None:
    found = sample("review", "agenda", "--at", "2026-W44", "--json").json["agenda"]
    assert (found["week"], found["columns"][-1]) == ("2026-W44", "2026-W44")
    assert "as of 2026-11-01 23:59" in sample("review", "agenda", "--at", "2026-W44").out


@pytest.mark.parametrize(
    ("texts", "state", "reason"),
    [
        (["9", "9", "9"], ReviewState.ON, ""),
        (["9", "9", "1"], ReviewState.OFF, "off target"),
        (["9", "1", "1", "1"], ReviewState.OFF, "off target, 3 in a row"),
        (["9", "1", None, "1", "1"], ReviewState.OFF, "off target, 3 in a row"),
        (["9", "9", None], ReviewState.LATE, "late since"),
        (["9", None, None, None], ReviewState.SILENT, "nothing known for 3 weeks"),
    ],
)
def test_why_a_row_needs_a_person(texts: list[str | None], state: ReviewState, reason: str) -> None:
    agenda = agenda_of(*texts, now=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert agenda.state_of("bot", "calls") is state
    assert [row.reasons[0] for row in agenda.rows if not row.reasons[0].startswith(reason)] == []
    assert bool(agenda.rows) is state.needs_person


def test_a_value_that_is_not_due_yet_leaves_the_verdict_of_the_week_before() -> None:
    """On Monday morning, the value of last week may still come. Until then, the row has the verdict that it had."""
    head = "org: acme\nname: Acme\ntimezone: UTC\npolicy: {due: {weekly: mon 12:00}}\n"
    here = org({"org.yaml": head, "scores/bot/2026-11.jsonl": values("9", "1")})
    agenda = build_agenda(here, datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    (row_,) = agenda.rows
    assert (row_.state, row_.period, row_.cells[-1].state.value) == (ReviewState.OFF, "2026-W47", "pending")
    assert row_.reasons == ("off target in 2026-W47",)


def test_off_three_in_a_row_comes_before_off(sample: Shell) -> None:
    runs = [
        row["misses_in_a_row"]
        for row in sample("review", "agenda", "--json").json["agenda"]["rows"]
        if row["state"] == "off"
    ]
    assert runs == sorted(runs, reverse=True)


def test_what_was_to_be_watched_is_a_check_in() -> None:
    watched = ReviewRow("bot", "calls", ReviewState.OFF, fix="Few cases.", decision=ReviewDecision.WATCH)
    held = Review("2026-W46", led_by="ada", rows=(watched,))
    found = build_agenda(
        replace(org({"scores/bot/2026-11.jsonl": values("1", "1")}), reviews={"2026-W46": held}), MONDAY
    )
    assert [(one.kind, one.seat, one.what) for one in found.dates] == [
        ("check-in", "bot", "watched since 2026-W46: Few cases.")
    ]
    assert found.rows[0].last == watched


def test_dates_of_seats() -> None:
    bot = BOT.replace("metrics:", "review_by: 2026-11-20\nmetrics:")
    found = build_agenda(org({"seats/bot.yaml": bot}), MONDAY)
    assert [(one.kind, f"{one.date}", one.overdue) for one in found.dates] == [("review_by", "2026-11-20", True)]
    later = BOT.replace("metrics:", "review_by: 2027-01-20\nmetrics:")
    assert build_agenda(org({"seats/bot.yaml": later}), MONDAY).dates == ()


def test_a_selection(sample: Shell) -> None:
    whole = sample("review", "agenda", "--json").json["agenda"]
    part = sample("review", "agenda", "--owner", "bogdan", "--json").json["agenda"]
    assert [row for row in whole["rows"] if row["owner"] == "bogdan"] == part["rows"]
    assert part["left_out"]["seats"] > 0
    assert "left out by --owner bogdan: " in sample("review", "agenda", "--owner", "bogdan").out
    off = sample("review", "agenda", "--state", "off", "--json").json["agenda"]
    assert {row["verdict"] for row in off["rows"]} == {"off"}
    assert off["on_target"] == []
    names = [row["name"] for row in sample("review", "agenda", "--sort", "name", "--json").json["agenda"]["rows"]]
    assert names == sorted(names)
    assert 'unknown seat "dahs". Did you mean "dash"?' in sample("review", "agenda", "--seat", "dahs", code=2).err


def test_every_value_of_the_agenda_is_one_of_the_scorecard(sample: Shell) -> None:
    cells = {
        (row["seat"], row["metric"], cell["period"]): cell
        for row in sample("scorecard", "--weeks", "14", "--json").json["rows"]
        for cell in row["cells"]
    }
    for row_ in sample("review", "agenda", "--json").json["agenda"]["rows"]:
        assert [cells[row_["seat"], row_["metric"], cell["period"]] for cell in row_["cells"]] == row_["cells"]


def test_numbers_in_json_are_text(sample: Shell) -> None:
    found = sample("review", "agenda", "--format", "json").json
    assert json.loads(json.dumps(found)) == found
    assert not re.search(r'"value": [0-9]', sample("review", "agenda", "--json").out)


def test_a_narrow_terminal(sample: Shell) -> None:
    lines = sample("review", "agenda", COLUMNS="60").out.splitlines()
    assert max(map(len, lines)) <= 60


def test_markdown_has_the_same_sections(sample: Shell) -> None:
    text = sample("review", "agenda", "--format", "md").out
    blocks = MarkdownIt("commonmark").parse(text)
    headings = [blocks[n + 1].content for n, one in enumerate(blocks) if one.type == "heading_open"]
    assert headings == [f"Review of {WEEK}", *(f"{n}. {title}" for n, title in enumerate(SECTIONS, start=1))]
    assert tags(rendered(text)) <= OURS | {"h1"}


def nasty_org(text: str) -> Org:
    """An org in which everything that people write is `text`, with a row off target that a review watched."""
    base = org({"scores/bot/2026-11.jsonl": values("1", "1", None)})
    bot = base.seats["bot"]
    metric = replace(bot.metrics["calls"], name=text, outcome=text)
    seat = replace(bot, name=text, role=text, mission=text, metrics={"calls": metric})
    note = tuple(replace(score, note=text) for score in base.scores["bot"])
    watched = ReviewRow("bot", "calls", ReviewState.OFF, text, text, ReviewDecision.WATCH)
    held = Review("2026-W46", led_by="ada", rows=(watched,))
    return replace(
        base,
        name=text,
        seats={**base.seats, "bot": seat, "ada": replace(base.seats["ada"], name=text)},
        scores={"bot": note},
        reviews={"2026-W46": held},
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_is_inert(text: str) -> None:
    here = nasty_org(text)
    head = AgendaHead(text, MONDAY, UTC)
    page = rendered(agenda_markdown(build_agenda(here, MONDAY), head))
    assert tags(page) <= OURS | {"h1"}
    assert not AFTER.search(visible(page))
    plain = rendered(agenda_markdown(build_agenda(nasty_org("x"), MONDAY), replace(head, name="x")))
    assert [page.count(f"<{tag}>") for tag in ("h1", "h2", "li", "p")] == [
        plain.count(f"<{tag}>") for tag in ("h1", "h2", "li", "p")
    ]


@pytest.mark.parametrize("text", [*HOSTILE, "\x1b[31m\u202e\u2028", "'\"--></style><script>"])
def test_html_is_strict_and_inert(text: str) -> None:
    """A parser as strict as the standard reads it, and a text of a user makes no element."""
    page = agenda_html(build_agenda(nasty_org(text), MONDAY), AgendaHead(text, MONDAY, UTC))
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found = [one.tag for one in parser.parse(page).iter()]
    plain = agenda_html(build_agenda(nasty_org("x"), MONDAY), AgendaHead("x", MONDAY, UTC))
    assert found == [one.tag for one in parser.parse(plain).iter()]
    assert "script" not in found
    assert driving(page) == []


def test_html_needs_nothing_else(sample: Shell) -> None:
    """No address, script or file: the page can be mailed and printed. Each row has lines to write on."""
    page = sample("review", "agenda", "--format", "html").out
    assert not re.search(r"(?i)<(?:script|link|img|iframe|object)|url\(|https?://|@import", page)
    assert "@media print" in page
    rows = [row for row in sample("review", "agenda", "--json").json["agenda"]["rows"] if row["state"] != "hit-or-miss"]
    assert page.count("<dt>What changed</dt>") == len(rows) > 0


@pytest.mark.parametrize("text", HOSTILE)
def test_text_for_a_terminal_is_inert(text: str) -> None:
    assert driving(agenda_text(build_agenda(nasty_org(text), MONDAY), AgendaHead(text, MONDAY, UTC), Screen(80))) == []
