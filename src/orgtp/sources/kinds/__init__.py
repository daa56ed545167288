"""The built-in kinds of source."""
