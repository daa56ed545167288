"""The package audit."""
