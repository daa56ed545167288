"""A desk whose number drops in 2026-W43, and what happened around it, each on its own day."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Shell, make_home

ZONE_NOON = "T17:00:00Z"
ORG = "org: acme\nname: Acme\ntimezone: America/New_York\n"
ADA = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\n"
METRIC = (
    "metrics:\n  {metric}:\n    name: {name}\n    outcome: Clients do not wait\n    target: '>= 95%'\n"
    "    cadence: weekly\n    source: {source}\n"
)


def agent(id_: str, metric: str, name: str, source: str, more: str = "") -> str:
    """The file of an agent with one weekly metric."""
    head = f"seat: {id_}\nname: {id_.title()}\nrole: Desk\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\n"
    rest = f"since: 2026-01-05\n{more}retire_when: Nobody writes.\ncapabilities:\n  {id_}-work: Does it.\n"
    return head + rest + METRIC.format(metric=metric, name=name, source=source)


def at(shell: Shell, day: str, *words: str, code: int | None = 0) -> None:
    """Run a command at noon in New York of a day, with git's clock at the same time."""
    moment = f"{day}{ZONE_NOON}"
    shell(*words, code=code, ORGTP_NOW=moment, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)


def commit(shell: Shell, day: str, message: str) -> None:
    """Commit everything by hand on a day."""
    moment = f"{day}{ZONE_NOON}"
    shell.git("add", ".")
    shell.git("commit", "-qm", message, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)


def record(shell: Shell, seat: str, metric: str, values: dict[str, str]) -> None:
    """Record values, each on the Friday of its week (a day to period mapping)."""
    for day, value in values.items():
        words = ["--unavailable", value.removeprefix("?")] if value.startswith("?") else [value]
        at(shell, day, "score", "add", seat, metric, *words, "--by", "ada")


# Fridays of 2026-W38 to 2026-W46.
FRIDAYS = (
    "2026-09-18", "2026-09-25", "2026-10-02", "2026-10-09", "2026-10-16", "2026-10-23", "2026-10-30", "2026-11-06",
    "2026-11-13",
)  # fmt: skip


def make_desk(base: Path) -> None:
    """Record the scene in the folder `desk`."""
    (base / "desk").mkdir()
    shell = Shell(base / "desk", make_home(base / "home"))
    shell.git("init", "-qb", "main")
    shell.write("org.yaml", ORG)
    shell.write("seats/ada.yaml", ADA)
    mails = "inputs:\n  model: m4\n  mails: {from: sift, is: every mail}\n"
    shell.write("seats/bot.yaml", agent("bot", "answered", "Mails answered", "mailbox", mails))
    shell.write("seats/sift.yaml", agent("sift", "sorted", "Mails sorted", "archive"))
    shell.write("seats/echo.yaml", agent("echo", "read", "Mails read", "mailbox"))
    commit(shell, "2026-09-14", "Acme")
    record(shell, "bot", "answered", dict(zip(FRIDAYS, ("98", "97", "96", "?source broken: 503"), strict=False)))
    record(shell, "sift", "sorted", dict(zip(FRIDAYS, ("98", "97", "96", "97", "90", "88", "96"), strict=False)))
    record(shell, "echo", "read", dict(zip(FRIDAYS, ("98", "97", "96", "97", "98", "70", "97"), strict=False)))
    at(shell, "2026-10-12", "seat", "set", "bot", "inputs.model=m5", "--by", "ada")
    record(shell, "bot", "answered", {"2026-10-16": "95", "2026-10-23": "91", "2026-10-30": "90"})
    at(shell, "2026-10-20", "seat", "set", "bot", "inputs.prompt=v2", "--by", "bot")
    at(shell, "2026-11-02", "score", "add", "bot", "answered", "92", "--for", "2026-W44", "--note", "N", "--by", "ada")
    at(shell, "2026-11-03", "escalate", "open", "bot", "It answers late", "--by", "ada")
    at(shell, "2026-11-04", "seat", "set", "bot", "capabilities.calls=Takes calls.", "--by", "ada")
