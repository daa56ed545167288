"""What `orgtp discover` found, as text: who was let go and still runs first, and long lists grouped and cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orgtp.model.inventory.alike import Alike, list_alike_text
from orgtp.model.inventory.found import FoundAgent
from orgtp.model.seat import DefinitionPlace
from orgtp.model.text import count_noun
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    Screen,
    align_columns,
    format_labelled,
    indent_lines,
    measure_line,
    render_lines,
    safe_text,
    wrap_hanging,
    wrap_line,
)
from orgtp.views.seats.discovery.types import (
    ChangedDefinition,
    Discovery,
    GoneDefinition,
    ProposedSeat,
    SkippedPlaces,
    StillRunning,
    SuggestedOwner,
    UnseatedAgent,
)

# So many agents are shown with all that is known of them.
_MOST_IN_FULL = 3
# A long list shows so many repositories, and so many agents of each.
_MOST_GROUPS, _MOST_ROWS = 8, 5
_MOST_PLACES = 3
_SHORT_ID, _SHORT_HASH = 8, 8


def discovery_text(
    view: Discovery,
    screen: Screen,
    *,
    command: str,
    whole: bool = False,
    has_org: bool = True,
    seats: Mapping[str, ProposedSeat] | None = None,
) -> str:
    """The findings, what else there is, and what was not looked at.

    `command` is the command line that found them, for the next steps; "" leaves these out. `whole` cuts nothing.
    `seats` has the seats that agents would get, by the ids of the agents, if they are to be read.
    """
    lines = [*_list_lines(view, screen, command, whole=whole, has_org=has_org), *_format_seats(seats or {})]
    return render_lines(lines, screen)


def _format_seats(seats: Mapping[str, ProposedSeat]) -> Iterator[Line]:
    """The files of proposed seats, to review. A line of a file is never wrapped."""
    for one in seats.values():
        yield []
        yield [("Its seat, to review. The owner is missing; --propose asks for it:", "dim")]
        yield from (join_spans("  ", safe_text(line)) for line in one.yaml.splitlines())


def _list_lines(view: Discovery, screen: Screen, command: str, *, whole: bool, has_org: bool) -> Iterator[Line]:
    yield from _format_headline(view, screen)
    most = len(view.still_running) if whole else _MOST_ROWS * 2
    yield from _format_section(
        "Let go, and still running", [_list_still_running(one) for one in view.still_running], most, screen, "bold red"
    )
    yield from _format_unseated(view.unseated, screen, whole=whole)
    most = max(len(view.gone), len(view.changed), len(view.copies)) if whole else _MOST_ROWS * 2
    yield from _format_section("Seats whose file is gone", [_list_gone(one) for one in view.gone], most, screen)
    yield from _format_section(
        "Files that changed since their seat was reviewed", [_list_changed(one) for one in view.changed], most, screen
    )
    yield from _format_section(
        "Copies that no seat names",
        [[_name_seat(one.seat, one.name), safe_text(f"also runs from {one.agent.place.text}")] for one in view.copies],
        most,
        screen,
    )
    yield []
    yield from _format_rest(view, screen)
    yield from _format_looked_at(view, screen, whole=whole)
    accept = next((one for one in view.changed if one.accept), None)
    if accept:
        yield []
        yield from wrap_line(
            safe_text(f"To accept a file that you have read, such as {accept.name}'s:", "dim"), screen.width
        )
        yield join_spans("  ", safe_text(accept.accept or ""))
    if command and view.unseated:
        yield []
        yield from _format_next_steps(view, command, screen, has_org=has_org)


def _format_headline(view: Discovery, screen: Screen) -> Iterator[Line]:
    facts = [
        (len(view.still_running), "agent was let go and still runs", "agents were let go and still run"),
        (len(view.unseated), "running agent has no seat", "running agents have no seat"),
        (len(view.gone), "seat has lost its file", "seats have lost their files"),
        (len(view.changed), "file changed since its review", "files changed since their review"),
    ]
    words = [f"{number} {one if number == 1 else many}" for number, one, many in facts if number]
    if words:
        text = ", ".join(words) + _describe_unread(view)
        yield from wrap_line([(text, "bold red" if view.still_running else "bold")], screen.width)
        return
    if not view.is_proven:
        yield from wrap_line([("no file was read, so nothing is known of any agent", "bold yellow")], screen.width)
        return
    what = " in what was read" if view.unread else ""
    none = "no agent runs without a seat" if view.running else "no running agent was found"
    yield from wrap_line(join_spans(f"{none}{what}{_describe_unread(view)}"), screen.width)


def _describe_unread(view: Discovery) -> str:
    """What was not looked at, on the line that would otherwise be an all-clear."""
    parts = [f"{count_noun(view.unread, 'place')} could not be read"] if view.unread else []
    parts += [f"{count_noun(view.left_out, 'place')} left out on purpose"] if view.left_out else []
    parts += [f"the files of {count_noun(len(view.unchecked), 'seat')} not checked"] if view.unchecked else []
    return f"; {', '.join(parts)}" if parts else ""


def _format_section(
    title: str, rows: Sequence[Sequence[Line]], most: int, screen: Screen, style: str = "bold"
) -> Iterator[Line]:
    if not rows:
        return
    yield []
    yield from wrap_line([(f"{title} ({len(rows)})", style)], screen.width)
    yield from _align_rows(rows[:most], screen)
    if len(rows) > most:
        yield from wrap_line([(f"  and {len(rows) - most} more: --all shows them", "dim")], screen.width)


def _align_rows(rows: Sequence[Sequence[Line]], screen: Screen) -> list[Line]:
    """The rows in columns, or each on lines of its own if the screen is narrow. Nothing is cut."""
    lines = align_columns(rows, Screen())
    within = max(1, screen.width - 2)
    if any(measure_line(line) > within for line in lines):
        return [line for row in rows for line in _wrap_row(row, screen)]
    return indent_lines(lines)


def _wrap_row(row: Sequence[Line], screen: Screen) -> Iterator[Line]:
    first, *rest = (cell for cell in row if any(text for text, _ in cell))
    yield from wrap_hanging(first, 2, screen)
    yield from wrap_hanging(join_lines(rest, " · "), 4, screen)


def _name_seat(seat: str, name: str) -> Line:
    """`Dash (dash)`."""
    return join_spans(safe_text(name, "bold"), safe_text("" if name.casefold() == seat else f" ({seat})", "dim"))


def _list_still_running(one: StillRunning) -> list[Line]:
    since = f" since {one.since}" if one.since else ""
    return [
        _name_seat(one.seat, one.name),
        join_spans((f"{one.status}{since}", "red")),
        safe_text(_describe_trigger(one.agent)),
        safe_text(one.agent.place.text),
        join_spans(("answers for it: ", "dim"), safe_text(one.responsible_name)),
    ]


def _describe_trigger(agent: FoundAgent) -> str:
    """`0 6 * * 1-5, claude`: when it runs, and which program."""
    return ", ".join(part for part in (agent.trigger, agent.program) if part)


def _list_gone(one: GoneDefinition) -> list[Line]:
    moved = f"the same text is at {one.moved_to.text}" if one.moved_to else ""
    return [
        _name_seat(one.seat, one.name),
        safe_text(one.place.text),
        safe_text(moved),
        join_spans(("owner ", "dim"), safe_text(one.owner_name or one.owner or "nobody")),
    ]


def _list_changed(one: ChangedDefinition) -> list[Line]:
    return [
        _name_seat(one.seat, one.name),
        safe_text(one.place.text),
        join_spans((f"{one.place.sha256[:_SHORT_HASH]} → {one.now[:_SHORT_HASH]}", "dim")),
        join_spans(("owner ", "dim"), safe_text(one.owner_name or one.owner or "nobody")),
    ]


def _format_unseated(unseated: Sequence[UnseatedAgent], screen: Screen, *, whole: bool) -> Iterator[Line]:
    if not unseated:
        return
    yield []
    yield from wrap_line([(f"Running, without a seat ({len(unseated)})", "bold")], screen.width)
    if len(unseated) <= _MOST_IN_FULL:
        for number, one in enumerate(unseated):
            yield from ([[]] if number else [])
            yield from _format_in_full(one, screen)
        return
    groups: dict[str, list[UnseatedAgent]] = {}
    for one in unseated:
        groups.setdefault(one.agent.place.repo, []).append(one)
    order = sorted(groups, key=lambda repo: (-len(groups[repo]), repo))
    shown = order if whole else order[:_MOST_GROUPS]
    for repo in shown:
        yield from _format_group(repo, groups[repo], screen, whole=whole)
    if rest := order[len(shown) :]:
        count = sum(len(groups[repo]) for repo in rest)
        text = f"  and {count_noun(count, 'agent')} in {len(rest)} more places: --all shows them"
        yield from wrap_line([(text, "dim")], screen.width)


def _format_group(repo: str, agents: Sequence[UnseatedAgent], screen: Screen, *, whole: bool) -> Iterator[Line]:
    yield from wrap_hanging(join_spans(safe_text(repo or "no repository"), (f" ({len(agents)})", "dim")), 2, screen)
    # One more line is no reason to leave an agent out.
    most = len(agents) if whole or len(agents) == _MOST_ROWS + 1 else _MOST_ROWS
    within = Screen(max(1, screen.width - 2), screen.colour)
    yield from indent_lines(_align_rows([_list_unseated_cells(one) for one in agents[:most]], within))
    if len(agents) > most:
        yield from wrap_line([(f"    and {len(agents) - most} more: --all shows them", "dim")], screen.width)


def _list_unseated_cells(one: UnseatedAgent) -> list[Line]:
    agent = one.agent
    return [
        safe_text(agent.name, "bold"),
        safe_text(_describe_trigger(agent)),
        safe_text(agent.place.path),
        join_spans(("owner? ", "dim"), safe_text(_describe_best_owner(one))),
        safe_text(f"since {agent.started}" if agent.started else "", "dim"),
        safe_text(_describe_alike(one.alike[:1])),
        safe_text(one.id[:_SHORT_ID], "dim"),
    ]


def _describe_best_owner(one: UnseatedAgent) -> str:
    """The most likely owner: a seat if one has the address, else the address."""
    best = one.owner or next(iter(one.owners), None)
    return _describe_owner(best) if best else "nobody known"


def _describe_owner(one: SuggestedOwner) -> str:
    """`Kristen, 62% of the commits`, or `@acme/platform, CODEOWNERS (no seat)`."""
    says = one.by if one.share is None else f"{one.share}% of the commits"
    return f"{one.name} ({one.seat}), {says}" if one.seat else f"{one.author}, {says} (no seat)"


def _describe_alike(alike: Sequence[Alike]) -> str:
    """`like dash: 0.61`."""
    return f"like {list_alike_text(alike)}" if alike else ""


def _format_in_full(one: UnseatedAgent, screen: Screen) -> Iterator[Line]:
    agent = one.agent
    yield from wrap_hanging(join_spans(safe_text(agent.name, "bold"), (f"  {one.id[:_SHORT_ID]}", "dim")), 2, screen)
    facts = {
        "runs": _describe_trigger(agent),
        "found in": agent.source if agent.where == agent.place.text else f"{agent.source}, {agent.where}",
        "file": agent.place.text,
        "copies": _describe_copies(agent.copies),
        "says": agent.description,
        "may": ", ".join(agent.risks),
        "since": agent.started,
        "owner?": "; ".join(map(_describe_owner, one.owners)) or "nobody known",
        "alike": _describe_alike(one.alike),
    }
    yield from indent_lines(indent_lines(format_labelled(facts, Screen(max(20, screen.width - 4), screen.colour))))
    if one.escalate:
        yield [("    to tell who should know:", "dim")]
        # A command is copied, so it is never wrapped.
        yield join_spans("      ", safe_text(one.escalate))


def _describe_copies(copies: Sequence[DefinitionPlace]) -> str:
    names = [one.text for one in copies[:_MOST_PLACES]]
    more = f" and {len(copies) - len(names)} more" if len(copies) > len(names) else ""
    return f"{', '.join(names)}{more}"


def _format_rest(view: Discovery, screen: Screen) -> Iterator[Line]:
    facts = [
        f"{count_noun(view.running, 'running agent')}, {view.seated} with a seat",
        f"{count_noun(len(view.templates), 'template')}, {view.templates_seated} with a seat",
        count_noun(len(view.connectors), "MCP server"),
        count_noun(view.instructions, "file of instructions", "files of instructions"),
    ]
    yield from _format_fact("Found", "; ".join(facts), screen)
    if view.unchecked:
        names = ", ".join(view.unchecked[:_MOST_PLACES])
        more = f" and {len(view.unchecked) - _MOST_PLACES} more" if len(view.unchecked) > _MOST_PLACES else ""
        text = f"the files of {names}{more}, whose repositories were not read"
        yield from _format_fact("Not known", text, screen)


def _format_fact(label: str, text: str, screen: Screen) -> Iterator[Line]:
    yield from format_labelled({label: text}, screen)


def _format_looked_at(view: Discovery, screen: Screen, *, whole: bool) -> Iterator[Line]:
    read = [f"{one.what} ({one.read})" for one in view.looked_at if one.read]
    empty = [one.what for one in view.looked_at if not one.read]
    yield from _format_fact("Looked at", ", ".join(read) or "nothing", screen)
    yield from _format_fact("Nothing in", ", ".join(empty), screen)
    label = ""
    for group in view.skipped:
        last, label = label, "Left out" if group.on_purpose else "Not read"
        text = _describe_skipped(group, len(group.places) if whole else _MOST_PLACES)
        yield from _format_fact("" if label == last else label, text, screen)


def _describe_skipped(group: SkippedPlaces, most: int) -> str:
    more = f" and {len(group.places) - most} more" if len(group.places) > most else ""
    return f"{group.why}: {', '.join(group.places[:most])}{more}"


def _format_next_steps(view: Discovery, command: str, screen: Screen, *, has_org: bool) -> Iterator[Line]:
    steps = []
    if not has_org:
        steps.append(("To give them seats, create an org first:", "orgtp init DIR"))
    else:
        steps.append(("To read what would be written:", f"{command} --propose --dry-run --owner SEAT"))
        many = "To propose all of these seats, in one commit:"
        what = many if len(view.unseated) > 1 else "To propose its seat:"
        steps.append((what, f"{command} --propose --owner SEAT"))
        first = next((one for one in view.unseated if one.escalate), None)
        if first and len(view.unseated) > _MOST_IN_FULL:
            steps.append((f"To tell who should know of one, such as {first.agent.name}:", first.escalate or ""))
    if len(view.unseated) > _MOST_IN_FULL:
        one = f"{command} --agent {view.unseated[0].id[:_SHORT_ID]}"
        steps.append(("To see all that is known of one:", one))
    for what, typed in steps:
        yield from wrap_line(safe_text(what, "dim"), screen.width)
        yield join_spans("  ", safe_text(typed))
