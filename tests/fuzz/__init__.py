"""Anything at all, given to the readers: `make test` tries some of it, `make fuzz` as much as there is time for."""
