"""A program that sends briefings and is killed where it is told: each line of its input is one order, as JSON.

`{"now", "at"}`: `at` is the number of the executed line of the modules that send, record and remember, before which the
one who sends is killed; nothing lets it live. The answer is `{"signal", "lines"}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import orgtp
from orgtp.actions import brief
from orgtp.api import SendRequest, briefing, sending
from orgtp.ledger import batch
from orgtp.notify import notify, send_journal

_WATCHED = {module.__file__ for module in (briefing, sending, notify, send_journal, brief, batch)}


class Cut:
    """Counts the lines that all threads execute, and kills at one."""

    def __init__(self, at: int | None) -> None:
        self.at, self.lines = at, 0

    def enter(self, frame: FrameType, event: str, arg: object) -> Any:
        """What `sys.settrace` calls when a function begins."""
        return self.line if frame.f_code.co_filename in _WATCHED else None

    def line(self, frame: FrameType, event: str, arg: object) -> Any:
        """What it calls for each line."""
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.line


def main() -> None:
    """Carry out the orders."""
    folder, people = sys.argv[1:]
    print("ready", flush=True)
    for row in sys.stdin:
        print(json.dumps(carried_out(folder, people, json.loads(row))), flush=True)


def carried_out(folder: str, people: str, order: dict[str, Any]) -> dict[str, Any]:
    """What became of one order; a child carries it out."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.environ["ORGTP_NOW"] = order["now"]
        cut = Cut(order["at"])
        request = SendRequest(for_=("david",), named=Path(people))
        handle = orgtp.open(folder)
        threading.settrace(cut.enter)
        sys.settrace(cut.enter)
        handle.briefings.send(request, by="tally")
        sys.settrace(None)
        os.write(writer, str(cut.lines).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        lines = said.read()
    _, status = os.waitpid(child, 0)
    return {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "lines": int(lines or 0)}


if __name__ == "__main__":
    main()
