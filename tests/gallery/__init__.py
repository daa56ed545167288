"""Runnable bad inputs, each with the very words that it gets."""
