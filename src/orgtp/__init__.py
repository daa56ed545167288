"""orgtp: the organisation as text. One seat, one owner, one chart, one scorecard, in git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgtp.api.org import OrgHandle

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str | os.PathLike[str] | None = None, at: str | None = None) -> OrgHandle:  # noqa: A001  (reads as orgtp.open)
    """Open the org at `path` (a work tree, a bare repository or a plain folder), as it is now or as of `at`.

    `path` defaults to ORGTP_ORG, or to the nearest org in the current folder or above it.
    Raises a subclass of `orgtp.model.errors.OrgtpError` if there is no org, or no such commit or date.
    """
    from orgtp import api

    return api.open_org(path, at=at)
