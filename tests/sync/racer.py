"""One of those who race: `python -m tests.sync.racer CLONE NUMBER VALUES` records and sends, value by value."""

from __future__ import annotations

import json
import sys

import orgtp
from orgtp.git.remote import SyncStopped

_TRIES = 40


def main() -> int:
    """Say that we are there, wait for the start, record, and say how often a sync was put off."""
    folder, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    orgtp.open(folder)
    sys.stdout.write("there\n")
    sys.stdout.flush()
    sys.stdin.readline()
    put_off: list[str] = []
    for turn in range(count):
        orgtp.open(folder).ledger.add_score("bot", "number", f"{number}.{turn:03}1", by="ada")
        _sent(folder, put_off)
    while put_off and len(put_off) < _TRIES and not _sent(folder, put_off):
        pass
    sys.stdout.write(json.dumps(put_off) + "\n")
    return 0


def _sent(folder: str, put_off: list[str]) -> bool:
    try:
        orgtp.open(folder).ledger.sync(needed=True)
    except SyncStopped as stopped:
        put_off.append(stopped.state)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
