"""Tell what a commit changed, in the org's words: one sentence for each change, for a reader who looks at the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from orgtp.model.target import format_target, parse_target
from orgtp.model.text import count_noun, join_with_and
from orgtp.model.value import ValueKind
from orgtp.views.days.types import ToldChange
from orgtp.views.diff.build import Diff
from orgtp.views.diff.metrics import MetricField, TargetMoved, WaiverChanged
from orgtp.views.diff.policy import PolicyChanged
from orgtp.views.diff.types import (
    CapabilityHanded,
    FieldChanged,
    Handover,
    MetricEnded,
    MetricHanded,
    RecordTouched,
    SeatAdded,
    SeatRemoved,
    SeatRetired,
)
from orgtp.views.diff.wording import (
    HOLDERS,
    INPUTS,
    describe_holder,
    is_first_date,
    is_part_of_file,
    is_part_of_retirement,
    name_input,
    name_seat_key,
)

_DOTTED_LINES = "also_reports_to"
# Of a commit that changes more than this many seats, only the numbers are told.
MOST_TOLD = 25


@dataclass(frozen=True, slots=True)
class ToldBy:
    """The commit of a change: when, and by which seat; `who` is its name, or the author's."""

    commit: str
    day: date
    at: datetime
    by: str | None
    who: str


@dataclass(frozen=True, slots=True)
class _Wording:
    """What changed about a seat. A `verb` follows its name without a colon."""

    seat: str
    name: str
    what: str
    verb: bool = False


def tell_changes(found: Diff, by: ToldBy, names: Mapping[str, str] = MappingProxyType({})) -> Iterator[ToldChange]:
    """Yield what a commit changed of the seats and of org.yaml, in the order in which it is shown.

    `names` has the names of seats that dotted lines lead to.
    """
    retired = {one.seat for one in found.retired}
    begun = next((one.after for one in found.policy if one.key == "org" and one.before is None), None)
    if begun:
        yield _make_told(_Wording("", "", f"The org {begun} begins", verb=True), by)
        found = replace(found, policy=())
    for sort, tell in _TELLERS.items():
        for item in getattr(found, sort):
            if is_part_of_file(item, found) or is_part_of_retirement(item) or is_first_date(item):
                continue
            said = tell(_name_dotted_lines(item, names))
            if said.seat not in retired or sort == "retired":
                yield _make_told(said, by)


def tell_counts(by: ToldBy, added: int, changed: int, gone: int) -> ToldChange:
    """What a commit changed that touches many seats: how many."""
    counts = [(added, "added"), (changed, "changed"), (gone, "removed")]
    parts = [f"{count_noun(number, 'seat')} {what}" for number, what in counts if number]
    return _make_told(_Wording("", "", join_with_and(parts), verb=True), by)


def _make_told(said: _Wording, by: ToldBy) -> ToldChange:
    joint = "" if not said.name else " " if said.verb else ": "
    return ToldChange(by.day, by.at, said.seat, said.name, joint, said.what, by.commit, by.by, by.who)


_DOTTED = "also_reports_to"


def _name_dotted_lines(item: Any, names: Mapping[str, str]) -> Any:
    """The same change, with the names of the seats to which a dotted line is gone, and of those to which one is new."""
    if not isinstance(item, FieldChanged) or item.key != _DOTTED:
        return item
    before, after = (text.split(", ") if text else [] for text in (item.before, item.after))
    gone, new = ([one for one in some if one not in others] for some, others in ((before, after), (after, before)))
    named = [join_with_and(names.get(one, one) for one in some) or None for some in (gone, new)]
    return replace(item, before=named[0], after=named[1])


def _tell_added(item: SeatAdded) -> _Wording:
    to = f", reports to {item.reports_to_name or item.reports_to}" if item.reports_to else ""
    how = "proposed" if item.status == "proposed" else "is new"
    return _Wording(item.seat, item.name, f"{how}: {item.role}{to}", verb=True)


def _tell_retired(item: SeatRetired) -> _Wording:
    gone: dict[str, list[str]] = {}
    for one in item.capabilities:
        if one.heir:
            gone.setdefault(one.heir_name or one.heir, []).append(one.what.replace("-", " "))
    moves = "; ".join(f"{join_with_and(what)} went to {heir}" for heir, what in gone.items())
    return _Wording(item.seat, item.name, f"retired{f'; {moves}' if moves else ''}", verb=True)


def _tell_removed(item: SeatRemoved) -> _Wording:
    return _Wording(item.seat, item.name, "was removed without a retirement", verb=True)


def _tell_owner(item: Handover) -> _Wording:
    after, before = item.after_name or item.after, item.before_name or item.before
    what = f"{after} answers" if after else "nobody answers"
    return _Wording(item.seat, item.name, f"{what}, before {before}" if before else what)


def _tell_move(item: Handover) -> _Wording:
    after, before = item.after_name or item.after, item.before_name or item.before
    what = f"reports to {after}" if after else "reports to nobody"
    return _Wording(item.seat, item.name, f"{what}, before to {before}" if before else what, verb=True)


def _tell_status(item: FieldChanged) -> _Wording:
    return _Wording(
        item.seat, item.name, f"{item.after}, from {item.before}" if item.before else f"{item.after}", verb=True
    )


def _tell_field(item: FieldChanged) -> _Wording:
    if tell := _FIELD_TELLERS.get(item.key.partition(".")[0]):
        return tell(item)
    if item.key.startswith(HOLDERS):
        return _Wording(item.seat, item.name, describe_holder(item), verb=True)
    name = name_input(item.key) if item.key.startswith(INPUTS) else name_seat_key(item.key)
    return _Wording(item.seat, item.name, f"{name} {_tell_values(item.before, item.after)}")


def _tell_name(item: FieldChanged) -> _Wording:
    return _Wording(item.seat, item.after or item.name, f"was called {item.before}", verb=True)


def _tell_description(item: FieldChanged) -> _Wording:
    capability = item.key.partition(".")[2].replace("-", " ")
    return _Wording(item.seat, item.name, f"what “{capability}” is: {item.after or 'not said any more'}")


def _tell_dotted_lines(item: FieldChanged) -> _Wording:
    what = f"also reports to {item.after}" if item.after else f"no longer also reports to {item.before}"
    was = f", no longer to {item.before}" if item.before and item.after else ""
    return _Wording(item.seat, item.name, what + was, verb=True)


def _tell_mission(item: FieldChanged) -> _Wording:
    """The new sentence says it all."""
    return _Wording(item.seat, item.name, f"mission is now: {item.after}" if item.after else "mission is gone")


def _tell_condition(item: FieldChanged) -> _Wording:
    what = f"is to be retired when: {item.after}" if item.after else "no longer says when it is to be retired"
    return _Wording(item.seat, item.name, what, verb=True)


# By the first part of the key.
_FIELD_TELLERS = {
    "name": _tell_name,
    "mission": _tell_mission,
    "retire_when": _tell_condition,
    "capabilities": _tell_description,
    _DOTTED_LINES: _tell_dotted_lines,
}


def _tell_values(before: str | None, after: str | None) -> str:
    if before and after:
        return f"{before}, now {after}"
    return f"is new: {after}" if after else f"{before} is gone"


def _tell_capability(item: CapabilityHanded) -> _Wording:
    return _tell_hand(item, item.capability.replace("-", " "))


def _tell_metric(item: MetricHanded) -> _Wording:
    return _tell_hand(item, f"metric “{item.name}”")


def _tell_hand(item: CapabilityHanded | MetricHanded, what: str) -> _Wording:
    if item.after:
        giver = f", before {item.before_name or item.before}" if item.before else ""
        return _Wording(item.after, item.after_name or item.after, f"has {what}{giver}", verb=True)
    return _Wording(item.before or "", item.before_name or item.before or "", f"no longer has {what}", verb=True)


def _tell_ended(item: MetricEnded) -> _Wording:
    heir = ""
    if item.to and item.to_metric:
        heir = f", and {item.to_name or item.to} continues it" if item.to != item.seat else ", and another continues it"
    return _Wording(item.seat, item.name, f"metric “{item.metric_name}” ends after {_name_period(item.after)}{heir}")


def _tell_target(item: TargetMoved) -> _Wording:
    before, after = (format_target(text) for text in (item.before, item.after))
    span = f", from {_name_period(item.since)}" if item.since else ""
    span += f", before {_name_period(item.until)}" if item.until else ""
    if before and after:
        what = f"{_name_direction(item.before or '', item.after or '')} from {before} to {after}"
    else:
        what = f"is {after}" if after else f"{before} is gone"
    return _Wording(item.seat, item.name, f"target of “{item.metric_name}” {what}{span}")


def _name_direction(before: str, after: str) -> str:
    """Raised or lowered, if both are bounds of the same kind; else changed."""
    was, now = parse_target(before), parse_target(after)
    if not (was and now and was.unit == now.unit and was.operator == now.operator) or was.unit.kind is ValueKind.TIME:
        return "changed"
    if (was.low < now.low) == (was.high < now.high) and was.low != now.low:
        return "raised" if was.low < now.low else "lowered"
    return "changed"


def _name_period(period: str) -> str:
    """A week without its year, as W46; other periods as they are."""
    return period.partition("-")[2] if "-W" in period else period


def _tell_metric_field(item: MetricField) -> _Wording:
    if item.key == "name":
        return _Wording(item.seat, item.name, f"a metric is now called “{item.after}”")
    if item.key == "outcome":
        return _Wording(item.seat, item.name, f"outcome of “{item.metric_name}” is now: {item.after}")
    name = _METRIC_KEYS.get(item.key, item.key)
    return _Wording(item.seat, item.name, f"{name} of “{item.metric_name}” {_tell_values(item.before, item.after)}")


_METRIC_KEYS = {"allow_misses": "allowed misses", "leads_to": "what it leads to", "rebase": "phases"}


def _tell_waiver(item: WaiverChanged) -> _Wording:
    what = f"“{item.metric_name}” may break the rule {item.rule}: {item.after}"
    gone = f"“{item.metric_name}” may no longer break the rule {item.rule}"
    return _Wording(item.seat, item.name, what if item.after else gone)


def _tell_record(item: RecordTouched) -> _Wording:
    what = "was removed" if item.gone else "was changed"
    return _Wording(item.seat, item.name, f"its retirement record {what}")


def _tell_policy(item: PolicyChanged) -> _Wording:
    return _Wording("", "", f"org.yaml: {item.key} {_tell_values(item.before, item.after)}", verb=True)


_TELLERS: dict[str, Callable[[Any], _Wording]] = {
    "added": _tell_added,
    "retired": _tell_retired,
    "removed": _tell_removed,
    "statuses": _tell_status,
    "owners": _tell_owner,
    "moved": _tell_move,
    "fields": _tell_field,
    "capabilities": _tell_capability,
    "metrics": _tell_metric,
    "ended": _tell_ended,
    "targets": _tell_target,
    "metric_fields": _tell_metric_field,
    "waivers": _tell_waiver,
    "records": _tell_record,
    "policy": _tell_policy,
}
