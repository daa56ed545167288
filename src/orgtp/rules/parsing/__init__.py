"""The package parsing."""
