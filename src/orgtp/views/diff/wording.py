"""What the changes of a seat are called: the same words in a diff, in the evidence of `orgtp why`, and on the pages."""

from __future__ import annotations

from typing import Any

from orgtp.views.diff.build import Diff
from orgtp.views.diff.metrics import TargetMoved
from orgtp.views.diff.types import CapabilityHanded, FieldChanged, MetricHanded

# Keys that are not called what they are in the file.
_KEY_NAMES = {
    "also_reports_to": "dotted line to",
    "review_by": "next review of the seat by",
    "runs_from": "defined in",
    "x-imported.from": "imported from",
    "x-imported.unreviewed": "imported and not reviewed",
}
_PAUSE_NAMES = {"reason": "because", "until": "until"}
# How the keys of a seat begin that say what it works with and who holds it, and how those of a giver of an input end.
INPUTS, HOLDERS, GIVER = "inputs.", "holders.", ".from"
# What the file of a seat says instead of a holder.
VACANT = "vacant"


def is_first_date(item: Any) -> bool:
    """Whether a target only got the period from which it applies, because another one applies later."""
    return isinstance(item, TargetMoved) and item.since is None and item.after is None


def is_part_of_file(item: Any, found: Diff) -> bool:
    """Whether a capability or metric came or went with the file of its seat, so that this says it already."""
    if not isinstance(item, (CapabilityHanded, MetricHanded)):
        return False
    came = item.before is None and any(added.seat == item.after for added in found.added)
    went = item.after is None and any(removed.seat == item.before for removed in found.removed)
    return came or went


def is_part_of_retirement(item: Any) -> bool:
    """Whether a capability or metric came from a seat that was retired, so that its retirement says it already."""
    return isinstance(item, (CapabilityHanded, MetricHanded)) and item.retirement


def describe_holder(item: FieldChanged) -> str:
    """`held by Gwen Ito from 2026-08-01`, `vacant from 2026-08-01`, `no longer held by Gwen Ito from 2026-08-01`."""
    if item.after is None:
        who = f"no longer {VACANT if item.before == VACANT else f'held by {item.before}'}"
    else:
        who = VACANT if item.after == VACANT else f"held by {item.after}"
    return f"{who} from {item.key.removeprefix(HOLDERS)}"


def name_input(key: str) -> str:
    """An input in words: `input model`, or `giver of the input crm-export` for the seat that it comes from."""
    name = key.removeprefix(INPUTS)
    return f"giver of the input {name.removesuffix(GIVER)}" if name.endswith(GIVER) else f"input {name}"


def name_seat_key(key: str) -> str:
    """The key of a seat in words: `pauses.2026-11-02.until` is `paused from 2026-11-02 until`."""
    group, _, rest = key.partition(".")
    day, _, what = rest.partition(".")
    if group == "pauses" and what in _PAUSE_NAMES:
        return f"paused from {day} {_PAUSE_NAMES[what]}"
    return _KEY_NAMES.get(key, key.replace("_", " "))
