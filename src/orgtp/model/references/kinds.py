"""The list of everything in an org that can name a seat or a metric, one entry for each kind of place.

Whoever leaves, moves, passes a seat on, renames or retires works from this list. A key that holds the id of a seat or a
metric and is not in this list fails a test: `REFERENCE_KINDS` has it, or `OTHER_IDS` says what else the id is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Route, silences_path
from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.records.review import Review, review_path
from orgtp.model.records.todo import Todo
from orgtp.model.seat import Metric, Seat, retirement_path, seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH

# A place that names something: its file, the keys in that file, the seat, and the metric of that seat ("" for none).
NamedPlace = tuple[str, Keys, str, str]
Reader = Callable[[Org], Iterator[NamedPlace]]


@dataclass(frozen=True, slots=True)
class ReferenceKind:
    """A kind of place that can name a seat, or a metric of one.

    `schema` is the schema of the file and `key` the key in it, with `*` for an id, a number or a date that varies, and
    `~` at its end if the id is the key itself and not its value. `what` says what the place says about the seat, as in
    "the owner of dash". With `is_record`, the place is part of the record of the past, and stays as it is. With
    `can_change`, an action can write another id there; without it, a person has to (a key of a person, say).
    """

    schema: str
    key: str
    what: str
    read: Reader
    is_record: bool = False
    can_change: bool = True

    @property
    def id(self) -> str:
        """The schema and the key: `seat owner`."""
        return f"{self.schema} {self.key}"


def _of_seats(read: Callable[[Seat], Iterator[tuple[Keys, str, str]]]) -> Reader:
    def read_seats(org: Org) -> Iterator[NamedPlace]:
        for seat in org.seats.values():
            for keys, named, metric in read(seat):
                yield seat_path(seat.id), keys, named, metric

    return read_seats


def _of_metrics(read: Callable[[Metric], str], key: str) -> Reader:
    """A key of a metric that names another metric: `METRIC` of the same seat, or `SEAT/METRIC`."""

    def read_metrics(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
        for metric in seat.metrics.values():
            if text := read(metric):
                named, _, other = text.rpartition("/")
                yield ("metrics", metric.id, key), named or seat.id, other

    return _of_seats(read_metrics)


def _read_owners(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
    # A person who owns their own seat need not say so.
    if seat.owner and (("owner",) in seat.marks.keys or seat.owner != seat.id):
        yield ("owner",), seat.owner, ""


def _read_managers(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
    if seat.reports_to:
        yield ("reports_to",), seat.reports_to, ""


def _read_dotted_lines(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
    for number, boss in enumerate(seat.also_reports_to):
        yield ("also_reports_to", str(number)), boss, ""


def _read_delegates(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
    if seat.delegate:
        yield ("delegate", "to"), seat.delegate.to, ""


def _read_inputs(seat: Seat) -> Iterator[tuple[Keys, str, str]]:
    for name, one in seat.inputs.items():
        if one.from_:
            yield ("inputs", name, "from"), one.from_, ""


def _read_scorekeepers(org: Org) -> Iterator[NamedPlace]:
    for number, seat in enumerate(org.policy.scorekeepers):
        if seat:
            yield "org.yaml", ("policy", "scorekeepers", str(number)), seat, ""


def _read_approvers(org: Org) -> Iterator[NamedPlace]:
    for number, seat in enumerate(org.policy.approvers):
        if seat:
            yield "org.yaml", ("policy", "retirement", "approvers", str(number)), seat, ""


def _read_discover_to(org: Org) -> Iterator[NamedPlace]:
    if org.policy.discover_to:
        yield "org.yaml", ("policy", "discover", "to"), org.policy.discover_to, ""


def _of_routes(read: Callable[[Route], tuple[str, str]], key: str) -> Reader:
    """A key of a route, at any depth: the seat that it names, and the metric."""

    def read_routes(org: Org) -> Iterator[NamedPlace]:
        ahead: list[tuple[Keys, Route]] = [(("routing", str(n)), route) for n, route in enumerate(org.routing)]
        while ahead:
            keys, route = ahead.pop(0)
            seat, metric = read(route)
            if seat or metric:
                yield "org.yaml", (*keys, key), seat, metric
            ahead = [((*keys, "routes", str(n)), below) for n, below in enumerate(route.routes)] + ahead

    return read_routes


def _of_records(read: Callable[[Org, str], Iterator[tuple[Keys, str, str]]]) -> Reader:
    def read_records(org: Org) -> Iterator[NamedPlace]:
        for retired in org.retirements:
            for keys, seat, metric in read(org, retired):
                if seat:
                    yield retirement_path(retired), keys, seat, metric

    return read_records


def _of_record(key: str) -> Reader:
    return _of_records(lambda org, retired: iter([((key,), getattr(org.retirements[retired], key), "")]))


def _of_heirs(part: str, *below: str, as_key: bool = False) -> Reader:
    """A group of a retirement record: of a thing that the seat had, to the seat that has it now."""

    def read_heirs(org: Org, retired: str) -> Iterator[tuple[Keys, str, str]]:
        group: Mapping[str, str] = getattr(org.retirements[retired], part)
        for name, heir in group.items():
            yield (part, name, *below), name if as_key else heir, ""

    return _of_records(read_heirs)


def _of_metrics_of_record(part: str) -> Reader:
    def read_names(org: Org, retired: str) -> Iterator[tuple[Keys, str, str]]:
        record = org.retirements[retired]
        names = record.results if part == "results" else [*record.metrics, *record.ended]
        for name in dict.fromkeys(names):
            yield (part, name), retired, name

    return _of_records(read_names)


def _of_escalations(read: Callable[[Org, str], Iterator[tuple[Keys, str, str]]]) -> Reader:
    def read_escalations(org: Org) -> Iterator[NamedPlace]:
        for id_, one in org.escalations.items():
            for keys, seat, metric in read(org, id_):
                if seat:
                    yield one.path, keys, seat, metric

    return read_escalations


def _of_events(key: str) -> Reader:
    def read_events(org: Org, id_: str) -> Iterator[tuple[Keys, str, str]]:
        for number, event in enumerate(org.escalations[id_].events):
            yield ("events", str(number), key), event.by if key == "by" else event.to, ""

    return _of_escalations(read_events)


def _read_open_assignees(org: Org, id_: str) -> Iterator[tuple[Keys, str, str]]:
    if not org.escalations[id_].is_resolved:
        yield ("with",), org.escalations[id_].with_, ""


def _read_opener(org: Org, id_: str) -> Iterator[tuple[Keys, str, str]]:
    yield ("by",), org.escalations[id_].by, ""


def _read_subject(org: Org, id_: str) -> Iterator[tuple[Keys, str, str]]:
    yield ("seat",), org.escalations[id_].seat, ""


def _read_subject_metric(org: Org, id_: str) -> Iterator[tuple[Keys, str, str]]:
    if metric := org.escalations[id_].metric:
        yield ("metric",), org.escalations[id_].seat, metric


def _read_silenced(org: Org) -> Iterator[NamedPlace]:
    for seat, silences in org.silences.items():
        for metric in silences.metrics:
            yield silences_path(seat), (metric,), seat, metric


def _read_silencers(org: Org) -> Iterator[NamedPlace]:
    for seat, silences in org.silences.items():
        for metric, silence in silences.metrics.items():
            if silence.by:
                yield silences_path(seat), (metric, "by"), silence.by, ""


def _of_todos(read: Callable[[Todo], Iterator[tuple[Keys, str]]]) -> Reader:
    def read_todos(org: Org) -> Iterator[NamedPlace]:
        for one in org.todos.values():
            for keys, seat in read(one):
                if seat:
                    yield one.path, keys, seat, ""

    return read_todos


def _read_todo_owner(one: Todo) -> Iterator[tuple[Keys, str]]:
    # Whose to-do a closed one was is part of the record.
    if not one.is_closed:
        yield ("owner",), one.owner


def _of_todo_events(key: str) -> Reader:
    def read_events(one: Todo) -> Iterator[tuple[Keys, str]]:
        for number, event in enumerate(one.events):
            yield ("events", str(number), key), event.by if key == "by" else event.to

    return _of_todos(read_events)


def _of_reviews(read: Callable[[Review], Iterator[tuple[Keys, str, str]]]) -> Reader:
    def read_reviews(org: Org) -> Iterator[NamedPlace]:
        for id_, one in org.reviews.items():
            for keys, seat, metric in read(one):
                if seat:
                    yield review_path(id_), keys, seat, metric

    return read_reviews


def _read_leader(one: Review) -> Iterator[tuple[Keys, str, str]]:
    yield ("led_by",), one.led_by, ""


def _read_present(one: Review) -> Iterator[tuple[Keys, str, str]]:
    for number, seat in enumerate(one.present):
        yield ("present", str(number)), seat, ""


def _read_discussed(one: Review) -> Iterator[tuple[Keys, str, str]]:
    for number, row in enumerate(one.rows):
        yield ("rows", str(number), "seat"), row.seat, ""


def _read_discussed_metrics(one: Review) -> Iterator[tuple[Keys, str, str]]:
    for number, row in enumerate(one.rows):
        yield ("rows", str(number), "metric"), row.seat, row.metric


def _read_skipped(one: Review) -> Iterator[tuple[Keys, str, str]]:
    for number, skipped in enumerate(one.skipped):
        yield ("skipped", str(number), "seat"), skipped.seat, ""


def _read_principals(org: Org) -> Iterator[NamedPlace]:
    for key in org.signers:
        yield ALLOWED_SIGNERS_PATH, (str(key.place.line),), key.principal, ""


def _of_scores(key: str) -> Reader:
    def read_scores(org: Org) -> Iterator[NamedPlace]:
        for seat, scores in org.scores.items():
            for score in scores:
                named, metric = (score.by, "") if key == "by" else (seat, score.metric)
                if named:
                    yield f"scores/{seat}/{score.at:%Y-%m}.jsonl", (score.id, key), named, metric

    return read_scores


def _of_explanations(key: str) -> Reader:
    def read_explanations(org: Org) -> Iterator[NamedPlace]:
        for number, one in enumerate(org.explanations, start=1):
            if seat := one.by if key == "by" else one.decided_by:
                yield "audit/explained.jsonl", (str(number), key), seat, ""

    return read_explanations


def _of_deliveries(key: str) -> Reader:
    def read_deliveries(org: Org) -> Iterator[NamedPlace]:
        for one in org.deliveries:
            if seat := one.by if key == "by" else one.to:
                yield one.path, (one.id, key), seat, ""

    return read_deliveries


def _kind(schema: str, key: str, what: str, read: Reader) -> ReferenceKind:
    return ReferenceKind(schema, key, what, read)


def _record(schema: str, key: str, what: str, read: Reader) -> ReferenceKind:
    return ReferenceKind(schema, key, what, read, is_record=True, can_change=False)


def _fixed(schema: str, key: str, what: str, read: Reader) -> ReferenceKind:
    return ReferenceKind(schema, key, what, read, can_change=False)


REFERENCE_KINDS: tuple[ReferenceKind, ...] = (
    _kind("seat", "owner", "owner", _of_seats(_read_owners)),
    _kind("seat", "reports_to", "manager", _of_seats(_read_managers)),
    _kind("seat", "also_reports_to.*", "dotted line to", _of_seats(_read_dotted_lines)),
    _kind("seat", "delegate.to", "delegate", _of_seats(_read_delegates)),
    _kind("seat", "inputs.*.from", "input from", _of_seats(_read_inputs)),
    _kind("seat", "metrics.*.leads_to", "serves", _of_metrics(lambda metric: metric.leads_to, "leads_to")),
    _kind("org", "policy.scorekeepers.*", "scorekeeper", _read_scorekeepers),
    _kind("org", "policy.retirement.approvers.*", "approver", _read_approvers),
    _kind("org", "policy.discover.to", "hears of new agents", _read_discover_to),
    _kind("org", "routing.*.to", "assignee", _of_routes(lambda route: (route.to, ""), "to")),
    _kind("org", "routing.*.seat", "route about", _of_routes(lambda route: (route.seat, ""), "seat")),
    _kind("org", "routing.*.metric", "route about", _of_routes(lambda route: (route.seat, route.metric), "metric")),
    # A hand-over is an event, which `actions/escalate.py` writes.
    _fixed("escalation", "with", "assignee", _of_escalations(_read_open_assignees)),
    # A move is an event, which `actions/todo.py` writes.
    _fixed("todo", "owner", "to-do of", _of_todos(_read_todo_owner)),
    _fixed("silenced", "*~", "silenced", _read_silenced),
    _record("silenced", "*.by", "asked for it", _read_silencers),
    # Whose key it is, no other seat can inherit.
    _fixed("signers", "*", "signs with this key", _read_principals),
    # The metric whose values it shows as its past never changes.
    _record("seat", "metrics.*.continues", "continues", _of_metrics(lambda metric: metric.continues, "continues")),
    _record("retirement", "owner", "owner then", _of_record("owner")),
    _record("retirement", "reports_to", "manager then", _of_record("reports_to")),
    _record("retirement", "decided_by", "decided", _of_record("decided_by")),
    _record("retirement", "capabilities.*", "heir", _of_heirs("capabilities")),
    _record("retirement", "metrics.*~", "had the metric", _of_metrics_of_record("metrics")),
    _record("retirement", "metrics.*.to", "heir", _of_heirs("metrics", "to")),
    _record("retirement", "reports.*~", "reported", _of_heirs("reports", as_key=True)),
    _record("retirement", "reports.*", "manager since", _of_heirs("reports")),
    _record("retirement", "owned.*~", "was owned", _of_heirs("owned", as_key=True)),
    _record("retirement", "owned.*", "owner since", _of_heirs("owned")),
    _record("retirement", "results.*~", "had the metric", _of_metrics_of_record("results")),
    _record("escalation", "by", "opened it", _of_escalations(_read_opener)),
    _record("escalation", "seat", "about", _of_escalations(_read_subject)),
    _record("escalation", "metric", "about", _of_escalations(_read_subject_metric)),
    _record("escalation", "events.*.by", "acted", _of_events("by")),
    _record("escalation", "events.*.to", "assignee", _of_events("to")),
    _record("todo", "events.*.by", "acted", _of_todo_events("by")),
    _record("todo", "events.*.to", "owner since", _of_todo_events("to")),
    _record("review", "led_by", "led it", _of_reviews(_read_leader)),
    _record("review", "present.*", "was there", _of_reviews(_read_present)),
    _record("review", "rows.*.seat", "discussed", _of_reviews(_read_discussed)),
    _record("review", "rows.*.metric", "discussed", _of_reviews(_read_discussed_metrics)),
    _record("review", "skipped.*.seat", "skipped", _of_reviews(_read_skipped)),
    _record("score", "metric", "value of", _of_scores("metric")),
    _record("score", "by", "recorded", _of_scores("by")),
    _record("explained", "by", "wrote it", _of_explanations("by")),
    _record("explained", "decided_by", "decided", _of_explanations("decided_by")),
    _record("briefing", "to", "got a briefing", _of_deliveries("to")),
    _record("briefing", "by", "sent it", _of_deliveries("by")),
)  # fmt: skip

# The keys whose value looks like the id of a seat or a metric and is something else, each with what it is.
OTHER_IDS: Mapping[str, str] = {
    "seat seat": "the seat's own id",
    "seat capabilities.*~": "the id of a capability",
    "seat inputs.*~": "the name of an input",
    "seat metrics.*~": "the metric itself",
    "seat metrics.*.source": "the name of a source on a machine",
    "seat metrics.*.waive.*~": "the id of a rule",
    "org org": "the org's own id",
    "org policy.forges.*": "the name of a forge",
    "retirement seat": "the retired seat itself",
    "retirement capabilities.*~": "the id of a capability",
    "explained rule": "the id of a rule",
    "sources *~": "the name of a source on a machine",
}
