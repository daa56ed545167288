"""A difference told: sections of lines, worded once for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from orgtp.model.value import Unit
from orgtp.views.diff import Diff
from orgtp.views.diff_metrics import TargetMoved, WaiverChanged
from orgtp.views.diff_scores import RowChanged, ValueCorrected, ValuesAdded
from orgtp.views.diff_shapes import Handover, Heir, SeatAdded, SeatRetired

_SHORT = 10


class Sort(Enum):
    """What a part of a line is: words of ours, a name, other words of users, or an id or value."""

    OURS = auto()
    NAME = auto()
    WORDS = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line."""

    text: str
    sort: Sort = Sort.OURS


Line = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A line, and the lines that belong below it. `loud`: it should never be."""

    line: Line
    below: tuple[Line, ...] = ()
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A title, a table if there is one, and items."""

    title: str
    items: tuple[Item, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


def story(found: Diff) -> list[Section]:
    """The sections that have content, in the order in which people ask."""
    from orgtp.render.diff_changed import changed

    scores = (*map(_rewritten, found.rows), *map(_corrected, found.corrections))
    sections = (
        Section("Added", tuple(_added(found, seat) for seat in found.added)),
        Section("Changed", tuple(changed(found))),
        Section("Moved", tuple(map(_moved, found.moved))),
        Section("Owners", tuple(map(_owned, found.owners))),
        Section("Retired", tuple(map(_retired, found.retired))),
        Section("Removed", tuple(_removed(found))),
        Section("Targets", tuple(_targets(found))),
        Section("Scores", scores, ("Seat", "Metric", "Values", "Newest"), tuple(map(_values, found.values))),
        Section("Policy", tuple(_policy(found))),
        Section("Not readable", tuple(Item(line("nothing is known of ", code(path))) for path in found.unreadable)),
    )
    return [section for section in sections if section.items or section.rows]


def end(given: str, commit: str) -> Line:
    """One of the two moments: as the person named it, and the commit that it is."""
    if not commit:
        return line("the work tree")
    short = code(commit[:_SHORT])
    return line(short) if not given or commit.startswith(given) else line(code(given), " (", short, ")")


def line(*parts: Part | str | Iterable[Part]) -> Line:
    """Parts in a row; a plain string is ours."""
    out: list[Part] = []
    for part in parts:
        out += [Part(part)] if isinstance(part, str) else [part] if isinstance(part, Part) else part
    return tuple(out)


def words(text: str | None) -> Part:
    """Words of users."""
    return Part(text or "", Sort.WORDS)


def code(text: str | None) -> Part:
    """An id, a target or a value."""
    return Part(text or "", Sort.CODE)


def called(id_: str, name: str | None) -> Line:
    """A thing by its name and, beside it, its id."""
    return line(words(name or id_), " (", code(id_), ")")


def subject(seat: str, name: str | None) -> Line:
    """A seat by its name and id."""
    return line(Part(name or seat, Sort.NAME), " (", code(seat), ")")


def who(seat: str | None, name: str | None) -> Line:
    """A seat by its name; by its id, too, where the name does not say it."""
    if not seat:
        return line("nobody")
    return line(Part(name or seat, Sort.NAME)) if (name or seat).casefold() == seat else subject(seat, name)


def went(before: Part | None, after: Part | None) -> Line:
    """`A → B`, `A, new` or `A, gone`."""
    if before and after:
        return line(before, " → ", after)
    return line(after, ", new") if after else line(before or "", ", gone")


def told(before: str, text: str | None) -> Line:
    """Words of users behind words of ours, where there are any."""
    return line(before, words(text)) if text else ()


def change(before: str | None, after: str | None) -> Line:
    """Words of users, and what became of them."""
    return went(words(before) if before else None, words(after) if after else None)


def measured(metric: str, name: str, target: str | None, cadence: str, outcome: str) -> Line:
    """What a seat is measured on."""
    wanted = line(": ", code(target)) if target else line(": no target")
    return line("measured on ", called(metric, name), wanted, f", {cadence}", told(", for ", outcome))


def listed(parts: Sequence[Line]) -> Line:
    """Lines beside each other."""
    return line(*(part for number, one in enumerate(parts) for part in ((", ", one) if number else (one,))))


def _added(found: Diff, seat: SeatAdded) -> Item:
    return Item(line(subject(seat.seat, seat.name), told(", ", seat.role)), tuple(_of_added(found, seat)))


def _of_added(found: Diff, seat: SeatAdded) -> Iterator[Line]:
    boss = line("reports to ", who(seat.reports_to, seat.reports_to_name)) if seat.reports_to else line("at the top")
    own = seat.owner == seat.seat
    yield boss if own else line(who(seat.owner, seat.owner_name), " answers, ", boss)
    if seat.status != "active":
        yield line(f"status: {seat.status}")
    if seat.capabilities:
        yield line("does ", listed([line(code(what), _giver(found, seat.seat, what)) for what in seat.capabilities]))
    for metric in seat.metrics:
        yield measured(metric.metric, metric.name, metric.target, metric.cadence, metric.outcome)
    for waiver in found.waivers:
        if waiver.seat == seat.seat and waiver.after:
            yield waived(waiver)


def _giver(found: Diff, seat: str, what: str) -> Line:
    """From whom a new seat has a capability."""
    for hand in found.capabilities:
        if (hand.after, hand.capability) == (seat, what) and hand.before:
            return line(" (from ", who(hand.before, hand.before_name), ")")
    return ()


def waived(waiver: WaiverChanged) -> Line:
    """A rule that a metric may break, and why."""
    metric = called(waiver.metric, waiver.metric_name)
    if waiver.after:
        return line(metric, " may break ", code(waiver.rule), ": ", words(waiver.after))
    return line(metric, " may not break ", code(waiver.rule), " any more")


def _moved(move: Handover) -> Item:
    now = line(" reports to ", who(move.after, move.after_name)) if move.after else line(" is at the top of the chart")
    was = line(", before to ", who(move.before, move.before_name)) if move.before else line(", before at the top")
    return Item(line(subject(move.seat, move.name), now, was))


def _owned(move: Handover) -> Item:
    now, was = who(move.after, move.after_name), who(move.before, move.before_name)
    return Item(line(subject(move.seat, move.name), ": ", now, " answers, before ", was))


def _retired(seat: SeatRetired) -> Item:
    named = line(subject(seat.seat, seat.name), told(", ", seat.role))
    if not seat.recorded:
        return Item(line(named, ": no record says who decided, why, and who takes over"), loud=True)
    when = line(f", on {seat.retired_on}" if seat.retired_on else "")
    decided = line(", decided by ", who(seat.decided_by, seat.decided_by_name), told(": ", seat.reason))
    below = [line(code(part.what), " → ", _heir(part, "nobody")) for part in seat.capabilities]
    below += [line(called(part.what, part.name), _heir(part, " ends", " → ")) for part in seat.metrics]
    return Item(line(named, when, decided), tuple(below))


def _heir(part: Heir, none: str, arrow: str = "") -> Line:
    return line(arrow, who(part.heir, part.heir_name)) if part.heir else line(none)


def _removed(found: Diff) -> Iterator[Item]:
    for seat in found.removed:
        how = "though it was retired" if seat.status == "retired" else "without a retirement"
        yield Item(line(subject(seat.seat, seat.name), told(", ", seat.role), f": its file went {how}"), loud=True)
    for record in found.records:
        what = "is gone" if record.gone else "is not as it was"
        yield Item(line("the retirement record of ", subject(record.seat, record.name), f" {what}"), loud=True)


def _targets(found: Diff) -> Iterator[Item]:
    for seat, name in dict.fromkeys((target.seat, target.name) for target in found.targets):
        below = [_target(target) for target in found.targets if target.seat == seat]
        yield Item(subject(seat, name), tuple(below))


def _target(target: TargetMoved) -> Line:
    was, now = (code(text) if text else Part("no target") for text in (target.before, target.after))
    when = _when(target.since, target.until)
    return line(called(target.metric, target.metric_name), f"{when}: ", was, " → ", now)


def _when(since: str | None, until: str | None) -> str:
    """From which period on, and until before which one, a target judges."""
    if since:
        return f", from {since}" + (f" until {until}" if until else "")
    return f", before {until}" if until else ""


def shown(value: str | None, measure: Unit | None) -> Part:
    """A value as a person reads it."""
    if value is None:
        return Part("unavailable")
    return code(measure.shown(value) if measure else value)


def _values(added: ValuesAdded) -> tuple[Line, ...]:
    unknown = f", {added.unavailable} unavailable" if added.unavailable else ""
    return (
        who(added.seat, added.name),
        called(added.metric, added.metric_name),
        line(f"{added.added} new{unknown}"),
        line(code(added.period), " = ", shown(added.value, added.measure)),
    )


def _corrected(value: ValueCorrected) -> Item:
    about = line(who(value.seat, value.name), ", ", called(value.metric, value.metric_name), ", ", code(value.period))
    was, now = shown(value.before, value.measure), shown(value.after, value.measure)
    by = line(" by ", code(value.by)) if value.by else ()
    return Item(line(about, ": ", was, " → ", now, ", corrected", by, told(": ", value.note)))


def _rewritten(row: RowChanged) -> Item:
    old, new = row.before, row.after
    about = line(
        who(row.seat, row.name), ", ", code(old["metric"]), ", ", code(old["period"]), ": the row ", code(row.id)
    )
    if new is None:
        return Item(line(about, " is gone, with ", _kept(old["value"])), loud=True)
    other = [line(f"{key} ", _kept(old[key]), " → ", _kept(new[key])) for key in new if old[key] != new[key]]
    return Item(line(about, " is not as it was: ", listed(other)), loud=True)


def _kept(text: str | None) -> Part:
    return Part("null") if text is None else code(text)


def _policy(found: Diff) -> Iterator[Item]:
    for key in found.policy:
        yield Item(line(code(key.key), ": ", change(key.before, key.after)))
