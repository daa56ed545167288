"""Rules on outcomes: a metric measures what the work achieved, not the work itself."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Severity
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import did_you_mean, join_with_and
from orgtp.rules.metric_names.classifier import Classification, MetricSense, is_empty_outcome
from orgtp.rules.metric_names.waivers import (
    classifier_for,
    classify_with_target,
    enforced_classifier_for,
    find_broken_rule,
    find_leads_to_fault,
    find_wish_fault,
    sense_after_waivers,
    shorten_text,
    suggest_outcome_metric,
)
from orgtp.rules.rule import Finding

# The rules about the name of a metric. People may know better, and give a reason in `waive`.
WAIVABLE = ("metric-activity", "metric-runtime", "metric-wish")
_SHOWN = 4


def outcome_missing(org: Org) -> Iterator[Finding]:
    """A metric does not name the business outcome that it serves.

    Without an outcome, nobody can tell whether a miss matters. The outcome is a sentence that a client or an owner
    would recognise.

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

    Fix: `orgtp metric set SEAT METRIC "outcome=WHAT THE BUSINESS GETS"`.
    """
    hint = "Say what the business gets, such as: outcome: No client loses a day of spend"
    for seat, metric in _all_metrics(org):
        # A retired seat's file needs the key too, but its text is history and is not checked.
        if not metric.outcome and ("metrics", metric.id, "outcome") not in seat.marks.keys:
            place = seat.marks.key_place("metrics", metric.id)
            yield Finding(place, f'the metric {shorten_text(metric.id)} has no "outcome"', hint)
        elif metric.outcome and not seat.is_retired and is_empty_outcome(metric.outcome, metric.name, metric.id):
            place = seat.marks.value_place("metrics", metric.id, "outcome")
            fault = "says nothing" if is_empty_outcome(metric.outcome) else "only repeats the name"
            yield Finding(place, f'outcome "{shorten_text(metric.outcome)}" of {shorten_text(metric.id)} {fault}', hint)


def metric_runtime(org: Org) -> Iterator[Finding]:
    """A metric measures the machine, not what its work achieved.

    Tokens, latency, uptime, cache hits and requests per hour can all be excellent while no client is better off. They
    belong on an operations dashboard. Words of time or speed do not make an outcome of them (`Latency within 200 ms`),
    but words for a result do (`Cost of tokens per resolved ticket`). No person works to a target of a few seconds, so
    that is a machine's, too.

    Bad:

        tokens-per-day:
          name: Tokens used per day
          target: "<= 100000"

    Good:

        answered-in-an-hour:
          name: Client tickets answered within one hour
          target: ">= 95%"

    Fix: measure what the work is for. If the words mean something else in your org, waive the rule:
    `orgtp metric set SEAT METRIC "waive.metric-runtime=Clients buy these tokens."`
    """
    for seat, metric, verdict in _metrics_of_sense(org, MetricSense.RUNTIME):
        waiver = f"orgtp metric set {seat.id} {shorten_text(metric.id)} {_waiver_argument('metric-runtime')}"
        hint = f"Measure the outcome instead; or waive the rule: {waiver}"
        yield _name_finding(org, seat, metric, f"measures the machine ({shorten_text(verdict.word)})", hint)


def metric_activity(org: Org) -> Iterator[Finding]:
    """A metric counts work done, not what it achieved.

    Messages sent, reports generated and page views go up whenever people are busy, or when an agent runs in a loop.
    What counts is the result. An activity metric is fine if its `leads_to` names the outcome metric that it serves.
    Words for a result make a metric an outcome: before, within, on time, booked, resolved, paid, without rework.

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

    Fix: measure the result; or name the outcome metric that it serves, of this seat (`leads_to: talks-booked`) or of
    another (`leads_to: scout/talks-booked`); or waive the rule:
    `orgtp metric set SEAT METRIC "waive.metric-activity=The client pays for each one."`
    """
    classifier = classifier_for(org)
    for seat, metric, verdict in _metrics_of_sense(org, MetricSense.ACTIVITY):
        if not (metric.leads_to and not find_leads_to_fault(org, classifier, seat, metric)[0]):
            done_for = suggest_outcome_metric(classifier, seat, metric)
            own = shorten_text(metric.id)
            serve = f"orgtp metric set {seat.id} {own} leads_to={shorten_text(done_for or '')}"
            if not done_for:
                # Without an outcome metric, add one with the same command.
                new = "metrics.ID.name=… metrics.ID.outcome=… metrics.ID.target=… metrics.ID.cadence=weekly"
                serve = f"orgtp seat set {seat.id} {new} metrics.{own}.leads_to=ID"
            waiver = f"orgtp metric set {seat.id} {shorten_text(metric.id)} {_waiver_argument('metric-activity')}"
            hint = f"Name the outcome that it serves: {serve}; or waive the rule: {waiver}"
            yield _name_finding(org, seat, metric, f"counts activity ({shorten_text(verdict.word)})", hint)


def leads_to_unknown(org: Org) -> Iterator[Finding]:
    """A `leads_to` does not name an outcome metric.

    An activity metric is allowed if it serves an outcome. This seat or another has to measure that outcome; another
    activity does not count. If the seat is retired, `leads_to` follows the metric to the heir.

    Bad:

        messages-sent: {name: Messages sent, leads_to: talks-bookd}
        talks-booked: {name: First talks booked}

    Good:

        messages-sent: {name: Messages sent, leads_to: talks-booked}
        talks-booked: {name: First talks booked}

    Fix: name a metric of this seat, or `SEAT/METRIC` for one of another seat: `leads_to: scout/talks-booked`.
    """
    classifier = enforced_classifier_for(org)
    for seat, metric in _current_metrics(org):
        fault, hint = find_leads_to_fault(org, classifier, seat, metric) if metric.leads_to else ("", "")
        if fault:
            place = seat.marks.value_place("metrics", metric.id, "leads_to")
            yield Finding(place, f'leads_to "{metric.leads_to}" {fault}', hint)


def metric_wish(org: Org) -> Iterator[Finding]:
    """A metric is a wish without a number, or an instruction.

    "Improve the onboarding" can be answered with yes or no in any week. A wish becomes an outcome when it says what
    will have changed, by how much, and by when. "Always write tests" says how to work, whatever its target is: it
    belongs in the instructions of the seat.

    Bad:

        onboarding:
          name: Improve the onboarding
          target: "yes"

    Good:

        onboarding:
          name: New clients live within ten days
          target: ">= 90%"

    Fix: name a result, and give it a target with a number. If the words mean something else in your org, waive the
    rule: `orgtp metric set SEAT METRIC "waive.metric-wish=We vote on it every Friday."`
    """
    classifier = classifier_for(org)
    for seat, metric in _current_metrics(org):
        fault = find_wish_fault(classifier, metric)
        if fault:
            waiver = f"orgtp metric set {seat.id} {shorten_text(metric.id)} {_waiver_argument('metric-wish')}"
            hint = f"Name a result, and give it a target with a number; or waive the rule: {waiver}"
            yield _name_finding(org, seat, metric, fault, hint)


def seat_only_activity(org: Org) -> Iterator[Finding]:
    """An active seat has only activity metrics.

    A seat that is measured only on activity will be busy, whether or not it achieves anything. `leads_to` excuses a
    metric, not the seat: at least one metric of the seat has to be an outcome. A metric that waives `metric-activity`
    counts as one.

    Bad:

        metrics:
          messages-sent: {name: Messages sent, leads_to: crystal/talks-booked}
          queries-run: {name: Queries run, leads_to: crystal/talks-booked}

    Good:

        metrics:
          messages-sent: {name: Messages sent, leads_to: replies}
          replies: {name: Prospects who replied within the week}

    Fix: add an outcome metric: `orgtp metric add SEAT METRIC --name … …`.
    """
    classifier = enforced_classifier_for(org)
    for seat in org.seats.values():
        senses = (
            {sense_after_waivers(classifier, metric) for metric in seat.metrics.values()} if seat.is_active else set()
        )
        if MetricSense.ACTIVITY in senses and MetricSense.OUTCOME not in senses:
            names = join_with_and(map(shorten_text, list(seat.metrics)[:_SHOWN])) + (
                " …" if len(seat.metrics) > _SHOWN else ""
            )
            hint = (
                f"Add an outcome metric: orgtp metric add {seat.id} ID --name … --outcome … "
                '--target ">= 95%" --cadence weekly'
            )
            yield Finding(seat.marks.key_place("metrics"), f"{seat.id} has only activity metrics: {names}", hint)


def waive_unknown(org: Org) -> Iterator[Finding]:
    """A waiver names a rule that a metric cannot waive.

    A waiver with a typo silences nothing. A metric can waive only the rules about its name: `metric-activity`,
    `metric-runtime` and `metric-wish`.

    Bad:

        waive: {metric-activty: The client pays for each one.}

    Good:

        waive: {metric-activity: The client pays for each one.}

    Fix: correct the id of the rule, or remove the waiver.
    """
    for seat, metric in _current_metrics(org):
        for rule in metric.waive:
            if rule not in WAIVABLE:
                place = seat.marks.key_place("metrics", metric.id, "waive", rule)
                hint = f"{did_you_mean(rule, WAIVABLE)} A metric can waive {join_with_and(WAIVABLE)}.".strip()
                yield Finding(place, f'a metric cannot waive "{shorten_text(rule)}"', hint)


def waive_unused(org: Org) -> Iterator[Finding]:
    """A waiver silences nothing.

    A waiver is an exception with a reason. An unused one misleads readers, and hides the next problem.

    Bad:

        talks-booked:
          name: First talks booked
          waive: {metric-activity: The client pays for each one.}

    Good:

        talks-booked:
          name: First talks booked

    Fix: remove the waiver.
    """
    classifier = classifier_for(org)
    for seat, metric in _current_metrics(org):
        for rule in metric.waive:
            if rule in WAIVABLE and rule != find_broken_rule(org, classifier, seat, metric):
                place = seat.marks.key_place("metrics", metric.id, "waive", rule)
                message = f"the waiver of {rule} silences nothing: {shorten_text(metric.id)} does not break it"
                hint = f"Remove it: orgtp metric set {seat.id} {shorten_text(metric.id)} waive.{rule}="
                yield Finding(place, message, hint)


def _all_metrics(org: Org) -> Iterator[tuple[Seat, Metric]]:
    return ((seat, metric) for seat in org.seats.values() for metric in seat.metrics.values())


def _current_metrics(org: Org) -> Iterator[tuple[Seat, Metric]]:
    """Every metric of a seat that is not retired."""
    return ((seat, metric) for seat, metric in _all_metrics(org) if not seat.is_retired)


def _metrics_of_sense(org: Org, sense: MetricSense) -> Iterator[tuple[Seat, Metric, Classification]]:
    classifier = classifier_for(org)
    verdicts = ((seat, metric, classify_with_target(classifier, metric)) for seat, metric in _current_metrics(org))
    return (found for found in verdicts if found[2].sense is sense)


def _name_finding(org: Org, seat: Seat, metric: Metric, fault: str, hint: str) -> Finding:
    place = seat.marks.value_place("metrics", metric.id, "name")
    message = f'"{shorten_text(metric.name)}" {fault}'
    enforced = enforced_classifier_for(org)
    if classify_with_target(enforced, metric).is_outcome and not find_wish_fault(enforced, metric):
        return Finding(place, f"{message}; {_SOON}", hint, metric, Severity.WARNING)
    return Finding(place, message, hint, metric)


_SOON = "an error from orgtp 0.2 on"


def _waiver_argument(rule: str) -> str:
    """The argument of `orgtp metric set SEAT METRIC` that waives a rule."""
    return f'"waive.{rule}=REASON"'
