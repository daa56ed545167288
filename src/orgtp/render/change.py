"""Changes as text: the plan of a retirement, and what a change did or would do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from orgtp.actions.retire import Plan
from orgtp.model.org import Org
from orgtp.model.problem import Place
from orgtp.model.text import escape_control_chars
from orgtp.render.terminal import Screen, cut, joined, say, table, text_of


def plan_text(org: Org, plan: Plan, screen: Screen) -> str:
    """Everything that a retirement would do, before anything is done."""
    return text_of(plan_lines(org, plan, screen), screen)


def plan_lines(org: Org, plan: Plan, screen: Screen) -> list[Text]:
    """The lines of the plan."""
    seat = plan.seat
    taken_off = [[say(".".join(keys)), Text("the seat is taken off the list")] for keys in plan.policy]
    lines = [joined("Retiring ", say(seat.name, "bold"), ", ", say(seat.role))]
    lines += _part("capabilities", [_handed(org, name, heir) for name, heir in plan.capabilities.items()], screen)
    lines += _part("metrics", [_metric(org, name, heir) for name, heir in plan.metrics.items()], screen)
    lines += _part("reports", [_report(org, name, boss) for name, boss in plan.reports.items()], screen)
    lines += _part("answers for", [_handed(org, name, owner) for name, owner in plan.owned.items()], screen)
    lines += _part("policy", taken_off, screen)
    lines += _mentions(plan.mentions, screen)
    return [*lines, Text()]


def _part(title: str, rows: list[list[Text]], screen: Screen) -> list[Text]:
    lines = table(rows, Screen(screen.width - 2, screen.colour), give=0)
    return [Text(), Text(title, style="dim"), *(joined("  ", line) for line in lines)] if rows else []


def _name(org: Org, seat: str) -> Text:
    return say(org.seats[seat].name, "bold") if seat in org.seats else say(seat)


def _handed(org: Org, name: str, heir: str) -> list[Text]:
    return [say(name), joined("→ ", _name(org, heir)) if heir else Text("→ nobody yet", style="bold red")]


def _metric(org: Org, name: str, heir: str) -> list[Text]:
    return [say(name), joined("→ ", _name(org, heir)) if heir else Text("ends")]


def _report(org: Org, name: str, boss: str) -> list[Text]:
    return [_name(org, name), joined("→ ", _name(org, boss)) if boss else Text("→ the top of the chart")]


def _mentions(mentions: Iterable[tuple[Place, str]], screen: Screen) -> Iterator[Text]:
    """Words elsewhere that speak of the seat; people may want to change them, nothing else does."""
    found = list(mentions)
    if found:
        yield from [Text(), Text("also spoken of, and left as it is", style="dim")]
        for place, text in found:
            yield cut(joined("  ", say(str(place)), "  ", say(text, "dim")), screen.width)


def diff_text(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """What a change would do to the files, as a unified diff without context: for a dry run."""
    out: list[str] = []
    for path, raw in sorted(after.items()):
        old, new = (side.decode(errors="replace").splitlines() for side in (before.get(path, b""), raw))
        source = f"a/{path}" if path in before else "/dev/null"
        out += difflib.unified_diff(old, new, source, f"b/{path}", lineterm="", n=0)
    return "".join(f"{escape_control_chars(line)}\n" for line in out)
