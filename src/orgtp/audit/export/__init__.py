"""The audit export: a zip file with the ledger, a checkpoint and a report."""
