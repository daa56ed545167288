"""A hostile repository, and every command in it: nothing that it configures may run. See the issue on the ledger."""
