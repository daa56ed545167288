"""Kinds of sources as other people write them, and as they should not: installed as a distribution by the tests."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from orgtp.sources.kind import Fault, Key, Kind, SourceFailed


def _crash() -> str:
    ctypes.string_at(0)
    return "1"


def _memory() -> str:
    return str(len(bytearray(4 << 30)))


def _fork() -> str:
    """A child that keeps every pipe, and lives on; and a parent that is gone."""
    if os.fork():
        os._exit(0)
    time.sleep(60)
    return "1"


def _noise() -> str:
    """Words on standard output that look like the answer."""
    os.write(1, b'{"value": "666"}\n')
    sys.stdout.write('{"value": "666"}\n')
    raise SourceFailed("it only made noise", again=False)


def _forged() -> str:
    """Garbage in the very pipe of the answer."""
    os.write(int(sys.argv[1]), b"666\n")
    return "1"


def _flood() -> str:
    while True:
        os.write(int(sys.argv[1]), b"6" * 4096)


def _stubborn() -> str:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
    return "1"


def _raise() -> str:
    raise ZeroDivisionError("by nothing")


def _leak() -> str:
    raise ValueError(f"cannot open https://example.com/?key={quote(os.environ['TOKEN'], safe='')}")


def _number() -> Any:
    return 5


WAYS: dict[str, Callable[[], Any]] = {
    "crash": _crash,
    "memory": _memory,
    "fork": _fork,
    "noise": _noise,
    "forged": _forged,
    "flood": _flood,
    "stubborn": _stubborn,
    "raise": _raise,
    "leak": _leak,
    "number": _number,
    "leave": lambda: sys.exit(7),
    "read": lambda: sys.stdin.read() or "nothing",
    "control": lambda: (_ for _ in ()).throw(SourceFailed("\x1b[31mred\nsecond\u202e" + "x" * 900, again=False)),
}


class Odd(Kind):
    """`odd: raise`: does what its name says."""

    keys: ClassVar[Mapping[str, Key]] = {"way": Key(required=True), "secret": Key(secret=True)}
    bare = "way"

    def faults(self, settings: Mapping[str, Any]) -> Any:
        if settings["way"] == "fault":
            _raise()
        if settings["way"] not in WAYS:
            yield Fault("way", "no such way", "Write another.")

    def ask(self, settings: Mapping[str, Any]) -> str:
        said: str = WAYS[settings["way"]]()
        return said


class NoKind:
    """Has nothing that a kind has."""
