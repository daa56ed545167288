"""Tests of the store: YAML, score files, the examples and the schemas."""

from hypothesis import settings

# A busy machine is no failure: a time limit on each example would only make these tests flicker.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
