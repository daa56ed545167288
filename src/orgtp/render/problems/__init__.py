"""The package problems."""

__all__ = ["github", "gitlab", "grouping", "junit", "sarif", "summary", "text"]
