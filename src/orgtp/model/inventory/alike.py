"""A seat that looks like a text: one of another seat, of a row to import, or of an agent that was found."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Alike:
    """A seat that looks like a text: how alike they are (0.00 to 1.00), and the words that they share.

    The words that make them most alike come first. `is_same_text` says that both have the same text, so that they are
    rather two instances of the same.
    """

    seat: str
    likeness: Decimal
    words: tuple[str, ...]
    is_same_text: bool = False


def list_alike_text(found: Sequence[Alike]) -> str:
    """`dash: 0.61, jeff: 0.44`; `dash: the same text` of one with the same text."""
    return ", ".join(f"{one.seat}: {'the same text' if one.is_same_text else one.likeness}" for one in found)
