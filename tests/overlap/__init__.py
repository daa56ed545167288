"""Seats that look alike."""
