"""`orgtp import`: what becomes of rows, repeated imports, undo, and who is gone."""
