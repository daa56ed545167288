"""Tell people of agents that run without a seat, or although their seat was let go: each agent once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from orgtp.actions.escalate import EscalationEdits, NewEscalation
from orgtp.model.change import Change
from orgtp.model.errors import Refused
from orgtp.model.escalation import Escalation, EscalationSeverity, EventType
from orgtp.model.escalation_policy import find_discover_assignee
from orgtp.model.inventory.found import AgentReport
from orgtp.model.org import Org
from orgtp.model.text import count_noun, one_line

# An agent that was let go and still runs this long after its escalation was resolved is reported again.
_AGAIN_AFTER = timedelta(days=7)
# How many agents an escalation names, and how long each may be; its ids have all of them.
_MOST_NAMED, _LONGEST = 12, 120
# An agent with more copies than this is remembered by these.
_MOST_IDS = 20


def report_found_agents(
    org: Org, now: datetime, found: Sequence[AgentReport], seated: Collection[str] = (), by: str = ""
) -> Change:
    """Open an escalation for the agents in `found` that none has reported, and resolve those that are settled.

    All new agents without a seat are in one escalation, for `policy.discover.to` or the person at the top. Those that
    were let go are in one for each person who answers for them. An agent without a seat is reported once; one that was
    let go is reported again if it still runs a week after its escalation was resolved. An escalation is settled if
    every agent in it is among those that have a seat now, whose ids are `seated`.

    Raises `Refused` for a seat that may not report them, and if nobody would hear of them.
    """
    if by and not (org.seat(by).is_active and (org.seats[by].is_human or by in org.policy.scorekeepers)):
        raise Refused(why=f"{by} may not report agents. An active human seat or a seat in policy.scorekeepers may.")
    edits = EscalationEdits(org, now, by)
    known = {id_ for one in org.escalations.values() if not _may_be_reported_again(one, now) for id_ in one.agents}
    ever = {id_ for one in org.escalations.values() for id_ in one.agents}
    new = [one for one in found if not {*one.ids} & (known if one.let_go else ever)]
    for escalation in _describe_new(org, new):
        edits.add_escalation(escalation, escalation.to)
    for open_ in edits.list_open():
        if open_.agents and {*open_.agents} <= {*seated}:
            edits.resolve(
                open_, "each agent in it has a seat now" if len(open_.agents) > 1 else "the agent has a seat now"
            )
    return edits.to_change("no new agent")


def _may_be_reported_again(one: Escalation, now: datetime) -> bool:
    resolved = [event.at for event in one.events if event.what is EventType.RESOLVED and event.at]
    return one.is_resolved and bool(resolved) and now - max(resolved) >= _AGAIN_AFTER


def _describe_new(org: Org, new: Sequence[AgentReport]) -> Iterator[NewEscalation]:
    """One escalation for all agents without a seat, and one for each person whose agents were let go."""
    unseated = [one for one in new if not one.let_go]
    if unseated:
        to = find_discover_assignee(org)
        if not to:
            why = f"{count_noun(len(unseated), 'agent')} without a seat, and no active person at the top to tell"
            raise Refused(why=f"{why}. Name one: orgtp org set policy.discover.to=SEAT")
        many = f"{len(unseated)} agents run, and no seat answers for them"
        what = f"{_shorten(unseated[0].what)}, and no seat answers for it" if len(unseated) == 1 else many
        yield NewEscalation(to, what, _list_named(unseated), to, agents=_list_ids(unseated))
    for to in sorted({one.to for one in new if one.let_go}):
        mine = [one for one in new if one.let_go and one.to == to]
        one = mine[0]
        many = f"{len(mine)} agents run although their seats were let go"
        what = f"{_shorten(one.what)}, although {one.let_go}" if len(mine) == 1 else many
        named = _list_named(mine)
        yield NewEscalation(to, what, named, to, severity=EscalationSeverity.HIGH, agents=_list_ids(mine))


def _list_ids(agents: Sequence[AgentReport]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for one in agents for id_ in one.ids[:_MOST_IDS]))


def _shorten(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _list_named(agents: Sequence[AgentReport]) -> str:
    """The agents, or the first of many, and the command that shows them all."""
    words = [f"{_shorten(one.what)}{f' ({one.let_go})' if one.let_go else ''}" for one in agents[:_MOST_NAMED]]
    more = len(agents) - len(words)
    rest = f"; and {more} more" if more else ""
    return f"{'; '.join(words)}{rest}. See: orgtp discover"
