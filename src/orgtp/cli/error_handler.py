"""One handler turns whatever went wrong into a line for people and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from typer import Abort

from orgtp.cli.session import tell
from orgtp.model.errors import OrgtpError

BUG, INTERRUPTED, WRONG = 3, 130, 2
_PIPE_CLOSED = 141


def guarded(work: Callable[[], int], named: str = "orgtp") -> int:
    """The exit code of `work`, the command that is `named`; no traceback of it ever reaches a person."""
    try:
        return _flushed(work())
    except OrgtpError as error:
        tell(f"orgtp: {error}")
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        tell("interrupted")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        return _unread(_PIPE_CLOSED) if _is_pipe(error) else int(getattr(error, "code", WRONG))
    except OSError as error:
        tell(f"orgtp: {error.filename or 'the system'}: {error.strerror or error}")
        return WRONG if error.filename else _unread(WRONG)
    except Exception as error:  # noqa: BLE001  (the one place that catches everything)
        return _usage(error, named) if hasattr(error, "format_message") else _bug(error)


def _is_pipe(error: BaseException) -> bool:
    """Whether the reader of our output left; typer makes an exit of its own of that."""
    return isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError)


def _flushed(code: int) -> int:
    sys.stdout.flush()
    return code


def _unread(code: int) -> int:
    """Our output has nowhere to go (`orgtp log | head`, a full disk): say no more of it when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _usage(error: Exception, named: str) -> int:
    """An error that typer found in the arguments; its own words, and where help is."""
    said = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    # An option without its value is found before there is a context.
    command = getattr(context, "command_path", "") or named
    if said.startswith("Usage:"):
        tell(said)
    elif said.strip():
        plain = said.strip().rstrip(".")
        tell(f"{command}: {plain}{'' if plain.endswith('?') else '.'} See: {command} --help")
    return int(getattr(error, "exit_code", WRONG))


def _bug(error: Exception) -> int:
    """A bug of ours: the trace goes to a file that is named, for the report."""
    import traceback

    from orgtp.crash_report import save_trace

    text = "".join(traceback.format_exception(error))
    tell(f"orgtp: this is a bug of ours: {type(error).__name__}: {error}\n{save_trace(text) or text}")
    return BUG
