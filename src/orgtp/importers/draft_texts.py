"""Texts of foreign files as keys of a seat: readable and bounded, with a list of what was taken out of them."""

from __future__ import annotations

from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import LostText
from orgtp.model.text import escape_control_chars, one_line, plain_lines, remove_invisible

MOST_NAME = 120
MOST_MISSION = 4_000


@dataclass(slots=True)
class DraftTexts:
    """Cleans the texts of one draft, and collects what is lost by it."""

    lost: list[LostText]

    @classmethod
    def begin(cls) -> DraftTexts:
        """Nothing is lost yet."""
        return cls([])

    def clean_name(self, what: str, text: str) -> str:
        """A name or role on one line, of at most 120 characters. `what` says what it is, for the list of losses."""
        clean = one_line(remove_invisible(text))
        self._note_characters(what, "".join(text.split()), clean)
        return self._cut(what, clean, MOST_NAME)

    def clean_mission(self, what: str, text: str) -> str:
        """A description as a mission, of at most 4,000 characters."""
        lines = plain_lines(remove_invisible(text.replace("\r\n", "\n").replace("\r", "\n")))
        clean = "\n".join(line.rstrip() for line in lines.split("\n")).strip()
        self._note_characters(what, "".join(text.split()), clean)
        return self._cut(what, clean, MOST_MISSION)

    def lose(self, what: str, text: str) -> None:
        """Note a text that a seat has no place for, unless it is empty."""
        if clean := text.strip():
            self.lost.append(LostText(what, escape_control_chars(clean) if "\n" not in clean else plain_lines(clean)))

    def _cut(self, what: str, text: str, most: int) -> str:
        if len(text) <= most:
            return text
        self.lose(f"the rest of the {what}, after {most:,} characters", text[most:])
        return text[:most].rstrip()

    def _note_characters(self, what: str, before: str, clean: str) -> None:
        hidden = sorted(set(before) - set(clean))
        self.lose(f"invisible characters of the {what}", ", ".join(f"U+{ord(sign):04X}" for sign in hidden))


def undo_literal_breaks(text: str) -> str:
    r"""A description with line breaks, where a program wrote `\n` for each of them, as in `Examples:\n\n<example>`."""
    if "\n" in text or "\\n\\n" not in text:
        return text
    return text.replace("\\n", "\n").replace('\\"', '"')
