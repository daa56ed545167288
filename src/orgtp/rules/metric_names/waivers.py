"""What a metric counts as in its org, after applying its waivers and following its `leads_to`."""

from __future__ import annotations

from orgtp.model.org import WORD_TOPICS, Org
from orgtp.model.seat import Metric, MetricKey, Seat, seat_path
from orgtp.model.text import did_you_mean, one_line
from orgtp.model.value import ValueKind
from orgtp.rules.metric_names.classifier import Classification, MetricClassifier, MetricSense, get_classifier

_RULE = {MetricSense.ACTIVITY: "metric-activity", MetricSense.RUNTIME: "metric-runtime"}
_DOES = {MetricSense.ACTIVITY: "counts activity", MetricSense.RUNTIME: "measures the machine"}
_KNOWN = 12
_LONGEST = 80


def classifier_for(org: Org) -> MetricClassifier:
    """The classifier with the org's own words."""
    return get_classifier(*(org.policy.words.get(topic, ()) for topic in WORD_TOPICS))


def enforced_classifier_for(org: Org) -> MetricClassifier:
    """The classifier whose findings are errors: that of earlier versions, unless org.yaml says `orgtp: 1`."""
    own = (org.policy.words.get(topic, ()) for topic in WORD_TOPICS)
    return get_classifier(*own, former=not org.version)


def classify_with_target(classifier: MetricClassifier, metric: Metric) -> Classification:
    """What a metric measures, by the words of its name and id and by its target."""
    dated = metric.targets.dated
    is_duration = bool(dated) and metric.targets.unit.kind is ValueKind.DURATION
    few = is_duration and not classifier.is_former and all(target.high <= _FEW for _, target in dated)
    return classifier.classify_metric(metric.name, metric.id, dated[-1][1].text if few else "")


# No person works to a target of at most so many seconds; a machine does.
_FEW = 5


def shorten_text(text: str) -> str:
    """A user's text on one line, cut after `_LONGEST` characters."""
    line = one_line(text[: 4 * _LONGEST])
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def sense_after_waivers(classifier: MetricClassifier, metric: Metric) -> MetricSense:
    """The sense of a metric; an outcome if it waives the rule that it breaks."""
    sense = classify_with_target(classifier, metric).sense
    return MetricSense.OUTCOME if _RULE.get(sense) in metric.waive else sense


def find_wish_fault(classifier: MetricClassifier, metric: Metric) -> str:
    """What is wrong with a metric that is only a wish, or an instruction; "" if it is neither."""
    if not classify_with_target(classifier, metric).is_outcome:
        return ""
    yes_no = bool(metric.targets.dated) and metric.targets.unit.kind is ValueKind.YES_NO
    if yes_no and classifier.is_wish(metric.name):
        return "is a wish without a number"
    is_instruction = classifier.is_instruction(metric.name, yes_no=yes_no)
    return "says how to work, and not what came of it" if is_instruction else ""


def find_broken_rule(org: Org, classifier: MetricClassifier, seat: Seat, metric: Metric) -> str:
    """The id of the rule that the metric's name breaks, ignoring waivers; "" if none."""
    sense = classify_with_target(classifier, metric).sense
    if sense is MetricSense.ACTIVITY and metric.leads_to and not find_leads_to_fault(org, classifier, seat, metric)[0]:
        return ""
    return _RULE.get(sense) or ("metric-wish" if find_wish_fault(classifier, metric) else "")


def suggest_outcome_metric(classifier: MetricClassifier, seat: Seat, metric: Metric) -> str:
    """The id of another metric of the seat that is an outcome, for a hint; "" if there is none."""
    others = (other for other in seat.metrics.values() if other.id != metric.id)
    return next((one.id for one in others if classify_with_target(classifier, one).is_outcome), "")


def find_leads_to_fault(org: Org, classifier: MetricClassifier, seat: Seat, metric: Metric) -> tuple[str, str]:
    """What is wrong with the `leads_to` of a metric, and a hint; ("", "") if it names an outcome."""
    where, slash, name = metric.leads_to.rpartition("/")
    target, name = _find_current_metric(org, where if slash else seat.id, name)
    if org.is_unreadable(seat_path(target)):
        return "", ""
    if target not in org.seats:
        return "names a seat that does not exist", did_you_mean(target, org.seats) or "orgtp seat list shows all seats."
    if (target, name) == (seat.id, metric.id):
        return (
            "is this metric itself",
            f"Name the outcome that it serves: {suggest_outcome_metric(classifier, seat, metric) or 'METRIC'}",
        )
    return _find_outcome_fault(classifier, org.seats[target], name)


def _find_outcome_fault(classifier: MetricClassifier, seat: Seat, name: str) -> tuple[str, str]:
    if name not in seat.metrics:
        known = f"Metrics of {seat.id}: {', '.join(list(seat.metrics)[:_KNOWN]) or 'none'}."
        return f"is not a metric of {seat.id}", f"{did_you_mean(name, seat.metrics)} {known}".strip()
    if seat.is_retired:
        return f"ended when {seat.id} was retired", "Name an outcome metric that is measured now."
    sense = sense_after_waivers(classifier, seat.metrics[name])
    if sense is MetricSense.OUTCOME:
        return "", ""
    word = classify_with_target(classifier, seat.metrics[name]).word
    return f"itself {_DOES[sense]} ({shorten_text(word)})", "Name a metric that measures the outcome."


def _find_current_metric(org: Org, seat: str, metric: str) -> MetricKey:
    """The metric that measures now what this one did: one that continues it, or that of the heir of a retired seat."""
    at, seen = MetricKey(seat, metric), set[MetricKey]()
    while at not in seen:
        seen.add(at)
        record = org.retirements.get(at.seat)
        heir = record.metrics.get(at.metric) if record else ""
        at = org.heir_of(*at) or (MetricKey(heir, at.metric) if heir else at)
    return at
