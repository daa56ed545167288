"""Somebody else's pull request is somebody else's input: what it may hold, and that nothing comes of it."""
