"""Sync: exchange commits with a remote."""
