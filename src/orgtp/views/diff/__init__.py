"""The package diff."""

__all__ = ["authorship", "build", "escalations", "metrics", "policy", "reviews", "scores", "todos", "types", "wording"]
