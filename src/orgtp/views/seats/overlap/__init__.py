"""Seats that look alike: how alike the texts about their work are."""

__all__ = ["find", "types"]
