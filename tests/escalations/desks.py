"""An org in memory whose changes are applied as they would be committed, read back by the readers each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from orgtp.files.apply import apply_change
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.change import Change
from orgtp.model.escalation import Escalation
from orgtp.model.org import Org

FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)
HEAD = "org: acme\nname: Acme\ntimezone: America/New_York\npolicy: {scorekeepers: [tally]}\n"
_METRIC = '{name: Calls booked, outcome: Talks, target: ">= 5", cadence: weekly}'


def seat(id_: str, kind: str, above: str = "", owner: str = "", status: str = "active") -> str:
    """A seat's file; an agent has the metric `calls`."""
    rest = f"reports_to: {above}\n" if above else ""
    rest += f"owner: {owner}\n" if owner else ""
    rest += f"metrics:\n  calls: {_METRIC}\n" if kind == "agent" else ""
    return f"seat: {id_}\nname: {id_.capitalize()}\nrole: Desk\nkind: {kind}\nstatus: {status}\n{rest}"


# Ada is at the top; below her Eve, below her the agent lead, below it Max, who owns the bot.
SEATS = {
    "ada": seat("ada", "human"),
    "eve": seat("eve", "human", "ada"),
    "lead": seat("lead", "agent", "eve", "eve"),
    "max": seat("max", "human", "lead"),
    "bot": seat("bot", "agent", "lead", "max"),
    "tally": seat("tally", "agent", "ada", "ada"),
}


class Ledger:
    """The files of an org, and all changes that were made of them."""

    def __init__(self, head: str = HEAD, **seats: str) -> None:
        texts = {"org.yaml": head, **{f"seats/{id_}.yaml": text for id_, text in {**SEATS, **seats}.items()}}
        self.files = {path: text.encode() for path, text in texts.items()}
        self.changes: list[Change] = []

    @property
    def org(self) -> Org:
        """The org as the files say; each of them must be in order."""
        loaded = load_org(MemoryTree(dict(sorted(self.files.items()))))
        assert loaded.problems == ()
        return loaded.org

    def do(self, action: Callable[[Org], Change]) -> Change:
        """Apply what an action wants."""
        change = action(self.org)
        new = apply_change(self.files, change)
        assert bool(new) == bool(change.edits)
        self.files |= new
        self.changes += [change] if new else []
        return change

    def one(self, id_: str = "") -> Escalation:
        """An escalation, or the only one."""
        return self.org.escalations[id_] if id_ else next(iter(self.org.escalations.values()))

    def set(self, seat_: str, old: str, new: str) -> None:
        """Edit a seat's file."""
        path = f"seats/{seat_}.yaml"
        assert old.encode() in self.files[path]
        self.files[path] = self.files[path].replace(old.encode(), new.encode())
