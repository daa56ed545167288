"""All commands: name, function and example. Only the command that is called is imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from orgtp.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command, and its function in a module of orgtp.cli."""

    name: str
    module: str
    function: str
    example: str
    group: str = ""

    def load(self) -> Callable[..., int]:
        """Import the function."""
        function: Callable[..., int] = getattr(import_module(f"orgtp.cli.{self.module}"), self.function)
        return function


GROUPS = {
    "org": "Show and set what org.yaml says.",
    "holiday": "Add and remove days off.",
    "seat": "Show, list, add and change seats.",
    "metric": "Add, change, end, rename and move metrics.",
    "score": "Record, withdraw and list values.",
    "source": "List, test and add the sources of this machine.",
    "escalate": "Open, acknowledge and resolve escalations.",
    "review": "Hold, prepare and show weekly reviews. Without a command: orgtp review hold.",
    "todo": "Add to-dos, and say what becomes of them.",
    "audit": "Verify and export the record.",
}
# The command of a group that is meant where none is named, as in `orgtp review --minutes 30`.
_DEFAULT_COMMANDS = {"review": "hold"}
COMMANDS = (
    CommandEntry("init", "init", "init_repository", "orgtp init acme --name 'Acme Inc'"),
    CommandEntry("demo", "init", "run_demo", "orgtp demo"),
    CommandEntry("validate", "validate", "validate_org", "orgtp validate && git push"),
    CommandEntry("chart", "show", "show_chart", "orgtp chart --root radar --kind"),
    CommandEntry("scorecard", "show", "show_scorecard", "orgtp scorecard --weeks 6 --seat dash"),
    CommandEntry("stale", "show", "show_stale", "orgtp stale dash || orgtp stale --json"),
    CommandEntry("discover", "seats.discover", "discover_agents", "orgtp discover ~/agents --crontab"),
    CommandEntry("health", "health", "show_health", "orgtp health dash && orgtp health --state drifting"),
    CommandEntry("overlap", "overlap", "show_overlaps", "orgtp overlap dash && orgtp overlap --min 0.5 --owner bogdan"),
    CommandEntry("brief", "brief", "show_briefing", "orgtp brief --for david --format md"),
    CommandEntry("log", "history", "show_log", "orgtp log jeff --action set --since 2026-W40 --limit 10"),
    CommandEntry("diff", "diff", "show_diff", "orgtp diff main --format markdown"),
    CommandEntry("why", "why", "show_why", "orgtp why dash anomalies-before-open --since 2026-W43"),
    CommandEntry("context", "context", "show_context", "orgtp context dash > CONTEXT.md"),
    CommandEntry("export", "tables", "export_tables", "orgtp export acme.xlsx --root radar"),
    CommandEntry("sql", "tables", "query_tables", "orgtp sql 'select name, state from scorecard' --csv"),
    CommandEntry(
        "retire", "seats.retire", "retire_seat", "orgtp retire jeff --to dash,crystal --reason 'Others do it better.'"
    ),
    CommandEntry(
        "leave", "seats.leave", "record_leave", "orgtp leave kristen --seats 'kristen=Gwen Ito' --reason 'A new job.'"
    ),
    CommandEntry("import", "imports", "import_seats", "orgtp import people.csv --under david --dry-run"),
    CommandEntry("undo", "undo", "undo_action", "orgtp undo --dry-run"),
    CommandEntry("upgrade", "upgrade", "upgrade_org", "orgtp upgrade --dry-run"),
    CommandEntry("sync", "sync", "sync_commits", "orgtp sync && orgtp sync --status"),
    CommandEntry(
        "schedule", "sources.schedule", "print_schedule", "orgtp schedule cron --times 08:00,17:00 | crontab -"
    ),
    CommandEntry("site", "servers.web", "write_site", "orgtp site public && orgtp site acme.html"),
    CommandEntry("serve", "servers.web", "serve_pages", "orgtp serve --allow-write --as janine"),
    CommandEntry("mcp", "servers.mcp", "run_mcp", "orgtp mcp --install claude-desktop --allow-write --as tally"),
    CommandEntry("schema", "show", "print_schema", "orgtp schema seat > seat.schema.json"),
    CommandEntry("rule", "validate", "rule", "orgtp rule owner-unknown"),
    CommandEntry("show", "org", "show_org", "orgtp org show", "org"),
    CommandEntry(
        "set", "org", "set_org_settings", "orgtp org set policy.grace=2h 'policy.due.weekly=mon 12:00'", "org"
    ),
    CommandEntry(
        "add", "org", "add_holiday", "orgtp holiday add 2026-12-24..2026-12-31 --name 'Christmas break'", "holiday"
    ),
    CommandEntry("remove", "org", "remove_holiday", "orgtp holiday remove 2026-12-24", "holiday"),
    CommandEntry("show", "seats.seat", "show_seat", "orgtp seat show dash", "seat"),
    CommandEntry("list", "seats.seat", "list_seats", "orgtp seat list --all", "seat"),
    CommandEntry("history", "history", "show_seat_history", "orgtp seat history jeff", "seat"),
    CommandEntry("blame", "history", "show_blame", "orgtp seat blame dash", "seat"),
    CommandEntry(
        "add", "seats.seat", "add_seat", "orgtp seat add pixel --role Production --kind agent --owner kristen", "seat"
    ),
    CommandEntry(
        "set",
        "seats.seat",
        "set_seat_keys",
        "orgtp seat set penny 'mission=Sees that invoices are paid'",
        "seat",
    ),
    CommandEntry(
        "add",
        "metric",
        "add_metric",
        "orgtp metric add dash wasted-spend --name 'Spend on paused ads' --target '<= 1%' --cadence weekly "
        "--outcome 'No client pays for ads that are off'",
        "metric",
    ),
    CommandEntry("target", "metric", "set_target", "orgtp metric target dash anomalies-before-open '>= 97%'", "metric"),
    CommandEntry(
        "set", "metric", "set_metric_keys", "orgtp metric set dash anomalies-before-open due='mon 12:00'", "metric"
    ),
    CommandEntry(
        "end",
        "metric",
        "end_metric",
        "orgtp metric end dash anomalies-before-open --reason 'The ad platforms report it themselves.'",
        "metric",
    ),
    CommandEntry(
        "rename",
        "metric",
        "rename_metric",
        "orgtp metric rename dash anomalies-before-open anomalies-flagged",
        "metric",
    ),
    CommandEntry(
        "move", "metric", "move_metric", "orgtp metric move dash anomalies-before-open --to crystal", "metric"
    ),
    CommandEntry(
        "recadence", "metric", "recadence_metric", "orgtp metric recadence dash anomalies-before-open monthly", "metric"
    ),
    CommandEntry(
        "rebase",
        "metric",
        "rebase_metric",
        "orgtp metric rebase dash anomalies-before-open --from 2026-W41 --reason 'A new ad API.'",
        "metric",
    ),
    CommandEntry(
        "handover",
        "seats.changes",
        "hand_over_seat",
        "orgtp seat handover kristen --to 'Gwen Ito' --email gwen@example.com --from 2026-12-01",
        "seat",
    ),
    CommandEntry("vacate", "seats.changes", "vacate_seat", "orgtp seat vacate kristen --owner-to bogdan", "seat"),
    CommandEntry("move", "seats.changes", "move_seat", "orgtp seat move dash --reports-to bogdan", "seat"),
    CommandEntry("own", "seats.changes", "own_seat", "orgtp seat own dash --owner kristen", "seat"),
    CommandEntry(
        "pause",
        "seats.changes",
        "pause_seat",
        "orgtp seat pause dash --until 2026-12-31 --reason 'The ad API moves.'",
        "seat",
    ),
    CommandEntry("resume", "seats.changes", "resume_seat", "orgtp seat resume dash", "seat"),
    CommandEntry("rename", "seats.changes", "rename_seat", "orgtp seat rename dash --name 'Dash 2'", "seat"),
    CommandEntry(
        "split",
        "seats.changes",
        "split_seat",
        "orgtp seat split dash --into pace --role Pacing --capability ad-anomaly-detection",
        "seat",
    ),
    CommandEntry(
        "delegate", "seats.delegate", "delegate_seat", "orgtp seat delegate karen --to anna --until 2026-12-31", "seat"
    ),
    CommandEntry("add", "score", "add_scores", "orgtp score add radar briefing-by-8 7:52am", "score"),
    CommandEntry(
        "withdraw",
        "score",
        "withdraw_score",
        "orgtp score withdraw radar briefing-by-8 --for 2026-11-20 --reason 'The office was closed.'",
        "score",
    ),
    CommandEntry("collect", "sources.collect", "collect_scores", "orgtp score collect --due --push", "score"),
    CommandEntry("list", "score", "list_scores", "orgtp score list dash anomalies-before-open", "score"),
    CommandEntry("list", "sources.source", "list_sources", "orgtp source list", "source"),
    CommandEntry("test", "sources.source", "try_one_source", "orgtp source test ad-anomalies", "source"),
    CommandEntry(
        "add",
        "sources.source",
        "add_one_source",
        "orgtp source add stock --command 'python3 bin/stock.py' --timeout 1m",
        "source",
    ),
    CommandEntry(
        "open", "escalate", "open_escalation", "orgtp escalate open dash 'The ad account is locked'", "escalate"
    ),
    CommandEntry("list", "escalate", "list_escalations", "orgtp escalate list --seat bogdan", "escalate"),
    CommandEntry(
        "show", "escalate", "show_escalation", "orgtp escalate show 2026-11-20-dash-anomalies-before-open", "escalate"
    ),
    CommandEntry(
        "ack",
        "escalate",
        "acknowledge_escalation",
        "orgtp escalate ack 2026-11-20-dash-anomalies-before-open",
        "escalate",
    ),
    CommandEntry(
        "resolve",
        "escalate",
        "resolve_escalation",
        "orgtp escalate resolve 2026-11-20-dash-anomalies-before-open --note 'The ad API is back.'",
        "escalate",
    ),
    CommandEntry(
        "silence",
        "escalate",
        "silence_metric",
        "orgtp escalate silence dash anomalies-before-open --until 2026-12-01 --reason 'The ad API moves.'",
        "escalate",
    ),
    CommandEntry("tick", "escalate", "tick_escalations", "orgtp escalate tick --by tally --push", "escalate"),
    CommandEntry("hold", "review.hold", "hold_review", "orgtp review hold --minutes 30", "review"),
    CommandEntry("agenda", "review.show", "show_agenda", "orgtp review agenda --format html > agenda.html", "review"),
    CommandEntry("show", "review.show", "show_review", "orgtp review show W48", "review"),
    CommandEntry("list", "review.show", "list_reviews", "orgtp review list", "review"),
    CommandEntry(
        "add",
        "todo",
        "add_todo",
        "orgtp todo add 'Ask Meta for a new API token' --owner bogdan --due 2026-12-04 --from 'review 2026-W48'",
        "todo",
    ),
    CommandEntry("list", "todo", "list_todos", "orgtp todo list --as bogdan", "todo"),
    CommandEntry("show", "todo", "show_todo", "orgtp todo show ask-meta-for-a-new-api-token", "todo"),
    CommandEntry("start", "todo", "start_todo", "orgtp todo start ask-meta-for-a-new-api-token --by bogdan", "todo"),
    CommandEntry(
        "ask",
        "todo",
        "ask_about_todo",
        "orgtp todo ask ask-meta-for-a-new-api-token --note 'Who may sign the new terms?'",
        "todo",
    ),
    CommandEntry(
        "done", "todo", "finish_todo", "orgtp todo done ask-meta-for-a-new-api-token --note 'The token works'", "todo"
    ),
    CommandEntry(
        "fail", "todo", "fail_todo", "orgtp todo fail ask-meta-for-a-new-api-token --note 'Meta said no'", "todo"
    ),
    CommandEntry(
        "drop", "todo", "drop_todo", "orgtp todo drop ask-meta-for-a-new-api-token --note 'Nobody needs it'", "todo"
    ),
    CommandEntry("move", "todo", "move_todo", "orgtp todo move ask-meta-for-a-new-api-token --due 2026-12-11", "todo"),
    CommandEntry("verify", "audit", "verify_audit", "orgtp audit verify --full", "audit"),
    CommandEntry(
        "explain",
        "audit",
        "explain_violation",
        "orgtp audit explain 4b825dc scores/dash/2026-11.jsonl --reason 'Renamed by mistake.' --decided-by david",
        "audit",
    ),
    CommandEntry("checkpoint", "audit", "print_checkpoint", "orgtp audit checkpoint > 2026-11-20.checkpoint", "audit"),
    CommandEntry(
        "export", "audit", "export_audit", "orgtp audit export acme-2026.zip --key ~/.ssh/id_ed25519", "audit"
    ),
)


def find_commands(words: list[str]) -> tuple[CommandEntry, ...]:
    """The commands that a command line may call: one if it is clear, else all."""
    if words == ["--version"]:
        return ()
    plain = [word for word in _drop_org_option(add_default_command(words)) if not word.startswith("-")]
    first, second = [*plain, "", ""][:2]
    group = first if first in GROUPS else ""
    name = second if group else first
    found = tuple(command for command in COMMANDS if (command.group, command.name) == (group, name))
    return found or COMMANDS


def add_default_command(words: list[str]) -> list[str]:
    """The words of a command line, with the command that a group means where none is named.

    `orgtp review --minutes 30` is `orgtp review hold --minutes 30`. A call for help is about the group.
    """
    rest = _drop_org_option(words)
    default = _DEFAULT_COMMANDS.get(rest[0]) if rest else None
    if default is None or {"--help", "-h"} & set(rest[1:2]) or (rest[1:] and not rest[1].startswith("-")):
        return words
    start = len(words) - len(rest) + 1
    return [*words[:start], default, *words[start:]]


def _drop_org_option(words: list[str]) -> list[str]:
    """The words without a leading `--org DIR` or `--org=DIR`."""
    if words[:1] == ["--org"]:
        return words[2:]
    return words[1:] if words and words[0].startswith("--org=") else words
