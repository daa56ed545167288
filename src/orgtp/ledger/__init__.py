"""The package ledger."""
