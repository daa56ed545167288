"""The parts of an audit's report that are about the organisation: its seats, its retirements, its corrections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from orgtp.audit.export.markup import Column, Markup, code, facts, joined, section, table, tag
from orgtp.audit.export.report import (
    AuditReport,
    ReportCorrection,
    ReportHandover,
    ReportMetric,
    ReportRetirement,
    ReportSeat,
)
from orgtp.model.text import count_noun
from orgtp.model.value import Unit

_SHORT = 10
_REVIEW = {"worked": "What worked", "failed": "What failed", "lesson": "The lesson", "rehire": "Taken back when"}


def seats(found: AuditReport) -> Iterator[str]:
    """Every seat: all on one table, then each on its own."""
    columns = [Column("Seat"), Column("Role"), Column("Owner"), Column("Status", "tight"), Column("Since", "tight")]
    rows = [_seat_row(number, seat) for number, seat in enumerate(found.seats)]
    lead = f"{count_noun(len(found.seats), 'seat')}, the retired ones among them. The owner is the person who answers."
    cards = (_seat(number, seat) for number, seat in enumerate(found.seats))
    yield from section("seats", "Seats", lead, table("Every seat", columns, rows), *cards)


def _seat_row(number: int, seat: ReportSeat) -> list[str]:
    name = tag("a", seat.name, href=f"#seat-{number}")
    id_ = "" if seat.name.lower() == seat.seat else seat.seat
    return [_with(name, id_), seat.role, seat.owner_name or "nobody", _status(seat), _day(seat.since)]


def _status(seat: ReportSeat) -> Markup:
    """The status; with its day for a seat that is retired."""
    day = tag("span", seat.retired_on.isoformat(), class_="sub") if seat.retired_on else ""
    return joined([seat.status if seat.status == "active" else tag("span", seat.status, class_="chip quiet"), day])


def _seat(number: int, seat: ReportSeat) -> Markup:
    told = facts(
        [
            ("Id", code(seat.seat)),
            ("Owner", _named(seat.owner, seat.owner_name)),
            ("Status", seat.status),
            ("Since", _day(seat.since)),
            ("Retired on", _day(seat.retired_on)),
            ("Reports to", _named(seat.reports_to, seat.reports_to_name)),
            ("Next review", _day(seat.review_by)),
        ]
    )
    inside = [
        tag("h3", seat.name),
        tag("p", seat.role, class_="role"),
        tag("p", seat.mission, class_="says") if seat.mission else "",
        told,
        _capabilities(seat.capabilities),
        _metrics(seat),
        _block("To be retired when", seat.retire_when),
    ]
    return Markup(f"{tag('article', *inside, id=f'seat-{number}')}\n")


def _capabilities(held: Mapping[str, str]) -> Markup:
    items = (tag("li", code(name), f" {what}" if what else "") for name, what in held.items())
    return joined([tag("h4", "Capabilities"), tag("ul", *items)]) if held else Markup()


def _metrics(seat: ReportSeat) -> Markup:
    if not seat.metrics:
        return Markup()
    columns = [Column("Metric"), Column("Target"), Column("Cadence", "tight"), Column("On target", "tight")]
    rows = [
        [_with(one.name, one.outcome), _targets(one), one.cadence, _tally(one.on_target, one.known)]
        for one in seat.metrics
    ]
    return joined([tag("h4", "Metrics"), table(f"Metrics of {seat.name}", columns, rows)])


def _targets(metric: ReportMetric) -> Markup:
    """Every target, each with the period from which on it judges."""
    told = (
        tag("div", tag("span", one.target, class_="tight"), f" from {one.since}" if one.since else "")
        for one in metric.targets
    )
    return joined(told) if metric.targets else Markup("none")


def _tally(on_target: int, known: int) -> str:
    return f"{on_target:,} of {known:,}" if known else "no values"


def retirements(found: AuditReport) -> Iterator[str]:
    """Every retirement with its record."""
    lead = "Seats are retired, not deleted: a person decides, every capability goes to an heir, the record stays."
    none = "No seat has been retired."
    cards = [_retirement(one) for one in found.retirements]
    yield from section("retirements", "Retirements", lead if cards else none, *cards)


def _retirement(one: ReportRetirement) -> Markup:
    inside = [tag("h3", one.name), tag("p", one.role, class_="role") if one.role else ""]
    if not one.recorded:
        missing = tag("p", "This seat is retired, and there is no record of why and by whom.", class_="says")
        return tag("article", *inside, facts([("Id", code(one.seat))]), missing, class_="wrong")
    inside += [tag("p", one.reason, class_="says") if one.reason else "", _decision(one)]
    inside += [_block(_REVIEW.get(key, key), words) for key, words in one.review.items()]
    inside += [_handed("Capabilities", one.capabilities), _handed("Metrics", one.metrics), _reports(one.reports)]
    return Markup(f"{tag('article', *inside)}\n")


def _decision(one: ReportRetirement) -> Markup:
    return facts(
        [
            ("Id", code(one.seat)),
            ("Retired on", _day(one.retired_on) or "no date"),
            ("Decided by", _named(one.decided_by, one.decided_by_name) or "nobody named"),
            ("Commit", code(one.commit[:_SHORT]) if one.commit else ""),
        ]
    )


def _handed(title: str, rows: Sequence[ReportHandover]) -> Markup:
    if not rows:
        return Markup()
    told = [[code(row.what), _named(row.heir, row.heir_name) or _ended(row), _result(row)] for row in rows]
    columns = [Column(title), Column("Went to"), Column("Ended on")]
    if not any(row.last or row.known for row in rows):
        columns, told = columns[:2], [row[:2] for row in told]
    return joined([tag("h4", f"{title}, handed over"), table(f"{title}, handed over", columns, told)])


def _ended(row: ReportHandover) -> str:
    return f"ended: {row.ended}" if row.ended else "nobody"


def _result(row: ReportHandover) -> str:
    last = _value(row.last, row.measure) if row.last else ""
    last = f"{last} in {row.period}" if last and row.period else last
    tally = f"{row.on_target} of {row.known} periods on target" if row.known else ""
    return "; ".join(part for part in (last, tally) if part)


def _reports(moved: Mapping[str, str]) -> Markup:
    rows = [[code(seat), code(boss)] for seat, boss in moved.items()]
    columns = [Column("Seat"), Column("Reports to")]
    return joined([tag("h4", "Who reported there"), table("Who reported there", columns, rows)]) if rows else Markup()


def corrections(found: AuditReport) -> Iterator[str]:
    """Every correction: what was recorded, and what it was corrected to."""
    lead = "A value is never changed: a later record corrects it, and both stay in the ledger. In order of time."
    titles = ("Value of", "Period", "Recorded", "Corrected to", "When and by whom", "Note")
    columns = [Column(title, "tight" if title == "Period" else "") for title in titles]
    rows = [_correction(one) for one in found.corrections]
    held = table("Every correction", columns, rows) if rows else ""
    yield from section("corrections", "Corrections", lead if rows else "No value has been corrected.", held)


def _correction(one: ReportCorrection) -> list[str]:
    where = f"commit {one.commit[:_SHORT]}" if one.commit else f"{one.path}:{one.line}"
    return [
        _with(one.metric_name, f"{one.name} ({one.seat})"),
        one.period,
        _value(one.before, one.measure),
        _value(one.after, one.measure),
        _with(one.at.replace("T", " ").replace("Z", " UTC"), f"{one.by_name or 'nobody named'}, {where}"),
        one.note or "",
    ]


def _value(stored: str | None, measure: Unit | None) -> str:
    return "unavailable" if stored is None else measure.format_shown(stored) if measure else stored


def _with(words: str, below: str) -> Markup:
    """Words, and smaller ones below them."""
    return joined([words, tag("span", below, class_="sub") if below else ""])


def _named(id_: str | None, name: str | None) -> str:
    """A seat by its name, and its id where that is another word."""
    if not id_ or not name or name.lower() == id_:
        return name or id_ or ""
    return f"{name} ({id_})"


def _block(title: str, words: str | None) -> Markup:
    return joined([tag("h4", title), tag("p", words)]) if words else Markup()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
