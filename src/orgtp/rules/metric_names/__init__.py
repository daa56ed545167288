"""Rules about what a metric measures, judged by the words of its name."""

__all__ = ["rules"]
