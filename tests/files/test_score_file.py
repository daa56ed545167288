"""Score files: what is written is read back, and a bad line takes no other with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.files.apply import format_appended_lines
from orgtp.files.scores import find_seat_of_scores, read_scores
from orgtp.model.change import AppendScores
from orgtp.model.score import SCORE_KEYS, Score, make_ulid

PATH = "scores/bot/2026-11.jsonl"
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
SCORES = st.builds(
    Score,
    id=st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    seat=st.just("bot"),
    metric=IDS,
    period=st.sampled_from(["2026-11-20T14", "2026-10-25T01+0000", "2026-11-20", "2026-W47", "2026-11", "2026-Q4"]),
    value=st.one_of(st.none(), TEXTS.filter(bool)),
    by=st.one_of(st.just(""), IDS),
    note=TEXTS,
    void=st.booleans(),
).map(lambda score: replace(score, value=None) if score.void else score)
GOOD = b'{"id":"a","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"1"}'


@given(st.lists(SCORES, max_size=4))
def test_what_is_written_is_read_back_and_a_line_is_a_record(scores: list[Score]) -> None:
    raw = format_appended_lines(b"", AppendScores(PATH, tuple(scores)))
    assert raw.count(b"\n") == len(scores)
    assert read_scores(PATH, raw) == (tuple(scores), ())


@given(SCORES)
def test_the_keys_of_a_line_stand_in_the_order_of_the_design(score: Score) -> None:
    keys = list(json.loads(score.line))
    assert keys == [key for key in SCORE_KEYS if key in keys]
    assert set(SCORE_KEYS[:5]) <= set(keys)


@given(st.lists(st.one_of(st.binary(max_size=30), st.just(GOOD)), max_size=5))
def test_no_bytes_raise_and_every_good_line_is_read(lines: list[bytes]) -> None:
    records, _ = read_scores(PATH, b"\n".join([*lines, b""]))
    assert len(records) == b"\n".join(lines).split(b"\n").count(GOOD)


def test_a_value_after_a_cut_off_line_begins_on_a_line_of_its_own() -> None:
    score = Score("b", datetime(2026, 11, 20, tzinfo=UTC), "bot", "m", "2026-W47", "2")
    raw = GOOD + b"\n" + GOOD[:30]
    records, problems = read_scores(PATH, raw + format_appended_lines(raw, AppendScores(PATH, (score,))))
    assert [record.id for record in records] == ["a", "b"]
    assert [(problem.rule, problem.place.line) for problem in problems] == [("score-malformed", 2)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace(b'"1"', b'"\\ud800"'), '"value" contains half of a surrogate pair'),
        (b"[" * 100_000, "it is not JSON"),
        (b"NaN", "a line must be one JSON object"),
        (b"\xef\xbb\xbf" + GOOD, "it is not JSON"),
        (GOOD.decode().encode("utf-16-le"), "it is not JSON"),
        (GOOD + GOOD, "it is not JSON"),
    ],
)
def test_odd_lines(line: bytes, said: str) -> None:
    records, problems = read_scores(PATH, line + b"\n")
    assert records == ()
    assert [problem.message for problem in problems] == [f"not a score: {said}"]


def test_later_keys_are_let_through() -> None:
    records, problems = read_scores(PATH, GOOD[:-1] + b',"later":{"a":[NaN,1e999]}}\n')
    assert (len(records), problems) == (1, ())


@pytest.mark.parametrize("path", ["scores/2026-11.jsonl", "scores/a/b/2026-11.jsonl", "seats/bot.yaml", f"{PATH}.bak"])
def test_what_is_no_score_file(path: str) -> None:
    assert find_seat_of_scores(path) is None
    assert find_seat_of_scores(PATH) == "bot"


@given(
    one=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    other=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_ids_of_ours_sort_by_time(one: datetime, other: datetime) -> None:
    earlier, later = sorted([one, other])
    assert make_ulid(earlier, 0) <= make_ulid(later, 0)
    assert len(make_ulid(one, 0)) == 26
    assert make_ulid(one, 1) < make_ulid(one, 2)
