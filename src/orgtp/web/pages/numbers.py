"""The page on which a person enters the numbers that they owe, and what became of those that they sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from orgtp.actions.plausibility import find_usual_values
from orgtp.model.cell import Cell
from orgtp.model.period import parse_period
from orgtp.model.score import Score
from orgtp.model.seat import MetricKey
from orgtp.model.target import format_target
from orgtp.model.value import Unit, ValueKind
from orgtp.render.drawings.sparkline import draw_sparkline
from orgtp.render.templates import mark_as_html
from orgtp.render.wording.dates import format_weekday
from orgtp.render.wording.figures import format_full_figure
from orgtp.render.wording.periods import describe_period, name_period
from orgtp.views.owed import OwedNumber, OwedNumbers, find_number, list_owed
from orgtp.views.signs import describe_state, find_sign, name_sign
from orgtp.web.pages.page import Page, PageRequest, SentForm, SentState, SentValue

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

_WEEKS = 13
_A_MOMENT = timedelta(microseconds=1)
# How a value that is not a plain number may be typed.
_EXAMPLES = {ValueKind.DURATION: "for example 3h40m, 90m", ValueKind.TIME: "for example 07:52; after midnight, 24:15"}
# What a script needs to say whether a value is on target as it is typed.
_SCRIPT_KINDS = {
    ValueKind.NUMBER: "number",
    ValueKind.PERCENT: "percent",
    ValueKind.MONEY: "money",
    ValueKind.DURATION: "duration",
    ValueKind.TIME: "time",
    ValueKind.YES_NO: "yes",
}


@dataclass(frozen=True, slots=True)
class LastValue:
    """A value of an earlier period, beside the field."""

    period: str
    text: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class NumberField:
    """A number with its field. `kept` is what was typed before, `errors` what is wrong with it, by the field's name.

    `theirs` is the record that another person made after this one opened the page. `is_told`: something is wrong.
    """

    number: OwedNumber
    id: str
    hint: str
    known: str
    target: str
    before: str
    after: str
    example: str
    is_yes_no: bool
    asks_cases: bool
    data: Mapping[str, str]
    last: tuple[LastValue, ...]
    line: str
    kept: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Score | None = None

    @property
    def name(self) -> str:
        """The metric, with its seat if that is not the person's own."""
        return self.number.full_name


@dataclass(frozen=True, slots=True)
class DoneValue:
    """A value that was recorded: of which number and period, as people write it, and what it means."""

    name: str
    period: str
    text: str
    sign: str
    word: str


def build_numbers_page(request: PageRequest) -> Page:
    """The numbers that the reader owes; after a form was sent, what was recorded, or what is wrong with it.

    The address may ask for those that were given, to correct them: `correct`.
    """
    org, seats, sent = request.org, request.reader.seats or (request.reader.seat,), request.sent
    owed = list_owed(org.org, seats, org.now)
    if sent is not None and sent.act == "scores" and sent.is_recorded:
        content = {"sent": sent, "done": [*_list_done(org, seats, sent)], "owed": [*_list_still_owed(org, owed)]}
        title = "Queued" if sent.state is SentState.QUEUED else "Recorded"
        return Page("numbers", title, {"view": "done", **content}, shows_sent=True)
    is_correcting = "correct" in request.query
    numbers = [*(owed.given if is_correcting else owed.owed)]
    kept = sent if sent is not None and sent.act == "scores" else None
    numbers = _add_sent(org, seats, numbers, kept)
    if not numbers:
        return Page("numbers", "Nothing is owed", {"view": "nothing", "next": _describe_next(org, owed), "all": owed})
    fields = _build_fields(org, numbers, kept)
    content = {
        "view": "correct" if is_correcting else "owed",
        "fields": fields,
        "until": _describe_due(org, max(one.due for one in numbers)),
        "sent": kept,
        "wrong": [*_list_wrong(fields, kept)],
        "whole": kept.errors.get("", "") if kept else "",
    }
    return Page("numbers", "My numbers", content, shows_sent=kept is not None)


def _add_sent(
    org: OrgHandle, seats: Iterable[str], numbers: list[OwedNumber], sent: SentForm | None
) -> list[OwedNumber]:
    """The numbers, and those that were sent and are not among them: somebody else may have recorded one meanwhile."""
    if sent is None:
        return numbers
    known = {one.key for one in numbers}
    keys = dict.fromkeys(name.partition(".")[2] for name, text in sent.fields.items() if text and _is_entry(name))
    found = (find_number(org.org, [*seats], key, org.now) for key in keys if key not in known)
    return [*numbers, *(one for one in found if one)]


def _is_entry(name: str) -> bool:
    return name.partition(".")[0] in {"value", "unknown", "note"}


# Fields.


def _build_fields(org: OrgHandle, numbers: list[OwedNumber], sent: SentForm | None) -> list[NumberField]:
    seats = {one.seat for one in numbers}
    rows = {(row.seat, row.metric): row for seat in sorted(seats) for row in org.scorecard(_WEEKS, seat).rows}
    lines = {key: mark_as_html(draw_sparkline(row)) for key, row in rows.items()}
    kept, errors = _group_by_number(sent.fields if sent else {}), _group_by_number(sent.errors if sent else {})
    fields = []
    for number in numbers:
        made = _build_field(org, number, _name_field(number), lines.get((number.seat, number.metric), mark_as_html("")))
        theirs = sent.theirs.get(f"value.{number.key}") if sent else None
        fields.append(replace(made, kept=kept.get(number.key, {}), errors=errors.get(number.key, {}), theirs=theirs))
    return fields


def find_first_fields(request: PageRequest) -> dict[MetricKey, str]:
    """The metrics of which the reader owes a value, and the id of the first field of each on the page of numbers."""
    org, reader = request.org, request.reader
    if not reader.may_write:
        return {}
    owed = list_owed(org.org, reader.seats or (reader.seat,), org.now).owed
    return {MetricKey(one.seat, one.metric): _name_field(one) for one in reversed(owed)}


def _name_field(number: OwedNumber) -> str:
    """The id of its field. No id of a seat or a metric has a dot."""
    return f"n.{number.seat}.{number.metric}.{number.period}"


def _build_field(org: OrgHandle, number: OwedNumber, id_: str, line: str) -> NumberField:
    unit, kind = number.unit, number.unit.kind
    return NumberField(
        number=number,
        id=id_,
        hint=_describe_number(org, number),
        known=_describe_known(org, number),
        target=format_target(number.target.text) if number.target else "",
        before=unit.currency if kind is ValueKind.MONEY else "",
        after="%" if kind is ValueKind.PERCENT else "",
        example=_EXAMPLES.get(kind, ""),
        is_yes_no=kind is ValueKind.YES_NO,
        asks_cases=_has_cases(org, number),
        data=_list_script_data(org, number),
        last=tuple(_describe_last(cell, unit) for cell in number.last),
        line=line,
    )


def _group_by_number(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields of each number, by its key and the first part of their names."""
    found: dict[str, dict[str, str]] = {}
    for name, text in fields.items():
        part, _, key = name.partition(".")
        found.setdefault(key, {})[part] = text
    return found


def _describe_number(org: OrgHandle, number: OwedNumber) -> str:
    due = "It was due" if number.is_late else "Due"
    parts = [f"{describe_period(number.period)}. {due} {_describe_due(org, number.due)}."]
    if number.source and number.newest is not None and number.newest.value is None:
        parts.append("By hand, as its source is broken." if not number.newest.void else "")
    elif number.source and number.is_late:
        parts.append("By hand, as its source has not sent it.")
    return " ".join(filter(None, parts))


def _describe_due(org: OrgHandle, due: datetime) -> str:
    """`Mon 30 Nov, 9:00`; the midnight at which a day ends is `the end of Sun 29 Nov`."""
    local = due.astimezone(org.head.zone)
    if (local.hour, local.minute) == (0, 0):
        last = local - _A_MOMENT
        return f"at the end of {format_weekday(last)}"
    return f"{format_weekday(local)}, {local.hour}:{local:%M}"


def _describe_known(org: OrgHandle, number: OwedNumber) -> str:
    """What is recorded of the period already; "" if nothing is."""
    score = number.newest
    if score is None or score.void:
        return ""
    who = org.org.name_at(score.by, org.now) if score.by in org.org.seats else score.by or "an unknown seat"
    text = format_full_figure(score.value, number.unit)
    at = score.at.astimezone(org.head.zone)
    why = f": {score.note}" if score.note else ""
    return f"{text}, recorded by {who} on {format_weekday(at)} at {at.hour}:{at:%M}{why}"


def _has_cases(org: OrgHandle, number: OwedNumber) -> bool:
    """Whether recent values say how many cases they cover."""
    records = org.org.newest_scores(number.seat, number.metric)
    return any(cell.period in records and records[cell.period].n is not None for cell in number.last)


def _list_script_data(org: OrgHandle, number: OwedNumber) -> dict[str, str]:
    """What the script of the page compares a value with, as attributes `data-…`."""
    metric, period = org.org.metric(number.seat, number.metric), parse_period(number.period)
    found = {"kind": _SCRIPT_KINDS[number.unit.kind], "currency": number.unit.currency}
    if number.target and number.is_judged_alone:
        target = number.target
        found |= {"operator": target.operator, "low": f"{target.low:f}", "high": f"{target.high:f}"}
    if period:
        usual = find_usual_values(org.org, number.seat, metric, period)
        amounts: dict[str, Decimal | None] = {"typical": usual.typical, "least": usual.least, "most": usual.most}
        found |= {name: f"{amount:f}" for name, amount in amounts.items() if amount is not None}
    return {name: text for name, text in found.items() if text}


def _describe_last(cell: Cell, unit: Unit) -> LastValue:
    # The unit is in the target, above.
    shown = format_full_figure(cell.value, unit).removesuffix("%").removeprefix(f"{unit.currency} ")
    word = describe_state(cell.state, cell.value)
    if cell.value is None:
        return LastValue(name_period(cell.period), word, name_sign(cell.state), "")
    return LastValue(name_period(cell.period), shown, name_sign(cell.state), word)


def _list_wrong(fields: Sequence[NumberField], sent: SentForm | None) -> Iterator[tuple[str, str, str]]:
    """What is wrong: the id of the field ("" without one), the name of the number, and the message, as at the field."""
    for one in fields if sent else ():
        for name, message in one.errors.items():
            is_theirs = name == "value" and one.theirs and one.known
            told = f"{one.known}, after you opened this page." if is_theirs else message
            yield (f"{name[0]}{one.id}" if name in {"reason", "n"} else one.id), one.name, told
    yield from _list_without_field(fields, sent) if sent else ()


def _list_without_field(fields: Sequence[NumberField], sent: SentForm) -> Iterator[tuple[str, str, str]]:
    """What is wrong with numbers that have no field any more, such as those of a metric that was renamed meanwhile."""
    shown = {one.number.key for one in fields}
    for field_name, message in sent.errors.items():
        key = field_name.partition(".")[2]
        if key and key not in shown:
            typed = sent.fields.get(f"value.{key}", "")
            yield "", " ".join(key.split("/")) + (f" = {typed}" if typed else ""), message


# What became of a form.


def _list_done(org: OrgHandle, seats: Iterable[str], sent: SentForm) -> Iterator[DoneValue]:
    for value in sent.values:
        number = find_number(org.org, [*seats], f"{value.seat}/{value.metric}/{value.period}", org.now)
        if number is None:
            yield DoneValue(f"{value.seat} {value.metric}", name_period(value.period), value.value or "unknown", "", "")
            continue
        sign, word = _describe_verdict(number, value)
        yield DoneValue(
            number.full_name, name_period(value.period), format_full_figure(value.value, number.unit), sign, word
        )


def _describe_verdict(number: OwedNumber, value: SentValue) -> tuple[str, str]:
    """The sign and the words for a value: its verdict, or why it is not known."""
    if value.value is None:
        return "un", value.note
    sign = find_sign(number.judge_value(value.value))
    return (sign.value, sign.word) if sign else ("", "")


def _list_still_owed(org: OrgHandle, owed: OwedNumbers) -> Iterator[str]:
    for number in owed.owed:
        verb = "was due" if number.is_late else "due"
        yield f"{number.full_name}, {name_period(number.period)}, {verb} {_describe_due(org, number.due)}"


def _describe_next(org: OrgHandle, owed: OwedNumbers) -> str:
    if owed.next is None:
        return ""
    one = owed.next
    return f"{one.name}, {describe_period(one.period)}, due {_describe_due(org, one.due)}"
