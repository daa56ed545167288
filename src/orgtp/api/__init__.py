"""The one way in: open an org, see it, check it, change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgtp.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from orgtp.api.org import OrgHandle, init_org, init_sample, open_org

__all__ = ["OrgHandle", "init_org", "init_sample", "open_org"]

__getattr__ = lazy_exports(__name__, org="OrgHandle init_org init_sample open_org")
