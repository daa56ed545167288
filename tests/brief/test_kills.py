"""Whoever sends is killed at every step: nobody misses a briefing, and a second one is only sent if nobody can know."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest

from tests.brief.conftest import Office
from tests.conftest import ROOT
from tests.size import choose_size

FIRST = date(2026, 11, 23)
KILLS = choose_size(12, 40)


@pytest.mark.long
def test_a_kill_at_any_step_costs_no_briefing_and_makes_a_second_one_only_while_it_is_sent(office: Office) -> None:
    words = [sys.executable, "-m", "tests.brief.kills", str(office.shell.folder), str(office.people)]
    root = str(ROOT)
    env = office.shell.env({"PYTHONPATH": root})
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=root, text=True) as killer:
        assert killer.stdin
        assert killer.stdout
        assert killer.stdout.readline() == "ready\n"

        def order(now: str, at: int | None) -> dict[str, Any]:
            assert killer.stdin
            assert killer.stdout
            killer.stdin.write(json.dumps({"now": now, "at": at}) + "\n")
            killer.stdin.flush()
            found: dict[str, Any] = json.loads(killer.stdout.readline())
            return found

        whole = order(f"{FIRST}T12:45:00Z", None)
        assert whole["lines"] > KILLS
        killed, twice = 0, []
        for number in range(1, KILLS + 1):
            day = FIRST + timedelta(days=number)
            before = len(office.mail.mails)
            at = whole["lines"] * number // KILLS
            killed += order(f"{day}T12:45:00Z", at)["signal"] == signal.SIGKILL
            accepted = len(office.mail.mails) - before
            # The next run does what is left to do.
            office("--send", "--for", "david", ORGTP_NOW=f"{day}T12:50:00Z")
            sent = len(office.mail.mails) - before
            (one,) = [one for one in office.deliveries() if one["day"] == f"{day}"]
            assert sent == 1 or (sent == 2 and accepted == 1), f"killed at line {at}"
            if sent == 2:
                twice.append(at)
                assert one["note"] == "it may be the second one, because an earlier run ended while it was sending"
        killer.stdin.close()
    assert killed > KILLS // 2
    # Only the few lines between the mail and its note in the journal.
    assert len(twice) <= 3, twice
