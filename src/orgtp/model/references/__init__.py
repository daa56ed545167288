"""What names what: every place of an org that can name a seat or a metric."""

__all__ = ["find"]
