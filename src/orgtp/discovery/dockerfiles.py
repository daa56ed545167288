"""What the container of a Dockerfile starts (Dockerfile reference: ENTRYPOINT, CMD, WORKDIR)."""

from __future__ import annotations

import json
import re

_LINE = re.compile(r"[ \t]*(FROM|WORKDIR|ENTRYPOINT|CMD)[ \t]+(.*)", re.IGNORECASE)
_MOST_WORDS = 200


def read_start_of_image(text: str) -> tuple[str, ...]:
    """The words of the entry point and the command of the last stage; a text of a shell is `sh -c TEXT`.

    The working folder of the image is left out of paths: it stands for the folder that the image is built from.
    """
    start: dict[str, tuple[str, ...]] = {}
    folder = ""
    for line in re.sub(r"\\[ \t]*\r?\n", " ", text).split("\n"):
        match = _LINE.match(line)
        name = match[1].upper() if match else ""
        if match and name == "FROM":
            start, folder = {}, ""
        elif match and name == "WORKDIR":
            folder = match[2].strip().strip("\"'").rstrip("/")
        elif match:
            start[name] = _read_words(match[2].strip())
    words = (*start.get("ENTRYPOINT", ()), *start.get("CMD", ()))[:_MOST_WORDS]
    return tuple(word.replace(f"{folder}/", "./") if folder.startswith("/") else word for word in words)


def _read_words(value: str) -> tuple[str, ...]:
    if value.startswith("["):
        try:
            return tuple(str(word) for word in json.loads(value))
        except (ValueError, TypeError, RecursionError):
            return ()
    return ("sh", "-c", value)
