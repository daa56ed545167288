"""The audit: whether the recorded history is intact."""

__all__ = ["checkpoint", "evidence", "export", "gaps", "guarantees", "model", "rules", "text", "verify"]
