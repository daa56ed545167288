"""Creates the sample org by replaying a story of thirteen invented weeks with the real actions.

The story (sample-org/story) has weeks and weekdays instead of dates. Its last week becomes the current one, and events
in the future are left out. The same current time gives exactly the same commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from orgtp.actions import record_scores as scoring
from orgtp.actions.brief import record_deliveries
from orgtp.actions.retire import REVIEW_KEYS, RetirementRequest, retire_seat
from orgtp.actions.review import ReviewToClose, close_review
from orgtp.actions.seats import add_seat_file, set_keys
from orgtp.actions.todo import close_todo
from orgtp.files.json_schema import shipped_dir
from orgtp.files.org import read_org_head
from orgtp.files.seat import read_seat
from orgtp.files.yaml.editor import edit_yaml
from orgtp.files.yaml.loader import read_document
from orgtp.git.commit import make_seat_identity
from orgtp.ledger.batch import Action, CommitBatch, PlannedCommit
from orgtp.ledger.create import CreatedOrg, commit_history, create_repository, scaffold_files
from orgtp.ledger.partial_tree import ReadScope, ScoreKey
from orgtp.model.change import Change, SetKey
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain, Period, period_containing, period_containing_local
from orgtp.model.records.briefing import Delivery
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow, ReviewTodo
from orgtp.model.records.todo import TodoAction
from orgtp.model.score import make_ulid
from orgtp.model.seat import seat_path
from orgtp.views.review.agenda import build_agenda

WEEKS = 13
_DAYS = ("mon", "tue", "wed", "thu", "fri")
_FIRST = "david"
_KEEPER = "tally"
_BRIEFER, _BRIEFING = "radar", "briefing-by-8"
_OPENING = "mon 08:30"
_NOTHING, _UNKNOWN = "-", "?"
# The week in which the story was written. Dates in its seat files are shifted with the story.
_WRITTEN = date(2026, 11, 16)


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """An event of the story: its time, the acting seat, the action, and the values that it records, if any."""

    at: datetime
    by: str
    action: Action
    entries: tuple[scoring.NewScore, ...] = ()


def make_sample(path: Path, now: datetime, *, dry_run: bool = False) -> CreatedOrg:
    """Create the sample org at `path`, with its history up to `now`. Raises `PathOccupied`."""
    story = _Story(shipped_dir("sample-org") / "story", now)
    opening = story.find_time(1, _OPENING)
    first = make_seat_identity(story.load_seat(_FIRST), story.org)
    made = create_repository(path, story.build_opening_files(), first, opening, dry_run=dry_run)
    if dry_run:
        return made
    return commit_history(
        made, now, lambda batch: [_replay_event(batch, story, event) for event in story.list_events()]
    )


def _replay_event(batch: CommitBatch, story: _Story, event: StoryEvent) -> PlannedCommit:
    who = make_seat_identity(story.load_seat(event.by), story.org)
    keys = frozenset(ScoreKey(entry.seat, entry.metric, entry.period) for entry in event.entries)
    # Values need only their part of the org, which is read without git.
    scope = ReadScope(frozenset({event.by, *(key.seat for key in keys)}), keys, event.at) if keys else None
    return batch.run_action(event.action, scope, who, event.at)


class _Story:
    """The story's files, shifted to the thirteen weeks that end with the current one."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        head, _ = read_org_head((folder / "org.yaml").read_bytes())
        self.org, self.zone = head.id, head.zone
        self.last = period_containing(now, Grain.WEEK, self.zone)
        self.shift = self.last.start.date() - _WRITTEN

    def load_seat(self, seat: str) -> Any:
        return read_seat(seat_path(seat), (self.folder / seat_path(seat)).read_bytes())[0]

    def find_time(self, week: int, text: str) -> datetime:
        """The actual time of, for example, `mon 09:00` in a week of the story."""
        day, _, clock = text.partition(" ")
        hour, minute = (int(part) for part in clock.split(":"))
        back = timedelta(days=_DAYS.index(day) - 7 * (WEEKS - week), hours=hour, minutes=minute)
        return (self.last.start + back).replace(tzinfo=self.zone)

    def find_week(self, number: int) -> Period:
        """The actual period of a week of the story."""
        return period_containing_local(self.last.start - timedelta(days=7 * (WEEKS - number)), Grain.WEEK)

    def build_opening_files(self) -> dict[str, bytes]:
        """The files of the first commit."""
        readme = (self.folder.parent / "README.md").read_bytes()
        first = {
            seat_path(_FIRST): self.format_seat(_FIRST, self.find_time(1, _OPENING)).encode(),
            "README.md": readme,
        }
        return {"org.yaml": (self.folder / "org.yaml").read_bytes(), **first, **scaffold_files()}

    def format_seat(self, seat: str, added: datetime) -> str:
        """A seat's file when it is added: `review_by` is shifted, and a new seat's `since` is that day."""
        path = seat_path(seat)
        text = (self.folder / path).read_text(encoding="utf-8")
        data = read_document(path, text.encode()).data
        if "review_by" in data:
            text = edit_yaml(
                path, text, SetKey(path, ("review_by",), f"{date.fromisoformat(data['review_by']) + self.shift}")
            )
        if date.fromisoformat(data.get("since", "0001-01-01")) > added.date():
            # The story is shifted to the past; a seat that existed before it began still does.
            text = edit_yaml(path, text, SetKey(path, ("since",), f"{date.fromisoformat(data['since']) + self.shift}"))
        begins = "since" in data or data["status"] == "proposed"
        return text if begins else edit_yaml(path, text, SetKey(path, ("since",), f"{added:%Y-%m-%d}"))

    def list_events(self) -> list[StoryEvent]:
        """The events up to now, in order."""
        found = [*self._iterate_steps(), *self._iterate_pushes(), *self._iterate_briefings()]
        return sorted((event for event in found if event.at <= self.now), key=lambda event: event.at)

    def _read_items(self, name: str) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = read_document(name, (self.folder / name).read_bytes()).data
        return data

    def _iterate_steps(self) -> Iterator[StoryEvent]:
        for step in self._read_items("steps.yaml"):
            at = self.find_time(step["week"], step["at"])
            yield StoryEvent(at, step["by"], self._make_action(step, at))

    def _make_action(self, step: Mapping[str, Any], at: datetime) -> Action:
        by, why = step["by"], step.get("why", "")
        if "add" in step:
            text = self.format_seat(step["add"], at)
            return lambda org: add_seat_file(org, step["add"], text, by, why)
        if "retire" in step:
            asked = step["retire"]
            review = {key: asked[key] for key in REVIEW_KEYS if key in asked}
            request = RetirementRequest(
                asked["seat"], tuple(asked["to"]), reason=asked["reason"], review=review, decided_by=by, by=by
            )
            return lambda org: retire_seat(org, request, at)
        if "score" in step:
            entry = self._make_correction(step)
            return lambda org: scoring.add_scores(org, [entry], at, by)
        if "review" in step:
            answers = self._make_review(step)
            return lambda org: _close_review(org, answers, at)
        if "todo" in step:
            return lambda org: _close_todo(org, step["todo"], at, by)
        seat, values = self._read_key_changes(step, at)
        return lambda org: set_keys(org, seat, values, by, why)

    def _make_review(self, step: Mapping[str, Any]) -> Review:
        """The answers of a review: of the week before the one in which it is held."""
        told = step["review"]
        return Review(
            self.find_week(step["week"] - 1).text,
            self.find_time(step["week"], told["began"]),
            led_by=step["by"],
            present=tuple(told["present"]),
            rows=tuple(self._make_review_row(row, step["week"]) for row in told["rows"]),
            rating=Decimal(told["rating"]),
        )

    def _make_review_row(self, row: Mapping[str, Any], week: int) -> ReviewRow:
        todo = row.get("todo")
        return ReviewRow(
            row["seat"],
            row["metric"],
            changed=row.get("changed", ""),
            fix=row["fix"],
            decision=ReviewDecision(row["decision"]),
            new_todo=ReviewTodo(todo["what"], todo["owner"], self._find_day(week, todo["due"])) if todo else None,
        )

    def _find_day(self, week: int, day: str) -> date:
        return self.find_time(week, f"{day} 00:00").date()

    def _read_key_changes(self, step: Mapping[str, Any], at: datetime) -> tuple[str, list[tuple[tuple[str, ...], Any]]]:
        if "set" in step:
            keys = {key: value for key, value in step["set"].items() if key != "seat"}
            # A proposed seat begins on the day it becomes active.
            keys |= {"since": f"{at:%Y-%m-%d}"} if keys.get("status") == "active" else {}
            return step["set"]["seat"], [(tuple(key.split(".")), value) for key, value in keys.items()]
        new = step["retarget"]
        dated = {self.find_week(1).text: new["from"], self.find_week(step["week"]).text: new["to"]}
        return new["seat"], [(("metrics", new["metric"], "target"), dated)]

    def _make_correction(self, step: Mapping[str, Any]) -> scoring.NewScore:
        score = step["score"]
        period = self.find_week(int(score["for"].removeprefix("week "))).text
        key = _derive_random_bits(score["seat"], score["metric"], period, "corrected")
        at = self.find_time(step["week"], step["at"])
        return scoring.NewScore(
            score["seat"], score["metric"], score["value"], make_ulid(at, key), period, step["note"]
        )

    def _iterate_pushes(self) -> Iterator[StoryEvent]:
        """Yield Tally's recordings: all values of one time are one commit."""
        values = sorted(self._iterate_values(), key=lambda item: (item[0], item[1].seat))
        for at, group in groupby(values, key=lambda item: item[0]):
            entries = tuple(entry for _, entry in group)
            yield StoryEvent(at, _KEEPER, _push_scores(entries, at), entries)

    def _iterate_briefings(self) -> Iterator[StoryEvent]:
        """Yield Radar's briefings: each was delivered at the time that Tally records for it."""
        told = next(one for one in self._read_items("values.yaml") if one["metric"] == _BRIEFING)
        for number, words in enumerate(told["weeks"], 1):
            for day, clock in zip(_DAYS, words.split(), strict=True):
                if clock != _NOTHING:
                    at = self.find_time(number, f"{day} {clock}")
                    yield StoryEvent(at, _BRIEFER, _deliver_briefing(at, at.date()))

    def _iterate_values(self) -> Iterator[tuple[datetime, scoring.NewScore]]:
        for series in self._read_items("values.yaml"):
            metric = self.load_seat(series["seat"]).metrics[series["metric"]]
            for at, word in self._iterate_words(series, metric.cadence):
                if word != _NOTHING:
                    yield at, _make_new_score(series, word, at, period_containing(at, metric.cadence.grain, self.zone))

    def _iterate_words(self, series: Mapping[str, Any], cadence: Cadence) -> Iterator[tuple[datetime, str]]:
        push = series["push"]
        if cadence is Cadence.MONTHLY:
            ends = [self._time_on(day, push) for day in self._month_ends()]
            yield from zip(ends[::-1], series["months"][::-1], strict=False)
            return
        for number, words in enumerate(series["weeks"], 1):
            days = _DAYS if cadence is Cadence.WEEKDAYS else (series["on"],)
            for day, word in zip(days, words.split(), strict=True):
                yield self.find_time(number, f"{day} {push}"), word

    def _month_ends(self) -> list[date]:
        """The last weekday of each month that ends within the story and is over by now."""
        first = self.find_week(1).start.date()
        days = [first + timedelta(days=n) for n in range(7 * WEEKS)]
        work = [day for day in days if day.weekday() < len(_DAYS)]
        last = {(day.year, day.month): day for day in work}
        return [day for day in last.values() if _ends_month(day) and self._time_on(day, "17:35") <= self.now]

    def _time_on(self, day: date, clock: str) -> datetime:
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=self.zone)


def _close_review(org: Org, answers: Review, at: datetime) -> Change:
    agenda = build_agenda(org, at)
    return close_review(org, at, ReviewToClose(answers, agenda.list_states(), agenda.list_off(), answers.led_by))


def _close_todo(org: Org, told: Mapping[str, str], at: datetime, by: str) -> Change:
    """Close the open to-do that the story tells of: `done`, or `fail` with the reason."""
    id_ = next(one.id for one in org.todos.values() if one.what == told["what"] and not one.is_closed)
    action = TodoAction.DONE if "done" in told else TodoAction.FAILED
    return close_todo(org, at, id_, action, told.get("done") or told.get("fail", ""), by)


def _deliver_briefing(at: datetime, day: date) -> Action:
    number = _derive_random_bits(_BRIEFER, _FIRST, f"{day}", "briefing")
    one = Delivery(make_ulid(at, number), at, _FIRST, day, by=_BRIEFER)
    return lambda org: record_deliveries(org, [one], _BRIEFER)


def _ends_month(day: date) -> bool:
    """Whether no weekday follows `day` in its month."""
    later = (day + timedelta(days=n) for n in range(1, 4))
    return all(other.month != day.month or other.weekday() >= len(_DAYS) for other in later)


def _push_scores(entries: tuple[scoring.NewScore, ...], at: datetime) -> Action:
    return lambda org: scoring.add_scores(org, entries, at, _KEEPER)


def _make_new_score(series: Mapping[str, Any], word: str, at: datetime, period: Period) -> scoring.NewScore:
    number = _derive_random_bits(series["seat"], series["metric"], period.text, "")
    value, note = (None, series["why"]) if word == _UNKNOWN else (word, "")
    return scoring.NewScore(series["seat"], series["metric"], value, make_ulid(at, number), period.text, note)


def _derive_random_bits(*parts: str) -> int:
    """80 pseudorandom bits that are always the same, so that the sample is reproducible."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:10], "big")
