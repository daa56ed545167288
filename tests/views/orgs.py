"""Small orgs for tests of views, read from files in memory by the readers themselves."""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.org import Org

HEAD = "org: acme\nname: Acme\ntimezone: UTC\n"
ADA = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\n"
EVE = "seat: eve\nname: Eve\nrole: Sales\nkind: human\nstatus: active\nreports_to: ada\n"
METRIC = '  calls: {name: Calls booked, outcome: Talks, target: ">= 5", cadence: weekly}\n'
BOT = (
    "seat: bot\nname: Bot\nrole: Desk\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\n"
    f"capabilities: {{desk: Answers the desk.}}\nmetrics:\n{METRIC}"
)
BASE = {"org.yaml": HEAD, "seats/ada.yaml": ADA, "seats/eve.yaml": EVE, "seats/bot.yaml": BOT}
RECORD = (
    "seat: bot\nname: Bot\nrole: Desk\nkind: agent\nretired_on: 2026-11-20\nreason: Eve does it.\ndecided_by: ada\n"
    "capabilities: {desk: eve}\nmetrics: {calls: {ended: over}}\n"
)


def org(more: Mapping[str, str | None] | None = None) -> Org:
    """Ada, Eve and a bot, with `more` files instead of or beside theirs; None takes one away."""
    files = {**BASE, **(more or {})}
    return load_org(MemoryTree({path: text.encode() for path, text in sorted(files.items()) if text is not None})).org


def row(id_: str, value: str | None, period: str = "2026-W46", day: int = 20, note: str = "") -> str:
    """A line of the bot's score file of November."""
    told = "null" if value is None else f'"{value}"'
    end = f',"note":"{note}"' if note else ""
    head = f'{{"id":"{id_}","at":"2026-11-{day:02}T13:00:00Z","metric":"calls"'
    return f'{head},"period":"{period}","value":{told},"by":"ada"{end}}}\n'
