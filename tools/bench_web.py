"""Measure what a person waits for a page of `orgtp serve`, beside the bare cost of an answer (the style sheet).

Run by `make bench`, or as `python -m tools.bench_web [--seats N]`, with `--at DIR` to keep what is made. A page is warm
if it is as it was when somebody asked before; it is rendered again after a commit.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.bench_kit import ADD, ORGTP, both, clones, folder, head, row, run, timed
from tools.big_org import NOW, SEAT, Shape, make_big_org

RUNS = 25
COMMITS = 2000
# The most milliseconds that a warm page may take.
WARM_MOST = 100
PAGES = ("/", "/scorecard.html", f"/seat/{SEAT}.html", "/record.html", "/todos.html")
ENV = {**os.environ, "ORGTP_NOW": NOW}


@contextmanager
def serve(org: Path) -> Iterator[http.client.HTTPConnection]:
    """A server, and a connection that stays open as that of a browser does."""
    words = [ORGTP, "serve", "--port", "0"]
    process = subprocess.Popen(words, cwd=org, env=ENV, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline() if process.stderr else ""
        port = re.findall(r":(\d+)/", line)[0]
        yield http.client.HTTPConnection("127.0.0.1", int(port), timeout=600)
    finally:
        process.terminate()
        process.wait()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes, int]:
    """The status, the tag and the compressed size of an answer."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, (answer.getheader("ETag") or "").encode(), len(body)


def wait_for_audit(connection: http.client.HTTPConnection) -> None:
    """Wait until the record is checked: then a page does not change any more."""
    connection.request("GET", "/")
    while b"Record: not checked" in connection.getresponse().read():
        time.sleep(0.5)
        connection.request("GET", "/")


def measure(org: Path, seats: int) -> None:
    """Print a line for each page."""
    with serve(org) as connection:
        wait_for_audit(connection)
        bare = [timed(lambda: get(connection, "/static/orgtp.css")) for _ in range(RUNS)]
        head(f"{seats:,} seats", "first", "warm", "times the bare cost", "compressed", "after a commit")
        for path in PAGES:
            first = timed(lambda path=path: get(connection, path))  # type: ignore[misc]
            status, _, size = get(connection, path)
            if status != 200:  # noqa: PLR2004
                raise SystemExit(f"{path}: {status}")
            warm = [timed(lambda path=path: get(connection, path)) for _ in range(RUNS)]  # type: ignore[misc]
            run(*[ORGTP, *ADD], at=org)
            again = timed(lambda path=path: get(connection, path))  # type: ignore[misc]
            wait_for_audit(connection)
            ratio, mark = min(warm) / min(bare), "" if min(warm) < WARM_MOST else f", goal {WARM_MOST} ms"
            row(
                f"`{path}`",
                f"{first:.0f} ms",
                both(warm) + mark,
                f"{ratio:.1f}",
                f"{size / 1000:.0f} kB",
                f"{again:.0f} ms",
            )
        row("`/static/orgtp.css`, the bare cost", "", both(bare), "1.0", "", "")


def main() -> None:
    """Make an org, serve it, and print the table."""
    parts = argparse.ArgumentParser(prog="python -m tools.bench_web", description=__doc__)
    parts.add_argument("--seats", type=int, default=1000)
    parts.add_argument("--at", type=Path)
    given = parts.parse_args()
    with folder(given.at) as base:
        name = f"web-{given.seats}"
        if not (base / f"{name}.git").exists():
            make_big_org(base / f"{name}.git", Shape(given.seats, COMMITS))
        measure(clones(base, name)["work tree"], given.seats)


if __name__ == "__main__":
    main()
