"""What org.yaml says: each setting with its value or its default, and the holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orgtp.model.org import Org
from orgtp.views.diff.policy import policy_facts

_LISTED_APART = "holidays"


@dataclass(frozen=True, slots=True)
class OrgSetting:
    """A key of org.yaml. `value` is None if there is none; `is_default` if org.yaml does not have the key."""

    key: str
    value: str | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off, with its name if it has one."""

    date: date
    name: str | None


@dataclass(frozen=True, slots=True)
class OrgSettings:
    """All settings of an org in the order of the file, and its holidays by date."""

    settings: tuple[OrgSetting, ...]
    holidays: tuple[Holiday, ...]


def list_org_settings(org: Org) -> OrgSettings:
    """Every key that org.yaml has or may have, except for the words of each topic that are not set."""
    facts = {key: text for key, text in policy_facts(org).items() if key != _LISTED_APART}
    settings = (
        OrgSetting(key, text or None, is_default=tuple(key.split(".")) not in org.marks.keys)
        for key, text in facts.items()
    )
    days = tuple(Holiday(day, org.holiday_names.get(day) or None) for day in sorted(org.holidays))
    return OrgSettings(tuple(settings), days)
