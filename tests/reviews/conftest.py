"""Two clones and a remote, for reviews that are held at the same time."""

from tests.sync.conftest import clones, clones_made

__all__ = ["clones", "clones_made"]
