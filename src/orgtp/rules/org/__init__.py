"""Rules about one org."""

__all__ = [
    "accountability",
    "capabilities",
    "continuations",
    "delegates",
    "escalations",
    "explanations",
    "inputs",
    "people",
    "retirements",
    "reviews",
    "score_recording",
    "scores",
    "seats",
    "signers",
    "structure",
    "todos",
]
