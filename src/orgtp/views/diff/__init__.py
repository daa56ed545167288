"""The package diff."""

__all__ = ["authorship", "build", "escalations", "metrics", "policy", "scores", "todos", "types"]
