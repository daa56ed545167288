"""The package yaml."""
