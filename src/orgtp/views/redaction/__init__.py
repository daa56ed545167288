"""What is left out of an org that outsiders may see: `parts` names it, `redact` leaves it out."""

__all__ = ["log", "parts", "redact"]
