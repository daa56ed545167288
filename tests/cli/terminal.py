"""A real terminal for the tests: a pseudo-terminal with a person who answers prompts."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.conftest import SCRIPT, Shell

_PATIENCE = 30.0
_PRESSED_AGAIN = 5.0
INTERRUPT, END = "\x03", "\x04"
# Not a key: the process is killed when it asks.
KILL = "\x00kill"
# Whatever could move the cursor, colour, ring, hide or reorder what is read.
_DRIVING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def driving(text: str) -> list[str]:
    """Every character of `text`, but the newline, that could drive a terminal."""
    return _DRIVING.findall(text)


@dataclass(frozen=True)
class Seen:
    """What a person saw, and the exit code."""

    code: int
    text: str

    @property
    def has_colour(self) -> bool:
        """Whether an escape sequence for colour was among it."""
        return re.search("\x1b\\[[0-9;]*m", self.text) is not None


def on_terminal(shell: Shell, *words: str, answers: Sequence[tuple[str, str]] = (), **env: str) -> Seen:
    """Run `orgtp WORDS` on a terminal of 100 columns; each answer is typed when its question has been asked."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(shell.folder)
        os.execve(str(SCRIPT), [str(SCRIPT), *words], shell.env({"TERM": "xterm-256color", **env}))  # noqa: S606
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    try:
        text = _talk(pid, master, list(answers))
    finally:
        os.close(master)
    return Seen(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text.replace("\r\n", "\n"))


def _talk(pid: int, master: int, answers: list[tuple[str, str]]) -> str:
    """Answer each question once, and press Ctrl-C again where nothing came of it, as a person does.

    Python looks for a signal when its wait for a key is interrupted. A signal that arrives after the prompt was
    printed and before that wait began is seen only at the next key.
    """
    raw, read, limit = b"", 0, time.monotonic() + _PATIENCE
    pressed = limit
    while time.monotonic() < limit:
        ready, _, _ = select.select([master], [], [], 0.5)
        if ready:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is gone
                piece = b""
            if not piece:
                assert not answers, f"never asked: {answers}\n{raw.decode(errors='replace')}"
                return raw.decode(errors="replace")
            raw += piece
        if answers and answers[0][0].encode() in raw[read:]:
            read = len(raw)
            key = answers.pop(0)[1]
            if key == KILL:
                os.kill(pid, signal.SIGKILL)
                continue
            pressed = time.monotonic() if key == INTERRUPT else limit
            os.write(master, key.encode())
        elif time.monotonic() > pressed + _PRESSED_AGAIN:
            pressed = limit
            os.write(master, INTERRUPT.encode())
    raise AssertionError(f"the command still runs; it said:\n{raw.decode(errors='replace')}")
