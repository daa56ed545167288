"""The agenda of the weekly review, and the reviews that were held."""

__all__ = ["agenda", "held"]
