"""orgtp: an organisation as text in git: seats, owners, one chart and one scorecard."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgtp.api.org import OrgHandle

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str | os.PathLike[str] | None = None, at: str | None = None) -> OrgHandle:  # noqa: A001  (reads as orgtp.open)
    """Open the org at `path` (a work tree, a bare repository or a plain folder), as it is or as it was `at` a commit.

    `at` may also be a date. Without `path`, it opens the org that ORGTP_ORG names, else the nearest one in this folder
    or above it. Raises a subclass of `orgtp.model.errors.OrgtpError` if there is no org, or no such commit or date.
    """
    from orgtp import api

    return api.open_org(path, at=at)
