"""Tests of renderers that several interfaces use."""
