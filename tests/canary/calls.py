"""Every command of orgtp, as the canary calls it. A new command is one more line here; a test says where one lacks."""

from __future__ import annotations

from dataclasses import dataclass, field

REVIEW = "worked: W\nfailed: F\nlesson: L\nrehire: never\n"
VALUES = "seat,metric,value\nradar,briefing-by-8,07:52\nradar,briefing-by-8,07:53\n"
# The first words of an MCP client.
HELLO = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
    '"clientInfo":{"name":"canary","version":"1"}}}\n'
)


@dataclass(frozen=True)
class Call:
    """One command line: how many commits it makes, its exit code, and a word that its output must have."""

    line: str
    commits: int = 0
    has: str = ""
    code: int = 0
    stdin: str = ""
    env: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The command line as words."""
        import shlex

        return shlex.split(self.line)


# Git's clock goes on while that of the tests stands. (The birds are violations by themselves.)
LATER = {"ORGTP_NOW": "2099-01-01T00:00:00Z"}
_ROW = '{"seat": "ada", "name": "Ada", "role": "Clerk", "kind": "human"}\n'
LOCKED = "2026-11-20-dash-locked"
_RETIRE = "retire jeff --to dash,crystal --by david --reason R --yes"
_SKIP_ALL = "skipped:\n" + "".join(
    f"  - {{seat: {seat}, why: W}}\n"
    for seat in ("penny", "jeff", "sift", "kristen", "radar", "dash", "crystal", "bogdan")
)
CALLS = (
    Call("--version", has="orgtp"),
    Call("--help", has="score"),
    Call("validate"),
    Call("validate --json", has='"problems"'),
    Call("validate --base HEAD~1 --format github"),
    Call("validate --base HEAD~3 --format sarif", has="2.1.0"),
    Call("rule owner-missing", has="owner"),
    Call("chart", has="Radar"),
    Call("chart --json", has='"radar"'),
    Call("chart --all --kind --root radar --depth 2", has="Radar"),
    Call("chart --format tree", has="Radar"),
    Call("chart --format mermaid", has="Radar"),
    Call("chart --format dot", has="Radar"),
    Call("chart --format svg", has="Radar"),
    Call("chart --format wall-svg", has="Radar"),
    Call("chart --format term-svg", has="Radar"),
    Call("chart --format json", has='"radar"'),
    Call("chart --at HEAD", has="Radar"),
    Call("chart --at 2026-10-01 --json", has='"radar"'),
    Call("scorecard", has="Radar"),
    Call("scorecard --weeks 4 --seat radar --json", has='"rows"'),
    Call("scorecard --at 2026-W44", has="Radar"),
    Call("why jeff", has="candidates, not causes"),
    Call("why jeff pacing-on-plan --since 2026-W44 --json --at 2026-11-19", has='"evidence"'),
    Call("why nobody", code=2),
    Call("health", has="Jeff"),
    Call("health jeff --json", has='"expected_false"'),
    Call("health jeff invoices-reconciled", has="mean"),
    Call("health jeff invoices-reconciled --format svg", has="<svg"),
    Call("health --state drifting --format csv", has="seat,metric"),
    Call("overlap", has="12 seats"),
    Call("overlap jeff --min 0.1 --kind", has="dash (Dash, Analytics, agent)"),
    Call("overlap --min 0.1 --json", has='"likeness"'),
    Call("overlap --min 0.1 --format csv", has="likeness,seats,words"),
    Call("seat show dash", has="Dash"),
    Call("seat show dash --json --at HEAD~1", has='"dash"'),
    Call("seat list", has="dash"),
    Call("seat list --json --all", has='"dash"'),
    Call("score list", has="radar"),
    Call("score list radar briefing-by-8 --json --at HEAD", has='"value"'),
    Call("log", has="by hand"),
    Call("log radar --limit 3 --json", has='"commits"'),
    Call("log --at HEAD~2", has="Radar"),
    Call("log radar --action score --by tally --metric briefing-by-8 --since 2026-W40 --until 2026-11-19", has="07:42"),
    Call("log --action hand --metric briefing-by-8 --since HEAD~9 --until HEAD"),
    Call("seat history echo", has="retired 2026-10-14"),
    Call("seat history echo --json --at 2026-10-20", has='"events"'),
    Call("seat blame crystal", has="reports_to"),
    Call("seat blame crystal --kind --at HEAD~2", has="kind"),
    Call("seat blame crystal --json", has='"fields"'),
    Call("context dash", has="## How to"),
    Call("context echo --format json --at HEAD~1", has='"handed"'),
    Call("diff HEAD~3", has="recorded"),
    Call("diff HEAD~9 HEAD --merge-base --format markdown", has="### Scores"),
    Call("diff 2026-10-13 2026-10-23 --json", has='"retired"'),
    Call("audit verify --full", has="✗ violated", code=1, env=LATER),
    Call("audit verify --json", has='"guarantees"', code=1, env=LATER),
    Call("audit explain main~2 --reason R --decided-by david --by david", code=2),
    Call("audit checkpoint --key ../key", has="-----BEGIN SSH SIGNATURE-----"),
    Call("audit export ../audit.zip --force --key ../key", has="✗ violated", code=1, env=LATER),
    Call("audit export ../audit.zip --force --unsigned --json", has='"fingerprint": null', code=1, env=LATER),
    Call("schema seat", has="$schema"),
    Call("site ../outsiders --without people --without notes --json", has='"without": [', env=LATER),
    Call("serve --host 0.0.0.0", code=2),
    Call("mcp --allow-write --as tally", has='"orgtp"', stdin=HELLO),
    Call("score add radar briefing-by-8 7:52am", 1, env={"GIT_AUTHOR_EMAIL": "radar@example.com"}),
    Call("score add radar briefing-by-8 7:52am --by radar --json", 1, '"commit"'),
    Call("score add radar briefing-by-8 7:52am --by radar --dry-run", 0, "07:52"),
    Call("score add radar briefing-by-8 7:52am --dry-run --json --by tally", 0, "07:52"),
    Call("score add radar briefing-by-8 --unavailable broken", 1, env={"ORGTP_SEAT": "tally"}),
    Call("score add radar briefing-by-8 7:52am", code=2),
    Call("score add --from - --by radar", 1, stdin=VALUES),
    Call("score add --from - --by radar --json", 1, stdin=VALUES, env={"GIT_AUTHOR_EMAIL": "dash@example.com"}),
    Call("score add nobody nothing 1", code=2),
    Call("score withdraw radar briefing-by-8 --for 2026-11-18 --reason R --by david", 1, "withdraw"),
    Call("upgrade"),
    Call("score collect --sources ../sources.yaml --json --by tally", 1, '"97"'),
    Call("stale", has="Penny", code=1, env={"ORGTP_NOW": "2026-11-24T12:00:00Z"}),
    Call("discover .", has="Looked at"),
    Call("discover . --json", has='"unseated"'),
    Call("discover . --all --by tally --due"),
    Call("discover . --propose --owner david --by david --dry-run", has=""),
    Call("schedule cron", has="escalate tick"),
    Call("brief", has="Briefing of"),
    Call("brief --for david --json", has='"needs"'),
    Call("brief --since last-review", has="Variances"),
    Call("brief --check --deadline 08:00 --for david --by tally"),
    Call("brief --check --deadline 07:30 --for david --by tally", 1, code=1),
    Call("brief --send --for david --by tally --dry-run", has="Briefing of"),
    Call("source list --sources ../sources.yaml", has="ad-anomalies"),
    Call("source test ad-anomalies --sources ../sources.yaml", has="97"),
    Call("source add stock --command 'echo 7' --sources ../sources.yaml --dry-run", has="stock"),
    Call("escalate open dash Again --by david", 1, "open"),
    Call("escalate list", has="Locked"),
    Call(f"escalate show {LOCKED}", has="Locked"),
    Call(f"escalate ack {LOCKED} --by david", 1, "acknowledge"),
    Call(f"escalate resolve {LOCKED} --note N --by david", 1, "resolve"),
    Call("escalate silence dash anomalies-before-open --until 2026-12-01 --reason R --by david", 1, "silence"),
    Call("escalate tick --json --by tally", 1, '"commit"', env={"ORGTP_NOW": "2026-11-24T17:00:00Z"}),
    Call("todo add Again --owner dash --due 2026-12-04 --by david", 1, "add"),
    Call("todo list --as dash", has="Unlock"),
    Call("todo list --json --all --at HEAD", has='"todos"'),
    Call("todo show unlock", has="Unlock"),
    Call("todo start unlock --by dash", 1, "started"),
    Call("todo ask unlock --note N --by dash", 1, "waits"),
    Call("todo done unlock --by dash --json", 1, '"commit"'),
    Call("todo fail unlock --note N --by dash", 1, "failed"),
    Call("todo drop unlock --note N --by david", 1, "dropped"),
    Call("todo move unlock --due 2026-12-11 --to radar --by david", 1, "moved"),
    Call("review agenda", has="What needs a person"),
    Call("review agenda --format html --at HEAD~1", has="<!doctype html>"),
    Call("review agenda --format md --owner bogdan", has="## 1. To-dos"),
    Call("review hold", code=2),
    Call("review hold --answers - --by david --dry-run", 0, "skipped", stdin=_SKIP_ALL),
    Call("review hold --answers - --by david", 1, "review", stdin=_SKIP_ALL),
    Call("review show", has="held"),
    Call("review show 2026-W01", code=2),
    Call("review list --json", has='"not_held"'),
    Call("sync", code=2),
    Call("sync --status"),
    Call("seat add robin --role R --kind human --by david", 1),
    Call("seat add robin --role R --kind human --by david --json", 1, "robin"),
    Call("seat add robin --role R --kind agent --owner david --dry-run", 0, "robin"),
    Call("seat set dash mission=M metrics.variance-before-call.target=yes", 1),
    Call("seat set dash mission=M --json", 1, '"commit"'),
    Call("seat set dash mission=M --dry-run", 0, "M"),
    Call("seat set dash owner=nobody", code=2),
    Call("leave jeff --to dash --by david", code=2),
    Call("leave gwen --seats gwen=Ivo --by david --dry-run", code=2),
    Call("seat handover radar --to 'Ivo Lee' --email ivo@example.com --by david", code=2),
    Call("seat handover bogdan --to 'Ivo Lee' --email ivo@example.com --by david", 1, "Ivo Lee"),
    Call("seat vacate bogdan --by david --dry-run", code=2),
    Call("seat vacate bogdan --owner-to crystal=david,dash=david,jeff=david,tally=david --by david", 1, "vacate"),
    Call("leave bogdan --seats 'bogdan=Ivo Lee' --by david", 1, "Ivo Lee"),
    Call("seat move dash --reports-to david --by david", 1),
    Call("seat own dash --owner david --by david", 1),
    Call("seat pause dash --until 2026-12-01 --reason R --by david", 1),
    Call("seat resume dash --reason R --by david", code=2),
    Call("seat rename dash --name Dasher --by david", 1, "Dasher"),
    Call("seat split dash --into flash --capability ad-anomaly-detection --by david", 1, "flash"),
    Call("seat delegate bogdan --to david --until 2026-12-01 --by david", 1),
    Call("metric add dash calls --name Calls --outcome 'More clients' --target '>= 3' --cadence weekly --by david", 1),
    Call("metric target dash variance-before-call no --by david", 1),
    Call("metric set dash variance-before-call name=Variance --by david", 1),
    Call("metric rebase dash anomalies-before-open --from 2026-W40 --reason R --by david", 1),
    Call("metric end dash variance-before-call --reason R --by david", 1),
    Call("metric rename dash variance-before-call variance --by david", 1),
    Call("metric move dash variance-before-call --to crystal --by david", 1),
    Call("metric recadence dash variance-before-call monthly --by david", 1),
    Call("org show", has="sneeze-it"),
    Call("org set name=Acme --by david", 1),
    Call("holiday add 2026-12-25 --by david", 1),
    Call("holiday remove 2026-11-26 --by david", code=2),
    Call("export ../tables --format csv", has="seats"),
    Call("site ../site", has="pages"),
    Call("site ../org.html --json", has='"pages"'),
    Call("site ../site --force --without values", has="wrote"),
    Call("export ../tables.sqlite"),
    Call("export ../all.jsonl --format seats"),
    Call("import - --under david", 1, stdin=_ROW),
    Call("import - --under david --dry-run --json", has='"new"', stdin=_ROW),
    Call("sql 'select seat from seats' --csv", has="radar"),
    Call("undo --by david", 1, "undo(sift)"),
    Call(_RETIRE, 1),
    Call(f"{_RETIRE} --json", 1, '"plan"'),
    Call(f"{_RETIRE} --dry-run", 0, "jeff"),
    Call("retire jeff --to dash,crystal --by david --review review.yaml --reason R --yes", 1),
)
# What cannot be run in an org that is there: it makes one of its own.
BEGINNINGS = ("init", "demo")
# One of each sort, for what is tried in one repository after another.
LINES = tuple(
    Call(line, commits)
    for line, commits in (
        ("validate", 0), ("chart --at HEAD~1", 0), ("log --limit 3", 0), ("seat set dash mission=M", 1),
        ("score add radar briefing-by-8 7:52am --by radar", 1), (_RETIRE, 1), ("scorecard", 0),
    )
)  # fmt: skip
