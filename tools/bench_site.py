"""Measure one file of a large org: its size compressed, and how long Chromium takes to open it, beside an empty page.

Run by `make bench`, or as `python -m tools.bench_site [--seats N]`, with `--at DIR` to keep what is made.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
from pathlib import Path

from tools.bench_kit import ORGTP, folder, head, row, run, timed
from tools.wide_org import NOW, make_wide_org

RUNS = 7
# The most bytes of the compressed file, and the most milliseconds until it is loaded.
MOST_PACKED, MOST_LOAD = 400_000, 1000
_EMPTY = '<!doctype html><html lang="en"><title>Empty</title><p>Empty</p></html>'
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def measure_loads(pages: list[Path]) -> list[list[float]]:
    """How many milliseconds each page took until it was loaded, opened in turns; nothing without Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return []
    times: list[list[float]] = [[] for _ in pages]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.getuid() != 0)
        for _ in range(RUNS):
            for number, page in enumerate(pages):
                tab = browser.new_page()
                tab.goto(page.as_uri())
                times[number].append(tab.evaluate(_LOADED))
                tab.close()
        browser.close()
    return times


def measure(org: Path, seats: int) -> None:
    """Print a line for the file."""
    target, empty = org.parent / "org.html", org.parent / "empty.html"
    empty.write_text(_EMPTY, encoding="utf-8")
    written = timed(lambda: run(ORGTP, "site", str(target), "--force", at=org))
    raw = target.read_bytes()
    packed = len(gzip.compress(raw, 9, mtime=0))
    loads = measure_loads([target, empty])
    head(f"one file of {seats:,} seats", "goal", "measured")
    row("compressed", f"{MOST_PACKED // 1000} kB", f"{packed / 1000:.0f} kB of {len(raw) / 1000:,.0f} kB")
    if loads:
        mine, bare = (min(times) for times in loads)
        row("opened in Chromium", f"{MOST_LOAD} ms", f"{mine:.0f} ms, an empty page {bare:.0f} ms")
    row("written", "", f"{written / 1000:.1f} s")


def main() -> None:
    """Make an org, write its site, and print the table."""
    parts = argparse.ArgumentParser(prog="python -m tools.bench_site", description=__doc__)
    parts.add_argument("--seats", type=int, default=1000)
    parts.add_argument("--at", type=Path)
    given = parts.parse_args()
    os.environ["ORGTP_NOW"] = NOW.isoformat()
    with folder(given.at) as base:
        org = base / f"wide-{given.seats}"
        if not org.exists():
            make_wide_org(org, given.seats)
        measure(org, given.seats)


if __name__ == "__main__":
    main()
