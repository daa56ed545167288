"""Tests of the model: values, targets, periods, cells."""

from hypothesis import settings

# A busy machine is no failure: a time limit on each example would only make these tests flicker.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
