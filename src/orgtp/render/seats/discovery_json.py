"""What `orgtp discover` found, as the body of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgtp.model.inventory.found import FoundAgent
from orgtp.views.seats.discovery.types import Discovery, ProposedSeat


def discovery_body(view: Discovery, seats: Mapping[str, ProposedSeat]) -> dict[str, Any]:
    """The body of the JSON. `seats` has the seat that each agent without one would get, by the id of the agent."""
    return {
        "looked_at": view.looked_at,
        "skipped": view.skipped,
        "running": view.running,
        "seated": view.seated,
        "instructions": view.instructions,
        "unseated": [
            {
                "id": one.id,
                **_describe_agent(one.agent),
                "owners": one.owners,
                "alike": one.alike,
                "escalate": one.escalate,
                "seat": seats[one.id].seat if one.id in seats else None,
                "yaml": seats[one.id].yaml if one.id in seats else None,
            }
            for one in view.unseated
        ],
        "still_running": [
            {
                "id": one.id,
                "seat": one.seat,
                "status": one.status,
                "since": one.since,
                "responsible": one.responsible,
                "agent": _describe_agent(one.agent),
            }
            for one in view.still_running
        ],
        "gone": view.gone,
        "changed": view.changed,
        "copies": [{"seat": one.seat, "agent": _describe_agent(one.agent)} for one in view.copies],
        "unchecked": view.unchecked,
        "templates": [_describe_agent(one) for one in view.templates],
        "connectors": [_describe_agent(one) for one in view.connectors],
    }


def _describe_agent(agent: FoundAgent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "source": agent.source,
        "where": agent.where,
        "repo": agent.place.repo,
        "path": agent.place.path,
        "sha256": agent.place.sha256 or None,
        "trigger": agent.trigger or None,
        "program": agent.program or None,
        "description": agent.description or None,
        "tools": agent.tools,
        "risks": agent.risks,
        "started": agent.started or None,
        "copies": agent.copies,
    }
