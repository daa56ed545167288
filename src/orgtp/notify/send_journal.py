"""What this clone has sent and not recorded yet, one file in the git dir for each recipient and day.

A file is written before a briefing is sent, rewritten when a service has accepted it, and removed when the delivery is
recorded. So whatever ends the process, the next run knows what became of it:

- Nothing there: nothing was sent.
- `sending`: it is not known whether a service accepted it. The next run sends it again and says so in the record: it
  may be the second one. It is the only moment in which somebody can get two.
- `accepted`: the next run records the delivery, and sends nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from orgtp.files.delivery import parse_delivery
from orgtp.git.lock import make_private_dir, private_git_dir, write_new_file
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place
from orgtp.model.records.briefing import Delivery

_FOLDER = "briefings"


@dataclass(frozen=True, slots=True)
class SendJournal:
    """The journal of one repository. Only the process that holds the lock `briefing` uses it."""

    repo: Repo

    def begin(self, day: date, to: str) -> None:
        """Note that a briefing is being sent now. Raises `OSError`, `CannotWrite`."""
        self._write(day, to, {"state": "sending"})

    def accept(self, one: Delivery) -> None:
        """Note that a service accepted a briefing."""
        self._write(one.day, one.to, {"state": "accepted", "line": one.line})

    def fail(self, day: date, to: str) -> None:
        """Note that no service accepted a briefing: it is sent again by the next run."""
        self._path(day, to).unlink(missing_ok=True)

    def clear(self, one: Delivery) -> None:
        """Forget a delivery that is recorded."""
        self._path(one.day, one.to).unlink(missing_ok=True)

    def is_unsure(self, day: date, to: str) -> bool:
        """Whether a process ended while it sent this briefing."""
        return _read_note(self._path(day, to)).get("state") == "sending"

    def list_accepted(self) -> list[Delivery]:
        """The deliveries that are not recorded yet, in order of day and recipient."""
        return [one for path in self._list_files() if (one := _read_accepted(path))]

    def remove_old(self, today: date) -> None:
        """Forget what was being sent on an earlier day: that day's briefing is not sent any more."""
        for path in self._list_files():
            if path.name < today.isoformat() and _read_note(path).get("state") == "sending":
                path.unlink(missing_ok=True)

    def _list_files(self) -> Iterator[Path]:
        folder = private_git_dir(self.repo) / _FOLDER
        with suppress(OSError):
            yield from sorted(folder.glob("*.json"))

    def _path(self, day: date, to: str) -> Path:
        return private_git_dir(self.repo) / _FOLDER / f"{day.isoformat()}-{to}.json"

    def _write(self, day: date, to: str, note: dict[str, str]) -> None:
        """Write a note so that it survives the end of the process, whole or not at all."""
        path = make_private_dir(self.repo, _FOLDER) / self._path(day, to).name
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        write_new_file(temporary, json.dumps(note, ensure_ascii=False).encode())
        temporary.replace(path)


def _read_note(path: Path) -> dict[str, str]:
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _read_accepted(path: Path) -> Delivery | None:
    note = _read_note(path)
    return parse_delivery(note["line"].encode(), Place(""))[0] if note.get("state") == "accepted" else None
