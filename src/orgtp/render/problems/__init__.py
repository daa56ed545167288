"""The package problems."""
