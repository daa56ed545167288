"""The package git."""
