"""Say that an import wrote a text and nobody has reviewed it, before the text in quotation marks."""

from __future__ import annotations

from orgtp.model.inventory.imported import UNREVIEWED_KEY
from orgtp.model.text import one_line
from orgtp.views.seats.imported import ImportedFrom


def imported_text(seat: str, imported: ImportedFrom | None) -> str:
    """`from people (format people)`, and what to type once the mission was read; "" if nothing was imported."""
    if imported is None:
        return ""
    form = f" (format {imported.format})" if imported.format else ""
    remedy = f". Once you have read its mission: orgtp seat set {seat} {UNREVIEWED_KEY}="
    asked = remedy if imported.mission_unreviewed else ""
    return one_line(f"from {imported.source or 'a source without a name'}{form}{asked}")


def mission_text(mission: str | None, imported: ImportedFrom | None) -> str:
    """The mission; one that nobody has reviewed in quotation marks, with what it is before them."""
    if not mission or imported is None or not imported.mission_unreviewed:
        return mission or ""
    return f"imported, and no person has reviewed it: {quote_text(mission)}"


def quote_text(text: str) -> str:
    """The text in quotation marks, on one line. Quotation marks in it become plain ones, so that it cannot end them."""
    plain = one_line(text).translate(_PLAIN)
    return f"“{plain}”"


_PLAIN = str.maketrans("“”„‟«»", '""""""')
