"""A source that runs a program: the last line that it prints is the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from orgtp.sources.kind import Form, Key, Kind, SourceFailed
from orgtp.sources.process import run_command
from orgtp.sources.value import check_value

_MOST = 1 << 20


class Command(Kind):
    """`command: [python3, bin/anomalies.py]`: runs without a shell, in the folder of the sources file."""

    keys: ClassVar[Mapping[str, Key]] = {"argv": Key(Form.LIST, required=True)}
    bare = "argv"
    # No memory limit: some programs reserve far more than they use.
    memory = 0

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Run the program and return its last line that is not blank."""
        first, *rest = settings["argv"]
        program = str(Path(first).expanduser()) if first.startswith("~") else first
        try:
            ran = run_command([program, *rest], _MOST)
        except (OSError, ValueError, RuntimeError) as error:
            raise SourceFailed(f"cannot run {first}: {_describe_start_error(error)}", again=False) from error
        if ran.flooded:
            raise SourceFailed(f"it printed more than {_MOST >> 20} MiB", again=False)
        if ran.code:
            raise SourceFailed(
                _describe_command_failure(ran.code, _read_last_line(ran.err, errors="replace"))
                + explain_shell_words(rest)
            )
        try:
            return _check_with_hint(_read_last_line(ran.out), explain_shell_words(rest))
        except UnicodeDecodeError as error:
            raise SourceFailed("its output is not UTF-8 text", again=False) from error


def _check_with_hint(output: str, hint: str) -> str:
    """Return the output. If it is not a value, the error includes `hint`. Raises `SourceFailed`."""
    try:
        return check_value(output) if hint else output
    except SourceFailed as failed:
        raise SourceFailed(f"{failed.why}{hint}", again=failed.again) from failed


_FOR_A_SHELL = {"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1"}


def explain_shell_words(words: Sequence[str]) -> str:
    """Return a hint if an argument, such as |, has a meaning only in a shell; else ""."""
    found = next((word for word in words if word in _FOR_A_SHELL), "")
    return (
        f". It runs without a shell, so {found} is a plain argument. To use a shell, write: sh -c '…'" if found else ""
    )


def _describe_start_error(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such command"
    if isinstance(error, PermissionError):
        return "it is not executable"
    return str(getattr(error, "strerror", None) or error)


def _describe_command_failure(code: int, output: str) -> str:
    from signal import Signals

    how = f"exit code {code}" if code > 0 else f"killed by {Signals(-code).name}"
    return f"{how}: {output}" if output else how


def _read_last_line(raw: bytes, errors: str = "strict") -> str:
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", raw.decode(errors=errors))]
    return next((line for line in reversed(lines) if line), "")
