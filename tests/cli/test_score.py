"""`orgtp score add|list`: what fits is appended, what does not is refused before anything is written."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cli.changes import body, nothing_written, subject, touched, trailers
from tests.conftest import Shell

FILE = "scores/bot/2026-11.jsonl"


def _records(here: Shell, path: str = FILE) -> list[dict[str, Any]]:
    return [json.loads(line) for line in here.read(path).splitlines()]


@pytest.mark.parametrize(
    ("metric", "given", "stored"),
    [
        ("number", "12.5", "12.5"),
        ("number", "1,200", "1200"),
        ("number", "-3", "-3"),
        ("number", "-0.50", "-0.5"),
        ("number", "0.1", "0.1"),
        ("number", "100000000000000000.123456", "100000000000000000.123456"),
        ("percent", "92.5%", "92.5"),
        ("percent", "92.5", "92.5"),
        ("percent", "-1%", "-1"),
        ("money", "$185,000", "185000"),
        ("money", "USD 185000.50", "185000.5"),
        ("money", "-$20", "-20"),
        ("span", "90m", "1h30m"),
        ("span", "1.5h", "1h30m"),
        ("span", "PT1H30M", "1h30m"),
        ("span", "0s", "0s"),
        ("clock", "7:52am", "07:52"),
        ("clock", "07:52", "07:52"),
        ("clock", "12:05am", "00:05"),
        ("clock", "24:15", "24:15"),
        ("number", "1e-05", "0.00001"),
        ("percent", "9.5E1", "95"),
        ("span", "1.8s", "1.8s"),
        ("span", "36ms", "0.036s"),
        ("done", "true", "yes"),
        ("done", "Y", "yes"),
        ("done", "0", "no"),
    ],
)
def test_a_value_is_stored_in_its_one_form(acme: Shell, metric: str, given: str, stored: str) -> None:
    acme("score", "add", "bot", metric, given)
    (record,) = _records(acme)
    assert (record["metric"], record["value"], record["period"]) == (metric, stored, "2026-W47")
    assert acme("validate", "--json").json["summary"]["errors"] == 0
    assert acme("scorecard", "--json").json["rows"][0]["seat"] == "bot"


def test_the_bytes_of_a_record(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13", "--id", "run-1", "--note", "früh", "--by", "ada")
    raw = (acme.folder / FILE).read_bytes()
    assert raw.decode() == (
        '{"id":"run-1","at":"2026-11-20T23:00:00Z","metric":"number","period":"2026-W47",'
        '"value":"13","by":"ada","note":"früh"}\n'
    )
    acme("score", "add", "bot", "done", "--unavailable", "the form was down")
    grown = (acme.folder / FILE).read_bytes()
    assert grown.startswith(raw)
    assert list(json.loads(grown.splitlines()[1])) == ["id", "at", "metric", "period", "value", "note"]
    assert json.loads(grown.splitlines()[1])["value"] is None
    assert touched(acme) == {FILE: "1/0"}
    assert acme.git("status", "--porcelain").out == ""


def test_an_id_of_ours_is_a_ulid(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13")
    acme("score", "add", "bot", "number", "14")
    first, second = (record["id"] for record in _records(acme))
    assert first != second
    assert first[:10] == second[:10]
    assert len(first) == len(second) == 26


@pytest.mark.parametrize(
    ("cadence", "now", "period"),
    [
        ("weekly", "2026-11-16T04:59:00Z", "2026-W46"),
        ("weekly", "2026-11-16T05:00:00Z", "2026-W47"),
        ("weekly", "2027-01-01T12:00:00Z", "2026-W53"),
        ("daily", "2026-11-20T04:30:00Z", "2026-11-19"),
        ("weekdays", "2026-11-20T05:30:00Z", "2026-11-20"),
        ("hourly", "2026-11-01T05:30:00Z", "2026-11-01T01"),
        ("monthly", "2026-12-01T04:00:00Z", "2026-11"),
        ("quarterly", "2026-12-31T23:00:00Z", "2026-Q4"),
    ],
)
def test_the_period_is_the_one_of_now_in_the_orgs_zone(acme: Shell, cadence: str, now: str, period: str) -> None:
    acme("seat", "set", "bot", f"metrics.number.cadence={cadence}")
    ran = acme("score", "add", "bot", "number", "13", "--json", ORGTP_NOW=now)
    assert ran.json["values"][0]["period"] == period
    assert ran.json["paths"] == [f"scores/bot/{now[:7]}.jsonl"]


def test_an_earlier_period(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13", "--for", "2026-W45")
    assert _records(acme)[0]["period"] == "2026-W45"
    assert subject(acme) == "score(bot): number 2026-W45 = 13"


def test_subject_and_trailers(acme: Shell) -> None:
    ran = acme("score", "add", "bot", "clock", "7:52am", "--by", "bot", "--note", "by hand")
    assert ran.out == f"{acme.head()[:10]} score(bot): clock 2026-W47 = 07:52\n"
    assert trailers(acme) == ["Orgtp-Action: score", "Orgtp-Seat: bot", "Orgtp-By: bot"]
    assert "by hand" in body(acme)
    acme("score", "add", "bot", "clock", "7:53am")
    assert subject(acme) == "score(bot): clock 2026-W47 = 07:53 (was 07:52)"
    acme("score", "add", "bot", "done", "--unavailable", "no answer")
    assert subject(acme) == "score(bot): done 2026-W47 unavailable: no answer"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bot", "number", "many"), "Accepted: 12.5, 1,200"),
        (("bot", "number", ""), "is not a number"),
        (("bot", "number", "NaN"), "is not a number"),
        (("bot", "number", "inf"), "is not a number"),
        (("bot", "number", "0,500"), 'Did you mean "0.500"?'),
        (("bot", "percent", "0,950%"), 'Did you mean "0.950%"?'),
        (("bot", "money", "USD 0,500"), 'Did you mean "USD 0.500"?'),
        (("bot", "span", "1,5h"), 'Did you mean "1.5h"?'),
        (("bot", "number", "1,2"), "is not a number"),
        (("bot", "percent", "USD 5"), "is not a percentage"),
        (("bot", "money", "EUR 5"), "USD"),
        (("bot", "span", "-1h"), "is not a duration"),
        (("bot", "clock", "48:00"), "is not a time of day"),
        (("bot", "clock", "13:00pm"), "is not a time of day"),
        (("bot", "done", "maybe"), "is not yes or no"),
        (("bot", "number", "1", "--for", "2026-W48"), "has not begun yet"),
        (("bot", "number", "1", "--for", "2026-11-20"), "Write one as 2026-W47"),
        (("bot", "number", "1", "--for", "last week"), "Write one as 2026-W47"),
        (("bot", "number", "1", "--for", "2026-W54"), "Write one as 2026-W47"),
        (("bot", "number", "--unavailable", " "), "--unavailable REASON"),
        (("bot", "number", "1", "--unavailable", "x"), "give VALUE or --unavailable, not both"),
        (("bot", "number"), "give a value"),
        (("bot",), "SEAT METRIC VALUE"),
        ((), "SEAT METRIC VALUE"),
        (("bot", "numbr", "1"), 'Did you mean "number"?'),
        (("bott", "number", "1"), 'Did you mean "bot"?'),
        (("bot", "number", "1", "--id", "a b"), "is not a valid id"),
        (("bot", "number", "1", "--id", "x" * 65), "is not a valid id"),
        (("bot", "number", "1", "--by", "nobody"), 'unknown seat "nobody"'),
        (("bot", "number", "1", "--note"), "--note"),
        (("bot", "number", "--nte", "x"), "See: orgtp score add --help"),
        (("bot", "number", "--nte"), "there is no option --nte"),
    ],
)
def test_what_does_not_fit_is_refused(acme: Shell, words: tuple[str, ...], said: str) -> None:
    with nothing_written(acme):
        assert said in acme("score", "add", *words, code=2).err
    assert not (acme.folder / "scores").exists()


def test_a_retired_seat_gets_no_values(sample: Shell) -> None:
    with nothing_written(sample):
        ran = sample("score", "add", "echo", "complaints-found-first", "50", code=2)
        assert "echo is retired" in ran.err


def test_the_same_id_again_changes_nothing(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13", "--id", "run-1")
    with nothing_written(acme):
        again = acme("score", "add", "bot", "number", "13", "--id", "run-1")
        assert again.out == ""
        assert "already recorded" in again.err
        data = acme("score", "add", "bot", "number", "13", "--id", "run-1", "--json").json
        assert (data["commit"], data["paths"]) == (None, [])


def test_a_repeated_id_says_what_stands_there(acme: Shell) -> None:
    """A caller that uses an id again for another value is refused, and sees both."""
    acme("score", "add", "bot", "number", "13", "--id", "run-1")
    with nothing_written(acme):
        ran = acme("score", "add", "bot", "number", "14", "--id", "run-1", code=2)
        assert (
            "the id run-1 belongs to another value: bot number 2026-W47 = 13, recorded at 2026-11-20T23:00:00Z"
            in ran.err
        )
        assert "The new one is bot number = 14." in ran.err


def test_help_is_asked_for_and_not_stumbled_into(acme: Shell) -> None:
    assert acme("score", "add", "-h").out == acme("score", "add", "--help").out
    assert "Usage: orgtp score add" in acme("score", "add", "-h").out


def test_dry_run(acme: Shell) -> None:
    with nothing_written(acme):
        ran = acme("score", "add", "bot", "number", "13", "--dry-run")
        assert f"+++ b/{FILE}" in ran.out
        assert "score(bot): number 2026-W47 = 13" in ran.err


def test_who_may_record(sample: Shell) -> None:
    for by in ("dash", "bogdan", "radar", "david", "tally"):
        sample("score", "add", "dash", "variance-before-call", "yes", "--by", by)
    with nothing_written(sample):
        for by in ("crystal", "jeff", "janine"):
            ran = sample("score", "add", "dash", "variance-before-call", "yes", "--by", by, code=2)
            assert f"{by} may not record for dash" in ran.err
            assert "tally" in ran.err
        assert "echo" in sample("score", "add", "dash", "variance-before-call", "yes", "--by", "echo", code=2).err


def test_who_acts(sample: Shell) -> None:
    words = ("score", "add", "dash", "variance-before-call", "yes", "--json")
    assert sample(*words, ORGTP_SEAT="tally").json["values"][0]["by"] == "tally"
    assert sample(*words, "--by", "dash", ORGTP_SEAT="tally").json["values"][0]["by"] == "dash"
    sample.git("config", "user.email", "Bogdan@Example.com")
    assert sample(*words).json["values"][0]["by"] == "bogdan"
    assert 'unknown seat "nobody"' in sample(*words, code=2, ORGTP_SEAT="nobody").err


def test_a_seat_stands_in_for_a_missing_identity(sample: Shell) -> None:
    (sample.home / ".gitconfig").write_text("", encoding="utf-8")
    words = ("score", "add", "dash", "variance-before-call", "yes")
    with nothing_written(sample):
        assert "--by SEAT or ORGTP_SEAT" in sample(*words, code=2).err
    sample(*words, "--by", "tally")
    assert sample.git("log", "-1", "--format=%an <%ae>").out == "Tally <tally@example.com>\n"


def test_corrections_are_shown(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "11", "--by", "bot")
    acme("score", "add", "bot", "number", "12", "--note", "one was missed", ORGTP_NOW="2026-11-20T18:05:00-05:00")
    lines = acme("score", "list", "bot", "number").out.splitlines()
    assert ["11" in lines[0], "corrected" in lines[0]] == [True, True]
    assert ["12" in lines[1], "corrected" in lines[1], "one was missed" in lines[1]] == [True, False, True]
    listed = acme("score", "list", "bot", "--json").json["scores"]
    assert [(line["value"], line["counts"], line["corrected"]) for line in listed] == [
        ("11", False, True),
        ("12", True, False),
    ]
    cell = acme("scorecard", "--json").json["rows"][0]["cells"][-1]
    assert (cell["value"], cell["state"], cell["corrected"]) == ("12", "on", True)
    assert "*12" in acme("scorecard").out
    assert len(acme.read(FILE).splitlines()) == 2


def test_a_value_that_is_broken_off_is_not_lengthened(acme: Shell) -> None:
    """A file without its last newline gets one before the record, so that two records never share a line."""
    acme("score", "add", "bot", "number", "11")
    acme.write(FILE, acme.read(FILE).rstrip("\n"))
    acme.git("commit", "-qam", "Without a newline")
    acme("score", "add", "bot", "number", "12")
    assert [record["value"] for record in _records(acme)] == ["11", "12"]


def test_work_of_others_stays_as_it_is(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("Desk", "Desks"))
    acme.write("seats/new.yaml", "seat: new\n")
    acme.git("add", "seats/new.yaml")
    acme.write("notes.txt", "mine\n")
    before = acme.git("status", "--porcelain").out
    acme("score", "add", "bot", "number", "12")
    assert acme.git("status", "--porcelain").out == before
    assert touched(acme) == {FILE: "1/0"}


def test_forty_values_by_eight_processes(acme: Shell) -> None:
    """Eight writers at once, five values each: all forty are there, and the history is one line."""

    def write_five(number: int) -> None:
        for turn in range(1, 6):
            acme("score", "add", "bot", "number", f"{number}{turn}", "--id", f"{number}-{turn}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_five, range(1, 9)))
    assert sorted(record["id"] for record in _records(acme)) == sorted(
        f"{a}-{b}" for a in range(1, 9) for b in range(1, 6)
    )
    assert acme.git("rev-list", "--count", "HEAD").out == "42\n"
    assert acme.git("rev-list", "--merges", "HEAD").out == ""
    assert acme.git("status", "--porcelain").out == ""
    assert "error" not in acme.git("fsck", "--full").err
