"""Which texts may be the place of a file that defines an agent. The same patterns are in schema/seat.schema.json.

A place has one spelling, because a seat is known again by it. An address has neither a scheme nor a user, so that no
password gets into the file of a seat.
"""

from __future__ import annotations

import re

from orgtp.model.seat import DefinitionPlace

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_PART = rf"(?!\.{{1,2}}(?:/|\Z))[^/\\{_CONTROLS}]+"
PLACE_PATTERNS = {
    "repo": re.compile(rf"(?![^\n]*://)(?![^/\n]*@[^/\n]*[/:])(?=[\s\S]*\S)[^\\{_CONTROLS}]+"),
    "path": re.compile(rf"(?=[\s\S]*\S)(?![A-Za-z]:/){_PART}(?:/{_PART})*"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
}


def is_valid_place(place: DefinitionPlace) -> bool:
    """Whether a seat's file may have this place. A file whose name has a backslash or a line break may not."""
    texts = {"repo": place.repo, "path": place.path, "sha256": place.sha256}
    return bool(place.path) and all(PLACE_PATTERNS[key].fullmatch(text) for key, text in texts.items() if text)
