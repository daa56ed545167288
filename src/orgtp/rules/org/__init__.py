"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "continuations",
    "escalations",
    "explanations",
    "people",
    "retirements",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
]
