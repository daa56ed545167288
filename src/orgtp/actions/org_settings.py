"""Set keys of org.yaml, and add and remove holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from orgtp.model.change import MAX_SUBJECT, AppendItems, Change, DropItems, DropKey, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.period import Grain, parse_period
from orgtp.model.setting_text import summarize_settings
from orgtp.model.text import count_noun, one_line

ORG_PATH = "org.yaml"
# The longest range of holidays: more is a mistyped year.
MAX_HOLIDAYS = 366
_HOLIDAYS = ("holidays",)
_FIXED = {
    "org": "The id of an org never changes: checkpoints, exports and other machines know the org by it. "
    "Set its name instead: orgtp org set name=NAME",
    "orgtp": "The version of the files belongs to their content. Use: orgtp upgrade",
    "branch": "The ledger branch is also the name of a branch in git and on the remote. Rename it there, and change "
    "the line in org.yaml in a commit by hand.",
    "holidays": "Use: orgtp holiday add DATE --name NAME, or orgtp holiday remove DATE",
    "routing": "The routing tree has groups in groups. Edit it in org.yaml, check it with orgtp validate, and commit.",
}
_LISTS = (
    ("policy", "scorekeepers"),
    ("policy", "retirement", "approvers"),
    ("policy", "forges"),
    ("policy", "words", "runtime"),
    ("policy", "words", "activity"),
    ("policy", "words", "outcome"),
)
_GROUPS = {
    ("policy",): "policy.grace",
    ("policy", "due"): "policy.due.weekly",
    ("policy", "retirement"): "policy.retirement.approvers",
    ("policy", "escalation"): "policy.escalation.acknowledge",
    ("policy", "discover"): "policy.discover.to",
    ("policy", "words"): "policy.words.outcome",
}
_FLAGS = {("policy", "push")}
_YES, _NO = ("yes", "true"), ("no", "false")


def set_org_keys(org: Org, values: Sequence[tuple[tuple[str, ...], str]], by: str = "") -> Change:
    """Set keys of org.yaml, each a path such as ("policy", "grace"). The value "" removes the key.

    Lists are written with commas, `policy.push` as yes or no. Raises `BadInput` for a key that is a group or that does
    not exist and is to be removed, and `Refused` for a key that has to be changed in another way.
    """
    edits = tuple(_make_edit(org, keys, value) for keys, value in values)
    words = [_format_setting(keys, value) for keys, value in values]
    body = "\n".join(words) if len(words) > 1 else ""
    what = summarize_settings([one_line(word) for word in words], MAX_SUBJECT - len("org: "))
    return Change("org", what, (), edits, by=by, body=body)


def _make_edit(org: Org, keys: tuple[str, ...], value: str) -> Edit:
    name = ".".join(keys)
    if keys[0] in _FIXED:
        raise Refused(why=f"{name} cannot be set. {_FIXED[keys[0]]}")
    if keys in _GROUPS:
        raise BadInput(what=f"{name} is a group of keys. Set one of them, such as {_GROUPS[keys]}=VALUE")
    if value == "":
        if keys not in org.marks.keys:
            raise BadInput(what=f"org.yaml has no {name} to remove. See: orgtp org show")
        return DropKey(ORG_PATH, keys)
    return SetKey(ORG_PATH, keys, _parse_value(keys, value))


def _parse_value(keys: tuple[str, ...], text: str) -> YamlData:
    if keys in _LISTS:
        return [part.strip() for part in text.split(",") if part.strip()]
    if keys in _FLAGS:
        if text.lower() not in (*_YES, *_NO):
            raise BadInput(what=f'{".".join(keys)} is yes or no, not "{one_line(text)}".')
        return text.lower() in _YES
    return text


def _format_setting(keys: tuple[str, ...], value: str) -> str:
    name = ".".join(keys)
    return f"{name} = {value}" if value else f"{name} removed"


def parse_days(text: str) -> list[date]:
    """The days of `2026-12-25`, or of a range with both ends, `2026-12-24..2026-12-31`. Raises `BadInput`."""
    first, dots, last = text.partition("..")
    begin, end = _parse_day(first, text), _parse_day(last if dots else first, text)
    if end < begin:
        raise BadInput(what=f"{text} ends before it begins. Write {last}..{first}")
    if (end - begin).days >= MAX_HOLIDAYS:
        raise BadInput(what=f"{text} has {(end - begin).days + 1} days. Add at most {MAX_HOLIDAYS} at once.")
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _parse_day(text: str, whole: str) -> date:
    period = parse_period(text)
    if period is None or period.grain is not Grain.DAY:
        what = f'"{whole}" is not a date. Write it as 2026-12-25, or a range as 2026-12-24..2026-12-31'
        raise BadInput(what=what)
    return period.start.date()


def add_holidays(org: Org, days: Sequence[date], name: str = "", by: str = "") -> Change:
    """Add days off to org.yaml, each on a line of its own. Those that it has already are left as they are.

    If it has all of them, the change has no edits.
    """
    new = [day for day in days if day not in org.holidays]
    if not new:
        have = "is already a holiday" if len(days) == 1 else "are already holidays"
        return Change("holiday", f"{_format_days(days)} {have}", (), by=by)
    label = one_line(name)
    added: list[YamlData] = [{"date": day.isoformat(), "name": label} if label else day.isoformat() for day in new]
    edit = AppendItems(ORG_PATH, _HOLIDAYS, tuple(added))
    what = f"add {_format_days(new)}{f', {label}' if label else ''}"
    return Change("holiday", what, (), (edit,), by=by, body=_list_days(new))


def remove_holidays(org: Org, days: Sequence[date], by: str = "") -> Change:
    """Remove days off from org.yaml. Raises `BadInput` if none of them is one."""
    found = [day for day in days if day in org.holidays]
    if not found:
        no = "is not a holiday" if len(days) == 1 else "are not holidays"
        raise BadInput(what=f"{_format_days(days)} {no}. See: orgtp org show")
    edit = DropItems(ORG_PATH, _HOLIDAYS, tuple(day.isoformat() for day in found), by="date")
    return Change("holiday", f"remove {_format_days(found)}", (), (edit,), by=by, body=_list_days(found))


def _list_days(days: Sequence[date]) -> str:
    return "\n".join(map(str, days)) if len(days) > 1 else ""


def _format_days(days: Sequence[date]) -> str:
    """`2026-12-25`, `2026-12-24 to 2026-12-31` for days in a row, or how many there are."""
    in_a_row = (days[-1] - days[0]).days == len(days) - 1
    if len(days) == 1:
        return str(days[0])
    return f"{days[0]} to {days[-1]}" if in_a_row else f"{count_noun(len(days), 'day')} from {days[0]} to {days[-1]}"
