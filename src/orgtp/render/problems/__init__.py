"""The package problems."""

__all__ = ["github", "gitlab", "junit", "sarif", "summary", "text"]
