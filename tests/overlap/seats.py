"""Orgs of seats that say what they do, for the tests of what looks alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatKind, SeatStatus

# Descriptions in the manner of public agent files; all of them are invented.
DESCRIPTIONS = {
    "code-reviewer": "Expert in code review. Use proactively after writing code: checks quality, security and style.",
    "pr-reviewer": "Reviews pull requests for code quality, security and style. Use immediately after a change.",
    "security-auditor": "Audits code for security, secrets and old dependencies. MUST BE USED before a release.",
    "test-writer": "Writes unit tests and integration tests. Use this agent when coverage is low.",
    "test-automator": "Creates unit tests, integration tests and end-to-end tests. Sets up CI pipelines.",
    "sql-tuner": "You are an expert in SQL. Optimizes slow queries, designs indexes and explains query plans.",
    "database-optimizer": "Optimizes SQL queries, designs efficient indexes and handles database migrations.",
    "ad-anomalies": "Finds what moved in client ad spend and tells the people who decide.",
    "ad-pacing": "Compares each client's ad spend with the plan of the month.",
    "invoice-clerk": "Sends invoices and reminds clients who have not paid.",
    "traducteur": "Traduit les pages d'aide en français, en espagnol et en italien.",
    "übersetzer": "Übersetzt Hilfeseiten ins Französische, Spanische und Italienische.",
}


def make_seat(id_: str, name: str = "", mission: str = "", **keys: Any) -> Seat:
    """An active agent, unless `keys` say something else."""
    fields: dict[str, Any] = {"role": "", "kind": SeatKind.AGENT, "status": SeatStatus.ACTIVE, "owner": "ada"}
    return Seat(id=id_, name=name or id_, mission=mission, **{**fields, **keys})


def make_org(*seats: Seat) -> Org:
    """An org of these seats."""
    return Org(seats={seat.id: seat for seat in seats})


def make_described() -> Iterable[Seat]:
    """A seat for each of the descriptions."""
    return [make_seat(f"s{number}", name, text) for number, (name, text) in enumerate(DESCRIPTIONS.items())]
