"""The audit: whether the recorded history is intact."""

__all__ = [
    "checkpoint",
    "evidence",
    "explanations",
    "export",
    "gaps",
    "guarantees",
    "model",
    "rules",
    "text",
    "verify",
]
