"""Serve the pages of an org (`orgtp serve`), and record what people enter there.

`settings` says where and for whom, `serve` runs the server. The other modules: `guard` checks each request, `visitors` finds
who sent it, `answers` renders and keeps pages, `acts` records, and `events` and `meeting` tell open pages what changed.
"""

__all__ = ["serve", "settings"]
