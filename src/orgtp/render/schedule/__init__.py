"""The package schedule."""

__all__ = ["crontab_systemd"]
