"""`orgtp why`: what changed around a seat."""
