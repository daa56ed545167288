"""A view says the same whether an org is read whole, or only as far as the view needs it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orgtp.files.load import load_org
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain, period_containing
from orgtp.model.score import Score
from orgtp.views.chart import ChartOptions, chart
from orgtp.views.context.build import SeatEvidence, context
from orgtp.views.scorecard.build import scorecard
from orgtp.views.scorecard.scores import score_lines
from orgtp.views.seat import seat_view
from orgtp.views.selection import Omitted, Selection
from orgtp.views.stale import stale
from tests.size import choose_size
from tests.views.read_trees import RecordingTree, opened

NEWEST = datetime(2026, 11, 20, 23, tzinfo=UTC)
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "UTC")
STEPS = {
    Cadence.HOURLY: timedelta(hours=7),
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKDAYS: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
    Cadence.MONTHLY: timedelta(days=30),
    Cadence.QUARTERLY: timedelta(days=91),
}
_MOST = 150


def random_org(seed: int) -> dict[str, str]:
    """Some seats in an odd time zone, their values recorded early, late, again and for periods of another cadence."""
    dice = random.Random(seed)  # noqa: S311  (an org, no secret)
    zone = ZONES[seed % len(ZONES)]
    files = {
        "org.yaml": f"org: o\nname: O\ntimezone: {zone}\npolicy:\n  grace: {dice.choice(['1h', '2d'])}\n",
        "seats/top.yaml": "seat: top\nname: Top\nrole: Founder\nkind: human\nstatus: active\n",
    }
    for number in range(dice.randint(3, 6)):
        _add_seat(files, dice, f"seat-{number}", ZoneInfo(zone))
    return files


def _add_seat(files: dict[str, str], dice: random.Random, seat: str, zone: ZoneInfo) -> None:
    status = dice.choice(["active"] * 4 + ["paused", "vacant", "retired", "proposed"])
    since = dice.choice(["", "since: 2019-03-04\n", "since: 2026-10-01\n"])
    text = f"seat: {seat}\nname: S\nrole: Work\nkind: {dice.choice(['agent', 'human'])}\nstatus: {status}\nowner: top\n"
    text += f"reports_to: {dice.choice(['top', 'seat-0', 'seat-1'])}\n{since}capabilities:\n  work-of-{seat}: Works.\n"
    text += "metrics:\n"
    lines: dict[str, list[Score]] = {}
    for metric in ("m-1", "m-2"):
        cadence = dice.choice(list(Cadence))
        target = dice.choice(['">= 10"', '">= 10"', '{2025-01-01: ">= 10", 2026-10-01: ">= 12"}'])
        rollup = dice.choice(["last", "sum", "mean", "hits", "max"])
        text += f"  {metric}: {{name: M, outcome: Good, target: {target}, cadence: {cadence}, rollup: {rollup}}}\n"
        for score in _random_scores(dice, seat, metric, cadence, zone):
            lines.setdefault(score.path, []).append(score)
    files[f"seats/{seat}.yaml"] = text
    for path, scores in lines.items():
        files[path] = "".join(f"{score.line}\n" for score in sorted(scores, key=lambda score: score.at))


def _random_scores(dice: random.Random, seat: str, metric: str, cadence: Cadence, zone: ZoneInfo) -> list[Score]:
    end = NEWEST - timedelta(days=dice.choice([0, 0, 1, 10, 40, 200, 700]))
    count = dice.choice([5, 30, _MOST])
    dense = dice.choice([1, 1, 0.9, 0.3, 0.02])
    found: list[Score] = []
    for step in range(count):
        at = end - step * STEPS[cadence]
        if dice.random() > dense:
            continue
        grain = cadence.grain if dice.random() > 0.02 else dice.choice(list(Grain))
        period = period_containing(at, grain, zone).text
        later = [at, at + timedelta(days=dice.choice([1, 40, 200, 400]))] if dice.random() < 0.1 else [at]
        for turn, when in enumerate(one for one in later if one <= NEWEST):
            value = dice.choice(["5", "11", "12", "14", "13.5", None, "many"])
            note = "" if value else "down"
            found.append(Score(f"{seat}-{metric}-{step}-{turn}", when, seat, metric, period, value, "top", note))
    return found


@pytest.mark.parametrize("seed", range(choose_size(6, 24)))
def test_every_view_of_random_orgs(seed: int) -> None:
    files = random_org(seed)
    whole = load_org(RecordingTree({path: text.encode() for path, text in sorted(files.items())})).org
    for now in (NEWEST, datetime(2026, 10, 31, 22, 30, tzinfo=UTC), datetime(2027, 1, 1, 11, tzinfo=UTC)):
        _compare(files, whole, now)


def _compare(files: dict[str, str], whole: Org, now: datetime) -> None:
    def here(seat: str = "") -> Org:
        handle = opened(files, now)[0]
        return handle.org_about(seat) if seat else handle.org

    assert chart(here(), now, ChartOptions(retired=True)) == chart(whole, now, ChartOptions(retired=True))
    # What is read follows the number of weeks; thirty of hourly cells take long, so that number is compared once.
    for weeks in (1, 13, 30) if now == NEWEST else (1, 13):
        assert scorecard(here(), now, weeks) == scorecard(whole, now, weeks)
    assert stale(here(), now) == stale(whole, now)
    assert score_lines(here(), now) == score_lines(whole, now)
    everything = opened(files, now)[0].validate()
    for seat in whole.seats:
        one = Selection(seat=seat)
        part = scorecard(here(seat), now, 13, one)
        # What is left out cannot be counted from a part; the handle counts it by the names of the files.
        assert replace(part, left_out=Omitted()) == replace(scorecard(whole, now, 13, one), left_out=Omitted())
        assert stale(here(seat), now, seat) == stale(whole, now, seat)
        handle = opened(files, now)[0]
        assert handle.seat(seat) == seat_view(whole, now, seat)
        its = (f"seats/{seat}.yaml", f"retirements/{seat}.yaml", f"scores/{seat}/")
        told = [one for one in everything if one.place.path.startswith(its)]
        assert handle.context(seat) == context(whole, now, seat, SeatEvidence(told, None))
