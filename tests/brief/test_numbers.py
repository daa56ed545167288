"""A briefing never makes a number up: each one is in the JSON of another view of the same commit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Shell

ZONE = ZoneInfo("America/New_York")
# A number and what is written together with it: a date, a time, a period, hits such as 4/5.
WORD = re.compile(r"[0-9](?:[0-9A-Za-z:./,-]*[0-9A-Za-z])?")
LEAST_SHOWN = Decimal("0.05")
MOMENTS = ["2026-10-05", "2026-10-14", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-17", "2026-11-20"]


def texts_in(value: Any) -> Iterator[str]:
    """Every text and number of a JSON document."""
    if isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def words_in(text: str) -> set[str]:
    return set(WORD.findall(text))


def known_words(documents: list[Any]) -> tuple[set[str], set[Decimal]]:
    """The words that a briefing may have, with times in the org's time zone, and the numbers."""
    words: set[str] = set()
    numbers: set[Decimal] = set()
    for text in (text for document in documents for text in texts_in(document)):
        words |= words_in(text)
        if re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", text):
            words |= words_in(f"{datetime.fromisoformat(text).astimezone(ZONE):%Y-%m-%d %H:%M}")
    return words, numbers | {number for word in words if (number := number_in(word)) is not None}


def number_in(word: str) -> Decimal | None:
    plain = word.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain) else None


def find_made_up(text: str, documents: list[Any]) -> list[str]:
    """The words with a number that no document has, or has with more places than a person reads.

    Odds of 0 to 1 are a percentage with one place, limits have two places, and a limit of a share is not above 100%.
    """
    words, numbers = known_words(documents)
    odds = {number * 100 for number in numbers if number <= 1}
    rounded = {round(number, 1) for number in odds} | {round(number, 2) for number in numbers} | {Decimal(100)}
    text = text.replace("less than 0.1%", "") if any(0 < number < LEAST_SHOWN for number in odds) else text
    found = []
    for word in sorted(words_in(text)):
        number = number_in(word)
        is_known = word in words or (number is not None and number in numbers | rounded)
        found += [] if is_known else [word]
    return found


def documents_of(org: Shell, *when: str, **env: str) -> list[Any]:
    """What the other views say."""
    views = (["scorecard"], ["health"], ["stale"], ["escalate", "list"], ["todo", "list"])
    return [org(*view, "--json", *when, code=None, **env).json for view in views]


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_number_is_in_the_json_of_another_view(sample: Shell, moment: str) -> None:
    """In every form, and in the JSON."""
    brief = sample("brief", "--json", "--at", moment).json
    documents = [*documents_of(sample, "--at", moment), days_of(sample, moment)]
    for name in ("needs", "late", "off", "flags"):
        assert find_made_up("\n".join(texts_in(brief["briefing"][name])), documents) == [], name
    # When it is of, and how long it is valid, is its own business.
    own = {"revision": brief["revision"][:10], **{key: brief["briefing"][key] for key in ("at", "valid_until")}}
    for form in ("text", "md", "html"):
        text = sample("brief", "--format", form, "--at", moment).out
        styles = re.search("<style>.*</style>", text)
        text = text.replace(styles[0] if styles else "\0", "").replace("&#8203;", "").replace("utf-8", "")
        text = re.sub("</?h[0-9]>", "", text)
        text = unescape(text) if form == "html" else text
        assert find_made_up(text, [*documents, own]) == [], form


def days_of(org: Shell, moment: str) -> list[str]:
    """The dates, and only these, that the files of the org have: reviews, holidays, and what begins or ends."""
    seats = org("seat", "list", "--json", "--at", moment).json["seats"]
    found = [org("seat", "show", seat["seat"], "--json", "--at", moment).out for seat in seats]
    found.append(org("org", "show", "--json").out)
    return sorted({day for text in found for day in re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9T])", text)})


def test_with_escalations_and_todos_that_are_new_and_overdue(sample: Shell) -> None:
    """Nothing is in a file that is not committed, so all views are of one commit."""
    sample("escalate", "open", "dash", "12 of 90 ad accounts are locked", "--by", "dash")
    sample("todo", "add", "Call 3 banks", "--owner", "janine", "--due", "2026-11-23", "--by", "david")
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW="2026-11-24T12:00:00-05:00")
    for now in ("2026-11-23T07:45:00-05:00", "2026-11-24T12:15:00-05:00", "2026-12-01T07:45:00-05:00"):
        text = sample("brief", ORGTP_NOW=now).out
        brief = sample("brief", "--json", ORGTP_NOW=now).json
        own = {"revision": brief["revision"][:10], **{key: brief["briefing"][key] for key in ("at", "valid_until")}}
        collect = brief["briefing"]["collect"]
        documents = [*documents_of(sample, ORGTP_NOW=now), own, days_of(sample, "2026-11-20")]
        documents += [value["at"] for value in sample("score", "list", "--json").json["scores"] if collect["is_old"]]
        assert find_made_up(text, documents) == [], now
        assert "12 of 90 ad accounts" in text
        assert "Call 3 banks" in text


def test_values_are_in_the_scorecard(sample: Shell) -> None:
    """Of each metric, the value of its own row."""
    for moment in MOMENTS:
        rows = sample("scorecard", "--json", "--at", moment).json["rows"]
        known = {(row["seat"], row["metric"]): row for row in rows}
        for one in sample("brief", "--json", "--at", moment).json["briefing"]["off"]:
            row = known[one["seat"], one["metric"]]
            assert (one["value"], one["target"], one["misses_in_a_row"]) == (
                row["latest"], row["target"], row["misses_in_a_row"],
            )  # fmt: skip
            assert row["state"] == "off"


def test_the_test_finds_a_number_that_is_made_up() -> None:
    documents = [{"value": "1200.5", "at": "2026-11-20T13:00:02Z", "odds": "0.145", "period": "2026-W47"}]
    assert find_made_up("1,200.5 at 08:00 on 2026-11-20, in 2026-W47: 14.5%", documents) == []
    assert find_made_up("1,201 at 13:00, 2026-W48: 15% and 3", documents) == ["1,201", "13:00", "15", "2026-W48", "3"]


def test_a_number_may_be_rounded_as_the_briefing_rounds() -> None:
    documents = [{"lower": "87.7127", "odds": "0.0017284", "smallest": "0.0000081"}]
    assert find_made_up("87.71%, 0.2%, less than 0.1%", documents) == []
    assert find_made_up("87.72%, 87.7%, 0.17%, 0.3%", documents) == ["0.17", "0.3", "87.7", "87.72"]
    assert find_made_up("less than 0.1%", [{"odds": "0.0017284"}]) == ["0.1"]
