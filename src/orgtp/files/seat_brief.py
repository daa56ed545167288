"""Read what an overview shows of a seat: name, role, status, owner, manager, mission and capabilities, but no metrics.

For thousands of seats this is done with a few regular expressions. A file that is not plain enough is read in full.
"""

from __future__ import annotations

import re

from orgtp.files.seat import read_seat
from orgtp.files.yaml.fast_loader import resolve_scalar
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat, SeatKind, SeatStatus, seat_path
from orgtp.model.text import is_id

_TEXT = r"[A-Za-z0-9](?:[!-9;-~]|:(?![ \n])| (?!#))*+"
_QUOTED = r'"[ !#-\[\]-~]*+"'
# Block mappings of texts on one line each, and comments on lines of their own.
_PLAIN = re.compile(rf"(?:(?:#[ -~]*+| *+[a-z][A-Za-z0-9_.-]*+:(?: (?:{_TEXT}|{_QUOTED}))?)\n)*+")
_TOP = re.compile(r'^([a-z_]+):(?: (?:"(.*)"|(.*)))?$', re.MULTILINE)
_CAPABILITIES = re.compile(r"^capabilities:\n((?:  .*\n)+)", re.MULTILINE)
_CAPABILITY = re.compile(r'^  ([a-z][a-z0-9-]{0,62}): (?:"(.+)"|([^"].*))$', re.MULTILINE)
_NEEDED = ("name", "role", "kind", "status")


def read_seat_brief(seat: str, raw: bytes) -> tuple[Seat | None, tuple[Problem, ...]]:
    """The seat without what only its own page shows, such as metrics. None if it cannot be read, and the problems."""
    plain = _read_plain_seat(seat, raw)
    if plain:
        return plain, ()
    found, problems = read_seat(seat_path(seat), raw)
    return found, () if found else tuple(problems)


def _read_plain_seat(seat: str, raw: bytes) -> Seat | None:
    """The seat, if its file is so plain that the regular expressions cannot misread it."""
    text = raw.decode("ascii") if raw.isascii() else ""
    if not text or not _PLAIN.fullmatch(text):
        return None
    rows = _TOP.findall(text)
    texts = {key: quoted or _parse_bare_text(bare) for key, quoted, bare in rows}
    capabilities = _parse_capabilities(text) if "capabilities" in texts else {}
    if len(texts) != len(rows) or capabilities is None or not all(texts.get(key) for key in _NEEDED):
        return None
    kind, status = texts["kind"], texts["status"]
    owner, above = texts.get("owner", seat if kind == SeatKind.HUMAN else ""), texts.get("reports_to", "")
    if kind not in _KINDS or status not in _STATUSES or not all(is_id(one) for one in (owner, above) if one):
        return None
    return Seat(
        id=seat,
        name=texts["name"],
        role=texts["role"],
        kind=_KINDS[kind],
        status=_STATUSES[status],
        owner=owner,
        reports_to=above,
        mission=texts.get("mission", ""),
        capabilities=capabilities,
    )


_KINDS = {kind.value: kind for kind in SeatKind}
_STATUSES = {status.value: status for status in SeatStatus}


def _parse_bare_text(bare: str) -> str:
    """An unquoted value, if it is text; "" if it is a number, a boolean or empty."""
    meant = resolve_scalar(bare.rstrip())
    return meant if isinstance(meant, str) else ""


def _parse_capabilities(text: str) -> dict[str, str] | None:
    """Capability id to description; None unless each is on one line."""
    block = _CAPABILITIES.search(text)
    rows = _CAPABILITY.findall(block[1]) if block else []
    found = {key: quoted or _parse_bare_text(bare) for key, quoted, bare in rows}
    if block is None or len(found) != block[1].count("\n") or not all(one.strip() for one in found.values()):
        return None
    return found
