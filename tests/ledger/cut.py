"""A program that records values and is killed where it is told: each line of its input is one order, as JSON.

`{"id", "value", "at", "how", "env"}`: `at` is the number of the executed line of the ledger's modules before which the
one who records is killed, or the name of a function before whose first line it is; nothing lets it live. `how` kills
the `group`, with the git processes it started, or it `alone`. The answer is `{"signal", "lines", "kept"}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import FrameType
from typing import Any

import orgtp
import orgtp.files.json_schema
import orgtp.ledger.append
from orgtp.git import checkout as git_checkout
from orgtp.git import commit as git_commit
from orgtp.git import index_lock as git_index_lock
from orgtp.git import lock as git_lock
from orgtp.git import objects as git_objects
from orgtp.ledger import advance as ledger
from orgtp.ledger import append as post
from orgtp.ledger import batch as record
from orgtp.ledger import outbox, outdated_trees

_GIT = (git_checkout, git_commit, git_index_lock, git_lock, git_objects)
_WATCHED = {module.__file__ for module in (post, record, ledger, outbox, outdated_trees, *_GIT)}


class Cut:
    """Counts the lines that are executed, and kills at one."""

    def __init__(self, at: int | str | None, how: str) -> None:
        self.at, self.how, self.lines = at, how, 0

    def enter(self, frame: FrameType, event: str, arg: object) -> Any:
        """What `sys.settrace` calls when a function begins."""
        if frame.f_code.co_filename not in _WATCHED:
            return None
        if frame.f_code.co_qualname == self.at:
            self.kill()
        return self.line

    def line(self, frame: FrameType, event: str, arg: object) -> Any:
        """What it calls for each line."""
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                self.kill()
        return self.line

    def kill(self) -> None:
        """End here, as the kernel ends what it ends."""
        if self.how == "group":
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Carry out the orders."""
    folder = sys.argv[1]
    print("ready", flush=True)
    for row in sys.stdin:
        print(json.dumps(carried_out(folder, json.loads(row))), flush=True)


def carried_out(folder: str, order: dict[str, Any]) -> dict[str, Any]:
    """What became of one order; it is carried out by a child, in a process group of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(reader)
        os.environ.update(order.get("env", {}))
        os.write(writer, json.dumps(_recorded(folder, order)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = _said(answer.read())
    _, code = os.waitpid(child, 0)
    return {"signal": os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0, **said}


def _said(raw: bytes) -> dict[str, Any]:
    return dict(json.loads(raw)) if raw else {}


def _recorded(folder: str, order: dict[str, Any]) -> dict[str, Any]:
    cut = Cut(order.get("at"), order.get("how", "group"))
    org = orgtp.open(folder)
    entry = org.ledger.new_score("bot", "number", order["value"], score_id=order["id"])
    sys.settrace(cut.enter)
    try:
        done = org.ledger.add_scores([entry])
    except Exception as error:  # noqa: BLE001  (whatever it is, the test wants to see it)
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        sys.settrace(None)
    return {"lines": cut.lines, "kept": done.queued_because, "commit": done.commit}


if __name__ == "__main__":
    main()
