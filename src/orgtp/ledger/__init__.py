"""Write to the ledger branch: actions become commits, values can wait in an outbox, and crashes are recovered."""

__all__ = [
    "advance",
    "append",
    "batch",
    "catch_up",
    "checks",
    "create",
    "git_user",
    "id_index",
    "outbox",
    "outdated_trees",
    "partial_tree",
    "propose",
    "remote_witness",
    "review_draft",
    "signing_seat",
    "undo",
    "witness",
]
