"""Rules about the file format."""
