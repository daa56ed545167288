"""A quarter of collecting on a simulated clock: four runs each weekday, a tick after each, real sources, real commits.

What the world knows stands in a file that the sources read; it breaks, is silent, and comes back as `WORLD` says. The
clocks go back on 1 November, a holiday falls on a Thursday, and the year ends in its week 53.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from orgtp.api.org import OrgHandle, open_org
from orgtp.model.schedule import DEFAULT_TIMES, parse_timetable
from orgtp.sources.collect import CollectRequest
from orgtp.sources.config import read_sources
from tests.collect.conftest import Fed

FIRST, LAST = datetime(2026, 10, 1, 4, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC)
HOLIDAY = date(2026, 11, 26)
Trouble = tuple[str, date, date]
# Invented. "rate" is collected each weekday, "late" each day, "talks" each week.
BROKEN: Trouble = ("rate", date(2026, 10, 14), date(2026, 10, 16))
SILENT: Trouble = ("late", date(2026, 11, 2), date(2026, 11, 5))


def within(trouble: Trouble, day: date) -> bool:
    return trouble[1] <= day <= trouble[2]


class World:
    """The machine whose sources are asked, and what is true outside on each day."""

    def __init__(self, fed: Fed) -> None:
        self.fed, self.exports = fed, fed.shell.home / "world.json"
        self.zone = open_org(fed.shell.folder).head.zone
        self.true: dict[tuple[str, str], str | None] = {}

    def turns(self, day: date) -> None:
        """Let it be `day`: a source that is broken finds nothing, one that is silent is on no machine."""
        known = {"talks": day.isocalendar().week, "rate": 90 + day.day % 10, "late": day.day % 5}
        self.exports.write_text(
            json.dumps({n: v for n, v in known.items() if n != BROKEN[0] or not within(BROKEN, day)})
        )
        named = {n: {"file": {"path": str(self.exports), "pointer": f"/{n}"}, "retries": 0} for n in known}
        self.fed.set_up(**{n: one for n, one in named.items() if n != SILENT[0] or not within(SILENT, day)})

    def runs(self) -> Iterator[datetime]:
        """The moments at which cron collects, in the org's timezone."""
        times, now = parse_timetable(DEFAULT_TIMES, self.zone), FIRST
        while (now := times.next_time(now)) < LAST:
            yield now

    def at(self, now: datetime) -> OrgHandle:
        return open_org(self.fed.shell.folder, now=now)

    def collect(self, now: datetime, *, due: bool) -> None:
        """What the lines of `orgtp schedule` do; what was said is what is in force after it."""
        done = self.at(now).collect(read_sources(self.fed.sources), CollectRequest(due=due))
        for one in done.heard:
            period = next(row["period"] for row in reversed(self.fed.rows()) if row["metric"] == one.metric)
            self.true[one.metric, period] = one.value
        self.at(now).escalations.tick()


def in_trouble(day: date) -> set[str]:
    """The metrics that are in somebody's hands after a day's runs. A daily one lacks its Sunday on a Monday already."""
    return {name for name, first, last in (BROKEN, SILENT) if first <= day <= last}


@pytest.mark.long
def test_a_quarter_of_it(fed: Fed, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(fed, monkeypatch)
    world = World(fed)
    days: Counter[date] = Counter()
    for now in world.runs():
        day = now.astimezone(world.zone).date()
        days[day] += 1
        world.turns(day)
        # All that is there is asked once a day, what is missing four times.
        world.collect(now, due=days[day] > 1)
        here = world.at(now)
        open_ = {one.metric for one in here.escalations.list_open()}
        if days[day] == 4:
            assert open_ == in_trouble(day), day
            assert {one.metric for one in here.stale()} <= {BROKEN[0], SILENT[0]}
    assert len(days) == 66
    assert set(days.values()) == {4}
    ended(world)


def prepare(fed: Fed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The org as of the day before, with a holiday, and without a later history."""
    for name, value in fed.shell.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ORGTP_NOW")
    bot = fed.shell.read("seats/bot.yaml").replace("cadence: daily, source: rate", "cadence: weekdays, source: rate")
    fed.shell.write("seats/bot.yaml", bot.replace("2026-10-05", "2026-09-30"))
    fed.shell.write("org.yaml", fed.shell.read("org.yaml") + f"holidays: [{HOLIDAY}]\n")
    shutil.rmtree(fed.shell.folder / ".git")
    fed.shell.git("init", "-qb", "main")
    fed.shell.git("add", ".")
    then = "2026-09-30T12:00:00Z"
    fed.shell.git("commit", "-qm", "The org on the last of September", GIT_AUTHOR_DATE=then, GIT_COMMITTER_DATE=then)


def ended(world: World) -> None:
    """At the end the record says what the world said, and nothing else; what broke is settled, and seen to be."""
    fed, here = world.fed, world.at(LAST)
    told = {(m, p): s.value for m in ("talks", "rate", "late") for p, s in here.org.scores_in_force("bot", m).items()}
    assert {(m, getattr(p, "text", p)): value for (m, p), value in told.items()} == world.true
    assert ("talks", "2026-W53") in world.true
    assert ("rate", str(HOLIDAY)) not in world.true
    assert len(fed.rows()) == len({(row["metric"], row["period"], row["value"]) for row in fed.rows()})
    assert {one.kind.value: one.state.value for one in here.escalations.list_open(settled=True)} == {
        "source": "resolved",
        "stale": "resolved",
    }
    found, _ = here.audit.verify()
    assert not found.violations
    assert not [one for one in here.validate() if one.severity == "error"]
