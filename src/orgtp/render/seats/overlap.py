"""Show which seats look alike, what each of two has that the other lacks, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orgtp.model.text import count_noun, one_line
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    Screen,
    format_owner,
    indent_lines,
    measure_width,
    render_lines,
    safe_text,
    wrap_line,
)
from orgtp.render.wording.selection import left_out_lines
from orgtp.views.seats.overlap.find import SMALLEST
from orgtp.views.seats.overlap.types import Instances, OverlapPair, Overlaps, OverlapSide
from orgtp.views.seats.summary import SeatSummary
from orgtp.views.selection import Omitted

# At most so many pairs, groups of instances and seats are shown; JSON has all.
_MOST_PAIRS, _MOST_GROUPS, _MOST_SEATS = 20, 10, 6
_MOST_METRICS = 3
_TEXT_WIDTH = 100


def overlap_text(found: Overlaps, screen: Screen, *, seat: str = "", by: str = "", kind: bool = False) -> str:
    """The pairs, the most alike first; then instances, seats without a text, and what to type.

    `seat` is the seat that the user asked for, and `by` are the options that left something out.
    """
    shown = found.pairs[:_MOST_PAIRS]
    lines: list[Line] = [] if shown else wrap_line([(_explain_none(found, seat, by), "")], screen.width)
    for number, pair in enumerate(shown):
        lines += [*([[]] if number else []), *_list_pair_lines(pair, screen, kind=kind)]
    more = len(found.pairs) - len(shown) + found.more_pairs
    if more:
        see = f"and {count_noun(more, 'more pair')}. Of one seat: orgtp overlap SEAT. All: orgtp overlap --json"
        lines += [[], *wrap_line([(see, "dim")], screen.width)]
    if shown:
        lines += [[], *_list_advice(shown[0], screen)]
    lines += _list_instance_lines(found.instances, screen)
    if found.without_text:
        seats = _name_seats([one.seat for one in found.without_text])
        first = found.without_text[0].seat
        what = f"not compared, because nothing says what they do: {seats}. Say it: orgtp seat set {first} mission=TEXT"
        lines += [[], *wrap_line([(one_line(what), "dim")], screen.width)]
    left_out = Omitted(found.left_out.seats, found.left_out.pairs)
    return render_lines([*lines, *left_out_lines(left_out, by, screen.width, noun="pair")], screen)


def _explain_none(found: Overlaps, seat: str, by: str) -> str:
    lower = max((found.least / 2).quantize(SMALLEST), SMALLEST).normalize()
    every = "no selected seat" if by else f"none of {count_noun(found.compared, 'seat')}"
    what = f"nothing looks like {seat}" if seat else f"{every} looks like another"
    return one_line(f"{what} at {found.least} or more. Compare more loosely: --min {lower}")


def _list_pair_lines(pair: OverlapPair, screen: Screen, *, kind: bool) -> Iterator[Line]:
    one, other = pair.seats
    title = join_spans(
        (f"{pair.likeness}", "bold"), "  ", _name_seat(one, kind=kind), " and ", _name_seat(other, kind=kind)
    )
    yield from wrap_line(title, screen.width, "      ")
    yield from _list_fact("both say", [safe_text(", ".join(pair.words))], screen)
    yield from _list_fact("owners", [_format_owners(one, other)], screen)
    yield from _list_fact("report to", [_format_managers(one, other)], screen)
    metrics = [_format_metrics(side) for side in pair.seats] if one.metrics or other.metrics else []
    yield from _list_fact("metrics", metrics or [[("neither has one", "yellow")]], screen)
    yield from _list_fact("differ", [line for side in pair.seats if (line := _format_scope(side))], screen)
    mentions = [
        join_spans(safe_text(side.seat), " says (", safe_text(one.key, "dim"), "): ", safe_text(f"“{one.text}”"))
        for side in pair.seats
        for one in side.mentions
    ]
    yield from _list_fact("yields", mentions or [[("neither file names the other", "yellow")]], screen)


_LABEL = 12


def _list_fact(label: str, parts: Sequence[Line], screen: Screen) -> Iterator[Line]:
    """A label, and one or more texts, each on a line of its own; on a narrow screen, long ones are wrapped."""
    rows = [line for part in parts for line in wrap_line(part, screen.width - _LABEL - 2, "  ")]
    for number, line in enumerate(rows):
        yield join_spans((f"  {label if number == 0 else '':<{_LABEL}}", "dim"), line)


def _name_seat(seat: SeatSummary, *, kind: bool) -> Line:
    """`dash (Dash, Analytics)`, with what is worth knowing of a seat that is not active."""
    notes = [seat.name, seat.role, seat.kind if kind else "", seat.status if seat.status != "active" else ""]
    # The name and the role of an imported agent may be its id.
    text = ", ".join(note for note in dict.fromkeys(notes) if note and note != seat.seat)
    named = safe_text(seat.seat, "bold")
    return join_spans(named, " (", safe_text(text), ")") if text else named


def _format_owners(one: OverlapSide, other: OverlapSide) -> Line:
    if one.owner == other.owner:
        return join_spans("both ", format_owner(one.human_owner, one.owner))
    return join_lines(
        [join_spans(safe_text(side.seat), ": ", format_owner(side.human_owner, side.owner)) for side in (one, other)],
        "; ",
    )


def _format_managers(one: OverlapSide, other: OverlapSide) -> Line:
    if one.reports_to == other.reports_to:
        return safe_text(f"both {one.reports_to or 'nobody'}")
    return safe_text("; ".join(f"{side.seat}: {side.reports_to or 'nobody'}" for side in (one, other)))


def _format_metrics(side: OverlapSide) -> Line:
    names = [one.name for one in side.metrics[:_MOST_METRICS]]
    more = len(side.metrics) - len(names)
    text = "; ".join([*names, *([f"{more} more"] if more else [])]) or "none"
    return join_spans(safe_text(side.seat), ": ", safe_text(text, "" if names else "yellow"))


def _format_scope(side: OverlapSide) -> Line:
    """What only this seat does and says; nothing if it has nothing of its own."""
    does = f"does {', '.join(side.only_capabilities)}" if side.only_capabilities else ""
    says = f"says {', '.join(side.only_words)}" if side.only_words else ""
    text = "; ".join(part for part in (does, says) if part)
    return safe_text(f"only {side.seat} {text}") if text else []


def _list_advice(pair: OverlapPair, screen: Screen) -> Iterator[Line]:
    """What to type about the first pair, in either case. No command is offered that ends the work of a person."""
    one, other = pair.seats
    named = one if one.status != "retired" else other
    texts = ["Seats that look alike may still do different things: the owners decide."]
    if not (one.mentions or other.mentions):
        see = f"orgtp seat set {named.seat} mission=TEXT"
        texts.append(f"If one yields to the other, name the other in its mission: {see}")
    # One that does no work yet or now is the likelier one to go.
    for old, heir in sorted(((one, other), (other, one)), key=lambda pair: pair[0].status == "active"):
        if old.kind == "agent" and old.status != "retired" and heir.status == "active" and heir.kind != "group":
            command = f"orgtp retire {old.seat} --to {heir.seat} --dry-run"
            texts.append(f"If one can do the work of both, see what would move: {command}")
            break
    for text in texts:
        yield from wrap_line([(one_line(text), "dim")], screen.width, "  ")


def _list_instance_lines(groups: Sequence[Instances], screen: Screen) -> Iterator[Line]:
    for number, group in enumerate(groups[:_MOST_GROUPS]):
        if number == 0:
            yield from [[], [("instances: the same text, or the same file that defines them", "dim")]]
        why = "the same text" if group.same == "text" else "the same file"
        text = one_line(group.text)
        text = text if measure_width(text) <= _TEXT_WIDTH else f"{text[:_TEXT_WIDTH].rstrip()}…"
        line = join_spans(safe_text(_name_seats([one.seat for one in group.seats]), "bold"), f": {why}", ", ")
        yield from indent_lines(wrap_line(join_spans(line, safe_text(f"“{text}”")), screen.width - 2, "  "))
    more = len(groups) - _MOST_GROUPS
    if more > 0:
        yield from indent_lines([[(f"and {count_noun(more, 'more group')}: orgtp overlap --json", "dim")]])


def _name_seats(ids: Sequence[str]) -> str:
    """`a, b and 3 more`."""
    named: Iterable[str] = ids[:_MOST_SEATS]
    more = len(ids) - _MOST_SEATS
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")
