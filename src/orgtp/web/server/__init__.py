"""Serve the pages of an org (`orgtp serve`), and record what people enter there.

`settings` says where and for whom, `serve` runs the server. The other modules: `guard` checks each request, `visitors`
finds who sent it, `pages` renders and `answers` keeps, `acts` records, and `events` and `meeting` tell open pages what
has changed.
"""

__all__ = ["serve", "settings"]
