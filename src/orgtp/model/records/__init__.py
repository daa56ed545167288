"""Records that people write: what a file of each kind says."""

__all__ = ["review"]
