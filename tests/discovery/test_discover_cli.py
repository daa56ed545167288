"""`orgtp discover` as a user runs it: on real repositories with real histories."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.collect.test_cron import cron
from tests.conftest import SCRIPT, Shell
from tests.discovery.discover_agents import DEFINITION, REPO, add_agent, make_repository, workflow_path

SECRETS = ("CANARY-ENV", "CANARY-ARGUMENT", "user:secret", "secret@")


@pytest.fixture
def agents(shell: Shell) -> Shell:
    """A repository of agents beside the org."""
    return make_repository(shell)


def typed(shell: Shell, command: str, code: int = 0) -> Any:
    """Run a command that the output says."""
    first, *words = shlex.split(command, comments=True)
    assert first == "orgtp"
    return shell(*words, code=code)


def test_an_agent_without_a_seat_is_described_and_nothing_is_written(sample: Shell, agents: Shell) -> None:
    before = sample.head()
    ran = sample("discover", "../agents", code=1)
    assert ran.out.splitlines()[0] == "1 running agent has no seat"
    for text in (
        "schedule 0 6 * * 1-5, claude-code-action",
        f"{REPO}/.github/workflows/report.yml",
        "Kristen (kristen), 100% of the commits",
        "since         2026-05-02",
        "1 template, 0 with a seat",
        "GitHub workflows (1)",
    ):
        assert text in ran.out, ran.out
    assert sample.head() == before
    assert sample.git("status", "--porcelain").out == ""
    assert agents.git("status", "--porcelain").out == ""


def test_the_json_has_the_seat_to_review(sample: Shell, agents: Shell) -> None:
    data = sample("discover", str(agents.folder), "--json", code=1).json
    assert (data["kind"], data["org"], data["running"], data["seated"]) == ("discover", "sneeze-it", 1, 0)
    (one,) = data["unseated"]
    assert (one["repo"], one["path"]) == (REPO, workflow_path("report"))
    assert one["owners"] == [
        {"seat": "kristen", "name": "Kristen", "author": "kristen@example.com", "by": "git", "share": 100}
    ]
    assert "status: proposed\n" in one["yaml"]
    assert "owner" not in one["yaml"]
    assert "since" not in one["yaml"]


def test_the_share_of_each_author_and_the_code_owners_are_told(sample: Shell, agents: Shell) -> None:
    agents.write(".github/CODEOWNERS", "/.github/workflows/ @acme/platform bogdan@example.com\n")
    add_agent(agents, "report", "Changed", "david@example.com")
    (one,) = sample("discover", "../agents", "--json", code=1).json["unseated"]
    said = [(owner["seat"], owner["author"], owner["by"], owner["share"]) for owner in one["owners"]]
    assert said == [
        (None, "@acme/platform", "CODEOWNERS", None),
        ("bogdan", "bogdan@example.com", "CODEOWNERS", None),
        ("david", "david@example.com", "git", 50),
        ("kristen", "kristen@example.com", "git", 50),
    ]


def test_the_command_that_tells_somebody_works_when_typed(sample: Shell, agents: Shell) -> None:
    (one,) = sample("discover", str(agents.folder), "--json", code=1).json["unseated"]
    typed(sample, f"{one['escalate']} --by david")
    listed = sample("escalate", "list", "--json").json["escalations"]
    assert [one["with"] for one in listed if "no seat answers for it" in one["what"]] == ["kristen"]


@pytest.mark.parametrize("name", ["--by=bogdan", "-", 'it\'s $(id) `id` "quoted"', "#1; rm -rf x", "$HOME & more"])
def test_the_command_that_tells_somebody_works_for_any_name(sample: Shell, agents: Shell, name: str) -> None:
    workflow = agents.folder / ".github/workflows/report.yml"
    workflow.write_text(f"name: {json.dumps(name)}\n{workflow.read_text()}")
    (one,) = sample("discover", str(agents.folder), "--json", code=1).json["unseated"]
    assert one["name"] == name
    typed(sample, f"{one['escalate']} --by david")
    listed = sample("escalate", "list", "--json").json["escalations"]
    assert [name in one["what"] for one in listed if "no seat answers for it" in one["what"]] == [True]


def test_without_an_org_every_agent_is_listed_and_none_can_be_proposed(shell: Shell, agents: Shell) -> None:
    ran = shell("discover", "agents", code=1)
    assert "1 running agent has no seat" in ran.out
    assert "orgtp init" in ran.out
    data = shell("discover", "agents", "--json", code=1).json
    assert (data["org"], data["revision"]) == ("", None)
    assert [one["yaml"] for one in data["unseated"]] == [None]
    assert "no org.yaml" in shell("discover", "agents", "--propose", code=2).err
    assert "no org.yaml" in shell("discover", "agents", "--due", code=2).err
    assert "no org.yaml" in shell("discover", "agents", "--org", "nowhere", code=2).err


def test_where_nothing_was_read_there_is_no_all_clear(sample: Shell) -> None:
    (sample.folder.parent / "empty").mkdir()
    ran = sample("discover", "../empty", code=4)
    assert ran.out.startswith("no file was read, so nothing is known of any agent\n")
    assert "no agent runs" not in ran.out
    assert "was found" not in ran.out
    assert sample("discover", "../empty", "--json", code=4).json["unseated"] == []
    assert "nothing is known" in sample("discover", "../empty", "--due", "--by", "tally", code=4).err
    assert "nothing to propose" in sample("discover", "../empty", "--propose", "--owner", "david", code=4).err


def test_a_part_that_was_not_read_is_no_all_clear_either(sample: Shell, agents: Shell) -> None:
    (agents.folder / ".github/workflows/report.yml").unlink()
    (agents.folder / ".claude/agents/big.md").write_bytes(b"x" * (2 << 20))
    ran = sample("discover", "../agents", code=1)
    assert ran.out.startswith("no running agent was found in what was read; 1 place could not be read\n")
    assert "big.md" in ran.out
    due = sample("discover", "../agents", "--due", "--by", "tally", code=1)
    assert due.err.splitlines()[-1] == (
        "not read: ../agents/.claude/agents/big.md (larger than 1 MiB). An agent there is not reported. "
        "See: orgtp discover ../agents"
    )
    (agents.folder / ".claude/agents/big.md").unlink()
    assert sample("discover", "../agents").out.startswith("no running agent was found\n")


def test_what_is_left_out_on_purpose_is_on_the_line_of_the_all_clear(sample: Shell, agents: Shell) -> None:
    (agents.folder / ".github/workflows/report.yml").unlink()
    agents.write("node_modules/x/index.js", "x")
    assert sample("discover", "../agents").out.startswith("no running agent was found; 1 place left out on purpose\n")


def test_all_are_proposed_in_one_commit_that_validates_and_can_be_undone(sample: Shell, agents: Shell) -> None:
    add_agent(agents, "ledger", minute=5)
    before = sample.head()
    errors = sample("validate", "--json").json["summary"]["errors"]
    done = sample("discover", "../agents", "--propose", "--owner", "david", "--by", "david", "--json").json
    assert sorted(done["seats"]) == ["ledger", "report"]
    assert sample.git("rev-list", "--count", f"{before}..HEAD").out == "1\n"
    assert sample("validate", "--json").json["summary"]["errors"] == errors == 0
    seat = sample("seat", "show", "report", "--json").json["seat"]
    assert (seat["status"], seat["owner"], seat["reports_to"], seat["since"]) == ("proposed", "david", "david", None)
    assert sample("discover", "../agents").out.startswith("no agent runs without a seat\n")
    again = sample("discover", "../agents", "--propose", "--owner", "david", "--by", "david")
    assert "nothing to change" in again.err
    sample("undo", "--by", "david", "--yes")
    assert sample.git("diff", "--stat", before, "HEAD", "--", "seats").out == ""


def test_a_dry_run_shows_the_files_and_writes_nothing(sample: Shell, agents: Shell) -> None:
    before = sample.head()
    ran = sample("discover", "../agents", "--propose", "--owner", "david", "--by", "david", "--dry-run")
    assert "+seat: report\n" in ran.out
    assert "CANARY" not in ran.out + ran.err
    assert sample.head() == before


def test_the_owner_is_never_taken_from_a_suggestion(sample: Shell, agents: Shell) -> None:
    add_agent(agents, "ledger", minute=5)
    ran = sample("discover", "../agents", "--propose", "--by", "david", code=2)
    commands = [line.strip() for line in ran.err.splitlines() if line.strip().startswith("orgtp ")]
    assert commands[0] == "orgtp discover ../agents --propose --owner SEAT"
    for command in commands[1:]:
        typed(sample, command.replace("--propose", "--propose --by david"))
    owners = {id_: sample("seat", "show", id_, "--json").json["seat"]["owner"] for id_ in ("ledger", "report")}
    assert owners == {"ledger": "bogdan", "report": "kristen"}


@pytest.mark.parametrize(("owner", "says"), [("nobody", "nobody"), ("dash", "dash")])
def test_only_an_active_person_can_own_them(sample: Shell, agents: Shell, owner: str, says: str) -> None:
    ran = sample("discover", "../agents", "--propose", "--owner", owner, "--by", "david", code=None)
    assert ran.code in {1, 2}
    assert says in ran.err


def seat_the_agent(sample: Shell, agents: Shell, seat: str = "dash", name: str = "report") -> None:
    """Let a seat run from the workflow as it is now."""
    (one,) = [
        one for one in sample("discover", str(agents.folder), "--json", code=1).json["unseated"] if one["name"] == name
    ]
    sample("seat", "set", seat, f"runs_from={one['repo']}:{one['path']}@{one['sha256']}", "--by", "david")


def test_a_file_that_changed_is_told_until_a_person_accepts_it(sample: Shell, agents: Shell) -> None:
    seat_the_agent(sample, agents)
    assert sample("discover", "../agents").out.startswith("no agent runs without a seat\n")
    add_agent(agents, "report", "Does more than before")
    ran = sample("discover", "../agents", code=1)
    assert ran.out.startswith("1 file changed since its review\n")
    (one,) = sample("discover", "../agents", "--json", code=1).json["changed"]
    assert (one["seat"], one["place"]["path"]) == ("dash", workflow_path("report"))
    assert one["accept"] in ran.out
    typed(sample, f"{one['accept']} --by david")
    assert sample("discover", "../agents").out.startswith("no agent runs without a seat\n")


def test_a_seat_whose_file_is_gone_is_told_and_where_it_went(sample: Shell, agents: Shell) -> None:
    seat_the_agent(sample, agents)
    agents.git("mv", workflow_path("report"), workflow_path("renamed"))
    ran = sample("discover", "../agents", code=1)
    assert ran.out.startswith("1 seat has lost its file\n")
    assert f"the same text is at {REPO}/.github/workflows/renamed.yml" in ran.out
    agents.git("rm", "-qf", workflow_path("renamed"))
    (one,) = sample("discover", "../agents", "--json", code=1).json["gone"]
    assert (one["seat"], one["moved_to"]) == ("dash", None)


def test_a_seat_elsewhere_is_not_known(sample: Shell, agents: Shell) -> None:
    sample("seat", "set", "dash", "runs_from=git.example.com/acme/elsewhere:a.md", "--by", "david")
    data = sample("discover", "../agents", "--json", code=1).json
    assert (data["gone"], data["unchecked"]) == ([], ["dash"])


def test_an_agent_that_was_retired_and_runs_comes_first(sample: Shell, agents: Shell) -> None:
    add_agent(agents, "ledger", minute=5)
    seat_the_agent(sample, agents, "jeff")
    sample("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--reason", "R", "--yes")
    ran = sample("discover", "../agents", code=1)
    assert ran.out.startswith("1 agent was let go and still runs, 1 running agent has no seat\n")
    assert ran.out.index("Let go, and still running (1)") < ran.out.index("Running, without a seat (1)")
    assert "retired since 2026-11-20" in ran.out
    sample("discover", "../agents", "--due", "--by", "tally")
    found = sample("escalate", "list", "--json").json["escalations"]
    said = [one["severity"] for one in found if one["what"].endswith("although jeff is retired")]
    assert said == ["high"]


def test_a_paused_agent_that_runs_is_told(sample: Shell, agents: Shell) -> None:
    seat_the_agent(sample, agents)
    sample("seat", "pause", "dash", "--reason", "R", "--by", "david")
    (one,) = sample("discover", "../agents", "--json", code=1).json["still_running"]
    assert (one["seat"], one["status"]) == ("dash", "paused")


def test_one_agent_is_shown_in_full(sample: Shell, agents: Shell) -> None:
    for number in range(5):
        add_agent(agents, f"bot-{number}", minute=number + 1)
    ran = sample("discover", "../agents", code=1)
    assert "found in" not in ran.out
    command = next(line.strip() for line in ran.out.splitlines() if " --agent " in line)
    one = typed(sample, command, code=1).out
    assert "found in" in one
    file = one.partition("Its seat, to review.")[2]
    assert "\n  kind: agent\n  status: proposed\n  runs_from:\n" in file
    assert "owner:" not in file, "nobody has said who owns it"
    ran = sample("discover", "../agents", "--agent", "bot-9", code=2)
    assert 'Did you mean "bot-' in ran.err


@pytest.mark.parametrize("columns", ["60", "200"])
def test_hundreds_of_agents_are_no_wall_of_text(sample: Shell, agents: Shell, columns: str) -> None:
    for number in range(397):
        text = f"# {number}\n" + agents.read(workflow_path("report"))
        agents.write(workflow_path(f"bot-{number}"), text)
    ran = sample("discover", "../agents", code=1, COLUMNS=columns)
    assert ran.out.startswith("398 running agents have no seat\n")
    assert "and 393 more: --all shows them" in ran.out
    assert len(ran.out.splitlines()) < 60
    plain = [line for line in ran.out.splitlines() if not line.startswith("  orgtp ")]
    assert max(map(len, plain)) <= int(columns)
    whole = sample("discover", "../agents", "--all", code=1, COLUMNS="200").out
    assert all(f"bot-{number} " in whole for number in range(397))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["--propose", "--due"], "cannot be combined"),
        (["--owner", "david"], "Add --propose"),
        (["--due", "--agent", "x"], "Leave out --agent"),
        (["--dry-run"], "nothing is written without --propose or --due"),
        (["--notify", "x"], "--notify is for --due"),
    ],
)
def test_options_that_contradict_each_other_are_refused(sample: Shell, words: list[str], says: str) -> None:
    assert says in sample("discover", *words, code=2).err


UNIT = """\
[Service]
Environment=TOKEN=CANARY-ENV
ExecStart=/usr/bin/claude -p "CANARY-ARGUMENT"
"""
TIMER = "[Timer]\nOnCalendar=*-*-* 06:00:00\n[Install]\nWantedBy=timers.target\n"
COMPOSE = """\
services:
  bot:
    image: ghcr.io/acme/claude-code
    command: ["claude", "-p", "CANARY-ARGUMENT"]
    environment: {TOKEN: CANARY-ENV}
"""
SERVERS = {"mcpServers": {"crm": {"command": "crm-mcp", "args": ["CANARY-ARGUMENT"], "env": {"TOKEN": "CANARY-ENV"}}}}


def furnish_home(shell: Shell) -> None:
    """A home folder with a timer, a compose file and client settings, each with secrets."""
    units = shell.home / ".config/systemd/user"
    units.mkdir(parents=True)
    (units / "nightly.service").write_text(UNIT, encoding="utf-8")
    (units / "nightly.timer").write_text(TIMER, encoding="utf-8")
    wants = units / "timers.target.wants"
    wants.mkdir()
    (wants / "nightly.timer").symlink_to(units / "nightly.timer")
    (shell.home / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (shell.home / ".claude.json").write_text(json.dumps(SERVERS), encoding="utf-8")


def test_the_options_add_their_part_of_the_machine(sample: Shell, agents: Shell) -> None:
    furnish_home(sample)

    def names(*words: str) -> set[str]:
        data = sample("discover", *words, "--json", code=None).json
        return {one["name"] for one in (*data["unseated"], *data["connectors"])} & {"report", "nightly", "bot", "crm"}

    assert names("../agents") == {"report"}
    assert names("--systemd") == {"nightly"}
    assert names("../agents", "--compose") == {"report", "bot"}
    assert {"nightly", "bot", "crm"} <= names()


def test_no_secret_of_an_environment_or_a_command_line_is_shown_or_kept(sample: Shell, agents: Shell) -> None:
    furnish_home(sample)
    said, machine = [], ["../agents", "--systemd", "--compose"]
    for words in (
        [],
        ["--json"],
        ["--all"],
        [*machine, "--propose", "--owner", "david", "--dry-run"],
        [*machine, "--due"],
        [*machine, "--propose", "--owner", "david"],
    ):
        by = ["--by", "david"] if "--owner" in words or "--due" in words else []
        ran = sample("discover", *words, *by, code=None)
        assert ran.code in {0, 1}, ran.err
        said.append(ran.out + ran.err)
    said.append(sample.git("log", "-p").out)
    said += [path.read_text(errors="replace") for path in sample.folder.rglob("*") if path.is_file()]
    for secret in SECRETS:
        assert all(secret not in text for text in said), secret
    assert any("nightly" in text and "claude" in text for text in said)


def count_open(shell: Shell) -> int:
    found = shell("escalate", "list", "--json").json["escalations"]
    return sum("no seat answers for" in one["what"] for one in found)


def test_a_due_run_tells_once_and_is_silent_afterwards(sample: Shell, agents: Shell) -> None:
    words = ("discover", "../agents", "--due", "--by", "tally")
    first = sample(*words)
    assert first.out == ""
    head = sample.head()
    again = sample(*words)
    assert (again.out, again.err, sample.head()) == ("", "", head)
    assert count_open(sample) == 1
    add_agent(agents, "ledger", minute=5)
    sample(*words)
    assert count_open(sample) == 2
    assert sample("validate", "--json").json["summary"]["errors"] == 0
    sample("audit", "verify")


def test_a_due_run_can_be_tried_and_reports_in_json(sample: Shell, agents: Shell) -> None:
    words = ("discover", str(agents.folder), "--due", "--by", "tally")
    assert "no seat answers for it" in sample(*words, "--dry-run").out
    assert count_open(sample) == 0
    done = sample(*words, "--json").json
    assert (done["kind"], len(done["escalations"]), bool(done["commit"])) == ("discover-due", 1, True)


def test_proposed_seats_end_the_escalation(sample: Shell, agents: Shell) -> None:
    words = ("discover", "../agents")
    sample(*words, "--due", "--by", "tally")
    sample(*words, "--propose", "--owner", "david", "--by", "david")
    sample(*words, "--due", "--by", "tally")
    assert count_open(sample) == 0


def test_the_policy_says_who_hears(sample: Shell, agents: Shell) -> None:
    sample("org", "set", "policy.discover.to=kristen", "--by", "david")
    assert "policy.discover.to" in sample("org", "show").out
    sample("discover", "../agents", "--due", "--by", "tally")
    (one,) = [
        one for one in sample("escalate", "list", "--json").json["escalations"] if "no seat answers" in one["what"]
    ]
    assert one["with"] == "kristen"
    assert "policy.discover.to" in sample("diff", "HEAD~2").out


def test_a_seat_that_cannot_be_read_holds_the_reports_back(sample: Shell, agents: Shell) -> None:
    sample.write("seats/dash.yaml", "seat: dash\n<<<<<<< HEAD\n")
    sample.git("commit", "-qam", "A conflict")
    ran = sample("discover", "../agents", "--due", "--by", "tally", code=1)
    assert "seats/dash.yaml" in ran.err
    sample.git("revert", "--no-edit", "HEAD")
    sample("discover", "../agents", "--due", "--by", "tally")
    assert count_open(sample) == 1


def test_places_that_cannot_be_read_hold_the_reports_back(sample: Shell, agents: Shell) -> None:
    """The agent may be the one whose place in `runs_from` is written wrongly."""
    sample.write(
        "seats/dash.yaml", sample.read("seats/dash.yaml") + "runs_from: [{repo: a, path: ../agents/dash.md}]\n"
    )
    sample.git("commit", "-qam", "A wrong path")
    ran = sample("discover", "../agents", "--due", "--by", "tally", code=1)
    assert "seats/dash.yaml" in ran.err
    assert "no seat answers" not in sample("escalate", "list", code=1).out
    done = sample("discover", "../agents", "--propose", "--owner", "david", code=2)
    assert "runs_from in seats/dash.yaml cannot be read (see orgtp validate), and a row may be that seat" in done.err
    sample.git("revert", "--no-edit", "HEAD")
    sample("discover", "../agents", "--due", "--by", "tally")
    assert count_open(sample) == 1


def test_two_runs_at_the_same_time_open_one(sample: Shell, agents: Shell) -> None:
    words = [str(SCRIPT), "discover", str(agents.folder), "--due", "--by", "tally"]
    runs = [subprocess.Popen(words, cwd=sample.folder, env=sample.env(), stderr=subprocess.PIPE) for _ in range(4)]
    for run in runs:
        _, err = run.communicate(timeout=120)
        assert run.returncode == 0, err
    assert count_open(sample) == 1


@pytest.mark.long
def test_cron_runs_it(sample: Shell, agents: Shell) -> None:
    """The real cron, as in tests/collect/test_cron.py."""
    if shutil.which("cron") is None or os.geteuid() != 0:
        pytest.skip("the cron daemon is missing, or only root may start it; install cron")
    said = sample.home / "said"
    run = f"{SCRIPT} --org {sample.folder} discover {agents.folder} --due --by tally"
    command = f"{run} >>{said} 2>&1; echo ran >>{said}.done"
    with cron("orgtp-discover-test", command, sample.env()):
        until = time.monotonic() + 300
        while not Path(f"{said}.done").exists():
            assert time.monotonic() < until, "cron ran nothing"
            time.sleep(0.5)
    assert said.read_text(encoding="utf-8") == ""
    assert count_open(sample) == 1


def test_a_definition_that_nothing_starts_is_a_template(sample: Shell, agents: Shell) -> None:
    agents.write(".claude/agents/more.md", DEFINITION.format(name="more", does="Waits"))
    data = sample("discover", "../agents", "--json", code=1).json
    assert sorted(one["name"] for one in data["templates"]) == ["more", "planner"]
    assert [one["name"] for one in data["unseated"]] == ["report"]


def test_the_seats_that_look_alike_are_named(sample: Shell, agents: Shell) -> None:
    agents.git("mv", workflow_path("report"), workflow_path("client-ad-spend-anomalies"))
    (one,) = sample("discover", "../agents", "--json", code=1).json["unseated"]
    assert [like["seat"] for like in one["alike"]] == ["dash"]
    assert {"ad", "spend"} <= {*one["alike"][0]["words"]}
    assert f"like dash: {one['alike'][0]['likeness']}" in sample("discover", "../agents", code=1).out


def test_propose_says_why_it_has_nothing_to_propose(acme: Shell) -> None:
    acme.write("work/.claude/agents/tidy.md", "---\nname: tidy\ndescription: Tidies the shelf.\n---\n")
    told = acme("discover", "work", "--propose", "--owner", "ada").err
    assert "no running agent without a seat was found. Nothing starts the templates; orgtp import makes" in told
