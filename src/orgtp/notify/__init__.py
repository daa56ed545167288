"""The package notify."""
