"""What reviews and to-dos say about a seat is evidence; a flag of health says when the change began."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from orgtp.model.org import Org
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow
from orgtp.model.seat import MetricKey
from orgtp.render.terminal import Screen
from orgtp.render.why import why_text
from orgtp.views.why.build import build_why, list_wanted_spots
from orgtp.views.why.types import Evidence, EvidenceKind, StartRule, When
from tests.views.orgs import BOT, METRIC, org, row

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
TODO = (
    "todo: 2026-11-16-roll-back\nwhat: Roll the model back\nowner: ada\ndue: 2026-11-20\nfrom: review 2026-W46\n"
    "state: failed\nevents:\n"
    "  - {at: '2026-11-16T15:00:00Z', by: ada, action: added, to: ada, due: 2026-11-20}\n"
    "  - {at: '2026-11-17T15:00:00Z', by: ada, action: started}\n"
    "  - {at: '2026-11-20T15:00:00Z', by: ada, action: failed, note: It was worse.}\n"
)
OTHER = BOT.replace(METRIC, f"{METRIC}{METRIC.replace('calls', 'mails')}")


def reviewed(metric: str = "calls", seat: str = "bot") -> Org:
    found = ReviewRow(
        seat, metric, changed="A new model.", fix="Roll back.", decision=ReviewDecision.FIX, todo="2026-11-16-roll-back"
    )
    begun, ended = (datetime(2026, 11, 16, 14, minute, tzinfo=UTC) for minute in (0, 30))
    review = Review("2026-W46", begun, ended, "ada", rows=(found, ReviewRow("eve", "calls")))
    files = {
        "seats/bot.yaml": OTHER,
        "todos/2026-11-16-roll-back.yaml": TODO,
        "scores/bot/2026-11.jsonl": row("a", "9", "2026-W45", 8) + row("b", "2", "2026-W46", 15),
    }
    return replace(org(files), reviews={"2026-W46": review})


def told(found: tuple[Evidence, ...], *kinds: EvidenceKind) -> list[str]:
    return [one.what for one in found if one.kind in kinds]


RECORDS = (EvidenceKind.REVIEW, EvidenceKind.TODO)


def test_a_review_and_the_to_do_that_it_asked_for() -> None:
    found = build_why(reviewed(), NOW, "bot", "calls")
    assert told(found.evidence, *RECORDS) == [
        'to-do "Roll the model back" of ada failed: It was worse.',
        'to-do "Roll the model back" of ada added, due 2026-11-20',
        "review of 2026-W46, calls: decided: fix; what changed: A new model.; the fix: Roll back.",
    ]
    spots = list_wanted_spots(found)
    assert ("reviews/2026-W46.yaml", "") in spots
    assert ("todos/2026-11-16-roll-back.yaml", "events.2026-11-20T15:00:00Z.failed") in spots
    assert {one.when for one in found.evidence if one.kind in RECORDS} == {When.AFTER}


def test_what_is_about_another_metric_or_seat_is_left_out() -> None:
    assert told(build_why(reviewed(), NOW, "bot", "mails").evidence, *RECORDS) == []
    assert told(build_why(reviewed(seat="eve"), NOW, "bot").evidence, *RECORDS) == []
    # A to-do that no review asked for is about the seat that does it.
    alone = replace(reviewed(), reviews={})
    assert len(told(build_why(alone, NOW, "ada").evidence, *RECORDS)) == len(("added", "failed"))
    assert told(build_why(alone, NOW, "bot").evidence, *RECORDS) == []


def test_a_flag_of_health_says_when_the_change_began_and_comes_before_misses() -> None:
    flags = {MetricKey("bot", "mails"): "2026-W44"}
    start = build_why(reviewed(), NOW, "bot", flags=flags).start
    assert start
    assert (start.metric, start.period, start.rule) == ("mails", "2026-W44", StartRule.HEALTH)
    start = build_why(reviewed(), NOW, "bot").start
    assert start
    assert (start.metric, start.period, start.rule, start.misses_in_a_row) == ("calls", "2026-W46", "misses", 1)


def test_a_seat_upstream_that_drifts_is_evidence() -> None:
    fed = {"seats/eve.yaml": OTHER.replace("bot", "eve").replace("status:", "inputs: {mails: {from: bot}}\nstatus:")}
    scores = {"scores/bot/2026-11.jsonl": row("a", "9", "2026-W45", 8)}
    found = build_why(org({**fed, **scores}), NOW, "eve", flags={MetricKey("bot", "calls"): "2026-W45"})
    assert told(found.evidence, EvidenceKind.UPSTREAM) == [
        "bot, which delivers mails, is drifting on calls since 2026-W45"
    ]


def test_the_change_begins_with_the_first_miss_or_the_flag_whichever_is_earlier() -> None:
    """What a review said about the misses, before they were enough for a flag, comes after the change began."""
    key = MetricKey("bot", "calls")
    missed = {"2026-W46": 16, "2026-W47": 23}
    scores = "".join(row(f"m{day}", "2", week, day) for week, day in missed.items())
    known = reviewed()
    seen = org({"seats/bot.yaml": OTHER, "scores/bot/2026-11.jsonl": row("a", "9", "2026-W45", 9) + scores})
    late = replace(seen, reviews=known.reviews)

    found = build_why(late, NOW, "bot", "calls", flags={key: "2026-W47"})
    start = found.start
    assert start
    assert (start.period, start.rule, start.off_since, start.flagged_since) == (
        "2026-W46",
        StartRule.MISSES,
        "2026-W46",
        "2026-W47",
    )
    assert [one.when for one in found.evidence if one.kind is EvidenceKind.REVIEW] == [When.AFTER]
    text = why_text(found, UTC, Screen(200))
    assert "off target since 2026-W46 (2 in a row); drifting since 2026-W47, according to orgtp health" in text

    start = build_why(late, NOW, "bot", "calls", flags={key: "2026-W44"}).start
    assert start
    assert (start.period, start.rule, start.off_since) == ("2026-W44", StartRule.HEALTH, "2026-W46")
    # In the same period, health says it.
    start = build_why(late, NOW, "bot", "calls", flags={key: "2026-W46"}).start
    assert start
    assert (start.period, start.rule) == ("2026-W46", StartRule.HEALTH)
    # A flagged metric still comes before one that is only off target.
    start = build_why(late, NOW, "bot", flags={MetricKey("bot", "mails"): "2026-W47"}).start
    assert start
    assert (start.metric, start.period) == ("mails", "2026-W47")
