"""Write the columns in docs/export.md from `orgtp.views.tables.columns`: `python -m tools.export_page`."""

from __future__ import annotations

from pathlib import Path

from orgtp.export.database import VIEWS
from orgtp.export.openmetrics import FAMILIES
from orgtp.model.records.table import Table
from orgtp.views.tables.columns import TABLES

PAGE = Path(__file__).parents[1] / "docs" / "export.md"
BEGIN, END = "<!-- columns -->\n", "<!-- end of columns -->\n"
SQL_BEGIN, SQL_END = "<!-- views -->\n", "<!-- end of views -->\n"
FAMILIES_BEGIN, FAMILIES_END = "<!-- families -->\n", "<!-- end of families -->\n"


def describe_table(table: Table) -> str:
    """A heading, the description and the key, and a row for each column."""
    rows = [f"| `{column.name}` | {column.type.value} | {column.description} |" for column in table.columns]
    head = ["| column | type | meaning |", "|---|---|---|"]
    key = " and ".join(f"`{name}`" for name in table.key)
    about = f"{table.description} A row is identified by {key}."
    return "\n".join([f"### {table.name}", "", about, "", *head, *rows, ""])


def build_page(text: str) -> str:
    """The page with the columns, views and families of the code."""
    columns = "\n" + "\n".join(map(describe_table, TABLES)) + "\n"
    views = "".join(f"| `{name}` | {description} |\n" for name, (description, _) in VIEWS.items())
    families = "".join(f"| `{family.name}` | {family.type} | {family.help} |\n" for family in FAMILIES)
    head = "| family | type | meaning |\n|---|---|---|"
    text = _replace_between(text, BEGIN, END, columns)
    text = _replace_between(text, SQL_BEGIN, SQL_END, f"\n| view | what it shows |\n|---|---|\n{views}\n")
    return _replace_between(text, FAMILIES_BEGIN, FAMILIES_END, f"\n{head}\n{families}\n")


def _replace_between(text: str, begin: str, end: str, content: str) -> str:
    before, rest = text.split(begin)
    return before + begin + content + end + rest.split(end)[1]


if __name__ == "__main__":
    PAGE.write_text(build_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
