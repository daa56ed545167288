"""The settings of an org as text."""

from __future__ import annotations

from orgtp.render.spans import Line
from orgtp.render.terminal import Screen, align_columns, render_lines, safe_text
from orgtp.views.org_settings import OrgSettings


def org_settings_text(found: OrgSettings, screen: Screen) -> str:
    """One line for each setting with a value, then one for each holiday. A default is marked."""
    rows: list[list[Line]] = [
        [safe_text(one.key, "bold"), safe_text(one.value), [("(default)", "dim")] if one.is_default else []]
        for one in found.settings
        if one.value
    ]
    days: list[list[Line]] = [
        [safe_text("holiday", "bold"), safe_text(f"{one.date:%a %Y-%m-%d}"), safe_text(one.name or "", "dim")]
        for one in found.holidays
    ]
    return render_lines(align_columns([*rows, *days], screen), screen)
