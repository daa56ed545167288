"""Saves the traceback of a bug in orgtp to a file for the bug report."""

from __future__ import annotations

import os
import tempfile


def save_trace(text: str) -> str:
    """Write a traceback to a new file, and return a sentence with its path; "" if no file can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="orgtp-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError:
        return ""
    return f"The trace is in {name}; please report it."
