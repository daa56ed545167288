"""Crontabs, units of systemd and property lists of launchd: what starts an agent, and when."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from orgtp.discovery.scan import MachinePart, ScanRequest, scan_machine
from orgtp.model.inventory.found import FoundKind
from tests.discovery.conftest import DASH, Box, as_nobody, open_above, pick, reasons, running, triggers


def test_the_lines_of_crontabs_that_run_an_agent(box: Box) -> None:
    box.write("/etc/crontab", "SHELL=/bin/bash\n17 * * * * root cd / && run-parts /etc/cron.hourly\n")
    box.write("/etc/cron.d/agents", "KEY=x\n0 6 * * 1-5 ada claude -p brief\n@daily ada codex exec tidy % input\n")
    box.write("/var/spool/cron/crontabs/bo", "# claude -p no\n*/5 * * * * gemini -p look\n")
    found = box.scan()
    assert triggers(found) == [
        ("gemini", "*/5 * * * *", "gemini"),
        ("claude", "0 6 * * 1-5", "claude"),
        ("codex", "@daily", "codex"),
    ]
    assert [agent.where for agent in running(found)] == [
        "crontab of bo:2", "/etc/cron.d/agents:2", "/etc/cron.d/agents:3",
    ]  # fmt: skip
    assert [agent.place.text for agent in running(found)] == [
        "mill/crontab/bo#gemini", "mill/etc/cron.d/agents#claude", "mill/etc/cron.d/agents#codex",
    ]  # fmt: skip
    assert dict(found.looked_at)["crontab"] == 3


def test_a_copy_of_a_crontab_is_read_when_it_is_named(box: Box) -> None:
    """With users in it, as /etc/crontab has them, or without, as `crontab -l` prints it."""
    folder = box.make_repository("/srv/agents")
    box.write("/srv/agents/.claude/agents/dash.md", DASH)
    box.commit(folder)
    line = "KEY=hidden\n0 7 * * 1-5 {}cd /srv/agents && claude -p go --agent dash\n"
    box.write("/srv/crontab", line.format("bot "))
    box.write("/srv/of-ada/crontab", line.format(""))
    box.write("/srv/crontab.txt", line.format(""))
    box.write("/srv/cron-notes.txt", "Ask Bo about cron.\n")
    for name in ("crontab", "of-ada/crontab", "crontab.txt"):
        found = box.scan("/srv/agents", f"/srv/{name}", parts=frozenset())
        assert triggers(found) == [("dash", "0 7 * * 1-5", "claude")], name
        assert not reasons(found)
        assert "hidden" not in repr(found)
    found = box.scan("/srv/cron-notes.txt", parts=frozenset())
    assert list(reasons(found).values()) == ["no line of it is one of a crontab"]


def test_a_crontab_that_only_mentions_agents_runs_none(box: Box) -> None:
    box.write(
        "/etc/cron.d/other",
        "0 * * * * root grep -q claude /var/log/syslog && echo 'claude -p found'\n"
        "5 * * * * root ollama serve\n"
        "6 * * * * root pgrep -f 'codex exec' || logger 'codex exec is gone'\n"
        "this is not a line for claude -p\n"
        "7 * * * * root\n"
        "#8 * * * * root claude -p off\n",
    )
    found = box.scan()
    assert not running(found)
    assert found.count_read == 1


def test_files_that_cron_does_not_run(box: Box) -> None:
    for name in ("agents.dpkg-old", "agents~", ".placeholder", "agents.bak", "#agents#"):
        box.write(f"/etc/cron.d/{name}", "0 6 * * * ada claude -p brief\n")
    assert not running(box.scan())


def test_two_lines_with_the_same_program_are_two_agents(box: Box) -> None:
    box.write("/etc/cron.d/agents", "0 6 * * * ada claude -p one\n0 7 * * * ada claude -p two\n")
    found = running(box.scan())
    assert [(agent.place.path, agent.trigger) for agent in found] == [
        ("etc/cron.d/agents#claude", "0 6 * * *"),
        ("etc/cron.d/agents#claude-2", "0 7 * * *"),
    ]
    assert found[0].place.sha256 != found[1].place.sha256


def test_a_script_that_a_line_runs_is_followed(box: Box) -> None:
    repository = box.make_repository("/srv/agents", "https://git.example.com/acme/agents.git")
    box.write("/srv/agents/bin/brief.sh", "#!/bin/bash\nset -e\n. ./lib.sh\nclaude -p 'the brief'\n")
    box.commit(repository)
    box.write("/etc/cron.d/agents", "0 6 * * * ada cd /srv/agents && bin/brief.sh --fast\n")
    (agent,) = running(box.scan())
    assert (agent.name, agent.trigger, agent.program) == ("brief", "0 6 * * *", "claude")
    assert agent.place.text == "git.example.com/acme/agents/bin/brief.sh"
    assert [(author.who, author.share) for author in agent.authors] == [("ada@example.com", 100)]
    assert agent.started == "2026-03-01"


def test_a_script_of_a_script_is_followed_and_a_loop_ends(box: Box) -> None:
    box.write("~/a.sh", "bash ~/b.sh\n")
    box.write("~/b.sh", "bash ~/a.sh; bash ~/c.sh\n")
    box.write("~/c.sh", "codex exec tidy\n")
    box.write("/var/spool/cron/crontabs/ada", "0 6 * * * bash ~/a.sh\n")
    assert triggers(box.scan()) == [("c", "0 6 * * *", "codex")]


def test_what_make_and_npm_run_is_followed(box: Box) -> None:
    repository = box.make_repository("/srv/agents", "https://git.example.com/acme/agents.git")
    box.write(
        "/srv/agents/Makefile",
        "CLAUDE ?= claude\n\ntest:\n\tpytest\n\nprompt.md: test\n\ttouch $@\n\n"
        "brief: prompt.md\n\t@$(CLAUDE) -p < prompt.md\n\nother:\n\tcodex exec other\n",
    )
    box.write("/srv/agents/package.json", '{"scripts": {"tidy": "codex exec tidy", "test": "gemini -p no"}}')
    box.commit(repository)
    box.write(
        "/etc/cron.d/agents", "0 6 * * * ada make -C /srv/agents brief\n0 7 * * * ada cd /srv/agents && npm run tidy\n"
    )
    found = running(box.scan())
    assert [(agent.name, agent.place.path, agent.trigger, agent.program) for agent in found] == [
        ("brief", "Makefile#brief", "0 6 * * *", "claude"),
        ("tidy", "package.json#tidy", "0 7 * * *", "codex"),
    ]
    assert found[0].authors


def test_a_script_that_is_named_without_its_folder_is_found(box: Box) -> None:
    box.write("/usr/local/bin/brief", "#!/bin/sh\nclaude -p brief\n")
    box.write("~/bin/tidy", "#!/bin/sh\ncodex exec tidy\n")
    box.write("/opt/agents/look", "#!/bin/sh\ngemini -p look\n")
    box.write(
        "/var/spool/cron/crontabs/ada", "PATH=/opt/agents:/usr/bin\n0 6 * * * brief\n0 7 * * * tidy\n0 8 * * * look\n"
    )
    assert sorted(triggers(box.scan())) == [
        ("brief", "0 6 * * *", "claude"), ("look", "0 8 * * *", "gemini"), ("tidy", "0 7 * * *", "codex"),
    ]  # fmt: skip


def test_a_script_that_goes_to_its_own_folder_runs_the_agent_there(box: Box) -> None:
    repository = box.make_repository("/srv/agents", "https://git.example.com/acme/agents.git")
    box.write("/srv/agents/.claude/agents/dash.md", DASH)
    box.write("/srv/agents/bin/dash.sh", '#!/bin/sh\ncd "$(dirname "$0")/.." && claude -p --agent dash now\n')
    box.commit(repository)
    box.write("/etc/cron.d/agents", "0 6 * * * ada /srv/agents/bin/dash.sh\n")
    (agent,) = running(box.scan("/srv"))
    assert (agent.name, agent.place.path, agent.trigger) == ("dash", ".claude/agents/dash.md", "0 6 * * *")


def test_a_script_that_may_not_be_read_is_no_all_clear(box: Box) -> None:
    box.write("/root/agents/brief.sh", "#!/bin/sh\nclaude -p brief\n")
    box.write("/etc/cron.d/agents", "0 6 * * * root /root/agents/brief.sh\n")
    open_above(box.root)
    (box.root / "root").chmod(0)
    try:
        with as_nobody():
            found = box.scan(parts=frozenset({MachinePart.CRONTAB}))
    finally:
        (box.root / "root").chmod(0o755)
    assert reasons(found)["/root/agents/brief.sh (started by crontab)"] == "no permission"


def test_scripts_of_scripts_beyond_the_limit_are_named(box: Box) -> None:
    for number in range(30):
        box.write(f"~/{number}.sh", f"bash ~/{number + 1}.sh\n")
    box.write("~/30.sh", "claude -p brief\n")
    box.write("/var/spool/cron/crontabs/ada", "0 6 * * * bash ~/0.sh\n")
    found = box.scan()
    assert not running(found)
    assert reasons(found)["crontab of ada:1"] == "more than 20 scripts for one entry"


def test_a_script_in_python_is_an_agent_by_what_it_uses(box: Box) -> None:
    box.write("/srv/one.py", "from claude_agent_sdk import query\n")
    box.write("/srv/two.py", "import subprocess\nsubprocess.run(['claude', '-p', 'x'])\n")
    box.write("/srv/three.py", "MAPPING = {'n8n': 'claude -p'}\nprint('claude -p', 'n8n')\n")
    box.write(
        "/etc/cron.d/x",
        "".join(f"0 {n} * * * root python3 /srv/{name}.py\n" for n, name in enumerate(("one", "two", "three"))),
    )
    assert triggers(box.scan()) == [("one", "0 0 * * *", "claude_agent_sdk"), ("two", "0 1 * * *", "claude")]


def test_the_home_folders_of_others_are_named(box: Box) -> None:
    box.write("/home/bo/.config/systemd/user/dash.service", "[Service]\nExecStart=claude -p dash\n")
    found = box.scan()
    assert not running(found)
    assert [(one.where, one.on_purpose) for one in found.skipped] == [("/home/bo", True)]
    assert not box.scan(parts=frozenset({MachinePart.CRONTAB})).skipped


def test_jobs_of_anacron(box: Box) -> None:
    box.write(
        "/etc/anacrontab",
        "SHELL=/bin/sh\n# 1 5 no claude -p\n1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n"
        "7 10 brief claude -p brief\n@monthly 15 tidy codex exec tidy\n",
    )
    assert triggers(box.scan()) == [("claude", "every 7 days", "claude"), ("codex", "@monthly", "codex")]


def test_jobs_of_at(box: Box) -> None:
    box.write(
        "/var/spool/cron/atjobs/a00001", "#!/bin/sh\nKEY=canary; export KEY\ncd /srv || exit 1\nclaude -p brief\n"
    )
    found = box.scan()
    assert triggers(found) == [("a00001", "once (at)", "claude")]
    assert "canary" not in repr(found)


def test_scripts_of_the_daily_folder(box: Box) -> None:
    box.write("/etc/cron.daily/brief", "#!/bin/sh\nclaude -p brief\n")
    box.write("/etc/cron.weekly/logrotate", "#!/bin/sh\nlogrotate\n")
    assert triggers(box.scan()) == [("brief", "daily", "claude")]


def test_a_line_that_names_the_file_of_an_agent_starts_that_agent(box: Box) -> None:
    repository = box.make_repository("/srv/agents", "git@git.example.com:acme/agents.git")
    box.write("/srv/agents/.claude/agents/dash.md", DASH)
    box.write("/srv/agents/.claude/agents/dash-two.md", DASH.replace("name: dash", "name: dash-two"))
    box.commit(repository)
    line = '0 6 * * * ada claude -p "$(cat /srv/agents/.claude/agents/dash.md)"\n'
    box.write("/etc/cron.d/agents", line)
    found = box.scan("/srv")
    (agent,) = running(found)
    assert (agent.name, agent.trigger) == ("dash", "0 6 * * *")
    assert agent.place.text == "git.example.com/acme/agents/.claude/agents/dash.md"
    assert [one.name for one in pick(found, FoundKind.TEMPLATE)] == ["dash-two"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("cd /srv/agents && claude -p --agent dash hello", "dash"),
        ("cd /srv/agents && claude -p --agent=dash hello", "dash"),
        ("cd /srv/agents && claude -p @.claude/agents/dash.md", "dash"),
        ("cd /srv/agents && claude -p < .claude/agents/dash.md", "dash"),
        ("cat /srv/agents/.claude/agents/dash.md | claude -p", "dash"),
        ("cd /srv/agents; claude -p `cat .claude/agents/dash.md`", "dash"),
        ('claude -p "$(cat /srv/agents/.claude/agents/dash.md)" --model x', "dash"),
        ("claude -p 'like /srv/agents/.claude/agents/dash.md.bak'", "claude"),
        ("cd /srv/agents && claude -p --agent das hello", "claude"),
        ("cd /srv/agents && claude -p 'ask dash'", "claude"),
        ("cd /srv/other && claude -p --agent dash hello", "claude"),
        ("cd /srv/personas/ed && claude -p hello", "ed"),
        ("openclaw agent --workspace /srv/personas/ed", "ed"),
        ("openclaw agent --workspace /srv/personas/edgar", "openclaw"),
        ("openclaw agent --workspace /srv/personas", "openclaw"),
    ],
)
def test_a_definition_is_named_by_its_file_its_folder_or_its_exact_name(box: Box, command: str, name: str) -> None:
    box.write("/srv/agents/.claude/agents/dash.md", DASH)
    box.write("/srv/agents/.claude/agents/pip.md", DASH.replace("name: dash", "name: pip"))
    box.write("/srv/personas/ed/SOUL.md", "# Ed\n")
    box.write("/srv/personas/ed/IDENTITY.md", "Name: Ed\n")
    box.write("/srv/personas/jo/SOUL.md", "# Jo\n")
    box.write("/etc/cron.d/agents", f"0 6 * * * ada {command}\n")
    assert [agent.name for agent in running(box.scan("/srv"))] == [name]


SERVICE = """[Unit]
Description=Brief
[Service]
Type=oneshot
User=agent
WorkingDirectory=/srv/agents
Environment=ANTHROPIC_API_KEY=sk-canary
ExecStartPre=-/bin/true
ExecStart=/usr/local/bin/claude -p \\
    "write the brief"
"""


def test_a_timer_starts_its_service(box: Box) -> None:
    box.write("/etc/systemd/system/brief.service", SERVICE)
    box.write(
        "/etc/systemd/system/brief.timer", "[Timer]\nOnCalendar=Mon..Fri 06:00\n[Install]\nWantedBy=timers.target\n"
    )
    (box.root / "etc/systemd/system/timers.target.wants").mkdir()
    (box.root / "etc/systemd/system/timers.target.wants/brief.timer").symlink_to("/etc/systemd/system/brief.timer")
    box.write("/etc/systemd/system/nightly.timer", "[Timer]\nOnBootSec=5min\nUnit=tidy@eu.service\n")
    box.write("~/.config/systemd/user/x.service", "[Service]\nExecStart=/bin/sh -c 'echo claude -p'\n")
    box.write("/etc/systemd/system/tidy@.service", "[Service]\nExecStart=codex exec tidy %i\n")
    found = box.scan()
    assert triggers(found) == [
        ("brief", "timer OnCalendar=Mon..Fri 06:00", "claude"),
        ("tidy@", "timer OnBootSec=5min", "codex"),
    ]
    assert running(found)[0].where == "/etc/systemd/system/brief.service"


def test_a_service_without_a_timer_begins_at_boot_or_never(box: Box) -> None:
    box.write(
        "/etc/systemd/system/a.service",
        "[Service]\nExecStart=openclaw gateway\n[Install]\nWantedBy=multi-user.target\n",
    )
    box.write(
        "~/.config/systemd/user/b.service",
        "[Service]\nExecStart=%h/bin/claude -p x\n[Install]\nWantedBy=default.target\n",
    )
    wants = box.home / ".config/systemd/user/default.target.wants"
    wants.mkdir()
    (wants / "b.service").symlink_to("../b.service")
    box.write("/etc/systemd/system/c.service", "[Service]\nExecStart=claude -p x\n")
    box.write(
        "/etc/systemd/system/ollama.service", "[Service]\nExecStart=/usr/bin/ollama serve\n[Install]\nWantedBy=x\n"
    )
    found = box.scan()
    assert triggers(found) == [("b", "at login", "claude"), ("a", "at boot (not enabled)", "openclaw")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["c"]


def test_a_drop_in_changes_what_a_unit_runs_and_a_masked_unit_runs_nothing(box: Box) -> None:
    box.write("/usr/lib/systemd/system/job.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=x\n")
    box.write("/etc/systemd/system/job.service.d/own.conf", "[Service]\nExecStart=\nExecStart=claude -p x\n")
    box.write("/usr/lib/systemd/system/off.service", "[Service]\nExecStart=claude -p x\n[Install]\nWantedBy=x\n")
    (box.root / "etc/systemd/system/off.service").symlink_to("/dev/null")
    assert [agent.name for agent in running(box.scan())] == ["job"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing; install systemd")
def test_systemd_reads_the_units_of_these_tests_as_units(tmp_path: Path) -> None:
    unit = tmp_path / "brief.service"
    unit.write_text(SERVICE.replace("/usr/local/bin/claude", "/bin/echo").replace("WorkingDirectory=/srv/agents\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Unknown" not in done.stderr
    assert "Invalid" not in done.stderr


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_jobs_of_launchd(box: Box, form: plistlib.PlistFormat) -> None:
    job = {
        "Label": "com.example.brief",
        "ProgramArguments": ["/bin/zsh", "-lc", "cd /srv && claude -p brief"],
        "StartCalendarInterval": [{"Hour": 6, "Minute": 0, "Weekday": 1}, {"Hour": 12}],
        "EnvironmentVariables": {"KEY": "canary"},
    }
    box.write("~/Library/LaunchAgents/brief.plist", plistlib.dumps(job, fmt=form))
    off = {
        "Label": "off",
        "Program": "/bin/claude",
        "ProgramArguments": ["claude", "-p"],
        "Disabled": True,
        "RunAtLoad": True,
    }
    box.write("/Library/LaunchDaemons/off.plist", plistlib.dumps(off, fmt=form))
    box.write("/Library/LaunchDaemons/wrong.plist", b"<plist><dict>")
    found = box.scan()
    assert triggers(found) == [("com.example.brief", "Weekday 1 Hour 6 Minute 0, Hour 12", "claude")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["off"]
    assert reasons(found)["/Library/LaunchDaemons/wrong.plist"] == "it is not a property list"


def test_only_the_parts_that_were_asked_for_are_read(box: Box) -> None:
    box.write("/etc/cron.d/agents", "0 6 * * * ada claude -p brief\n")
    box.write("/etc/systemd/system/brief.service", SERVICE)
    found = box.scan(parts=frozenset({MachinePart.SYSTEMD}))
    assert [what for what, _ in found.looked_at] == ["systemd"]


def test_a_machine_with_nothing_on_it_has_nothing_read(box: Box) -> None:
    found = box.scan()
    assert (found.agents, found.count_read) == ((), 0)


def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.home.mkdir(parents=True)
    crontab = box.write("/var/spool/cron/crontabs/bo", "0 6 * * * claude -p brief\n")
    open_above(tmp_path)
    crontab.parent.chmod(0o700 if not os.geteuid() else 0)
    box.write("/etc/cron.d/agents", "0 6 * * * ada claude -p brief\n").chmod(0o600 if not os.geteuid() else 0)
    try:
        with as_nobody():
            found = box.scan()
    finally:
        crontab.parent.chmod(0o700)
    assert not running(found)
    assert reasons(found)["/etc/cron.d/agents"] == "no permission"
    assert found.count_read == 0
    # Everybody but root finds it closed. It is said, and a run by cron does not fail for it each day.
    spool = next(one for one in found.skipped if one.where == "/var/spool/cron/crontabs")
    assert (spool.why, spool.on_purpose) == ("the crontabs and jobs of other users", True)


@pytest.mark.skipif(
    shutil.which("crontab") is None or os.geteuid() != 0,
    reason="crontab is missing, or its user is not root; install cron",
)
def test_the_real_crontab_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the program would prove nothing: the crontab is installed with `crontab`, and then restored."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, timeout=60, check=False)
    lines = "5 4 1 1 * env KEY=canary-value /bin/false && claude -p 'canary-value'\n"
    subprocess.run(["crontab", "-"], input=before.stdout + lines, text=True, check=True, timeout=60)
    try:
        found = scan_machine(ScanRequest(parts=frozenset({MachinePart.CRONTAB}), home=tmp_path, machine="mill"))
    finally:
        restore = ["crontab", "-"] if before.returncode == 0 else ["crontab", "-r"]
        subprocess.run(restore, input=before.stdout, text=True, check=True, timeout=60)
    (mine,) = [agent for agent in running(found) if agent.trigger == "5 4 1 1 *"]
    # The crontab may have other agents.
    assert (mine.program, mine.place.path.partition("-")[0]) == ("claude", "crontab/root#claude")
    assert "canary-value" not in repr(found)
