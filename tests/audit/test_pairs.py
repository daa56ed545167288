"""What is decided quickly is decided as the rule decides it that says why: each pair, on whatever comes up."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from orgtp.audit.model import CommitChanges, CommitObject, TreeChange
from orgtp.audit.rules import scores as audit_scores
from orgtp.audit.rules import trailers as audit_claims
from orgtp.audit.score_files import is_stored
from orgtp.files import scores as score_file
from orgtp.files.scores import PLAIN_LINE, parse_score_line
from orgtp.files.seat import read_seat
from orgtp.model import trailers
from orgtp.model.period import parse_period
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Seat
from orgtp.model.trailers import TrailerClaims, parse_claims

_TARGETS = {
    "number": "'>= 12'", "percent": "'>= 95%'", "money": "'>= USD 185000'", "span": "'<= 1h'", "clock": "'by 08:00'",
    "done": "'yes'", "between": "'10..20'", "dated": "{2026-W01: '>= 90%', 2026-W30: '>= 95%'}", "odd": "soon",
}  # fmt: skip
_CADENCES = ("hourly", "daily", "weekdays", "weekly", "monthly", "quarterly")


def _seat() -> Seat:
    """A seat with a metric of every kind and every cadence, and one whose target cannot be read."""
    rows = [
        f"  {name}-{cadence}: {{name: n, outcome: o, cadence: {cadence}, target: {target}}}"
        for name, target in _TARGETS.items()
        for cadence in _CADENCES
    ]
    text = "seat: bot\nname: Bot\nrole: Desk\nkind: agent\nstatus: active\nowner: ada\nmetrics:"
    found = read_seat("seats/bot.yaml", "\n".join([text, *rows, ""]).encode())[0]
    assert found is not None
    assert len(found.metrics) == len(_TARGETS) * len(_CADENCES)
    return found


SEAT = _seat()
PERIODS = st.sampled_from(["2026-11-20T14", "2026-11-20", "2026-W47", "2026-11", "2026-Q4", "2026-11-21", "2026-W54"])
VALUES = (
    st.none()
    | st.sampled_from(
        ["12", "12.0", "1,200", "95%", "185000", "$5", "1h", "90m", "1h30m", "07:52", "7:52am", "yes", "no"]
    )
    | st.sampled_from(
        ["true", "-3", "0", "-0", "1e3", "NaN", "inf", " 1", "24:00", "١٢", "08:00", "0m", "999999999999.5"]
    )
    | st.decimals(allow_nan=False, places=3).map(str)
    | st.text(min_size=1, max_size=6)
)
NOTES = st.sampled_from(["", " ", "\t", "why", "\u00a0", "\u2003"]) | st.text(max_size=4)


@settings(max_examples=600, deadline=None, database=None)
@given(metric=st.sampled_from(sorted(SEAT.metrics)), period=PERIODS, value=VALUES, note=NOTES, void=st.booleans())
def test_fits_is_no_misfit(metric: str, period: str, value: str | None, note: str, void: bool) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    if parse_period(period) is None:
        return
    value = None if void else value
    score = Score("i", at, "bot", metric, period, value, "", note, void, Place("scores/bot/2026-11.jsonl", 1))
    why = audit_scores.explain_misfit(score, SEAT)
    assert audit_scores.value_fits(SEAT.metrics[metric], period, value, note, void=void) == (why == ""), why


@settings(max_examples=400, deadline=None, database=None)
@given(metric=st.sampled_from(sorted(SEAT.metrics)), value=VALUES)
def test_is_stored_is_what_fits(metric: str, value: str | None) -> None:
    """The audit asks this of the bytes of a plain line."""
    found = SEAT.metrics[metric]
    text = (value or "12").encode("ascii", "ignore")
    if not found.targets.dated or not text:
        return
    period = {
        "hour": "2026-11-20T14",
        "day": "2026-11-20",
        "week": "2026-W47",
        "month": "2026-11",
        "quarter": "2026-Q4",
    }
    spoken = next(p for p in period.values() if parse_period(p).grain is found.cadence.grain)  # type: ignore[union-attr]
    assert is_stored(found.targets.unit, text) == audit_scores.value_fits(found, spoken, text.decode(), "")


# A line that is nearly as orgtp writes it: each part is drawn from good and bad ones.
_PARTS = (
    ('{"id":"', '{"id": "', '{ "id":"', '{"id":"a\\u0062'),
    ("01KAE3ZK8W9M2VQ4D7RTB6XH0C", "a", "", "a b", "é", "x" * 64, "x" * 65, 'a","id":"b'),
    ('","at":"', '","at": "', '"'),
    ("2026-11-20T13:00:02Z", "2026-11-31T13:00:02Z", "2026-11-20T24:00:00Z", "2026-11-20T13:00:60Z",
     "0000-01-01T00:00:00Z", "2026-11-20T13:00:02.5Z", "2026-11-20 13:00:02Z", "9999-12-31T23:59:59Z",
     "0001-01-01T00:00:00Z"),
    ('","metric":"',),
    ("number", "a-1", "", "Number", "-a", "x" * 63, "x" * 64),
    ('","period":"',),
    ("2026-W47", "2026-W54", "2026-W53", "2026-11-20T14", "2026-Q5", "2026-13", "0000-W01", "", "W47"),
    ('","value":',),
    ('"12"', "null", '""', '"a\\"b"', '"\\\\"', "12", '"ä"', '"\x7f"', '"' + "9" * 201 + '"', '"\t"', "true", '" "'),
    ("", ',"by":"ada"', ',"by":""', ',"by":null', ',"by":"Ada"', ',"value":"1"'),
    ("", ',"note":"why"', ',"note":""', ',"note":"\\ud800"', ',"note":null', ',"more":1',
     ',"note":"' + "n" * 2001 + '"'),
    ("}", "} ", "}\r", "},", "", "}}", "}\0", "}\n"),
)  # fmt: skip
# Mostly the first of each, so that whole lines come up.
LINES = st.tuples(*(st.sampled_from([*[parts[0]] * 4, *parts]) for parts in _PARTS)).map("".join)


@settings(max_examples=2000, deadline=None, database=None)
@given(text=LINES)
@example(text="")
def test_a_plain_line_is_what_json_says_it_is(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    quick = parse_score_line(raw)
    kept = score_file.PLAIN_LINE
    try:
        score_file.PLAIN_LINE = re.compile(b"(?!)")
        slow = parse_score_line(raw)
    finally:
        score_file.PLAIN_LINE = kept
    assert (quick[1:], quick[0] if quick[1] else None) == (slow[1:], slow[0] if slow[1] else None)
    if quick[1]:
        assert {key: quick[0].get(key, "") for key in quick[0]} == json.loads(raw)
    assert not PLAIN_LINE.fullmatch(raw) or raw == text.encode("ascii")


PATHS = st.sampled_from(
    ["scores/bot/2026-11.jsonl", "scores/cat/2026-11.jsonl", "scores/bot/x/y.jsonl", "scores/bot.jsonl", "scores/", "a",
     "seats/bot.yaml", "org.yaml", "retirements/bot.yaml", "scores/bot/2026-11.txt", "scores//2026-11.jsonl"]
)  # fmt: skip
ACTIONS = st.sampled_from(["score", "score", "score", "set", "retire", "init", "other", ""])
CLAIMS = st.builds(
    TrailerClaims,
    action=ACTIONS,
    seats=st.lists(st.sampled_from(["bot", "cat", "x"]), max_size=3).map(tuple),
    by=st.sampled_from(["", "ada"]),
    approved_by=st.sampled_from(["", "", "ada"]),
    odd=st.sampled_from([(), (), (("x", "y"),)]),
)


@settings(max_examples=800, deadline=None, database=None)
@given(claims=CLAIMS, paths=st.lists(PATHS, max_size=3, unique=True), merge=st.booleans())
def test_what_agrees_is_not_mismatched(claims: TrailerClaims, paths: list[str], merge: bool) -> None:
    """The quick answer is yes only where the rules find nothing at all."""
    entries = {path: TreeChange(path, None, "100644", None, "1" * 40) for path in paths}
    deed = CommitChanges(CommitObject("c", ("p",) * (1 + merge), "A <a>", 0, "", b""), (entries,) * (1 + merge))
    if audit_claims.is_plain_score_commit(claims, deed.own_changes):
        wrong = [
            *audit_claims.find_hidden_trailers(deed, claims),
            *audit_claims.find_mismatches(deed, claims, lambda _: True),
        ]
        assert not wrong
        assert not audit_claims.find_unknown_actions(claims)


_WORDS = st.sampled_from(
    ["Work", "", "Orgtp-Action: score", "Orgtp-Seat: bot", "orgtp-seat: cat", "Orgtp-By: ada", "---",
     "Signed-off-by: A <a>", "* a thing", " folded", "Note: x\rOrgtp-Seat: cat", "Orgtp-Seat: bot\u2028Orgtp-Seat: cat",
     "ORGTP-ACTION: x", "-----"]
)  # fmt: skip


@settings(max_examples=800, deadline=None, database=None)
@given(lines=st.lists(_WORDS, max_size=9))
def test_no_trailer_is_passed_over(lines: list[str]) -> None:
    """Each line that anybody could take for a trailer of ours is either read as one, or said to be odd."""
    text = "\n".join(["Subject", "", *lines])
    claims = parse_claims(text)
    looks = len(re.findall("(?:^|[\r\u2028])[ \t]*orgtp-", text, re.IGNORECASE | re.MULTILINE))
    read = sum(bool(one.action) + len(one.seats) + bool(one.by) + bool(one.approved_by) for one in claims.all)
    odd = sum(len(one.odd) for one in claims.all)
    assert read <= looks
    assert odd or read == looks


_SUBJECTS = st.sampled_from(
    ["Subject", "---", "----- x", "a\0b", "", " ", "* a", "Orgtp-By: ada", "Ends\r", "x\u2028y"]
)


@settings(max_examples=800, deadline=None, database=None)
@given(subject=_SUBJECTS, lines=st.lists(_WORDS, max_size=9))
@example(subject="---", lines=["", "Orgtp-Action: score"])
@example(subject="a\0b", lines=["", "Orgtp-Action: score"])
def test_a_plain_message_is_read_as_any_other(subject: str, lines: list[str]) -> None:
    """What stands below a plain subject is read once for all commits that say the same, and means the same."""
    text = "\n".join([subject, *lines])
    assert parse_claims(text) == trailers._parse_message(text.rstrip("\n"))
