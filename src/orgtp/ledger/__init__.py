"""Write to the ledger branch: actions become commits, values can wait in an outbox, and crashes are recovered."""
