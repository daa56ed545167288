"""Every format of `orgtp validate`, each held against a reader or a schema of other people."""
