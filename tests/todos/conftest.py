"""Two clones and a remote, for what happens to a to-do on two machines."""

from tests.sync.conftest import clones, clones_made

__all__ = ["clones", "clones_made"]
