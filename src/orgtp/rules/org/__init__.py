"""Rules about one org."""
