"""Turn any error into a message for people and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable

from typer import Abort

from orgtp.cli.session import discard_stdout, remember_result, report_lost_output, write_stderr
from orgtp.model.errors import OrgtpError

BUG, INTERRUPTED, WRONG = 3, 130, 2
_PIPE_CLOSED = 141


def run_with_error_handler(work: Callable[[], int], named: str = "orgtp") -> int:
    """Run `work`, the command called `named`, and return its exit code. No traceback is ever printed."""
    remember_result("")
    try:
        return _flush_stdout(work())
    except OrgtpError as error:
        write_stderr(f"orgtp: {error}")
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        write_stderr("interrupted")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        return _discard_stdout(_PIPE_CLOSED) if _is_pipe(error) else int(getattr(error, "code", WRONG))
    except OSError as error:
        write_stderr(f"orgtp: {error.filename or 'the system'}: {error.strerror or error}")
        return WRONG if error.filename else _discard_stdout(WRONG)
    except Exception as error:  # noqa: BLE001  (the one place that catches everything)
        return _report_usage_error(error, named) if hasattr(error, "format_message") else _report_bug(error)


def _is_pipe(error: BaseException) -> bool:
    """Whether the reader of our output has gone. Typer turns that into an exit."""
    return isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError)


def _flush_stdout(code: int) -> int:
    """The exit code, unless standard output cannot be written and the command has done nothing else."""
    try:
        sys.stdout.flush()
    except OSError as error:
        if not report_lost_output(error):
            raise
    return code


def _discard_stdout(code: int) -> int:
    discard_stdout()
    return code


def _report_usage_error(error: Exception, named: str) -> int:
    """Report an error that typer found in the arguments, and where to find help."""
    said = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    # Typer finds a missing option value before it has a context.
    command = getattr(context, "command_path", "") or named
    if said.startswith("Usage:"):
        write_stderr(said)
    elif said.strip():
        plain = said.strip().rstrip(".")
        write_stderr(f"{command}: {plain}{'' if plain.endswith('?') else '.'} See: {command} --help")
    return int(getattr(error, "exit_code", WRONG))


def _report_bug(error: Exception) -> int:
    """Report a bug in orgtp. The traceback goes to a file, to attach to a report."""
    import traceback

    from orgtp.crash_report import save_trace

    text = "".join(traceback.format_exception(error))
    write_stderr(f"orgtp: this is a bug in orgtp: {type(error).__name__}: {error}\n{save_trace(text) or text}")
    return BUG
