"""Count the modules and functions that four commands call, on a copy of the sample org. See docs/adr/0021.

Calls are counted with `sys.setprofile`; imports, class bodies and comprehensions are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

SRC = Path(__file__).parents[1] / "src"
JOURNEYS = (
    "score add radar briefing-by-8 07:52 --by tally",
    "validate",
    "chart --at 2026-10-15",
    "retire dash --to crystal --by david --reason Better --yes",
)


def main() -> None:
    """Print a row for each command: modules, functions, and calls that cross modules."""
    if len(sys.argv) > 1:
        count_calls(sys.argv[1:])
        return
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample"
        orgtp = [sys.executable, "-m", "orgtp"]
        subprocess.run([*orgtp, "init", "--sample", str(sample)], check=True, capture_output=True)
        seat = (sample / "seats" / "crystal.yaml").read_text(encoding="utf-8")
        print("| command | modules | functions | calls between modules |\n|---|---|---|---|")
        for number, words in enumerate(JOURNEYS):
            org = Path(folder) / str(number)
            shutil.copytree(sample, org, symlinks=True)
            if words == "validate":
                text = seat.replace("owner: bogdan", "owner: bogdn").replace("owner: david", "owner: bogdn")
                (org / "seats" / "crystal.yaml").write_text(text, encoding="utf-8")
            env = {**os.environ, "ORGTP_ORG": str(org)}
            subprocess.run([sys.executable, "-m", "tools.journeys", *words.split()], check=False, env=env)


def count_calls(words: list[str]) -> None:
    """Run one command in this process, and print its row."""
    from orgtp.cli.main import run_command_line

    modules: set[str] = set()
    functions: set[tuple[str, str]] = set()
    crossings = 0

    def note_call(frame: FrameType, event: str, _: object) -> None:
        nonlocal crossings
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(str(SRC)) or code.co_name.startswith("<"):
            return
        if "__module__" in code.co_names and "__qualname__" in code.co_names:
            return
        modules.add(code.co_filename)
        functions.add((code.co_filename, code.co_qualname))
        crossings += frame.f_back is not None and frame.f_back.f_code.co_filename != code.co_filename

    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.setprofile(note_call)
    run_command_line(words)
    sys.setprofile(None)
    sys.stdout.flush()
    row = f"| `{' '.join(words[:2])}` | {len(modules)} | {len(functions)} | {crossings:,} |\n"
    os.write(out, row.encode())


if __name__ == "__main__":
    main()
