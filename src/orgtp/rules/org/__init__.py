"""Rules about one org."""

__all__ = [
    "accountability",
    "aliases",
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
