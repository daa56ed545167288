"""The real cron, a server, a database and a command: what comes by itself, what breaks midway, and what comes back."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.collect.conftest import Fed

CRON_D, PID, LOCK = Path("/etc/cron.d"), Path("/run/crond.pid"), Path("/run/orgtp-tests-cron.lock")
# cron looks once a minute, and what it starts takes a moment.
_PATIENCE = 300.0


class Radar:
    """A service that answers with a number, or with 503."""

    value = "96.5"
    broken = False

    def __init__(self) -> None:
        radar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503 if radar.broken else 200)
                self.end_headers()
                self.wfile.write(b'{"radar": {"rate": %s}}' % radar.value.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/metrics.json"


@pytest.fixture
def radar() -> Iterator[Radar]:
    found = Radar()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def cron_runs() -> bool:
    """Whether the daemon runs already; a number that is left of one may be another program's by now."""
    try:
        return Path(f"/proc/{PID.read_text().strip()}/comm").read_text() == "cron\n"
    except OSError:
        return False


@contextmanager
def cron(name: str, line: str, env: Mapping[str, str]) -> Iterator[None]:
    """A line of cron's, every minute; the daemon is started where none runs. It takes no line of 1,000 characters.

    One test at a time has the daemon: otherwise, the one that started it would end it while another waits for it.
    """
    path = CRON_D / name
    settings = "".join(f"{key}={value}\n" for key, value in env.items())
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path.write_text(f"{settings}* * * * * root {line}\n", encoding="utf-8")
        path.chmod(0o644)
        daemon = None if cron_runs() else subprocess.Popen(["cron", "-f"], stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            path.unlink()
            if daemon:
                daemon.terminate()
                daemon.wait(30)


def run_line(line: str, env: Mapping[str, str]) -> None:
    """Run a line as cron does: by its shell, in the home folder, with the settings of the crontab alone."""
    subprocess.run(["/bin/sh", "-c", line], cwd=env["HOME"], env=dict(env), timeout=_PATIENCE, check=False)


def wait_for(what: Callable[[], bool], said: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < until, said.read_text(encoding="utf-8") if said.exists() else "cron ran nothing"
        time.sleep(0.5)


def told(fed: Fed, id_: str) -> tuple[str, str]:
    """Where an escalation stands, and with whom; nothing where there is none."""
    found = {one["id"]: one for one in fed.shell("escalate", "list", "--all", "--json").json["escalations"]}
    return (found[id_]["state"], found[id_]["with"]) if id_ in found else ("", "")


EVE = "seat: eve\nname: Eve\nrole: Numbers\nkind: human\nstatus: active\nreports_to: ada\nsince: 2026-01-05\n"
FULL = "2026-11-19-bot-the-inbox-is-full"


def with_a_route(fed: Fed) -> None:
    """Eve has what breaks, below Ada, in hours that are not over; and since Thursday something nobody looked at."""
    fed.shell.write("seats/eve.yaml", EVE)
    head = fed.shell.read("org.yaml").replace("policy:\n", "policy:\n  escalation: {hours: 09:00..20:00}\n")
    fed.shell.write("org.yaml", head + "routing: [{seat: bot, to: eve}]\n")
    fed.shell.git("add", ".")
    fed.shell.git("commit", "-qm", "Eve has what breaks")
    fed.shell("escalate", "open", "bot", "The inbox is full", "--by", "ada", ORGTP_NOW="2026-11-19T10:00:00-05:00")


@pytest.mark.long
def test_numbers_come_by_themselves_and_a_blank_is_seen(fed: Fed, radar: Radar) -> None:
    if shutil.which("cron") is None or os.geteuid() != 0:
        pytest.skip("the cron daemon is missing, or only root may start it; install cron")
    books = fed.shell.home / "books.sqlite"
    with closing(sqlite3.connect(books)) as database, database:
        database.execute("create table invoices (id integer, paid_at text)")
        database.execute("insert into invoices values (1, null), (2, '2026-11-19')")
    fed.set_up(
        talks={"command": ["echo", "13"]},
        rate={"http": {"url": radar.url, "pointer": "/radar/rate"}, "retries": 0},
        late={"sql": {"url": f"sqlite:///{books}", "query": "select count(*) from invoices where paid_at is null"}},
    )
    with_a_route(fed)
    said = fed.shell.home / "said"
    # What is printed, each minute of each day.
    printed = fed.shell("schedule", "cron", "--times", "08:00", ORGTP_SOURCES=str(fed.sources)).out
    variable, row, *_ = [line for line in printed.splitlines() if not line.startswith("#")]
    line = row.removeprefix("*/15 * * * * ").replace("[1-5]-08:00", "*") + f" >> {said} 2>&1"
    name, _, value = variable.partition("=")
    env = fed.shell.env({name: value, "PATH": "/usr/bin:/bin"})
    # A crontab cannot hold the settings of a coverage run.
    env = {key: text for key, text in env.items() if not key.startswith("COVERAGE_")}
    with cron(f"orgtp-test-{os.getpid()}", line, env):
        wait_for(lambda: len(fed.told()) == 3, said)
        assert fed.told() == {"talks": ("13", ""), "rate": ("96.5", ""), "late": ("1", "")}
        assert said.read_text(encoding="utf-8") == "", "all is well, and nobody gets mail"
    # The minutes that follow, without waiting for them.
    radar.broken = True
    run_line(line, env)
    assert fed.told()["rate"][0] is None
    assert fed.told()["rate"][1].startswith("source broken: ")
    assert "503" in fed.told()["rate"][1]
    assert "bot rate: unavailable: source broken: " in said.read_text(encoding="utf-8")
    assert fed.told()["talks"] == ("13", "")
    assert told(fed, "2026-11-20-bot-rate") == ("open", "eve")
    assert told(fed, FULL) == ("open", "ada"), "what nobody looked at went up"
    radar.broken, radar.value = False, "97"
    run_line(line, env)
    assert fed.told()["rate"] == ("97", "")
    assert told(fed, "2026-11-20-bot-rate") == ("resolved", "eve")
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13"]
