"""`orgtp stale`: what is late, whose it is, for how long and why; and that chart, scorecard and diff know of it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from orgtp.model.due import due_at, stale_at
from orgtp.model.period import Cadence
from orgtp.render.stale import format_age
from tests.conftest import ROOT, Shell
from tests.model.building import NEW_YORK, period, row

DOC = (ROOT / "docs" / "freshness.md").read_text(encoding="utf-8")
KEYS = [
    "seat",
    "metric",
    "name",
    "owner",
    "human_owner",
    "period",
    "due",
    "since",
    "in_a_row",
    "state",
    "source",
    "why",
    "silenced",
]
PENNY = (
    "Penny  Average days from invoice to payment  owner Janine  stale for 18 days  3 periods in a row, up to 2026-W46  "
    "source broken: the bank feed answered 401, its access has expired\n"
)


def test_a_line_each_and_exit_code_1(sample: Shell) -> None:
    assert sample("stale", code=1).out == PENNY
    assert sample("stale", "penny", code=1).out == PENNY


def test_nothing_is_stale(sample: Shell) -> None:
    assert sample("stale", "dash").out == "nothing is stale: no value is late\n"
    assert sample("stale", "--at", "2026-10-10").out == "nothing is stale: no value is late\n"
    assert sample("stale", "echo").out == "nothing is stale: echo is retired, and its values are not expected\n"


def test_as_json(sample: Shell) -> None:
    data = sample("stale", "--json", code=1).json
    assert (data["kind"], data["org"], data["at"]) == ("stale", "sneeze-it", "2026-11-20T23:00:00Z")
    (one,) = data["stale"]
    assert list(one) == KEYS
    assert (one["seat"], one["owner"], one["period"], one["state"]) == ("penny", "janine", "2026-W46", "unavailable")
    assert (one["due"], one["since"], one["in_a_row"]) == ("2026-11-16T05:00:00Z", "2026-11-02T06:00:00Z", 3)
    assert sample("stale", "crystal", "--json").json["stale"] == []


def test_on_a_narrow_screen_no_line_is_too_long_and_no_word_is_lost(sample: Shell) -> None:
    out = sample("stale", code=1, COLUMNS="40").out
    assert all(len(line) <= 40 for line in out.splitlines())
    assert set(PENNY.split()) - {"Penny"} <= set(out.split())


def test_a_value_ends_it_everywhere(sample: Shell) -> None:
    seats = {seat["seat"]: seat for seat in sample("chart", "--json").json["seats"]}
    assert {name for name, seat in seats.items() if seat["stale"]} == {"penny"}
    since = [metric["stale_since"] for metric in seats["penny"]["metrics"]]
    assert since == [None, "2026-11-02T06:00:00Z"]
    rows = sample("scorecard", "--json").json["rows"]
    assert [row["stale_since"] for row in rows if row["stale_since"]] == ["2026-11-02T06:00:00Z"]
    assert "unavailable ? ! stale" in sample("seat", "show", "penny").out

    sample("score", "add", "penny", "days-to-pay", "30", "--for", "2026-W46", "--by", "penny")
    assert sample("stale").code == 0
    assert "stale" not in sample("chart").out + sample("scorecard").out + sample("seat", "show", "penny").out


def test_hostile_words_are_only_words(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("name: Bot", 'name: "B\\e[31mot"'))
    acme("score", "add", "bot", "number", "--unavailable", "a\x1b[2Jb", "--for", "2026-W46")
    out = acme("stale", code=1).out
    assert len(out.splitlines()) == 6
    assert "\x1b" not in out


def test_a_seat_set_and_a_retirement_keep_when_a_value_is_due(acme: Shell) -> None:
    acme("seat", "set", "bot", "metrics.number.due=fri 09:00")
    assert "due: fri 09:00" in acme.read("seats/bot.yaml")
    wrong = acme("seat", "set", "bot", "metrics.number.due=Friday, 9am", code=2)
    assert 'due "Friday, 9am" is not a time. Write due: fri 09:00' in wrong.err
    # As of Friday evening, the week before has just become late.
    before = {one["metric"]: one["due"] for one in acme("stale", "--json", code=1).json["stale"]}
    assert (before["number"], before["done"]) == ("2026-11-20T14:00:00Z", "2026-11-16T17:00:00Z")
    changed = acme("diff", "HEAD~1", "--json").json["metric_fields"]
    assert [(one["key"], one["before"], one["after"]) for one in changed] == [("due", None, "fri 09:00")]
    moved = ("--to", "ada", "--move", "number=ada", "--reason", "Ada does it.", "--decided-by", "ada")
    acme("retire", "bot", *moved, "--yes", "--by", "ada")
    assert "due: fri 09:00" in acme.read("seats/ada.yaml")


def test_a_holiday_is_told_by_diff_and_changes_what_is_stale(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("cadence: weekly", "cadence: weekdays"))
    acme.git("commit", "-qam", "Each working day")
    assert {one["period"] for one in acme("stale", "--json", code=1).json["stale"]} == {"2026-11-19"}
    acme.write("org.yaml", acme.read("org.yaml") + "holidays: [2026-11-19, 2026-11-20]\n")
    assert {one["period"] for one in acme("stale", "--json", code=1).json["stale"]} == {"2026-11-17"}
    policy = acme("diff", "HEAD", "--json").json["policy"]
    assert [(one["key"], one["before"], one["after"]) for one in policy] == [
        ("holidays", None, "2026-11-19, 2026-11-20")
    ]


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_how_long(time: timedelta, words: str) -> None:
    assert format_age(time) == words


ROWS = re.findall(r"^\| (hourly|daily|week\w+|monthly|quarterly) \| (.*?) ?\| (\S+) \| (.+) \| (.+) \|$", DOC, re.M)
_OFF = re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", DOC.partition("\nholidays:\n")[2].partition("```")[0])


def told(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize("said", ROWS, ids=" ".join)
def test_the_table_of_the_docs_is_computed(said: tuple[str, ...]) -> None:
    cadence, due, text, due_told, stale_told = said
    one = row(">= 1", {}, cadence=Cadence(cadence), due=due, holidays=tuple(map(date.fromisoformat, _OFF)))
    assert told(due_at(one.org, one.metric, period(text))) == due_told
    assert told(stale_at(one.org, one.metric, period(text))) == stale_told


def test_the_table_has_every_cadence() -> None:
    assert {said[0] for said in ROWS} == set(Cadence)
    assert len(ROWS) == DOC.count("\n| ") - 1
