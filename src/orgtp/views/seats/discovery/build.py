"""Compare what a scan found with the seats of the org."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from orgtp.model.errors import BadInput
from orgtp.model.escalation_policy import find_discover_assignee, find_responsible_seat
from orgtp.model.inventory.found import AgentReport, Discovered, FoundAgent, FoundAuthor, FoundKind, NotLookedAt
from orgtp.model.org import Org
from orgtp.model.seat import DefinitionPlace, Seat, SeatStatus
from orgtp.model.text import did_you_mean, fold_spelling, make_name_key, one_line
from orgtp.views.seats.discovery.types import (
    ChangedDefinition,
    CopyFound,
    Discovery,
    GoneDefinition,
    LookedAt,
    SkippedPlaces,
    StillRunning,
    SuggestedOwner,
    UnseatedAgent,
)
from orgtp.views.seats.overlap.find import find_alike
from orgtp.views.seats.overlap.types import read_found_work

# A seat with one of these is one that should not run.
_LET_GO = (SeatStatus.RETIRED, SeatStatus.PAUSED)
_ID_DIGITS = 15
# Files without content are no copies of each other.
_EMPTY_HASH = hashlib.sha256(b"").hexdigest()
_CODEOWNERS = "CODEOWNERS"
_LONGEST_TEXT, _MOST_LISTED = 200, 3


def build_discovery(org: Org, found: Discovered, now: datetime) -> Discovery:
    """Which of the agents that were found have a seat, and what is wrong with those that have one.

    An agent is the one of a seat if the seat's `runs_from` names its repository and path, or a file with the same
    content; its name decides nothing.
    """
    places = _SeatPlaces(org)
    running = [one for one in found.agents if one.kind is FoundKind.RUNNING]
    unseated = [one for one in running if not places.find_seats(one)]
    still = [one for one in running if places.is_let_go(one)]
    templates = tuple(one for one in found.agents if one.kind is FoundKind.TEMPLATE)
    checked = {(one.place.repo, one.place.path) for one in found.files}
    return Discovery(
        looked_at=tuple(LookedAt(what, count) for what, count in found.looked_at),
        skipped=_group_skipped(found.skipped),
        unseated=_describe_unseated(org, unseated, now),
        still_running=tuple(
            _describe_still_running(org, seat, one, now) for one in still for seat in places.find_seats(one)
        ),
        gone=tuple(_list_gone(org, found, now)),
        changed=tuple(_list_changed(org, found, now)),
        copies=tuple(_list_copies(org, running, places, now)),
        running=len(running),
        seated=len(running) - len(unseated) - len(still),
        templates=templates,
        templates_seated=sum(bool(places.find_seats(one)) for one in templates),
        connectors=tuple(one for one in found.agents if one.kind is FoundKind.CONNECTOR),
        instructions=sum(one.kind is FoundKind.INSTRUCTIONS for one in found.agents),
        unchecked=tuple(
            seat.id
            for seat in _list_current(org)
            if any((place.repo, place.path) not in checked for place in seat.runs_from)
        ),
    )


def identify_agent(place: DefinitionPlace) -> str:
    """The id of an agent, from its identity, repository and path: `a` and 15 digits of a hash."""
    return f"a{_hash_texts(place.repo, place.path)}"


def identify_still_running(seat: str, place: DefinitionPlace) -> str:
    """The id of the finding that an agent runs although its seat was let go: `r` and 15 digits of a hash."""
    return f"r{_hash_texts(seat, place.repo, place.path)}"


def _hash_texts(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:_ID_DIGITS]


def find_content(place: DefinitionPlace) -> str:
    """The hash by which the file at a place is known again elsewhere; "" if it is not known.

    An entry of a file, `crontab#claude`, has no content of its own: many have the same schedule and program.
    """
    return "" if "#" in place.path or place.sha256 == _EMPTY_HASH else place.sha256


def list_seated_ids(org: Org) -> set[str]:
    """The ids of all agents that a seat names by their place."""
    return {identify_agent(place) for seat in org.seats.values() for place in seat.runs_from}


def name_own_repository(org: Org, repo: str) -> Org:
    """The org with its own repository, `repo`, named in `runs_from`, where a seat may leave it out."""

    def name_places(places: Sequence[DefinitionPlace]) -> tuple[DefinitionPlace, ...]:
        return tuple(place if place.repo else replace(place, repo=repo) for place in places)

    seats = {
        id_: replace(seat, runs_from=name_places(seat.runs_from)) if seat.runs_from else seat
        for id_, seat in org.seats.items()
    }
    return replace(org, seats=seats)


def list_reports(org: Org, view: Discovery) -> list[AgentReport]:
    """What people are to be told. Without the file of a seat, nobody knows which agents have none."""
    found = [
        AgentReport((one.id,), describe_agent(one.agent), f"{one.seat} is {one.status}", one.responsible)
        for one in view.still_running
    ]
    for agent in () if org.list_unread_seats("runs_from") else (one.agent for one in view.unseated):
        ids = tuple(identify_agent(place) for place in (agent.place, *agent.copies))
        found.append(AgentReport(ids, describe_agent(agent)))
    return found


def select_agents(view: Discovery, named: Sequence[str]) -> Discovery:
    """The same with only these agents without a seat, each by its name, its id, or the beginning of its id.

    Raises `BadInput` for a name that none or several have.
    """
    if not named:
        return view
    chosen = {_find_unseated(view, name).id for name in named}
    return replace(view, unseated=tuple(one for one in view.unseated if one.id in chosen))


def _find_unseated(view: Discovery, name: str) -> UnseatedAgent:
    wanted = fold_spelling(name)
    found = [one for one in view.unseated if wanted and fold_spelling(one.agent.name) == wanted]
    found = found or [one for one in view.unseated if len(name) > 1 and one.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{one.id} ({one_line(one.agent.where)})" for one in found[:_MOST_LISTED])
        raise BadInput(what=f'{len(found)} agents fit "{one_line(name)}". Name one by its id, such as {ids}')
    hint = did_you_mean(name, [one.agent.name for one in view.unseated]) or "orgtp discover --json lists all of them."
    raise BadInput(what=f'no agent without a seat has the name or id "{one_line(name)}". {hint}')


class _SeatPlaces:
    """Finds the seats of an agent, by the places that the seats name and by the content of the files there."""

    def __init__(self, org: Org) -> None:
        self._by_place: dict[tuple[str, str], list[Seat]] = {}
        self._by_hash: dict[str, list[Seat]] = {}
        for seat in org.seats.values():
            for place in seat.runs_from:
                self._by_place.setdefault((place.repo, place.path), []).append(seat)
                if content := find_content(place):
                    self._by_hash.setdefault(content, []).append(seat)

    def find_seats(self, agent: FoundAgent) -> list[Seat]:
        """The seats of an agent: those that name its place or that of a copy, else those that name its content."""
        places = (agent.place, *agent.copies)
        named = self.find_by_place(places)
        same = [seat for place in places for seat in self._by_hash.get(find_content(place), ())]
        return named or list({seat.id: seat for seat in same}.values())

    def find_by_place(self, places: Iterable[DefinitionPlace]) -> list[Seat]:
        """The seats that name one of the places."""
        found = [seat for place in places for seat in self._by_place.get((place.repo, place.path), ())]
        return list({seat.id: seat for seat in found}.values())

    def is_let_go(self, agent: FoundAgent) -> bool:
        """Whether every seat of the agent, and there is one, is one that should not run."""
        seats = self.find_seats(agent)
        return bool(seats) and all(seat.status in _LET_GO for seat in seats)


def _list_current(org: Org) -> Iterator[Seat]:
    return (seat for _, seat in sorted(org.seats.items()) if not seat.is_retired)


def _group_skipped(skipped: Iterable[NotLookedAt]) -> tuple[SkippedPlaces, ...]:
    """The reasons, those with the most places first, and what is left out on purpose last."""
    groups: dict[tuple[bool, str], list[str]] = {}
    for one in skipped:
        groups.setdefault((one.on_purpose, one.why), []).append(one.where)
    order = sorted(groups, key=lambda key: (key[0], -len(groups[key]), key[1]))
    return tuple(SkippedPlaces(why, aim, tuple(sorted(groups[aim, why]))) for aim, why in order)


def _describe_unseated(org: Org, unseated: Sequence[FoundAgent], now: datetime) -> tuple[UnseatedAgent, ...]:
    alike = find_alike(org, [read_found_work(one) for one in unseated]) if org.seats else [[] for _ in unseated]
    people = _list_people_by_address(org, org.day_of(now))
    default = find_discover_assignee(org)
    found = []
    for agent, like in zip(unseated, alike, strict=True):
        owners = tuple(_suggest_owners(org, agent.authors, people, now))
        to = next((one.seat for one in owners if one.seat), None) or default
        command = _format_escalate(agent, to) if to else None
        found.append(UnseatedAgent(identify_agent(agent.place), agent, owners, tuple(like), command))
    return tuple(sorted(found, key=_get_order))


def _get_order(one: UnseatedAgent) -> tuple[object, ...]:
    return one.agent.place.repo, make_name_key(one.agent.place.path), one.agent.where, one.id


def _list_people_by_address(org: Org, day: date) -> dict[str, list[Seat]]:
    """The active human seats by each of their addresses of the day."""
    people: dict[str, list[Seat]] = {}
    for seat in org.seats.values():
        if seat.is_human and seat.is_active:
            for address in seat.addresses_on(day):
                people.setdefault(address, []).append(seat)
    return people


def _suggest_owners(
    org: Org, authors: Sequence[FoundAuthor], people: dict[str, list[Seat]], now: datetime
) -> Iterator[SuggestedOwner]:
    """Who may own an agent: the owners of its code first, then its authors by their share."""
    order = sorted(authors, key=lambda one: (one.by != _CODEOWNERS, -(one.share or 0), one.who))
    for one in order:
        seats = people.get(one.who.lower(), [])
        seat = seats[0] if len(seats) == 1 else None
        name = org.name_at(seat.id, now) if seat else None
        yield SuggestedOwner(seat.id if seat else None, name, one.who, one.by, one.share)


def describe_agent(agent: FoundAgent) -> str:
    """`report-bot runs from git.example.com/acme/agents/report.md`: what a message says of an agent."""
    return one_line(f"{agent.name} runs from {agent.place.text}")


def _format_escalate(agent: FoundAgent, to: str) -> str:
    what = f"{describe_agent(agent)}, and no seat answers for it"
    # A text that begins with a hyphen would be an option.
    what = (f"agent {what}" if what.startswith("-") else what)[:_LONGEST_TEXT]
    return shlex.join(["orgtp", "escalate", "open", to, what, "--to", to])


def _describe_still_running(org: Org, seat: Seat, agent: FoundAgent, now: datetime) -> StillRunning:
    record = org.retirements.get(seat.id)
    since = (record.retired_on if record else None) if seat.is_retired else (seat.pause.since if seat.pause else None)
    responsible = find_responsible_seat(org, seat.id)
    return StillRunning(
        id=identify_still_running(seat.id, agent.place),
        seat=seat.id,
        name=org.name_at(seat.id, now),
        status=seat.status,
        since=since,
        responsible=responsible,
        responsible_name=org.name_at(responsible, now),
        agent=agent,
    )


def _list_gone(org: Org, found: Discovered, now: datetime) -> Iterator[GoneDefinition]:
    gone = {(one.place.repo, one.place.path) for one in found.files if one.sha256 is None}
    by_hash = {find_content(place): place for one in found.agents for place in (one.place, *one.copies)}
    for seat in _list_current(org):
        for place in seat.runs_from:
            if (place.repo, place.path) in gone:
                moved = by_hash.get(content) if (content := find_content(place)) else None
                name, owner_name = org.name_at(seat.id, now), org.owner_name(seat, now)
                yield GoneDefinition(seat.id, name, seat.owner, owner_name, place, moved)


def _list_changed(org: Org, found: Discovered, now: datetime) -> Iterator[ChangedDefinition]:
    hashes = {(one.place.repo, one.place.path): one.sha256 for one in found.files}
    for seat in _list_current(org):
        for place in seat.runs_from:
            content = hashes.get((place.repo, place.path))
            if content and place.sha256 and content != place.sha256:
                name, owner_name = org.name_at(seat.id, now), org.owner_name(seat, now)
                accept = _format_accept(seat, place, content)
                yield ChangedDefinition(seat.id, name, seat.owner, owner_name, place, content, accept)


def _format_accept(seat: Seat, changed: DefinitionPlace, content: str) -> str | None:
    """The command that sets the hash of one file of a seat, and keeps those of the others."""
    texts = [f"{one.repo}:{one.path}{f'@{content}' if one == changed else ''}" for one in seat.runs_from]
    if any("," in text for text in texts):
        return None
    return shlex.join(["orgtp", "seat", "set", seat.id, f"runs_from={','.join(texts)}"])


def _list_copies(org: Org, running: Sequence[FoundAgent], places: _SeatPlaces, now: datetime) -> Iterator[CopyFound]:
    for agent in running:
        if not places.find_by_place([agent.place]) and not places.is_let_go(agent):
            yield from (CopyFound(seat.id, org.name_at(seat.id, now), agent) for seat in places.find_seats(agent))
