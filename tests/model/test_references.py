"""Everything that can name a seat or a metric is in one list, and every place can be found and rewritten."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from orgtp.files.apply import apply_change
from orgtp.files.json_schema import ALL_NAMES, read_schema
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.files.yaml.loader import read_document
from orgtp.model.change import Change
from orgtp.model.org import Org
from orgtp.model.references.find import each_reference, list_references, rename_reference
from orgtp.model.references.kinds import OTHER_IDS, REFERENCE_KINDS

ID = "[a-z][a-z0-9-]{0,62}"


def parts_of(schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What a schema says about the keys below, each with the key."""
    yield from (((name,), part) for name, part in schema.get("properties", {}).items())
    yield from ((("*",), part) for part in schema.get("patternProperties", {}).values())
    yield from ((("*",), schema.get(name)) for name in ("additionalProperties", "items"))
    yield ("*~",), schema.get("propertyNames")
    yield from (((), part) for name in ("anyOf", "oneOf", "allOf") for part in schema.get(name, ()))


def keys_with_ids(schema: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys of a schema whose value is an id; with `~`, those that are an id themselves."""
    if isinstance(schema, dict):
        assert "$ref" not in schema, "follow it here"
        if ID in schema.get("pattern", ""):
            yield ".".join(above)
        for keys, part in parts_of(schema):
            yield from keys_with_ids(part, (*above, *keys))


def every_id() -> list[str]:
    """Each key of each schema that holds an id: `seat owner`. Routes below routes are routes."""
    found = {(name, key) for name in ALL_NAMES for key in keys_with_ids(json.loads(read_schema(name)))}
    return sorted({f"{name} {key.replace('.routes.*', '')}" for name, key in found})


def test_the_ids_are_found() -> None:
    assert {"seat owner", "retirement capabilities.*", "org routing.*.to", "silenced *~"} <= {*every_id()}
    assert len(every_id()) > 30


@pytest.mark.parametrize("key", every_id())
def test_a_key_that_holds_an_id_is_in_the_list_of_references(key: str) -> None:
    kinds = [kind.id for kind in REFERENCE_KINDS if kind.id == key]
    assert len(kinds) + (key in OTHER_IDS) == 1, f"say in model/references/kinds.py what {key} names"


def test_the_list_has_no_key_that_no_schema_has() -> None:
    listed = {kind.id for kind in REFERENCE_KINDS} | OTHER_IDS.keys()
    # The allowed signers are lines of a format of git's own.
    assert listed - {"signers *"} == {*every_id()}


METRIC = {"name": "N", "outcome": "O", "target": ">= 1", "cadence": "weekly"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJY3zNvRlCgAOhcNmyIc9PAoFRCCjIMBXBSKFkVAHFLk"
EVENT = {"at": "2026-11-20T13:00:02Z", "what": "opened", "by": "x", "to": "x"}
FILES: dict[str, Any] = {
    "org.yaml": {
        "org": "acme",
        "timezone": "UTC",
        "policy": {"scorekeepers": ["ada", "x"], "retirement": {"approvers": ["x"]}, "discover": {"to": "x"}},
        "routing": [{"seat": "x", "metric": "m", "to": "ada", "routes": [{"kind": "stale", "to": "x"}]}],
    },
    "seats/ada.yaml": {
        "seat": "ada", "name": "Ada", "role": "R", "kind": "human", "status": "active", "owner": "x",
        "reports_to": "x", "also_reports_to": ["x"],
        "delegate": {"to": "x", "until": "2026-12-31"},
        "inputs": {"export": {"from": "x", "is": "nightly"}},
        "metrics": {"n": {**METRIC, "leads_to": "x/m", "continues": "x/m"}},
    },
    "seats/x.yaml": {
        "seat": "x", "name": "X", "role": "R", "kind": "human", "status": "active",
        "metrics": {"m": METRIC, "k": {**METRIC, "leads_to": "m"}},
    },
    "escalations/silenced/x.yaml": {"m": {"until": "2026-12-01", "by": "x", "reason": "R"}},
    "reviews/2026-W46.yaml": {
        "week": "2026-W46", "began": "2026-11-18T13:00:00Z", "ended": "2026-11-18T13:26:00Z", "led_by": "x",
        "present": ["x"], "skipped": [{"seat": "x", "why": "R"}],
        "rows": [{"seat": "x", "metric": "m", "state": "off", "fix": "F", "decision": "watch"}],
    },
    "escalations/2026-11-20-x-m.yaml": {
        "what": "W", "opened_at": "2026-11-20T13:00:02Z", "by": "x", "seat": "x", "metric": "m", "with": "x",
        "due": "2026-11-20T17:00:02Z", "state": "open", "events": [EVENT],
    },
    "todos/2026-11-20-w.yaml": {
        "todo": "2026-11-20-w", "what": "W", "owner": "x", "due": "2026-11-27", "state": "open",
        "events": [{"at": "2026-11-20T13:00:02Z", "by": "x", "action": "added", "to": "x"}],
    },
    "retirements/ada.yaml": {
        "seat": "ada", "name": "Ada", "role": "R", "kind": "human", "owner": "x", "reports_to": "x",
        "retired_on": "2026-11-20", "reason": "R", "decided_by": "x", "capabilities": {"c": "x"},
        "metrics": {"m": {"to": "x"}}, "reports": {"x": "x"}, "owned": {"x": "x"}, "results": {"m": {"known": 0}},
    },
    "retirements/x.yaml": {
        "seat": "x", "name": "X", "role": "R", "kind": "human", "retired_on": "2026-11-20", "reason": "R",
        "decided_by": "ada", "metrics": {"m": {"ended": "R"}}, "results": {"m": {"known": 0}},
    },
    "policy/allowed_signers": f"# keys\nx {KEY}\n",
    "scores/x/2026-11.jsonl": {
        "id": "1", "at": "2026-11-20T13:00:02Z", "metric": "m", "period": "2026-W47", "value": "1", "by": "x",
    },
    "briefings/2026-11.jsonl": {
        "id": "1", "at": "2026-11-20T13:00:02Z", "to": "x", "day": "2026-11-20", "by": "x",
    },
    "audit/explained.jsonl": {
        "at": "2026-11-20T13:00:02Z", "commit": "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "rule": "score-row-changed",
        "reason": "R", "decided_by": "x", "by": "x",
    },
}  # fmt: skip


def raw(content: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content, separators=(", ", ": ")) + "\n"
    return text.encode()


def read() -> Org:
    return load_org(MemoryTree({path: raw(content) for path, content in FILES.items()})).org


@pytest.mark.parametrize("kind", REFERENCE_KINDS, ids=lambda kind: kind.id)
def test_each_kind_finds_the_place_that_names_the_seat(kind: Any) -> None:
    found = [one for one in list_references(read(), "x", records=True) if one.kind is kind]
    assert found, f"an org that names x everywhere has no {kind.id}"
    for one in found:
        assert one.path in FILES
        assert one.place.path == one.path


def test_a_kind_that_names_a_metric_finds_it_by_its_name() -> None:
    named = {one.kind.id for one in list_references(read(), "x", "m", records=True)}
    metric_kinds = {"seat metrics.*.leads_to", "org routing.*.metric", "silenced *~", "escalation metric"}
    assert metric_kinds <= named
    assert {one.kind.id for one in list_references(read(), "x", "no-such-metric", records=True)} == set()


def test_the_record_of_the_past_is_left_out_unless_it_is_asked_for() -> None:
    current = list_references(read(), "x")
    assert not any(one.kind.is_record for one in current)
    assert len(current) < len(list_references(read(), "x", records=True))


def without(content: bytes, path: str, keys: tuple[str, ...]) -> tuple[Any, Any]:
    """The value at the keys of a file, and the content of the file with nothing in its place."""
    whole = copy.deepcopy(read_document(path, content).data)
    data = whole
    for key in keys[:-1]:
        data = data[int(key)] if isinstance(data, list) else data[key]
    last: Any = int(keys[-1]) if isinstance(data, list) else keys[-1]
    value, data[last] = data[last], None
    return value, whole


@pytest.mark.parametrize("kind", [kind for kind in REFERENCE_KINDS if kind.can_change], ids=lambda kind: kind.id)
def test_a_place_that_can_change_names_the_other_seat_and_nothing_else_changes(kind: Any) -> None:
    before = {path: raw(content) for path, content in FILES.items()}
    for one in [one for one in list_references(read(), "x") if one.kind is kind]:
        edit = rename_reference(one, "new", "m2" if one.metric else "")
        after = before | apply_change(before, Change("set", "W", ("x",), (edit,)))
        assert {path for path in FILES if after[path] != before[path]} == {one.path}
        old, rest = without(before[one.path], one.path, one.keys)
        new, rest_after = without(after[one.path], one.path, one.keys)
        assert rest == rest_after
        assert (old, new) in {("x", "new"), ("m", "m2"), ("x/m", "new/m2"), ("m", "new/m2")}


def test_every_place_that_stays_is_the_record_or_needs_a_person() -> None:
    fixed = {kind.id for kind in REFERENCE_KINDS if not kind.can_change and not kind.is_record}
    assert fixed == {"escalation with", "todo owner", "silenced *~", "signers *"}
    for one in each_reference(read(), records=True):
        if not one.kind.can_change:
            with pytest.raises(ValueError, match=re.escape(one.kind.id)):
                rename_reference(one, "new")
