"""The audit: whether the recorded history is intact."""

__all__ = ["checkpoint", "export", "gaps", "guarantees", "model", "retained", "rules", "text", "verify"]
