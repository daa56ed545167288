"""A mail server, and the sample org on a Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.brief.mail import MailServer, serve_mail
from tests.conftest import Ran, Shell

# A Monday, before eight in New York.
MONDAY = "2026-11-23T07:45:00-05:00"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with serve_mail() as server:
        yield server


class Office:
    """The sample org without a briefing so far, and a machine that knows David and Janine. It acts as Tally."""

    def __init__(self, shell: Shell, mail: MailServer) -> None:
        self.shell, self.mail = shell, mail
        self.people = shell.home / "people.yaml"
        self.people.write_text(mail.file("david", "janine"), encoding="utf-8")
        self.now = MONDAY

    def __call__(self, *words: str, code: int | None = 0, **env: str) -> Ran:
        """Run `orgtp brief WORDS`."""
        named = {"ORGTP_NOTIFY": str(self.people), "ORGTP_SEAT": "tally", "ORGTP_NOW": self.now}
        return self.shell("brief", *words, code=code, **{**named, **env})

    def deliveries(self) -> list[dict[str, Any]]:
        """What is recorded."""
        import json

        found = sorted((self.shell.folder / "briefings").glob("*.jsonl"))
        return [json.loads(line) for path in found for line in path.read_text(encoding="utf-8").splitlines()]

    @property
    def recorded(self) -> list[str]:
        """Who has a delivery, in order of ids."""
        return sorted(one["to"] for one in self.deliveries())


@pytest.fixture
def office(unreviewed: Shell, mail: MailServer) -> Office:
    return Office(replace(unreviewed), mail)
