"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "continuations",
    "delegates",
    "escalations",
    "explanations",
    "people",
    "retirements",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
    "todos",
]
