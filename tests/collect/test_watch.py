"""`orgtp score collect --watch`: for those without cron."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from orgtp.cli.sources.collect_loop import next_quarter_hour, run_collect_loop
from orgtp.model.schedule import Timetable
from tests.cli.terminal import on_terminal
from tests.collect.conftest import BROKEN, Fed
from tests.conftest import SCRIPT

_PATIENCE = 60.0


def test_it_collects_at_once_says_when_it_will_again_and_ends_when_told(fed: Fed) -> None:
    """A source that fails ends nothing."""
    fed.set_up(talks="13", rate=BROKEN)
    fed.shell("escalate", "open", "bot", "The desk is empty", ORGTP_NOW="2026-11-18T10:00:00-05:00")
    words = [str(SCRIPT), "score", "collect", "--watch", "--times", "08:00,17:00", "--sources", str(fed.sources)]
    env = fed.shell.env({"ORGTP_NOW": "2026-11-20T12:00:00-05:00"})
    with subprocess.Popen(words, cwd=fed.shell.folder, env=env, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr
        lines = iter(run.stderr.readline, "")
        until = time.monotonic() + _PATIENCE
        said = [next(lines)]
        while not said[-1].startswith("next at ") and time.monotonic() < until:
            said.append(next(lines))
        assert "bot rate: unavailable: source broken: exit code 3: boom" in said[0]
        assert re.fullmatch(r"next at (Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d (08|17):00 America/New_York\n", said[-1])
        assert fed.told()["talks"] == ("13", "")
        (late,) = [one for one in fed.shell("escalate", "list", "--json").json["escalations"] if one["kind"] == "issue"]
        assert [event["what"] for event in late["events"]] == ["opened", "top"], "it ticks, too"
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_while_a_source_is_asked(fed: Fed, number: signal.Signals, code: int) -> None:
    begun = fed.shell.home / "begun"
    fed.set_up(talks={"command": ["sh", "-c", f"touch {begun}; sleep 60; echo 13"]})
    words = [str(SCRIPT), "score", "collect", "--watch", "--sources", str(fed.sources)]
    run = subprocess.Popen(words, cwd=fed.shell.folder, env=fed.shell.env(), stderr=subprocess.PIPE)
    until = time.monotonic() + _PATIENCE
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.05)
    run.send_signal(number)
    run.communicate(timeout=30)
    assert run.returncode == code
    assert fed.told() == {}


def test_it_collects_again_when_it_is_time_and_ends_when_that_is_interrupted() -> None:
    class Soon(Timetable):
        def next_time(self, now: datetime) -> datetime:
            return now + timedelta(seconds=0.2)

    done: list[str] = []

    def collect() -> int:
        done.append("collect")
        return 130 if done.count("collect") == 2 else 1

    def tick() -> int:
        done.append("tick")
        return 0

    before = signal.getsignal(signal.SIGTERM)
    try:
        assert run_collect_loop(Soon((), UTC), collect, tick) == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done in (["collect", "tick", "collect"], ["collect", "tick", "tick", "collect"])


def test_who_may_not_tick_is_told_at_once(fed: Fed) -> None:
    fed.set_up(talks="13")
    assert "bot may not run the tick" in fed.collect("--watch", "--by", "bot", code=2).err


def test_the_next_quarter() -> None:
    at = datetime(2026, 11, 20, 13, 7, 5, tzinfo=UTC)
    assert next_quarter_hour(at) == datetime(2026, 11, 20, 13, 15, tzinfo=UTC)
    assert next_quarter_hour(next_quarter_hour(at)) == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)


def test_progress_on_a_terminal(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    seen = on_terminal(fed.shell, "score", "collect", "--sources", str(fed.sources), NO_COLOR="1")
    assert seen.code == 1
    assert re.search(r"^✓ talks: 13 \(\d+\.\d+ s\)$", seen.text, re.M)
    assert re.search(r"^✗ rate: exit code 3: boom \(\d+\.\d+ s\)$", seen.text, re.M)
    assert (
        'this machine has no source "late" (did you mean "rate"?). List the sources with: orgtp source list'
        in seen.text
    )
