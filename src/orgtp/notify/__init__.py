"""Notifies people of escalations, and sends briefings."""

__all__ = ["config", "notify", "send_journal"]
