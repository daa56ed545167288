"""A program that does one thing to an org and counts how often our own functions are called meanwhile.

Run as `python -m tests.ledger.counted ORG value|retire|seats`. It prints the functions by module and name, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from types import FrameType

import orgtp
from orgtp.api import OrgHandle
from orgtp.cli.main import run_command_line
from orgtp.model.change import Change, CreateFile, YamlData


def add_value(org: OrgHandle) -> None:
    """Record a value."""
    org.ledger.add_score("bot", "number", "12", by="bot")


def retire_cat(org: OrgHandle) -> None:
    """Retire a seat with the command line."""
    words = ["retire", "cat", "--reason", "Done.", "--decided-by", "ada", "--by", "ada", "--yes"]
    with redirect_stdout(sys.stderr):
        code = run_command_line([*words, "--org", str(org.root)])
    if code:
        sys.exit(code)


def add_seats(org: OrgHandle) -> None:
    """Add 200 seats in one commit, as an import does."""
    seats: list[dict[str, YamlData]] = [
        {"seat": f"new-{number}", "name": f"New {number}", "role": "Guest", "kind": "human", "status": "proposed"}
        | {"reports_to": "ada", "email": f"new-{number}@example.com", "aliases": [f"E-{number}"]}
        for number in range(200)
    ]
    edits = tuple(CreateFile(f"seats/{one['seat']}.yaml", one) for one in seats)
    org.ledger.record(lambda _: Change("import", "200 seats", (), edits))


def count_calls(do: Callable[[OrgHandle], None], org: OrgHandle) -> Counter[str]:
    """How often each function of the package is called."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: object) -> None:
        module = str(frame.f_globals.get("__name__", ""))
        if event == "call" and module.startswith("orgtp."):
            calls[f"{module}.{frame.f_code.co_name}"] += 1

    sys.setprofile(note)
    try:
        do(org)
    finally:
        sys.setprofile(None)
    return calls


if __name__ == "__main__":
    what = {"value": add_value, "retire": retire_cat, "seats": add_seats}[sys.argv[2]]
    print(json.dumps(count_calls(what, orgtp.open(sys.argv[1]))))
