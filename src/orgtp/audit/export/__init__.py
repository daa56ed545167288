"""The package export."""
