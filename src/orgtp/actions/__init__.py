"""Actions: pure functions from an `Org` and arguments to a `Change`. They use no files, clock or git."""
