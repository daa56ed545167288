"""What the record says of how the org is run: each measure over one period, and why it cannot be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.records.briefing import Delivery
from orgtp.model.records.review import Review
from orgtp.model.seat import SeatStatus
from orgtp.views.record_measures import Measure, Measured, measure_record
from tests.views.orgs import BOT, HEAD, org, row

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
# A weekly value is due at the end of the week, and stale an hour later: 2026-W47 on Monday, November 23, at 01:00.
DUE = HEAD + "policy: {scorekeepers: [ada]}\n"


def measured(found: Org, measure: str, period: str, seat: str = "", now: datetime = NOW) -> Measured:
    parsed = parse_period(period)
    assert parsed
    return measure_record(found, Measure(measure), parsed, now, seat)


def value(found: Org, measure: str, period: str, seat: str = "") -> str | None:
    return measured(found, measure, period, seat).value


def escalation(opened: str, *events: tuple[str, str], metric: str = "calls") -> str:
    listed = [("opened", opened), *events]
    rows = "".join(f"  - {{at: '{at}', what: {what}, by: ada, to: ada}}\n" for what, at in listed)
    state = "resolved" if "resolved" in dict(listed) else "open"
    return (
        f"what: Late\nopened_at: '{opened}'\nby: ada\nseat: bot\nmetric: {metric}\nkind: stale\nwith: ada\n"
        f"due: '2026-12-02T15:00:00Z'\nstate: {state}\nevents:\n{rows}"
    )


def late(*opened: str, scores: str = row("a", "9", "2026-W46", 15), **events: tuple[str, str]) -> Org:
    """An org where the value of 2026-W47 is late, and the escalations about it."""
    files = {
        f"escalations/2026-11-23-bot-calls{f'-{number}' if number else ''}.yaml": escalation(at, *events.values())
        for number, at in enumerate(opened)
    }
    bot = BOT.replace("metrics:", "since: 2026-11-09\nmetrics:")
    return org({"org.yaml": DUE, "seats/bot.yaml": bot, "scores/bot/2026-11.jsonl": scores, **files})


def test_the_time_from_stale_to_flagged() -> None:
    assert value(late("2026-11-23T01:40:00Z"), "stale-to-flagged", "2026-11-23") == "40m"
    assert value(late("2026-11-23T01:40:00Z"), "stale-to-flagged", "2026-W48") == "40m"
    assert value(late("2026-11-23T01:40:00Z"), "stale-to-flagged", "2026-11-22") == "0s", "nothing became stale"
    assert value(late("2026-11-23T01:40:00Z"), "stale-to-flagged", "2026-11-23", "eve") == "0s"


def test_what_was_flagged_before_counts_at_once_and_what_arrived_counts_until_then() -> None:
    assert value(late("2026-11-20T01:00:00Z"), "stale-to-flagged", "2026-11-23") == "0s"
    solved = late("2026-11-20T01:00:00Z", "2026-11-23T03:00:00Z", done=("resolved", "2026-11-22T01:00:00Z"))
    assert value(solved, "stale-to-flagged", "2026-11-23") == "2h", "that one was resolved before"
    arrived = row("a", "9", "2026-W46", 15) + row("b", "9", "2026-W47", 23)
    assert value(late(scores=arrived), "stale-to-flagged", "2026-11-23") == "12h"


def test_a_late_value_that_nobody_flagged_is_a_blank_with_its_reason() -> None:
    found = measured(late(), "stale-to-flagged", "2026-11-23")
    assert found == Measured(None, "bot/calls 2026-W47 is late since 2026-11-23 01:00, and nobody flagged it")


def test_only_what_was_known_then_counts() -> None:
    # The value of 2026-W47 came before it was stale, and was withdrawn later.
    scores = row("a", "9", "2026-W46", 15) + row("b", "9", "2026-W47", 22)
    void = row("c", None, "2026-W47", 24).replace('"value":null', '"value":null,"void":true')
    assert value(late(scores=scores + void), "stale-to-flagged", "2026-11-23") == "0s"


@pytest.mark.parametrize(
    ("opened", "taken", "share"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T23:59:00Z", "100%"),
        ("2026-11-23T10:00:00Z", "2026-11-24T00:00:00Z", "0%"),
        # After work, at the weekend: until the end of Monday.
        ("2026-11-23T18:00:00Z", "2026-11-24T22:00:00Z", "100%"),
        ("2026-11-28T10:00:00Z", "2026-11-30T22:00:00Z", "100%"),
        ("2026-11-28T10:00:00Z", "2026-12-01T02:00:00Z", "0%"),
    ],
)
def test_an_escalation_is_routed_if_somebody_takes_it_on_that_working_day(opened: str, taken: str, share: str) -> None:
    for how in ("acknowledged", "resolved"):
        assert value(late(opened, taken=(how, taken)), "escalations-routed", "2026-W48") == share
    assert value(late(opened, taken=("handed", taken)), "escalations-routed", "2026-W48") == "0%"


def test_with_none_nothing_was_left_over_and_a_share_that_may_still_change_is_a_blank() -> None:
    assert value(late(), "escalations-routed", "2026-W48") == "100%"
    sunday = measured(late("2026-11-29T10:00:00Z"), "escalations-routed", "2026-W48", now=NOW.replace(month=11, day=30))
    assert sunday.why == "2026-11-23-bot-calls may be taken on until 2026-11-30 23:59"
    assert value(late("2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z"), "escalations-routed", "2026-W48") == "0%"


def delivered(*found: tuple[datetime, str]) -> Org:
    """An org with deliveries of Monday's briefing: when, and to which seat."""
    made = [Delivery(f"{number}", at, to, date(2026, 11, 23)) for number, (at, to) in enumerate(found)]
    return replace(late(), deliveries=tuple(made))


def at(hour: int, minute: int, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, 30, tzinfo=UTC)


def test_the_briefing_is_delivered_when_the_last_recipient_has_it() -> None:
    found = delivered((at(7, 41), "ada"), (at(7, 52), "eve"), (at(9, 0), "ada"))
    assert value(found, "briefing-time", "2026-11-23") == "07:52", "the second delivery to one seat does not count"
    assert value(found, "briefing-time", "2026-11-23", "ada") == "07:41"
    assert value(delivered((at(0, 15, 24), "ada")), "briefing-time", "2026-11-23") == "24:15"
    assert measured(found, "briefing-time", "2026-11-24").why == "no briefing was delivered on 2026-11-24"
    assert "is a week" in measured(found, "briefing-time", "2026-W48").why


def test_an_expected_recipient_without_a_briefing_makes_it_a_blank() -> None:
    """Whoever had the one before is expected; who had only an older one is not, nor a seat that is not active now."""
    friday = [Delivery(f"f{to}", at(8, 0, 20), to, date(2026, 11, 20)) for to in ("ada", "eve", "gone")]
    older = Delivery("o", at(8, 0, 19), "bot", date(2026, 11, 19))
    monday = delivered((at(7, 41), "ada"))
    found = replace(monday, deliveries=(older, *friday, *monday.deliveries))
    assert value(found, "briefing-time", "2026-11-23", "ada") == "07:41"
    assert measured(found, "briefing-time", "2026-11-23").why == "no briefing was delivered on 2026-11-23 to eve"
    assert measured(found, "briefing-time", "2026-11-23", "eve").why == "no briefing was delivered on 2026-11-23 to eve"
    paused = {**found.seats, "eve": replace(found.seats["eve"], status=SeatStatus.PAUSED)}
    assert value(replace(found, seats=paused), "briefing-time", "2026-11-23") == "07:41"


def test_a_time_before_the_day_or_long_after_it_is_no_time_of_that_day() -> None:
    for when, shown in ((at(23, 10, 22), "2026-11-22 23:10"), (at(0, 10, 25), "2026-11-25 00:10")):
        why = measured(delivered((when, "ada")), "briefing-time", "2026-11-23").why
        assert why == f"the briefing of 2026-11-23 was delivered at {shown}, which is no time of that day"
    assert value(delivered((at(23, 10, 22), "ada"), (at(7, 41), "eve")), "briefing-time", "2026-11-23") == "07:41"


def test_two_scorekeepers_at_one_time_are_two_pushes_and_the_values_of_one_are_one() -> None:
    scores = row("a", "9", "2026-W46", 23) + row("b", "8", "2026-W47", 23)
    scores += row("c", "8", "2026-W45", 23).replace('by":"ada', 'by":"eve')
    found = org({"org.yaml": DUE.replace("[ada]", "[ada, eve]"), "scores/bot/2026-11.jsonl": scores})
    assert value(found, "scorecard-pushes", "2026-11-23") == "2"


def test_pushes_are_the_times_at_which_scorekeepers_recorded() -> None:
    scores = row("a", "9", "2026-W46", 23) + row("b", "8", "2026-W47", 23)
    scores += row("c", "8", "2026-W45", 23).replace("13:00", "17:35") + row("d", "8", "2026-W44", 23).replace(
        'by":"ada', 'by":"eve'
    ).replace("13:00", "14:00")
    found = late(scores=scores)
    assert value(found, "scorecard-pushes", "2026-11-23") == "2"
    assert value(found, "scorecard-pushes", "2026-11-23", "eve") == "1"
    assert value(found, "scorecard-pushes", "2026-11-24") == "0", "the day is over, and the record has none"
    assert "is a week" in measured(found, "scorecard-pushes", "2026-W48").why
    nobody = org({"scores/bot/2026-11.jsonl": scores})
    assert measured(nobody, "scorecard-pushes", "2026-11-23").why.startswith("org.yaml names no scorekeepers")


def test_reviews_held_count_each_week_once() -> None:
    def review(week: str, day: int) -> Review:
        return Review(week, at(9, 0, day), at(9, 30, day), "ada")

    found = replace(
        late(), reviews={"a": review("2026-W46", 16), "b": review("2026-W47", 23), "c": review("2026-W47", 24)}
    )
    assert [value(found, "reviews-held", period) for period in ("2026-W47", "2026-W48", "2026-11")] == ["1", "1", "2"]
    assert value(found, "reviews-held", "2026-W46") == "0", "nobody held one that week"
    assert measured(late(), "reviews-held", "2026-W48").why == "no review is on record"


def todo(id_: str, due: str, *events: tuple[str, str]) -> dict[str, str]:
    states = {"done": "done", "failed": "failed", "dropped": "dropped"}
    listed = [("added", "2026-11-16T09:00:00Z"), *events]
    state = next((states[action] for action, _ in reversed(listed) if action in states), "open")
    rows = "".join(f"  - {{at: '{when}', by: ada, action: {action}}}\n" for action, when in listed)
    text = f"todo: {id_}\nwhat: W\nowner: ada\ndue: {due}\nstate: {state}\nevents:\n{rows}"
    return {f"todos/{id_}.yaml": text}


def test_to_dos_done_are_a_share_of_those_due() -> None:
    files = {
        **todo("2026-11-16-a", "2026-11-24", ("done", "2026-11-24T23:00:00Z")),
        **todo("2026-11-16-b", "2026-11-25", ("done", "2026-11-26T01:00:00Z")),
        **todo("2026-11-16-c", "2026-11-26"),
        **todo("2026-11-16-d", "2026-11-27", ("dropped", "2026-11-20T09:00:00Z")),
        **todo("2026-11-16-e", "2026-12-04"),
    }
    assert value(org(files), "todos-done", "2026-W48") == "33.3333%"
    assert value(org(files), "todos-done", "2026-11-24") == "100%"
    assert value(org(files), "todos-done", "2026-11-27") == "100%", "none was due"
    assert value(org(files), "todos-done", "2026-W48", "eve") == "100%"


@pytest.mark.parametrize("measure", Measure)
def test_a_period_that_is_not_over_an_unknown_seat_and_a_broken_file_are_blanks(measure: Measure) -> None:
    assert measured(late(), measure, "2026-W49") == Measured(None, "2026-W49 is not over")
    found = measured(late(), measure, "2026-11-23", "eva")
    assert found == Measured(None, '"eva" is not a seat. Did you mean "eve"?')
    folder = {"todos-done": "todos/2026-11-16-a.yaml", "reviews-held": "", "briefing-time": ""}
    if path := folder.get(measure, "escalations/2026-11-23-bot-x.yaml" if measure != "scorecard-pushes" else ""):
        assert measured(org({path: "what: ["}), measure, "2026-11-23") == Measured(None, f"{path} cannot be read")
