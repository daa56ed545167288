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
    "source": "Set up where numbers come from on this machine.",
    "escalate": "Put trouble into somebody's hands, and see that it is settled.",
    "audit": "Prove that the record is intact.",
}
COMMANDS = (
    Command("init", "init", "init_repository", "orgtp init acme --name 'Acme Inc'"),
    Command("demo", "init", "run_demo", "orgtp demo"),
    Command("validate", "validate", "validate_org", "orgtp validate && git push"),
    Command("chart", "show", "show_chart", "orgtp chart --root radar --kind"),
    Command("scorecard", "show", "show_scorecard", "orgtp scorecard --weeks 6 --seat dash"),
    Command("stale", "show", "show_stale", "orgtp stale dash || orgtp stale --json"),
    Command("log", "history", "show_log", "orgtp log jeff --action set --since 2026-W40 --limit 10"),
    Command("diff", "diff", "show_diff", "orgtp diff main --format markdown"),
    Command("context", "context", "show_context", "orgtp context dash > CONTEXT.md"),
    Command("retire", "retire", "retire_seat", "orgtp retire jeff --to dash,crystal --reason 'Others do it better.'"),
    Command("sync", "sync", "sync_commits", "orgtp sync && orgtp sync --status"),
    Command("schedule", "schedule", "print_schedule", "orgtp schedule cron --times 08:00,17:00 | crontab -"),
    Command("mcp", "mcp", "run_mcp", "orgtp mcp --install claude-desktop --allow-write --as tally"),
    Command("schema", "show", "print_schema", "orgtp schema seat > seat.schema.json"),
    Command("rule", "validate", "rule", "orgtp rule owner-unknown"),
    Command("show", "seat", "show_seat", "orgtp seat show dash", "seat"),
    Command("list", "seat", "list_seats", "orgtp seat list --all", "seat"),
    Command("history", "history", "show_seat_history", "orgtp seat history jeff", "seat"),
    Command("blame", "history", "show_blame", "orgtp seat blame dash", "seat"),
    Command("add", "seat", "add_seat", "orgtp seat add pixel --role Production --kind agent --owner kristen", "seat"),
    Command(
        "set",
        "seat",
        "set_seat_keys",
        "orgtp seat set dash owner=bogdan metrics.variance-before-call.target=yes",
        "seat",
    ),
    Command("add", "score", "add_scores", "orgtp score add radar briefing-by-8 7:52am", "score"),
    Command("collect", "collect", "collect_scores", "orgtp score collect --due --push", "score"),
    Command("list", "score", "list_scores", "orgtp score list dash anomalies-before-open", "score"),
    Command("list", "source", "list_sources", "orgtp source list", "source"),
    Command("test", "source", "try_one_source", "orgtp source test ad-anomalies", "source"),
    Command(
        "add",
        "source",
        "add_one_source",
        "orgtp source add stock --command 'python3 bin/stock.py' --timeout 1m",
        "source",
    ),
    Command("open", "escalate", "open_escalation", "orgtp escalate open dash 'The ad account is locked'", "escalate"),
    Command("list", "escalate", "list_escalations", "orgtp escalate list --seat bogdan", "escalate"),
    Command(
        "show", "escalate", "show_escalation", "orgtp escalate show 2026-11-20-dash-anomalies-before-open", "escalate"
    ),
    Command(
        "ack",
        "escalate",
        "acknowledge_escalation",
        "orgtp escalate ack 2026-11-20-dash-anomalies-before-open",
        "escalate",
    ),
    Command(
        "resolve",
        "escalate",
        "resolve_escalation",
        "orgtp escalate resolve 2026-11-20-dash-anomalies-before-open --note 'The ad API is back.'",
        "escalate",
    ),
    Command(
        "silence",
        "escalate",
        "silence_metric",
        "orgtp escalate silence dash anomalies-before-open --until 2026-12-01 --reason 'The ad API moves.'",
        "escalate",
    ),
    Command("tick", "escalate", "tick_escalations", "orgtp escalate tick --by tally --push", "escalate"),
    Command("verify", "audit", "verify_audit", "orgtp audit verify --full", "audit"),
    Command("checkpoint", "audit", "print_checkpoint", "orgtp audit checkpoint > 2026-11-20.checkpoint", "audit"),
    Command("export", "audit", "export_audit", "orgtp audit export acme-2026.zip --key ~/.ssh/id_ed25519", "audit"),
)


def find_commands(words: list[str]) -> tuple[Command, ...]:
    """The commands that the command line `words` may be calling: all, unless it names one beyond doubt."""
    if words == ["--version"]:
        return ()
    plain = [word for word in _drop_org_option(words) if not word.startswith("-")]
    first, second = [*plain, "", ""][:2]
    group = first if first in GROUPS else ""
    name = second if group else first
    found = tuple(command for command in COMMANDS if (command.group, command.name) == (group, name))
    return found or COMMANDS


def _drop_org_option(words: list[str]) -> list[str]:
    """The words without a leading `--org DIR`."""
    return words[2:] if words[:1] == ["--org"] else words
