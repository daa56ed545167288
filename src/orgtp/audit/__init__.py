"""The audit: whether the recorded history is intact."""
