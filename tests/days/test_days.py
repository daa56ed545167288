"""Each day of `org.history.days` is what `chart --at DAY` and `scorecard --at DAY` say."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orgtp.api import OrgHandle, open_org
from orgtp.model.period import Grain
from orgtp.views.days.types import DayOfOrg, Days, SeatOnDay
from orgtp.views.variation.judge import find_drifting
from tests.conftest import NOW, Shell
from tests.days.made_org import MadeOrg
from tests.effort import count_calls
from tests.size import choose_size

NOW_TIME = datetime.fromisoformat(NOW)


def open_days(org: Shell) -> Days:
    """The days of an org, thirteen weeks back."""
    return open_org(org.folder, now=NOW_TIME).history.days()


def _check_every_day(path: Path, days: Days) -> None:
    """Compare each day with the org that is opened at it."""
    for one, seats in days.replay():
        org = open_org(path, at=one.day.isoformat(), now=NOW_TIME)
        assert one.commit == org.revision, one.day
        assert one.now == org.now, one.day
        _check_day(org, one, seats)


def _check_day(org: OrgHandle, one: DayOfOrg, seats: Any) -> None:
    chart = org.chart().seats
    drifting = find_drifting(org.org, org.now, [org.org.seats[seat.seat] for seat in chart])
    expected = [
        (
            *(seat.seat, seat.name, seat.role, seat.kind, seat.status, seat.owner, seat.human_owner, seat.reports_to),
            *(seat.also_reports_to, seat.holder, tuple(seat.capabilities)),
            [
                (
                    *(row.metric, row.name, row.target, row.unit, row.latest, row.state, row.stale_since is not None),
                    (seat.seat, row.metric) in drifting,
                )
                for row in seat.metrics
            ],
        )
        for seat in chart
    ]
    ordered = order_seats(seats)
    found = [
        (
            *(seat.seat, seat.name, seat.role, seat.kind, seat.status, seat.owner, seat.human_owner, seat.reports_to),
            *(seat.also_reports_to, seat.holder, seat.capabilities),
            [
                (row.metric, row.name, row.target, row.unit, row.latest, row.state, row.is_late, row.is_drifting)
                for row in seat.metrics
            ],
        )
        for seat in ordered
    ]
    assert found == expected, one.day
    assert one.counts.seats == len(chart), one.day
    assert one.counts.drifting == len(drifting), one.day
    assert one.counts.late == sum(seat.stale for seat in chart), one.day
    states = {(row.seat, row.metric): (row.state, row.latest) for row in org.scorecard().rows}
    for seat in ordered:
        for row in seat.metrics:
            assert states[seat.seat, row.metric] == (row.state, row.latest), (one.day, seat.seat)


def order_seats(seats: dict[str, SeatOnDay]) -> list[SeatOnDay]:
    """The seats in the order of the chart: depth first, siblings by their rank."""
    below: dict[str, list[SeatOnDay]] = {}
    for seat in sorted(seats.values(), key=lambda seat: seat.rank, reverse=True):
        below.setdefault(seat.above, []).append(seat)
    found, stack = [], below.get("", [])
    while stack:
        found.append(stack.pop())
        stack += below.get(found[-1].seat, [])
    return found


def test_each_day_of_the_sample_is_what_at_says(sample: Shell) -> None:
    """Every day, from the Monday of the first week on."""
    days = open_org(sample.folder, now=NOW_TIME).history.days()
    assert [one.day.isoformat() for one in (days.days[0], days.days[-1])] == ["2026-08-24", "2026-11-20"]
    assert len(days.days) == 89
    _check_every_day(sample.folder, days)


def test_the_command_says_the_same(sample: Shell) -> None:
    """The states of three days, as `orgtp chart --at DAY --json` prints them."""
    days = {one.day.isoformat(): seats for one, seats in open_days(sample).replay()}
    for day in ("2026-09-21", "2026-10-14", "2026-11-19"):
        told = json.loads(sample("chart", "--at", day, "--json").out)["seats"]
        assert {one["seat"]: [row["state"] for row in one["metrics"]] for one in told} == {
            id_: [row.state for row in seat.metrics] for id_, seat in days[day].items()
        }


@pytest.mark.long
@pytest.mark.parametrize("seed", range(choose_size(2, 4)))
def test_each_day_of_a_made_org_is_what_at_says(tmp_path: Path, seed: int) -> None:
    """Seats move, pause, retire and change hands, due times change, values are late, corrected and withdrawn."""
    MadeOrg(seats=14, days=60, seed=seed, changes_a_day=2).make(tmp_path / "org")
    days = open_org(tmp_path / "org", now=NOW_TIME).history.days()
    assert len(days.days) == 61
    assert sum(len(one.seats) for one in days.days) > 200
    _check_every_day(tmp_path / "org", days)


def test_the_last_day_has_what_is_not_committed(sample: Shell) -> None:
    """The page of a work tree shows the files as they are."""
    sample.write("seats/dash.yaml", sample.read("seats/dash.yaml").replace("role: Analytics", "role: Numbers"))
    *_, (_, before), (_, now) = open_org(sample.folder, now=NOW_TIME).history.days().replay()
    assert (before["dash"].role, now["dash"].role) == ("Analytics", "Numbers")


def test_weeks_of_the_whole_history(sample: Shell) -> None:
    """A step of a week has the last day of each week."""
    days = open_org(sample.folder, now=NOW_TIME).history.days(None, step=Grain.WEEK)
    assert [one.day.weekday() for one in days.days[:-1]] == [6] * (len(days.days) - 1)
    _check_every_day(sample.folder, days)


def test_a_folder_without_git_has_today(sample: Shell) -> None:
    """Without a history, there is one day."""
    (sample.folder / ".git").rename(sample.folder.parent / "git")
    days = open_org(sample.folder, now=NOW_TIME).history.days()
    assert [one.day.isoformat() for one in days.days] == ["2026-11-20"]
    assert days.days[0].counts.seats == 12
    assert not days.changes


def test_a_day_costs_much_less_than_a_chart(tmp_path: Path) -> None:
    """Work, not time: ninety days of a hundred seats are less work than fifteen charts of them."""
    MadeOrg(seats=100, days=89, seed=7, changes_rules=False, cadences=("weekly",)).make(tmp_path / "org")
    _, of_chart = count_calls(lambda: open_org(tmp_path / "org", at="2026-11-10", now=NOW_TIME).chart())
    days, of_days = count_calls(partial(open_org(tmp_path / "org", now=NOW_TIME).history.days, 13))
    assert len(days.days) == 89
    assert of_days < 25 * of_chart, (of_days, of_chart)


def test_what_changed_is_told_in_words(sample: Shell) -> None:
    """Newest first, each with its day, seat, author and commit; the words are those of the page."""
    told = open_org(sample.folder, now=NOW_TIME).history.days().changes
    lines = [f"{one.day} {one.name}{one.joint}{one.what} ({one.who})" for one in told]
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
    assert all(sample.git("cat-file", "-t", one.commit).out == "commit\n" for one in told)
    for line in TOLD.strip().splitlines():
        assert line in lines, "\n".join(lines)


def test_a_dotted_line_is_told_with_names(sample: Shell) -> None:
    path, lines = "seats/crystal.yaml", []
    for before, after in (
        ("reports_to: radar", "reports_to: radar\nalso_reports_to: [bogdan, kristen]"),
        ("[bogdan, kristen]", "[kristen]"),
        ("also_reports_to: [kristen]", "also_reports_to: [bogdan]"),
        ("also_reports_to: [bogdan]\n", ""),
    ):
        sample.write(path, sample.read(path).replace(before, after))
        sample.git("commit", "-qam", "By hand", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
        one = open_org(sample.folder, now=NOW_TIME).history.days().changes[0]
        lines.append(f"{one.name}{one.joint}{one.what}")
    assert lines == [
        "Crystal also reports to Bogdan and Kristen",
        "Crystal no longer also reports to Bogdan",
        "Crystal also reports to Bogdan, no longer to Kristen",
        "Crystal no longer also reports to Bogdan",
    ]


TOLD = """
2026-10-22 Crystal: a metric is now called “Longest wait of blocked work for a decision” (Bogdan)
2026-10-14 Echo retired; client complaint alerts went to Crystal (David)
2026-10-06 Jeff: input model example-model-4, now example-model-5 (Bogdan)
2026-10-05 Dash: target of “Anomalies flagged before market open” raised from ≥ 90% to ≥ 95%, from W41 (Bogdan)
2026-09-28 Pixel active, from proposed (Kristen)
2026-09-22 Pixel proposed: Creative production, reports to Kristen (Kristen)
2026-09-16 Sift: Janine answers, before Bogdan (Bogdan)
2026-09-07 Crystal reports to Radar, before to Bogdan (David)
2026-09-01 Penny: role Invoices, now Collections (Janine)
2026-08-24 The org sneeze-it begins (David)
"""


def test_a_merge_is_told_on_the_day_it_reached_the_ledger(acme: Shell) -> None:
    """By the one who made the change, not by the one who merged it."""
    acme.git("checkout", "-qb", "side")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("role: Desk", "role: Phone"))
    acme.git("commit", "-qam", "Phone", "--author", "Eve <eve@example.com>", GIT_COMMITTER_DATE="2026-11-21T10:00:00Z")
    acme.git("checkout", "-q", "main")
    acme.git("merge", "-q", "--no-ff", "-m", "Merge", "side", GIT_COMMITTER_DATE="2026-11-23T10:00:00Z")
    days = open_org(acme.folder, now=datetime.fromisoformat("2026-11-24T12:00:00Z")).history.days()
    first, *_ = days.changes
    assert (str(first.day), f"{first.name}{first.joint}{first.what}") == ("2026-11-23", "Bot: role Desk, now Phone")
    assert (first.who, first.commit) == ("Eve", acme.git("rev-parse", "side").out.strip())
    roles = [seats["bot"].role for _, seats in days.replay()]
    assert roles == ["Desk", "Desk", "Desk", "Phone", "Phone"]


def test_a_commit_that_touches_many_seats_is_one_line(tmp_path: Path) -> None:
    """Nobody reads a thousand lines."""
    MadeOrg(seats=40, days=2, changes_a_day=0).make(tmp_path / "org")
    told = open_org(tmp_path / "org", now=NOW_TIME).history.days().changes
    assert [f"{one.name}{one.joint}{one.what}" for one in told] == ["40 seats added"]
