"""Git plumbing: processes, objects, trees, refs, the index, locks, signatures and remotes."""

__all__ = [
    "ancestry",
    "cat_file",
    "checkout",
    "commit",
    "errors",
    "gpg_signature",
    "index_lock",
    "lock",
    "log",
    "mailmap",
    "objects",
    "ref_repair",
    "remote",
    "repo",
    "sparse_tree",
    "ssh_signature",
    "stale_lock",
    "tree",
    "tree_check",
    "worktrees",
]
