"""Notifies people of escalations."""
