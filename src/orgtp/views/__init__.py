"""What can be seen: pure functions from an `Org` to a view, a value that renderers and JSON show."""
