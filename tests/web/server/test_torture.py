"""Two people enter numbers while cron writes and a third walks through the review: nothing is lost, and all is told."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.conftest import SCRIPT, Shell
from tests.web.server.server import SECRET, Serving, give_address, proxy_options, serve

HOST = "org.example.com"
# `make torture` runs it longer.
ROUNDS = int(os.environ.get("ORGTP_TORTURE_ROUNDS", "6"))


@dataclass
class Crowd:
    """People and programs that write to one org at once, and what each of them was told is recorded."""

    org: Shell
    served: Serving
    recorded: list[tuple[str, str]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def enter(self, who: str, first: int) -> None:
        """A person enters one value after another on a page."""
        browser = self.served.browser(f"{who}@example.com", SECRET)
        for value in map(str, range(first, first + ROUNDS)):
            got = browser.act("scores", {"value.janine/overdue-balance/2026-W47": value})
            assert got.status == 303, got.text
            page = browser.get(got.header("Location")).text
            assert "Recorded" in page or "Queued" in page
            self.recorded.append(("overdue-balance", value))

    def write_as_cron(self) -> None:
        """Cron records one value after another."""
        for value in map(str, range(60, 60 + ROUNDS)):
            words = ["score", "add", "dash", "anomalies-before-open", value, "--for", "2026-W47", "--by", "tally"]
            ran = subprocess.run(
                [str(SCRIPT), *words], cwd=self.org.folder, env=self.org.env(), capture_output=True, check=False
            )
            assert ran.returncode in {0, 75}, ran.stderr
            self.recorded.append(("anomalies-before-open", value))

    def walk(self) -> None:
        """A person leads the review, and looks at pages meanwhile."""
        browser = self.served.browser("bogdan@example.com", SECRET)
        for number in range(ROUNDS):
            row = {"week": "2026-W47", "row": f"row {number}", "csrf": browser.find_token()}
            assert browser.post("/meeting/position", row).status == 204
            for path in ("/", "/scorecard.html", "/seat/dash.html"):
                assert browser.get(path).status == 200

    def run(self, *tasks: Callable[[], None]) -> None:
        """Do everything at once."""
        threads = [threading.Thread(target=self._try, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.errors, self.errors

    def _try(self, task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            self.errors.append(error)
            raise


def test_nothing_is_lost_when_everybody_writes_at_once(sample: Shell) -> None:
    give_address(sample, janine="janine@example.com", david="david@example.com", bogdan="bogdan@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host=HOST) as served:
        crowd = Crowd(sample, served)
        crowd.run(
            partial(crowd.enter, "janine", 12000), partial(crowd.enter, "david", 13000), crowd.write_as_cron, crowd.walk
        )
        assert "this is a bug" not in served.said
    sample("sync", code=None)
    lines = "".join(path.read_text(encoding="utf-8") for path in (sample.folder / "scores").rglob("2026-11.jsonl"))
    for metric, value in crowd.recorded:
        assert lines.count(f'"metric":"{metric}","period":"2026-W47","value":"{value}"') == 1
    assert len(crowd.recorded) == 3 * ROUNDS
    assert sample.git("status", "--porcelain").out == ""
    assert sample("audit", "verify", "--full", "--json").json["violations"] == []
