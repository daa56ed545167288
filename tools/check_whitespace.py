"""Remove trailing blanks and extra newlines from text files, and list the files that changed. A pre-commit hook."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def clean_text(text: bytes) -> bytes:
    """Return the text with LF line endings, no blanks at the end of a line, and one newline at the end."""
    text = re.sub(rb"[ \t]+$", b"", text.replace(b"\r\n", b"\n"), flags=re.MULTILINE)
    return text.rstrip(b"\n") + b"\n" if text else text


def main() -> int:
    """Clean the files that the command line names; return 1 if any file changed, as pre-commit expects of a fixer."""
    code = 0
    for path in map(Path, sys.argv[1:]):
        before = path.read_bytes()
        after = clean_text(before)
        if after != before:
            path.write_bytes(after)
            sys.stdout.write(f"cleaned {path}\n")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
