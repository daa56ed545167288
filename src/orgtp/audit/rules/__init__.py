"""The package rules."""
