"""Orgs with a history of many days, made from a seed with one stream into `git fast-import`."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orgtp.model.period import Cadence, period_containing

ZONE = ZoneInfo("America/New_York")
LAST = date(2026, 11, 20)
_CADENCES = ("hourly", "daily", "weekdays", "weekly", "weekly", "weekly", "monthly")
_TARGETS = ('">= 12"', '"<= 2"', '">= 95%"', '"<= 1h"', '"by 08:00"', '"yes"', '"10..20"')
_VALUES = {"%": ("96", "90.5"), "h": ("30m", "2h"), ":": ("07:52", "08:20"), "s": ("yes", "no")}


@dataclass
class MadeOrg:
    """An org that changes a little every day."""

    seats: int
    days: int
    seed: int = 0
    changes_a_day: float = 1
    changes_rules: bool = True
    cadences: tuple[str, ...] = _CADENCES
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  (not a secret)
        self.facts: dict[str, dict[str, str]] = {}
        self.written = 0

    def make(self, path: Path) -> None:
        """Make the repository at `path`, and check it out."""
        subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
        with subprocess.Popen(
            ["git", "-C", str(path), "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE
        ) as to:
            assert to.stdin
            for piece in self._stream():
                to.stdin.write(piece)
        assert to.returncode == 0
        subprocess.run(["git", "-C", str(path), "reset", "-q", "--hard"], check=True)

    def _stream(self) -> Iterator[bytes]:
        first = LAST - timedelta(days=self.days)
        self._begin(first)
        yield from self._commit(datetime.combine(first, datetime.min.time(), ZONE) + timedelta(hours=8), self.files)
        for number in range(1, self.days + 1):
            day = datetime.combine(first + timedelta(days=number), datetime.min.time(), ZONE)
            if changed := self._change_seats(day.date()):
                yield from self._commit(day + timedelta(hours=9), changed)
            if changed := self._record(day + timedelta(hours=13)):
                yield from self._commit(day + timedelta(hours=13), changed)
        yield b"done\n"

    def _commit(self, at: datetime, files: dict[str, str]) -> Iterator[bytes]:
        words = f"Day {at.date()}".encode()
        who = f"committer A Tester <tester@example.com> {int(at.timestamp())} +0000"
        yield b"commit refs/heads/main\n%s\ndata %d\n%s\n" % (who.encode(), len(words), words)
        for path, text in sorted(files.items()):
            self.files[path] = text
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text.encode()), text.encode())

    def _begin(self, first: date) -> None:
        self.files["org.yaml"] = self._write_head("1h")
        for number in range(self.seats):
            id_ = f"s{number}"
            above = f"s{(number - 1) // 8}" if number else ""
            human = number < max(2, self.seats // 10)
            self.facts[id_] = {
                "name": f"Seat {number}",
                "role": f"Role {number % 7}",
                "kind": "human" if human else "agent",
                "status": "active",
                "owner": id_ if human else f"s{number % 2}",
                **({"reports_to": above} if above else {}),
                **({"since": str(first)} if number % 3 else {}),
            }
            for metric in range(self.random.choice((0, 1, 2, 2))):
                target = self.random.choice(_TARGETS)
                cadence = self.random.choice(self.cadences)
                more = ", per: week, rollup: hits" if cadence == "daily" and self.random.random() < 0.5 else ""
                self.facts[id_][f"m{metric}"] = f"target: {target}, cadence: {cadence}{more}"
            self.files[f"seats/{id_}.yaml"] = self._write_seat(id_)

    def _write_head(self, grace: str, holidays: str = "") -> str:
        text = f"org: made\nname: Made\ntimezone: {ZONE.key}\npolicy:\n  grace: {grace}\n  due: {{weekly: mon 12:00}}\n"
        return text + (f"holidays: [{holidays}]\n" if holidays else "")

    def _write_seat(self, id_: str) -> str:
        facts = self.facts[id_]
        own = {key: value for key, value in facts.items() if not _is_metric(key)}
        lines = [f"seat: {id_}", *(f"{key}: {value}" for key, value in own.items())]
        rows = ((key, value) for key, value in facts.items() if _is_metric(key))
        metrics = [f"  {key}: {{name: Number {key}, outcome: Good, {value}}}" for key, value in rows]
        return "\n".join([*lines, *(["metrics:", *metrics] if metrics else []), ""])

    def _change_seats(self, day: date) -> dict[str, str]:
        changed: dict[str, str] = {}
        while self.random.random() < self.changes_a_day / (1 + len(changed)) and len(changed) < self.changes_a_day * 2:
            id_ = self.random.choice(list(self.facts))
            changed |= self._change_seat(id_, day)
        return changed

    def _change_seat(self, id_: str, day: date) -> dict[str, str]:  # noqa: C901  (one case for each change)
        facts, number = self.facts[id_], int(id_[1:])
        match self.random.randrange(9):
            case 0 if number > 1:
                facts["reports_to"] = f"s{self.random.randrange(number)}"
            case 1:
                facts["role"] = f"Role {self.random.randrange(20)}"
            case 2:
                facts["name"] = f"Seat {self.random.randrange(self.seats)}"
            case 3 if facts["kind"] == "agent":
                facts["owner"] = f"s{self.random.randrange(2)}"
            case 4 if number > 1:
                facts["status"] = self.random.choice(("active", "active", "paused", "vacant", "proposed", "retired"))
            case 5:
                first, last = day + timedelta(days=2), day + timedelta(days=6)
                facts["pauses"] = f"{{{first}: {{until: {last}, reason: Away}}}}"
            case 6 if facts["kind"] == "human":
                facts["holders"] = f"{{{day + timedelta(days=3)}: {{name: Holder {day.day}}}}}"
            case 7 if "m0" in facts:
                head, _, rest = facts["m0"].partition(", ")
                week = period_containing(datetime.combine(day, datetime.min.time(), ZONE), Cadence.WEEKLY.grain, ZONE)
                if "weekly" in rest and "{" not in head and "12" in head:
                    facts["m0"] = f'target: {{2026-W01: ">= 12", {week.text}: ">= 14"}}, {rest}'
            case _ if self.changes_rules:
                grace = self.random.choice(("1h", "2h", "3d"))
                return {"org.yaml": self._write_head(grace, f"{day + timedelta(days=1)}")}
        return {f"seats/{id_}.yaml": self._write_seat(id_)}

    def _record(self, at: datetime) -> dict[str, str]:
        changed: dict[str, str] = {}
        for id_, facts in self.facts.items():
            if facts["status"] == "retired":
                continue
            for metric in (key for key in facts if _is_metric(key)):
                cadence = facts[metric].rpartition("cadence: ")[2].partition(",")[0]
                if self._records_on(cadence, at):
                    self._add_row(changed, id_, metric, facts[metric], cadence, at)
        return changed

    def _records_on(self, cadence: str, at: datetime) -> bool:
        if cadence == "weekly":
            return at.weekday() == 0 and self.random.random() < 0.9
        return self.random.random() < (0.1 if cadence == "monthly" else 0.7)

    def _add_row(self, to: dict[str, str], seat: str, metric: str, facts: str, cadence: str, at: datetime) -> None:
        stamp = at.astimezone(UTC)
        path = f"scores/{seat}/{stamp:%Y-%m}.jsonl"
        back = self.random.choice((0, 1, 1, 1, 2))
        period = period_containing(at, Cadence(cadence).grain, ZONE)
        for _ in range(back):
            period = period.previous_in(ZONE)
        target = facts.partition("cadence")[0]
        pair = next((values for sign, values in _VALUES.items() if sign in target.partition(":")[2]), ("15", "1"))
        value = self.random.choice((*pair, *pair, pair[0], None))
        row: dict[str, str | bool | None] = {"id": f"r{self.written}", "at": f"{stamp:%Y-%m-%dT%H:%M:%SZ}"}
        row |= {"metric": metric, "period": period.text}
        row |= {"value": value, **({"void": True} if value is None and self.random.random() < 0.3 else {}), "by": "s0"}
        self.written += 1
        to[path] = to.get(path, self.files.get(path, "")) + json.dumps(row, separators=(",", ":")) + "\n"


def _is_metric(key: str) -> bool:
    return key[0] == "m" and key[1:].isdecimal()
