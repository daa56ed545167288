"""org.yaml and the retirement records, read into `Org`'s head, `Policy` and `Retirement`."""

from __future__ import annotations

import re
from datetime import date, tzinfo
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from orgtp.files.escalation_policy import read_ladder, read_routing, span
from orgtp.files.key_order import ORG_ORDER, POLICY_KEYS, RETIREMENT_KEYS, REVIEW_KEYS
from orgtp.files.mapping_reader import Fields
from orgtp.files.seat import not_a_mapping
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Route
from orgtp.model.org import DEFAULT_GRACE, WORD_TOPICS, Ending, Policy, Retirement
from orgtp.model.period import parse_period
from orgtp.model.problem import Marks, Problem
from orgtp.model.seat import SeatKind


@dataclass(frozen=True, slots=True)
class Head:
    """What org.yaml says."""

    id: str = ""
    name: str = ""
    zone: tzinfo = ZoneInfo("UTC")
    holidays: frozenset[date] = frozenset()
    branch: str = "main"
    policy: Policy = Policy()
    routing: tuple[Route, ...] = ()
    marks: Marks = Marks("org.yaml")


@lru_cache(maxsize=16)
def read_head(raw: bytes) -> tuple[Head, tuple[Problem, ...]]:
    """What org.yaml says, with defaults for what cannot be read, and what is wrong with it."""
    try:
        document = read_document("org.yaml", raw)
    except NotStrict as error:
        return Head(), (error.problem,)
    if not isinstance(document.data, dict):
        return Head(), (not_a_mapping("org.yaml", "org"),)
    problems: list[Problem] = []
    return _head(Fields(document.data, document.marks, problems, what="org.yaml")), tuple(problems)


def _head(fields: Fields) -> Head:
    fields.only(ORG_ORDER)
    id = fields.id("org", required=True)  # noqa: A001  (the org's id)
    return Head(
        id=id,
        name=fields.text("name") or id,
        zone=_zone(fields),
        holidays=_holidays(fields),
        branch=_branch(fields),
        policy=_policy(fields),
        routing=read_routing(fields),
        marks=fields.marks,
    )


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA time zone `name`, if there is one."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def _zone(fields: Fields) -> tzinfo:
    text = fields.text("timezone", required=True)
    zone = zone_named(text) if text else None
    if text and zone is None:
        near = next(iter(_cities(text)), "")
        hint = f'Did you mean "{near}"?' if near else "Use an IANA name: America/New_York."
        fields.problem("bad-timezone", "timezone", f'"{text}" is not a time zone', hint)
    return zone or ZoneInfo("UTC")


def _cities(text: str) -> list[str]:
    """The time zones of the city that `text` names: America/New_York for New York."""
    city = text.rpartition("/")[2].lower().replace(" ", "_")
    return sorted(zone for zone in available_timezones() if zone.rpartition("/")[2].lower() == city)


def _holidays(fields: Fields) -> frozenset[date]:
    """The org's days off. One that stands there twice is told: another day was meant, or the line is left over."""
    seen: set[str] = set()
    texts = fields.data.get("holidays")
    for number, text in enumerate(texts if isinstance(texts, list) else ()):
        if isinstance(text, str) and text in seen:
            place = fields.marks.value_place("holidays", str(number))
            fields.problems.append(Problem("holiday-twice", place, f'"{text}" is a holiday twice', "Take one out."))
        seen |= {text} if isinstance(text, str) else set()
    return frozenset(fields.days("holidays"))


def _branch(fields: Fields) -> str:
    text = fields.text("branch") or "main"
    bad = text.startswith(("-", "/", ".")) or text.endswith(("/", ".", ".lock")) or ".." in text or "//" in text
    if bad or any(mark in text for mark in " ~^:?*[\\\x7f") or "@{" in text or not text.isprintable():
        fields.problem("bad-branch", "branch", f'"{text}" is no name for a branch', "Use a plain name: main.")
        return "main"
    return text


def _policy(fields: Fields) -> Policy:
    policy = fields.below("policy")
    if policy is None:
        return Policy()
    policy.only(POLICY_KEYS)
    retirement = policy.below("retirement")
    if retirement:
        retirement.only(("approvers",))
    approvers = retirement.ids("approvers") if retirement else ()
    return Policy(
        grace=span(policy, "grace", DEFAULT_GRACE),
        scorekeepers=policy.ids("scorekeepers"),
        approvers=approvers,
        push=policy.flag("push"),
        words=_words(policy),
        signed_since=_revision(policy, "require_signatures_since"),
        forges=policy.ids("forges"),
        escalation=read_ladder(policy),
    )


# Git's own least for an id cut short is 4; 7 is what it shows in a small repository, and 64 is a whole one of SHA-256.
_REVISION = re.compile(r"[0-9a-f]{7,64}")


def _revision(policy: Fields, key: str) -> str:
    """A commit's id: a branch or a tag would mean something else tomorrow."""
    text = policy.text(key)
    if text and not _REVISION.fullmatch(text):
        hint = 'Write 7 to 64 of 0-9 and a-f in quotes: "4b825dc642cb". It is printed by: git rev-parse HEAD'
        policy.problem("bad-revision", key, f'{key} "{text}" is not the id of a commit', hint)
        return ""
    return text


def _words(policy: Fields) -> dict[str, tuple[str, ...]]:
    words = policy.below("words")
    if words is None:
        return {}
    words.only(WORD_TOPICS)
    return {name: words.listed(name) for name in WORD_TOPICS if name in words.data}


@lru_cache(maxsize=4096)
def read_retirement(path: str, raw: bytes) -> tuple[Retirement | None, tuple[Problem, ...]]:
    """The record in the file `path`, and what is wrong with it."""
    try:
        document = read_document(path, raw)
    except NotStrict as error:
        return None, (error.problem,)
    if not isinstance(document.data, dict):
        return None, (not_a_mapping(path),)
    problems: list[Problem] = []
    return _retirement(path, Fields(document.data, document.marks, problems, what="the record")), tuple(problems)


def _retirement(path: str, fields: Fields) -> Retirement:
    fields.only(RETIREMENT_KEYS)
    _as_it_stood(fields)
    return Retirement(
        seat=PurePosixPath(path).stem,
        declared=fields.id("seat", required=True),
        retired_on=fields.day("retired_on", required=True),
        decided_by=fields.id("decided_by", required=True),
        reason=fields.text("reason", required=True),
        capabilities=fields.texts("capabilities", named=True),
        metrics=_metrics(fields),
        ended=_ended(fields),
        results=_results(fields),
        reports=fields.texts("reports", named=True),
        review=_review(fields),
        marks=fields.marks,
    )


def _as_it_stood(fields: Fields) -> None:
    """Check what the record keeps of the seat. Nothing is built from it: the seat's own file says the same."""
    for key in ("name", "role"):
        fields.text(key, required=True)
    fields.choice("kind", SeatKind, SeatKind.AGENT, "bad-kind", required=True)
    fields.id("owner")
    fields.id("reports_to")
    fields.day("since")
    fields.text("mission")


def _results(fields: Fields) -> dict[str, Ending]:
    """What each metric ended on."""
    results = fields.below("results")
    if results is None:
        return {}
    results.keys_are_ids()
    return {name: _result(results.below(name, required=True, what=f"the result of {name}")) for name in results.data}


def _result(fields: Fields | None) -> Ending:
    if fields is None:
        return Ending()
    fields.only(("last", "period", "on_target", "known"))
    last, period = fields.text("last"), fields.text("period")
    if period and parse_period(period) is None:
        fields.problem("bad-period", "period", f'"{period}" is not a period', "Write it as 2026-W47 or 2026-11-20.")
    return Ending(last, period, fields.count("on_target"), fields.count("known"))


def _ended(fields: Fields) -> dict[str, str]:
    """Why each metric ended that nobody took over. What is wrong with it is told with the heirs."""
    metrics = fields.data.get("metrics")
    rows = metrics.items() if isinstance(metrics, dict) else ()
    return {name: str(row["ended"]) for name, row in rows if isinstance(row, dict) and row.get("ended") is not None}


def _review(fields: Fields) -> dict[str, str]:
    review = fields.below("review")
    if review is None:
        return {}
    review.only(REVIEW_KEYS)
    return {key: review.text(key) for key in REVIEW_KEYS if key in review.data}


def _metrics(fields: Fields) -> dict[str, str]:
    metrics = fields.below("metrics")
    if metrics is None:
        return {}
    metrics.keys_are_ids()
    return {name: _heir(metrics, name) for name in metrics.data}


def _heir(metrics: Fields, name: str) -> str:
    """The heir of a metric, or "" where it ended."""
    fields = metrics.below(name, required=True, what=f"the metric {name}")
    if fields is None:
        return ""
    fields.only(("to", "ended"))
    if ("to" in fields.data) == ("ended" in fields.data):
        both = "both an heir and an end" if "to" in fields.data else "neither an heir nor an end"
        metrics.problem("wrong-type", name, f"the metric {name} has {both}", "Write {to: HEIR} or {ended: why}.")
    fields.text("ended")
    return fields.id("to")
