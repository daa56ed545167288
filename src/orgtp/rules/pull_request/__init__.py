"""Rules about what a pull request changes."""
