"""Weeks of the sample company on a simulated clock: collect, brief, check, tick, and a review each Monday.

`make torture` goes through all thirteen of them, `make test` through the first four.

The org begins with the sample's seats and no value. What the world knows is in `sample-org/story/values.yaml`, and the
sources of the machine read it; Radar and Tally are measured from the record (`sample-org/sources.yaml`). All real: git
commits, source processes, a mail server.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orgtp.api.org import OrgHandle, open_org
from orgtp.files.yaml.loader import read_document
from orgtp.model.org import Org
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow, ReviewState, ReviewTodo
from orgtp.model.records.todo import TodoAction
from orgtp.sources.collect import CollectRequest
from orgtp.sources.config import read_sources
from tests.brief.mail import MailServer, serve_mail
from tests.conftest import ROOT, Shell
from tests.size import choose_size

ZONE = ZoneInfo("America/New_York")
FIRST, WEEKS = date(2026, 8, 24), choose_size(4, 13)
STORY = ROOT / "sample-org" / "story"
SEATS = ("david", "bogdan", "janine", "kristen", "radar", "tally", "dash", "crystal", "jeff", "penny", "sift", "pixel")
DAYS = ("mon", "tue", "wed", "thu", "fri")
PUSHES = ("08:05", "11:05", "14:05", "17:35")
# The machine that sends the briefing is off on these days until 08:10.
LATE_DAYS = (date(2026, 9, 16), date(2026, 10, 28))
# The seats whose numbers come from sources; those of the others are recorded by hand. Penny's break in week 10.
COLLECTED = ("jeff", "penny")
# Nobody does the to-dos of this seat.
IDLE = "janine"


def read_yaml(path: Path) -> Any:
    return read_document(path.name, path.read_bytes()).data


FROM_RECORD: Mapping[str, Any] = read_yaml(ROOT / "sample-org" / "sources.yaml")


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


@dataclass
class World:
    """The machine, and what is true outside at each push of each day.

    `told[day, push]` has the values by source; `by_hand` has those that people record, because no source is named.
    """

    shell: Shell
    told: dict[tuple[date, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    by_hand: dict[tuple[date, str], list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        seats = {seat: read_yaml(STORY / "seats" / f"{seat}.yaml") for seat in SEATS}
        for series in read_yaml(STORY / "values.yaml"):
            source = seats.get(series["seat"], {}).get("metrics", {}).get(series["metric"], {}).get("source")
            if source in FROM_RECORD or series["seat"] not in seats:
                continue
            for day, word in list_words(series):
                if source and series["seat"] in COLLECTED:
                    self.told[day, series["push"]][source] = word
                elif word != "?":
                    self.by_hand[day, series["push"]].append((series["seat"], series["metric"], word))

    def set_sources(self, day: date, push: str) -> Path:
        """Write the machine's sources: those that have something to say now, a broken one, and those of the record."""
        told, home = self.told[day, push], self.shell.home
        (home / "world.json").write_text(json.dumps({name: word for name, word in told.items() if word != "?"}))
        sources = {
            name: {"file": {"path": str(home / "world.json"), "pointer": f"/{name}"}, "retries": 0} for name in told
        }
        path = home / "sources.yaml"
        path.write_text(json.dumps({**sources, **(FROM_RECORD if push == PUSHES[0] else {})}))
        return path


def list_words(series: Mapping[str, Any]) -> Iterator[tuple[date, str]]:
    """The words of a series, each with its day; a value that nobody recorded is left out."""
    if "months" in series:
        yield from zip((date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 30)), series["months"], strict=True)
        return
    for number, words in enumerate(series["weeks"]):
        days = [series["on"]] if "on" in series else DAYS
        for name, word in zip(days, str(words).split(), strict=True):
            if word != "-":
                yield FIRST + timedelta(weeks=number, days=DAYS.index(name)), word


@pytest.fixture
def world(acme: Shell, monkeypatch: pytest.MonkeyPatch) -> World:
    """The sample's seats, written down on the Friday before their first week, in a new repository."""
    shell = replace(acme, folder=acme.folder.parent / "sneeze-it")
    begins = (FIRST - timedelta(days=3)).isoformat()
    for name, value in shell.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ORGTP_NOW")
    monkeypatch.setenv("ORGTP_SEAT", "tally")
    shell.folder.mkdir()
    shell.write("org.yaml", (STORY / "org.yaml").read_text(encoding="utf-8"))
    for seat in SEATS:
        text = (STORY / "seats" / f"{seat}.yaml").read_text(encoding="utf-8")
        without = re.sub("^since: .*\n", "", text, flags=re.M)
        dated = re.sub("^status: .*$", f"status: active\nsince: {FIRST}", without, flags=re.M)
        shell.write(f"seats/{seat}.yaml", dated)
    then = f"{begins}T12:00:00Z"
    shell.git("init", "-qb", "main")
    shell.git("add", ".")
    shell.git("commit", "-qm", "The chart", GIT_AUTHOR_DATE=then, GIT_COMMITTER_DATE=then)
    return World(shell)


def open_at(world: World, now: datetime) -> OrgHandle:
    return open_org(world.shell.folder, now=now)


def hold_review(world: World, now: datetime) -> Review:
    """Close the review of the week before: off twice or more asks for a fix by Friday, the rest is watched."""
    reviews = open_at(world, now).reviews
    agenda = reviews.agenda()
    org = open_at(world, now).org
    rows = []
    for row in agenda.rows:
        if not row.state.must_close:
            continue
        owner = org.seats[row.seat].owner
        todo = ReviewTodo(f"Look into {row.metric} of {row.seat}", owner, now.date() + timedelta(days=4))
        asks = row.misses_in_a_row > 1 and not row.todos
        fix = ReviewRow(
            row.seat, row.metric, changed="Not known yet.", fix="Look into it.", decision=ReviewDecision.FIX
        )
        watch = ReviewRow(row.seat, row.metric, fix="Once.", decision=ReviewDecision.WATCH)
        rows.append(replace(fix, new_todo=todo) if asks else watch)
    answers = Review(agenda.week, now, led_by="david", rows=tuple(rows))
    done = reviews.close(answers, by="david")
    assert done.commit
    return open_at(world, now).org.reviews[agenda.week]


@pytest.mark.long
def test_week_after_week(world: World) -> None:
    with serve_mail() as mail:
        replay(world, mail)


def replay(world: World, mail: MailServer) -> None:
    people = world.shell.home / "people.yaml"
    people.write_text(mail.file("david", "janine"), encoding="utf-8")
    drifting: dict[str, date] = {}
    reviewed: list[str] = []
    for day in each_day():
        send_briefing(world, day, people)
        if day.weekday() == 0 and day != FIRST:
            reviewed.append(hold_review(world, at(day, "08:40")).week)
        for push in PUSHES:
            record_values(world, day, push)
        open_at(world, at(day, PUSHES[-1])).escalations.tick(by="tally")
        do_todos(world, day)
        if day.weekday() == len(DAYS) - 1:
            before = world.shell.head()
            for one in open_at(world, at(day, "17:45")).health().seats:
                if one.health == "drifting":
                    drifting.setdefault(one.seat, day)
            assert world.shell.head() == before, "a view wrote something"
    check_end(world, mail, drifting, reviewed)


def record_values(world: World, day: date, push: str) -> None:
    """What people record by hand, and what the sources of the machine say."""
    now, by_hand = at(day, push), world.by_hand[day, push]
    if by_hand:
        ledger = open_at(world, now).ledger
        ledger.add_scores([ledger.new_score(*one) for one in by_hand], by="tally")
    if world.told[day, push] or push == PUSHES[0]:
        open_at(world, now).collect(read_sources(world.set_sources(day, push)), CollectRequest())


def each_day() -> Iterator[date]:
    for number in range(7 * WEEKS):
        day = FIRST + timedelta(days=number)
        if day.weekday() < len(DAYS):
            yield day


def send_briefing(world: World, day: date, people: Path) -> None:
    """Radar's machine sends at 07:45, or at 08:10 if it was off; the check is at 08:00, here on Mondays."""
    late = day in LATE_DAYS
    for clock in ("08:00", "08:10") if late else ("07:45", "08:00") if day.weekday() == 0 else ("07:45",):
        env: Mapping[str, Any] = {"ORGTP_NOW": at(day, clock).isoformat(), "ORGTP_NOTIFY": str(people)}
        if clock == "08:00":
            ran = world.shell("brief", "--check", "--deadline", clock, code=int(late), ORGTP_SEAT="tally", **env)
            assert ("david" in ran.out + ran.err) == late, day
        else:
            world.shell("brief", "--send", ORGTP_SEAT="radar", **env)


def do_todos(world: World, day: date) -> None:
    """On Thursday, everybody does what is open, but one."""
    if day.weekday() == 3:
        for one in open_at(world, at(day, "17:40")).org.todos.values():
            if not one.is_closed and one.owner != IDLE:
                open_at(world, at(day, "17:40")).todos.close(one.id, TodoAction.DONE, by=one.owner)


def check_drift(org: Org, drifting: Mapping[str, date]) -> None:
    """Health finds Jeff on the first Friday with twelve values, and that week's review discusses it as drifting."""
    assert drifting == choose_size({}, {"jeff": date(2026, 11, 13)})
    if drifting:
        row = org.reviews["2026-W46"].row_about("jeff", "invoices-reconciled")
        assert row is not None
        assert row.state is ReviewState.DRIFTING


def check_end(world: World, mail: MailServer, drifting: Mapping[str, date], reviewed: list[str]) -> None:
    last = FIRST + timedelta(weeks=WEEKS, days=-3)
    here = open_at(world, at(last, "18:00"))
    org = here.org
    # Everybody got one briefing a day, and it is on record.
    assert len(mail.mails) == 2 * 5 * WEEKS == len(org.deliveries)
    # Radar's own number is what the deliveries say.
    times = {
        str(getattr(p, "text", p)): s.value or "" for p, s in org.scores_in_force("radar", "briefing-by-8").items()
    }
    sent = {f"{one.day}": f"{one.at.astimezone(ZONE):%H:%M}" for one in org.deliveries}
    assert {day: clock for day, clock in times.items() if day >= f"{FIRST}"} == {
        day: sent[day] for day in sent if day != f"{last}"
    }
    assert {day for day, clock in times.items() if clock >= "08:00"} == {f"{day}" for day in LATE_DAYS if day <= last}
    assert [one.what for one in org.escalations.values() if "briefing" in one.what.lower()]
    # A review a week, and the to-dos of the one who does nothing are escalated after two of them.
    held = here.reviews.list()
    assert [one.week for one in held.weeks if one.held] == sorted(reviewed, reverse=True)[: len(held.weeks)]
    assert {one.owner for one in org.todos.values() if not one.is_closed} == {IDLE}
    # In four weeks, nothing is overdue for as long as that.
    overdue = [one.with_ for one in org.escalations.values() if "overdue at two reviews" in one.what]
    assert bool(overdue) == choose_size(False, True)
    check_drift(org, drifting)
    assert not [one for one in here.validate() if one.severity == "error"]
    found, _ = here.audit.verify()
    assert not found.violations
