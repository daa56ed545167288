"""A bug of ours: its trace goes to a file that is named, for the report."""

from __future__ import annotations

import os
import tempfile


def save_trace(text: str) -> str:
    """Write a trace to a new file and say where it is; "" where no file can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="orgtp-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError:
        return ""
    return f"The trace is in {name}; please report it."
