"""What the agenda judges: the reviewed week and those before it, in the metric's own cells. The current week never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Grain, period_containing
from orgtp.model.records.review import ReviewState
from orgtp.views.health.assess import assess_health
from orgtp.views.health.types import SeatHealth
from orgtp.views.health.unknown_run import find_unknown_run
from orgtp.views.review.agenda import Agenda, build_agenda
from tests.conftest import Shell
from tests.views.orgs import BOT, HEAD, METRIC, org

# The Monday and the Tuesday after W47.
MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
SINCE = "since: 2026-06-01\n"


def org_of(grain: Grain, cadence: str, *values: str | None, end: datetime = MONDAY, due: str = "12:00") -> Org:
    """An org whose bot has a metric with these values, up to the newest period that is over at `end`.

    A value of "" was not recorded.
    """
    metric = METRIC.replace("weekly}", f'{cadence}, due: "{due}"}}')
    period = period_containing(end, grain, UTC)
    rows = []
    for number, value in enumerate(reversed(values)):
        period = period.previous()
        told = "null" if value is None else f'"{value}"'
        at = f"{period.next().start:%Y-%m-%dT08:00:00Z}"
        rows += [
            f'{{"id":"r{number}","at":"{at}","metric":"calls","period":"{period.text}","value":{told},"by":"ada"}}\n'
        ] * (value != "")
    bot = BOT.replace(METRIC, metric).replace("capabilities:", f"{SINCE}capabilities:")
    return org({"org.yaml": HEAD, "seats/bot.yaml": bot, "scores/bot/2026-11.jsonl": "".join(reversed(rows))})


def states(agenda: Agenda) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each row of an agenda with its state and the reasons."""
    return [(row.seat, row.metric, str(row.state), row.reasons) for row in agenda.rows]


@pytest.mark.parametrize("lacks", [False, True])
def test_a_late_value_of_the_current_week_is_not_judged(lacks: bool) -> None:
    """The value of Monday is late on Tuesday at noon, and the review is about the week before."""
    values = ["9", "9", "9", "9", "9", "9", "" if lacks else "9"]
    here = org_of(Grain.DAY, "daily", *values)
    monday, tuesday = build_agenda(here, MONDAY), build_agenda(here, TUESDAY)
    assert monday.list_states() == tuesday.list_states()
    assert states(monday) == states(tuesday)
    expected = ReviewState.LATE if lacks else ReviewState.ON
    assert tuesday.list_states() == {("bot", "calls"): expected}
    assert all(row.late_since == MONDAY for row in tuesday.rows)


def test_the_agenda_of_the_sample_is_the_same_on_monday_and_on_tuesday(sample: Shell) -> None:
    """With the same values, and after the last value of the week was due."""
    found: list[Any] = [
        sample("review", "agenda", "--json", ORGTP_NOW=now).json["agenda"]
        for now in ("2026-11-23T18:00:00-05:00", "2026-11-24T12:00:00-05:00")
    ]
    keys = ("seat", "metric", "state", "reasons", "verdict", "value", "late_since", "misses_in_a_row", "health")
    monday, tuesday = ([{key: row[key] for key in keys} for row in one["rows"]] for one in found)
    assert monday == tuesday
    assert len(monday) > 5
    assert found[0]["on_target"] == found[1]["on_target"]
    assert found[0]["no_verdict"] == found[1]["no_verdict"]


def test_health_is_as_of_the_end_of_the_week() -> None:
    """A value for the week that came on Monday counts, and one of the current week does not."""
    steady = ["9", "10", "9", "11", "9", "10", "12", "9", "10", "9", "11", "10", "9", "10"]
    next_week = MONDAY + timedelta(weeks=1)
    before = org_of(Grain.WEEK, "weekly", *steady, due="mon 12:00")
    after = org_of(Grain.WEEK, "weekly", *steady, "0", end=next_week, due="mon 12:00")
    assert [one.is_drifting for one in assess_health(after, TUESDAY).metrics] == [True]
    found = build_agenda(after, TUESDAY)
    assert states(found) == states(build_agenda(before, MONDAY))
    assert found.list_states() == {("bot", "calls"): ReviewState.ON}
    assert [row.state for row in build_agenda(after, next_week).rows] == [ReviewState.DRIFTING]


@pytest.mark.parametrize(
    ("grain", "cadence", "values", "expected"),
    [
        (Grain.MONTH, "monthly", ["9", None, None, None], "nothing known for 3 months"),
        (Grain.MONTH, "monthly", ["9", "9", None, None], ""),
        (Grain.WEEK, "weekly", ["9", None, None, None, None], "nothing known for 4 weeks"),
        (Grain.DAY, "daily, per: day", ["9", None, None, None], "nothing known for 3 days"),
        (Grain.DAY, "daily, per: day", ["9", None, None, None, "9"], ""),
        (Grain.QUARTER, "quarterly", ["9", None, None, None], "nothing known for 3 quarters"),
        (Grain.DAY, "daily, per: day", ["9", *[None] * 20], "nothing known for 13 days or more"),
    ],
)
def test_silence_is_counted_in_the_cells_of_the_metric(
    grain: Grain, cadence: str, values: list[str | None], expected: str
) -> None:
    due = {"monthly": "1 12:00", "quarterly": "1 12:00", "weekly": "mon 12:00"}.get(cadence, "12:00")
    here = org_of(grain, cadence, *values, due=due)
    agenda = build_agenda(here, MONDAY)
    assert [row.reasons[0] for row in agenda.rows if row.state is ReviewState.SILENT] == [expected] * bool(expected)
    # Health has the same word for it, at the same time.
    (seat,) = assess_health(here, MONDAY).seats
    assert (seat.health is SeatHealth.SILENT) is bool(expected)
    assert seat.why == f"Calls booked: {expected}" or not expected


def test_a_metric_with_fewer_cells_is_silent_if_none_is_known() -> None:
    bot = BOT.replace("capabilities:", "since: 2026-11-12\ncapabilities:")
    here = org({"seats/bot.yaml": bot})
    (metric_row,) = [
        MetricRow(here, here.seats["bot"], metric, MONDAY) for metric in here.seats["bot"].metrics.values()
    ]
    silence = find_unknown_run(metric_row)
    assert (silence.cells, silence.is_whole, silence.is_silent) == (2, True, True)
    assert build_agenda(here, MONDAY).list_states() == {("bot", "calls"): ReviewState.SILENT}
    assert assess_health(here, MONDAY).seats[0].health is SeatHealth.SILENT


def test_health_and_the_agenda_call_the_same_metrics_silent(sample: Shell) -> None:
    """At the end of the reviewed week, on the whole sample."""
    silent = [
        (row["seat"], row["metric"])
        for row in sample("review", "agenda", "--at", "2026-W46", "--json").json["agenda"]["rows"]
        if row["state"] == "silent"
    ]
    seats = {
        one["seat"]: one["health"]
        for one in sample("health", "--at", "2026-W46", "--json").json["seats"]
        if one["health"] == "silent"
    }
    assert silent
    assert set(seats) <= {seat for seat, _ in silent}
