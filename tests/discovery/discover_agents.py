"""Agents as a scan finds them, and orgs of a few seats, for the tests of `orgtp discover`. All of it is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from orgtp.model.inventory.found import Discovered, FoundAgent, FoundKind, SeatFile
from orgtp.model.org import Org, Retirement
from orgtp.model.seat import DefinitionPlace, Pause, Seat, SeatKind, SeatStatus
from tests.conftest import Shell

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
REPO = "git.example.com/acme/agents"


def make_place(path: str, content: str = "a", repo: str = REPO) -> DefinitionPlace:
    """A place whose hash is made of one repeated digit."""
    return DefinitionPlace(repo, path, content * 64 if content else "")


def make_agent(path: str = "agents/report.md", content: str = "a", **more: Any) -> FoundAgent:
    """A running agent."""
    fields: dict[str, Any] = {
        "kind": FoundKind.RUNNING,
        "source": "GitHub workflows",
        "name": path.rpartition("/")[2].removesuffix(".md"),
        "where": path,
        "place": make_place(path, content),
        "trigger": "0 6 * * 1-5",
        "program": "claude",
    }
    return FoundAgent(**(fields | more))


def make_found(*agents: FoundAgent, files: tuple[SeatFile, ...] = (), **more: Any) -> Discovered:
    """What a scan found that read one repository."""
    looked_at = more.pop("looked_at", (("agent files", max(1, len(agents))),))
    return Discovered(agents, more.pop("skipped", ()), looked_at, (REPO,), files, **more)


def make_human(id_: str, **more: Any) -> Seat:
    """An active person, at the top unless `more` says otherwise."""
    fields: dict[str, Any] = {"kind": SeatKind.HUMAN, "status": SeatStatus.ACTIVE, "owner": id_}
    return Seat(id=id_, name=id_.capitalize(), role="Lead", **(fields | more))


def make_bot(id_: str, *places: DefinitionPlace, **more: Any) -> Seat:
    """An active agent of ada's that runs from these places."""
    fields: dict[str, Any] = {"kind": SeatKind.AGENT, "status": SeatStatus.ACTIVE, "owner": "ada", "reports_to": "ada"}
    return Seat(id=id_, name=id_.capitalize(), role="Bot", runs_from=places, **(fields | more))


def make_org(*seats: Seat, **more: Any) -> Org:
    """An org with ada at its top."""
    known = {seat.id: seat for seat in (make_human("ada", emails=("ada@example.com",)), *seats)}
    return Org(id="acme", name="Acme", seats=known, **more)


RETIRED = {"retirements": {"old": Retirement("old", date(2026, 10, 1), "ada", "It was wrong.")}}
PAUSED = {"status": SeatStatus.PAUSED, "pauses": (Pause(date(2026, 11, 1)),)}


def make_repository(shell: Shell, name: str = "agents", remote: str = REPO) -> Shell:
    """A real repository with a running agent of Kristen's and Bogdan's, and a template."""
    here = shell.at(shell.folder / name)
    here.folder.mkdir(parents=True)
    here.git("init", "-qb", "main")
    if remote:
        here.git("remote", "add", "origin", f"https://user:secret@{remote}.git")
    here.write(".claude/agents/planner.md", DEFINITION.format(name="planner", does="Plans the week of the team"))
    add_agent(here, "report", "Reconciles supplier invoices with purchase orders", "kristen@example.com")
    return here


DEFINITION = "---\nname: {name}\ndescription: {does}\ntools: Bash, Read\n---\nDo it.\n"
WORKFLOW = """\
on:
  schedule:
    - cron: "{minute} 6 * * 1-5"
jobs:
  run:
    runs-on: ubuntu-latest
    steps:
      - uses: anthropics/claude-code-action@v1
        env:
          TOKEN: CANARY-ENV
        with:
          prompt: CANARY-ARGUMENT
"""


def add_agent(here: Shell, name: str, does: str = "", author: str = "bogdan@example.com", minute: int = 0) -> None:
    """Commit a workflow that runs an agent on a schedule, as somebody."""
    here.write(f".github/workflows/{name}.yml", f"# {name}: {does}\n" + WORKFLOW.format(minute=minute))
    here.git("add", ".")
    day = "2026-05-02T12:00:00Z"
    who = ("-c", f"user.email={author}", "-c", "user.name=Somebody")
    here.git(*who, "commit", "-qm", name, GIT_AUTHOR_DATE=day, GIT_COMMITTER_DATE=day)


def workflow_path(name: str) -> str:
    """Where the workflow of an agent is."""
    return f".github/workflows/{name}.yml"
