"""The package sync."""
