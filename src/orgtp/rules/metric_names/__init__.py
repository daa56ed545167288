"""The package metric_names."""

__all__ = ["rules"]
