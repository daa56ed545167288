"""`orgtp review --answers`: what it records, what it refuses, who may close, and what an agent may do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from orgtp.model.records.review import ReviewDecision, ReviewRow
from tests.conftest import Shell
from tests.reviews.answers import WEEK, answer_all, rows, write_answers

KEYS = ["week", "began", "ended", "led_by", "present", "rows", "rating", "skipped"]
ROW_KEYS = ["seat", "metric", "state", "changed", "fix", "decision", "todo"]


def close(shell: Shell, text: str, *words: str, code: int = 0, by: str = "david", **env: str) -> str:
    """Record answers that come on standard input; what it says."""
    ran = shell("review", "--answers", "-", "--by", by, *words, stdin=text, code=code, **env)
    return ran.out + ran.err


def record(shell: Shell, id_: str = WEEK) -> dict[str, object]:
    """The record of a review, as another reader of YAML reads it."""
    found = yaml.safe_load(shell.read(f"reviews/{id_}.yaml"))
    assert isinstance(found, dict)
    return found


def draft(shell: Shell, week: str = WEEK) -> Path:
    """The file of a draft."""
    return shell.folder / f".git/orgtp/reviews/{week}.yaml"


def test_one_commit_with_a_seat_for_each_row(sample: Shell) -> None:
    discussed = rows(sample)
    before = sample.head()
    close(sample, answer_all(sample, "rating: 8.5\n"))
    assert sample.git("rev-list", "--count", f"{before}..main").out.strip() == "1"
    trailers = sample.git("log", "-1", "--format=%(trailers:only,unfold)", "main").out.split("\n")
    named = [line.partition(": ")[2] for line in trailers if line.startswith("Orgtp-Seat: ")]
    assert named == list(dict.fromkeys(seat for seat, *_ in discussed))
    assert "Orgtp-Action: review" in trailers
    assert "Orgtp-By: david" in trailers
    subject = sample.git("log", "-1", "--format=%s", "main").out.strip()
    assert subject == f"review: {WEEK}, {len(discussed)} rows"


def test_the_record_has_the_keys_of_the_contract(sample: Shell) -> None:
    discussed = rows(sample)
    close(sample, answer_all(sample, "rating: 8.5\n"))
    found = record(sample)
    assert [key for key in KEYS if key in found] == list(found)
    assert found["week"] == WEEK
    assert (found["led_by"], found["present"], found["rating"]) == ("david", ["david", "bogdan"], 8.5)
    assert found["ended"] == "2026-11-20T23:00:00Z"
    listed = found["rows"]
    assert isinstance(listed, list)
    assert [(row["seat"], row["metric"], row["state"]) for row in listed] == discussed
    assert all(set(row) <= set(ROW_KEYS) for row in listed)
    assert sample("validate", "--json").json["problems"] == []


def test_what_it_says_in_json(sample: Shell) -> None:
    ran = sample("review", "--answers", write_answers(sample), "--by", "david", "--json")
    assert (ran.json["kind"], ran.json["commit"], ran.json["draft"]) == ("review-hold", sample.head(), None)
    assert f"reviews/{WEEK}.yaml" in ran.json["paths"]


def test_a_dry_run_writes_nothing(sample: Shell) -> None:
    before = sample.head()
    said = close(sample, answer_all(sample), "--dry-run")
    assert "dry run, nothing written" in said
    assert (sample.head(), sample.git("status", "--porcelain").out) == (before, "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("decision: fix}", "decision: no-action}", "has not a fix, or watch with a reason: it is off target"),
        ("fix: Read the new sheet., ", "", "has not fix"),
        ("changed: The sheet moved., ", "", "has not changed"),
        ("decision: fix}", "decision: fixx}", 'decision "fixx" is not known. Did you mean "fix"?'),
        (", decision: fix}", "}", "has not a decision"),
        ("metric: pacing-on-plan", "metric: pacing-on-pln", 'jeff has no metric "pacing-on-pln".'),
        ("seat: jeff", "seat: jef", 'unknown seat "jef". Did you mean "jeff"?'),
        ("led_by: david", "led_by: dash", "dash is an agent, and a person closes a review"),
        ("present: [david, bogdan]", "present: [david, bogdn]", 'unknown seat "bogdn". Did you mean "bogdan"?'),
        ("rows:", "week: 2026-W45\nrows:", f"that is {WEEK}, not 2026-W45"),
        ("rows:", "rating: 11\nrows:", 'rating "11" is not a rating'),
        ("rows:", "ratng: 8\nrows:", 'unknown key "ratng" in the answers'),
        ("rows:", "week: W46\nrows:", 'week "W46" is not a week'),
    ],
)
def test_wrong_answers(sample: Shell, old: str, new: str, said: str) -> None:
    """Nothing is written, and the message says what is missing or wrong."""
    before = sample.head()
    text = answer_all(sample)
    assert old in text
    assert said in close(sample, text.replace(old, new), code=2)
    assert sample.head() == before


def test_a_row_that_nobody_mentions_is_named(sample: Shell) -> None:
    said = close(sample, "led_by: david\nrows: []\n", code=2)
    assert "the answers say nothing about " in said
    assert "skipped: [{seat: " in said


def test_a_row_off_target_may_be_watched_with_a_reason(sample: Shell) -> None:
    text = answer_all(sample).replace(
        "changed: The sheet moved., fix: Read the new sheet., decision: fix", "decision: watch"
    )
    assert "has not the reason for watch, under fix" in close(sample, text, code=2)
    close(sample, text.replace("decision: watch", "fix: Few cases., decision: watch"))


@pytest.mark.parametrize("decision", [ReviewDecision.WATCH, ReviewDecision.CASE, ReviewDecision.NO_ACTION])
def test_what_changed_is_no_reason(decision: ReviewDecision) -> None:
    """To watch a row, to make a case and to do nothing need a reason, which is in `fix`."""
    row = ReviewRow("bot", "calls", changed="The sheet moved.", decision=decision)
    assert row.find_gap(is_off=False) == f"the reason for {decision}, under fix"
    assert replace(row, changed="", fix="Few cases.").find_gap(is_off=False) == ""
    off = {"watch": "the reason for watch, under fix", "case": "fix"}
    assert row.find_gap(is_off=True) == off.get(decision, "a fix, or watch with a reason: it is off target")


def test_a_skipped_seat_has_a_reason(sample: Shell) -> None:
    seats = dict.fromkeys(seat for seat, *_ in rows(sample))
    skipped = ", ".join(f"{{seat: {seat}, why: Its owner is away.}}" for seat in seats)
    close(sample, f"led_by: david\nskipped: [{skipped}]\n")
    assert [one["seat"] for one in record(sample)["skipped"]] == list(seats)  # type: ignore[attr-defined]
    assert "why" in close(sample, "led_by: david\nskipped: [{seat: jeff}]\n", "--again", code=2)


def test_a_quiet_week_leaves_a_record(shell: Shell) -> None:
    shell("init", "quiet", "--name", "Quiet", "--timezone", "UTC")
    quiet = shell.at(shell.folder / "quiet")
    quiet("seat", "add", "ada", "--role", "Founder", "--kind", "human")
    close(quiet, "rows: []\n", by="ada")
    assert record(quiet)["rows"] == []
    assert quiet.git("log", "-1", "--format=%s", "main").out.strip() == f"review: {WEEK}, a quiet week"
    assert quiet("audit", "verify", "--json", code=None).json["violations"] == []
    assert "no row was discussed" in quiet("review", "show").out


def test_an_agent_prepares_and_a_person_closes(sample: Shell) -> None:
    before = sample.head()
    said = close(sample, answer_all(sample), by="radar")
    assert "kept as prepared by radar" in said
    assert "orgtp review" in said
    assert sample.head() == before
    assert yaml.safe_load(draft(sample).read_text())["prepared_by"] == "radar"
    sample("review", "--answers", str(draft(sample)), "--by", "david")
    assert record(sample)["led_by"] == "david"
    assert "prepared_by" not in record(sample)
    assert not draft(sample).exists()


def test_an_agent_does_not_overwrite_what_a_person_began(sample: Shell) -> None:
    draft(sample).parent.mkdir(parents=True)
    draft(sample).write_text("led_by: david\nrows: []\n")
    assert "david has begun the review of 2026-W46 in this clone" in close(
        sample, answer_all(sample), by="radar", code=2
    )
    assert draft(sample).read_text() == "led_by: david\nrows: []\n"


def test_nobody_known_closes_nothing(sample: Shell) -> None:
    assert "Name the acting seat" in sample("review", "--answers", "-", stdin=answer_all(sample), code=2).err


def test_a_second_writer_is_told_about_the_first(sample: Shell) -> None:
    text = answer_all(sample)
    close(sample, text)
    before = sample.head()
    said = close(sample, text, by="bogdan", code=2)
    assert f"David closed the review of {WEEK} already, on 2026-11-20 at 18:00" in said
    assert f"orgtp review show {WEEK}" in said
    assert sample.head() == before
    close(sample, text.replace("led_by: david", "led_by: bogdan"), "--again", by="bogdan")
    assert (record(sample)["led_by"], record(sample, f"{WEEK}-2")["led_by"]) == ("david", "bogdan")
    assert sample("review", "show", "W46").out.count("Review of 2026-W46") == 2


def test_without_a_terminal_it_prints_what_to_type(sample: Shell) -> None:
    ran = sample("review", code=2)
    assert "orgtp review agenda --format json" in ran.err
    assert "orgtp review --answers FILE" in ran.err


def test_what_it_prints_works(sample: Shell) -> None:
    suggested = next(
        line.strip()
        for line in sample("review", code=2).err.splitlines()
        if "agenda" in line and "orgtp review agenda" in line
    )
    assert json.loads(sample(*suggested.split()[1:]).out)["kind"] == "review-agenda"


def test_the_text_of_a_person_reaches_no_trailer(sample: Shell) -> None:
    text = answer_all(sample).replace("The sheet moved.", '"x\\n\\nOrgtp-Seat: dash\\nOrgtp-Approved-By: david"')
    close(sample, text)
    body = sample.git("log", "-1", "--format=%(trailers:key=Orgtp-Seat,valueonly)", "main").out.split()
    assert "dash" not in body
    assert sample.git("log", "-1", "--format=%(trailers:key=Orgtp-Approved-By)", "main").out.strip() == ""


def test_the_log_shows_the_review(sample: Shell) -> None:
    close(sample, answer_all(sample))
    (entry,) = sample("log", "--action", "review", "--json").json["commits"]
    assert entry["by"] == "david"
    assert "review" in sample("log", "jeff", "--limit", "1").out
