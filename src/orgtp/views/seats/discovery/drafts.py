"""Agents without a seat as drafts of seats, which an import turns into proposed seats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind
from orgtp.views.seats.discovery.build import find_content
from orgtp.views.seats.discovery.types import UnseatedAgent

# The name of the source and of the format in `x-imported`.
DISCOVER = "discover"


def draft_agents(agents: Iterable[UnseatedAgent]) -> DraftSource:
    """A draft for each agent, with what its definition says and nothing else: no owner, start, metric or capability.

    A suggested owner is not an owner, and the first commit of a file is not the day on which somebody began to answer
    for it. The command line and the environment of an agent are not in it.
    """
    drafts = tuple(
        SeatDraft(
            where=one.agent.where,
            kind=SeatKind.AGENT,
            name=one.agent.name,
            mission=one.agent.description,
            runs_from=tuple(
                replace(place, sha256=find_content(place)) for place in (one.agent.place, *one.agent.copies)
            ),
        )
        for one in agents
    )
    return DraftSource(path="running agents without a seat", name=DISCOVER, format=DISCOVER, drafts=drafts)
