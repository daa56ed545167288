"""Make the README's pictures from the sample org, so that they stay true. Run by `make pictures`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orgtp.actions.retire import RetirementRequest
from orgtp.api.org import OrgHandle, open_org
from orgtp.render.change import plan_lines
from orgtp.render.drawings.chart import chart_svg, draw_chart
from orgtp.render.scorecard import scorecard_lines
from orgtp.render.terminal import Screen
from orgtp.render.terminal_svg import render_svg
from orgtp.sample import make_sample
from orgtp.views.chart_drawing.boxes import list_chart_boxes
from orgtp.web.site import write_site

IMAGES = Path(__file__).parents[1] / "docs" / "images"
NOW = datetime.fromisoformat("2026-11-20T18:00:00-05:00")
_WIDE = Screen(132, colour=True)
# The picture that the README opens with, and its size.
PAGE_PICTURE, _PAGE = "page.png", "1440,860"


def pictures(org: OrgHandle) -> Iterator[tuple[str, str]]:
    """Each picture's file name and content."""
    boxes = list_chart_boxes(org.chart(), org.health())
    yield (
        "chart.svg",
        chart_svg(
            draw_chart(boxes, ()), f"Org chart of {org.org.name}", [f"orgtp chart --format svg, on {NOW:%Y-%m-%d}"]
        ),
    )
    yield "scorecard.svg", render_svg(scorecard_lines(org.scorecard(), _WIDE, org.org.name), "orgtp scorecard")
    plan = org.ledger.plan_retirement(RetirementRequest("jeff", ("dash", "crystal")))
    yield "retire.svg", render_svg(plan_lines(org.org, plan, _WIDE), "orgtp retire jeff --to dash,crystal")


def take_page_picture(site: Path, target: Path) -> bool:
    """Take the picture of the scorecard as a web page, with Chromium. False if it is not installed."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return False
    sandbox = [] if os.getuid() else ["--no-sandbox"]
    with tempfile.TemporaryDirectory() as profile:
        words = ["--headless", *sandbox, "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
        words += [f"--user-data-dir={profile}", f"--window-size={_PAGE}", f"--screenshot={target}"]
        subprocess.run([chromium, *words, (site / "scorecard.html").as_uri()], check=True, capture_output=True)
    return True


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        make_sample(Path(folder) / "org", NOW)
        for name, text in pictures(open_org(Path(folder) / "org", now=NOW)):
            (IMAGES / name).write_text(text, encoding="utf-8")
            sys.stdout.write(f"docs/images/{name}\n")
        site = Path(folder) / "site"
        write_site(open_org(Path(folder) / "org", now=NOW), site)
        taken = take_page_picture(site, IMAGES / PAGE_PICTURE)
        sys.stdout.write(f"docs/images/{PAGE_PICTURE}{'' if taken else ' was not taken: Chromium is not installed'}\n")


if __name__ == "__main__":
    main()
