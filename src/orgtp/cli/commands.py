"""Every command: its name, the function that does it, and an example. Only what is called is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Command:
    """A command and where it is: `module` below orgtp.cli, and the function in it."""

    name: str
    module: str
    function: str
    example: str
    group: str = ""

    def load(self) -> Callable[..., int]:
        """The function itself."""
        function: Callable[..., int] = getattr(import_module(f"orgtp.cli.{self.module}"), self.function)
        return function


GROUPS = {
    "seat": "Show, list, add and change seats.",
    "score": "Record values, and list them.",
    "audit": "Prove that the record is intact.",
}
COMMANDS = (
    Command("init", "start", "init", "orgtp init acme --name 'Acme Inc'"),
    Command("demo", "start", "demo", "orgtp demo"),
    Command("validate", "check", "validate", "orgtp validate && git push"),
    Command("chart", "see", "chart", "orgtp chart --root radar --kind"),
    Command("scorecard", "see", "scorecard", "orgtp scorecard --weeks 6 --seat dash"),
    Command("stale", "see", "stale", "orgtp stale dash || orgtp stale --json"),
    Command("log", "past", "log", "orgtp log jeff --action set --since 2026-W40 --limit 10"),
    Command("diff", "diff", "diff", "orgtp diff main --format markdown"),
    Command("retire", "retire", "retire", "orgtp retire jeff --to dash,crystal --reason 'Others do it better.'"),
    Command("sync", "sync", "sync", "orgtp sync && orgtp sync --status"),
    Command("schema", "see", "schema", "orgtp schema seat > seat.schema.json"),
    Command("rule", "check", "rule", "orgtp rule owner-unknown"),
    Command("show", "seat", "show", "orgtp seat show dash", "seat"),
    Command("list", "seat", "list_", "orgtp seat list --all", "seat"),
    Command("history", "past", "history", "orgtp seat history jeff", "seat"),
    Command("blame", "past", "blame", "orgtp seat blame dash", "seat"),
    Command("add", "seat", "add", "orgtp seat add pixel --role Production --kind agent --owner kristen", "seat"),
    Command("set", "seat", "set_", "orgtp seat set dash owner=bogdan metrics.variance-before-call.target=yes", "seat"),
    Command("add", "score", "add", "orgtp score add radar briefing-by-8 7:52am", "score"),
    Command("list", "score", "list_", "orgtp score list dash anomalies-before-open", "score"),
    Command("verify", "audit", "verify", "orgtp audit verify --full", "audit"),
    Command("checkpoint", "audit_checkpoint", "checkpoint", "orgtp audit checkpoint > 2026-11-20.checkpoint", "audit"),
    Command("export", "audit_export", "export", "orgtp audit export acme-2026.zip --key ~/.ssh/id_ed25519", "audit"),
)


def called(words: list[str]) -> tuple[Command, ...]:
    """The commands that the command line `words` may be calling: all, unless it names one beyond doubt."""
    if words == ["--version"]:
        return ()
    plain = [word for word in _without_org(words) if not word.startswith("-")]
    first, second = [*plain, "", ""][:2]
    group = first if first in GROUPS else ""
    name = second if group else first
    found = tuple(command for command in COMMANDS if (command.group, command.name) == (group, name))
    return found or COMMANDS


def _without_org(words: list[str]) -> list[str]:
    """The words without a leading `--org DIR`."""
    return words[2:] if words[:1] == ["--org"] else words
