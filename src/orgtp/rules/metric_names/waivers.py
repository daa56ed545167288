"""What a metric counts as in its org: once its waivers have been heard, and its `leads_to` has been followed."""

from __future__ import annotations

from orgtp.model.org import WORD_TOPICS, Org
from orgtp.model.seat import Metric, Seat, seat_path
from orgtp.model.text import did_you_mean, one_line
from orgtp.model.value import ValueKind
from orgtp.rules.metric_names.classifier import MetricClassifier, MetricSense, get_classifier

_RULE = {MetricSense.ACTIVITY: "metric-activity", MetricSense.RUNTIME: "metric-runtime"}
_DOES = {MetricSense.ACTIVITY: "counts activity", MetricSense.RUNTIME: "measures the machine"}
_KNOWN = 12
_LONGEST = 80


def classifier_for(org: Org) -> MetricClassifier:
    """The judge who knows the words of this org."""
    return get_classifier(*(org.policy.words.get(topic, ()) for topic in WORD_TOPICS))


def shorten_text(text: str) -> str:
    """Words of a user on one line, and of long ones the first."""
    line = one_line(text[: 4 * _LONGEST])
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def sense_after_waivers(judge: MetricClassifier, metric: Metric) -> MetricSense:
    """What a metric is about, once its waivers have been heard."""
    sense = judge.classify_metric(metric.name, metric.id).sense
    return MetricSense.OUTCOME if _RULE.get(sense) in metric.waive else sense


def is_metric_wish(judge: MetricClassifier, metric: Metric) -> bool:
    """Whether a metric that is judged by yes or no only wishes for something."""
    yes_no = bool(metric.targets.dated) and metric.targets.unit.kind is ValueKind.YES_NO
    return yes_no and judge.classify_metric(metric.name, metric.id).is_outcome and judge.is_wish(metric.name)


def find_broken_rule(org: Org, judge: MetricClassifier, seat: Seat, metric: Metric) -> str:
    """The rule on a metric's name that this one breaks, waivers aside; "" where it breaks none."""
    sense = judge.classify_metric(metric.name, metric.id).sense
    if sense is MetricSense.ACTIVITY and metric.leads_to and not find_leads_to_fault(org, judge, seat, metric)[0]:
        return ""
    return _RULE.get(sense) or ("metric-wish" if is_metric_wish(judge, metric) else "")


def suggest_outcome_metric(judge: MetricClassifier, seat: Seat, metric: Metric) -> str:
    """Another metric of the seat that is an outcome, to be named in a hint."""
    others = (held for held in seat.metrics.values() if held.id != metric.id)
    return next((held.id for held in others if judge.classify_metric(held.name, held.id).is_outcome), "METRIC")


def find_leads_to_fault(org: Org, judge: MetricClassifier, seat: Seat, metric: Metric) -> tuple[str, str]:
    """What is wrong with the `leads_to` of a metric, and the way out; nothing where it leads to an outcome."""
    where, slash, name = metric.leads_to.rpartition("/")
    led = _current_holder(org, where if slash else seat.id, name)
    if org.is_unreadable(seat_path(led)):
        return "", ""
    if led not in org.seats:
        return "is no metric: there is no such seat", did_you_mean(led, org.seats) or "orgtp seat list shows them all."
    if (led, name) == (seat.id, metric.id):
        return (
            "is this metric itself",
            f"Name the outcome that it is done for: {suggest_outcome_metric(judge, seat, metric)}",
        )
    return _find_outcome_fault(judge, org.seats[led], name)


def _find_outcome_fault(judge: MetricClassifier, seat: Seat, name: str) -> tuple[str, str]:
    if name not in seat.metrics:
        known = f"Metrics of {seat.id}: {', '.join(list(seat.metrics)[:_KNOWN]) or 'none'}."
        return f"is no metric of {seat.id}", f"{did_you_mean(name, seat.metrics)} {known}".strip()
    if seat.is_retired:
        return f"ended with {seat.id}, which is retired", "Name the outcome metric that is measured now."
    sense = sense_after_waivers(judge, seat.metrics[name])
    if sense is MetricSense.OUTCOME:
        return "", ""
    word = judge.classify_metric(seat.metrics[name].name, name).word
    return f"{_DOES[sense]} itself ({shorten_text(word)}) and is no outcome", "Name a metric of what came of it."


def _current_holder(org: Org, seat: str, metric: str) -> str:
    """The seat that has the metric now: from a retired seat it went where the record says."""
    seen: set[str] = set()
    while seat in org.retirements and seat not in seen and (heir := org.retirements[seat].metrics.get(metric)):
        seen.add(seat)
        seat = heir
    return seat
