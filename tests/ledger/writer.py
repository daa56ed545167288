"""A program that records values through the Python API: `writer FOLDER NUMBER COUNT`. It waits for a line."""

from __future__ import annotations

import sys

import orgtp
import orgtp.files.json_schema
import orgtp.ledger.append


def main() -> None:
    """Record COUNT values; the answer is how many of them are in a commit."""
    folder, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    org = orgtp.open(folder)
    done = [org.ledger.add_score("bot", "number", f"{number}.{turn:03}1") for turn in range(count)]
    print(sum(recorded.commit is not None for recorded in done), flush=True)


if __name__ == "__main__":
    main()
