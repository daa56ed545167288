"""What earlier versions printed or installed outside the repository keeps working: lines as they printed them."""

from __future__ import annotations

import json
import subprocess

from tests.conftest import SCRIPT, Shell

CRON = (
    'cd {org} && {{ case "$(TZ=America/New_York date +%u-%H:%M)" in [1-5]-08:00|[1-5]-17:00) '
    "{script} score collect --by tally ;; esac; {script} escalate tick --by tally; }}"
)
UNITS = ("score collect --by tally", "score collect --by tally --push", "escalate tick --by tally")
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


def test_a_crontab_line_runs(sample: Shell) -> None:
    line = CRON.format(org=sample.folder, script=SCRIPT)
    done = subprocess.run(["sh", "-c", line], cwd="/", env=sample.env(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_commands_of_systemd_units_run(sample: Shell) -> None:
    sources = sample.home / ".config" / "orgtp" / "sources.yaml"
    sources.parent.mkdir(parents=True)
    sources.write_text('ad-anomalies: {command: [echo, "5"]}\n', encoding="utf-8")
    for words in UNITS:
        ran = sample.process(*words.split(), code=None)
        assert ran.code == (2 if "--push" in words else 0), ran.err
        assert ("git remote add origin" in ran.err) == ("--push" in words), ran.err


def test_the_block_in_a_clients_config_starts_the_server(sample: Shell) -> None:
    for more in ((), ("--allow-write", "--as", "tally")):
        words = [str(SCRIPT), "--org", str(sample.folder), "mcp", *more]
        hello = json.dumps(HELLO) + "\n"
        done = subprocess.run(
            words, input=hello, cwd="/", env=sample.env(), capture_output=True, text=True, check=False
        )
        assert json.loads(done.stdout.partition("\n")[0])["result"]["serverInfo"]["name"] == "orgtp", done.stderr
        assert done.returncode == 0
