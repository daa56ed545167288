"""Which of the agents that were found have a seat, which have none, and who may answer for those."""

__all__ = ["build", "drafts", "types"]
