"""Git plumbing: processes, objects, trees, refs, the index, locks, signatures and remotes."""
