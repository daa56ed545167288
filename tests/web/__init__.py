"""The web pages, in real browsers."""
