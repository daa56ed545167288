"""Exchanging commits with a remote: several clones, a remote that misbehaves, and what must come of it."""
