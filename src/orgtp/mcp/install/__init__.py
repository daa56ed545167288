"""The package install."""
