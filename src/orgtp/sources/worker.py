"""The process that asks one source: it reads one line of JSON and answers with one line of JSON.

The answer goes through a separate pipe, whose file descriptor is the first argument, so that output of the source
cannot be mistaken for it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from orgtp.model.text import one_line
from orgtp.sources.kind import AskedFor, Kind, SourceFailed, load_kind
from orgtp.sources.secrets import SecretRedactor, resolve_secrets
from orgtp.sources.value import check_value

MOST_WORDS = 300
# A longer text is no value, and nobody reads the rest of a longer reason.
_MOST_SEARCHED = 64 * 1024


def serve_request(answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Answer one request and exit at once, even if the kind left threads running."""
    out = int(sys.argv[1])
    os.set_inheritable(out, False)
    request = json.loads(sys.stdin.buffer.readline())
    _prefer_oom_kill()
    _end_with_parent()
    os.write(out, json.dumps(answer(request)).encode() + b"\n")
    os._exit(0)


def _prefer_oom_kill() -> None:
    """If memory runs out, have the kernel kill this process rather than a larger one."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _end_with_parent() -> None:
    """End when standard input closes, which means that the parent has died. The source itself gets empty input."""
    parent = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.read(parent, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def _ask_kind(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value, or why there is none and whether a retry may help. Secrets are redacted."""
    redactor = SecretRedactor()
    redactor.add_environment()
    try:
        return {"value": _ask_checked_value(request, redactor)}
    except SourceFailed as failed:
        why, again = failed.why, failed.again
    except MemoryError:
        why, again = "it exceeded its memory limit", False
    except BaseException as error:  # noqa: BLE001  (whatever a kind raises, only its own source fails)
        why, again = f"{type(error).__name__}: {error}", True
    why = why if len(why) <= _MOST_SEARCHED else f"{why[:_MOST_SEARCHED]}…"
    return {"why": shorten_reason(redactor.redact(why)), "again": again}


def _ask_checked_value(request: Mapping[str, Any], redactor: SecretRedactor) -> str:
    kind = load_kind(request["kind"])
    for secret in _find_inline_secrets(kind, request["settings"]):
        redactor.add_secret(secret)
    settings = resolve_secrets(request["settings"], redactor)
    if kind.memory:
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (kind.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    if request.get("asked_for"):
        kind.asked_for = AskedFor(**request["asked_for"])
    value = kind.ask(settings)
    if not isinstance(value, str):
        raise SourceFailed(f"it returned {type(value).__name__} instead of text", again=False)
    if len(value) <= _MOST_SEARCHED and redactor.finds_secret(value):
        raise SourceFailed("its value contains a secret", again=False)
    return check_value(value)


def _find_inline_secrets(kind: Kind, settings: Mapping[str, Any]) -> list[str]:
    """Return the secrets that are written in the sources file itself."""
    values = [settings.get(name) for name, key in kind.keys.items() if key.secret]
    texts = [text for value in values for text in (value.values() if isinstance(value, dict) else [value])]
    return [text for text in texts if isinstance(text, str) and not text.startswith(("env:", "file:"))]


def shorten_reason(text: str) -> str:
    """Return a reason as one line of at most 300 characters."""
    line = one_line(text) or "it failed without a reason"
    return line if len(line) <= MOST_WORDS else f"{line[: MOST_WORDS - 1]}…"


if __name__ == "__main__":
    serve_request(_ask_kind)
