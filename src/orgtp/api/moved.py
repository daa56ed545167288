"""Old names of the API: they work for one more release, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from operator import attrgetter


def find_moved(of: object, what: str, moved: Mapping[str, str], name: str) -> object:
    """The attribute of `of` that `moved` names for the old `name`, with a `DeprecationWarning`.

    `what` is the name of the object in the message. Raises `AttributeError` if there is no such name.
    """
    if name not in moved:
        raise AttributeError(f"{what} has no {name}")
    # The caller of the old name is two calls up: this one, and `__getattr__`.
    warnings.warn(f"{what}.{name} is now {what}.{moved[name]}", DeprecationWarning, stacklevel=3)
    return attrgetter(moved[name])(of)
