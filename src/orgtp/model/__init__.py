"""The organisation as frozen values. Imports nothing else of orgtp."""
