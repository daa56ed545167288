"""The keys of a metric as they are written to a seat's file."""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.errors import BadInput
from orgtp.model.period import Cadence
from orgtp.model.seat import Metric, Rollup, Seat
from orgtp.model.target import parse_target, target_hint
from orgtp.model.text import did_you_mean, id_hint, is_id, join_with_and, one_line

_REQUIRED = ("name", "outcome", "target", "cadence")
METRIC_KEYS = (
    "name", "outcome", "target", "cadence", "per", "due", "rollup", "allow_misses", "source", "ends", "continues",
    "rebase", "leads_to", "waive",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewMetric:
    """A metric to add. Fields that are "" are left out of the file; the first five are required."""

    metric: str
    name: str = ""
    outcome: str = ""
    target: str = ""
    cadence: str = ""
    per: str = ""
    rollup: str = ""
    due: str = ""
    source: str = ""
    leads_to: str = ""

    @property
    def missing(self) -> list[str]:
        """The required fields that are empty, in the order in which a person is asked for them."""
        return [key for key in _REQUIRED if not getattr(self, key).strip()]


def build_metric_content(new: NewMetric) -> dict[str, YamlData]:
    """Return the keys of a new metric in their order. Raises `BadInput` for what is missing or malformed."""
    if not is_id(new.metric):
        raise BadInput(what=f'"{new.metric}" is not a valid id. {id_hint(new.metric)}')
    if missing := new.missing:
        options = " ".join(f"--{key} {_EXAMPLES[key]}" for key in missing)
        raise BadInput(what=f"a metric needs {join_with_and(missing)}. Add: {options}")
    if parse_target(new.target.strip()) is None:
        raise BadInput(what=f'target "{new.target}" is not a valid target. {target_hint(new.target)}')
    check_choice("cadence", new.cadence, Cadence)
    if new.rollup:
        check_choice("rollup", new.rollup, Rollup)
    texts = {key: one_line(getattr(new, key)) for key in METRIC_KEYS if hasattr(new, key)}
    return {key: text for key, text in texts.items() if text}


_EXAMPLES = {
    "name": "'Anomalies flagged before market open'",
    "outcome": "'No client loses a day of spend'",
    "target": "'>= 95%'",
    "cadence": "weekly",
}


def check_choice(key: str, text: str, options: type[Cadence | Rollup]) -> None:
    """Raise `BadInput` if a text is none of the options, with the nearest one."""
    known = [str(option) for option in options]
    if text not in known:
        hint = f"{did_you_mean(text.lower(), known)} It is one of: {', '.join(known)}.".strip()
        raise BadInput(what=f'{key} "{text}" is not known. {hint}')


def order_content(content: Mapping[str, YamlData]) -> dict[str, YamlData]:
    """Return the keys of a metric in the order of the file, and then the user's own."""
    own = [key for key in content if key not in METRIC_KEYS]
    return {key: content[key] for key in (*METRIC_KEYS, *own) if key in content}


def metric_content(seat: Seat, metric: Metric) -> dict[str, YamlData]:
    """Return the keys of a metric for another place, without its end: with all of its dated targets and own keys."""
    target: YamlData = {begin.text: dated.text for begin, dated in metric.targets.dated if begin}
    content: dict[str, YamlData] = {"name": metric.name, "outcome": metric.outcome}
    content |= {"target": target or metric.targets.dated[0][1].text, "cadence": str(metric.cadence)}
    content |= {"per": str(metric.per)} if metric.per else {}
    content |= {"due": metric.due} if metric.due else {}
    content |= {"rollup": str(metric.rollup)} if metric.rollup is not Rollup.LAST else {}
    content |= {"allow_misses": metric.allow_misses} if metric.allow_misses else {}
    content |= {"source": metric.source} if metric.source else {}
    # A metric of the old seat keeps its full name; it may be continued in turn.
    leads_to = metric.leads_to if "/" in metric.leads_to or not metric.leads_to else f"{seat.id}/{metric.leads_to}"
    content |= {"leads_to": leads_to} if leads_to else {}
    return content | ({"waive": dict(metric.waive)} if metric.waive else {}) | dict(metric.own)
