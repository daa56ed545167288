"""Write the reference part of docs/api.md from the docstrings of the public classes."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from orgtp.api.audit import AuditQueries
from orgtp.api.escalations import Escalations
from orgtp.api.history import HistoryQueries
from orgtp.api.ledger import LedgerActions
from orgtp.api.metrics import MetricActions
from orgtp.api.org import OrgHandle
from orgtp.api.people import PeopleActions
from orgtp.api.tables import TableQueries

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
MARK = "<!-- Written by make api from the docstrings. -->\n"
CLASSES = {
    "OrgHandle": (OrgHandle, "What `orgtp.open` returns."),
    "OrgHandle.history": (HistoryQueries, ""),
    "OrgHandle.ledger": (LedgerActions, ""),
    "OrgHandle.metrics": (MetricActions, ""),
    "OrgHandle.people": (PeopleActions, ""),
    "OrgHandle.tables": (TableQueries, ""),
    "OrgHandle.audit": (AuditQueries, ""),
    "OrgHandle.escalations": (Escalations, ""),
}


def main() -> None:
    """Write docs/api.md."""
    PAGE.write_text(format_page(), encoding="utf-8")
    sys.stdout.write("docs/api.md\n")


def format_page() -> str:
    """The page: its text up to the mark as it is, and below it the reference."""
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return head + MARK + "".join(f"\n{part}" for part in _format_reference())


def _format_reference() -> Iterator[str]:
    for title, (cls, text) in CLASSES.items():
        yield f"## `{title}`\n"
        yield f"{text or _first_paragraph(cls)}\n"
        yield "| | |\n|---|---|\n" + "".join(map(_format_member, *zip(*_list_members(cls), strict=True)))


def _list_members(cls: type) -> list[tuple[str, object]]:
    """The public members that a class itself defines, by name."""
    return [(name, member) for name, member in sorted(vars(cls).items()) if not name.startswith("_") and member.__doc__]


def _format_member(name: str, member: object) -> str:
    call = f"{name}({_format_parameters(member)})" if inspect.isfunction(member) else name
    return f"| `{call}` | {_first_paragraph(member)} |\n"


def _format_parameters(function: object) -> str:
    parameters = [*inspect.signature(function).parameters.values()][1:]  # type: ignore[arg-type]  # a function
    shown = [
        one.name if one.default is inspect.Parameter.empty else f"{one.name}={one.default!r}" for one in parameters
    ]
    first_keyword = next((n for n, one in enumerate(parameters) if one.kind is inspect.Parameter.KEYWORD_ONLY), None)
    if first_keyword is not None:
        shown.insert(first_keyword, "*")
    return re.sub(r"<\w+\.(\w+): [^>]*>", r"\1", ", ".join(shown))


def _first_paragraph(member: object) -> str:
    return " ".join((inspect.getdoc(member) or "").partition("\n\n")[0].split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
