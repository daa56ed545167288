"""Views: pure functions from an `Org` to a value that `render` shows as text or JSON."""
