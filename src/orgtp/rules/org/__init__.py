"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "delegates",
    "escalations",
    "explanations",
    "retirements",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
]
