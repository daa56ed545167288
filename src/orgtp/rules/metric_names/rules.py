"""Outcomes, not activity: a metric says what came of the work. How its words are judged: `outcome_judge`."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import did_you_mean, join_with_and
from orgtp.rules.metric_names.classifier import Classification, MetricSense, is_empty_outcome
from orgtp.rules.metric_names.waivers import (
    classifier_for,
    find_broken_rule,
    find_leads_to_fault,
    is_metric_wish,
    sense_after_waivers,
    shorten_text,
    suggest_outcome_metric,
)
from orgtp.rules.rule import Finding

# The rules that judge what a metric is called; people may know better, and say why in `waive`.
WAIVABLE = ("metric-activity", "metric-runtime", "metric-wish")
_SHOWN = 4


def outcome_missing(org: Org) -> Iterator[Finding]:
    """A metric says no business outcome that it serves.

    A number that serves nothing is kept up for its own sake, and nobody can tell whether a miss matters. The outcome
    is the sentence that a client or an owner would recognise.

    Bad:

        metrics:
          anomalies-before-open:
            name: Anomalies flagged before market open
            outcome: tbd

    Good:

        metrics:
          anomalies-before-open:
            name: Anomalies flagged before market open
            outcome: No client loses a day of spend to a fault nobody saw

    Fix: `orgtp seat set SEAT "metrics.METRIC.outcome=WHAT IT IS GOOD FOR"`.
    """
    hint = "Say what it is good for in the business, as in: outcome: No client loses a day of spend"
    for seat, metric in _all_metrics(org):
        # The schema asks for the key in a retired seat's file too; what it says is history.
        if not metric.outcome and ("metrics", metric.id, "outcome") not in seat.marks.keys:
            place = seat.marks.key_place("metrics", metric.id)
            yield Finding(place, f'the metric {shorten_text(metric.id)} has no "outcome"', hint)
        elif metric.outcome and not seat.is_retired and is_empty_outcome(metric.outcome, metric.name, metric.id):
            place = seat.marks.value_place("metrics", metric.id, "outcome")
            fault = "says nothing" if is_empty_outcome(metric.outcome) else "only repeats the name"
            yield Finding(place, f'outcome "{shorten_text(metric.outcome)}" of {shorten_text(metric.id)} {fault}', hint)


def metric_runtime(org: Org) -> Iterator[Finding]:
    """A metric measures the machine and not what came of its work.

    Tokens, latency, uptime, cache hits and requests per hour are no one's outcome: all of them can be splendid while no
    client is any better off. They belong on a dashboard of the machine. Words of time and speed alone do not change
    that (`Latency within 200 ms`); words of what came of it do (`Cost of tokens per resolved ticket`).

    Bad:

        tokens-per-day:
          name: Tokens used per day
          target: "<= 100000"

    Good:

        answered-in-an-hour:
          name: Client tickets answered within one hour
          target: ">= 95%"

    Fix: measure what the work is for; or, where the words mean something else here, say so:
    `orgtp seat set SEAT "metrics.METRIC.waive.metric-runtime=The token is the coin that the client buys."`
    """
    for seat, metric, verdict in _metrics_of_sense(org, MetricSense.RUNTIME):
        waiver = f"orgtp seat set {seat.id} {_waiver_argument(metric, 'metric-runtime')}"
        hint = f"Measure what came of it for somebody; or say why it stands: {waiver}"
        yield _name_finding(seat, metric, f"measures the machine ({shorten_text(verdict.word)})", hint)


def metric_activity(org: Org) -> Iterator[Finding]:
    """A metric counts work done, whatever came of it.

    Messages sent, reports generated and page views go up when somebody is busy, or when an agent runs in a circle. What
    counts is what came of them. An activity may stand beside the outcome that it is done for, if it says which. Words
    that make an outcome clear it: before, within, on time, booked, resolved, paid, without rework.

    Bad:

        messages-sent:
          name: Messages sent
          target: ">= 100"

    Good:

        messages-sent:
          name: Messages sent
          target: ">= 100"
          leads_to: talks-booked
        talks-booked:
          name: First talks booked
          target: ">= 6"

    Fix: measure what came of it; or name the outcome metric that it is done for, of this seat
    (`leads_to: talks-booked`) or of another (`leads_to: scout/talks-booked`); or say why it stands:
    `orgtp seat set SEAT "metrics.METRIC.waive.metric-activity=The client pays for each one."`
    """
    judge = classifier_for(org)
    for seat, metric, verdict in _metrics_of_sense(org, MetricSense.ACTIVITY):
        if not (metric.leads_to and not find_leads_to_fault(org, judge, seat, metric)[0]):
            done_for = shorten_text(suggest_outcome_metric(judge, seat, metric))
            hint = (
                f"Name the outcome that it is done for: orgtp seat set {seat.id} "
                f"metrics.{shorten_text(metric.id)}.leads_to={done_for}; "
                f"or say why it stands: {_waiver_argument(metric, 'metric-activity')}"
            )
            yield _name_finding(seat, metric, f"counts activity ({shorten_text(verdict.word)})", hint)


def leads_to_unknown(org: Org) -> Iterator[Finding]:
    """A `leads_to` names no outcome metric.

    An activity is excused by the outcome that it is done for. That outcome has to be measured, by this seat or another,
    and has to be an outcome: one activity does not excuse another, and none excuses itself. Where a seat is retired,
    `leads_to` follows its metric to the heir.

    Bad:

        messages-sent: {name: Messages sent, leads_to: talks-bookd}
        talks-booked: {name: First talks booked}

    Good:

        messages-sent: {name: Messages sent, leads_to: talks-booked}
        talks-booked: {name: First talks booked}

    Fix: name a metric of this seat, or of another one with its seat: `leads_to: scout/talks-booked`.
    """
    judge = classifier_for(org)
    for seat, metric in _current_metrics(org):
        fault, hint = find_leads_to_fault(org, judge, seat, metric) if metric.leads_to else ("", "")
        if fault:
            place = seat.marks.value_place("metrics", metric.id, "leads_to")
            yield Finding(place, f'leads_to "{metric.leads_to}" {fault}', hint)


def metric_wish(org: Org) -> Iterator[Finding]:
    """A metric is a wish without a number.

    "Improve the onboarding", answered with yes or no, is true every week and false every week. A wish becomes an
    outcome when it says what will be seen, and how much of it, by when.

    Bad:

        onboarding:
          name: Improve the onboarding
          target: "yes"

    Good:

        onboarding:
          name: New clients live within ten days
          target: ">= 90%"

    Fix: say in the name what will be seen, and in the target how much of it.
    """
    judge = classifier_for(org)
    for seat, metric in _current_metrics(org):
        if is_metric_wish(judge, metric):
            waiver = f"orgtp seat set {seat.id} {_waiver_argument(metric, 'metric-wish')}"
            hint = f"Say what will be seen, and in the target how much of it; or say why it stands: {waiver}"
            yield _name_finding(seat, metric, "is a wish without a number", hint)


def seat_only_activity(org: Org) -> Iterator[Finding]:
    """An active seat is measured on activity alone.

    Who is measured on nothing but being busy will be busy. `leads_to` excuses a metric, not the seat: at least one
    number of its own has to say what came of its work. A metric that waives `metric-activity` counts as an outcome.

    Bad:

        metrics:
          messages-sent: {name: Messages sent, leads_to: crystal/talks-booked}
          queries-run: {name: Queries run, leads_to: crystal/talks-booked}

    Good:

        metrics:
          messages-sent: {name: Messages sent, leads_to: replies}
          replies: {name: Prospects who replied within the week}

    Fix: add a metric of what comes of the work: `orgtp seat set SEAT metrics.METRIC.name=… …`.
    """
    judge = classifier_for(org)
    for seat in org.seats.values():
        senses = {sense_after_waivers(judge, metric) for metric in seat.metrics.values()} if seat.is_active else set()
        if MetricSense.ACTIVITY in senses and MetricSense.OUTCOME not in senses:
            names = join_with_and(map(shorten_text, list(seat.metrics)[:_SHOWN])) + (
                " …" if len(seat.metrics) > _SHOWN else ""
            )
            hint = (
                f"Add a metric of what comes of its work: orgtp seat set {seat.id} metrics.ID.name=… "
                "metrics.ID.outcome=… metrics.ID.target=… metrics.ID.cadence=weekly"
            )
            yield Finding(seat.marks.key_place("metrics"), f"{seat.id} is measured on activity alone: {names}", hint)


def waive_unknown(org: Org) -> Iterator[Finding]:
    """A waiver names a rule that a metric cannot waive.

    A waiver with a typing error silences nothing, and one for another rule would be a hole in the fence. A metric can
    waive the rules that judge its name: `metric-activity`, `metric-runtime` and `metric-wish`.

    Bad:

        waive: {metric-activty: The client pays for each one.}

    Good:

        waive: {metric-activity: The client pays for each one.}

    Fix: correct the rule's id, or take the waiver out.
    """
    for seat, metric in _current_metrics(org):
        for rule in metric.waive:
            if rule not in WAIVABLE:
                place = seat.marks.key_place("metrics", metric.id, "waive", rule)
                hint = f"{did_you_mean(rule, WAIVABLE)} A metric can waive {join_with_and(WAIVABLE)}.".strip()
                yield Finding(place, f'"{shorten_text(rule)}" is no rule that a metric can waive', hint)


def waive_unused(org: Org) -> Iterator[Finding]:
    """A waiver silences nothing, or nothing any more.

    A waiver is an exception with a reason. One that is left over hides the next fault, and tells the reader of an
    exception that there is not.

    Bad:

        talks-booked:
          name: First talks booked
          waive: {metric-activity: The client pays for each one.}

    Good:

        talks-booked:
          name: First talks booked

    Fix: take the waiver out.
    """
    judge = classifier_for(org)
    for seat, metric in _current_metrics(org):
        for rule in metric.waive:
            if rule in WAIVABLE and rule != find_broken_rule(org, judge, seat, metric):
                place = seat.marks.key_place("metrics", metric.id, "waive", rule)
                message = f"the waiver of {rule} silences nothing: {shorten_text(metric.id)} does not break it"
                hint = f"Take it out: orgtp seat set {seat.id} metrics.{shorten_text(metric.id)}.waive.{rule}="
                yield Finding(place, message, hint)


def _all_metrics(org: Org) -> Iterator[tuple[Seat, Metric]]:
    return ((seat, metric) for seat in org.seats.values() for metric in seat.metrics.values())


def _current_metrics(org: Org) -> Iterator[tuple[Seat, Metric]]:
    """Every metric of a seat that is not retired."""
    return ((seat, metric) for seat, metric in _all_metrics(org) if not seat.is_retired)


def _metrics_of_sense(org: Org, sense: MetricSense) -> Iterator[tuple[Seat, Metric, Classification]]:
    judge = classifier_for(org)
    verdicts = ((seat, metric, judge.classify_metric(metric.name, metric.id)) for seat, metric in _current_metrics(org))
    return (found for found in verdicts if found[2].sense is sense)


def _name_finding(seat: Seat, metric: Metric, fault: str, hint: str) -> Finding:
    place = seat.marks.value_place("metrics", metric.id, "name")
    return Finding(place, f'"{shorten_text(metric.name)}" {fault}', hint, metric)


def _waiver_argument(metric: Metric, rule: str) -> str:
    """What is typed after `orgtp seat set SEAT` to waive a rule."""
    return f'"metrics.{shorten_text(metric.id)}.waive.{rule}=REASON"'
