"""The command line: each command reads its arguments, calls the api, renders, and returns an exit code."""

__all__ = ["main"]
