"""Names that records claim: who recorded a value, acted on an escalation, silenced a metric or explained a violation.

In a signed commit, each new record must name the signer, or nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER, Silence
from orgtp.model.explanation import EXPLAINED_PATH
from orgtp.model.org import Org

_SHORT = 10


@dataclass(frozen=True, slots=True)
class ClaimedName:
    """A seat that a new record names as the one that acted: the path, the line (0: none), and what the record is."""

    seat: str
    path: str
    what: str
    line: int = 0


def find_claimed_names(before: Sequence[Org], after: Org, paths: Sequence[str]) -> Iterator[ClaimedName]:
    """Find the seats that the new events of escalations, silences and explanations in `paths` name.

    `before` are the orgs of all parents. A merge adds nothing that one of them has.
    """
    for path in sorted(paths):
        if path.startswith(SILENCED_FOLDER):
            yield from _find_silencing_seats(before, after, path)
        elif path.startswith(ESCALATIONS_FOLDER):
            yield from _find_acting_seats(before, after, path)
        elif path == EXPLAINED_PATH:
            yield from _find_explaining_seats(before, after)


def _find_acting_seats(before: Sequence[Org], after: Org, path: str) -> Iterator[ClaimedName]:
    id_ = path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml")
    new, old = after.escalations.get(id_), [org.escalations.get(id_) for org in before]
    if new is None:
        return
    if new.by and not any(old):
        yield ClaimedName(new.by, path, "it says who opened it, and")
    known = [event for one in old if one for event in one.events]
    for number, event in enumerate(new.events):
        if event.by and event not in known:
            yield ClaimedName(event.by, path, f"event {number + 1} ({event.what})")


def _find_explaining_seats(before: Sequence[Org], after: Org) -> Iterator[ClaimedName]:
    known = [one for org in before for one in org.explanations]
    for one in after.explanations:
        for seat in dict.fromkeys((one.decided_by, one.by)) if one not in known else ():
            if seat:
                what = f"the explanation of {one.commit[:_SHORT]}"
                yield ClaimedName(seat, EXPLAINED_PATH, what, one.place.line)


def _find_silencing_seats(before: Sequence[Org], after: Org, path: str) -> Iterator[ClaimedName]:
    seat = path.removeprefix(SILENCED_FOLDER).removesuffix(".yaml")
    new, old = after.silences.get(seat), [org.silences.get(seat) for org in before]
    for metric, silence in new.metrics.items() if new else ():
        known: list[Silence] = [one.metrics[metric] for one in old if one and metric in one.metrics]
        if silence.by and silence not in known:
            yield ClaimedName(silence.by, path, f"the silence of {metric}")
