"""The package pull_request."""
