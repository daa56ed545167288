"""Add a metric, set its keys and target, end it, and let another one continue it.

A metric with values is never taken away: it ends, and a metric that `continues` it begins where it ended.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from orgtp.actions.escalate import EscalationEdits
from orgtp.actions.metric_content import (
    METRIC_KEYS,
    NewMetric,
    build_metric_content,
    check_choice,
    metric_content,
    order_content,
)
from orgtp.actions.metric_heirs import list_edited_seats, list_heir_edits, list_mentions_left
from orgtp.actions.seats import explain_target_after_end, set_keys
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Edit, SetKey, YamlData
from orgtp.model.due import is_over, parse_due
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import EscalationKind
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import GRAIN_SIZES, PERIOD_EXAMPLES, Cadence, Period, parse_period, period_containing
from orgtp.model.records.escalation_merge import list_allowed_resolvers
from orgtp.model.seat import Metric, MetricKey, Seat, find_first_period_after, seat_path
from orgtp.model.target import parse_target, target_hint
from orgtp.model.text import did_you_mean, id_hint, is_id, join_with_and, one_line
from orgtp.model.value import Unit


@dataclass(frozen=True, slots=True)
class MetricEnd:
    """The end of a metric. `after` names its last period; "" is the last one that is over, or that has a value.

    `succeeded_by` is another metric that continues it, as `SEAT/METRIC`.
    """

    seat: str
    metric: str
    reason: str
    after: str = ""
    succeeded_by: str = ""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A metric that ends, and the one that is added to continue it: of the seat `to`, with the id `new`.

    `action` is the name of the action: `metric-rename`, `metric-move` or `metric-recadence`.
    `cadence` and `target` "" are those of the old one. `after` names the last period of the old one, as in `MetricEnd`.
    """

    action: str
    seat: str
    metric: str
    to: str
    new: str
    name: str = ""
    cadence: str = ""
    target: str = ""
    after: str = ""
    reason: str = ""


def add_metric(org: Org, seat: str, new: NewMetric, by: str = "") -> Change:
    """Add a metric to a seat.

    Raises `UnknownSeat`, `BadInput` for an id or a target that is not one and for a missing part, and `Refused` for a
    retired seat and for an id that the seat has or had.
    """
    held = _get_current_seat(org, seat)
    content = build_metric_content(new)
    _refuse_taken_id(org, held, new.metric)
    edit = SetKey(seat_path(seat), ("metrics", new.metric), content)
    return Change("metric-add", f"{new.metric}, {one_line(new.name)}", (seat,), (edit,), by=by)


def set_metric_target(
    org: Org, seat: str, metric: str, target: str, *, start: str = "", by: str = "", now: datetime | None = None
) -> Change:
    """Set the target of a metric: from the period `start` on, else from the current one, else (no `now`) for all time.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for a target or a period that is not one, and what `set_keys`
    raises.
    """
    held, text = org.metric(seat, metric), target.strip()
    if parse_target(text) is None:
        raise BadInput(what=f'target "{target}" is not a valid target. {target_hint(target)}')
    keys: tuple[str, ...] = ("metrics", metric, "target")
    if start:
        begin = _parse_period_of(held, start)
        if held.has_end_before(begin):
            raise Refused(why=explain_target_after_end(seat, held, begin, text))
        keys = (*keys, begin.text)
    change = set_keys(org, seat, [(keys, text)], by, now=now)
    since = next((_find_start(held, edit.value, text) for edit in change.edits if isinstance(edit, SetKey)), "")
    return replace(change, action="metric-target", what=f"{metric} {text}{since}", body="")


def _find_start(metric: Metric, value: YamlData, text: str) -> str:
    """Return ` from 2026-W48`, the new date of a dated target, and when the next one begins; "" without dates."""
    if not isinstance(value, Mapping):
        return ""
    old = {begin.text: target.text for begin, target in metric.targets.dated if begin}
    dated = [(begin, str(one)) for begin, one in value.items()]
    for number, (begin, one) in enumerate(dated):
        if one == text and old.get(begin) != one:
            later = f" until {dated[number + 1][0]}, then {dated[number + 1][1]}" if number + 1 < len(dated) else ""
            return f" from {begin}{later}"
    return ""


def set_metric_keys(
    org: Org, seat: str, metric: str, values: Sequence[tuple[str, str]], by: str = "", now: datetime | None = None
) -> Change:
    """Set keys of a metric; the value "" removes a key. A target applies from the current period on, if `now` is given.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for an unknown key, `Refused` for another cadence or an earlier
    end than recorded values allow, and what `set_keys` raises.
    """
    held = org.metric(seat, metric)
    for key, value in values:
        head = key.partition(".")[0]
        if head not in METRIC_KEYS and not head.startswith("x-"):
            hint = did_you_mean(head, METRIC_KEYS) or f"It is one of: {', '.join(METRIC_KEYS)}."
            raise BadInput(what=f'"{key}" is not a key of a metric. {hint}')
        if key == "cadence" and value != held.cadence and org.score_records(seat, metric):
            how = f"orgtp metric recadence {seat} {metric} {value or 'CADENCE'}"
            raise Refused(
                why=f"{metric} has {held.cadence} values, so its cadence stays. Let another continue it: {how}"
            )
        if key == "ends" and value:
            _refuse_values_after(org, seat, held, _parse_period_of(held, value))
    settings = [(("metrics", metric, *key.split(".")), value) for key, value in values]
    change = set_keys(org, seat, settings, by, now=now)
    return replace(change, action="metric-set", what=change.what.replace(f"metrics.{metric}.", f"{metric} ", 1))


def end_metric(org: Org, end: MetricEnd, now: datetime, by: str = "") -> Change:
    """End a metric after one of its periods. Its values stay, and nothing more is owed.

    The escalations of late values that are open are resolved, as far as the acting seat may. Raises `UnknownSeat`,
    `UnknownMetric`, `BadInput` without a reason, and `Refused` if the metric has ended, has later values, or cannot be
    succeeded by the metric that is named.
    """
    seat, metric = _get_current_seat(org, end.seat), org.metric(end.seat, end.metric)
    if not one_line(end.reason):
        raise BadInput(what=f"say why {end.metric} ends: --reason TEXT")
    last = _find_last_period(org, seat, metric, end.after, now, is_new_end=True)
    edits: list[Edit] = [SetKey(seat_path(seat.id), ("metrics", metric.id, "ends"), last.text)]
    seats, what, has_heir = [seat.id], f"{metric.id} after {last.text}", False
    if end.succeeded_by:
        heir = _find_successor(org, seat, metric, last, end.succeeded_by)
        has_heir = _have_same_unit(metric, org.metric(*heir))
        key = MetricKey(seat.id, metric.id).text
        edits.append(SetKey(seat_path(heir.seat), ("metrics", heir.metric, "continues"), key))
        seats.append(heir.seat)
        what += f", continued by {heir.text}"
    change = Change("metric-end", what, tuple(seats), tuple(edits), seat.id, by)
    return _add_follow_up(org, now, change, metric, last, end.reason, is_continued=has_heir)


def continue_metric(org: Org, step: Continuation, now: datetime, by: str = "") -> Change:
    """End a metric and add the one that continues it, in one change: another id, seat or cadence.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for an id that is not one, and `Refused` if the metric has ended
    or has later values, if the id is taken, or if the new cadence is the old one.
    """
    seat, to = (_get_current_seat(org, one) for one in (step.seat, step.to))
    metric = org.metric(seat.id, step.metric)
    if not is_id(step.new):
        raise BadInput(what=f'"{step.new}" is not a valid id. {id_hint(step.new)}')
    if (seat.id, metric.id) == (to.id, step.new):
        raise Refused(why=f"{seat.id}/{metric.id} is this metric itself. Name another id, seat or cadence.")
    if not metric.targets.dated:
        raise Refused(why=f"the target of {metric.id} cannot be read, so nothing can continue it. See: orgtp validate")
    _refuse_taken_id(org, to, step.new)
    if step.cadence:
        check_choice("cadence", step.cadence, Cadence)
    cadence = Cadence(step.cadence) if step.cadence else metric.cadence
    if step.action == "metric-recadence" and cadence is metric.cadence:
        raise Refused(why=f"{metric.id} is {cadence} already")
    last = _find_last_period(org, seat, metric, step.after, now)
    beginning = _find_beginning(org, last, cadence, now)
    content = _build_heir(seat, metric, step, cadence, beginning)
    changes = list(_list_key_changes(seat, metric, content, beginning[0]))
    heirs = {MetricKey(seat.id, metric.id): MetricKey(to.id, step.new)}
    edits = (
        SetKey(seat_path(seat.id), ("metrics", metric.id, "ends"), last.text),
        SetKey(seat_path(to.id), ("metrics", step.new), content),
        *list_heir_edits(org, heirs),
    )
    seats = tuple(dict.fromkeys([seat.id, to.id, *list_edited_seats(edits)]))
    target = next((f", {line}," for line in changes if line.startswith("target ")), "")
    what = _describe_step(metric, step, cadence, last, target)
    change = Change(step.action, what, seats, edits, seat.id, by, body="\n".join(changes))
    heir = MetricKey(to.id, step.new)
    return _add_follow_up(org, now, change, metric, last, step.reason, heir, is_continued=True)


def build_moved_metric(
    org: Org, seat: Seat, metric: Metric, to: str, now: datetime
) -> tuple[Period, dict[str, YamlData]]:
    """Return the last period of a metric that the seat `to` takes over, and the content of the one that continues it.

    Raises `Refused` if the metric has ended.
    """
    last = _find_last_period(org, seat, metric, "", now)
    step = Continuation("metric-move", seat.id, metric.id, to, metric.id)
    return last, _build_heir(seat, metric, step, metric.cadence, _find_beginning(org, last, metric.cadence, now))


def _list_key_changes(seat: Seat, metric: Metric, content: Mapping[str, YamlData], begin: Period) -> Iterator[str]:
    """Say which keys of a metric are not those of the one that it continues, besides its cadence.

    Of the targets, those from the changeover on are compared.
    """
    old = {**metric_content(seat, metric), "target": _list_targets_from(metric, begin)}
    new = {**content, "target": _from_first(content["target"])}
    for key in (*METRIC_KEYS, *sorted({*old, *new} - {*METRIC_KEYS})):
        was, now = old.get(key), new.get(key)
        # A metric of the same seat is named without it.
        is_same = was == now or (key == "leads_to" and was == f"{seat.id}/{now}")
        if not is_same and key not in {"cadence", "continues"}:
            yield (
                f"{key} {_format_key(now)} instead of {_format_key(was)}"
                if now
                else f"{key} {_format_key(was)} dropped"
            )


def _from_first(target: YamlData) -> YamlData:
    """A dated target with a single date as the target alone."""
    return next(iter(target.values())) if isinstance(target, Mapping) and len(target) == 1 else target


def _format_key(value: YamlData) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{text} from {begin}" for begin, text in value.items())
    return "none" if value is None else one_line(str(value))


def _describe_step(metric: Metric, step: Continuation, cadence: Cadence, last: Period, target: str) -> str:
    texts = {
        "metric-rename": f"{metric.id} to {step.new}",
        "metric-move": f"{metric.id} to {step.to}" + (f" as {step.new}" if step.new != metric.id else ""),
        "metric-recadence": f"{metric.id} from {metric.cadence} to {cadence}{target} as {step.new}",
    }
    return f"{texts[step.action]}, after {last.text}"


def _find_beginning(org: Org, last: Period, cadence: Cadence, now: datetime) -> tuple[Period, bool]:
    """Return the first period of a metric that continues one after `last`, and whether the file has to say it.

    If it has more values than the old one, those of the current period of the old one that are over are not owed.
    """
    begin, current = find_first_period_after(last, cadence.grain), period_containing(now, cadence.grain, org.zone)
    is_finer = GRAIN_SIZES[cadence.grain] < GRAIN_SIZES[last.grain]
    if is_finer and begin < current and last.next() == period_containing(now, last.grain, org.zone):
        return current, True
    return begin, False


def _build_heir(
    seat: Seat, metric: Metric, step: Continuation, cadence: Cadence, beginning: tuple[Period, bool]
) -> dict[str, YamlData]:
    """Return the content of a metric that continues another one."""
    content, (begin, is_dated) = metric_content(seat, metric), beginning
    target = _check_target(seat, metric, step, cadence) if step.target else _list_targets_from(metric, begin)
    content["target"] = {begin.text: target} if is_dated and isinstance(target, str) else target
    content |= {"name": one_line(step.name)} if step.name else {}
    content["cadence"] = str(cadence)
    if metric.per and GRAIN_SIZES[metric.per] < GRAIN_SIZES[cadence.grain]:
        del content["per"]
    due = parse_due(metric.due) if metric.due else None
    if due and not due.fits(cadence):
        del content["due"]
    if step.to == seat.id and metric.leads_to:
        content["leads_to"] = metric.leads_to
    return order_content({**content, "continues": MetricKey(seat.id, metric.id).text})


def _list_targets_from(metric: Metric, begin: Period) -> YamlData:
    """Return the target in force in the period `begin`, and with it those that begin later."""
    current = metric.targets.target_for(begin) or metric.targets.dated[0][1]
    later = {start.text: target.text for start, target in metric.targets.dated if start and start.start > begin.start}
    return {begin.text: current.text, **later} if later else current.text


def _check_target(seat: Seat, metric: Metric, step: Continuation, cadence: Cadence) -> str:
    """Return the target of a metric that continues another one. Raises `BadInput`, and `Refused` for another unit."""
    target = parse_target(step.target.strip())
    if target is None:
        raise BadInput(what=f'target "{step.target}" is not a valid target. {target_hint(step.target)}')
    if target.unit != metric.targets.unit:
        kinds = join_with_and(_name_unit(unit) for unit in (metric.targets.unit, target.unit))
        new = ["orgtp", "metric", "add", step.to, step.new, "--name", step.name or metric.name]
        new += ["--outcome", metric.outcome, "--target", target.text, "--cadence", str(cadence)]
        raise Refused(
            why=f"one row cannot show {kinds}. Add a new metric instead: {shlex.join(new)}; then end this one: "
            f"orgtp metric end {seat.id} {metric.id} --reason TEXT"
        )
    return target.text


def _name_unit(unit: Unit) -> str:
    return unit.text or "numbers"


def _get_current_seat(org: Org, seat: str) -> Seat:
    held = org.seat(seat)
    if held.is_retired:
        raise Refused(why=f"{seat} is retired, so its file cannot be changed.")
    return held


def _refuse_taken_id(org: Org, seat: Seat, metric: str) -> None:
    if metric in seat.metrics or ("metrics", metric) in seat.marks.keys:
        ended = seat.metrics[metric].ends if metric in seat.metrics else None
        more = f", which ended after {ended.text}" if ended else ""
        raise Refused(why=f"{seat.id} has a metric {metric} already{more}. Choose another id: ids are never reused.")
    if org.score_records(seat.id, metric):
        raise Refused(why=f"{seat.id} has values of a metric {metric}. Choose another id: ids are never reused.")


def _parse_period_of(metric: Metric, text: str) -> Period:
    """Parse a period of the metric's cadence. Raises `BadInput`."""
    grain = metric.cadence.grain
    period = parse_period(text.strip().upper())
    if period is None or period.grain is not grain:
        last = period.matching(grain)[1].text if period else PERIOD_EXAMPLES[grain]
        hint = f"Write a {grain}, such as {last}."
        raise BadInput(what=f'"{text}" is not a period of {metric.id}, which is {metric.cadence}. {hint}')
    return period


def find_end(org: Org, seat: Seat, metric: Metric, now: datetime) -> Period:
    """Return the period after which a metric ends by default: the last that is over, or a later one with a value.

    A metric that has continued another one only since then ends right where that one did.
    """
    over = period_containing(now, metric.cadence.grain, org.zone)
    while over.ends(org.zone).astimezone(UTC) > now.astimezone(UTC):
        over = over.previous_in(org.zone)
    begin = MetricRow(org, seat, metric, now).changeover
    return max([over, *_list_valued_periods(org, seat.id, metric), *([begin.previous()] if begin else [])])


def _suggest_after_end(seat: Seat, metric: Metric, heir: MetricKey | None, *, is_new_end: bool) -> str:
    """Say what to type if a metric that ends is to end, or to be continued."""
    if is_new_end:
        return f"To move its end: orgtp metric set {seat.id} {metric.id} ends=PERIOD"
    if heir:
        return f"To let another metric continue {heir.metric}: orgtp metric rename {heir.seat} {heir.metric} NEW"
    return f"To let another metric continue it, take its end away first: orgtp metric set {seat.id} {metric.id} ends="


def _find_last_period(
    org: Org, seat: Seat, metric: Metric, after: str, now: datetime, *, is_new_end: bool = False
) -> Period:
    """Return the last period of a metric that is to end. Raises `BadInput` and `Refused`."""
    if metric.ends is not None:
        heir = org.heir_of(seat.id, metric.id)
        more = f", and {heir.text} continues it" if heir else ""
        how = _suggest_after_end(seat, metric, heir, is_new_end=is_new_end)
        raise Refused(why=f"{seat.id} {metric.id} ends after {metric.ends.text} already{more}. {how}")
    if not after.strip():
        return find_end(org, seat, metric, now)
    last = _parse_period_of(metric, after)
    begin = MetricRow(org, seat, metric, now).changeover
    if begin and last.next() < begin:
        how = f"End it after {begin.previous().text} or later"
        raise Refused(why=f"{metric.id} begins with {begin.text}, so it cannot end after {last.text}. {how}")
    _refuse_values_after(org, seat.id, metric, last)
    return last


def _list_valued_periods(org: Org, seat: str, metric: Metric) -> list[Period]:
    """Return the periods of a metric that have a value; those that are only unavailable are not among them."""
    in_force = org.scores_in_force(seat, metric.id).values()
    periods = (score.parsed_period for score in in_force if score.value is not None)
    return [period for period in periods if period and period.grain is metric.cadence.grain]


def _refuse_values_after(org: Org, seat: str, metric: Metric, last: Period) -> None:
    later = sorted(period for period in _list_valued_periods(org, seat, metric) if period > last)
    if later:
        withdraw = f"orgtp score withdraw {seat} {metric.id} --for {later[-1].text} --reason TEXT"
        how = f"End it after {later[-1].text} or later, or withdraw them first: {withdraw}"
        raise Refused(why=f"{metric.id} has values after {last.text}, up to {later[-1].text}. {how}")


def _find_successor(org: Org, seat: Seat, metric: Metric, last: Period, text: str) -> MetricKey:
    """Return the metric that `text` names, if it can continue `metric` after `last`."""
    where, slash, name = text.strip().rpartition("/")
    heir = MetricKey(where if slash else seat.id, name)
    held = org.metric(heir.seat, heir.metric)
    _get_current_seat(org, heir.seat)
    if heir == (seat.id, metric.id):
        raise Refused(why=f"{heir.text} cannot continue itself. Name another metric: --succeeded-by SEAT/METRIC")
    if held.continues and held.continues != MetricKey(seat.id, metric.id).text:
        raise Refused(why=f"{heir.text} already continues {held.continues}")
    other = org.heir_of(seat.id, metric.id)
    if other and other != heir:
        raise Refused(why=f"{other.text} already continues {seat.id}/{metric.id}")
    at: MetricKey | None = MetricKey(seat.id, metric.id)
    seen: set[MetricKey] = set()
    while at and at not in seen:
        seen.add(at)
        one = org.seats[at.seat].metrics.get(at.metric) if at.seat in org.seats else None
        at = one.predecessor if one else None
        if at == heir:
            raise Refused(why=f"{seat.id}/{metric.id} itself continues {heir.text}")
    begin = find_first_period_after(last, held.cadence.grain)
    early = sorted(period for period in _list_valued_periods(org, heir.seat, held) if period < begin)
    if early and _have_same_unit(metric, held):
        how = "Choose an earlier end with --after, or leave out --succeeded-by"
        raise Refused(why=f"{heir.text} has values for periods before {begin.text}, such as {early[0].text}. {how}")
    return heir


def _have_same_unit(one: Metric, other: Metric) -> bool:
    """Whether one row can show the values of both metrics."""
    return bool(one.targets.dated and other.targets.dated) and one.targets.unit == other.targets.unit


def _add_follow_up(
    org: Org,
    now: datetime,
    change: Change,
    metric: Metric,
    last: Period,
    reason: str,
    heir: MetricKey | None = None,
    *,
    is_continued: bool,
) -> Change:
    """Resolve the escalations that end with the metric, and say what else names it and stays as it is.

    If the row of the metric is continued, they stay open until one of the two metrics has a value.
    """
    seat = change.about
    after = replace(metric, ends=last)
    ended = is_over(org, after, now) and not is_continued
    resolved = (
        _resolve_escalations(org, now, seat, metric, f"{metric.id} ended after {last.text}", change.by)
        if ended
        else None
    )
    body = [text for text in (one_line(reason), change.body) if text]
    body += [resolved.body or resolved.what] if resolved and resolved.edits else []
    return replace(
        change,
        edits=(*change.edits, *(resolved.edits if resolved else ())),
        events=resolved.events if resolved else (),
        body="\n".join(body),
        doubts=tuple(list_mentions_left(org, seat, metric, heir)),
    )


def _resolve_escalations(org: Org, now: datetime, seat: str, metric: Metric, note: str, by: str) -> Change | None:
    """Resolve what runs opened about a metric, as far as the acting seat may; a tick resolves the rest."""
    if not by and org.has_addresses:
        return None
    edits = EscalationEdits(org, now, by)
    for one in edits.list_open():
        is_late = (one.seat, one.metric) == (seat, metric.id) and one.kind is not EscalationKind.ISSUE
        if is_late and (not by or by in list_allowed_resolvers(org, one)):
            edits.resolve(one, note)
    return edits.to_change("")
