"""Tests of the views, on orgs read from files in memory."""
