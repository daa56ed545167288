"""Settings of a seat as one line of text, which names every key in full however little room there is."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A setting, as in the body of a commit: `owner bogdan -> david`, `metrics.m.name = Deals won`, `mission removed`, or
# `metrics.m.target: >= 5 from 2026-W48`.
_SETTING = re.compile(r"([a-z][A-Za-z0-9_.-]*)(?:: | = | [^ ]+ -> | removed$).*")


def parse_settings(lines: Sequence[str]) -> tuple[str, ...]:
    """The settings that the lines name; () if any line is something else."""
    return tuple(lines) if lines and all(_SETTING.fullmatch(line) for line in lines) else ()


def summarize_settings(settings: Sequence[str], room: int) -> str:
    """The settings in at most `room` characters, if that is possible without cutting a key.

    In full if they fit; else the keys alone, those of a metric together; else the first of those, and how many more
    there are. Of a single setting, the value is cut, or the beginning of its key, whose end says what it is.
    """
    whole = ", ".join(settings)
    if len(whole) <= room:
        return whole
    if len(settings) == 1:
        return _shorten_setting(whole.removeprefix("metrics."), room)
    for count in range(len(settings), 0, -1):
        texts = [f"{name}: {', '.join(keys)}" if keys else name for name, keys in _group_keys(settings[:count])]
        more = len(settings) - count
        text = "; ".join(texts) + (f" and {more} more" if more else "")
        if len(text) <= room:
            return text
    return f"{len(settings)} keys"


def _shorten_setting(setting: str, room: int) -> str:
    match = _SETTING.fullmatch(setting)
    key = match[1] if match else ""
    if len(setting) <= room or len(key) + _LEAST_VALUE <= room:
        return setting if len(setting) <= room else f"{setting[: room - 1]}…"
    return f"…{key[len(key) - room + 1 :]}" if len(key) > room else key


# ` = ` and a few characters of the value.
_LEAST_VALUE = 8


def _group_keys(settings: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The keys of each metric under its name, and every other key on its own, in the order given."""
    groups: list[tuple[str, list[str]]] = []
    for setting in settings:
        match = _SETTING.fullmatch(setting)
        key = match[1] if match else setting
        head, name, rest = [*key.split(".", 2), "", ""][:3]
        if head != "metrics" or not rest:
            groups.append((key, []))
        elif groups and groups[-1][0] == f"{head}.{name}":
            groups[-1][1].append(rest)
        else:
            groups.append((f"{head}.{name}", [rest]))
    return groups
