"""Rules about what other systems call a seat, and the files that define it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.model.text import one_line
from orgtp.rules.rule import Finding


def alias_shared(org: Org) -> Iterator[Finding]:
    """Two seats that are not retired have the same alias.

    An import knows a seat again by its aliases: a row with the id D-0117 is the seat that has this alias. If two seats
    have it, nobody can tell which of them the row is about. Capitals make no difference. A retired seat keeps its
    aliases, and another seat may have them after it.

    Bad:

        aliases: [D-0117]     (in seats/dash.yaml and in seats/crystal.yaml)

    Good:

        aliases: [D-0117]     (in seats/dash.yaml)
        aliases: [C-0044]     (in seats/crystal.yaml)

    Fix: leave the alias with the seat whose it is: `orgtp seat set crystal aliases=C-0044`; `aliases=` removes all.
    """
    first: dict[str, Seat] = {}
    for seat in _list_current(org):
        for number, alias in enumerate(seat.aliases):
            other = first.setdefault(alias.casefold(), seat)
            if other is not seat:
                rest = ",".join(one for one in seat.aliases if one != alias)
                hint = f"Leave it with one of them: orgtp seat set {seat.id} {shlex.quote(f'aliases={rest}')}"
                place = seat.marks.value_place("aliases", str(number))
                yield Finding(place, f"{seat.id} and {other.id} share the alias {one_line(alias)}", hint)


def runs_from_shared(org: Org) -> Iterator[Finding]:
    """Two seats that are not retired run from the same file, or one names a file twice.

    `runs_from` says which file defines an agent, and `orgtp discover` asks it which seat an agent is. If two seats name
    one file, nobody can tell which of them changed when the file did. One agent that runs in several places is one
    seat.

    Bad:

        # seats/dash.yaml and seats/dash-2.yaml
        runs_from: [{repo: git.example.com/acme/agents, path: agents/dash.md}]

    Good:

        # seats/dash-2.yaml
        runs_from: [{repo: git.example.com/acme/agents, path: agents/dash-2.md}]

    Fix: leave the file with one of them, or retire the other: `orgtp retire dash-2 --to dash`.
    """
    first: dict[tuple[str, str], Seat] = {}
    for seat in _list_current(org):
        for number, one in enumerate(seat.runs_from):
            key = (one.repo, one.path)
            is_again, other = key in first, first.setdefault(key, seat)
            if is_again:
                place = seat.marks.value_place("runs_from", str(number))
                yield Finding(place, *_explain_shared(seat, other, one_line(one.text)))


def _explain_shared(seat: Seat, other: Seat, file: str) -> tuple[str, str]:
    if other is seat:
        return f"{seat.id} names the file {file} twice", "Remove one of the two"
    hint = f"Leave it with one of them, or retire the other: orgtp retire {seat.id} --to {other.id}"
    return f"{seat.id} and {other.id} both run from {file}", hint


def _list_current(org: Org) -> Iterator[Seat]:
    return (seat for _, seat in sorted(org.seats.items()) if not seat.is_retired)
