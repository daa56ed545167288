"""The package pull_request."""

__all__ = ["additions", "base", "forbidden", "notices"]
