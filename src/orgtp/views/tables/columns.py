"""The tables that `orgtp export` writes and `orgtp sql` queries: their columns, and what each means.

Most records have their tables in their entries of `orgtp.model.records.kinds`. docs/export.md lists the same columns.
Other programs depend on them: add columns at the end, and never rename one.
"""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.model.records.kinds import ESCALATION, RECORD_KINDS, RETIREMENT, SCORE, RecordKind
from orgtp.model.records.table import BY_SEAT, Column, ColumnType, Table

_SEAT = Column("seat", "The id of the seat.")
_METRIC = Column("metric", "The id of the metric. It is unique within its seat.")
_UNIT = Column(
    "unit", "`%`, a currency such as `USD`, `duration`, `time of day` or `yes/no`; blank for a plain number."
)
_AMOUNT = Column(
    "amount",
    "The value as a number: a duration in seconds, a time of day in seconds since midnight, yes as 1 and no as 0. "
    "Blank for a count of hits.",
    ColumnType.NUMBER,
)
_BY_METRIC: Mapping[tuple[str, ...], str] = {("seat",): "seats", ("seat", "metric"): "metrics"}

SEATS = Table(
    "seats",
    "Every seat, retired ones included.",
    ("seat",),
    (
        _SEAT,
        Column("name", "The name."),
        Column("role", "The role."),
        Column("kind", "`human`, `agent` or `group`."),
        Column("status", "`proposed`, `active`, `paused`, `vacant` or `retired`."),
        Column("owner", "The id of the human seat accountable for it."),
        Column("owner_name", "The name of that seat."),
        Column("reports_to", "The id of the seat above; blank at the top of the chart."),
        Column("mission", "What it does, and for whom."),
        Column("since", "Its first day.", ColumnType.DATE),
        Column("review_by", "When the seat itself is next reviewed.", ColumnType.DATE),
        Column("retire_when", "The condition for retiring it."),
        Column("email", "The addresses of whoever holds the seat, with commas between them."),
        Column("capabilities", "What it does and no other active seat does, by id.", ColumnType.MAP),
        Column("own", "The user's own `x-` keys, and those of its metrics as `metrics.ID.KEY`.", ColumnType.MAP),
        Column("holder", "Who holds it, if its file says so and it is not vacant."),
        Column("holders", "Who held it, each by the first day; `vacant` for nobody.", ColumnType.MAP),
        Column("pauses", "Why it was paused, each by the first day, with the last one.", ColumnType.MAP),
        Column("also_reports_to", "The seats to which it has a dotted line, with commas between them."),
        Column("delegate", "Who takes over while its holder is away, and until which day."),
        Column(
            "inputs", "What it works with, by name: the version, or what it is and from which seat.", ColumnType.MAP
        ),
        Column("aliases", "What other systems call it, with commas between them."),
        Column("mission_from", "The source of a mission that an import wrote and no person has reviewed."),
        Column("runs_from", "The files that define it, each with its SHA-256 when it was reviewed.", ColumnType.MAP),
    ),
    {},
)
METRICS = Table(
    "metrics",
    "Every metric of a seat, with its newest verdict.",
    ("seat", "metric"),
    (
        _SEAT,
        _METRIC,
        Column("name", "The name."),
        Column("outcome", "The business outcome that it serves."),
        Column("cadence", "How often a value is recorded."),
        Column("per", "The size of the cells in which it is judged."),
        Column("rollup", "How the values of a cell are combined."),
        Column("allow_misses", "How many misses a cell may have, with the rollup `hits`.", ColumnType.INTEGER),
        _UNIT,
        Column("target", "The target in force."),
        Column("targets", "All targets, each by the first period that it applies to (blank: always).", ColumnType.MAP),
        Column("due", "When a value is due after its period, if the metric says it."),
        Column("source", "The name of its source on the machine that collects it."),
        Column("leads_to", "The outcome metric that an activity serves."),
        Column("waive", "The rules that it may break, with the reasons.", ColumnType.MAP),
        Column("latest_period", "The newest cell with a verdict; blank if there is none."),
        Column("latest", "The value of that cell in its stored form, or `4/5` for hits; blank if it is unknown."),
        Column("latest_amount", "The same as a number; see `amount` of `cells`.", ColumnType.NUMBER),
        Column("state", "The state of that cell: `on`, `off`, `unavailable`, `missing`, `pending` or `none`."),
        Column("misses_in_a_row", "How many cells were off target in a row, up to the newest.", ColumnType.INTEGER),
        Column("on_target", "How many cells were on target.", ColumnType.INTEGER),
        Column("known", "How many cells were on or off target.", ColumnType.INTEGER),
        Column("stale_since", "Since when its newest value is late; blank if it is not.", ColumnType.TIME),
        Column("silenced_until", "The last day on which it sends no alerts.", ColumnType.DATE),
        Column("ends", "The last period for which a value is owed; blank if it goes on."),
        Column("continues", "The metric whose history it continues, as `SEAT/METRIC`."),
        Column("current", "Whether it has begun, and has not ended.", ColumnType.FLAG),
        Column("rebase", "Why a new phase begins, each by its first period.", ColumnType.MAP),
    ),
    BY_SEAT,
)
VALUES = Table(
    "values",
    "Every record, by metric, in the order of time. `orgtp score add --from FILE` reads this table.",
    ("id",),
    (
        _SEAT,
        _METRIC,
        Column("period", "The period that the value is for."),
        Column("value", "The value in its stored form, exact; blank if it is unavailable or withdrawn."),
        Column("note", "The note; why a value is unavailable or withdrawn."),
        Column("id", "The id of the record."),
        Column("void", "Whether the record withdraws the earlier ones of its period.", ColumnType.FLAG),
        Column(
            "standing",
            "`counts`: it is in effect. `corrected`, `repeated`, `withdrawn`: a newer record has another value, the "
            "same value, or withdraws it. `withdrawal`: it withdraws others. `ignored`: it is older than its period.",
        ),
        _AMOUNT,
        _UNIT,
        Column("at", "When it was recorded.", ColumnType.TIME),
        Column("by", "The seat that recorded it."),
        Column("n", "The number of cases that a ratio covers; blank if it is not known.", ColumnType.INTEGER),
    ),
    _BY_METRIC,
)
CELLS = Table(
    "cells",
    "Every cell of a metric, from its beginning to the current one, as it is judged. Cells in which nothing was owed "
    "and nothing was recorded are left out.",
    ("seat", "metric", "period"),
    (
        _SEAT,
        _METRIC,
        Column("period", "The cell: a day, week, month or quarter."),
        Column("first_day", "Its first day.", ColumnType.DATE),
        Column("last_day", "Its last day.", ColumnType.DATE),
        Column("value", "The rolled-up value in its stored form, or `4/5` for hits; blank if it is unknown."),
        _AMOUNT,
        _UNIT,
        Column("state", "`on`, `off`, `unavailable`, `missing` (late), `pending` (not due yet) or `none`."),
        Column("target", "The target in force at its end."),
        Column("partial", "Whether some of the values that it combines are unknown.", ColumnType.FLAG),
        Column("corrected", "Whether one of its values was corrected.", ColumnType.FLAG),
        Column("at", "When its newest value was recorded.", ColumnType.TIME),
        Column("by", "The seat that recorded it."),
        Column("note", "The note; why a value is unknown."),
    ),
    _BY_METRIC,
)
RETIREMENTS = Table(
    "retirements",
    "The record of every retirement.",
    ("seat",),
    (
        _SEAT,
        Column("name", "The name of the seat."),
        Column("retired_on", "The day.", ColumnType.DATE),
        Column("decided_by", "The seat that decided it."),
        Column("reason", "The reason."),
        Column("worked", "What worked."),
        Column("failed", "What failed."),
        Column("lesson", "The lesson."),
        Column("rehire", "Under what conditions it would be hired again."),
        Column("capabilities", "The heir of each capability.", ColumnType.MAP),
        Column("metrics", "The heir of each metric; blank for one that ended.", ColumnType.MAP),
        Column("ended", "Why each metric without an heir ended.", ColumnType.MAP),
        Column("reports", "To whom each of its reports reports since then.", ColumnType.MAP),
        Column(
            "results", "The final result of each metric: the last value, and the periods on target.", ColumnType.MAP
        ),
        Column("owned", "The new owner of each seat that it owned.", ColumnType.MAP),
    ),
    BY_SEAT,
)
ESCALATIONS = Table(
    "escalations",
    "Every escalation, resolved ones included.",
    ("id",),
    (
        Column("id", "The id."),
        Column("seat", "The seat that it is about."),
        Column("metric", "The metric that it is about, if any."),
        Column("kind", "What opened it: `source`, `stale` or `issue`."),
        Column("severity", "`low`, `normal` or `high`."),
        Column("state", "`open`, `acknowledged` or `resolved`."),
        Column("what", "What happened."),
        Column("why", "Why."),
        Column("assignee", "The seat that handles it."),
        Column("opened_at", "When it was opened.", ColumnType.TIME),
        Column("by", "The seat that opened it."),
        Column("due", "When it moves up; blank if it is resolved.", ColumnType.TIME),
        Column("overdue", "Whether that time has passed.", ColumnType.FLAG),
        Column("acknowledged_at", "When it was last acknowledged.", ColumnType.TIME),
        Column("resolved_at", "When it was resolved.", ColumnType.TIME),
    ),
    BY_SEAT,
)
EVENTS = Table(
    "events",
    "What happened: the commits, newest first, with a row for each seat that one touched; then the events of the "
    "escalations.",
    ("id",),
    (
        Column("id", "The id of the event."),
        Column("kind", "`commit` or `escalation`."),
        Column("at", "When it happened.", ColumnType.TIME),
        Column(
            "action", "The action of a commit, such as `score` or `retire` (blank: made by hand); the event's type."
        ),
        Column("seat", "The seat that it touched."),
        Column("by", "The seat that acted, if it is known."),
        Column("author", "The author of the commit."),
        Column("approved_by", "The seat that decided it, if a decision was needed."),
        Column("what", "What was done; the note of an escalation's event."),
        Column("commit_id", "The id of the commit."),
        Column("escalation", "The id of the escalation."),
        Column("assignee", "The seat to which the escalation passed."),
    ),
    {},
)
# The tables of the kinds whose rows need more of the org than the record: what counts, what is shown, or the time.
_TABLES_OF_KINDS: Mapping[str, tuple[Table, ...]] = {
    SCORE.name: (VALUES, CELLS),
    RETIREMENT.name: (RETIREMENTS,),
    ESCALATION.name: (ESCALATIONS, EVENTS),
}


def list_tables_of(kind: RecordKind) -> tuple[Table, ...]:
    """The tables that show the records of a kind; () for a kind that is not exported."""
    return (*_TABLES_OF_KINDS.get(kind.name, ()), *(one.table for one in kind.tables))


TABLES = (SEATS, METRICS, *(table for kind in RECORD_KINDS for table in list_tables_of(kind)))
TABLES_BY_NAME = {table.name: table for table in TABLES}
