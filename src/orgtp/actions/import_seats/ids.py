"""Give new seats valid ids. The same seats get the same ids, in whatever order their rows come."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from orgtp.actions.import_seats.groups import DraftGroup
from orgtp.model.org import Org
from orgtp.model.seat import SeatKind
from orgtp.model.text import is_id

_LONGEST = 63
# Letters that have no decomposition, as they are usually written in ASCII (passports: ICAO 9303, part 3, section 6).
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i", "ħ": "h",
    "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e",
})  # fmt: skip
# Windows cannot create a file with one of these names (see the rule id-reserved).
_DEVICE = re.compile(r"con|prn|aux|nul|(?:com|lpt)[1-9]")
_DIGITS = 8


def assign_ids(org: Org, groups: Sequence[DraftGroup]) -> dict[int, str]:
    """The id of each new seat, by the number of its group.

    An id that was ever used is not used again: by a seat, a retirement, values, or a file that cannot be read. If
    several seats would have one id, those after the first get a number; they are sorted by what their sources say, so
    that the order of the rows does not matter.
    """
    taken = {*org.seats, *org.retirements, *org.scores}
    wanted: dict[str, list[DraftGroup]] = {}
    for group in groups:
        wanted.setdefault(make_id(group), []).append(group)
    is_free: Callable[[str], bool] = lambda one: one not in taken and not org.is_unreadable(f"seats/{one}.yaml")  # noqa: E731
    found: dict[int, str] = {}
    # Each id goes to a seat that is called so before another one with a number may take it.
    rest: list[tuple[str, DraftGroup]] = []
    for base, same in sorted(wanted.items()):
        first, *others = sorted(same, key=lambda one: one.order)
        if is_free(base):
            found[first.number] = base
            taken.add(base)
        else:
            others = [first, *others]
        rest += ((base, other) for other in others)
    last: dict[str, int] = {}
    for base, group in rest:
        for number in count(last.get(base, 2)):
            name = f"{base[: _LONGEST - len(f'-{number}')].rstrip('-')}-{number}"
            if is_free(name):
                break
        last[base] = number + 1
        found[group.number] = name
        taken.add(name)
    return found


def make_id(group: DraftGroup) -> str:
    """The id that a new seat should have: from the source's id or its name, as far as they have Latin letters."""
    draft = group.first
    texts = [draft.id_hint, draft.name, *(mail.partition("@")[0] for mail in draft.emails), *draft.aliases]
    for text in texts:
        if name := clean_id(text):
            return name
    # A name in another script: no letter of it can be in an id, and what it sounds like is not known.
    digest = hashlib.sha256("\n".join(group.order).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{_PREFIX[draft.kind]}-{digest}"


_PREFIX: Mapping[SeatKind, str] = {SeatKind.HUMAN: "person", SeatKind.AGENT: "agent", SeatKind.GROUP: "group"}


def clean_id(text: str) -> str:
    """The valid id that is most like `text`; "" if nothing of it can be in an id."""
    if is_id(text):
        return f"{text}-seat" if _DEVICE.fullmatch(text) else text
    spelled = text.casefold().translate(_LETTERS)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(mark))
    near = re.sub(r"[^a-z0-9]+", "-", re.sub("['\u2019`]", "", bare)).strip("-")
    if near[:1].isdigit():
        near = f"seat-{near}" if near.replace("-", "").isdigit() else f"a-{near}"
    near = _shorten(near)
    return f"{near}-seat" if _DEVICE.fullmatch(near) else near


def _shorten(text: str) -> str:
    """The text in up to 63 characters, cut between two words if there are several."""
    if len(text) <= _LONGEST:
        return text
    whole = text[: _LONGEST + 1].rpartition("-")[0]
    return (whole if len(whole) > _LONGEST // 2 else text[:_LONGEST]).rstrip("-")


def explain_id(group: DraftGroup) -> str:
    """Why the id of a new seat is not only its name or id with hyphens; "" if it is."""
    draft = group.first
    text = draft.id_hint or draft.name
    base = make_id(group)
    if group.seat != base:
        return f"another seat is or was {base}"
    plain = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    if plain == group.seat:
        return ""
    reasons = {
        "no letter of it can be in an id": not clean_id(text),
        "an id has the letters a to z": not text.isascii(),
        "an id begins with a letter": plain[:1].isdigit(),
        f"an id has up to {_LONGEST} characters": len(plain) > _LONGEST,
        "Windows reserves the name": bool(_DEVICE.fullmatch(plain)),
    }
    return next((why for why, applies in reasons.items() if applies), "")
