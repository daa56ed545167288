"""Write the sample org, as it stands when its story ends, into sample-org/ to be read there. Run by `make sample`."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from orgtp.sample import make_sample

SAMPLE = Path(__file__).parents[1] / "sample-org"
NOW = datetime.fromisoformat("2026-11-20T18:00:00-05:00")
PARTS = ("org.yaml", "seats", "scores", "retirements", "reviews", "todos", "briefings", ".orgtp", ".gitattributes")


def write_sample(target: Path) -> None:
    """Replace the org's own files in `target` with those that the story ends with."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "org"
        make_sample(made, NOW)
        for part in PARTS:
            source, place = made / part, target / part
            if source.is_dir():
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(source, place)
            else:
                shutil.copyfile(source, place)


if __name__ == "__main__":
    write_sample(SAMPLE)
