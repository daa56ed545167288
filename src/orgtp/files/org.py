"""Read org.yaml into `OrgHead` and `Policy`, and retirement records into `Retirement`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, tzinfo
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from orgtp.files.due_time import read_policy_due
from orgtp.files.escalation_policy import read_duration, read_escalation_policy, read_routing
from orgtp.files.key_order import ORG_ORDER, POLICY_KEYS, RETIREMENT_KEYS, REVIEW_KEYS
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.seat import build_mapping_problem, flatten_user_keys
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Route
from orgtp.model.org import DEFAULT_GRACE, FORMAT_VERSION, WORD_TOPICS, Ending, Policy, Retirement
from orgtp.model.period import parse_period
from orgtp.model.problem import Marks, Problem
from orgtp.model.seat import SeatKind
from orgtp.model.text import find_nearest


@dataclass(frozen=True, slots=True)
class OrgHead:
    """The content of org.yaml. `note` is a label for every page. `own` has the user's own `x-` keys as text."""

    id: str = ""
    name: str = ""
    note: str = ""
    zone: tzinfo = ZoneInfo("UTC")
    holidays: frozenset[date] = frozenset()
    holiday_names: tuple[tuple[date, str], ...] = ()
    branch: str = "main"
    policy: Policy = Policy()
    routing: tuple[Route, ...] = ()
    version: int = 0
    own: tuple[tuple[str, str], ...] = ()
    marks: Marks = Marks("org.yaml")


_UNREAD_HEAD = OrgHead(policy=Policy(are_approvers_unread=True))


@lru_cache(maxsize=16)
def read_org_head(raw: bytes) -> tuple[OrgHead, tuple[Problem, ...]]:
    """The content of org.yaml, with defaults for what cannot be read, and its problems."""
    try:
        document = read_document("org.yaml", raw)
    except NotStrict as error:
        return _UNREAD_HEAD, (error.problem,)
    if not isinstance(document.data, dict):
        return _UNREAD_HEAD if raw else OrgHead(), (build_mapping_problem("org.yaml", "org"),)
    problems: list[Problem] = []
    return _parse_org_head(MappingReader(document.data, document.marks, problems, what="org.yaml")), tuple(problems)


def _parse_org_head(fields: MappingReader) -> OrgHead:
    fields.refuse_unknown_keys(ORG_ORDER)
    id = fields.id("org", required=True)  # noqa: A001  (the org's id)
    holidays = _read_holidays(fields)
    return OrgHead(
        id=id,
        name=fields.text("name") or id,
        note=fields.text("note"),
        zone=_read_timezone(fields),
        holidays=frozenset(holidays),
        holiday_names=tuple((day, name) for day, name in sorted(holidays.items()) if name),
        branch=_read_branch_name(fields),
        policy=_read_policy(fields),
        routing=read_routing(fields),
        version=_read_version(fields),
        own=tuple(_read_user_keys(fields).items()),
        marks=fields.marks,
    )


def _read_version(fields: MappingReader) -> int:
    """The version of the file formats; 0 if the org does not say it."""
    version = fields.count("orgtp")
    if version > FORMAT_VERSION or (version == 0 and fields.data.get("orgtp") == 0):
        message = f"the files have version {version} of the formats, but this orgtp reads version {FORMAT_VERSION}"
        hint = "Install a newer orgtp." if version else f"Write orgtp: {FORMAT_VERSION}, or remove the key."
        fields.add_problem("bad-version", "orgtp", message, hint)
    return version


def _read_user_keys(fields: MappingReader) -> dict[str, str]:
    policy = fields.data.get("policy")
    return flatten_user_keys(fields.data) | (flatten_user_keys(policy, "policy.") if isinstance(policy, dict) else {})


def find_timezone(name: str) -> ZoneInfo | None:
    """The IANA time zone `name`, if it exists."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def _read_timezone(fields: MappingReader) -> tzinfo:
    text = fields.text("timezone", required=True)
    zone = find_timezone(text) if text else None
    if text and zone is None:
        near = next(iter(_find_zones_of_city(text)), "")
        hint = f'Did you mean "{near}"?' if near else "Use an IANA name such as America/New_York."
        fields.add_problem("bad-timezone", "timezone", f'"{text}" is not a time zone', hint)
    return zone or ZoneInfo("UTC")


def _find_zones_of_city(text: str) -> list[str]:
    """The time zones of a city: America/New_York for New York."""
    city = text.rpartition("/")[2].lower().replace(" ", "_")
    return sorted(zone for zone in available_timezones() if zone.rpartition("/")[2].lower() == city)


def _read_holidays(fields: MappingReader) -> dict[date, str]:
    """The org's holidays, each with its name or "". A date that is listed twice is a problem: another may be meant."""
    found: dict[date, str] = {}
    seen: list[object] = []
    items = fields.list_items("holidays")
    for number, item in items.data.items():
        day, name = _read_holiday(items, number)
        # Also a day that no calendar has is listed once.
        shown = day or (item.get("date") if isinstance(item, dict) else item)
        if shown is not None and (item in seen or day in found):
            place = fields.marks.value_place("holidays", number)
            how = "" if item in seen else ", with different names"
            fields.problems.append(
                Problem("holiday-twice", place, f'"{shown}" is listed twice{how}', "Remove one of them.")
            )
        elif day:
            found[day] = name
        seen.append(item)
    return found


def _read_holiday(items: MappingReader, number: str) -> tuple[date | None, str]:
    """A holiday: its date alone, or with a name."""
    if not isinstance(items.data[number], dict):
        return items.day(number, named="holidays"), ""
    fields = items.mapping(number, what="the holiday")
    if fields is None:
        return None, ""
    fields.refuse_unknown_keys(("date", "name"))
    return fields.day("date", required=True), fields.text("name")


def _read_branch_name(fields: MappingReader) -> str:
    text = fields.text("branch") or "main"
    bad = text.startswith(("-", "/", ".")) or text.endswith(("/", ".", ".lock")) or ".." in text or "//" in text
    if bad or any(mark in text for mark in " ~^:?*[\\\x7f") or "@{" in text or not text.isprintable():
        fields.add_problem("bad-branch", "branch", f'"{text}" is not a branch name', "Use a plain name such as main.")
        return "main"
    return text


def _read_policy(fields: MappingReader) -> Policy:
    policy = fields.mapping("policy")
    if policy is None:
        return Policy(are_approvers_unread=_is_unread(fields, "policy", ORG_ORDER))
    policy.refuse_unknown_keys(POLICY_KEYS)
    known = len(policy.problems)
    retirement = policy.mapping("retirement")
    if retirement:
        retirement.refuse_unknown_keys(("approvers",))
    approvers = retirement.ids("approvers") if retirement else ()
    unread = len(policy.problems) > known or _is_unread(policy, "retirement", POLICY_KEYS)
    return Policy(
        grace=read_duration(policy, "grace", DEFAULT_GRACE),
        scorekeepers=policy.ids("scorekeepers"),
        approvers=approvers,
        are_approvers_unread=unread and not any(approvers),
        push=policy.flag("push"),
        words=_read_word_lists(policy),
        signed_since=_read_commit_id(policy, "require_signatures_since"),
        forges=policy.ids("forges"),
        escalation=read_escalation_policy(policy),
        due=read_policy_due(policy),
        discover_to=_read_discover_to(policy),
    )


def _read_discover_to(policy: MappingReader) -> str:
    """The seat that hears of agents without a seat."""
    fields = policy.mapping("discover")
    if fields is None:
        return ""
    fields.refuse_unknown_keys(("to",))
    return fields.id("to")


def _is_unread(fields: MappingReader, key: str, known: Sequence[str]) -> bool:
    """Whether `key` has a value of a wrong type, or is missing and another key seems to be a misspelling of it."""
    if key in fields.data:
        return not isinstance(fields.data[key], dict)
    return any(find_nearest(name, known) == key for name in fields.data if name not in known)


# Git accepts 4 digits and shows 7 in a small repository. A full SHA-256 id has 64.
_REVISION = re.compile(r"[0-9a-f]{7,64}")


def _read_commit_id(policy: MappingReader, key: str) -> str:
    """A commit id. A branch or tag is not accepted, because it could move."""
    text = policy.text(key)
    if text and not _REVISION.fullmatch(text):
        hint = 'Write 7 to 64 hexadecimal digits in quotes: "4b825dc642cb". To print an id: git rev-parse HEAD'
        policy.add_problem("bad-revision", key, f'{key} "{text}" is not a commit id', hint)
        return ""
    return text


def _read_word_lists(policy: MappingReader) -> dict[str, tuple[str, ...]]:
    words = policy.mapping("words")
    if words is None:
        return {}
    words.refuse_unknown_keys(WORD_TOPICS)
    return {name: words.text_list(name) for name in WORD_TOPICS if name in words.data}


@lru_cache(maxsize=4096)
def read_retirement(path: str, raw: bytes) -> tuple[Retirement | None, tuple[Problem, ...]]:
    """The retirement record in the file `path`, and the problems of the file."""
    try:
        document = read_document(path, raw)
    except NotStrict as error:
        return None, (error.problem,)
    if not isinstance(document.data, dict):
        return None, (build_mapping_problem(path),)
    problems: list[Problem] = []
    return _parse_retirement(path, MappingReader(document.data, document.marks, problems, what="the record")), tuple(
        problems
    )


def _parse_retirement(path: str, fields: MappingReader) -> Retirement:
    fields.refuse_unknown_keys(RETIREMENT_KEYS)
    _check_seat_copy(fields)
    return Retirement(
        seat=PurePosixPath(path).stem,
        declared=fields.id("seat", required=True),
        retired_on=fields.day("retired_on", required=True),
        decided_by=fields.id("decided_by", required=True),
        reason=fields.text("reason", required=True),
        capabilities=fields.texts("capabilities", named=True),
        metrics=_read_metric_heirs(fields),
        ended=_read_ended_metrics(fields),
        results=_read_results(fields),
        reports=fields.texts("reports", named=True),
        owned=fields.texts("owned", named=True),
        review=_read_review_texts(fields),
        owner=fields.id("owner"),
        reports_to=fields.id("reports_to"),
        marks=fields.marks,
    )


def _check_seat_copy(fields: MappingReader) -> None:
    """Check the record's copy of the seat. These values are not used: the seat's own file has them."""
    for key in ("name", "role"):
        fields.text(key, required=True)
    fields.choice("kind", SeatKind, SeatKind.AGENT, "bad-kind", required=True)
    fields.day("since")
    fields.text("mission")


def _read_results(fields: MappingReader) -> dict[str, Ending]:
    """Metric id to final result."""
    results = fields.mapping("results")
    if results is None:
        return {}
    results.check_keys_are_ids()
    return {
        name: _read_result(results.mapping(name, required=True, what=f"the result of {name}")) for name in results.data
    }


def _read_result(fields: MappingReader | None) -> Ending:
    if fields is None:
        return Ending()
    fields.refuse_unknown_keys(("last", "period", "on_target", "known"))
    last, period = fields.text("last"), fields.text("period")
    if period and parse_period(period) is None:
        fields.add_problem("bad-period", "period", f'"{period}" is not a period', "Write 2026-W47 or 2026-11-20.")
    return Ending(last, period, fields.count("on_target"), fields.count("known"))


def _read_ended_metrics(fields: MappingReader) -> dict[str, str]:
    """Metric id to reason, for metrics that ended. Their problems are reported by `_read_metric_heirs`."""
    metrics = fields.data.get("metrics")
    rows = metrics.items() if isinstance(metrics, dict) else ()
    return {name: str(row["ended"]) for name, row in rows if isinstance(row, dict) and row.get("ended") is not None}


def _read_review_texts(fields: MappingReader) -> dict[str, str]:
    review = fields.mapping("review")
    if review is None:
        return {}
    review.refuse_unknown_keys(REVIEW_KEYS)
    return {key: review.text(key) for key in REVIEW_KEYS if key in review.data}


def _read_metric_heirs(fields: MappingReader) -> dict[str, str]:
    metrics = fields.mapping("metrics")
    if metrics is None:
        return {}
    metrics.check_keys_are_ids()
    return {name: _read_metric_heir(metrics, name) for name in metrics.data}


def _read_metric_heir(metrics: MappingReader, name: str) -> str:
    """The heir of a metric; "" if the metric ended."""
    fields = metrics.mapping(name, required=True, what=f"the metric {name}")
    if fields is None:
        return ""
    fields.refuse_unknown_keys(("to", "ended"))
    if ("to" in fields.data) == ("ended" in fields.data):
        both = "both an heir and an end" if "to" in fields.data else "neither an heir nor an end"
        metrics.add_problem("wrong-type", name, f"the metric {name} has {both}", "Write {to: HEIR} or {ended: why}.")
    fields.text("ended")
    return fields.id("to")
