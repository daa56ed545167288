"""The judges of form that tests compare, and what only ours can find."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath

from orgtp.files.escalation import read_escalation, read_silences
from orgtp.files.json_schema import NAMES, read_schema
from orgtp.files.org import read_org_head, read_retirement
from orgtp.files.seat import read_seat
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat
from tests.conftest import ROOT
from tests.rules.cases import CASES
from tests.rules.orgs import EXAMPLES, files

SCHEMAS = {name: json.loads(read_schema(name)) for name in NAMES}
YAMLS = {"org": "org.yaml", "seat": "seats/*.yaml", "retirement": "retirements/*.yaml"}
YAMLS |= {"escalation": "escalations/*.yaml", "silenced": "escalations/silenced/*.yaml"}
MOMENT = re.compile(SCHEMAS["escalation"]["properties"]["due"]["pattern"])
HOURS = re.compile(SCHEMAS["org"]["properties"]["policy"]["properties"]["escalation"]["properties"]["hours"]["pattern"])
DATE = re.compile(SCHEMAS["seat"]["properties"]["since"]["pattern"])
PERIOD = re.compile(SCHEMAS["score"]["properties"]["period"]["pattern"])
METRIC = SCHEMAS["seat"]["properties"]["metrics"]["additionalProperties"]
TARGET = re.compile(METRIC["properties"]["target"]["anyOf"][0]["pattern"])


def all_orgs() -> dict[str, dict[str, bytes]]:
    """The files of every org in tests/examples, in tests/rules and of the sample, by the name of the org."""
    examples = {f"tests/examples/{folder.name}": files(folder) for folder in EXAMPLES}
    cases = {f"tests/rules/{case.rule}/{side}": org for case in CASES for side, org in case.orgs.items()}
    return {**examples, **cases, "sample-org/story": files(ROOT / "sample-org/story")}


ORGS = all_orgs()


def beyond(problem: Problem) -> bool:
    """Whether no JSON Schema could find `problem`: it takes arithmetic, a calendar, or a list of the world's zones."""
    said, message = re.findall(r'"([^"]*)"', problem.message), problem.message
    return {
        # A range that is reversed or of two units; kinds that change with time; a period of no calendar.
        "bad-target": any(map(TARGET.search, said)) or "of different kinds" in message or no_period(problem),
        # What the kind of the target allows.
        "bad-rollup": message.startswith("a metric of kind"),
        "bad-date": any(map(DATE.search, said)),
        "bad-moment": any(map(MOMENT.search, said)),
        "bad-hours": any(map(HOURS.search, said)),
        "bad-period": no_period(problem),
        "bad-ends": no_period(problem),
        "bad-rebase": no_period(problem),
        # Two forms of one day, which are two different items.
        "holiday-twice": "with different names" in message,
        "bad-timezone": True,
        "bad-branch": True,
    }.get(problem.rule, False)


def no_period(problem: Problem) -> bool:
    """Whether a text has the form of a period, and only the calendar does not have it (2026-02-30, 2025-W53)."""
    said = re.search(r'"([^"]*)" is not a period(?! of)', problem.message)
    return said is not None and PERIOD.search(said[1]) is not None


READERS: dict[str, Callable[[str, bytes], tuple[object, tuple[Problem, ...]]]] = {
    "retirement": read_retirement,
    "escalation": read_escalation,
    "silenced": read_silences,
}


def ours(name: str, path: str, raw: bytes) -> list[Problem]:
    """The problems of form that our reader of `name` finds."""
    if name == "org":
        return list(read_org_head(raw)[1])
    if name in READERS:
        return list(READERS[name](path, raw)[1])
    seat, problems = read_seat(path, raw)
    return [*problems, *(without_outcome(seat) if seat else ())]


def without_outcome(seat: Seat) -> Iterator[Problem]:
    """A metric without an outcome: a missing key to the schema, and a rule of its own (`outcome-missing`) to us."""
    for metric in seat.metrics.values():
        if ("metrics", metric.id, "outcome") not in seat.marks.keys:
            yield Problem("outcome-missing", seat.marks.key_place("metrics", metric.id), f"{metric.id} has no outcome")


def accepted(name: str, path: str, raw: bytes) -> bool:
    return all(beyond(problem) for problem in ours(name, path, raw))


def is_strict(path: str, raw: bytes) -> bool:
    try:
        read_document(base_name(path), raw)
    except NotStrict:
        return False
    return True


def base_name(path: str) -> str:
    return PurePosixPath(path).name


def find_files(pattern: str) -> dict[str, bytes]:
    """The files of all orgs that match a pattern from the root of their org, by the name of the org and their path."""
    return {
        f"{org}/{path}": raw
        for org, held in ORGS.items()
        for path, raw in sorted(held.items())
        if PurePosixPath(path).match(pattern) and path.count("/") == pattern.count("/")
    }


@cache
def yaml_files(name: str) -> dict[str, bytes]:
    """The strict YAML files of this kind; of several with one name and one content, the first."""
    found = {path: raw for path, raw in find_files(YAMLS[name]).items() if is_strict(path, raw)}
    paths = {(base_name(path), raw): path for path, raw in reversed(found.items())}
    return {path: raw for (_, raw), path in paths.items()}
