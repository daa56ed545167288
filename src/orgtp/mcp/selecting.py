"""The arguments that select seats and metrics, the same in every tool that lists them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal

from orgtp.api import Selection, parse_selection
from orgtp.mcp.answer import Answer

OnlyWord = Literal["agent", "human", "group"]
SelectedState = Literal["on", "off", "unavailable", "missing", "pending", "late", "drifting"]
SortWord = Literal["chart", "id", "name", "owner", "state", "misses", "late"]


def read_selection_arguments(
    seat: Annotated[str, "Only this seat id"] = "",
    root: Annotated[str, "Only it and all below it"] = "",
    owner: Annotated[str, "Only seats of this owner"] = "",
    only: OnlyWord | None = None,
    state: list[SelectedState] | None = None,
    sort: SortWord | None = None,
) -> Selection:
    """The selection that a client asks for."""
    return parse_selection(seat=seat, root=root, owner=owner, only=only or "", states=state or (), sort=sort or "")


def selecting_tool(tool: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add the arguments of `read_selection_arguments` to a tool, which gets them together as `selection`."""
    every = inspect.signature(tool, eval_str=True).parameters
    own = [one for one in every.values() if one.name != "selection"]
    shared = inspect.signature(read_selection_arguments, eval_str=True).parameters

    @wraps(tool)
    def run(*handle: Any, **given: Any) -> Answer:
        found = read_selection_arguments(**{key: given.pop(key) for key in [*given] if key in shared})
        return tool(*handle, **given, selection=found)

    leading, *rest = own
    run.__signature__ = inspect.Signature([leading, *shared.values(), *rest])  # type: ignore[attr-defined]
    return run
