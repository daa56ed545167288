"""Tests of `orgtp audit export`."""
