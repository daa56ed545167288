"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "escalations",
    "retirements",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
]
