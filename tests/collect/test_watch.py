"""`orgtp score collect --watch`: for those without cron."""

from __future__ import annotations

import re
import signal
import subprocess
import time

from tests.cli.terminal import on_terminal
from tests.collect.conftest import BROKEN, Fed
from tests.conftest import SCRIPT

_PATIENCE = 60.0


def test_it_collects_at_once_says_when_it_will_again_and_ends_when_told(fed: Fed) -> None:
    """A source that fails ends nothing."""
    fed.set_up(talks="13", rate=BROKEN)
    words = [str(SCRIPT), "score", "collect", "--watch", "--sources", str(fed.sources)]
    run = subprocess.Popen(words, cwd=fed.shell.folder, env=fed.shell.env(), stderr=subprocess.PIPE, text=True)
    assert run.stderr
    lines = iter(run.stderr.readline, "")
    until = time.monotonic() + _PATIENCE
    said = [next(lines)]
    while not said[-1].startswith("next at ") and time.monotonic() < until:
        said.append(next(lines))
    assert "bot rate: unavailable: source broken: exit code 3: boom" in said[0]
    assert re.fullmatch(r"next at (Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d (08|11|14|17):00\n", said[-1])
    assert fed.told()["talks"] == ("13", "")
    run.send_signal(signal.SIGTERM)
    assert run.wait(30) == 0


def test_progress_on_a_terminal(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    seen = on_terminal(fed.shell, "score", "collect", "--sources", str(fed.sources), NO_COLOR="1")
    assert seen.code == 1
    assert re.search(r"^✓ talks: 13 \(\d+\.\d+ s\)$", seen.text, re.M)
    assert re.search(r"^✗ rate: exit code 3: boom \(\d+\.\d+ s\)$", seen.text, re.M)
    assert "not known on this machine: late. See: orgtp source list" in seen.text
