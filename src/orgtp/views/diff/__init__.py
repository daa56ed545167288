"""The package diff."""
