"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "escalations",
    "explanations",
    "retirements",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
]
