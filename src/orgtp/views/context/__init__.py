"""The package context."""
