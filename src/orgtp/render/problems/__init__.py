"""The package problems."""

__all__ = ["fast_lines", "github", "gitlab", "junit", "sarif", "summary", "text"]
